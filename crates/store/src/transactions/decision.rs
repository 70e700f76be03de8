//! The one writer of recovery state, outbox and audit: load, let the protocol decide, save all of it together.

use clavero_protocol::{
    Act, Command, EmployerKey, FlowMail, Policy, Recovery, RecoveryId, Refusal, Subject, Transition,
};

use super::{audit, budgets, cases, employers, outbox, recoveries, sessions};
use crate::{
    Actor, Advance, AuditEntry, Begin, ChangeKey, Denied, Digest, LinkRecord, MailKind, NewCredential,
    NotAdvanced, RecoveryRecord, Redeem, StoreError, acts,
    dialect::Lock,
    sql::{Tx, params},
};

pub(crate) async fn begin(tx: &dyn Tx, begin: &Begin) -> Result<Result<RecoveryRecord, Denied>, StoreError> {
    let Begin { record, lane, limits, once } = begin;
    let drawn = budgets::take(tx, limits, once.as_ref()).await?;
    let entry = AuditEntry::done(Actor::Visitor, acts::STARTED).of(record.recovery.employer());
    if let Err(denied) = drawn {
        audit::append(tx, &entry.refused("limit")).await?;
        return Ok(Err(denied));
    }
    // The moment is the engine's, whatever the caller wrote.
    let now = tx.now().await?;
    let Recovery { id, subject, stage, .. } = record.recovery.clone();
    let recovery = match stage {
        clavero_protocol::Stage::Assisted { reason, .. } => Recovery::assisted(id, subject, reason, now),
        _ => Recovery::begin(id, subject, now),
    };
    let record = RecoveryRecord { recovery, ..record.clone() };
    recoveries::insert(tx, &record)?;
    if let Some(lane) = lane {
        outbox::enqueue(tx, &outbox::Row::of_flow(&record, FlowMail::Code, 1, *lane)).await?;
    }
    audit::append(tx, &entry.within(id)).await?;
    Ok(Ok(record))
}

pub(crate) async fn advance(
    tx: &dyn Tx,
    step: &Advance,
) -> Result<Result<Recovery, NotAdvanced>, StoreError> {
    let Some(record) = recoveries::find(tx, step.id, Lock::Row).await? else {
        return Ok(Err(NotAdvanced::Unknown));
    };
    let transition = match decide(tx, &record, step.command, &step.policy).await? {
        Ok(transition) => transition,
        Err(refusal) => return Ok(Err(NotAdvanced::Refused(refusal))),
    };
    if transition.mail.is_some()
        && let Err(Denied::Exceeded { exceeded, .. }) = budgets::take(tx, &step.limits, None).await?
    {
        audit::append(tx, &entry_of(&record, word(step.command)).refused("limit")).await?;
        return Ok(Err(NotAdvanced::Exceeded(exceeded)));
    }
    save(tx, &record, &transition).await?;
    Ok(Ok(transition.recovery))
}

/// Decides without saving; a refusal is written into the audit log.
pub(crate) async fn decide(
    tx: &dyn Tx,
    record: &RecoveryRecord,
    command: Command,
    policy: &Policy,
) -> Result<Result<Transition, Refusal>, StoreError> {
    let decided = record.recovery.decide(command, tx.now().await?, policy);
    if let Err(refusal) = &decided {
        audit::append(tx, &entry_of(record, word(command)).refused(refusal_word(*refusal))).await?;
    }
    Ok(decided)
}

/// Saves a transition: state, mail and audit.
pub(crate) async fn save(tx: &dyn Tx, record: &RecoveryRecord, next: &Transition) -> Result<(), StoreError> {
    let Some(act) = next.act else { return Ok(()) };
    recoveries::update(tx, record, &next.recovery)?;
    if let (Some(mail), Some((_, issue))) = (next.mail, next.recovery.issue()) {
        let lane = lane_of(tx, &next.recovery).await?;
        outbox::enqueue(tx, &outbox::Row::of_flow(record, mail, issue.counter, lane)).await?;
    }
    // Taking a mail up is bookkeeping; what the mail server says of it is the act.
    if act == Act::MailAttempted { Ok(()) } else { audit::append(tx, &entry_of(record, act.as_str())).await }
}

