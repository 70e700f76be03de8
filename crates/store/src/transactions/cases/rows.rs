//! Cases as rows. Written by `super` only.

use clavero_protocol::{
    Applicant, AssistedCase, AssistedReason, CaseId, CaseMailbox, CaseReference, Details, DocumentLine,
    EmployerKey, Finding, Identification, IdentifiedBy, Mark, Need, OfficerId, RecoveryId, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, named_params, params};

use super::super::{bytes, writer::Tx};
use crate::{
    CaseRecord, SealedEmail, StoreError,
    case_columns::{AskedColumns, CaseStageColumns, decode_issue, encode_issue},
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
pub(super) fn select(
    connection: &Connection,
    condition: &str,
    parameters: impl Params,
) -> Result<Vec<CaseRecord>, StoreError> {
    let mut found: Vec<CaseRecord> = connection
        .prepare_cached(&format!("SELECT * FROM assisted_case WHERE {condition}"))?
        .query_and_then(parameters, decode)?
        .collect::<Result<_, _>>()?;
    for record in &mut found {
        record.case.documents = connection
            .prepare_cached(
                "SELECT need, finding, remark FROM case_document WHERE case_id = ?1 ORDER BY place",
            )?
            .query_and_then([record.case.id.0.as_slice()], decode_line)?
            .collect::<Result<_, _>>()?;
    }
    Ok(found)
}

pub(super) fn find(connection: &Connection, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
    Ok(select(connection, "id = ?1", [id.0.as_slice()])?.pop())
}

/// Whether a case of this employer, other than this one, is frozen.
pub(super) fn sibling_frozen(
    connection: &Connection,
    employer: &EmployerKey,
    id: CaseId,
) -> Result<bool, StoreError> {
    // 7 = frozen.
    let sql = "SELECT 1 FROM assisted_case WHERE employer_id = ?1 AND stage = 7 AND id <> ?2";
    Ok(connection.prepare_cached(sql)?.exists(params![employer.as_i64(), id.0.as_slice()])?)
}

pub(super) fn is_taken(connection: &Connection, reference: &CaseReference) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM assisted_case WHERE reference = ?1";
    Ok(connection.prepare_cached(sql)?.exists([reference.as_str()])?)
}

pub(super) fn insert(tx: &Tx<'_>, record: &CaseRecord, from: Option<RecoveryId>) -> Result<(), StoreError> {
    let case = &record.case;
    tx.connection
        .prepare_cached(
            "INSERT INTO assisted_case (id, reference, employer_id, matched, reason, key_id, locale, from_recovery, created_at, \
             updated_at, version, dossier, codes, code_attempts, starts, stage) \
             VALUES (?1, ?2, ?3, ?11, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, 0, 0, 0, 0)",
        )?
        .execute(params![
            case.id.0.as_slice(),
            record.reference.as_str(),
            case.employer.as_i64(),
            case.reason.as_str(),
            record.key_id,
            record.locale,
            from.as_ref().map(|recovery| recovery.0.as_slice()),
            case.created_at.as_micros(),
            record.version,
            record.dossier,
            case.matched,
        ])?;
    for (place, line) in (0_i64..).zip(&case.documents) {
        tx.connection
            .prepare_cached("INSERT INTO case_document (case_id, place, need) VALUES (?1, ?2, ?3)")?
            .execute(params![case.id.0.as_slice(), place, line.need.as_str()])?;
    }
    Ok(())
}

/// Saves what a step made of a case.
pub(super) fn update(tx: &Tx<'_>, record: &CaseRecord) -> Result<(), StoreError> {
    update_holdings(tx, record)?;
    update_stage(tx, record)?;
    for (place, line) in (0_i64..).zip(&record.case.documents) {
        let Some((finding, remark)) = &line.found else { continue };
        tx.connection
            .prepare_cached(
                "UPDATE case_document SET finding = ?3, remark = ?4 WHERE case_id = ?1 AND place = ?2 \
                 AND (finding IS NOT ?3 OR remark IS NOT ?4)",
            )?
            .execute(params![
                record.case.id.0.as_slice(),
                place,
                finding.as_str(),
                remark.as_ref().map(|mark| mark.0.as_slice())
            ])?;
    }
    Ok(())
}

