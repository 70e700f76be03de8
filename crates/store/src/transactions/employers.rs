//! The employer registry, the tax register, and the credentials.

use clavero_protocol::{CaseId, EmployerKey, EmployerKind, RepresentativeId, TaxState, Timestamp};

use super::{audit, tax_register};
use crate::{
    Actor, AuditEntry, Credential, Employer, EmployerRecord, ImportCounts, NewCredential, SealedEmail,
    StoreError, acts,
    dialect::Lock,
    sql::{Query as _, Read, Row, Tx, bytes, params},
};

const EMPLOYER: &str = "SELECT e.kind, e.name, e.representative, e.representative_name, e.email, e.email_index, e.email_lane, \
     e.email_version, e.has_key, c.phc, c.mac, c.changed_at, c.frozen, coalesce(t.state, u.state), coalesce(t.since, u.since) \
     FROM employer e LEFT JOIN credential c ON c.employer_id = e.id JOIN tax_register_state s ON s.id = 1 \
     LEFT JOIN tax_register t ON t.ruc = e.id / 10000 AND s.serving = 1 \
     LEFT JOIN tax_register_second u ON u.ruc = e.id / 10000 AND s.serving = 2 WHERE e.id = ?1";

pub(crate) async fn find(db: &dyn Read, key: &EmployerKey) -> Result<Option<Employer>, StoreError> {
    db.first(EMPLOYER, params![key.as_i64()], |row| decode(row, key)).await
}

/// From here on nobody else changes this employer's row, key or open cases until the transaction ends. It comes before any other
/// lock but that of a mail, so that two transactions never wait for each other. What is read is to be read after it.
pub(crate) fn hold(tx: &dyn Tx, key: &EmployerKey) -> Result<(), StoreError> {
    match tx.dialect().lock(Lock::Row) {
        "" => Ok(()),
        lock => tx.put(&format!("SELECT id FROM employer WHERE id = ?1{lock}"), params![key.as_i64()]),
    }
}

fn decode(row: &Row<'_>, key: &EmployerKey) -> Result<Employer, StoreError> {
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
            key: *key,
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
        tax: row.get::<_, Option<i64>>(13)?.map_or(TaxState::Unknown, tax_register::decode),
        tax_since: row.get::<_, Option<String>>(14)?.unwrap_or_default(),
    })
}

pub(crate) async fn import(
    tx: &dyn Tx,
    rows: &[(EmployerRecord, Option<NewCredential>)],
) -> Result<ImportCounts, StoreError> {
    let mut counts = ImportCounts::default();
    for (record, credential) in rows {
        match upsert(tx, record).await? {
            Change::New => counts.new += 1,
            Change::Updated => counts.updated += 1,
            Change::Unchanged => counts.unchanged += 1,
        }
        if let Some(credential) = credential {
            import_credential(tx, &record.key, credential).await?;
        }
    }
    audit::append(tx, &AuditEntry::done(Actor::System, acts::IMPORTED)).await?;
    Ok(counts)
}

enum Change {
    New,
    Updated,
    Unchanged,
}

fn index(record: &EmployerRecord) -> Option<[u8; 16]> {
    record.email.as_ref().map(|email| email.index)
}

/// The sealed bytes of an address differ at each sealing; what they hold is compared by its index.
fn is_same(standing: &Employer, record: &EmployerRecord) -> bool {
    let comparable = EmployerRecord { email: standing.record.email.clone(), ..record.clone() };
    index(&standing.record) == index(record) && comparable == standing.record
}

async fn upsert(tx: &dyn Tx, brought: &EmployerRecord) -> Result<Change, StoreError> {
    hold(tx, &brought.key)?;
    let (change, version, record) = match find(tx, &brought.key).await? {
        None => (Change::New, 1, brought.clone()),
        Some(standing) if is_same(&standing, brought) => return Ok(Change::Unchanged),
        Some(standing) => {
            let record = corrected(tx, &standing, brought).await?;
            if is_same(&standing, &record) {
                return Ok(Change::Unchanged);
            }
            let moved = index(&standing.record) != index(&record);
            (Change::Updated, standing.email_version + u32::from(moved), record)
        }
    };
    let email = record.email.as_ref();
    tx.put(
        "INSERT INTO employer (id, kind, name, representative, representative_name, email, email_index, \
         email_lane, email_version, has_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, \
         representative = excluded.representative, representative_name = excluded.representative_name, \
         email = excluded.email, email_index = excluded.email_index, email_lane = excluded.email_lane, \
         email_version = excluded.email_version, has_key = excluded.has_key",
        params![
            record.key.as_i64(),
            record.kind.as_str(),
            record.name,
            record.representative.as_str(),
            record.representative_name,
            email.map(|email| &email.sealed),
            email.map(|email| &email.index),
            email.map(|email| email.lane),
            version,
            record.has_key,
        ],
    )?;
    Ok(change)
}

/// What a case changed stays until the registry brings something else than what stood there before.
async fn corrected(
    tx: &dyn Tx,
    standing: &Employer,
    record: &EmployerRecord,
) -> Result<EmployerRecord, StoreError> {
    let sql = "SELECT email_changed, email_before, representative_before FROM employer_correction \
               WHERE employer_id = ?1";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let correction: Option<(bool, Option<Vec<u8>>, Option<String>)> =
        tx.first(sql, params![record.key.as_i64()], read).await?;
    let mut record = record.clone();
    let Some((email_changed, email_before, representative_before)) = correction else { return Ok(record) };
    let brought = record.email.as_ref().map(|email| email.index.as_slice());
    let email_stays = email_changed && brought == email_before.as_deref();
    if email_stays {
        record.email.clone_from(&standing.record.email);
    }
    let before = representative_before.as_deref();
    let representative_stays = before == Some(&*record.representative.as_str());
    if representative_stays {
        record.representative = standing.record.representative.clone();
        record.representative_name.clone_from(&standing.record.representative_name);
    }
    // The registry has news of its own: from now on it has its say again.
    tx.put(
        "UPDATE employer_correction SET email_changed = ?2, \
         representative_before = CASE WHEN ?3 THEN representative_before END WHERE employer_id = ?1",
        params![record.key.as_i64(), email_stays, representative_stays],
    )?;
    Ok(record)
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

/// A key that was set here is the employer's own: no import takes its place.
async fn import_credential(
    tx: &dyn Tx,
    key: &EmployerKey,
    credential: &NewCredential,
) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO credential AS standing (employer_id, phc, mac, changed_at, imported) \
         VALUES (?1, ?2, ?3, ?4, TRUE) \
         ON CONFLICT (employer_id) DO UPDATE SET phc = excluded.phc, mac = excluded.mac, \
         changed_at = excluded.changed_at WHERE standing.imported AND standing.phc <> excluded.phc",
        params![key.as_i64(), credential.phc, credential.mac, now],
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