async fn lane_of(tx: &dyn Tx, recovery: &Recovery) -> Result<i64, StoreError> {
    let employer = match recovery.employer() {
        Some(key) => employers::find(tx, key).await?,
        None => None,
    };
    Ok(employer.and_then(|employer| employer.record.email).map_or(0, |email| email.lane))
}

/// The link that is to be redeemed, with all that its redemption changes held.
async fn hold_link(tx: &dyn Tx, verifier: &Digest) -> Result<Option<LinkRecord>, StoreError> {
    let found = recoveries::find_link(tx, verifier, Lock::None).await?;
    if !tx.dialect().is_concurrent() {
        return Ok(found);
    }
    let Some(link) = found else { return Ok(None) };
    if let Some(employer) = link.record.recovery.employer() {
        employers::hold(tx, employer)?;
    }
    if let Some(case) = link.record.recovery.origin.case() {
        cases::hold(tx, case)?;
    }
    recoveries::find_link(tx, verifier, Lock::Row).await
}

pub(crate) async fn redeem(tx: &dyn Tx, redeem: &Redeem) -> Result<Result<EmployerKey, Refusal>, StoreError> {
    let Some(link) = hold_link(tx, &redeem.link).await? else { return Ok(Err(Refusal::LinkExpired)) };
    let command = Command::Redeem { counter: link.counter, opened_at: redeem.opened_at };
    let transition = match decide(tx, &link.record, command, &redeem.policy).await? {
        Ok(transition) => transition,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // A decoy never gets a link; if one had, it would open nothing.
    let Some(employer) = transition.recovery.employer().copied() else {
        return Ok(Err(Refusal::LinkExpired));
    };
    // One that came from a desk sets a key only with its case, which ends here.
    if let Some(case) = transition.recovery.origin.case()
        && !cases::close(tx, case, transition.recovery.id, &redeem.policy).await?
    {
        return Ok(Err(Refusal::LinkExpired));
    }
    save(tx, &link.record, &transition).await?;
    replace_key(tx, &employer, &redeem.credential, &redeem.policy).await?;
    budgets::clear(tx, &redeem.clear)?;
    sessions::close(tx, &employer, None, None).await?;
    notify_change(tx, &employer, Some(&link.record)).await?;
    Ok(Ok(employer))
}

pub(crate) async fn change_key(tx: &dyn Tx, change: &ChangeKey) -> Result<bool, StoreError> {
    employers::hold(tx, &change.employer)?;
    let standing = employers::find(tx, &change.employer).await?.and_then(|employer| employer.credential);
    if standing.is_none_or(|standing| standing.phc != change.current_phc || standing.frozen) {
        return Ok(false);
    }
    replace_key(tx, &change.employer, &change.credential, &change.policy).await?;
    sessions::close(tx, &change.employer, None, Some(change.keep)).await?;
    notify_change(tx, &change.employer, None).await?;
    Ok(true)
}

/// The credential's one way in: the key, the end of every recovery of that employer, the entry.
async fn replace_key(
    tx: &dyn Tx,
    employer: &EmployerKey,
    credential: &NewCredential,
    policy: &Policy,
) -> Result<(), StoreError> {
    employers::set_credential(tx, employer, credential).await?;
    supersede_all(tx, employer, policy).await?;
    audit::append(tx, &AuditEntry::done(Actor::Employer, acts::KEY_CHANGED).of(Some(employer))).await
}

pub(crate) async fn supersede_all(
    tx: &dyn Tx,
    employer: &EmployerKey,
    policy: &Policy,
) -> Result<(), StoreError> {
    for other in recoveries::live(tx, employer).await? {
        if let Ok(transition) = other.recovery.decide(Command::Supersede, tx.now().await?, policy) {
            save(tx, &other, &transition).await?;
        }
    }
    Ok(())
}

async fn notify_change(
    tx: &dyn Tx,
    key: &EmployerKey,
    flow: Option<&RecoveryRecord>,
) -> Result<(), StoreError> {
    let Some(employer) = employers::find(tx, key).await? else { return Ok(()) };
    let locale = flow.map_or_else(String::new, |flow| flow.locale.clone());
    match outbox::Row::notice(MailKind::Changed, &employer, locale) {
        Some(row) => outbox::enqueue(tx, &row).await,
        None => Ok(()),
    }
}

pub(crate) async fn freeze(tx: &dyn Tx, token: &Digest, policy: &Policy) -> Result<bool, StoreError> {
    let Some(found) = sessions::find_repudiation(tx, token).await? else { return Ok(false) };
    employers::hold(tx, &found.employer)?;
    let frozen = tx
        .execute(
            "UPDATE credential SET frozen = TRUE WHERE employer_id = ?1 AND changed_at = \
             (SELECT changed_at FROM repudiation WHERE verifier = ?2)",
            params![found.employer.as_i64(), token],
        )
        .await?;
    if frozen == 0 {
        return Ok(false);
    }
    tx.put("UPDATE repudiation SET used = TRUE WHERE verifier = ?1", params![token])?;
    sessions::close(tx, &found.employer, None, None).await?;
    supersede_all(tx, &found.employer, policy).await?;
    audit::append(tx, &AuditEntry::done(Actor::Visitor, acts::KEY_FROZEN).of(Some(&found.employer))).await?;
    Ok(true)
}

fn entry_of(record: &RecoveryRecord, act: &'static str) -> AuditEntry {
    let employer = match &record.recovery.subject {
        Subject::Employer { key, .. } => Some(key),
        Subject::Decoy => None,
    };
    // What the mail server answers is nobody's doing at a browser.
    let of_mail = [Act::MailAccepted, Act::MailRejected].iter().any(|answer| answer.as_str() == act);
    let actor = if of_mail { Actor::System } else { Actor::Visitor };
    AuditEntry::done(actor, act).of(employer).within(record.recovery.id)
}

/// What a refused command would have done, as the log names it.
const fn word(command: Command) -> &'static str {
    match command {
        Command::SpendAttempt => Act::CodeAttempted,
        Command::AcceptCode { .. } => Act::CodeAccepted,
        Command::ResendCode => Act::CodeRequested,
        Command::ResendLink => Act::LinkRequested,
        Command::LoseMailAccess => Act::MailAccessLost,
        Command::AttemptMail { .. } => Act::MailAttempted,
        Command::RecordAcceptance { .. } => Act::MailAccepted,
        Command::RecordRejection { .. } => Act::MailRejected,
        Command::Redeem { .. } => Act::KeyRecovered,
        Command::Supersede => Act::Superseded,
    }
    .as_str()
}

const fn refusal_word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::FlowExpired => "flow_expired",
        Refusal::WrongState => "wrong_state",
        Refusal::CodeExpired => "code_expired",
        Refusal::CodeExhausted => "code_exhausted",
        Refusal::TooSoon { .. } => "too_soon",
        Refusal::LinksExhausted => "links_exhausted",
        Refusal::LinkExpired => "link_expired",
        Refusal::LinkUsed => "link_used",
        Refusal::LinkReplaced => "link_replaced",
        Refusal::StaleMail => "stale_mail",
        Refusal::DeadMail => "dead_mail",
    }
}

/// The flow that a mail belongs to, where it belongs to one.
pub(crate) async fn flow(tx: &dyn Tx, id: Option<RecoveryId>) -> Result<Option<RecoveryRecord>, StoreError> {
    match id {
        Some(id) => recoveries::find(tx, id, Lock::Row).await,
        None => Ok(None),
    }
}
