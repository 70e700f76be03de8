//! `clavero backup`: the whole database in one file, while the service runs.

use std::{fmt::Display, path::Path};

use clavero_store::{BackupError, Clock as _, Contents, Sqlite, SystemClock};

use crate::{
    cli::Backup,
    config::{Database, Settings},
    failure::Failure,
    parts,
    progress::Stretch,
    terminal::Terminal,
};

/// Writes the backup, and says what is in it and what is not.
pub(crate) fn run(command: &Backup, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let Database::Sqlite(path) = &settings.database else {
        return Err(Failure::say("failed-backup-postgres", [("path", &settings.database.shown())]));
    };
    parts::require_database(&settings.database)?;
    let mut progress = Stretch::new(terminal, "backup-progress");
    let done = Sqlite::back_up(path, &command.file, SystemClock::new().now(), &mut |done, all| {
        progress.at(done, all);
    });
    progress.finish();
    let contents = done.map_err(|error| failure(&error, settings, &command.file))?;
    terminal.print("backup-done", &[("path", &command.file.display().to_string())]);
    tell_contents(&contents, terminal);
    terminal.tell("backup-without", &[("keys", &settings.key_file.display().to_string())]);
    Ok(())
}

/// Counts, so that the operator sees that it is theirs.
pub(super) fn tell_contents(contents: &Contents, terminal: Terminal) {
    let count = |number: u64| number.to_string();
    terminal.tell(
        "backup-contents",
        &[
            ("employers", &count(contents.employers)),
            ("credentials", &count(contents.credentials)),
            ("cases", &count(contents.cases)),
            ("officers", &count(contents.officers)),
            ("entries", &count(contents.entries)),
        ],
    );
}

/// Why there is no file at `to`.
pub(super) fn failure(error: &BackupError, settings: &Settings, to: &Path) -> Failure {
    let to: &dyn Display = &to.display();
    match error {
        BackupError::Exists => Failure::say("failed-backup-exists", [("path", &to)]),
        BackupError::Damaged(why) => Failure::say("failed-backup-damaged", [("why", why)]),
        BackupError::Store(error) => parts::store_failure(&settings.database, error),
        BackupError::File(error) => Failure::say("failed-write", [("path", &to), ("why", error)]),
    }
}
