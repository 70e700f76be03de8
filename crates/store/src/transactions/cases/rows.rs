//! Cases as rows. Written by `super` only.

use clavero_protocol::{
    Applicant, AssistedCase, AssistedReason, CaseId, CaseMailbox, CaseReference, Details, DocumentLine,
    EmployerKey, Finding, Identification, IdentifiedBy, Mark, Need, OfficerId, RecoveryId, Timestamp,
};

use crate::{
    CaseRecord, SealedEmail, StoreError, binding,
    case_columns::{AskedColumns, CaseStageColumns, decode_issue, encode_issue},
    sql::{Query as _, Read, Row, Tx, Value, bytes, params},
};

const CORRUPT: StoreError = StoreError::Corrupt("assisted_case");

fn id(row: &Row<'_>, column: &'static str) -> Result<Option<[u8; 16]>, StoreError> {
    row.get::<_, Option<Vec<u8>>>(column)?.map(|value| bytes(&value, column)).transpose()
}

fn digest(row: &Row<'_>, column: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
    row.get::<_, Option<Vec<u8>>>(column)?.map(|value| bytes(&value, column)).transpose()
}

fn time(row: &Row<'_>, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

fn word<T>(
    row: &Row<'_>,
    column: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    row.get::<_, Option<String>>(column)?.map(|word| parse(&word).ok_or(CORRUPT)).transpose()
}

const CASE: &str = "case";

/// Bytes of a column that may hold none.
fn octets<const N: usize>(value: Option<&[u8; N]>) -> Value<'_> {
    value.map_or(Value::Null, |value| Value::Bytes(value))
}

/// What a case is bound to from the request for approval to its end: whose it is, and who asked, approved and handed over what. What was
/// typed and seen is in the digest that was asked for; a slip is bound to its case by itself. Before that a case gives nobody anything.
fn says<'a>(case: &'a AssistedCase, columns: &'a CaseStageColumns) -> [Value<'a>; 20] {
    let number = |number: Option<i64>| number.map_or(Value::Null, Value::Integer);
    let asked = columns.asked.as_ref();
    [
        Value::Bytes(&case.id.0),
        Value::Integer(case.employer.as_i64()),
        Value::Bool(case.matched),
        Value::Integer(columns.stage),
        number(columns.before),
        octets(columns.officer.as_ref()),
        number(columns.at),
        number(columns.before_at),
        octets(asked.map(|asked| &asked.by)),
        number(asked.map(|asked| asked.at)),
        octets(asked.map(|asked| &asked.digest)),
        octets(asked.and_then(|asked| asked.before.as_ref())),
        number(asked.map(|asked| i64::from(asked.first))),
        octets(columns.approved.as_ref().map(|(by, _)| by)),
        number(columns.approved.map(|(_, at)| at)),
        octets(columns.started.as_ref().map(|(by, _)| by)),
        number(columns.started.map(|(_, at)| at)),
        octets(columns.activation.as_ref()),
        octets(case.cleared_by.as_ref().map(|officer| &officer.0)),
        number(case.disputed_at.map(Timestamp::as_micros)),
    ]
}

/// A case of its row, if that says what it was bound to.
fn bound(db: &dyn Read, row: &Row<'_>) -> Result<Option<CaseRecord>, StoreError> {
    let record = decode(row)?;
    let columns = CaseStageColumns::encode(&record.case.stage);
    if !columns.gives_power() {
        return Ok(Some(record));
    }
    let mac: Option<Vec<u8>> = row.get("mac")?;
    Ok(binding::holds(db, CASE, &says(&record.case, &columns), mac.as_ref())?.then_some(record))
}

/// The record of a row of `assisted_case`, still without its check-list.
fn decode(row: &Row<'_>) -> Result<CaseRecord, StoreError> {
    let required = |column| id(row, column)?.ok_or(CORRUPT);
    let reference: String = row.get("reference")?;
    let email = match (row.get("email")?, id(row, "email_mark")?) {
        (Some(sealed), Some(index)) => Some(SealedEmail { sealed, index, lane: row.get("email_lane")? }),
        _ => None,
    };
    Ok(CaseRecord {
        case: AssistedCase {
            id: CaseId(required("id")?),
            employer: EmployerKey::from_i64(row.get("employer_id")?).ok_or(CORRUPT)?,
            matched: row.get("matched")?,
            reason: word(row, "reason", AssistedReason::parse)?.ok_or(CORRUPT)?,
            created_at: Timestamp::from_micros(row.get("created_at")?),
            details: decode_details(row)?,
            mailbox: decode_mailbox(row)?,
            documents: Vec::new(),
            identification: match (id(row, "identified")?, word(row, "identified_by", IdentifiedBy::parse)?) {
                (Some(whom), Some(how)) => Some(Identification { whom: Mark(whom), how }),
                _ => None,
            },
            ground: id(row, "ground")?.map(Mark),
            starts: row.get("starts")?,
            disputed_at: time(row, "disputed_at")?,
            cleared_by: id(row, "cleared_by")?.map(OfficerId),
            stage: decode_stage(row)?.decode()?,
        },
        reference: CaseReference::parse(&reference).map_err(|_| CORRUPT)?,
        key_id: row.get("key_id")?,
        locale: row.get("locale")?,
        dossier: row.get("dossier")?,
        email,
        version: row.get("version")?,
        updated_at: Timestamp::from_micros(row.get("updated_at")?),
    })
}

