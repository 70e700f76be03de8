//! The transactional outbox: rows of ids, taken up under a lease, ended by who holds it.

use clavero_protocol::{CaseId, Command, EmployerKey, FlowMail, Policy, RecoveryId, Subject, Timestamp};
use rusqlite::{OptionalExtension, Row as SqlRow, params};

use super::{audit, bytes, cases, decision, employers, recoveries, sessions, writer::Tx};
use crate::{
    Actor, AuditEntry, CaseMail, Claim, ClaimedMail, Employer, MailId, MailKind, MailOutcome, RecoveryRecord,
    Settle, StoreError, acts,
};

/// A mail to queue.
pub(super) struct Row {
    pub(super) kind: MailKind,
    pub(super) recovery: Option<RecoveryId>,
    pub(super) employer: Option<EmployerKey>,
    pub(super) case: Option<CaseId>,
    pub(super) email_version: u32,
    pub(super) counter: u32,
    pub(super) lane: i64,
    pub(super) locale: String,
}

impl Row {
    pub(super) fn of_flow(record: &RecoveryRecord, mail: FlowMail, counter: u32, lane: i64) -> Self {
        let (employer, email_version) = match &record.recovery.subject {
            Subject::Employer { key, email_version } => (Some(*key), *email_version),
            Subject::Decoy => (None, 0),
        };
        let kind = match mail {
            FlowMail::Code => MailKind::Code,
            FlowMail::Link => MailKind::Link,
        };
        let (recovery, locale) = (Some(record.recovery.id), record.locale.clone());
        Self { kind, recovery, employer, case: None, email_version, counter, lane, locale }
    }
}

const fn encode_kind(kind: MailKind) -> i64 {
    match kind {
        MailKind::Code => 0,
        MailKind::Link => 1,
        MailKind::Changed => 2,
        MailKind::CaseCode => 3,
        MailKind::CaseStop => 4,
        MailKind::CaseReminder => 5,
        MailKind::CaseApproved => 6,
        MailKind::CaseReturned => 7,
    }
}

const fn decode_kind(kind: i64) -> Result<MailKind, StoreError> {
    match kind {
        0 => Ok(MailKind::Code),
        1 => Ok(MailKind::Link),
        2 => Ok(MailKind::Changed),
        3 => Ok(MailKind::CaseCode),
        4 => Ok(MailKind::CaseStop),
        5 => Ok(MailKind::CaseReminder),
        6 => Ok(MailKind::CaseApproved),
        7 => Ok(MailKind::CaseReturned),
        _ => Err(StoreError::Corrupt("outbox.kind")),
    }
}

pub(super) fn enqueue(tx: &Tx<'_>, row: &Row) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached(
            "INSERT INTO outbox (kind, recovery_id, employer_id, email_version, counter, lane, locale, queued_at, due_at, \
             attempts, case_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 0, ?9)",
        )?
        .execute(params![
            encode_kind(row.kind),
            row.recovery.as_ref().map(|id| id.0.as_slice()),
            row.employer.as_ref().map(EmployerKey::as_i64),
            row.email_version,
            row.counter,
            row.lane,
            row.locale,
            tx.now.as_micros(),
            row.case.as_ref().map(|case| case.0.as_slice()),
        ])?;
    tx.mails_wait.set(true);
    Ok(())
}

/// A stored row.
struct Stored {
    id: MailId,
    row: Row,
    queued_at: Timestamp,
    attempts: u32,
}

const COLUMNS: &str =
    "id, kind, recovery_id, employer_id, email_version, counter, lane, locale, queued_at, attempts, case_id";

fn decode(row: &SqlRow<'_>) -> Result<Stored, StoreError> {
    let recovery: Option<Vec<u8>> = row.get(2)?;
    let employer: Option<i64> = row.get(3)?;
    let case: Option<Vec<u8>> = row.get(10)?;
    let employer = employer
        .map(|id| EmployerKey::from_i64(id).ok_or(StoreError::Corrupt("outbox.employer_id")))
        .transpose()?;
    Ok(Stored {
        id: MailId(row.get(0)?),
        row: Row {
            kind: decode_kind(row.get(1)?)?,
            recovery: recovery.map(|id| bytes(&id, "outbox.recovery_id").map(RecoveryId)).transpose()?,
            employer,
            case: case.map(|id| bytes(&id, "outbox.case_id").map(CaseId)).transpose()?,
            email_version: row.get(4)?,
            counter: row.get(5)?,
            lane: row.get(6)?,
            locale: row.get(7)?,
        },
        queued_at: Timestamp::from_micros(row.get(8)?),
        attempts: row.get(9)?,
    })
}

