//! What goes with a step: mails, the registry, recoveries, the employer's other cases.

use super::{
    super::{audit, decision, employers, outbox, recoveries, sessions},
    load, rows, save,
};
use crate::{
    Actor, AuditEntry, CaseRecord, CaseStep, Employer, MailKind, NewRepresentative, RecoveryRecord,
    SealedEmail, StoreError, acts,
    dialect::Lock,
    sql::{Tx, params},
};
use clavero_protocol::{
    CaseActor, CaseCommand, CaseEffect, CaseNotice, CaseTransition, Command, FlowMail, Mark, Policy,
    Proposal, Recovery, RecoveryId, Subject,
};

/// No token opens such a recovery: no text is known whose SHA-256 this is. Its one door is the link.
const NO_TOKEN: [u8; 32] = [0; 32];

pub(super) async fn carry_out(
    tx: &dyn Tx,
    record: &CaseRecord,
    effect: CaseEffect,
    step: &CaseStep,
) -> Result<(), StoreError> {
    match effect {
        // Drawn on before anything was saved.
        CaseEffect::ChargeEmailChange(_) => Ok(()),
        CaseEffect::MailCode { counter } => mail(tx, record, MailKind::CaseCode, counter).await,
        CaseEffect::Tell(CaseNotice::Approved) => mail(tx, record, MailKind::CaseApproved, 0).await,
        CaseEffect::Tell(CaseNotice::Returned) => mail(tx, record, MailKind::CaseReturned, 0).await,
        CaseEffect::TellOldMailbox => tell_old_mailbox(tx, record).await,
        CaseEffect::Apply(proposal) => apply(tx, record, &proposal, step).await,
        CaseEffect::EndActivation(recovery) => end_recovery(tx, recovery, &step.policy).await,
        CaseEffect::BeginActivation(recovery) => begin(tx, record, recovery, None).await,
        CaseEffect::OpenSlip(recovery) => begin(tx, record, recovery, step.link).await,
        // The others' steps have effects of their own.
        CaseEffect::SupersedeOthers => Box::pin(supersede_others(tx, record, step)).await,
    }
}

/// Queues a mail to the mailbox that the applicant gave.
pub(super) async fn mail(
    tx: &dyn Tx,
    record: &CaseRecord,
    kind: MailKind,
    counter: u32,
) -> Result<(), StoreError> {
    match &record.email {
        Some(email) => outbox::enqueue(tx, &row(record, kind, counter, email)).await,
        None => Ok(()),
    }
}

fn row(record: &CaseRecord, kind: MailKind, counter: u32, email: &SealedEmail) -> outbox::Row {
    outbox::Row {
        kind,
        recovery: None,
        employer: Some(record.case.employer),
        case: Some(record.case.id),
        email_version: 0,
        counter,
        lane: email.lane,
        locale: record.locale.clone(),
    }
}

async fn tell_old_mailbox(tx: &dyn Tx, record: &CaseRecord) -> Result<(), StoreError> {
    let employer = employers::find(tx, &record.case.employer).await?;
    let Some(email) = employer.and_then(|employer| employer.record.email) else { return Ok(()) };
    rows::keep_old_email(tx, record.case.id, &email)?;
    outbox::enqueue(tx, &row(record, MailKind::CaseStop, 0, &email)).await
}

/// Whether the representative on record is the one whose change was approved, or its successor already.
pub(super) fn representative_fits(
    transition: &CaseTransition,
    employer: Option<&Employer>,
    change: Option<&NewRepresentative>,
) -> bool {
    transition.effects.iter().all(|effect| match effect {
        CaseEffect::Apply(Proposal { representative: Some(_), .. }) => {
            let standing = employer.map(|employer| &employer.record.representative);
            change.is_some_and(|change| standing == Some(&change.from) || standing == Some(&change.to))
        }
        _ => true,
    })
}

/// Whether the mailbox that was approved stands on record, or comes with the step, sealed for the registry.
pub(super) fn mailbox_fits(
    transition: &CaseTransition,
    employer: Option<&Employer>,
    mailbox: Option<&SealedEmail>,
) -> bool {
    transition.effects.iter().all(|effect| match effect {
        CaseEffect::Apply(Proposal { mailbox: Some(approved), .. }) => {
            let standing = employer.and_then(|employer| employer.record.email.as_ref());
            standing.into_iter().chain(mailbox).any(|email| Mark(email.index) == *approved)
        }
        _ => true,
    })
}

