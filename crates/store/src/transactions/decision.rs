//! The one writer of recovery state, outbox and audit: load, let the protocol decide, save all of it together.

use clavero_protocol::{
    Act, Command, EmployerKey, FlowMail, Policy, Recovery, RecoveryId, Refusal, Subject, Transition,
};
use rusqlite::params;

use super::{audit, budgets, cases, employers, outbox, recoveries, sessions, writer::Tx};
use crate::{
    Actor, Advance, AuditEntry, Begin, ChangeKey, Denied, Digest, MailKind, NewCredential, NotAdvanced,
    RecoveryRecord, Redeem, StoreError, acts,
};

pub(super) fn begin(tx: &Tx<'_>, begin: Begin) -> Result<Result<RecoveryRecord, Denied>, StoreError> {
    let Begin { mut record, lane, limits, once } = begin;
    let drawn = budgets::take(tx, &limits, once.as_ref())?;
    let entry = AuditEntry::done(Actor::Visitor, acts::STARTED).of(record.recovery.employer());
    if let Err(denied) = drawn {
        audit::append(tx, &entry.refused("limit"))?;
        return Ok(Err(denied));
    }
    // The moment is the engine's, whatever the caller wrote.
    let Recovery { id, subject, stage, .. } = record.recovery;
    record.recovery = match stage {
        clavero_protocol::Stage::Assisted { reason, .. } => Recovery::assisted(id, subject, reason, tx.now),
        _ => Recovery::begin(id, subject, tx.now),
    };
    recoveries::insert(tx, &record)?;
    if let Some(lane) = lane {
        outbox::enqueue(tx, &outbox::Row::of_flow(&record, FlowMail::Code, 1, lane))?;
    }
    audit::append(tx, &entry.within(id))?;
    Ok(Ok(record))
}

pub(super) fn advance(tx: &Tx<'_>, step: &Advance) -> Result<Result<Recovery, NotAdvanced>, StoreError> {
    let Some(record) = recoveries::find(tx.connection, step.id)? else {
        return Ok(Err(NotAdvanced::Unknown));
    };
    let transition = match decide(tx, &record, step.command, &step.policy)? {
        Ok(transition) => transition,
        Err(refusal) => return Ok(Err(NotAdvanced::Refused(refusal))),
    };
    if transition.mail.is_some()
        && let Err(Denied::Exceeded { exceeded, .. }) = budgets::take(tx, &step.limits, None)?
    {
        audit::append(tx, &entry_of(&record, word(step.command)).refused("limit"))?;
        return Ok(Err(NotAdvanced::Exceeded(exceeded)));
    }
    save(tx, &record, &transition)?;
    Ok(Ok(transition.recovery))
}

/// Decides without saving; a refusal is written into the audit log.
pub(super) fn decide(
    tx: &Tx<'_>,
    record: &RecoveryRecord,
    command: Command,
    policy: &Policy,
) -> Result<Result<Transition, Refusal>, StoreError> {
    let decided = record.recovery.decide(command, tx.now, policy);
    if let Err(refusal) = &decided {
        audit::append(tx, &entry_of(record, word(command)).refused(refusal_word(*refusal)))?;
    }
    Ok(decided)
}

/// Saves a transition: state, mail and audit.
pub(super) fn save(tx: &Tx<'_>, record: &RecoveryRecord, next: &Transition) -> Result<(), StoreError> {
    let Some(act) = next.act else { return Ok(()) };
    recoveries::update(tx, &next.recovery)?;
    if let (Some(mail), Some((_, issue))) = (next.mail, next.recovery.issue()) {
        let lane = lane_of(tx, &next.recovery)?;
        outbox::enqueue(tx, &outbox::Row::of_flow(record, mail, issue.counter, lane))?;
    }
    // Taking a mail up is bookkeeping; what the mail server says of it is the act.
    if act == Act::MailAttempted { Ok(()) } else { audit::append(tx, &entry_of(record, act.as_str())) }
}

fn lane_of(tx: &Tx<'_>, recovery: &Recovery) -> Result<i64, StoreError> {
    let employer = match recovery.employer() {
        Some(key) => employers::find(tx.connection, key)?,
        None => None,
    };
    Ok(employer.and_then(|employer| employer.record.email).map_or(0, |email| email.lane))
}

