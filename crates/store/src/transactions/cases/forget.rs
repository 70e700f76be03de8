//! The end of retention: old cases go, with everything that was typed into them.

use clavero_protocol::{Policy, Timestamp};

use super::rows;
use crate::{
    Actor, AuditEntry, StoreError, acts,
    sql::{Tx, params},
    transactions::audit,
};

/// What holds a part of a case.
const PARTS: [&str; 5] = [
    "DELETE FROM case_document WHERE case_id = ?1",
    "DELETE FROM case_event WHERE case_id = ?1",
    "DELETE FROM case_stop WHERE case_id = ?1",
    "DELETE FROM outbox WHERE case_id = ?1",
    "DELETE FROM assisted_case WHERE id = ?1",
];

pub(crate) async fn forget(
    tx: &dyn Tx,
    before: Timestamp,
    policy: &Policy,
    max: u32,
) -> Result<u64, StoreError> {
    // What a supervisor has to decide (7) does not end by waiting; whatever else was opened so long ago has run out.
    let condition = "updated_at < ?1 AND (stage >= 10 OR (stage <> 7 AND created_at < ?2)) \
                     ORDER BY updated_at LIMIT ?3";
    let longest = policy.cases.case_ttl + policy.cases.slip_ttl + policy.activation_ttl();
    let run_out = tx.now().await? - longest;
    let ended = rows::select(tx, condition, params![before.as_micros(), run_out.as_micros(), max]).await?;
    for record in &ended {
        let id = record.case.id.0;
        for part in PARTS {
            tx.shred(part, params![id]).await?;
        }
        let entry = AuditEntry::done(Actor::System, acts::CASE_FORGOTTEN);
        audit::append(tx, &entry.within_case(id)).await?;
    }
    Ok(ended.len() as u64)
}
