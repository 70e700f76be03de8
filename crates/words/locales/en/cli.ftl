# What the commands say to the operator, in a terminal. Keys and values stand between backquotes.

## Configuration: what is wrong with a key, and how to mend it

config-unknown-key = unknown key `{ $key }`; clavero.example.toml has every key
config-unknown-key-near = unknown key `{ $key }`; did you mean `{ $suggestion }`?
config-file-unreadable = the configuration file { $key } cannot be read: { $why }
config-not-toml = this is not TOML: { $why }
config-scalar = `{ $key }` takes one value, not a list
config-list = `{ $key }` takes a list of values, such as ["10.0.0.0/24"]
config-entries = `{ $key }` takes a list of tables, such as [[{ $key }]] or [{"{"} name = "…" {"}"}]
config-entry-field-missing = an entry of `{ $key }` lacks `{ $field }`
config-empty = `{ $key }` is empty; write a value, or leave the key out for its default
config-one-line = `{ $key }` has a line break or a control character; write it in one line
config-duration = `{ $key }` is `{ $value }`, which is no duration; write a whole number and s, m, h or d, such as "3m"
config-number = `{ $key }` is `{ $value }`; write a whole number, not negative and not too large
config-word = `{ $key }` is `{ $value }`; write one of: { $allowed }
config-socket = `{ $key }` is `{ $value }`; write an address and a port, such as "127.0.0.1:8080" or "[::]:8080"
config-web-url = `{ $key }` is `{ $value }`; write an address that begins with https:// (or http:// on this machine)
config-smtp-url = `{ $key }` is `{ $value }`; write "smtps://relay.example" or "smtp://relay.example:587?tls=required"
config-smtp-url-option = `{ $key }` has `{ $option }`; the one option is tls=required
config-email = `{ $key }` is `{ $value }`; write a bare e-mail address, such as "no-reply@clave.example"
config-secret-unreadable = the file of `{ $key }` ({ $value }) cannot be read: { $why }
config-secret-empty = the file of `{ $key }` ({ $value }) is empty
config-database = `{ $key }` is `{ $value }`; write "sqlite:" and the path of a file, or "postgres://" and the address of a server
config-network = `{ $key }` has `{ $value }`; write networks such as "10.0.0.0/24", or single addresses
config-logo-form = `{ $key }` is `{ $value }`; take a .svg, .png or .webp file
config-logo-missing = the file of `{ $key }` ({ $value }) is not there
config-logo-large = the file of `{ $key }` ({ $value }) has more than 256 KiB; take a smaller one
config-colour = `{ $key }` is `{ $value }`; write a colour such as "#0b4f8a"