fn update_holdings(tx: &Tx<'_>, record: &CaseRecord) -> Result<(), StoreError> {
    let case = &record.case;
    let mark = |mark: Option<Mark>| mark.map(|mark| mark.0.to_vec());
    let details = case.details.as_ref();
    let (queued_at, handoff, accepted_at) = encode_issue(case.mailbox.issue.as_ref());
    tx.connection
        .prepare_cached(
            "UPDATE assisted_case SET updated_at = :updated_at, version = :version, dossier = :dossier, email = :email, \
             email_lane = :email_lane, applicant = :applicant, contact = :contact, email_mark = :email_mark, \
             representative = :representative, centre = :centre, codes = :codes, code_queued_at = :queued_at, \
             code_handoff = :handoff, code_accepted_at = :accepted_at, code_attempts = :attempts, \
             verified_at = :verified_at, identified = :identified, identified_by = :identified_by, ground = :ground, \
             starts = :starts, disputed_at = :disputed_at, cleared_by = :cleared_by WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": case.id.0.as_slice(),
            ":updated_at": record.updated_at.as_micros(),
            ":version": record.version,
            ":dossier": record.dossier,
            ":email": record.email.as_ref().map(|email| &email.sealed),
            ":email_lane": record.email.as_ref().map(|email| email.lane),
            ":applicant": details.map(|details| details.applicant.as_str()),
            ":contact": mark(details.map(|details| details.contact)),
            ":email_mark": mark(details.and_then(|details| details.email)),
            ":representative": mark(details.and_then(|details| details.representative)),
            ":centre": details.map(|details| details.centre),
            ":codes": case.mailbox.codes,
            ":queued_at": queued_at,
            ":handoff": handoff,
            ":accepted_at": accepted_at,
            ":attempts": case.mailbox.attempts,
            ":verified_at": case.mailbox.verified_at.map(Timestamp::as_micros),
            ":identified": mark(case.identification.map(|seen| seen.whom)),
            ":identified_by": case.identification.map(|seen| seen.how.as_str()),
            ":ground": mark(case.ground),
            ":starts": case.starts,
            ":disputed_at": case.disputed_at.map(Timestamp::as_micros),
            ":cleared_by": case.cleared_by.map(|officer| officer.0.to_vec()),
        })?;
    Ok(())
}

fn update_stage(tx: &Tx<'_>, record: &CaseRecord) -> Result<(), StoreError> {
    let columns = CaseStageColumns::encode(&record.case.stage);
    let id = |id: Option<[u8; 16]>| id.map(|id| id.to_vec());
    let asked = columns.asked.as_ref();
    tx.connection
        .prepare_cached(
            "UPDATE assisted_case SET stage = :stage, stage_before = :before, officer = :officer, stage_at = :at, \
             stage_before_at = :before_at, asked_by = :asked_by, asked_at = :asked_at, asked_digest = :asked_digest, \
             asked_before = :asked_before, asked_first = :asked_first, approved_by = :approved_by, \
             approved_at = :approved_at, started_by = :started_by, started_at = :started_at, slip = :slip, \
             activation = :activation WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": record.case.id.0.as_slice(),
            ":stage": columns.stage,
            ":before": columns.before,
            ":officer": id(columns.officer),
            ":at": columns.at,
            ":before_at": columns.before_at,
            ":asked_by": id(asked.map(|asked| asked.by)),
            ":asked_at": asked.map(|asked| asked.at),
            ":asked_digest": asked.map(|asked| asked.digest.to_vec()),
            ":asked_before": id(asked.and_then(|asked| asked.before)),
            ":asked_first": asked.map(|asked| asked.first),
            ":approved_by": id(columns.approved.map(|(by, _)| by)),
            ":approved_at": columns.approved.map(|(_, at)| at),
            ":started_by": id(columns.started.map(|(by, _)| by)),
            ":started_at": columns.started.map(|(_, at)| at),
            ":slip": columns.slip.map(|slip| slip.to_vec()),
            ":activation": id(columns.activation),
        })?;
    Ok(())
}

/// The address that was on record when approval was asked for: the one that is told, whatever becomes of the registry.
pub(super) fn keep_old_email(tx: &Tx<'_>, id: CaseId, email: &SealedEmail) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached(
            "UPDATE assisted_case SET old_email = ?2, old_email_mark = ?3, old_email_lane = ?4 WHERE id = ?1",
        )?
        .execute(params![id.0.as_slice(), email.sealed, email.index.as_slice(), email.lane])?;
    Ok(())
}

pub(super) fn old_email(connection: &Connection, id: CaseId) -> Result<Option<SealedEmail>, StoreError> {
    let sql = "SELECT old_email, old_email_mark, old_email_lane FROM assisted_case WHERE id = ?1 \
               AND old_email IS NOT NULL";
    let found: Option<(Vec<u8>, Vec<u8>, i64)> = connection
        .prepare_cached(sql)?
        .query_row([id.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((sealed, index, lane)) = found else { return Ok(None) };
    Ok(Some(SealedEmail { sealed, index: bytes(&index, "assisted_case.old_email_mark")?, lane }))
}
