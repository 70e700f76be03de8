//! Sessions, known devices, and the "no fui yo" tokens.

use std::time::Duration;

use clavero_protocol::{EmployerKey, Timestamp};

use super::{audit, budgets, employers, outbox};
use crate::{
    Actor, AuditEntry, Digest, Employer, MailKind, NewSession, Rehash, Repudiation, Session, SessionLife,
    StoreError, acts, binding,
    sql::{Query as _, Read, Row, Tx, Value, bytes, params},
};

/// Requests are noted no more often than this, so that reading pages does not write.
pub(crate) const NOTE_EVERY: Duration = Duration::from_mins(1);

const COLUMNS: &str = "id, employer_id, device, created_at, last_seen_at, token, mac";

const SESSION: &str = "session";

/// What a session is bound to. When it was used last is written down at each use, and binds nothing: whoever moves that forward comes
/// no further than its absolute end.
fn says<'a>(token: &'a [u8], session: &'a Session) -> [Value<'a>; 4] {
    [
        Value::Bytes(token),
        Value::Bytes(&session.id),
        Value::Integer(session.employer.as_i64()),
        Value::Integer(session.created_at.as_micros()),
    ]
}

/// A session of its row, if that says what it was bound to.
fn bound(db: &dyn Read, row: &Row<'_>) -> Result<Option<Session>, StoreError> {
    let (session, token, mac) = (decode(row)?, row.get::<_, Vec<u8>>(5)?, row.get::<_, Option<Vec<u8>>>(6)?);
    Ok(binding::holds(db, SESSION, &says(&token, &session), mac.as_ref())?.then_some(session))
}

fn decode(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: bytes(&row.get::<_, Vec<u8>>(0)?, "session.id")?,
        employer: EmployerKey::from_i64(row.get(1)?).ok_or(StoreError::Corrupt("session.employer_id"))?,
        device: row.get(2)?,
        created_at: Timestamp::from_micros(row.get(3)?),
        last_seen_at: Timestamp::from_micros(row.get(4)?),
    })
}

pub(crate) async fn open(tx: &dyn Tx, new: &NewSession) -> Result<Option<Session>, StoreError> {
    // The key was compared outside, which takes a while: one that was changed meanwhile has closed all sessions, and opens none.
    employers::hold(tx, &new.employer)?;
    let Some(of) = employers::find(tx, &new.employer).await? else { return Ok(None) };
    if of.credential.as_ref().is_none_or(|key| key.frozen || key.changed_at != new.key_set_at) {
        return Ok(None);
    }
    budgets::give_back(tx, &new.give_back).await?;
    budgets::clear(tx, &new.clear)?;
    let now = tx.now().await?;
    let employer = new.employer.as_i64();
    let session = Session {
        id: new.id,
        employer: new.employer,
        device: new.device.clone(),
        created_at: now,
        last_seen_at: now,
    };
    let mac = binding::bind(tx, SESSION, &says(&new.token, &session))?;
    tx.put(
        "INSERT INTO session (token, id, employer_id, device, created_at, last_seen_at, mac) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        params![new.token, new.id, employer, new.device, now.as_micros(), mac],
    )?;
    tx.put(
        "INSERT INTO device (employer_id, token, created_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (employer_id, token) DO UPDATE SET created_at = excluded.created_at",
        params![employer, new.device_token, now.as_micros()],
    )?;
    if let Some(rehash) = &new.rehash {
        replace_hash(tx, &new.employer, rehash).await?;
    }
    if new.tell
        && let Some(row) = outbox::Row::notice(MailKind::SignedIn, &of, String::new())
    {
        outbox::enqueue(tx, &row).await?;
    }
    audit::append(tx, &AuditEntry::done(Actor::Employer, acts::SIGNED_IN).of(Some(&new.employer))).await?;
    Ok(Some(session))
}

async fn replace_hash(tx: &dyn Tx, employer: &EmployerKey, rehash: &Rehash) -> Result<(), StoreError> {
    let credential = &rehash.credential;
    let changed = tx
        .execute(
            "UPDATE credential SET phc = ?3, mac = ?4 WHERE employer_id = ?1 AND phc = ?2",
            params![employer.as_i64(), rehash.current_phc, credential.phc, credential.mac],
        )
        .await?;
    if changed == 1 {
        let entry = AuditEntry::done(Actor::System, acts::KEY_REHASHED).of(Some(employer));
        audit::append(tx, &entry).await?;
    }
    Ok(())
}

pub(crate) async fn find(db: &dyn Read, token: &Digest) -> Result<Option<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE token = ?1");
    Ok(db.first(&sql, params![token], |row| bound(db, row)).await?.flatten())
}

pub(crate) async fn note(tx: &dyn Tx, token: &Digest) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    tx.put("UPDATE session SET last_seen_at = ?2 WHERE token = ?1 AND last_seen_at < ?2", params![token, now])
}

pub(crate) async fn of_employer(
    db: &dyn Read,
    employer: &EmployerKey,
    life: SessionLife,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    let all = all_of(db, employer).await?;
    Ok(all.into_iter().filter(|session| now < session.ends_at(life)).collect())
}

/// The same with those that have ended and are not swept yet.
pub(crate) async fn all_of(db: &dyn Read, employer: &EmployerKey) -> Result<Vec<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE employer_id = ?1 ORDER BY created_at DESC");
    let all = db.all(&sql, params![employer.as_i64()], |row| bound(db, row)).await?;
    Ok(all.into_iter().flatten().collect())
}

pub(crate) async fn close(
    tx: &dyn Tx,
    employer: &EmployerKey,
    id: Option<[u8; 16]>,
    keep: Option<Digest>,
) -> Result<u64, StoreError> {
    let closed = tx
        .execute(
            "DELETE FROM session WHERE employer_id = ?1 AND (id = ?2 OR ?2 IS NULL) AND (token <> ?3 OR ?3 IS NULL)",
            params![employer.as_i64(), id, keep],
        )
        .await?;
    if closed > 0 {
        audit::append(tx, &AuditEntry::done(Actor::Employer, acts::SIGNED_OUT).of(Some(employer))).await?;
    }
    Ok(closed)
}

pub(crate) async fn knows_device(
    db: &dyn Read,
    employer: &EmployerKey,
    device: &Digest,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM device WHERE employer_id = ?1 AND token = ?2";
    Ok(db.first(sql, params![employer.as_i64(), device], |_| Ok(())).await?.is_some())
}

pub(crate) async fn insert_repudiation(
    tx: &dyn Tx,
    verifier: &Digest,
    employer: &Employer,
) -> Result<(), StoreError> {
    let changed_at = employer.credential.as_ref().map_or(0, |credential| credential.changed_at.as_micros());
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO repudiation (verifier, employer_id, changed_at, created_at, used) \
         VALUES (?1, ?2, ?3, ?4, FALSE)",
        params![verifier, employer.record.key.as_i64(), changed_at, now],
    )
}

pub(crate) async fn find_repudiation(
    db: &dyn Read,
    token: &Digest,
) -> Result<Option<Repudiation>, StoreError> {
    db.first(
        "SELECT employer_id, created_at, used FROM repudiation WHERE verifier = ?1",
        params![token],
        |row| {
            let employer = EmployerKey::from_i64(row.get(0)?);
            let employer = employer.ok_or(StoreError::Corrupt("repudiation.employer_id"))?;
            let created_at = Timestamp::from_micros(row.get(1)?);
            Ok(Repudiation { employer, created_at, used: row.get(2)? })
        },
    )
    .await
}