config-public-url-missing = `server.listen` is open to the network, so `{ $key }` is required: the links in mails are made from it; write the address that people see, such as "https://clave.institucion.example"
config-public-url-plain = `{ $key }` is `{ $value }`: codes and keys would cross the network in the clear; put a TLS proxy before the service and write `{ $suggestion }`
config-public-url-path = `{ $key }` is `{ $value }`; the service stands at the root of its host: write `{ $suggestion }`
config-public-url-not-tls = `{ $key }` is `{ $value }`, but the listeners speak TLS: write `{ $suggestion }`
config-tls-half = `{ $other }` is set and `{ $key }` is not: set both, or neither
config-tls-no-certificate = the file of `{ $key }` ({ $value }) holds no certificate: it must be PEM, the server's own first, then those that lead to its root
config-tls-no-key = the file of `{ $key }` ({ $value }) holds no private key: it must be PEM, in PKCS #8, PKCS #1 or SEC 1
config-tls-encrypted-key = the key in the file of `{ $key }` ({ $value }) is encrypted, and nobody is there to type its password: decrypt it into a file that only the service can read
config-tls-mismatch = the key in the file of `{ $key }` ({ $value }) does not belong to the certificate of `{ $other }`: set the two that were issued together
config-tls-not-valid = the certificate in the file of `{ $key }` ({ $value }) is valid from { $from } to { $until }, and not now: renew it, or set the machine's clock
config-tls-unusable = the file of `{ $key }` ({ $value }) cannot be used: { $why }
config-smtp-identity-unused = `{ $other }` is set, but to `{ $key }` ({ $value }) no TLS is spoken: write smtps://, or add ?tls=required
config-same-listener = `{ $key }` is `{ $value }`, which `server.listen` ({ $other }) takes already; /metrics must not be public: give it another port
config-trusts-everyone = `{ $key }` believes everyone, so every client could claim any address; name your proxies' networks only
config-from-missing = `{ $key }` is missing: the sender of every mail; write a bare address, such as "no-reply@institucion.example"
config-smtp-url-missing = `{ $key }` is missing: codes and links go out by mail; write "smtps://relay.example" (or run `clavero demo` to look around without a mail server)
config-smtp-plain = `{ $key }` is `{ $value }`: codes would cross the network in the clear; write smtps://, or add ?tls=required
config-two-passwords = `{ $key }` is set, and `mail.smtp_url` holds a password too; keep one of them
config-password-without-user = `mail.password_file` is set, but `{ $key }` names no user; write smtps://user@relay.example
config-user-without-password = `mail.smtp_url` names a user without a password; set `{ $key }`
config-zero = `{ $key }` is `{ $value }`; it must be longer than nothing
config-zero-count = `{ $key }` is `{ $value }`; it must be 1 or more
config-too-long = `{ $key }` is `{ $value }`; at most { $most } is safe
config-flow-too-short = `{ $key }` is `{ $value }`, so it would end before code and link do; write { $least } or more
config-resend-too-late = `{ $key }` is `{ $value }`, longer than a recovery lasts; write { $most } or less
config-session-ends-before-idle = `{ $key }` is `{ $value }`, shorter than `session.idle_ttl`; write { $least } or more
config-code-digits = `{ $key }` is `{ $value }`; HOTP codes have 6 to 8 digits
config-day-below-window = `{ $key }` is `{ $value }`, fewer than `recovery.codes_per_window` allows at once; write { $least } or more
config-total-below-one = `{ $key }` is `{ $value }`, fewer than one employer may have; write { $least } or more
config-guessable = `{ $key }` times `recovery.codes_per_day` gives { $guesses } guesses a day against one employer; with so many digits { $most } are safe: lower one of them, or raise `recovery.code_digits`
config-password-too-short = `{ $key }` is `{ $value }`; never fewer than { $least } (NIST SP 800-63B-4, which asks 15 where the key is the only factor)
config-password-maximum = `{ $key }` is `{ $value }`; write a number from { $least } to { $most }
config-minimum-above-maximum = `{ $key }` is `{ $value }`, more than `{ $other }` ({ $most }); lower it
config-sri-base-missing = `{ $other }` is "{ $written }", so `{ $key }` is required: the address of the tax authority's query service
config-sri-base-plain = `{ $key }` is `{ $value }`: anybody on the way could answer for the tax authority; write https://
config-sri-base-bare = `{ $key }` is `{ $value }`; write the base alone, without user, password, query or fragment
config-sri-unusable = `{ $key }` is `{ $value }` and cannot be used: { $why }

## Registers: why a row or a file is not taken