pub(super) fn redeem(tx: &Tx<'_>, redeem: &Redeem) -> Result<Result<EmployerKey, Refusal>, StoreError> {
    let Some(link) = recoveries::find_link(tx.connection, &redeem.link)? else {
        return Ok(Err(Refusal::LinkExpired));
    };
    let command = Command::Redeem { counter: link.counter, opened_at: redeem.opened_at };
    let transition = match decide(tx, &link.record, command, &redeem.policy)? {
        Ok(transition) => transition,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // A decoy never gets a link; if one had, it would open nothing.
    let Some(employer) = transition.recovery.employer().copied() else {
        return Ok(Err(Refusal::LinkExpired));
    };
    // One that came from a desk sets a key only with its case, which ends here.
    if let Some(case) = transition.recovery.origin.case()
        && !cases::close(tx, case, transition.recovery.id, &redeem.policy)?
    {
        return Ok(Err(Refusal::LinkExpired));
    }
    save(tx, &link.record, &transition)?;
    budgets::clear(tx, &redeem.clear)?;
    replace_key(tx, &employer, &redeem.credential, &redeem.policy)?;
    sessions::close(tx, &employer, None, None)?;
    notify_change(tx, &employer, Some(&link.record))?;
    Ok(Ok(employer))
}

pub(super) fn change_key(tx: &Tx<'_>, change: &ChangeKey) -> Result<bool, StoreError> {
    let standing = employers::find(tx.connection, &change.employer)?.and_then(|employer| employer.credential);
    if standing.is_none_or(|standing| standing.phc != change.current_phc || standing.frozen) {
        return Ok(false);
    }
    replace_key(tx, &change.employer, &change.credential, &change.policy)?;
    sessions::close(tx, &change.employer, None, Some(change.keep))?;
    notify_change(tx, &change.employer, None)?;
    Ok(true)
}

/// The credential's one way in: the key, the end of every recovery of that employer, the entry.
fn replace_key(
    tx: &Tx<'_>,
    employer: &EmployerKey,
    credential: &NewCredential,
    policy: &Policy,
) -> Result<(), StoreError> {
    employers::set_credential(tx, employer, credential)?;
    supersede_all(tx, employer, policy)?;
    audit::append(tx, &AuditEntry::done(Actor::Employer, acts::KEY_CHANGED).of(Some(employer)))
}

pub(super) fn supersede_all(tx: &Tx<'_>, employer: &EmployerKey, policy: &Policy) -> Result<(), StoreError> {
    for other in recoveries::live(tx.connection, employer)? {
        if let Ok(transition) = other.recovery.decide(Command::Supersede, tx.now, policy) {
            save(tx, &other, &transition)?;
        }
    }
    Ok(())
}

fn notify_change(tx: &Tx<'_>, key: &EmployerKey, flow: Option<&RecoveryRecord>) -> Result<(), StoreError> {
    let Some(employer) = employers::find(tx.connection, key)? else { return Ok(()) };
    let Some(email) = &employer.record.email else { return Ok(()) };
    outbox::enqueue(
        tx,
        &outbox::Row {
            kind: MailKind::Changed,
            recovery: None,
            employer: Some(*key),
            case: None,
            email_version: employer.email_version,
            counter: 0,
            lane: email.lane,
            locale: flow.map_or_else(String::new, |flow| flow.locale.clone()),
        },
    )
}

pub(super) fn freeze(tx: &Tx<'_>, token: &Digest, policy: &Policy) -> Result<bool, StoreError> {
    let Some(found) = sessions::find_repudiation(tx.connection, token)? else { return Ok(false) };
    let frozen = tx
        .connection
        .prepare_cached(
            "UPDATE credential SET frozen = 1 WHERE employer_id = ?1 AND changed_at = \
             (SELECT changed_at FROM repudiation WHERE verifier = ?2)",
        )?
        .execute(params![found.employer.as_i64(), token.as_slice()])?;
    if frozen == 0 {
        return Ok(false);
    }
    tx.connection
        .prepare_cached("UPDATE repudiation SET used = 1 WHERE verifier = ?1")?
        .execute([token.as_slice()])?;
    sessions::close(tx, &found.employer, None, None)?;
    supersede_all(tx, &found.employer, policy)?;
    audit::append(tx, &AuditEntry::done(Actor::Visitor, acts::KEY_FROZEN).of(Some(&found.employer)))?;
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
pub(super) fn flow(tx: &Tx<'_>, id: Option<RecoveryId>) -> Result<Option<RecoveryRecord>, StoreError> {
    id.map_or(Ok(None), |id| recoveries::find(tx.connection, id))
}
