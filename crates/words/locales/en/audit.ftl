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
failed-audit-no-database = there is no database at { $path }
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

help-retention = Deletes what has come to the end of its retention: cases that ended, and the keys of the personal data in the audit log
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