import-row = line { $line }: { $reason }
import-row-column = line { $line }, column { $column }: { $reason }
import-empty = it is empty
import-not-digits = it has something other than digits
import-too-short = it has { $found } characters and must have { $expected } (was a leading zero lost?)
import-too-long = it has { $found } characters and may have { $expected }
import-province = the first two digits name no province
import-third-digit = the third digit fits no kind of number
import-check-digit = the cédula's last digit does not follow from the others
import-establishment = the RUC's establishment is 000, which only domestic employers have
import-sucursal-zero = 0000 is no sucursal
import-domestic-sucursal = a domestic employer (cédula and 000) has the sucursal 0001 and no other
import-foreigner-form = a foreigner's code has letters and digits only
import-email-form = it is no e-mail address that one can write to
import-unknown-word = it is none of the known words
import-overlong = it is too long for one value
import-cedula-alone = it is a cédula and no RUC: the last three digits are missing
import-email-not-ascii = it has letters that not every mail server takes; write the domain as `xn--…`
import-kind = write one of: { $allowed }
import-domestic-kind = “domestico” goes with a RUC that is a cédula and 000, and with no other
import-not-plain = it has a line break, a control character or a mark of direction
import-yes-or-no = write “si” or “no”
import-hash-without-key = it brings the hash of a key, but tiene_clave says “no”
import-hash-form = it is no PHC string of argon2, bcrypt ($2b$) or pbkdf2 that can be verified at a reasonable cost
import-twice = it repeats RUC and sucursal of line { $first }
import-date = it is no date such as 2001-05-28 00:00:00
import-state = it is no state: too long, or with control characters
import-states = it has one more word for a state than any register has
import-differs = it says something else of its RUC than another row, which is newer and counts
import-new-employer = a new employer
import-another-value = another value than the registry has
import-record-too-long = the row has more than 64 KiB
import-unclosed-quote = it opens a quote that is not closed
import-too-many-fields = it has { $found } fields, and the header has { $expected }
import-too-few-fields = it has { $found } fields, and the header has { $expected }
import-truncated = the last line is cut off: it has { $found } fields of { $expected }
import-encoding = it has bytes that are no UTF-8, although the file is
import-no-header = the file has no header; expected: { $expected }
import-columns-missing = the header lacks: { $missing }. Expected: { $expected }
import-column-unknown = the header has an unknown column, “{ $column }”. Expected: { $expected }
import-column-twice = the header has “{ $column }” twice
import-utf-16 = the file is in UTF-16; save it as UTF-8

## Commands: help

help-usage = Usage:
help-arguments = Arguments
help-options = Options
help-commands = Commands
help--help = Print this help
help--version = Print the version
help--config = The configuration file (default: what CLAVERO_CONFIG names, or clavero.toml if it is there)
help--strict = Load all or nothing: one bad row, and nothing changes
help--report = Write the bad rows to this file: file, line, column, code, reason
help--count = How many employers
help--seed = The same seed makes the same data
help = Clavero gives employers their portal key back
help-demo = Start a demonstration: nothing to install, made-up employers, a mailbox page instead of a mail server
help-demo--listen = Listen here, on this machine only (default: 127.0.0.1:8080, or another port if that one is taken)
help-serve = Start the service
help-import = Load a register
help-import-employers = Load or update the employer registry
help-import-employers--file = The registry: ruc,sucursal,razon_social,tipo,representante_id,representante_nombre,correo,tiene_clave[,clave_hash]; - for the standard input
help-import-employers--dry-run = Say what would change, line by line, and change nothing
help-import-employers--gone = Write RUC and sucursal of the employers who are not in the file into this one; they stay as they are
help-import-catastro = Load the tax authority's bulk register of RUC states
help-import-catastro--files = The authority's files, SRI_RUC_<Provincia>.csv
help-import-catastro--accept-bad = Load although more than one in a hundred rows of a file are bad
help-import-catastro--accept-smaller = Load although more than a tenth of the RUCs that are in the register now are missing
help-migrate = Bring the database's schema up to date, and do nothing else
help-doctor = Check configuration, database, schema, clock, mail server and keys
help-doctor--offline = Do not try the mail server
help-openapi = Print the OpenAPI document of /api/v1
help-breach-filter = Look after the filter of breached passwords
help-breach-filter-build = Make a filter of a public list of breached passwords
help-breach-filter-build--list = The list: lines that begin with a SHA-1 in hexadecimal
help-breach-filter-build--output = The filter's file, for password.breach_filter_file
help-generate = Make up data, for trying out and measuring
help-generate-employers = Make up an employer registry, on the standard output
help-generate-catastro = Make up the tax register of the same employers, on the standard output

## Commands: what they answer

import-progress = { $rows } rows
import-summary = { $new } new, { $updated } updated, { $unchanged } unchanged, { $bad } bad
import-review = { $new } new, { $updated } updated ({ $email } with another address, { $representative } with another representative), { $unchanged } unchanged, { $gone } not in the file, { $bad } bad. Nothing was changed
import-gone = { $gone } employers of the registry are not in the file; they stay as they are, with their keys, and { $path } names them
import-more-bad = … and more bad rows; --report FILE.csv writes them all
import-loading = { $done } of { $all } RUCs loaded
import-differing = { $count } rows say something else of a RUC than another row; the newest counts
import-catastro-summary = { $new } new, { $changed } changed, { $unchanged } unchanged, { $gone } gone, { $bad } bad
import-catastro-same = the register says just this already ({ $size } RUCs, { $bad } bad rows); nothing was changed
migrated = the schema of { $path } is up to date
breach-filter-built = { $path } has { $count } passwords; name it in password.breach_filter_file