fn decode_details(row: &Row<'_>) -> Result<Option<Details>, StoreError> {
    let Some(applicant) = word(row, "applicant", Applicant::parse)? else { return Ok(None) };
    Ok(Some(Details {
        applicant,
        contact: Mark(id(row, "contact")?.ok_or(CORRUPT)?),
        email: id(row, "email_mark")?.map(Mark),
        representative: id(row, "representative")?.map(Mark),
        centre: row.get("centre")?,
    }))
}

fn decode_mailbox(row: &Row<'_>) -> Result<CaseMailbox, StoreError> {
    let codes = row.get("codes")?;
    let issue = (row.get("code_queued_at")?, row.get("code_handoff")?, row.get("code_accepted_at")?);
    Ok(CaseMailbox {
        codes,
        issue: decode_issue(codes, issue)?,
        attempts: row.get("code_attempts")?,
        verified_at: time(row, "verified_at")?,
    })
}

fn decode_stage(row: &Row<'_>) -> Result<CaseStageColumns, StoreError> {
    let asked = match (id(row, "asked_by")?, row.get("asked_at")?, digest(row, "asked_digest")?) {
        (Some(by), Some(at), Some(digest)) => Some(AskedColumns {
            by,
            at,
            digest,
            before: id(row, "asked_before")?,
            first: row.get("asked_first")?,
        }),
        _ => None,
    };
    let pair = |by, at| Ok::<_, StoreError>(id(row, by)?.zip(row.get(at)?));
    Ok(CaseStageColumns {
        stage: row.get("stage")?,
        before: row.get("stage_before")?,
        officer: id(row, "officer")?,
        at: row.get("stage_at")?,
        before_at: row.get("stage_before_at")?,
        asked,
        approved: pair("approved_by", "approved_at")?,
        started: pair("started_by", "started_at")?,
        slip: digest(row, "slip")?,
        activation: id(row, "activation")?,
    })
}

fn decode_line(row: &Row<'_>) -> Result<DocumentLine, StoreError> {
    let found = word(row, "finding", Finding::parse)?;
    let remark = id(row, "remark")?.map(Mark);
    Ok(DocumentLine {
        need: word(row, "need", Need::parse)?.ok_or(CORRUPT)?,
        found: found.map(|finding| (finding, remark)),
    })
}

/// The cases that `condition` names, with their check-lists.
pub(super) async fn select(
    db: &dyn Read,
    condition: &str,
    given: &[Value<'_>],
) -> Result<Vec<CaseRecord>, StoreError> {
    let sql = format!("SELECT * FROM assisted_case WHERE {condition}");
    let found = db.all(&sql, given, |row| bound(db, row)).await?;
    let mut found: Vec<CaseRecord> = found.into_iter().flatten().collect();
    for record in &mut found {
        let sql = "SELECT need, finding, remark FROM case_document WHERE case_id = ?1 ORDER BY place";
        record.case.documents = db.all(sql, params![record.case.id.0], decode_line).await?;
    }
    Ok(found)
}

pub(crate) async fn find(db: &dyn Read, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
    Ok(select(db, "id = ?1", params![id.0]).await?.pop())
}

/// Whether a case of this employer, other than this one, is frozen.
pub(super) async fn sibling_frozen(
    db: &dyn Read,
    employer: &EmployerKey,
    id: CaseId,
) -> Result<bool, StoreError> {
    // 7 = frozen.
    let sql = "SELECT 1 FROM assisted_case WHERE employer_id = ?1 AND stage = 7 AND id <> ?2";
    Ok(db.first(sql, params![employer.as_i64(), id.0], |_| Ok(())).await?.is_some())
}

pub(super) async fn is_taken(db: &dyn Read, reference: &CaseReference) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM assisted_case WHERE reference = ?1";
    Ok(db.first(sql, params![reference.as_str()], |_| Ok(())).await?.is_some())
}

pub(super) fn insert(tx: &dyn Tx, record: &CaseRecord, from: Option<RecoveryId>) -> Result<(), StoreError> {
    let case = &record.case;
    tx.put(
        "INSERT INTO assisted_case (id, reference, employer_id, matched, reason, key_id, locale, from_recovery, created_at, \
         updated_at, version, dossier, codes, code_attempts, starts, stage) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, 0, 0, 0, 0)",
        params![
            case.id.0,
            record.reference.as_str(),
            case.employer.as_i64(),
            case.matched,
            case.reason.as_str(),
            record.key_id,
            record.locale,
            from.as_ref().map(|recovery| recovery.0),
            case.created_at.as_micros(),
            record.version,
            record.dossier,
        ],
    )?;
    for (place, line) in (0_i64..).zip(&case.documents) {
        tx.put(
            "INSERT INTO case_document (case_id, place, need) VALUES (?1, ?2, ?3)",
            params![case.id.0, place, line.need.as_str()],
        )?;
    }
    Ok(())
}

