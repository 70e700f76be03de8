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
config-database = `{ $key }` is `{ $value }`; write "sqlite:" and the path of a file
config-database-postgres = `{ $key }` names PostgreSQL, which this version does not have yet; write "sqlite:" and the path of a file
config-network = `{ $key }` has `{ $value }`; write networks such as "10.0.0.0/24", or single addresses
config-network-host-bits = `{ $key }` has `{ $value }`, an address inside a network; did you mean `{ $suggestion }`?
config-logo-form = `{ $key }` is `{ $value }`; take a .svg, .png or .webp file
config-logo-missing = the file of `{ $key }` ({ $value }) is not there
config-colour = `{ $key }` is `{ $value }`; write a colour such as "#0b4f8a"

config-public-url-missing = `server.listen` is open to the network, so `{ $key }` is required: the links in mails are made from it; write the address that people see, such as "https://clave.institucion.example"
config-public-url-plain = `{ $key }` is `{ $value }`: codes and keys would cross the network in the clear; put a TLS proxy before the service and write `{ $suggestion }`
config-public-url-path = `{ $key }` is `{ $value }`; the service stands at the root of its host: write `{ $suggestion }`
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
config-sri-live = `{ $key }` is `{ $value }`; this version reads the imported register only: write "register"

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
import-kind = write one of: { $allowed }
import-domestic-kind = “domestico” goes with a RUC that is a cédula and 000, and with no other
import-not-plain = it has a line break, a control character or a mark of direction
import-yes-or-no = write “si” or “no”
import-hash-without-key = it brings the hash of a key, but tiene_clave says “no”
import-hash-form = it is no PHC string of argon2, bcrypt ($2b$) or pbkdf2 that can be verified at a reasonable cost
import-twice = it repeats RUC and sucursal of line { $first }
import-date = it is no date such as 2001-05-28 00:00:00
import-state = it is no state: too long, or with control characters
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