## Commands: why they failed

failed-folder = the folder { $path } cannot be made: { $why }
failed-file = { $path }: { $why }
failed-write = { $path } cannot be written: { $why }
failed-database = the database { $path } cannot be used: { $why }
failed-standby = { $path } is a standby, which cannot be written to; name the primary in database.url
failed-newer-schema = the database { $path } has schema { $found }, and this version knows up to { $known }; run a newer clavero
failed-clock-behind = the clock is { $seconds } s behind the newest moment in { $path }; set it right and start again
failed-keys = the key ring { $path } cannot be used: { $why }
failed-keys-mode = the key ring { $path } has mode { $mode }, so others may read it; run chmod 600 { $path }
failed-keys-form = { $path } is not a key ring
failed-no-keys = the database belongs to a key ring, and there is none at { $path }; put the one there that it was made with. None was made
failed-older-keys = the key ring { $path } lacks the key { $id }, which was in use already: it is a copy from before `clavero keys rotate`; put the newer one in its place
failed-foreign-keys = the database belongs to another key ring than { $path }; name the one that it was made with in secrets.key_file
failed-breach-filter = the filter of breached passwords { $path } cannot be used: { $why }
failed-breach-line = { $path }: line { $line } does not begin with a SHA-1 in hexadecimal
failed-runtime = the program cannot start its threads: { $why }
failed-import = the database failed after { $done } rows, which stay: { $why }. Import the file again when it is mended
failed-strict = { $bad } bad rows, so nothing was loaded (--strict)
failed-catastro = the database failed: { $why }. The register that was there goes on serving; import again when it is mended
failed-catastro-cut = { $path } ends in the middle of a row, so more may be missing. Nothing was loaded; fetch the file again
failed-catastro-empty = { $path }: not one row holds, so nothing was loaded
failed-catastro-bad = { $path }: { $bad } of { $rows } rows are bad, so nothing was loaded. Look at --report FILE.csv; --accept-bad loads the others nevertheless
failed-catastro-smaller = the files have { $size } RUCs and the register that serves has { $serving }, so nothing was loaded. All files of all provinces are given together; --accept-smaller loads these nevertheless
failed-overtaken = another import of the tax register began meanwhile; this one has changed nothing
failed-temporary = temporary files in { $path }: { $why }. Nothing was loaded; TMPDIR names another folder

config-applicant = an entry of `{ $key }` has the applicant `{ $written }`; write one of: { $allowed }
config-smtp-unusable = `{ $key }` cannot be used: { $why }
failed-bind = `{ $key }`: { $address } cannot be listened on: { $why }
failed-no-database = there is no database at { $path }

## Demonstration

demo-title = DEMONSTRATION. Nothing here is real: the employers are made up, and mails go to a page.
demo-address = Open      { $url }
demo-mailbox-at = Mailbox   { $url }/buzon   (the mails that the service sends)
demo-folder = Data      { $folder }   (delete it when you are done)
demo-column-representative = Representative
demo-column-ruc = RUC
demo-column-sucursal = Sucursal
demo-column-case = What happens
demo-case-company = a company: recovers the key online
demo-case-branch = a company with three branches: each has its own key
demo-case-public = a public body: recovers online
demo-case-natural = a person with a RUC: recovers online
demo-case-foreigner = a foreigner with an identification code: recovers online
demo-case-domestic = a household: cédula and 000, sucursal 0001
demo-case-first-time = never had a key: in person
demo-case-suspended = RUC suspended at the tax authority: in person
demo-case-closed = RUC closed at the tax authority: in person
demo-case-no-email = no e-mail on record: in person
demo-case-waiting = has a case that waits at the desk
demo-first-step = First step: open { $url }/empleadores/recuperar-clave, type { $representative }, { $ruc } and { $sucursal }, press “Validar”, and read the code in the mailbox.
demo-key = Until then, those that have a key sign in with: { $key }
demo-end = Ctrl+C ends it.
demo-port-taken = Port { $taken } is taken; the demonstration uses { $port }.
failed-demo-open = the demonstration listens on this machine only, and { $address } is open to the network; write --listen 127.0.0.1:8080
failed-demo-data = the demonstration's employers cannot be loaded: { $why }

