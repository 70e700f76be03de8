//! The audit log's rows: written inside the transaction of what they tell.

use clavero_protocol::RecoveryId;
use rusqlite::params;

use super::writer::Tx;
use crate::{Actor, AuditEntry, StoreError};

pub(super) fn append(tx: &Tx<'_>, entry: &AuditEntry) -> Result<(), StoreError> {
    let actor = match entry.actor {
        Actor::System => 0,
        Actor::Visitor => 1,
        Actor::Employer => 2,
    };
    tx.connection
        .prepare_cached(
            "INSERT INTO audit (at, actor, act, employer_id, recovery_id, refusal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            tx.now.as_micros(),
            actor,
            entry.act,
            entry.employer,
            entry.recovery.as_ref().map(|RecoveryId(id)| id.as_slice()),
            entry.refusal,
        ])?;
    Ok(())
}
