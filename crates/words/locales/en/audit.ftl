help-audit = The tamper-evident audit log: check it, hand it to others, prove entries of it
help-audit-verify = Check the whole log; exit code 1 and the first bad entry where it does not hold
help-audit-verify--checkpoint = Checkpoints that an auditor kept, to compare with as well
help-audit-export = Write entries as JSON lines, with the checkpoint and what proves them
help-audit-export--from = Only entries from this day or moment on (2026-11-21, or RFC 3339)
help-audit-export--to = Only entries from before this day or moment
help-audit-export--out = Write to this file instead of the standard output
help-audit-export--open = Open the personal data of the entries as well; the file is then confidential
help-audit-prove = Print as JSON the proof that an entry is in the log, or that the log goes on from an older checkpoint
help-audit-prove--entry = Number of the entry, from 0
help-audit-prove--since = File with an older checkpoint: prove that today's log begins with that one

audit-holds = the log holds: { $size } entries, root { $root }
audit-compared = { $count ->
    [one] compared with one checkpoint from outside the database
   *[other] compared with { $count } checkpoints from outside the database
}
audit-waiting = { $count ->
    [one] one more entry waits to be sealed
   *[other] { $count } more entries wait to be sealed
}
audit-restored = entry { $index }: on { $at } a backup was restored; the entries { $first } to { $last } of before are lost
audit-restored-unknown = entry { $index }: on { $at } a backup was restored, and no lost entries were known
audit-key = verifier key: { $vkey }
audit-empty = nothing has been sealed yet
audit-no-file = { $path } is not there: without checkpoints from outside the database an older database cannot be told from today's
audit-unreadable = { $count ->
    [one] one piece of the files of checkpoints is no whole checkpoint and was passed over
   *[other] { $count } pieces of the files of checkpoints are no whole checkpoints and were passed over
}
audit-progress = { $done } of { $all } entries
audit-exported = { $count ->
    [one] one entry, proved by the checkpoint of { $size }
   *[other] { $count } entries, proved by the checkpoint of { $size }
}

audit-found-altered = entry { $index } is not the one that was signed: it has been altered
audit-found-displaced = entry { $index } is not in its place: entry { $by } stands there (swapped)
audit-found-missing = entry { $index } is missing
audit-found-rewritten = the entries { $first } to { $last } are not those that were signed: log and hashes have been rewritten together
audit-found-appended = entry { $index } and those after it were appended outside the service: no checkpoint speaks for them
audit-found-truncated = the log has been truncated: { $signed } entries were signed, and from entry { $index } on they are gone
audit-found-older = this is an older database: it has { $size } entries, and { $signed } were signed
audit-found-hashes = the entries are those that were signed, but the stored hashes are damaged (tile { $number } of level { $level }): proofs cannot be made
audit-found-vanished = { $count ->
    [one] one entry was taken out of the database before or after it was sealed
   *[other] { $count } entries were taken out of the database before or after they were sealed
}
audit-found-other-key = the checkpoint of { $size } entries was signed by another key
audit-found-signature = the checkpoint of { $size } entries has been altered: its signature does not fit
audit-found-other-log = the checkpoint of { $size } entries belongs to another log
audit-found-no-checkpoint = the checkpoint of { $size } entries has been altered: it is no checkpoint

failed-audit = the audit log cannot be used: { $why }
failed-audit-damaged = the stored hashes are not those of the log that was signed: see what "clavero audit verify" says
failed-audit-name = the database gives the audit log no name
failed-audit-nothing = nothing has been sealed yet: there is nothing to show
failed-audit-no-checkpoint = { $path } holds no checkpoint of this log
failed-audit-no-entry = no checkpoint speaks for an entry { $index }
failed-audit-newer = that checkpoint is of no entry, or of more entries than the log has: see what "clavero audit verify" says
failed-audit-moment = { $text } is neither a day (2026-11-21) nor a moment (RFC 3339)
failed-audit-read = { $path } cannot be read: { $why }

doctor-name-audit = audit log
doctor-audit = { $sealed } entries sealed, { $waiting } waiting, the oldest for { $oldest }; checkpoints in { $path }

