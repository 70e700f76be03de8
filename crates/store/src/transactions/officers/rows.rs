//! Reading the officers' tables.

use clavero_protocol::{OfficerId, Role, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::bytes;
use crate::{Digest, Enrolment, EnrolmentRequest, Officer, OfficerSession, StoreError, StoredPasskey};

const OFFICER: &str = "officer.id, name, email, email_index, role, mac, active, officer.created_at, totp, totp_step, \
                       (SELECT count(*) FROM passkey WHERE passkey.officer_id = officer.id)";

fn id(row: &Row<'_>, column: usize) -> Result<OfficerId, StoreError> {
    bytes(&row.get::<_, Vec<u8>>(column)?, "officer.id").map(OfficerId)
}

fn decode(row: &Row<'_>) -> Result<Officer, StoreError> {
    let step: Option<i64> = row.get(9)?;
    Ok(Officer {
        id: id(row, 0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        email_index: bytes(&row.get::<_, Vec<u8>>(3)?, "officer.email_index")?,
        role: Role::parse(&row.get::<_, String>(4)?).ok_or(StoreError::Corrupt("officer.role"))?,
        mac: bytes(&row.get::<_, Vec<u8>>(5)?, "officer.mac")?,
        active: row.get(6)?,
        created_at: Timestamp::from_micros(row.get(7)?),
        totp: row.get(8)?,
        totp_step: step.map(i64::unsigned_abs),
        passkeys: row.get(10)?,
    })
}

pub(super) fn officer(connection: &Connection, id: OfficerId) -> Result<Option<Officer>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {OFFICER} FROM officer WHERE id = ?1"))?
        .query_row([id.0.as_slice()], |row| Ok(decode(row)))
        .optional()?
        .transpose()
}

pub(super) fn officer_by_email(
    connection: &Connection,
    index: &[u8; 16],
) -> Result<Option<Officer>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {OFFICER} FROM officer WHERE email_index = ?1"))?
        .query_row([index.as_slice()], |row| Ok(decode(row)))
        .optional()?
        .transpose()
}

pub(super) fn officers(connection: &Connection) -> Result<Vec<Officer>, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {OFFICER} FROM officer ORDER BY active DESC, name, id"))?
        .query_and_then([], decode)?
        .collect()
}

/// Admins besides this one who can sign in.
pub(super) fn other_admins(connection: &Connection, than: OfficerId) -> Result<usize, StoreError> {
    let all = officers(connection)?;
    let counts = |officer: &&Officer| {
        officer.id != than && officer.active && officer.role == Role::Admin && officer.is_enrolled()
    };
    Ok(all.iter().filter(counts).count())
}

pub(super) fn requests(connection: &Connection) -> Result<Vec<EnrolmentRequest>, StoreError> {
    connection
        .prepare_cached("SELECT officer_id, asked_by, asked_at FROM enrolment_request ORDER BY asked_at")?
        .query_and_then([], |row| {
            Ok(EnrolmentRequest {
                officer: id(row, 0)?,
                asked_by: id(row, 1)?,
                asked_at: Timestamp::from_micros(row.get(2)?),
            })
        })?
        .collect()
}

pub(super) fn enrolment(connection: &Connection, token: &Digest) -> Result<Option<Enrolment>, StoreError> {
    connection
        .prepare_cached("SELECT officer_id, expires_at, used_at IS NOT NULL FROM enrolment WHERE token = ?1")?
        .query_row([token.as_slice()], |row| {
            let (expires_at, used) = (Timestamp::from_micros(row.get(1)?), row.get(2)?);
            Ok(id(row, 0).map(|officer| Enrolment { officer, expires_at, used }))
        })
        .optional()?
        .transpose()
}

fn decode_passkey(row: &Row<'_>) -> Result<StoredPasskey, StoreError> {
    let used_at: Option<i64> = row.get(4)?;
    Ok(StoredPasskey {
        id: bytes(&row.get::<_, Vec<u8>>(0)?, "passkey.id")?,
        officer: id(row, 1)?,
        credential: row.get(2)?,
        created_at: Timestamp::from_micros(row.get(3)?),
        used_at: used_at.map(Timestamp::from_micros),
    })
}

const PASSKEY: &str = "SELECT id, officer_id, credential, created_at, used_at FROM passkey";

pub(super) fn passkeys(connection: &Connection, of: OfficerId) -> Result<Vec<StoredPasskey>, StoreError> {
    connection
        .prepare_cached(&format!("{PASSKEY} WHERE officer_id = ?1 ORDER BY created_at"))?
        .query_and_then([of.0.as_slice()], decode_passkey)?
        .collect()
}

pub(super) fn passkey(connection: &Connection, id: &Digest) -> Result<Option<StoredPasskey>, StoreError> {
    connection
        .prepare_cached(&format!("{PASSKEY} WHERE id = ?1"))?
        .query_row([id.as_slice()], |row| Ok(decode_passkey(row)))
        .optional()?
        .transpose()
}

pub(super) fn session(connection: &Connection, token: &Digest) -> Result<Option<OfficerSession>, StoreError> {
    connection
        .prepare_cached(&format!(
            "SELECT {OFFICER}, officer_session.created_at, last_seen_at \
             FROM officer_session JOIN officer ON officer.id = officer_id WHERE token = ?1"
        ))?
        .query_row(params![token.as_slice()], |row| {
            let created_at = Timestamp::from_micros(row.get(11)?);
            let last_seen_at = Timestamp::from_micros(row.get(12)?);
            Ok(decode(row).map(|officer| OfficerSession { officer, created_at, last_seen_at }))
        })
        .optional()?
        .transpose()
}
