//! The transactional outbox: rows of ids, taken up under a lease, ended by who holds it.

use clavero_protocol::{Command, EmployerKey, FlowMail, Policy, RecoveryId, Subject, Timestamp};
use rusqlite::{OptionalExtension, Row as SqlRow, params};

use super::{audit, bytes, decision, employers, recoveries, sessions, writer::Tx};
use crate::{
    Actor, AuditEntry, Claim, ClaimedMail, Employer, MailId, MailKind, MailOutcome, RecoveryRecord, Settle,
    StoreError, acts,
};

/// A mail to queue.
pub(super) struct Row {
    pub(super) kind: MailKind,
    pub(super) recovery: Option<RecoveryId>,
    pub(super) employer: Option<EmployerKey>,
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
        Self { kind, recovery, employer, email_version, counter, lane, locale }
    }
}

const fn encode_kind(kind: MailKind) -> i64 {
    match kind {
        MailKind::Code => 0,
        MailKind::Link => 1,
        MailKind::Changed => 2,
    }
}

const fn decode_kind(kind: i64) -> Result<MailKind, StoreError> {
    match kind {
        0 => Ok(MailKind::Code),
        1 => Ok(MailKind::Link),
        2 => Ok(MailKind::Changed),
        _ => Err(StoreError::Corrupt("outbox.kind")),
    }
}

pub(super) fn enqueue(tx: &Tx<'_>, row: &Row) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached(
            "INSERT INTO outbox (kind, recovery_id, employer_id, email_version, counter, lane, locale, queued_at, due_at, \
             attempts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 0)",
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
    "id, kind, recovery_id, employer_id, email_version, counter, lane, locale, queued_at, attempts";

fn decode(row: &SqlRow<'_>) -> Result<Stored, StoreError> {
    let recovery: Option<Vec<u8>> = row.get(2)?;
    let employer: Option<i64> = row.get(3)?;
    let employer = employer
        .map(|id| EmployerKey::from_i64(id).ok_or(StoreError::Corrupt("outbox.employer_id")))
        .transpose()?;
    Ok(Stored {
        id: MailId(row.get(0)?),
        row: Row {
            kind: decode_kind(row.get(1)?)?,
            recovery: recovery.map(|id| bytes(&id, "outbox.recovery_id").map(RecoveryId)).transpose()?,
            employer,
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
    if !still_counts(tx, &row, flow.as_ref(), employer.as_ref(), &claim.policy)? {
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
    Ok(Some(ClaimedMail { id, kind, attempts, queued_at, counter, lane, flow, employer, verifier }))
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
        _ => Ok(false),
    }
}

fn drop_row(tx: &Tx<'_>, id: MailId, row: &Row) -> Result<(), StoreError> {
    delete(tx, id)?;
    let entry = AuditEntry::done(Actor::System, acts::MAIL_DROPPED).of(row.employer.as_ref());
    audit::append(tx, &AuditEntry { recovery: row.recovery, ..entry })
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

/// Tells the flow, or the audit log alone, what the mail server said.
fn record(tx: &Tx<'_>, row: &Row, settle: &Settle) -> Result<(), StoreError> {
    let accepted = settle.outcome == MailOutcome::Accepted;
    let mail = match row.kind {
        MailKind::Code => FlowMail::Code,
        MailKind::Link => FlowMail::Link,
        MailKind::Changed => {
            let act = if accepted { acts::NOTICE_ACCEPTED } else { acts::NOTICE_REFUSED };
            return audit::append(tx, &AuditEntry::done(Actor::System, act).of(row.employer.as_ref()));
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