desk-log = Audit log
desk-log-text = Every act, in a log that nobody can change unseen.
desk-log-title = Audit log
log-lead = Every act and every refusal is an entry here, sealed so that nobody can change, remove or add one unseen. Personal data are sealed: the operator opens them where they are needed.
log-none = Nothing has been sealed yet.
log-entries = { $count ->
    [one] One entry
   *[other] { $count } entries
}
log-waiting = { $count ->
    [one] One more waits to be sealed.
   *[other] { $count } more wait to be sealed.
}
log-number = Number
log-time = When
log-who = Who
log-act = What
log-refused = refused:
log-recovery = recovery
log-case = case
log-upon = officer
log-reason = ground
log-actor-visitor = visitor
log-actor-employer = employer
log-actor-officer = officer
log-actor-system = the service
log-proof = Proof of entry { $index }
log-pages = Pages of the log
log-newer = Newer entries
log-older = Older entries
log-checkpoint = Checkpoint
log-checkpoint-text = This signed note stands for all entries up to now. Keep it out of reach of whoever runs the service: with it, anybody can show later whether the log was changed since. It holds no personal data.
log-checkpoint-save = Save the checkpoint
log-vkey = Verifier key
log-vkey-text = What checkpoints are verified with. Keep it once, on paper, from two people; it does not change.
message-log-nothing-title = There is no such entry
message-log-nothing-text = The log has no sealed entry of that number.

help-retention = Deletes what has come to the end of its retention: recoveries and cases that ended, and the keys of the personal data in the audit log
retention-recoveries = { $count ->
    [0] no recovery has come to the end of its retention
    [one] one recovery that ended, deleted
   *[other] { $count } recoveries that ended, deleted
}
retention-cases = { $count ->
    [0] no case has come to the end of its retention
    [one] one case that ended, deleted with all that was typed into it
   *[other] { $count } cases that ended, deleted with all that was typed into them
}
retention-log = { $count ->
    [0] no entry of the log has come to the end of its retention
    [one] one entry of the log whose personal data nobody can open any more
   *[other] { $count } entries of the log whose personal data nobody can open any more
}

log-act-recovery-started = A recovery began
log-act-recovery-mismatched = Data that do not match the registry
log-act-recovery-code-attempted = A code was typed
log-act-recovery-code-accepted = The code was right
log-act-recovery-code-requested = Another code was asked for
log-act-recovery-link-requested = Another link was asked for
log-act-recovery-mail-access-lost = Said to have no access to the mailbox
log-act-recovery-mail-attempted = A mail was taken up
log-act-recovery-mail-accepted = The mail server took a mail
log-act-recovery-mail-rejected = The mail server refused a mail
log-act-recovery-key-recovered = A key was set through the link
log-act-recovery-superseded = Another recovery took its place
log-act-credential-changed = The key changed
log-act-credential-frozen = The key was frozen by “that was not me”
log-act-credential-rehashed = The same key was stored under new parameters
log-act-credential-change-attempted = Somebody with a session tried to change the key
log-act-session-opened = A session began
log-act-session-closed = A session was closed
log-act-session-close-attempted = Somebody with a session tried to close sessions
log-act-session-attempted = Somebody tried to sign in
log-act-notice-accepted = The mail server took a notice
log-act-notice-refused = The mail server refused a notice
log-act-mail-dropped = A mail was not sent: it was of no use any more
log-act-employer-read = All that is held of an employer was shown
log-act-employer-removed = An employer was removed from the registry
log-act-registry-corrected = An approved case corrected the employers’ registry
log-act-registry-imported = The employers’ registry was loaded
log-act-recovery-forgotten = Recoveries whose retention had ended were deleted
log-act-case-forgotten = A case whose retention had ended was deleted
log-act-case-read = Somebody asked for a case
log-act-case-listed = Somebody asked for the list of cases
log-act-case-day-read = Somebody asked for the sheet of a day
log-act-case-figures-read = Somebody asked for the figures
log-act-case-looked-up = Somebody looked for a reference
log-act-case-slip-tried = Somebody typed the code of an envelope
log-act-keys-resealed = What is sealed was sealed anew
log-act-keys-retired = A key was taken out of the ring
log-act-store-restored = A backup was restored
log-act-credential-retired = A key that a restore had brought back was taken out of use
log-act-audit-keys-destroyed = Keys of personal data in this log were destroyed
log-act-audit-gap = Entries are missing from before they were sealed
log-act-officer-added = An officer was added
log-act-officer-disabled = An officer’s access was taken away
log-act-officer-enrolment-asked = An enrolment address was asked for
log-act-officer-enrolment-confirmed = Somebody else confirmed the enrolment address
log-act-officer-enrolment-withdrawn = The request for enrolment was withdrawn
log-act-officer-enrolment-begun = Began to register a passkey
log-act-officer-enrolled-passkey = Registered a passkey
log-act-officer-enrolled-totp = Registered an authenticator app
log-act-officer-enrolment-own = Asked for an enrolment address of their own
log-act-officer-means-given-up = Gave up a passkey or the app
log-act-officer-sign-in-attempted = Somebody tried to sign in at the desk
log-act-officer-signed-in = Signed in at the desk
log-act-officer-signed-out = Signed out of the desk
log-act-officer-touched = Touched their key for a decision
log-act-officer-touch-attempted = Typed a code for a decision
log-act-officer-turned-away = Asked for what their role does not have
