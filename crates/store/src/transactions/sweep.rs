//! Forgets what has ended, a little at a time.

use std::time::Duration;

use clavero_protocol::Policy;

use crate::{
    SessionLife, StoreError,
    sql::{Tx, params},
};

const DAY: Duration = Duration::from_hours(24);
/// How long a stop link is heard after the longest life of its case.
const STOP_AFTER_END: Duration = Duration::from_hours(30 * 24);
/// How long the "no fui yo" link works.
const REPUDIATION: Duration = Duration::from_hours(240);

pub(crate) async fn run(
    tx: &dyn Tx,
    life: SessionLife,
    policy: &Policy,
    max: u32,
) -> Result<u64, StoreError> {
    let now = tx.now().await?;
    let flows = policy.flow_ttl + policy.form_ttl + DAY;
    // Table, key, the column that tells, and how long ago that must have been.
    let sweeps = [
        ("budget", "key", "expires_at", Duration::ZERO),
        ("spent", "digest", "expires_at", Duration::ZERO),
        ("link", "verifier", "created_at", flows),
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
