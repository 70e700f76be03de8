//! `clavero copy`: from one engine to the other, and back.

use clavero_protocol::Hex;
use clavero_store::{CopyError, Phase, Place, copy};

use crate::{
    cli::Copy,
    config::Database,
    failure::Failure,
    parts,
    progress::Stretch,
    terminal::{self, Terminal},
};

/// Copies everything, and prints a line a table: its name, its rows, their SHA-256 on both sides.
pub(crate) async fn run(command: &Copy, terminal: Terminal) -> Result<(), Failure> {
    let (from, to) = (database(&command.from, "--from")?, database(&command.to, "--to")?);
    parts::require_database(&from)?;
    parts::make_folder(&to)?;
    let mut copying = Stretch::new(terminal, "copy-progress");
    let mut comparing = Stretch::new(terminal, "copy-comparing");
    let (source, target) = (place(&from), place(&to));
    let mut watch = |phase, done, all| match phase {
        Phase::Copying => copying.at(done, all),
        Phase::Comparing => comparing.at(done, all),
    };
    let copied = copy(&source, &target, &mut watch).await;
    copying.finish();
    comparing.finish();
    let copied = copied.map_err(|error| failure(&error, &from, &to))?;
    if copied.before > 0 {
        terminal.tell("copy-resumed", &[("rows", &copied.before.to_string())]);
    }
    let mut all = 0;
    for (table, rows, digest) in &copied.tables {
        terminal::print(&format!("{table:<20} {rows:>12} {}", Hex(digest)));
        all += rows;
    }
    let (rows, to) = (all.to_string(), to.shown());
    terminal.tell("copy-done", &[("rows", &rows), ("to", &to), ("from", &from.shown())]);
    Ok(())
}

/// What was written, which may hold a password, is not told again.
fn database(text: &str, option: &str) -> Result<Database, Failure> {
    Database::parse(text).ok_or_else(|| Failure::say("failed-copy-address", [("option", &option)]))
}

fn place(database: &Database) -> Place {
    match database {
        Database::Sqlite(path) => Place::Sqlite(path.clone()),
        Database::Postgres(url) => Place::Postgres(url.reveal().to_owned()),
    }
}

fn failure(error: &CopyError, from: &Database, to: &Database) -> Failure {
    let (from, to) = (from.shown(), to.shown());
    match error {
        CopyError::InUse => Failure::say("failed-copy-in-use", [("from", &from), ("to", &to)]),
        CopyError::Waiting(count) => Failure::say("failed-copy-waiting", [("from", &from), ("count", count)]),
        CopyError::Unready => Failure::say("failed-unready-copy", [("path", &from)]),
        CopyError::NotEmpty => Failure::say("failed-copy-not-empty", [("to", &to)]),
        CopyError::OtherSource => Failure::say("failed-copy-other", [("to", &to)]),
        CopyError::OlderSchema { found, known } => {
            Failure::say("failed-copy-older", [("from", &from), ("found", found), ("known", known)])
        }
        CopyError::OtherSchema(what) => Failure::say("failed-copy-schema", [("what", what)]),
        CopyError::Differs(table) => Failure::say("failed-copy-differs", [("table", table), ("to", &to)]),
        CopyError::Store(why) => Failure::say("failed-copy", [("from", &from), ("to", &to), ("why", why)]),
    }
}
