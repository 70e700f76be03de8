//! The mails of a case: whether each still counts when it is taken up, and what the mail server said.

use std::{sync::Arc, time::Duration};

use clavero_protocol::{CaseActor, CaseCommand, CaseId, CaseState, Policy, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    super::{bytes, writer::Tx},
    decide, effects, load, rows, save,
};
use crate::{CaseMail, CaseRecord, CaseStep, Digest, MailKind, StopLink, StoreError};

const DAY: Duration = Duration::from_hours(24);

/// The case and address that a mail goes to, as they stand now.
pub(in super::super) fn recipient(
    connection: &Connection,
    case: CaseId,
    kind: MailKind,
) -> Result<Option<CaseMail>, StoreError> {
    let Some(record) = rows::find(connection, case)? else { return Ok(None) };
    let to = match kind {
        MailKind::CaseStop => rows::old_email(connection, case)?,
        _ => record.email.clone(),
    };
    Ok(to.map(|to| CaseMail { record, to }))
}

/// Whether a notice still says what is so.
pub(in super::super) fn still_counts(
    record: &CaseRecord,
    kind: MailKind,
    now: Timestamp,
    policy: &Policy,
) -> bool {
    let state = record.case.state(now, policy);
    match kind {
        // Whoever read the old mailbox is told in any case.
        MailKind::CaseStop => true,
        MailKind::CaseReminder => waits_for_applicant(state),
        MailKind::CaseApproved => matches!(state, CaseState::Approved | CaseState::Activated),
        MailKind::CaseReturned => state == CaseState::Returned,
        MailKind::CaseCode | MailKind::Code | MailKind::Link | MailKind::Changed => false,
    }
}

const fn waits_for_applicant(state: CaseState) -> bool {
    matches!(state, CaseState::Opened | CaseState::Ready | CaseState::Returned)
}

fn by_system(case: CaseId, command: CaseCommand, policy: &Policy) -> CaseStep {
    CaseStep::plain(case, CaseActor::System, command, Arc::new(policy.clone()))
}

/// Records that a code's mail is taken up; `false` when it no longer counts.
pub(in super::super) fn code_mail(
    tx: &Tx<'_>,
    case: CaseId,
    counter: u32,
    policy: &Policy,
) -> Result<bool, StoreError> {
    take(tx, &by_system(case, CaseCommand::AttemptCodeMail { counter }, policy))
}

/// Records what the mail server said of a code's mail.
pub(in super::super) fn record_code(
    tx: &Tx<'_>,
    case: CaseId,
    (counter, accepted): (u32, bool),
    policy: &Policy,
) -> Result<(), StoreError> {
    let command = if accepted {
        CaseCommand::RecordCodeAcceptance { counter }
    } else {
        CaseCommand::RecordCodeRejection { counter }
    };
    take(tx, &by_system(case, command, policy)).map(|_| ())
}

fn take(tx: &Tx<'_>, step: &CaseStep) -> Result<bool, StoreError> {
    let Some((record, employer)) = load(tx, step.id)? else { return Ok(false) };
    match decide(tx, (&record, employer.as_ref()), step)? {
        Ok(transition) => save(tx, &record, &transition, step).map(|_| true),
        Err(_) => Ok(false),
    }
}

pub(in super::super) fn mint_stop(tx: &Tx<'_>, verifier: &Digest, case: CaseId) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("INSERT INTO case_stop (verifier, case_id, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![verifier.as_slice(), case.0.as_slice(), tx.now.as_micros()])?;
    Ok(())
}

pub(super) fn find_stop(connection: &Connection, verifier: &Digest) -> Result<Option<StopLink>, StoreError> {
    let found: Option<(Vec<u8>, i64)> = connection
        .prepare_cached("SELECT case_id, created_at FROM case_stop WHERE verifier = ?1")?
        .query_row([verifier.as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found
        .map(|(case, created_at)| {
            let case = CaseId(bytes(&case, "case_stop.case_id")?);
            Ok(StopLink { case, created_at: Timestamp::from_micros(created_at) })
        })
        .transpose()
}

/// Reminders of a case that are due at `now`: one from half of its time on, another on its last day.
fn due(created_at: Timestamp, now: Timestamp, policy: &Policy) -> u32 {
    let ttl = policy.cases.case_ttl;
    let half = now >= created_at + ttl / 2;
    let last_day = ttl > DAY * 2 && now >= created_at + ttl.saturating_sub(DAY);
    u32::from(half) + u32::from(last_day)
}

pub(super) fn remind(tx: &Tx<'_>, policy: &Policy, max: u32) -> Result<u64, StoreError> {
    let ttl = policy.cases.case_ttl;
    let (from, until) = (tx.now - ttl, tx.now - ttl / 2);
    // Open, waiting for the applicant (0 opened, 1 ready, 6 returned), with a mailbox that was proven.
    let condition = "created_at > ?1 AND created_at <= ?2 AND stage < 10 AND stage IN (0, 1, 6) AND verified_at IS NOT NULL \
                     AND reminders < CASE WHEN created_at <= ?3 THEN 2 ELSE 1 END ORDER BY created_at LIMIT ?4";
    let last_day = tx.now - ttl.saturating_sub(DAY);
    let parameters = params![from.as_micros(), until.as_micros(), last_day.as_micros(), max];
    let mut queued = 0;
    for record in rows::select(tx.connection, condition, parameters)? {
        let reminders = due(record.case.created_at, tx.now, policy);
        let changed = tx
            .connection
            .prepare_cached("UPDATE assisted_case SET reminders = ?2 WHERE id = ?1 AND reminders < ?2")?
            .execute(params![record.case.id.0.as_slice(), reminders])?;
        if changed > 0 {
            effects::mail(tx, &record, MailKind::CaseReminder, reminders)?;
            queued += 1;
        }
    }
    Ok(queued)
}
