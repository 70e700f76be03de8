//! Breaks on purpose: each does to the database what a fault of the program would, so that it shows whether anybody notices.

use std::path::Path;

use clavero_store::Binding;
use rusqlite::Connection;

/// A way to break the program.
pub struct Break {
    /// What it is called.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    /// The check that has to notice.
    pub noticed_by: &'static str,
    /// The triggers that do it.
    trigger: &'static str,
}

/// The breaks.
pub const BREAKS: [Break; 10] = [
    Break {
        name: "guesses-uncounted",
        what: "a guess is compared and not counted",
        noticed_by: "I3",
        trigger: "CREATE TRIGGER broken AFTER UPDATE OF attempts ON recovery WHEN NEW.attempts > OLD.attempts BEGIN \
         UPDATE recovery SET attempts = OLD.attempts WHERE id = OLD.id; END",
    },
    Break {
        name: "notice-forgotten",
        what: "a key changes and its owner is not told",
        noticed_by: "I6",
        trigger: "CREATE TRIGGER broken AFTER INSERT ON outbox WHEN NEW.kind = 2 BEGIN \
         DELETE FROM outbox WHERE id = NEW.id; END",
    },
    Break {
        name: "entry-forgotten",
        what: "a key changes and the log does not tell",
        noticed_by: "I6",
        trigger: "CREATE TRIGGER broken AFTER INSERT ON audit WHEN NEW.act = 'credential.changed' BEGIN \
         DELETE FROM audit WHERE seq = NEW.seq; END",
    },
    Break {
        name: "sessions-stay",
        what: "sessions outlive the key",
        noticed_by: "I5",
        trigger: "CREATE TRIGGER broken BEFORE DELETE ON session BEGIN SELECT RAISE(IGNORE); END",
    },
    Break {
        name: "budgets-forget",
        what: "a budget is not written down",
        noticed_by: "I11",
        trigger: "CREATE TRIGGER broken AFTER INSERT ON budget BEGIN DELETE FROM budget WHERE key = NEW.key; END",
    },
    Break {
        name: "own-approval",
        what: "what an officer asks for is approved by having been asked for",
        noticed_by: "I8",
        trigger: "CREATE TRIGGER broken AFTER UPDATE OF stage ON assisted_case WHEN NEW.stage = 3 BEGIN \
         UPDATE assisted_case SET stage = 4, approved_by = asked_by, approved_at = asked_at WHERE id = NEW.id; END",
    },
    Break {
        name: "wait-forgotten",
        what: "an approval is as good as rested",
        noticed_by: "I9",
        trigger: "CREATE TRIGGER broken AFTER UPDATE OF approved_at ON assisted_case WHEN NEW.stage = 4 AND OLD.stage = 3 BEGIN \
         UPDATE assisted_case SET approved_at = approved_at - 259200000000 WHERE id = NEW.id; END",
    },
    Break {
        name: "address-returns",
        what: "the desk corrects an address, and the next code goes to the one before it",
        noticed_by: "I7",
        trigger: "CREATE TABLE broken_address (id INTEGER PRIMARY KEY, email BLOB, email_index BLOB); \
         CREATE TRIGGER broken AFTER UPDATE OF email_version ON employer WHEN OLD.email IS NOT NULL BEGIN \
         INSERT OR REPLACE INTO broken_address VALUES (OLD.id, OLD.email, OLD.email_index); END; \
         CREATE TRIGGER broken_again AFTER INSERT ON outbox WHEN NEW.kind = 0 BEGIN UPDATE employer \
         SET email = former.email, email_index = former.email_index FROM broken_address AS former \
         WHERE former.id = NEW.employer_id AND employer.id = former.id; END",
    },
    Break {
        name: "leaf-rewritten",
        what: "an entry is rewritten after it was sealed",
        noticed_by: "I14",
        trigger: "CREATE TRIGGER broken AFTER INSERT ON audit_checkpoint WHEN NEW.size > 200 BEGIN \
         UPDATE audit_entry SET line = replace(line, 'recovery', 'rec0very') WHERE place = 100; END",
    },
    Break {
        name: "tree-forgets",
        what: "the hashes of a part of the tree are written over",
        noticed_by: "I14",
        trigger: "CREATE TRIGGER broken AFTER INSERT ON audit_tile WHEN NEW.level = 0 BEGIN \
         UPDATE audit_tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND number = NEW.number - 1; END",
    },
];

/// What a broken world has in place of the ring's binding of rows: a fault of the program would have bound what it wrote, which a
/// trigger cannot.
pub(crate) struct Credulous;

impl Binding for Credulous {
    fn tag(&self, _: &'static str, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }

    fn holds(&self, _: &'static str, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

/// Breaks the database at `path`.
///
/// # Errors
/// When there is no such break, or the database does not take it.
pub fn apply(name: &str, path: &Path) -> Result<(), String> {
    let broken = BREAKS.iter().find(|known| known.name == name);
    let broken = broken.ok_or_else(|| format!("no break is called {name}"))?;
    let db = Connection::open(path).map_err(|error| error.to_string())?;
    db.execute_batch(broken.trigger).map_err(|error| error.to_string())
}
