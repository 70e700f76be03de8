//! Recoveries and links as rows. Written by `decision` only.

use std::collections::BTreeSet;

use clavero_protocol::{CaseId, EmployerKey, Hex, Origin, Recovery, RecoveryId, Subject, Timestamp};

use crate::{
    Digest, LinkRecord, RecoveryRecord, StoreError, binding,
    dialect::{Lock, array},
    sql::{Query as _, Read, Row, Tx, Value, bytes, params},
    stage::StageColumns,
};

const COLUMNS: &str = "r.id, r.employer_id, r.email_version, r.token, r.key_id, r.reference, r.locale, r.created_at, r.stage, \
     r.counter, r.queued_at, r.handoff, r.accepted_at, r.attempts, r.ended_at, r.reason, r.origin, r.case_id, r.codes_budget, \
     r.mac";

pub(crate) async fn find(
    db: &dyn Read,
    id: RecoveryId,
    lock: Lock,
) -> Result<Option<RecoveryRecord>, StoreError> {
    let lock = db.dialect().lock_recovery(lock);
    let sql = format!("SELECT {COLUMNS} FROM recovery r WHERE r.id = ?1{lock}");
    Ok(db.first(&sql, params![id.0], |row| bound(db, row)).await?.flatten())
}

/// Those of `ids` that are there, in the order of their ids.
pub(crate) async fn find_all(
    tx: &dyn Tx,
    ids: BTreeSet<RecoveryId>,
) -> Result<Vec<RecoveryRecord>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (these, lock) = (tx.dialect().octets(1), tx.dialect().lock_recovery(Lock::Row));
    let sql = format!("SELECT {COLUMNS} FROM recovery r WHERE r.id IN ({these}) ORDER BY r.id{lock}");
    let ids = array(ids.iter().map(|id| format!("\"{}\"", Hex(&id.0))));
    Ok(tx.all(&sql, params![ids], |row| bound(tx, row)).await?.into_iter().flatten().collect())
}

pub(crate) async fn find_link(
    db: &dyn Read,
    verifier: &Digest,
    lock: Lock,
) -> Result<Option<LinkRecord>, StoreError> {
    let lock = db.dialect().lock_recovery(lock);
    let sql = format!(
        "SELECT {COLUMNS}, l.counter, l.mac FROM link l JOIN recovery r ON r.id = l.recovery_id \
         WHERE l.verifier = ?1{lock}"
    );
    let read = |row: &Row<'_>| {
        let Some(record) = bound(db, row)? else { return Ok(None) };
        let (counter, mac): (u32, Option<Vec<u8>>) = (row.get(20)?, row.get(21)?);
        let says = link_says(verifier, &record.recovery.id, counter);
        Ok(binding::holds(db, LINK, &says, mac.as_ref())?.then_some(LinkRecord { counter, record }))
    };
    Ok(db.first(&sql, params![verifier], read).await?.flatten())
}

/// The recoveries of an employer that another one could end.
pub(crate) async fn live(tx: &dyn Tx, employer: &EmployerKey) -> Result<Vec<RecoveryRecord>, StoreError> {
    let lock = tx.dialect().lock_recovery(Lock::Row);
    let sql = format!(
        "SELECT {COLUMNS} FROM recovery r WHERE r.employer_id = ?1 AND r.stage < 2 ORDER BY r.id{lock}"
    );
    let live = tx.all(&sql, params![employer.as_i64()], |row| bound(tx, row)).await?;
    Ok(live.into_iter().flatten().collect())
}

/// All recoveries of an employer, the oldest first.
pub(crate) async fn all_of(db: &dyn Read, employer: &EmployerKey) -> Result<Vec<RecoveryRecord>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM recovery r WHERE r.employer_id = ?1 ORDER BY r.created_at, r.id");
    let all = db.all(&sql, params![employer.as_i64()], |row| bound(db, row)).await?;
    Ok(all.into_iter().flatten().collect())
}

const RECOVERY: &str = "recovery";
const LINK: &str = "link";

/// What a live recovery is bound to: whose it is, and how far it has come.
fn says<'a>(of: &'a RecoveryRecord, recovery: &'a Recovery, stage: &StageColumns) -> [Value<'a>; 14] {
    let (employer, email_version) = subject(recovery);
    let case = match &recovery.origin {
        Origin::Online => Value::Null,
        Origin::Activation(case) | Origin::Slip(case) => Value::Bytes(&case.0),
    };
    [
        Value::Bytes(&recovery.id.0),
        employer.map_or(Value::Null, Value::Integer),
        Value::Integer(i64::from(email_version)),
        Value::Bytes(&of.token),
        Value::Text(of.key_id.as_bytes()),
        Value::Integer(recovery.created_at.as_micros()),
        Value::Integer(encode_origin(recovery.origin)),
        case,
        Value::Integer(stage.stage),
        Value::Integer(stage.counter),
        Value::Integer(stage.queued_at),
        Value::Integer(stage.handoff),
        stage.accepted_at.map_or(Value::Null, Value::Integer),
        Value::Integer(stage.attempts),
    ]
}

fn link_says<'a>(verifier: &'a Digest, recovery: &'a RecoveryId, counter: u32) -> [Value<'a>; 3] {
    [Value::Bytes(verifier), Value::Bytes(&recovery.0), Value::Integer(i64::from(counter))]
}

/// What binds a recovery. One that has ended opens nothing, whatever is made of it: nothing binds it.
fn bind(
    db: &dyn Read,
    of: &RecoveryRecord,
    recovery: &Recovery,
    stage: &StageColumns,
) -> Result<Option<Digest>, StoreError> {
    if stage.has_ended() {
        return Ok(None);
    }
    binding::bind(db, RECOVERY, &says(of, recovery, stage)).map(Some)
}

