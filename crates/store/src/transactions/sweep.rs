//! Forgets what has ended, a little at a time.

use std::time::Duration;

use clavero_protocol::{Policy, Timestamp};

use super::audit;
use crate::{
    Actor, AuditEntry, SessionLife, StoreError, acts,
    sql::{Tx, params},
};

const DAY: Duration = Duration::from_hours(24);
/// How long a stop link is heard after the longest life of its case.
const STOP_AFTER_END: Duration = Duration::from_hours(30 * 24);
/// How long the "no fui yo" link works.
const REPUDIATION: Duration = Duration::from_hours(240);

/// How long after its start anybody may still ask for a flow or its link: as long as it could last, and a day.
fn asked_for(policy: &Policy) -> Duration {
    policy.flow_ttl + policy.form_ttl + DAY
}

pub(crate) async fn run(
    tx: &dyn Tx,
    life: SessionLife,
    policy: &Policy,
    max: u32,
) -> Result<u64, StoreError> {
    let now = tx.now().await?;
    // Table, key, the column that tells, and how long ago that must have been.
    let sweeps = [
        ("budget", "key", "expires_at", Duration::ZERO),
        ("spent", "digest", "expires_at", Duration::ZERO),
        ("link", "verifier", "created_at", asked_for(policy)),
        ("session", "token", "created_at", life.absolute),
        ("session", "token", "last_seen_at", life.idle),
        ("officer_session", "token", "created_at", DAY),
        ("ceremony", "token", "expires_at", Duration::ZERO),
        ("repudiation", "verifier", "created_at", REPUDIATION),
        ("case_stop", "verifier", "created_at", policy.cases.case_ttl + STOP_AFTER_END),
        ("device", "employer_id, token", "created_at", DAY * 365),
    ];
    let mut gone = 0;
    for (table, key, column, span) in sweeps {
        // What somebody has in hand is not waited for: it is about to be used again, or goes the next time.
        let free = tx.dialect().take_free();
        let sql = format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {column} <= ?1 LIMIT ?2{free})"
        );
        gone += tx.execute(&sql, params![(now - span).as_micros(), max]).await?;
    }
    Ok(gone)
}

/// The end of retention of recoveries, however they ended. A mail of one that still waits is dropped by whoever takes it up; a
/// case that came from one, or led to one, keeps a name that nothing bears.
pub(crate) async fn forget_recoveries(
    tx: &dyn Tx,
    before: Timestamp,
    policy: &Policy,
    max: u32,
) -> Result<u64, StoreError> {
    let before = before.min(tx.now().await? - asked_for(policy)).as_micros();
    let free = tx.dialect().take_free();
    let sql = format!(
        "DELETE FROM recovery WHERE id IN (SELECT id FROM recovery WHERE created_at < ?1 LIMIT ?2{free})"
    );
    let gone = tx.shred(&sql, params![before, max]).await?;
    if gone > 0 {
        audit::append(tx, &AuditEntry::done(Actor::System, acts::RECOVERIES_FORGOTTEN)).await?;
    }
    Ok(gone)
}