/// Saves what a step made of a case.
pub(super) fn update(tx: &dyn Tx, record: &CaseRecord) -> Result<(), StoreError> {
    update_holdings(tx, record)?;
    update_stage(tx, record)?;
    for (place, line) in (0_i64..).zip(&record.case.documents) {
        let Some((finding, remark)) = &line.found else { continue };
        tx.put(
            "UPDATE case_document SET finding = ?3, remark = ?4 WHERE case_id = ?1 AND place = ?2 \
             AND (finding IS DISTINCT FROM ?3 OR remark IS DISTINCT FROM ?4)",
            params![record.case.id.0, place, finding.as_str(), remark.as_ref().map(|mark| mark.0)],
        )?;
    }
    Ok(())
}

fn update_holdings(tx: &dyn Tx, record: &CaseRecord) -> Result<(), StoreError> {
    let case = &record.case;
    let mark = |mark: Option<Mark>| mark.map(|mark| mark.0);
    let details = case.details.as_ref();
    let (queued_at, handoff, accepted_at) = encode_issue(case.mailbox.issue.as_ref());
    tx.put(
        "UPDATE assisted_case SET updated_at = ?2, version = ?3, dossier = ?4, email = ?5, email_lane = ?6, \
         applicant = ?7, contact = ?8, email_mark = ?9, representative = ?10, centre = ?11, codes = ?12, \
         code_queued_at = ?13, code_handoff = ?14, code_accepted_at = ?15, code_attempts = ?16, verified_at = ?17, \
         identified = ?18, identified_by = ?19, ground = ?20, starts = ?21, disputed_at = ?22, cleared_by = ?23 \
         WHERE id = ?1",
        params![
            case.id.0,
            record.updated_at.as_micros(),
            record.version,
            record.dossier,
            record.email.as_ref().map(|email| &email.sealed),
            record.email.as_ref().map(|email| email.lane),
            details.map(|details| details.applicant.as_str()),
            mark(details.map(|details| details.contact)),
            mark(details.and_then(|details| details.email)),
            mark(details.and_then(|details| details.representative)),
            details.map(|details| details.centre),
            case.mailbox.codes,
            queued_at,
            handoff,
            accepted_at,
            case.mailbox.attempts,
            case.mailbox.verified_at.map(Timestamp::as_micros),
            mark(case.identification.map(|seen| seen.whom)),
            case.identification.map(|seen| seen.how.as_str()),
            mark(case.ground),
            case.starts,
            case.disputed_at.map(Timestamp::as_micros),
            case.cleared_by.map(|officer| officer.0),
        ],
    )
}

fn update_stage(tx: &dyn Tx, record: &CaseRecord) -> Result<(), StoreError> {
    let columns = CaseStageColumns::encode(&record.case.stage);
    let asked = columns.asked.as_ref();
    let power = columns.gives_power();
    let mac = power.then(|| binding::bind(tx, CASE, &says(&record.case, &columns))).transpose()?;
    tx.put(
        "UPDATE assisted_case SET stage = ?2, stage_before = ?3, officer = ?4, stage_at = ?5, stage_before_at = ?6, \
         asked_by = ?7, asked_at = ?8, asked_digest = ?9, asked_before = ?10, asked_first = ?11, approved_by = ?12, \
         approved_at = ?13, started_by = ?14, started_at = ?15, slip = ?16, activation = ?17, mac = ?18 WHERE id = ?1",
        params![
            record.case.id.0,
            columns.stage,
            columns.before,
            columns.officer,
            columns.at,
            columns.before_at,
            asked.map(|asked| asked.by),
            asked.map(|asked| asked.at),
            asked.map(|asked| asked.digest),
            asked.and_then(|asked| asked.before),
            asked.map(|asked| asked.first),
            columns.approved.map(|(by, _)| by),
            columns.approved.map(|(_, at)| at),
            columns.started.map(|(by, _)| by),
            columns.started.map(|(_, at)| at),
            columns.slip,
            columns.activation,
            mac,
        ],
    )
}

/// The address that was on record when approval was asked for: the one that is told, whatever becomes of the registry.
pub(super) fn keep_old_email(tx: &dyn Tx, id: CaseId, email: &SealedEmail) -> Result<(), StoreError> {
    tx.put(
        "UPDATE assisted_case SET old_email = ?2, old_email_mark = ?3, old_email_lane = ?4 WHERE id = ?1",
        params![id.0, email.sealed, email.index, email.lane],
    )
}

pub(super) async fn old_email(db: &dyn Read, id: CaseId) -> Result<Option<SealedEmail>, StoreError> {
    let sql = "SELECT old_email, old_email_mark, old_email_lane FROM assisted_case WHERE id = ?1 \
               AND old_email IS NOT NULL";
    db.first(sql, params![id.0], |row| {
        let index = bytes(&row.get::<_, Vec<u8>>(1)?, "assisted_case.old_email_mark")?;
        Ok(SealedEmail { sealed: row.get(0)?, index, lane: row.get(2)? })
    })
    .await
}
