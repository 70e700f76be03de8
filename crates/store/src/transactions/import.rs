//! Rows of the employer registry: many at a time, in few statements.

use std::collections::HashMap;

use super::{audit, employers};
use crate::{
    Actor, AuditEntry, Employer, EmployerChange, EmployerField, EmployerRecord, ImportCounts, NewCredential,
    StoreError, acts,
    dialect::array,
    sql::{Query as _, Read, ToValue as _, Tx, Value, bytes, params},
};

/// Rows that one statement takes. More of them would have more parameters than an engine allows.
const TOGETHER: usize = 64;

type Row = (EmployerRecord, Option<NewCredential>);

/// What a case changed in the registry, and what stood there before.
struct Correction {
    email_changed: bool,
    email_before: Option<[u8; 16]>,
    representative_before: Option<String>,
}

/// What stands of those whom an import brings.
struct Standing {
    employers: HashMap<i64, Employer>,
    corrections: HashMap<i64, Correction>,
}

impl Standing {
    async fn find(db: &dyn Read, ids: &str) -> Result<Self, StoreError> {
        let found = employers::find_all(db, ids).await?.into_iter();
        let these = db.dialect().numbers(1);
        let sql = format!(
            "SELECT employer_id, email_changed, email_before, representative_before FROM employer_correction \
             WHERE employer_id IN ({these})"
        );
        let read = |row: &crate::sql::Row<'_>| {
            let before: Option<Vec<u8>> = row.get(2)?;
            let correction = Correction {
                email_changed: row.get(1)?,
                email_before: before
                    .map(|before| bytes(&before, "employer_correction.email_before"))
                    .transpose()?,
                representative_before: row.get(3)?,
            };
            Ok((row.get(0)?, correction))
        };
        let corrections = db.all(&sql, params![ids], read).await?.into_iter().collect();
        Ok(Self {
            employers: found.map(|employer| (employer.record.key.as_i64(), employer)).collect(),
            corrections,
        })
    }

    fn plan(&self, brought: &EmployerRecord) -> Plan {
        let id = brought.key.as_i64();
        let Some(standing) = self.employers.get(&id) else {
            return Plan { change: EmployerChange::New, record: brought.clone(), version: 1, stays: None };
        };
        let (mut record, mut stays) = (brought.clone(), None);
        if !differing(&standing.record, brought).is_empty()
            && let Some(correction) = self.corrections.get(&id)
        {
            stays = Some(correction.correct(&mut record, &standing.record));
        }
        let fields = differing(&standing.record, &record);
        let version = standing.email_version + u32::from(fields.contains(&EmployerField::Email));
        let change =
            if fields.is_empty() { EmployerChange::Unchanged } else { EmployerChange::Updated(fields) };
        Plan { change, record, version, stays }
    }
}

impl Correction {
    /// What a case changed stays until the registry brings something else than what stood there before. Answers whether the
    /// address stays, and whether the representative.
    fn correct(&self, record: &mut EmployerRecord, standing: &EmployerRecord) -> (bool, bool) {
        let email_stays = self.email_changed && index(record) == self.email_before;
        if email_stays {
            record.email.clone_from(&standing.email);
        }
        let representative_stays =
            self.representative_before.as_deref() == Some(&*record.representative.as_str());
        if representative_stays {
            record.representative = standing.representative.clone();
            record.representative_name.clone_from(&standing.representative_name);
        }
        (email_stays, representative_stays)
    }
}

/// What becomes of a row.
struct Plan {
    change: EmployerChange,
    record: EmployerRecord,
    version: u32,
    /// Whether a case's address and its representative stay, where there is a case's correction.
    stays: Option<(bool, bool)>,
}

fn index(record: &EmployerRecord) -> Option<[u8; 16]> {
    record.email.as_ref().map(|email| email.index)
}

/// The sealed bytes of an address differ at each sealing; what they hold is compared by its index.
fn differing(standing: &EmployerRecord, brought: &EmployerRecord) -> Vec<EmployerField> {
    let differs = [
        (EmployerField::Kind, standing.kind != brought.kind),
        (EmployerField::Name, standing.name != brought.name),
        (EmployerField::Representative, standing.representative != brought.representative),
        (EmployerField::RepresentativeName, standing.representative_name != brought.representative_name),
        (EmployerField::Email, index(standing) != index(brought)),
        (EmployerField::HasKey, standing.has_key != brought.has_key),
    ];
    differs.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

/// Their numbers, as a JSON array.
fn ids<'a>(records: impl Iterator<Item = &'a EmployerRecord>) -> String {
    array(records.map(|record| record.key.as_i64().to_string()))
}

pub(crate) async fn review(
    db: &dyn Read,
    records: &[EmployerRecord],
) -> Result<Vec<EmployerChange>, StoreError> {
    let standing = Standing::find(db, &ids(records.iter())).await?;
    Ok(records.iter().map(|record| standing.plan(record).change).collect())
}

