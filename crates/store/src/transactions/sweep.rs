//! Forgets what has ended, a little at a time.

use std::time::Duration;

use clavero_protocol::Policy;
use rusqlite::params;

use super::writer::Tx;
use crate::{SessionLife, StoreError};

const DAY: Duration = Duration::from_hours(24);
/// How long a stop link is heard after the longest life of its case.
const STOP_AFTER_END: Duration = Duration::from_hours(30 * 24);
/// How long the "no fui yo" link works.
const REPUDIATION: Duration = Duration::from_hours(240);

pub(super) fn run(tx: &Tx<'_>, life: SessionLife, policy: &Policy, max: u32) -> Result<u64, StoreError> {
    let before = |span: Duration| (tx.now - span).as_micros();
    let flows = policy.flow_ttl + policy.form_ttl + DAY;
    // Each statement takes the moment before which rows have ended, and how many to forget at most.
    let sweeps = [
        (
            "DELETE FROM budget WHERE key IN (SELECT key FROM budget WHERE expires_at <= ?1 LIMIT ?2)",
            before(Duration::ZERO),
        ),
        (
            "DELETE FROM spent WHERE digest IN (SELECT digest FROM spent WHERE expires_at <= ?1 LIMIT ?2)",
            before(Duration::ZERO),
        ),
        (
            "DELETE FROM link WHERE verifier IN (SELECT verifier FROM link WHERE created_at <= ?1 LIMIT ?2)",
            before(flows),
        ),
        (
            "DELETE FROM session WHERE token IN (SELECT token FROM session WHERE created_at <= ?1 LIMIT ?2)",
            before(life.absolute),
        ),
        (
            "DELETE FROM session WHERE token IN (SELECT token FROM session WHERE last_seen_at <= ?1 LIMIT ?2)",
            before(life.idle),
        ),
        (
            "DELETE FROM officer_session WHERE token IN (SELECT token FROM officer_session WHERE created_at <= ?1 LIMIT ?2)",
            before(DAY),
        ),
        (
            "DELETE FROM ceremony WHERE token IN (SELECT token FROM ceremony WHERE expires_at <= ?1 LIMIT ?2)",
            before(Duration::ZERO),
        ),
        (
            "DELETE FROM repudiation WHERE verifier IN (SELECT verifier FROM repudiation WHERE created_at <= ?1 LIMIT ?2)",
            before(REPUDIATION),
        ),
        (
            "DELETE FROM case_stop WHERE verifier IN (SELECT verifier FROM case_stop WHERE created_at <= ?1 LIMIT ?2)",
            before(policy.cases.case_ttl + STOP_AFTER_END),
        ),
        (
            "DELETE FROM device WHERE (employer_id, token) IN \
             (SELECT employer_id, token FROM device WHERE created_at <= ?1 LIMIT ?2)",
            before(DAY * 365),
        ),
    ];
    let mut gone = 0;
    for (sql, ended_before) in sweeps {
        gone += tx.connection.prepare_cached(sql)?.execute(params![ended_before, max])?;
    }
    Ok(gone as u64)
}
