//! All that the tables hold of one employer, but for the log.

use clavero_protocol::{CaseId, EmployerKey, Timestamp};

use super::{cases, employers, outbox, recoveries, sessions, tax, tax_register};
use crate::{
    Correction, HeldRepudiation, Holding, StoreError,
    sql::{Query as _, Read, Row, bytes, params},
};

pub(crate) async fn of(db: &dyn Read, key: &EmployerKey) -> Result<Holding, StoreError> {
    let (id, ruc) = (key.as_i64(), key.ruc().as_i64());
    let imported = "SELECT imported FROM credential WHERE employer_id = ?1";
    let devices = "SELECT created_at FROM device WHERE employer_id = ?1 ORDER BY created_at DESC";
    Ok(Holding {
        employer: employers::find(db, key).await?,
        key_imported: db.first(imported, params![id], |row| row.get(0)).await?.unwrap_or_default(),
        correction: correction(db, id).await?,
        sessions: sessions::all_of(db, key).await?,
        devices: db.all(devices, params![id], |row| moment(row, 0)).await?,
        repudiations: repudiations(db, id).await?,
        recoveries: recoveries::all_of(db, key).await?,
        cases: cases::with_old_email(db, key).await?,
        mails: outbox::waiting_for(db, key).await?,
        register: tax_register::row_of(db, ruc).await?,
        answer: tax::answer_of(db, ruc).await?,
    })
}

fn moment(row: &Row<'_>, column: usize) -> Result<Timestamp, StoreError> {
    row.get(column).map(Timestamp::from_micros)
}

async fn correction(db: &dyn Read, id: i64) -> Result<Option<Correction>, StoreError> {
    let sql = "SELECT case_id, at, email_changed, representative_before FROM employer_correction WHERE employer_id = ?1";
    db.first(sql, params![id], |row| {
        Ok(Correction {
            case: CaseId(bytes(&row.get::<_, Vec<u8>>(0)?, "employer_correction.case_id")?),
            at: moment(row, 1)?,
            email_changed: row.get(2)?,
            representative_before: row.get(3)?,
        })
    })
    .await
}

async fn repudiations(db: &dyn Read, id: i64) -> Result<Vec<HeldRepudiation>, StoreError> {
    let sql =
        "SELECT created_at, changed_at, used FROM repudiation WHERE employer_id = ?1 ORDER BY created_at";
    db.all(sql, params![id], |row| {
        Ok(HeldRepudiation { created_at: moment(row, 0)?, key_set_at: moment(row, 1)?, used: row.get(2)? })
    })
    .await
}