## Doctor: one line a check

doctor-fine = ok
doctor-hint = note
doctor-failed = FAILED
doctor-name-config = configuration
doctor-name-proxies = proxies
doctor-name-password = password
doctor-name-form = form
doctor-name-keys = key ring
doctor-name-database = database
doctor-name-schema = schema
doctor-name-clock = clock
doctor-name-outbox = outbox
doctor-name-breach-filter = breached passwords
doctor-name-desk = desk
doctor-name-mail = mail server
doctor-name-tax = tax authority
doctor-name-tls = TLS
doctor-tls-none = not set: both listeners are on this machine alone, and TLS is the proxy's
doctor-tls-open = not set, and a listener is open to the network: what passes there can be read and changed on the way; set server.tls_certificate_file and server.tls_key_file
doctor-tls-fine = both listeners speak it; the certificate { $path } ends at { $until }, in { $days } days
doctor-tls-name = the certificate { $path } does not name { $host }, the host of server.public_url: browsers refuse it, and so does a proxy that does not look for another name
doctor-key-open = { $path } can be read by everybody on this machine: chmod 0600, or 0640 and a group of the service's own
doctor-tls-clients = only clients with a certificate of { $path } are served, by both listeners
doctor-database-here = the way there leads over this machine alone, without TLS
doctor-database-clear = the way there leads over a network without TLS: names and identifiers can be read on it; take sslmode=disable out of database.url
doctor-database-tls = the way there is { $version }; no client certificate was asked for: the server knows this service as its pg_hba.conf says, mostly by a password
doctor-database-client = the way there is { $version }; the server knows this service by its certificate, { $client }
doctor-mail-certificate = the server may know this service by the certificate { $path }, which ends at { $until }, in { $days } days
doctor-config-fine = safe and consistent
doctor-no-proxies = server.trusted_proxies is empty: behind a proxy all clients count as one address; name the proxy's network
doctor-password-short = keys may have { $length } characters; NIST SP 800-63B-4 asks 15 where the key is the only factor
doctor-no-form-ttl = recovery.form_ttl is 0s: a new key has to be chosen and sent within { $link }
doctor-keys-fine = { $path }, mode 0600, active key { $id }
doctor-not-there-yet = { $path } is not there yet; the first start makes it
doctor-database-fine = { $path } can be written
doctor-database-there = { $path } answers
doctor-not-looked-at = not looked at: the database could not be used
doctor-schema-fine = up to date
doctor-schema-none = none yet; the first start makes it
doctor-schema-older = it is { $found } and this version uses { $known }; the next start brings it up to date, or clavero migrate
doctor-clock-fine = { $now }, not behind the database
doctor-desk = enrolled: { $desk } at the desk, { $supervisors } supervising, { $admins } administering
doctor-desk-few = enrolled: { $desk } at the desk, { $supervisors } supervising, { $admins } administering. Two supervisors and two admins are needed: nobody decides alone
doctor-outbox = { $waiting } mails waiting, the oldest for { $oldest }
doctor-breach-bundled = the built-in list; a larger one: clavero breach-filter build
doctor-breach-fine = { $path }
doctor-mail-offline = not tried (--offline)
doctor-mail-none = no mail server; set mail.smtp_url
doctor-mail-fine = { $host } takes mail from us
doctor-mail-failed = { $host } takes no mail from us ({ $why }); look at mail.smtp_url, mail.from, the network and the relay
doctor-tax-register = the imported register is used (sri.source); nobody is asked
doctor-tax-offline = not tried (--offline)
doctor-tax-fine = { $host } takes a trustworthy connection; nothing was asked
doctor-tax-failed = { $host } cannot be asked: { $why }. Look at sri.base_url, the network and the certificates; meanwhile the last known state of each RUC counts
doctor-tax-unreachable = no connection is made
doctor-tax-tls = the connection cannot be trusted
doctor-tax-slow = it takes too long
doctor-tax-hidden = with recovery.mismatch = "hide" nobody waits for the query: with sri.unknown = "assisted" the first recovery of each RUC that nothing is known of gets no mail

