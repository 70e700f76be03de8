//! Sessions, known devices, and the "no fui yo" tokens.

use std::time::Duration;

use clavero_protocol::{EmployerKey, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{audit, budgets, bytes, writer::Tx};
use crate::{
    Actor, AuditEntry, Digest, Employer, NewSession, Repudiation, Session, SessionLife, StoreError, acts,
};

/// Requests are noted no more often than this, so that reading pages does not write.
pub(super) const NOTE_EVERY: Duration = Duration::from_mins(1);

const COLUMNS: &str = "id, employer_id, device, created_at, last_seen_at";

fn decode(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: bytes(&row.get::<_, Vec<u8>>(0)?, "session.id")?,
        employer: EmployerKey::from_i64(row.get(1)?).ok_or(StoreError::Corrupt("session.employer_id"))?,
        device: row.get(2)?,
        created_at: Timestamp::from_micros(row.get(3)?),
        last_seen_at: Timestamp::from_micros(row.get(4)?),
    })
}

pub(super) fn open(tx: &Tx<'_>, new: &NewSession) -> Result<Session, StoreError> {
    budgets::clear(tx, &new.clear)?;
    budgets::give_back(tx, &new.give_back)?;
    let now = tx.now.as_micros();
    tx.connection
        .prepare_cached(
            "INSERT INTO session (token, id, employer_id, device, created_at, last_seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        )?
        .execute(params![new.token.as_slice(), new.id.as_slice(), new.employer.as_i64(), new.device, now])?;
    tx.connection
        .prepare_cached("INSERT OR REPLACE INTO device (employer_id, token, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![new.employer.as_i64(), new.device_token.as_slice(), now])?;
    if let Some(rehash) = &new.rehash {
        let changed = tx
            .connection
            .prepare_cached("UPDATE credential SET phc = ?3, mac = ?4 WHERE employer_id = ?1 AND phc = ?2")?
            .execute(params![
                new.employer.as_i64(),
                rehash.current_phc,
                rehash.credential.phc,
                rehash.credential.mac.as_slice()
            ])?;
        if changed == 1 {
            let entry = AuditEntry::done(Actor::System, acts::KEY_REHASHED).of(Some(&new.employer));
            audit::append(tx, &entry)?;
        }
    }
    audit::append(tx, &AuditEntry::done(Actor::Employer, acts::SIGNED_IN).of(Some(&new.employer)))?;
    Ok(Session {
        id: new.id,
        employer: new.employer,
        device: new.device.clone(),
        created_at: tx.now,
        last_seen_at: tx.now,
    })
}

pub(super) fn find(connection: &Connection, token: &Digest) -> Result<Option<Session>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM session WHERE token = ?1"))?
        .query_row([token.as_slice()], |row| Ok(decode(row)))
        .optional()?
        .transpose()
}

pub(super) fn note(tx: &Tx<'_>, token: &Digest) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("UPDATE session SET last_seen_at = max(last_seen_at, ?2) WHERE token = ?1")?
        .execute(params![token.as_slice(), tx.now.as_micros()])?;
    Ok(())
}

pub(super) fn of_employer(
    connection: &Connection,
    employer: &EmployerKey,
    life: SessionLife,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    let all: Vec<Session> = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM session WHERE employer_id = ?1 ORDER BY created_at DESC"
        ))?
        .query_and_then([employer.as_i64()], decode)?
        .collect::<Result<_, _>>()?;
    Ok(all.into_iter().filter(|session| now < session.ends_at(life)).collect())
}

pub(super) fn close(
    tx: &Tx<'_>,
    employer: &EmployerKey,
    id: Option<[u8; 16]>,
    keep: Option<Digest>,
) -> Result<u64, StoreError> {
    let closed = tx
        .connection
        .prepare_cached(
            "DELETE FROM session WHERE employer_id = ?1 AND (?2 IS NULL OR id = ?2) AND (?3 IS NULL OR token <> ?3)",
        )?
        .execute(params![
            employer.as_i64(),
            id.as_ref().map(<[u8; 16]>::as_slice),
            keep.as_ref().map(Digest::as_slice)
        ])?;
    if closed > 0 {
        audit::append(tx, &AuditEntry::done(Actor::Employer, acts::SIGNED_OUT).of(Some(employer)))?;
    }
    Ok(closed as u64)
}

pub(super) fn knows_device(
    connection: &Connection,
    employer: &EmployerKey,
    device: &Digest,
) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM device WHERE employer_id = ?1 AND token = ?2")?
        .exists(params![employer.as_i64(), device.as_slice()])?)
}

pub(super) fn insert_repudiation(
    tx: &Tx<'_>,
    verifier: &Digest,
    employer: &Employer,
) -> Result<(), StoreError> {
    let changed_at = employer.credential.as_ref().map_or(0, |credential| credential.changed_at.as_micros());
    tx.connection
        .prepare_cached(
            "INSERT INTO repudiation (verifier, employer_id, changed_at, created_at, used) VALUES (?1, ?2, ?3, ?4, 0)",
        )?
        .execute(params![
            verifier.as_slice(),
            employer.record.key.as_i64(),
            changed_at,
            tx.now.as_micros()
        ])?;
    Ok(())
}

pub(super) fn find_repudiation(
    connection: &Connection,
    token: &Digest,
) -> Result<Option<Repudiation>, StoreError> {
    let found: Option<(i64, i64, bool)> = connection
        .prepare_cached("SELECT employer_id, created_at, used FROM repudiation WHERE verifier = ?1")?
        .query_row([token.as_slice()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    found
        .map(|(employer, created_at, used)| {
            let employer =
                EmployerKey::from_i64(employer).ok_or(StoreError::Corrupt("repudiation.employer_id"))?;
            Ok(Repudiation { employer, created_at: Timestamp::from_micros(created_at), used })
        })
        .transpose()
}