pub(super) fn claim(tx: &Tx<'_>, claim: &Claim) -> Result<Vec<ClaimedMail>, StoreError> {
    tx.mails_wait.set(false);
    // Each mail that needs a token needs one verifier; no more mails than that are taken.
    let max = usize::try_from(claim.max).unwrap_or(usize::MAX).min(claim.verifiers.len());
    let mut taken = Vec::new();
    for stored in due(tx, claim, max)? {
        if let Some(mail) = take_up(tx, stored, taken.len(), claim)? {
            taken.push(mail);
        }
    }
    Ok(taken)
}

fn due(tx: &Tx<'_>, claim: &Claim, max: usize) -> Result<Vec<Stored>, StoreError> {
    // One text whatever lanes are busy, so that it is prepared once.
    let busy: Vec<String> = claim.busy_lanes.iter().map(i64::to_string).collect();
    tx.connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM outbox WHERE due_at <= ?1 AND lane NOT IN (SELECT value FROM json_each(?3)) \
             ORDER BY due_at LIMIT ?2"
        ))?
        .query_and_then(
            params![
                tx.now.as_micros(),
                i64::try_from(max).unwrap_or(i64::MAX),
                format!("[{}]", busy.join(","))
            ],
            decode,
        )?
        .collect()
}

/// Takes one mail up, or drops it when it no longer counts.
fn take_up(
    tx: &Tx<'_>,
    stored: Stored,
    place: usize,
    claim: &Claim,
) -> Result<Option<ClaimedMail>, StoreError> {
    let Stored { id, row, queued_at, attempts } = stored;
    let flow = decision::flow(tx, row.recovery)?;
    let employer = match &row.employer {
        Some(key) => employers::find(tx.connection, key)?,
        None => None,
    };
    let case = match row.case {
        Some(case) => cases::recipient(tx.connection, case, row.kind)?,
        None => None,
    };
    let counts = match &case {
        Some(case) => case_still_counts(tx, &row, case, &claim.policy)?,
        None => still_counts(tx, &row, flow.as_ref(), employer.as_ref(), &claim.policy)?,
    };
    if !counts {
        drop_row(tx, id, &row)?;
        return Ok(None);
    }
    let attempts = attempts + 1;
    let leased_until = (tx.now + claim.lease).as_micros();
    tx.connection
        .prepare_cached("UPDATE outbox SET attempts = ?2, due_at = ?3 WHERE id = ?1")?
        .execute(params![id.0, attempts, leased_until])?;
    let verifier = mint(tx, &row, flow.as_ref(), employer.as_ref(), claim.verifiers[place])?.then_some(place);
    let flow = flow.map(|flow| RecoveryRecord { locale: row.locale.clone(), ..flow });
    let (kind, counter, lane) = (row.kind, row.counter, row.lane);
    Ok(Some(ClaimedMail { id, kind, attempts, queued_at, counter, lane, flow, employer, case, verifier }))
}

/// The same for the mails of a case.
fn case_still_counts(tx: &Tx<'_>, row: &Row, mail: &CaseMail, policy: &Policy) -> Result<bool, StoreError> {
    match row.kind {
        MailKind::CaseCode => cases::code_mail(tx, mail.record.case.id, row.counter, policy),
        kind => Ok(cases::still_counts(&mail.record, kind, tx.now, policy)),
    }
}

/// Whether the mail may still go out, as the protocol sees it. Records that it is being attempted.
fn still_counts(
    tx: &Tx<'_>,
    row: &Row,
    flow: Option<&RecoveryRecord>,
    employer: Option<&Employer>,
    policy: &Policy,
) -> Result<bool, StoreError> {
    let mail = match row.kind {
        MailKind::Code => FlowMail::Code,
        MailKind::Link => FlowMail::Link,
        MailKind::Changed => return Ok(employer.is_some_and(|employer| employer.record.email.is_some())),
        // Their case, or its mailbox, is no longer there.
        MailKind::CaseCode
        | MailKind::CaseStop
        | MailKind::CaseReminder
        | MailKind::CaseApproved
        | MailKind::CaseReturned => return Ok(false),
    };
    let Some(flow) = flow else { return Ok(false) };
    let address_stands = match &flow.recovery.subject {
        Subject::Decoy => true,
        Subject::Employer { email_version, .. } => {
            employer.is_some_and(|now| now.email_version == *email_version && now.record.email.is_some())
        }
    };
    // The registry's address has changed since: this flow's mails go nowhere, least of all to the new one.
    let command =
        if address_stands { Command::AttemptMail { mail, counter: row.counter } } else { Command::Supersede };
    let Ok(transition) = decision::decide(tx, flow, command, policy)? else { return Ok(false) };
    decision::save(tx, flow, &transition)?;
    Ok(address_stands)
}

