//! What a restore ends. Statements over whole tables: nobody else works here meanwhile.

use clavero_protocol::{EmployerKey, Stage, Timestamp};

use super::{Whole, audit, employers, hold, meta};
use crate::{
    Actor, AuditEntry, KeyState, Restore, Restored, Retire, StoreError, acts,
    sql::{Query as _, Read, Tx, params},
    stage::StageColumns,
};

/// A slip's digest that no secret has.
const NO_SLIP: [u8; 32] = [0; 32];

pub(crate) async fn run(tx: &dyn Tx, restore: &Restore) -> Result<Restored, StoreError> {
    hold(tx, Whole::Log)?;
    hold(tx, Whole::Officers)?;
    // Two restores of one backup never have the same: they are not of one microsecond.
    let now = tx.now().await?;
    let epoch = (meta::epoch(tx).await? + 1).max(now.as_micros().unsigned_abs());
    meta::put(tx, "epoch", i64::try_from(epoch).unwrap_or(i64::MAX))?;
    let restored = Restored {
        epoch,
        sessions: all(tx, "session").await?,
        officer_sessions: all(tx, "officer_session").await? + all(tx, "ceremony").await?,
        recoveries: supersede(tx, now).await?,
        links: all(tx, "link").await?,
        slips: end_slips(tx).await?,
        enrolments: tx.execute("DELETE FROM enrolment WHERE used_at IS NULL", params![]).await?
            + all(tx, "enrolment_request").await?,
        // Codes and links. Notices stay: they tell of what stands, and their links can only stop something.
        mails: tx.execute("DELETE FROM outbox WHERE kind IN (0, 1, 3)", params![]).await?,
    };
    // A code to a case's mailbox that was on its way: without one, another can be asked for at once.
    tx.put(
        "UPDATE assisted_case SET code_queued_at = NULL, code_handoff = NULL, code_accepted_at = NULL \
         WHERE verified_at IS NULL",
        params![],
    )?;
    tx.put(
        "UPDATE officer SET totp_step = ?1 WHERE totp IS NOT NULL AND coalesce(totp_step, 0) < ?1",
        params![restore.totp_step],
    )?;
    meta::ready(tx)?;
    let entry = AuditEntry::done(Actor::System, acts::RESTORED);
    let entry = AuditEntry { reason: restore.lost.clone().map(Into::into), ..entry };
    audit::append(tx, &entry).await?;
    Ok(restored)
}

/// Deletes all rows of a table.
async fn all(tx: &dyn Tx, table: &str) -> Result<u64, StoreError> {
    tx.execute(&format!("DELETE FROM {table}"), params![]).await
}

/// Ends every recovery that waits for something, as another one would.
async fn supersede(tx: &dyn Tx, now: Timestamp) -> Result<u64, StoreError> {
    let ended = StageColumns::encode(&Stage::Superseded { at: now });
    tx.execute(
        "UPDATE recovery SET stage = ?1, counter = ?2, queued_at = ?3, handoff = ?4, accepted_at = ?5, \
         attempts = ?6, ended_at = ?7, reason = ?8 WHERE stage < 2",
        params![
            ended.stage,
            ended.counter,
            ended.queued_at,
            ended.handoff,
            ended.accepted_at,
            ended.attempts,
            ended.ended_at,
            ended.reason,
        ],
    )
    .await
}

/// The hand-over stays begun: an officer can begin it again, which makes another slip.
async fn end_slips(tx: &dyn Tx) -> Result<u64, StoreError> {
    // 10 and above: cases that have ended, whose slips are used.
    let sql = "UPDATE assisted_case SET slip = ?1, version = version + 1 WHERE slip <> ?1 AND stage < 10";
    tx.execute(sql, params![NO_SLIP]).await
}

pub(crate) async fn key_states(db: &dyn Read, above: i64, max: u32) -> Result<Vec<KeyState>, StoreError> {
    let sql = "SELECT employer_id, changed_at, frozen FROM credential WHERE employer_id > ?1 \
               ORDER BY employer_id LIMIT ?2";
    db.all(sql, params![above, max], |row| {
        let changed_at = Timestamp::from_micros(row.get(1)?);
        Ok(KeyState { employer: row.get(0)?, changed_at, frozen: row.get(2)? })
    })
    .await
}

pub(crate) async fn retire(tx: &dyn Tx, keys: &[Retire]) -> Result<Vec<EmployerKey>, StoreError> {
    let mut found = Vec::with_capacity(keys.len());
    for Retire { employer, credential, frozen } in keys {
        employers::hold(tx, employer)?;
        if employers::find(tx, employer).await?.is_none() {
            continue;
        }
        employers::set_credential(tx, employer, credential).await?;
        if *frozen {
            let sql = "UPDATE credential SET frozen = TRUE WHERE employer_id = ?1";
            tx.put(sql, params![employer.as_i64()])?;
        }
        audit::append(tx, &AuditEntry::done(Actor::System, acts::KEY_RETIRED).of(Some(employer))).await?;
        found.push(*employer);
    }
    Ok(found)
}
