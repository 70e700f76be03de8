//! The mails of a case: whether each still counts when it is taken up, and what the mail server said.

use std::{sync::Arc, time::Duration};

use clavero_protocol::{CaseActor, CaseCommand, CaseId, CaseState, Policy, Timestamp};

use super::{decide, effects, load, rows, save};
use crate::{
    CaseMail, CaseRecord, CaseStep, Digest, MailKind, StopLink, StoreError,
    sql::{Query as _, Read, Tx, bytes, params},
};

const DAY: Duration = Duration::from_hours(24);

/// The case and address that a mail goes to, as they stand now.
pub(crate) async fn recipient(
    db: &dyn Read,
    case: CaseId,
    kind: MailKind,
) -> Result<Option<CaseMail>, StoreError> {
    let Some(record) = rows::find(db, case).await? else { return Ok(None) };
    let to = match kind {
        MailKind::CaseStop => rows::old_email(db, case).await?,
        _ => record.email.clone(),
    };
    Ok(to.map(|to| CaseMail { record, to }))
}

/// Whether a notice still says what is so.
pub(crate) fn still_counts(record: &CaseRecord, kind: MailKind, now: Timestamp, policy: &Policy) -> bool {
    let state = record.case.state(now, policy);
    match kind {
        // Whoever read the old mailbox is told in any case.
        MailKind::CaseStop => true,
        MailKind::CaseReminder => waits_for_applicant(state),
        MailKind::CaseApproved => matches!(state, CaseState::Approved | CaseState::Activated),
        MailKind::CaseReturned => state == CaseState::Returned,
        MailKind::CaseCode | MailKind::Code | MailKind::Link | MailKind::Changed | MailKind::SignedIn => {
            false
        }
    }
}

const fn waits_for_applicant(state: CaseState) -> bool {
    matches!(state, CaseState::Opened | CaseState::Ready | CaseState::Returned)
}

fn by_system(case: CaseId, command: CaseCommand, policy: &Policy) -> CaseStep {
    CaseStep::plain(case, CaseActor::System, command, Arc::new(policy.clone()))
}

/// Records that a code's mail is taken up; `false` when it no longer counts.
pub(crate) async fn code_mail(
    tx: &dyn Tx,
    case: CaseId,
    counter: u32,
    policy: &Policy,
) -> Result<bool, StoreError> {
    take(tx, &by_system(case, CaseCommand::AttemptCodeMail { counter }, policy)).await
}

/// Records what the mail server said of a code's mail.
pub(crate) async fn record_code(
    tx: &dyn Tx,
    case: CaseId,
    (counter, accepted): (u32, bool),
    policy: &Policy,
) -> Result<(), StoreError> {
    let command = if accepted {
        CaseCommand::RecordCodeAcceptance { counter }
    } else {
        CaseCommand::RecordCodeRejection { counter }
    };
    take(tx, &by_system(case, command, policy)).await.map(|_| ())
}

async fn take(tx: &dyn Tx, step: &CaseStep) -> Result<bool, StoreError> {
    let Some((record, employer)) = load(tx, step.id).await? else { return Ok(false) };
    match decide(tx, (&record, employer.as_ref()), step).await? {
        Ok(transition) => save(tx, &record, &transition, step).await.map(|_| true),
        Err(_) => Ok(false),
    }
}

pub(crate) async fn mint_stop(tx: &dyn Tx, verifier: &Digest, case: CaseId) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO case_stop (verifier, case_id, created_at) VALUES (?1, ?2, ?3)",
        params![verifier, case.0, now],
    )
}

pub(crate) async fn find_stop(db: &dyn Read, verifier: &Digest) -> Result<Option<StopLink>, StoreError> {
    let sql = "SELECT case_id, created_at FROM case_stop WHERE verifier = ?1";
    db.first(sql, params![verifier], |row| {
        let case = CaseId(bytes(&row.get::<_, Vec<u8>>(0)?, "case_stop.case_id")?);
        Ok(StopLink { case, created_at: Timestamp::from_micros(row.get(1)?) })
    })
    .await
}

/// Reminders of a case that are due at `now`: one from half of its time on, another on its last day.
fn due(created_at: Timestamp, now: Timestamp, policy: &Policy) -> u32 {
    let ttl = policy.cases.case_ttl;
    let half = now >= created_at + ttl / 2;
    let last_day = ttl > DAY * 2 && now >= created_at + ttl.saturating_sub(DAY);
    u32::from(half) + u32::from(last_day)
}

pub(crate) async fn remind(tx: &dyn Tx, policy: &Policy, max: u32) -> Result<u64, StoreError> {
    let (now, ttl) = (tx.now().await?, policy.cases.case_ttl);
    let (from, until) = (now - ttl, now - ttl / 2);
    // Open, waiting for the applicant (0 opened, 1 ready, 6 returned), with a mailbox that was proven.
    let condition = "created_at > ?1 AND created_at <= ?2 AND stage < 10 AND stage IN (0, 1, 6) AND verified_at IS NOT NULL \
                     AND reminders < CASE WHEN created_at <= ?3 THEN 2 ELSE 1 END ORDER BY created_at LIMIT ?4";
    let last_day = now - ttl.saturating_sub(DAY);
    let (from, until, last_day) = (from.as_micros(), until.as_micros(), last_day.as_micros());
    let mut queued = 0;
    for record in rows::select(tx, condition, params![from, until, last_day, max]).await? {
        let reminders = due(record.case.created_at, now, policy);
        let sql = "UPDATE assisted_case SET reminders = ?2 WHERE id = ?1 AND reminders < ?2";
        if tx.execute(sql, params![record.case.id.0, reminders]).await? > 0 {
            effects::mail(tx, &record, MailKind::CaseReminder, reminders).await?;
            queued += 1;
        }
    }
    Ok(queued)
}
