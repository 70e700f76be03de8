//! The transactional outbox: rows of ids, taken up under a lease, ended by who holds it.

use std::collections::{BTreeMap, BTreeSet};

use clavero_protocol::{CaseId, Command, EmployerKey, FlowMail, Policy, RecoveryId, Subject, Timestamp};

use super::{audit, cases, decision, employers, recoveries, sessions};
use crate::{
    Actor, AuditEntry, CaseMail, Claim, ClaimedMail, Employer, MailId, MailKind, MailOutcome, RecoveryRecord,
    Settle, StoreError, acts,
    dialect::{Lock, array},
    sql::{self, Query as _, Read, Tx, bytes, params},
};

/// A mail to queue.
pub(crate) struct Row {
    pub(crate) kind: MailKind,
    pub(crate) recovery: Option<RecoveryId>,
    pub(crate) employer: Option<EmployerKey>,
    pub(crate) case: Option<CaseId>,
    pub(crate) email_version: u32,
    pub(crate) counter: u32,
    pub(crate) lane: i64,
    pub(crate) locale: String,
}

impl Row {
    /// A notice to an employer's mailbox on record, where there is one.
    pub(crate) fn notice(kind: MailKind, employer: &Employer, locale: String) -> Option<Self> {
        let lane = employer.record.email.as_ref()?.lane;
        let (key, email_version) = (employer.record.key, employer.email_version);
        let employer = Some(key);
        Some(Self { kind, recovery: None, employer, case: None, email_version, counter: 0, lane, locale })
    }

    pub(crate) fn of_flow(record: &RecoveryRecord, mail: FlowMail, counter: u32, lane: i64) -> Self {
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
        MailKind::SignedIn => 8,
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
        8 => Ok(MailKind::SignedIn),
        _ => Err(StoreError::Corrupt("outbox.kind")),
    }
}

pub(crate) async fn enqueue(tx: &dyn Tx, row: &Row) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO outbox (kind, recovery_id, employer_id, email_version, counter, lane, locale, queued_at, due_at, \
         attempts, case_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 0, ?9)",
        params![
            encode_kind(row.kind),
            row.recovery.as_ref().map(|id| id.0),
            row.employer.as_ref().map(EmployerKey::as_i64),
            row.email_version,
            row.counter,
            row.lane,
            row.locale,
            now,
            row.case.as_ref().map(|case| case.0),
        ],
    )?;
    tx.mails_wait(true);
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

fn decode(row: &sql::Row<'_>) -> Result<Stored, StoreError> {
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

pub(crate) async fn claim(tx: &dyn Tx, claim: &Claim) -> Result<Vec<ClaimedMail>, StoreError> {
    tx.mails_wait(false);
    // Each mail that needs a token needs one verifier; no more mails than that are taken.
    let max = usize::try_from(claim.max).unwrap_or(usize::MAX).min(claim.verifiers.len());
    let due = due(tx, claim, max).await?;
    let mut about = About::read(tx, &due).await?;
    let mut taken = Vec::new();
    for stored in due {
        if let Some(mail) = take_up(tx, stored, taken.len(), (claim, &mut about)).await? {
            taken.push(mail);
        }
    }
    Ok(taken)
}

/// Nothing tells a mail that was taken up from one that was put off: both are due at once.
pub(crate) async fn recall(tx: &dyn Tx, most: u32) -> Result<u64, StoreError> {
    if tx.dialect().is_concurrent() {
        return Ok(0);
    }
    let now = tx.now().await?.as_micros();
    let sql = "UPDATE outbox SET due_at = ?1 WHERE due_at > ?1 AND attempts BETWEEN 1 AND ?2";
    tx.execute(sql, params![now, most]).await
}

/// What waits for an employer, and since when, the oldest first.
pub(crate) async fn waiting_for(
    db: &dyn Read,
    employer: &EmployerKey,
) -> Result<Vec<(MailKind, Timestamp)>, StoreError> {
    let sql = "SELECT kind, queued_at FROM outbox WHERE employer_id = ?1 ORDER BY id";
    db.all(sql, params![employer.as_i64()], |row| {
        Ok((decode_kind(row.get(0)?)?, Timestamp::from_micros(row.get(1)?)))
    })
    .await
}

/// What the mails of a claim are about, read for all of them together.
struct About {
    flows: BTreeMap<RecoveryId, RecoveryRecord>,
    employers: BTreeMap<EmployerKey, Employer>,
}

impl About {
    async fn read(tx: &dyn Tx, mails: &[Stored]) -> Result<Self, StoreError> {
        let flows = mails.iter().filter_map(|mail| mail.row.recovery).collect();
        let flows = recoveries::find_all(tx, flows).await?;
        let employers: BTreeSet<EmployerKey> = mails.iter().filter_map(|mail| mail.row.employer).collect();
        let employers = match employers.len() {
            0 => Vec::new(),
            _ => {
                employers::find_all(tx, &array(employers.iter().map(|key| key.as_i64().to_string()))).await?
            }
        };
        Ok(Self {
            flows: flows.into_iter().map(|flow| (flow.recovery.id, flow)).collect(),
            employers: employers.into_iter().map(|employer| (employer.record.key, employer)).collect(),
        })
    }

    fn flow(&self, row: &Row) -> Option<&RecoveryRecord> {
        row.recovery.and_then(|id| self.flows.get(&id))
    }

    fn employer(&self, row: &Row) -> Option<&Employer> {
        row.employer.and_then(|key| self.employers.get(&key))
    }
}

async fn due(tx: &dyn Tx, claim: &Claim, max: usize) -> Result<Vec<Stored>, StoreError> {
    // One text whatever lanes are busy, so that it is prepared once.
    let busy = array(claim.busy_lanes.iter().map(i64::to_string));
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let (lanes, free) = (tx.dialect().numbers(3), tx.dialect().take_free());
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE due_at <= ?1 AND lane NOT IN ({lanes}) ORDER BY due_at LIMIT ?2{free}"
    );
    let now = tx.now().await?.as_micros();
    tx.all(&sql, params![now, max, busy], decode).await
}

