//! Reading the officers' tables.

use clavero_protocol::{OfficerId, Role, Timestamp};

use crate::{
    Digest, Enrolment, EnrolmentRequest, Officer, OfficerSession, StoreError, StoredPasskey,
    sql::{Query as _, Read, Row, bytes, params},
};

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

pub(crate) async fn officer(db: &dyn Read, id: OfficerId) -> Result<Option<Officer>, StoreError> {
    db.first(&format!("SELECT {OFFICER} FROM officer WHERE id = ?1"), params![id.0], decode).await
}

pub(crate) async fn officer_by_email(db: &dyn Read, index: &[u8; 16]) -> Result<Option<Officer>, StoreError> {
    db.first(&format!("SELECT {OFFICER} FROM officer WHERE email_index = ?1"), params![index], decode).await
}

pub(crate) async fn officers(db: &dyn Read) -> Result<Vec<Officer>, StoreError> {
    db.all(&format!("SELECT {OFFICER} FROM officer ORDER BY active DESC, name, id"), params![], decode).await
}

/// Admins besides this one who can sign in.
pub(super) async fn other_admins(db: &dyn Read, than: OfficerId) -> Result<usize, StoreError> {
    let all = officers(db).await?;
    let counts = |officer: &&Officer| {
        officer.id != than && officer.active && officer.role == Role::Admin && officer.is_enrolled()
    };
    Ok(all.iter().filter(counts).count())
}

pub(crate) async fn requests(db: &dyn Read) -> Result<Vec<EnrolmentRequest>, StoreError> {
    let sql = "SELECT officer_id, asked_by, asked_at FROM enrolment_request ORDER BY asked_at";
    db.all(sql, params![], |row| {
        Ok(EnrolmentRequest {
            officer: id(row, 0)?,
            asked_by: id(row, 1)?,
            asked_at: Timestamp::from_micros(row.get(2)?),
        })
    })
    .await
}

pub(crate) async fn enrolment(db: &dyn Read, token: &Digest) -> Result<Option<Enrolment>, StoreError> {
    let sql = "SELECT officer_id, expires_at, used_at IS NOT NULL FROM enrolment WHERE token = ?1";
    db.first(sql, params![token], |row| {
        let expires_at = Timestamp::from_micros(row.get(1)?);
        Ok(Enrolment { officer: id(row, 0)?, expires_at, used: row.get(2)? })
    })
    .await
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

pub(crate) async fn passkeys(db: &dyn Read, of: OfficerId) -> Result<Vec<StoredPasskey>, StoreError> {
    let sql = format!("{PASSKEY} WHERE officer_id = ?1 ORDER BY created_at");
    db.all(&sql, params![of.0], decode_passkey).await
}

pub(crate) async fn passkey(db: &dyn Read, id: &Digest) -> Result<Option<StoredPasskey>, StoreError> {
    db.first(&format!("{PASSKEY} WHERE id = ?1"), params![id], decode_passkey).await
}

fn sessions(which: &str) -> String {
    format!(
        "SELECT {OFFICER}, officer_session.created_at, last_seen_at \
         FROM officer_session JOIN officer ON officer.id = officer_id WHERE {which}"
    )
}

fn decode_session(row: &Row<'_>) -> Result<OfficerSession, StoreError> {
    let created_at = Timestamp::from_micros(row.get(11)?);
    let last_seen_at = Timestamp::from_micros(row.get(12)?);
    Ok(OfficerSession { officer: decode(row)?, created_at, last_seen_at })
}

pub(crate) async fn session(db: &dyn Read, token: &Digest) -> Result<Option<OfficerSession>, StoreError> {
    db.first(&sessions("token = ?1"), params![token], decode_session).await
}

pub(crate) async fn other_sessions(
    db: &dyn Read,
    of: OfficerId,
    than: &Digest,
) -> Result<Vec<OfficerSession>, StoreError> {
    let sql = sessions("officer_id = ?1 AND token <> ?2 ORDER BY officer_session.created_at DESC");
    db.all(&sql, params![of.0, than], decode_session).await
}