pub(crate) async fn employers(tx: &dyn Tx, rows: &[Row]) -> Result<ImportCounts, StoreError> {
    let ids = ids(rows.iter().map(|(record, _)| record));
    employers::hold_all(tx, &ids)?;
    let standing = Standing::find(tx, &ids).await?;
    let mut counts = ImportCounts::default();
    let mut changed = Vec::new();
    for (record, _) in rows {
        let plan = standing.plan(record);
        if let Some(stays) = plan.stays {
            still_corrected(tx, record, stays)?;
        }
        match plan.change {
            EmployerChange::New => counts.new += 1,
            EmployerChange::Updated(_) => counts.updated += 1,
            EmployerChange::Unchanged => {
                counts.unchanged += 1;
                continue;
            }
        }
        changed.push(plan);
    }
    put_records(tx, &changed)?;
    put_credentials(tx, rows).await?;
    audit::append(tx, &AuditEntry::done(Actor::System, acts::IMPORTED)).await?;
    Ok(counts)
}

/// The registry has news of its own: from now on it has its say again.
fn still_corrected(
    tx: &dyn Tx,
    record: &EmployerRecord,
    (email, representative): (bool, bool),
) -> Result<(), StoreError> {
    tx.put(
        "UPDATE employer_correction SET email_changed = ?2, \
         representative_before = CASE WHEN ?3 THEN representative_before END WHERE employer_id = ?1",
        params![record.key.as_i64(), email, representative],
    )
}

/// A statement's rows of parameters: `(?1, ?2), (?3, ?4)`.
fn marks(rows: usize, width: usize) -> String {
    let row = |row: usize| {
        let marks: Vec<String> = (1..=width).map(|column| format!("?{}", row * width + column)).collect();
        format!("({})", marks.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Puts rows, many by a statement, and those that are left one by one: so there are two statements to prepare.
fn put_rows(tx: &dyn Tx, rows: &[Vec<Value<'_>>], sql: impl Fn(&str) -> String) -> Result<(), StoreError> {
    let (many, rest) = rows.split_at(rows.len() / TOGETHER * TOGETHER);
    for (rows, count) in [(many, TOGETHER), (rest, 1)] {
        let Some(width) = rows.first().map(Vec::len) else { continue };
        let sql = sql(&marks(count, width));
        rows.chunks(count).try_for_each(|rows| tx.put(&sql, &rows.concat()))?;
    }
    Ok(())
}

fn put_records(tx: &dyn Tx, plans: &[Plan]) -> Result<(), StoreError> {
    let representatives: Vec<_> = plans.iter().map(|plan| plan.record.representative.as_str()).collect();
    let cells = plans.iter().zip(&representatives).map(|(plan, representative)| {
        let record = &plan.record;
        let email = record.email.as_ref();
        vec![
            Value::Integer(record.key.as_i64()),
            Value::Text(record.kind.as_str().as_bytes()),
            record.name.to_value(),
            representative.to_value(),
            record.representative_name.to_value(),
            email.map_or(Value::Null, |email| email.sealed.to_value()),
            email.map_or(Value::Null, |email| email.index.to_value()),
            email.map_or(Value::Null, |email| email.lane.to_value()),
            plan.version.to_value(),
            record.has_key.to_value(),
        ]
    });
    put_rows(tx, &cells.collect::<Vec<_>>(), |rows| {
        format!(
            "INSERT INTO employer (id, kind, name, representative, representative_name, email, email_index, \
             email_lane, email_version, has_key) VALUES {rows} \
             ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, \
             representative = excluded.representative, representative_name = excluded.representative_name, \
             email = excluded.email, email_index = excluded.email_index, email_lane = excluded.email_lane, \
             email_version = excluded.email_version, has_key = excluded.has_key"
        )
    })
}

/// A key that was set here is the employer's own: no import takes its place.
async fn put_credentials(tx: &dyn Tx, rows: &[Row]) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    let brought = rows.iter().filter_map(|(record, credential)| Some((record, credential.as_ref()?)));
    let cells = brought.map(|(record, credential)| {
        let id = Value::Integer(record.key.as_i64());
        vec![id, credential.phc.to_value(), credential.mac.to_value(), Value::Integer(now), Value::Bool(true)]
    });
    put_rows(tx, &cells.collect::<Vec<_>>(), |rows| {
        format!(
            "INSERT INTO credential AS standing (employer_id, phc, mac, changed_at, imported) VALUES {rows} \
             ON CONFLICT (employer_id) DO UPDATE SET phc = excluded.phc, mac = excluded.mac, \
             changed_at = excluded.changed_at WHERE standing.imported AND standing.phc <> excluded.phc"
        )
    })
}
