//! Breaks on purpose: each does to the database what a fault of the program would, so that it shows whether anybody notices.

use std::path::Path;

use rusqlite::Connection;

/// The breaks by name: what it does, and the trigger that does it.
pub const BREAKS: [(&str, &str, &str); 5] = [
    (
        "guesses-uncounted",
        "a guess is compared and not counted",
        "CREATE TRIGGER broken AFTER UPDATE OF attempts ON recovery WHEN NEW.attempts > OLD.attempts BEGIN \
         UPDATE recovery SET attempts = OLD.attempts WHERE id = OLD.id; END",
    ),
    (
        "notice-forgotten",
        "a key changes and its owner is not told",
        "CREATE TRIGGER broken AFTER INSERT ON outbox WHEN NEW.kind = 2 BEGIN \
         DELETE FROM outbox WHERE id = NEW.id; END",
    ),
    (
        "entry-forgotten",
        "a key changes and the log does not tell",
        "CREATE TRIGGER broken AFTER INSERT ON audit WHEN NEW.act = 'credential.changed' BEGIN \
         DELETE FROM audit WHERE seq = NEW.seq; END",
    ),
    (
        "sessions-stay",
        "sessions outlive the key",
        "CREATE TRIGGER broken BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END",
    ),
    (
        "budgets-forget",
        "a budget is not written down",
        "CREATE TRIGGER broken AFTER INSERT ON budget BEGIN DELETE FROM budget WHERE key = NEW.key; END",
    ),
];

/// Breaks the database at `path`.
///
/// # Errors
/// When there is no such break, or the database does not take it.
pub fn apply(name: &str, path: &Path) -> Result<(), String> {
    let (_, _, trigger) = BREAKS
        .iter()
        .find(|(known, ..)| *known == name)
        .ok_or_else(|| format!("no break is called {name}"))?;
    let db = Connection::open(path).map_err(|error| error.to_string())?;
    db.execute_batch(trigger).map_err(|error| error.to_string())
}
