//! Employers and their credentials.

use std::sync::LazyLock;

use clavero_protocol::{CaseId, EmployerKey, EmployerKind, RepresentativeId, Timestamp};

use super::tax;
use crate::{
    Credential, Employer, EmployerRecord, NewCredential, SealedEmail, StoreError,
    dialect::Lock,
    sql::{Query as _, Read, Row, Tx, bytes, params},
};

/// The columns of an employer; what is known of its RUC follows them.
const EMPLOYER: &str = "SELECT e.kind, e.name, e.representative, e.representative_name, e.email, e.email_index, e.email_lane, \
     e.email_version, e.has_key, c.phc, c.mac, c.changed_at, c.frozen, e.id";
const TAX: usize = 14;

/// The employers, named `e`, and all that is known of them; a condition follows.
fn select() -> String {
    let (columns, join) = (tax::COLUMNS, tax::JOIN);
    format!("{EMPLOYER}, {columns} FROM employer e LEFT JOIN credential c ON c.employer_id = e.id {join}")
}

/// One of them: every start reads one.
static ONE: LazyLock<String> = LazyLock::new(|| format!("{} WHERE e.id = ?1", select()));

pub(crate) async fn find(db: &dyn Read, key: &EmployerKey) -> Result<Option<Employer>, StoreError> {
    db.first(&ONE, params![key.as_i64()], decode).await
}

/// Those of `ids`, a JSON array, who are there.
pub(crate) async fn find_all(db: &dyn Read, ids: &str) -> Result<Vec<Employer>, StoreError> {
    let these = db.dialect().numbers(1);
    db.all(&format!("{} WHERE e.id IN ({these})", select()), params![ids], decode).await
}

/// At most `max` employers behind `after`, in the order of their numbers.
pub(crate) async fn keys(db: &dyn Read, after: i64, max: u32) -> Result<Vec<EmployerKey>, StoreError> {
    let sql = "SELECT id FROM employer WHERE id > ?1 ORDER BY id LIMIT ?2";
    db.all(sql, params![after, max], |row| key_of(row.get(0)?)).await
}

fn key_of(id: i64) -> Result<EmployerKey, StoreError> {
    EmployerKey::from_i64(id).ok_or(StoreError::Corrupt("employer.id"))
}

/// From here on nobody else changes this employer's row, key or open cases until the transaction ends. It comes before any other
/// lock but that of a mail, so that two transactions never wait for each other. What is read is to be read after it.
pub(crate) fn hold(tx: &dyn Tx, key: &EmployerKey) -> Result<(), StoreError> {
    match tx.dialect().lock(Lock::Row) {
        "" => Ok(()),
        lock => tx.put(&format!("SELECT id FROM employer WHERE id = ?1{lock}"), params![key.as_i64()]),
    }
}

/// The same for those of `ids`, a JSON array, in the order of their numbers.
pub(crate) fn hold_all(tx: &dyn Tx, ids: &str) -> Result<(), StoreError> {
    match tx.dialect().lock(Lock::Row) {
        "" => Ok(()),
        lock => {
            let these = tx.dialect().numbers(1);
            tx.put(&format!("SELECT id FROM employer WHERE id IN ({these}) ORDER BY id{lock}"), params![ids])
        }
    }
}

fn decode(row: &Row<'_>) -> Result<Employer, StoreError> {
    let kind: String = row.get(0)?;
    let representative: String = row.get(2)?;
    let email = match (row.get::<_, Option<Vec<u8>>>(4)?, row.get::<_, Option<Vec<u8>>>(5)?) {
        (Some(sealed), Some(index)) => {
            Some(SealedEmail { sealed, index: bytes(&index, "employer.email_index")?, lane: row.get(6)? })
        }
        _ => None,
    };
    let credential = match row.get::<_, Option<String>>(9)? {
        Some(phc) => Some(Credential {
            phc,
            mac: bytes(&row.get::<_, Vec<u8>>(10)?, "credential.mac")?,
            changed_at: Timestamp::from_micros(row.get(11)?),
            frozen: row.get(12)?,
        }),
        None => None,
    };
    Ok(Employer {
        record: EmployerRecord {
            key: key_of(row.get(13)?)?,
            kind: EmployerKind::parse(&kind).map_err(|_| StoreError::Corrupt("employer.kind"))?,
            name: row.get(1)?,
            representative: RepresentativeId::from_stored(&representative)
                .map_err(|_| StoreError::Corrupt("employer.representative"))?,
            representative_name: row.get(3)?,
            email,
            has_key: row.get(8)?,
        },
        email_version: row.get(7)?,
        credential,
        tax: tax::record(row, TAX)?,
    })
}

/// Remembers what a case is about to change: whether the address, and whether the representative.
pub(crate) async fn keep_before(
    tx: &dyn Tx,
    standing: &Employer,
    case: CaseId,
    (email, representative): (bool, bool),
) -> Result<(), StoreError> {
    let record = &standing.record;
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO employer_correction AS standing \
         (employer_id, case_id, at, email_changed, email_before, representative_before) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (employer_id) DO UPDATE SET case_id = excluded.case_id, \
         at = excluded.at, \
         email_before = CASE WHEN excluded.email_changed AND NOT standing.email_changed THEN excluded.email_before \
         ELSE standing.email_before END, \
         email_changed = standing.email_changed OR excluded.email_changed, \
         representative_before = coalesce(standing.representative_before, excluded.representative_before)",
        params![
            record.key.as_i64(),
            case.0,
            now,
            email,
            record.email.as_ref().map(|email| &email.index),
            representative.then(|| record.representative.as_str()),
        ],
    )
}

/// Puts a key in place, thawed.
pub(crate) async fn set_credential(
    tx: &dyn Tx,
    key: &EmployerKey,
    credential: &NewCredential,
) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO credential (employer_id, phc, mac, changed_at, imported, frozen) \
         VALUES (?1, ?2, ?3, ?4, FALSE, FALSE) \
         ON CONFLICT (employer_id) DO UPDATE SET phc = excluded.phc, mac = excluded.mac, \
         changed_at = excluded.changed_at, imported = FALSE, frozen = FALSE",
        params![key.as_i64(), credential.phc, credential.mac, now],
    )
}
