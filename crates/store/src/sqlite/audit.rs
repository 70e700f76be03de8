//! The audit log's rows: written inside the transaction of what they tell.

use clavero_protocol::{OfficerId, RecoveryId};
use rusqlite::params;

use super::writer::Tx;
use crate::{Actor, AuditEntry, StoreError};

pub(super) fn append(tx: &Tx<'_>, entry: &AuditEntry) -> Result<(), StoreError> {
    let (actor, actor_id) = match entry.actor {
        Actor::System => (0, None),
        Actor::Visitor => (1, None),
        Actor::Employer => (2, None),
        Actor::Officer(id) => (3, Some(id)),
    };
    let bytes = |id: Option<OfficerId>| id.map(|OfficerId(id)| id.to_vec());
    tx.connection
        .prepare_cached(
            "INSERT INTO audit (at, actor, act, employer_id, recovery_id, refusal, actor_id, officer_id, form) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            tx.now.as_micros(),
            actor,
            entry.act,
            entry.employer,
            entry.recovery.as_ref().map(|RecoveryId(id)| id.as_slice()),
            entry.refusal,
            bytes(actor_id),
            bytes(entry.officer),
            entry.form.as_ref().map(<[u8; 32]>::as_slice),
        ])?;
    Ok(())
}
