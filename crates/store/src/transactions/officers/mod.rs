//! The officers' tables. Who may do what is the protocol's; here each act and each refusal is saved with its entry.

mod access;
mod proofs;
mod rows;

use clavero_protocol::OfficerRefusal;

use super::audit;
use crate::{AuditEntry, StoreError, sql::Tx};

pub(crate) use access::{add, ask, confirm, disable, enrol, give_up, open_own, withdraw};
pub(crate) use proofs::{
    close_other_sessions, close_session, keep_ceremony, note_session, open_session, take_ceremony, touch,
};
pub(crate) use rows::{
    enrolment, officer, officer_by_email, officers, other_sessions, passkey, passkeys, requests, session,
};

/// Why an act stopped: the rules said no, before anything was written; or the engine failed.
enum Stop {
    Refused(OfficerRefusal),
    Failed(StoreError),
}

impl From<OfficerRefusal> for Stop {
    fn from(refusal: OfficerRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Writes down what became of an act, in its own transaction.
async fn told<T>(
    tx: &dyn Tx,
    entry: &AuditEntry,
    outcome: Result<T, Stop>,
) -> Result<Result<T, OfficerRefusal>, StoreError> {
    match outcome {
        Ok(done) => {
            audit::append(tx, entry).await?;
            Ok(Ok(done))
        }
        Err(Stop::Refused(refusal)) => {
            audit::append(tx, &entry.clone().refused(refusal.as_str())).await?;
            Ok(Err(refusal))
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}
