//! The audit log's rows: written inside the transaction of what they tell, sealed a moment later.

use clavero_audit::json::{self, Value};
use clavero_protocol::{OfficerId, RecoveryId};

use crate::{
    Actor, AuditEntry, StoreError,
    sql::{Tx, params},
};

pub(crate) async fn append(tx: &dyn Tx, entry: &AuditEntry) -> Result<(), StoreError> {
    let (actor, actor_id) = match &entry.actor {
        Actor::System => (0_i64, None),
        Actor::Visitor => (1, None),
        Actor::Employer => (2, None),
        Actor::Officer(OfficerId(id)) => (3, Some(id)),
    };
    let at = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO audit (at, actor, act, employer_id, recovery_id, refusal, actor_id, officer_id, form, \
         case_id, reason, personal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            at,
            actor,
            entry.act,
            entry.employer,
            entry.recovery.as_ref().map(|RecoveryId(id)| id),
            entry.refusal,
            actor_id,
            entry.officer.as_ref().map(|OfficerId(id)| id),
            entry.form,
            entry.case,
            entry.reason,
            personal(entry),
        ],
    )
}

fn personal(entry: &AuditEntry) -> Option<String> {
    let fields = entry.personal.iter().map(|(name, text)| ((*name).to_owned(), Value::from(text.as_str())));
    (!entry.personal.is_empty()).then(|| json::write(&fields.collect()))
}

/// The actor of a row.
pub(crate) fn actor(word: i64, id: Option<[u8; 16]>) -> Result<Actor, StoreError> {
    match (word, id) {
        (0, None) => Ok(Actor::System),
        (1, None) => Ok(Actor::Visitor),
        (2, None) => Ok(Actor::Employer),
        (3, Some(id)) => Ok(Actor::Officer(OfficerId(id))),
        _ => Err(StoreError::Corrupt("audit.actor")),
    }
}