/// Takes one mail up, or drops it when it no longer counts.
async fn take_up(
    tx: &dyn Tx,
    stored: Stored,
    place: usize,
    (claim, about): (&Claim, &mut About),
) -> Result<Option<ClaimedMail>, StoreError> {
    let Stored { id, row, queued_at, attempts } = stored;
    let case = match row.case {
        Some(case) => cases::recipient(tx, case, row.kind).await?,
        None => None,
    };
    let counts = match &case {
        Some(case) => case_still_counts(tx, &row, case, &claim.policy).await?,
        None => still_counts(tx, &row, about, &claim.policy).await?,
    };
    if !counts {
        drop_row(tx, id, &row).await?;
        return Ok(None);
    }
    let attempts = attempts + 1;
    let leased_until = (tx.now().await? + claim.lease).as_micros();
    tx.put(
        "UPDATE outbox SET attempts = ?2, due_at = ?3 WHERE id = ?1",
        params![id.0, attempts, leased_until],
    )?;
    let (flow, employer) = (about.flow(&row).cloned(), about.employer(&row).cloned());
    let verifier = mint(tx, &row, flow.as_ref(), employer.as_ref(), claim.verifiers[place]).await?;
    let verifier = verifier.then_some(place);
    let flow = flow.map(|flow| RecoveryRecord { locale: row.locale.clone(), ..flow });
    let (kind, counter, lane) = (row.kind, row.counter, row.lane);
    Ok(Some(ClaimedMail { id, kind, attempts, queued_at, counter, lane, flow, employer, case, verifier }))
}

/// The same for the mails of a case.
async fn case_still_counts(
    tx: &dyn Tx,
    row: &Row,
    mail: &CaseMail,
    policy: &Policy,
) -> Result<bool, StoreError> {
    match row.kind {
        MailKind::CaseCode => cases::code_mail(tx, mail.record.case.id, row.counter, policy).await,
        kind => Ok(cases::still_counts(&mail.record, kind, tx.now().await?, policy)),
    }
}

/// Whether the mail may still go out, as the protocol sees it. Records that it is being attempted.
async fn still_counts(
    tx: &dyn Tx,
    row: &Row,
    about: &mut About,
    policy: &Policy,
) -> Result<bool, StoreError> {
    let employer = about.employer(row);
    let mail = match row.kind {
        MailKind::Code => FlowMail::Code,
        MailKind::Link => FlowMail::Link,
        MailKind::Changed | MailKind::SignedIn => {
            return Ok(employer.is_some_and(|employer| employer.record.email.is_some()));
        }
        // Their case, or its mailbox, is no longer there.
        MailKind::CaseCode
        | MailKind::CaseStop
        | MailKind::CaseReminder
        | MailKind::CaseApproved
        | MailKind::CaseReturned => return Ok(false),
    };
    let Some(flow) = about.flow(row) else { return Ok(false) };
    let address_stands = match &flow.recovery.subject {
        Subject::Decoy => true,
        // A flow's mails go to nobody but its own employer, whatever their row says.
        Subject::Employer { key, email_version } => employer.is_some_and(|now| {
            now.record.key == *key && now.email_version == *email_version && now.record.email.is_some()
        }),
    };
    // The registry's address has changed since: this flow's mails go nowhere, least of all to the new one.
    let command =
        if address_stands { Command::AttemptMail { mail, counter: row.counter } } else { Command::Supersede };
    let Ok(transition) = decision::decide(tx, flow, command, policy).await? else { return Ok(false) };
    decision::save(tx, flow, &transition).await?;
    let flow = RecoveryRecord { recovery: transition.recovery, ..flow.clone() };
    about.flows.insert(flow.recovery.id, flow);
    Ok(address_stands)
}

