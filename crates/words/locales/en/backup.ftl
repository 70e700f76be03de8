help-copy = Takes the whole database from one engine to the other, and back; goes on where it was interrupted
help-copy--from = From where: sqlite:PATH or postgres://…; nobody uses it meanwhile
help-copy--to = To where: sqlite:PATH or postgres://…; empty, or with what an interrupted copy left

copy-progress = { $done } of { $all } rows copied
copy-comparing = { $done } of { $all } rows compared
copy-resumed = { $rows } rows were there already, from a copy that was interrupted
copy-done = { $rows } rows, the same on both sides. Set database.url to { $to } with the same key ring, and put { $from } where no service uses it.

failed-copy = { $from } could not be copied to { $to }: { $why }
failed-copy-address = { $option } is neither sqlite:PATH nor postgres://…
failed-copy-in-use = { $from } or { $to } is in use; stop every service and command of clavero first
failed-copy-waiting = { $count } entries of the audit log wait to be sealed in { $from }; start the service once, end it by SIGTERM, and try again
failed-copy-not-empty = { $to } is not empty, and is not touched
failed-copy-other = { $to } has a part of another database, or of this one as it was before; empty it (delete the file, or make another database) and try again
failed-copy-older = { $from } has schema { $found }, and { $known } is needed; run clavero migrate first
failed-copy-schema = the two sides do not have the same: { $what }
failed-copy-differs = the table { $table } is not the same on both sides, so { $to } is of no use: empty it and try again

restore-officers = { $count ->
    [0] No officer who was disabled after the backup had got in again.
    [one] One officer who was disabled after the backup is disabled again.
   *[other] { $count } officers who were disabled after the backup are disabled again.
}
restore-officer-stays = CAUTION: { $name }, who had been disabled, is the last admin and has access again; add another one and disable them
