//! What an examination found, in words.

use clavero_audit::{CheckpointError, NoteError, examine::Finding};

use crate::failure::Failure;

pub(in crate::commands) fn failure(finding: &Finding) -> Failure {
    match finding {
        Finding::Altered { index } => Failure::say("audit-found-altered", [("index", index)]),
        Finding::Displaced { index, by } => {
            Failure::say("audit-found-displaced", [("index", index), ("by", by)])
        }
        Finding::Missing { index } => Failure::say("audit-found-missing", [("index", index)]),
        Finding::Rewritten { from, to } => {
            Failure::say("audit-found-rewritten", [("first", from), ("last", &to.saturating_sub(1))])
        }
        Finding::Appended { index } => Failure::say("audit-found-appended", [("index", index)]),
        Finding::Truncated { size, signed } => {
            Failure::say("audit-found-truncated", [("size", size), ("signed", signed), ("index", size)])
        }
        Finding::Older { size, signed } => {
            Failure::say("audit-found-older", [("size", size), ("signed", signed)])
        }
        Finding::Hashes { tile } => {
            Failure::say("audit-found-hashes", [("level", &tile.level), ("number", &tile.number)])
        }
        Finding::Vanished { count } => Failure::say("audit-found-vanished", [("count", count)]),
        Finding::Checkpoint { size, error } => Failure::say(reason(*error), [("size", size)]),
    }
}

const fn reason(error: CheckpointError) -> &'static str {
    match error {
        CheckpointError::Note(NoteError::OtherKey | NoteError::Key) => "audit-found-other-key",
        CheckpointError::Note(NoteError::Signature) => "audit-found-signature",
        CheckpointError::OtherLog => "audit-found-other-log",
        CheckpointError::Note(NoteError::Form) | CheckpointError::Form => "audit-found-no-checkpoint",
    }
}