## Backups and restore

help-backup = Copies the whole database into a new file, while the service runs
help-backup--file = The backup's file; one that is there is not touched
help-restore = Goes back to a backup: codes, links and sessions from before are dead
help-restore--file = The backup that `clavero backup` made; it goes where database.url says, where none may be
help-restore--in_place = The database is in its place already (pg_restore, pg_basebackup): ends what was secret in it
help-restore--changed_since = What is left of the time that was lost: a file of `clavero audit export --open`, or the URL of another copy of the lost database. Keys that were changed since the backup stop working and are listed, and officers who were disabled since are disabled again
help-restore--checkpoint = More checkpoints of the log that was lost: the other nodes', an auditor's
help-restore--unverified = Goes back even if the backup's audit log does not hold

backup-progress = { $done } of { $all } pages
backup-done = whole, examined and stored: { $path }
backup-contents = { $employers } employers, { $credentials } keys, { $cases } cases, { $officers } officers, { $entries } entries of the audit log
backup-without = The key ring { $keys } is not in it, and without that the backup cannot be read. Keep it elsewhere, never beside the backup. Neither are the configuration and the file of checkpoints.

restore-ended = Dead from now on: { $sessions } sessions, { $recoveries } recoveries under way, { $links } links, { $slips } slips, { $enrolments } enrolments of officers; { $mails } mails with a code or a link will not leave.
restore-lost = The audit log has { $entries } entries; { $size } had been signed, so { $gone } are lost. It says so itself.
restore-nothing-known = The audit log has { $entries } entries; no checkpoint says that there were more.
restore-aside = The checkpoints of the log that was lost are in { $path }; keep them for the auditor.
restore-not-known = As they were in the backup, and to be looked through: passkeys that officers gave up since, addresses and representatives that were changed since, cases and data whose retention had ended (clavero retention), and limits that were spent since.
restore-no-list = It is not known which keys were changed after the backup, and which officers were disabled: the older keys work again, and those officers have access again. Where a file of `clavero audit export --open` or another copy of the lost database is left, run it again with --in-place --changed-since; if not, the mail server knows who was told (`Su clave de empleador fue cambiada`).
restore-list = { $count ->
    [0] No employer changed their key after the backup, as far as is known.
    [one] One employer changed their key after the backup; the older one does not work, and they have to recover another (ruc,sucursal,moment,what):
   *[other] { $count } employers changed their key after the backup; the older ones do not work, and they have to recover another (ruc,sucursal,moment,what):
}

failed-backup-postgres = { $path } is on a PostgreSQL server: use pg_dump --format=custom, or pg_basebackup and archiving of its WAL; docs/backup.md has the commands
failed-backup-exists = { $path } is there already (or a -wal, -shm or -journal file beside it) and is not touched
failed-backup-damaged = it is no whole database of this service: { $why }
failed-restore-postgres = { $path } is on a PostgreSQL server: use pg_restore and then clavero restore --in-place; docs/backup.md has the commands
failed-restore-no-file = there is no backup at { $path }
failed-restore-aside = the database is restored, but the file of checkpoints { $path } cannot be put aside ({ $why }); move it yourself and start the service
failed-restore-export = { $path } is no file of `clavero audit export --open`: it does not say of which employers it tells
failed-in-use = { $path } is in use; stop every service and command of clavero first
failed-unready-backup = { $path } is a backup (of { $at }): what was secret in it would work again; run clavero restore --in-place
failed-unready-copy = another database is being copied to { $path }; end that with the same clavero copy
failed-audit-older = the database is an older one: its audit log has { $size } entries, and { $path } says that { $signed } were signed. If a backup was restored, run clavero restore --in-place; if not, find out who put it there