/// A recovery of its row, if that says what it was bound to.
fn bound(db: &dyn Read, row: &Row<'_>) -> Result<Option<RecoveryRecord>, StoreError> {
    let record = decode(row)?;
    let stage = StageColumns::encode(&record.recovery.stage);
    if stage.has_ended() {
        return Ok(Some(record));
    }
    let mac: Option<Vec<u8>> = row.get(19)?;
    let says = says(&record, &record.recovery, &stage);
    Ok(binding::holds(db, RECOVERY, &says, mac.as_ref())?.then_some(record))
}

fn subject(recovery: &Recovery) -> (Option<i64>, u32) {
    match &recovery.subject {
        Subject::Employer { key, email_version } => (Some(key.as_i64()), *email_version),
        Subject::Decoy => (None, 0),
    }
}

fn decode(row: &Row<'_>) -> Result<RecoveryRecord, StoreError> {
    const CORRUPT: StoreError = StoreError::Corrupt("recovery");
    let subject = match row.get::<_, Option<i64>>(1)? {
        Some(employer) => Subject::Employer {
            key: EmployerKey::from_i64(employer).ok_or(CORRUPT)?,
            email_version: row.get(2)?,
        },
        None => Subject::Decoy,
    };
    let stage = StageColumns {
        stage: row.get(8)?,
        counter: row.get(9)?,
        queued_at: row.get(10)?,
        handoff: row.get(11)?,
        accepted_at: row.get(12)?,
        attempts: row.get(13)?,
        ended_at: row.get(14)?,
        reason: row.get(15)?,
    };
    let codes: Option<Vec<u8>> = row.get(18)?;
    Ok(RecoveryRecord {
        recovery: Recovery {
            id: RecoveryId(bytes(&row.get::<_, Vec<u8>>(0)?, "recovery.id")?),
            subject,
            origin: decode_origin(row.get(16)?, row.get(17)?)?,
            created_at: Timestamp::from_micros(row.get(7)?),
            stage: stage.decode()?,
        },
        token: bytes(&row.get::<_, Vec<u8>>(3)?, "recovery.token")?,
        key_id: row.get(4)?,
        reference: bytes(row.get::<_, String>(5)?.as_bytes(), "recovery.reference")?,
        locale: row.get(6)?,
        codes: codes.map(|key| bytes(&key, "recovery.codes_budget")).transpose()?,
    })
}

const fn encode_origin(origin: Origin) -> i64 {
    match origin {
        Origin::Online => 0,
        Origin::Activation(_) => 1,
        Origin::Slip(_) => 2,
    }
}

fn decode_origin(origin: i64, case: Option<Vec<u8>>) -> Result<Origin, StoreError> {
    let case = case.map(|case| bytes(&case, "recovery.case_id").map(CaseId)).transpose()?;
    match (origin, case) {
        (0, None) => Ok(Origin::Online),
        (1, Some(case)) => Ok(Origin::Activation(case)),
        (2, Some(case)) => Ok(Origin::Slip(case)),
        _ => Err(StoreError::Corrupt("recovery.origin")),
    }
}

pub(crate) fn insert(tx: &dyn Tx, record: &RecoveryRecord) -> Result<(), StoreError> {
    let recovery = &record.recovery;
    let (employer, email_version) = subject(recovery);
    let stage = StageColumns::encode(&recovery.stage);
    let mac = bind(tx, record, recovery, &stage)?;
    tx.put(
        "INSERT INTO recovery (id, employer_id, email_version, token, key_id, reference, locale, created_at, stage, \
         counter, queued_at, handoff, accepted_at, attempts, ended_at, reason, origin, case_id, codes_budget, mac) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        params![
            recovery.id.0,
            employer,
            email_version,
            record.token,
            record.key_id,
            String::from_utf8_lossy(&record.reference),
            record.locale,
            recovery.created_at.as_micros(),
            stage.stage,
            stage.counter,
            stage.queued_at,
            stage.handoff,
            stage.accepted_at,
            stage.attempts,
            stage.ended_at,
            stage.reason,
            encode_origin(recovery.origin),
            recovery.origin.case().map(|case| case.0),
            record.codes,
            mac,
        ],
    )
}

/// Saves what became of a recovery.
pub(crate) fn update(tx: &dyn Tx, of: &RecoveryRecord, recovery: &Recovery) -> Result<(), StoreError> {
    let stage = StageColumns::encode(&recovery.stage);
    let mac = bind(tx, of, recovery, &stage)?;
    tx.put(
        "UPDATE recovery SET stage = ?2, counter = ?3, queued_at = ?4, handoff = ?5, accepted_at = ?6, attempts = ?7, \
         ended_at = ?8, reason = ?9, mac = ?10 WHERE id = ?1",
        params![
            recovery.id.0,
            stage.stage,
            stage.counter,
            stage.queued_at,
            stage.handoff,
            stage.accepted_at,
            stage.attempts,
            stage.ended_at,
            stage.reason,
            mac,
        ],
    )
}

pub(crate) async fn insert_link(
    tx: &dyn Tx,
    verifier: &Digest,
    recovery: RecoveryId,
    counter: u32,
) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    let mac = binding::bind(tx, LINK, &link_says(verifier, &recovery, counter))?;
    tx.put(
        "INSERT INTO link (verifier, recovery_id, counter, created_at, mac) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![verifier, recovery.0, counter, now, mac],
    )
}