/// Writes what was approved into the registry, unless it stands there.
async fn apply(
    tx: &dyn Tx,
    record: &CaseRecord,
    proposal: &Proposal,
    step: &CaseStep,
) -> Result<(), StoreError> {
    let key = record.case.employer;
    let Some(employer) = employers::find(tx, &key).await? else { return Ok(()) };
    let standing = employer.record.email.as_ref();
    let new_email = step.email.as_ref().filter(|email| proposal.mailbox == Some(Mark(email.index)));
    let new_email = new_email.filter(|email| standing.map(|standing| standing.index) != Some(email.index));
    let change = step.representative.as_ref().filter(|_| proposal.representative.is_some());
    let change = change.filter(|change| employer.record.representative == change.from);
    if new_email.is_none() && change.is_none() {
        return Ok(());
    }
    employers::keep_before(tx, &employer, record.case.id, (new_email.is_some(), change.is_some())).await?;
    if let Some(email) = new_email {
        tx.put(
            "UPDATE employer SET email = ?2, email_index = ?3, email_lane = ?4, email_version = email_version + 1 \
             WHERE id = ?1",
            params![key.as_i64(), email.sealed, email.index, email.lane],
        )?;
    }
    if let Some(change) = change {
        tx.put(
            "UPDATE employer SET representative = ?2, representative_name = ?3 WHERE id = ?1",
            params![key.as_i64(), change.to.as_str(), change.name],
        )?;
        sessions::close(tx, &key, None, None).await?;
    }
    // Whoever began a recovery under what stood there before does not end it under what stands there now.
    decision::supersede_all(tx, &key, &step.policy).await?;
    let entry = AuditEntry::done(Actor::System, acts::REGISTRY_CORRECTED).of(Some(&key));
    let entry = AuditEntry { form: Some(proposal.digest), ..entry.within_case(record.case.id.0) };
    audit::append(tx, &entry).await
}

async fn end_recovery(tx: &dyn Tx, id: RecoveryId, policy: &Policy) -> Result<(), StoreError> {
    let Some(record) = recoveries::find(tx, id, Lock::Row).await? else { return Ok(()) };
    match record.recovery.decide(Command::Supersede, tx.now().await?, policy) {
        Ok(transition) => decision::save(tx, &record, &transition).await,
        // It has come to its own end.
        Err(_) => Ok(()),
    }
}

/// Begins a recovery at its link: to be mailed, or with the verifier of the token that its user has in hand.
async fn begin(
    tx: &dyn Tx,
    record: &CaseRecord,
    id: RecoveryId,
    in_hand: Option<[u8; 32]>,
) -> Result<(), StoreError> {
    let key = record.case.employer;
    let Some(employer) = employers::find(tx, &key).await? else { return Ok(()) };
    let now = tx.now().await?;
    let subject = Subject::Employer { key, email_version: employer.email_version };
    let mut reference = [b'-'; 2];
    reference.copy_from_slice(&record.reference.as_str().as_bytes()[..2]);
    let recovery = match in_hand {
        Some(_) => Recovery::slip(id, subject, record.case.id, now),
        None => Recovery::activation(id, subject, record.case.id, now),
    };
    let (key_id, locale) = (record.key_id.clone(), record.locale.clone());
    let flow = RecoveryRecord { recovery, token: NO_TOKEN, key_id, reference, locale, codes: None };
    recoveries::insert(tx, &flow)?;
    match (in_hand, &employer.record.email) {
        (Some(verifier), _) => recoveries::insert_link(tx, &verifier, id, 1).await?,
        (None, Some(email)) => {
            outbox::enqueue(tx, &outbox::Row::of_flow(&flow, FlowMail::Link, 1, email.lane)).await?;
        }
        (None, None) => {}
    }
    let entry = AuditEntry::done(Actor::System, acts::STARTED).of(Some(&key));
    audit::append(tx, &entry.within(id).within_case(record.case.id.0)).await
}

async fn supersede_others(tx: &dyn Tx, record: &CaseRecord, step: &CaseStep) -> Result<(), StoreError> {
    let condition = "employer_id = ?1 AND stage < 10 AND id <> ?2 AND matched ORDER BY id";
    let key = record.case.employer.as_i64();
    for other in rows::select(tx, condition, params![key, record.case.id.0]).await? {
        let policy = std::sync::Arc::clone(&step.policy);
        let end = CaseStep::plain(other.case.id, CaseActor::System, CaseCommand::Supersede, policy);
        let Some((other, employer)) = load(tx, end.id).await? else { continue };
        // One that has run out or is frozen stays as it is; that is no refusal worth an entry.
        let now = tx.now().await?;
        let facts = super::facts(tx, (&other, employer.as_ref()), end.policy.tax, now).await?;
        let moment = clavero_protocol::Moment { now, facts: &facts, policy: &end.policy };
        if let Ok(transition) = other.case.decide(end.actor, &end.command, moment) {
            save(tx, &other, &transition, &end).await?;
        }
    }
    Ok(())
}