/// Stores the verifier of a mail that carries a token. Says whether it does.
async fn mint(
    tx: &dyn Tx,
    row: &Row,
    flow: Option<&RecoveryRecord>,
    employer: Option<&Employer>,
    verifier: crate::Digest,
) -> Result<bool, StoreError> {
    match (row.kind, flow, employer) {
        (MailKind::Link, Some(flow), Some(_)) => {
            recoveries::insert_link(tx, &verifier, flow.recovery.id, row.counter).await?;
            Ok(true)
        }
        (MailKind::Changed, _, Some(employer)) => {
            sessions::insert_repudiation(tx, &verifier, employer).await?;
            Ok(true)
        }
        (MailKind::CaseStop, ..) => match row.case {
            Some(case) => cases::mint_stop(tx, &verifier, case).await.map(|()| true),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

async fn drop_row(tx: &dyn Tx, id: MailId, row: &Row) -> Result<(), StoreError> {
    delete(tx, id)?;
    let entry = AuditEntry::done(Actor::System, acts::MAIL_DROPPED).of(row.employer.as_ref());
    audit::append(tx, &AuditEntry { recovery: row.recovery, case: row.case.map(|case| case.0), ..entry })
        .await
}

fn delete(tx: &dyn Tx, id: MailId) -> Result<(), StoreError> {
    tx.put("DELETE FROM outbox WHERE id = ?1", params![id.0])
}

pub(crate) async fn settle(tx: &dyn Tx, settle: &Settle) -> Result<bool, StoreError> {
    let lock = tx.dialect().lock(Lock::Row);
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1 AND attempts = ?2{lock}");
    let stored = tx.first(&sql, params![settle.id.0, settle.attempts], decode).await?;
    let Some(Stored { row, .. }) = stored else { return Ok(false) };
    match settle.outcome {
        MailOutcome::Retry { after } => {
            let due_at = (tx.now().await? + after).as_micros();
            tx.put("UPDATE outbox SET due_at = ?2 WHERE id = ?1", params![settle.id.0, due_at])?;
        }
        MailOutcome::Dropped => drop_row(tx, settle.id, &row).await?,
        MailOutcome::Accepted | MailOutcome::Refused => {
            delete(tx, settle.id)?;
            record(tx, &row, settle).await?;
        }
    }
    Ok(true)
}

async fn record_notice(tx: &dyn Tx, row: &Row, accepted: bool) -> Result<(), StoreError> {
    let act = if accepted { acts::NOTICE_ACCEPTED } else { acts::NOTICE_REFUSED };
    let entry = AuditEntry::done(Actor::System, act).of(row.employer.as_ref());
    audit::append(tx, &AuditEntry { case: row.case.map(|case| case.0), ..entry }).await
}

/// Tells the flow, or the audit log alone, what the mail server said.
async fn record(tx: &dyn Tx, row: &Row, settle: &Settle) -> Result<(), StoreError> {
    let accepted = settle.outcome == MailOutcome::Accepted;
    let mail = match row.kind {
        MailKind::Code => FlowMail::Code,
        MailKind::Link => FlowMail::Link,
        MailKind::Changed
        | MailKind::SignedIn
        | MailKind::CaseStop
        | MailKind::CaseReminder
        | MailKind::CaseApproved
        | MailKind::CaseReturned => {
            return record_notice(tx, row, accepted).await;
        }
        MailKind::CaseCode => {
            return match row.case {
                Some(case) => cases::record_code(tx, case, (row.counter, accepted), &settle.policy).await,
                None => Ok(()),
            };
        }
    };
    let Some(flow) = decision::flow(tx, row.recovery).await? else { return Ok(()) };
    let counter = row.counter;
    let command = if accepted {
        Command::RecordAcceptance { mail, counter }
    } else {
        Command::RecordRejection { mail, counter }
    };
    if let Ok(transition) = decision::decide(tx, &flow, command, &settle.policy).await? {
        decision::save(tx, &flow, &transition).await?;
    }
    Ok(())
}