/// Stores the verifier of a mail that carries a token. Says whether it does.
fn mint(
    tx: &Tx<'_>,
    row: &Row,
    flow: Option<&RecoveryRecord>,
    employer: Option<&Employer>,
    verifier: crate::Digest,
) -> Result<bool, StoreError> {
    match (row.kind, flow, employer) {
        (MailKind::Link, Some(flow), Some(_)) => {
            recoveries::insert_link(tx, &verifier, flow.recovery.id, row.counter)?;
            Ok(true)
        }
        (MailKind::Changed, _, Some(employer)) => {
            sessions::insert_repudiation(tx, &verifier, employer)?;
            Ok(true)
        }
        (MailKind::CaseStop, ..) => match row.case {
            Some(case) => cases::mint_stop(tx, &verifier, case).map(|()| true),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

fn drop_row(tx: &Tx<'_>, id: MailId, row: &Row) -> Result<(), StoreError> {
    delete(tx, id)?;
    let entry = AuditEntry::done(Actor::System, acts::MAIL_DROPPED).of(row.employer.as_ref());
    audit::append(tx, &AuditEntry { recovery: row.recovery, case: row.case.map(|case| case.0), ..entry })
}

fn delete(tx: &Tx<'_>, id: MailId) -> Result<(), StoreError> {
    tx.connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}

pub(super) fn settle(tx: &Tx<'_>, settle: &Settle) -> Result<bool, StoreError> {
    let stored = tx
        .connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1 AND attempts = ?2"))?
        .query_row(params![settle.id.0, settle.attempts], |row| Ok(decode(row)))
        .optional()?
        .transpose()?;
    let Some(Stored { row, .. }) = stored else { return Ok(false) };
    match settle.outcome {
        MailOutcome::Retry { after } => {
            tx.connection
                .prepare_cached("UPDATE outbox SET due_at = ?2 WHERE id = ?1")?
                .execute(params![settle.id.0, (tx.now + after).as_micros()])?;
        }
        MailOutcome::Dropped => drop_row(tx, settle.id, &row)?,
        MailOutcome::Accepted | MailOutcome::Refused => {
            delete(tx, settle.id)?;
            record(tx, &row, settle)?;
        }
    }
    Ok(true)
}

fn record_notice(tx: &Tx<'_>, row: &Row, accepted: bool) -> Result<(), StoreError> {
    let act = if accepted { acts::NOTICE_ACCEPTED } else { acts::NOTICE_REFUSED };
    let entry = AuditEntry::done(Actor::System, act).of(row.employer.as_ref());
    audit::append(tx, &AuditEntry { case: row.case.map(|case| case.0), ..entry })
}

/// Tells the flow, or the audit log alone, what the mail server said.
fn record(tx: &Tx<'_>, row: &Row, settle: &Settle) -> Result<(), StoreError> {
    let accepted = settle.outcome == MailOutcome::Accepted;
    let mail = match row.kind {
        MailKind::Code => FlowMail::Code,
        MailKind::Link => FlowMail::Link,
        MailKind::Changed
        | MailKind::CaseStop
        | MailKind::CaseReminder
        | MailKind::CaseApproved
        | MailKind::CaseReturned => {
            return record_notice(tx, row, accepted);
        }
        MailKind::CaseCode => {
            return match row.case {
                Some(case) => cases::record_code(tx, case, (row.counter, accepted), &settle.policy),
                None => Ok(()),
            };
        }
    };
    let Some(flow) = decision::flow(tx, row.recovery)? else { return Ok(()) };
    let counter = row.counter;
    let command = if accepted {
        Command::RecordAcceptance { mail, counter }
    } else {
        Command::RecordRejection { mail, counter }
    };
    if let Ok(transition) = decision::decide(tx, &flow, command, &settle.policy)? {
        decision::save(tx, &flow, &transition)?;
    }
    Ok(())
}
