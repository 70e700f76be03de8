//! Reading the officers' tables.

use clavero_protocol::{OfficerId, Role, Timestamp};

use crate::{
    Digest, Enrolment, EnrolmentRequest, Officer, OfficerSession, StoreError, StoredPasskey, binding,
    sql::{Query as _, Read, Row, Value, bytes, params},
};

const OFFICER: &str = "officer.id, name, email, email_index, role, officer.mac, active, officer.created_at, totp, totp_step, \
                       (SELECT count(*) FROM passkey WHERE passkey.officer_id = officer.id)";

/// Kinds of rows that are bound to what they say.
pub(super) const SESSION: &str = "officer-session";
pub(super) const ENROLMENT: &str = "enrolment";
pub(super) const REQUEST: &str = "enrolment-request";

/// What a session is bound to. When it was used last binds nothing, as with an employer's.
pub(super) const fn session_says<'a>(
    token: &'a Digest,
    officer: &'a OfficerId,
    created_at: Timestamp,
) -> [Value<'a>; 3] {
    [Value::Bytes(token), Value::Bytes(&officer.0), Value::Integer(created_at.as_micros())]
}

pub(super) const fn enrolment_says<'a>(token: &'a Digest, enrolment: &'a Enrolment) -> [Value<'a>; 3] {
    let ends = enrolment.expires_at.as_micros();
    [Value::Bytes(token), Value::Bytes(&enrolment.officer.0), Value::Integer(ends)]
}

pub(super) const fn request_says(request: &EnrolmentRequest) -> [Value<'_>; 3] {
    let at = request.asked_at.as_micros();
    [Value::Bytes(&request.officer.0), Value::Bytes(&request.asked_by.0), Value::Integer(at)]
}

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
    let sql = "SELECT officer_id, asked_by, asked_at, mac FROM enrolment_request ORDER BY asked_at";
    let read = |row: &Row<'_>| {
        let asked_at = Timestamp::from_micros(row.get(2)?);
        let request = EnrolmentRequest { officer: id(row, 0)?, asked_by: id(row, 1)?, asked_at };
        let mac: Option<Vec<u8>> = row.get(3)?;
        Ok(binding::holds(db, REQUEST, &request_says(&request), mac.as_ref())?.then_some(request))
    };
    Ok(db.all(sql, params![], read).await?.into_iter().flatten().collect())
}

pub(crate) async fn enrolment(db: &dyn Read, token: &Digest) -> Result<Option<Enrolment>, StoreError> {
    let sql = "SELECT officer_id, expires_at, used_at IS NOT NULL, mac FROM enrolment WHERE token = ?1";
    let read = |row: &Row<'_>| {
        let expires_at = Timestamp::from_micros(row.get(1)?);
        let enrolment = Enrolment { officer: id(row, 0)?, expires_at, used: row.get(2)? };
        let mac: Option<Vec<u8>> = row.get(3)?;
        // One that was used opens nothing, whatever is made of it.
        let stands = enrolment.used
            || binding::holds(db, ENROLMENT, &enrolment_says(token, &enrolment), mac.as_ref())?;
        Ok(stands.then_some(enrolment))
    };
    Ok(db.first(sql, params![token], read).await?.flatten())
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
        "SELECT {OFFICER}, officer_session.created_at, last_seen_at, token, officer_session.mac \
         FROM officer_session JOIN officer ON officer.id = officer_id WHERE {which}"
    )
}

/// A session of its row, if that says what it was bound to.
fn bound_session(db: &dyn Read, row: &Row<'_>) -> Result<Option<OfficerSession>, StoreError> {
    let created_at = Timestamp::from_micros(row.get(11)?);
    let last_seen_at = Timestamp::from_micros(row.get(12)?);
    let session = OfficerSession { officer: decode(row)?, created_at, last_seen_at };
    let token = bytes(&row.get::<_, Vec<u8>>(13)?, "officer_session.token")?;
    let mac: Option<Vec<u8>> = row.get(14)?;
    let says = session_says(&token, &session.officer.id, created_at);
    Ok(binding::holds(db, SESSION, &says, mac.as_ref())?.then_some(session))
}

pub(crate) async fn session(db: &dyn Read, token: &Digest) -> Result<Option<OfficerSession>, StoreError> {
    let found = db.first(&sessions("token = ?1"), params![token], |row| bound_session(db, row)).await?;
    Ok(found.flatten())
}

pub(crate) async fn other_sessions(
    db: &dyn Read,
    of: OfficerId,
    than: &Digest,
) -> Result<Vec<OfficerSession>, StoreError> {
    let sql = sessions("officer_id = ?1 AND token <> ?2 ORDER BY officer_session.created_at DESC");
    let all = db.all(&sql, params![of.0, than], |row| bound_session(db, row)).await?;
    Ok(all.into_iter().flatten().collect())
}
