//! The one writer of cases: load, let the protocol decide, save state, mails, registry, recoveries and audit together.

mod effects;
mod forget;
mod lists;
mod mails;
mod rows;

use clavero_protocol::{
    CaseAct, CaseActor, CaseCommand, CaseEffect, CaseId, CaseReference, CaseRefusal, CaseTransition,
    EmployerKey, EmployerKind, Facts, Mark, Moment, OfficerId, Policy, RecoveryId, TaxPolicy, TaxState,
    Timestamp,
};

use super::{audit, budgets, employers};
use crate::{
    Actor, AuditEntry, CaseNotOpened, CaseNotTaken, CaseRecord, CaseStep, Denied, Employer, OpenCase,
    SealedEmail, StoreError,
    dialect::Lock,
    sql::{Read, Tx, params},
};

pub(crate) use forget::forget;
pub(crate) use lists::{counts, disputed, of_case, of_desk, page};
pub(crate) use mails::{code_mail, find_stop, mint_stop, recipient, record_code, remind, still_counts};
pub(crate) use rows::find;

pub(crate) async fn by_reference(
    db: &dyn Read,
    reference: &CaseReference,
) -> Result<Option<CaseRecord>, StoreError> {
    Ok(rows::select(db, "reference = ?1", params![reference.as_str()]).await?.pop())
}

pub(crate) async fn from_recovery(
    db: &dyn Read,
    recovery: RecoveryId,
) -> Result<Option<CaseRecord>, StoreError> {
    let condition = "from_recovery IS NOT NULL AND from_recovery = ?1";
    Ok(rows::select(db, condition, params![recovery.0]).await?.pop())
}

pub(crate) async fn of_employer(
    db: &dyn Read,
    employer: &EmployerKey,
    max: u32,
) -> Result<Vec<CaseRecord>, StoreError> {
    let condition = "employer_id = ?1 ORDER BY created_at DESC LIMIT ?2";
    rows::select(db, condition, params![employer.as_i64(), max]).await
}

/// The same, all of them, each with the mailbox on record that was told of it.
pub(crate) async fn with_old_email(
    db: &dyn Read,
    employer: &EmployerKey,
) -> Result<Vec<(CaseRecord, Option<SealedEmail>)>, StoreError> {
    let mut found = Vec::new();
    for record in of_employer(db, employer, u32::MAX).await? {
        let old_email = rows::old_email(db, record.case.id).await?;
        found.push((record, old_email));
    }
    Ok(found)
}

/// The cases of these employers, a JSON array, that have not come to an end of their own. Time may have ended them.
pub(crate) async fn standing_of(db: &dyn Read, employers: &str) -> Result<Vec<CaseRecord>, StoreError> {
    let these = db.dialect().numbers(1);
    let condition = format!("employer_id IN ({these}) AND stage < 10 AND matched ORDER BY id");
    rows::select(db, &condition, params![employers]).await
}

/// The newest of its slips: it ended the others.
pub(crate) async fn with_slip(db: &dyn Read, of: &EmployerKey) -> Result<Option<CaseRecord>, StoreError> {
    let condition = "employer_id = ?1 AND slip IS NOT NULL AND stage < 10 ORDER BY started_at DESC LIMIT 1";
    Ok(rows::select(db, condition, params![of.as_i64()]).await?.pop())
}

pub(crate) async fn facts_of(
    db: &dyn Read,
    id: CaseId,
    tax: TaxPolicy,
    now: Timestamp,
) -> Result<Option<Facts>, StoreError> {
    let Some(record) = find(db, id).await? else { return Ok(None) };
    let employer = employers::find(db, &record.case.employer).await?;
    facts(db, (&record, employer.as_ref()), tax, now).await.map(Some)
}

/// How many cases have not ended whose codes and slips rest on this key of the ring.
pub(crate) async fn alive_under(
    db: &dyn Read,
    key_id: &str,
    policy: &Policy,
    now: Timestamp,
) -> Result<u64, StoreError> {
    // 10 and above: those that have ended. The others may have, by time alone.
    let standing = rows::select(db, "stage < 10 AND key_id = ?1", params![key_id]).await?;
    let alive = standing.iter().filter(|record| !record.case.state(now, policy).has_ended());
    Ok(alive.count() as u64)
}

/// What the machine is told of the world around a case.
async fn facts(
    db: &dyn Read,
    (record, employer): (&CaseRecord, Option<&Employer>),
    tax: TaxPolicy,
    now: Timestamp,
) -> Result<Facts, StoreError> {
    let email = employer.and_then(|employer| employer.record.email.as_ref());
    let taxed = employer.filter(|employer| employer.record.kind != EmployerKind::Domestico);
    Ok(Facts {
        email: email.map(|email| Mark(email.index)),
        tax: taxed.map_or(TaxState::Unknown, |employer| tax.settled(&employer.tax, now)),
        first_key: employer.is_none_or(|employer| !employer.has_key()),
        sibling_frozen: rows::sibling_frozen(db, &record.case.employer, record.case.id).await?,
    })
}

pub(crate) async fn open(
    tx: &dyn Tx,
    new: &OpenCase,
) -> Result<Result<CaseRecord, CaseNotOpened>, StoreError> {
    let OpenCase { record, by, from, limits, once, policy } = new;
    let entry = AuditEntry::done(Actor::Visitor, CaseAct::Opened.as_str()).of(Some(&record.case.employer));
    employers::hold(tx, &record.case.employer)?;
    if let Some(standing) = find(tx, record.case.id).await? {
        return Ok(Ok(standing));
    }
    if rows::is_taken(tx, &record.reference).await? {
        return Ok(Err(CaseNotOpened::ReferenceTaken));
    }
    let of_employer = rows::select(tx, "employer_id = ?1", params![record.case.employer.as_i64()]).await?;
    let now = tx.now().await?;
    // Whoever does not know the identifiers takes no place from the owner.
    let alike = of_employer.iter().filter(|other| other.case.matched == record.case.matched);
    let open = alike.filter(|other| !other.case.state(now, policy).has_ended()).count();
    if by.officer().is_none() && open >= policy.cases.open_per_employer as usize {
        audit::append(tx, &entry.refused("too_many_open")).await?;
        return Ok(Err(CaseNotOpened::TooManyOpen));
    }
    if let Err(denied) = budgets::take(tx, limits, once.as_ref()).await? {
        audit::append(tx, &entry.refused("limit")).await?;
        return Ok(Err(CaseNotOpened::Denied(denied)));
    }
    // The moment is the engine's, whatever the caller wrote.
    let mut record = record.clone();
    (record.case.created_at, record.updated_at) = (now, now);
    rows::insert(tx, &record, *from)?;
    let event = Event { act: CaseAct::Opened, actor: *by, colleague: None, refusal: None };
    note(tx, &record, &event, None).await?;
    Ok(Ok(record))
}

pub(crate) async fn step(
    tx: &dyn Tx,
    step: &CaseStep,
) -> Result<Result<CaseRecord, CaseNotTaken>, StoreError> {
    let Some((record, employer)) = load(tx, step.id).await? else { return Ok(Err(CaseNotTaken::Unknown)) };
    let transition = match decide(tx, (&record, employer.as_ref()), step).await? {
        Ok(transition) => transition,
        Err(refusal) => return Ok(Err(CaseNotTaken::Refused(refusal))),
    };
    if step.dossier.as_ref().is_some_and(|dossier| dossier.read != record.dossier) {
        return Ok(Err(CaseNotTaken::Stale));
    }
    if let Err(not_taken) = draw(tx, (&record, &transition), step).await? {
        return Ok(Err(not_taken));
    }
    save(tx, &record, &transition, step).await.map(Ok)
}

/// From here on nobody else changes this case until the transaction ends.
pub(crate) fn hold(tx: &dyn Tx, id: CaseId) -> Result<(), StoreError> {
    match tx.dialect().lock(Lock::Row) {
        "" => Ok(()),
        lock => tx.put(&format!("SELECT id FROM assisted_case WHERE id = ?1{lock}"), params![id.0]),
    }
}

/// A case and its employer; none for one that matches nothing. Both are held.
async fn load(tx: &dyn Tx, id: CaseId) -> Result<Option<(CaseRecord, Option<Employer>)>, StoreError> {
    let Some(mut record) = find(tx, id).await? else { return Ok(None) };
    if tx.dialect().is_concurrent() {
        // The employer never changes; first its lock, then the case's.
        employers::hold(tx, &record.case.employer)?;
        hold(tx, id)?;
        let Some(held) = find(tx, id).await? else { return Ok(None) };
        record = held;
    }
    let employer = employers::find(tx, &record.case.employer).await?;
    Ok(Some((record, employer)))
}

/// Decides without saving; a refusal is written down.
async fn decide(
    tx: &dyn Tx,
    (record, employer): (&CaseRecord, Option<&Employer>),
    step: &CaseStep,
) -> Result<Result<CaseTransition, CaseRefusal>, StoreError> {
    let now = tx.now().await?;
    let facts = facts(tx, (record, employer), step.policy.tax, now).await?;
    let moment = Moment { now, facts: &facts, policy: &step.policy };
    let decided = record.case.decide(step.actor, &step.command, moment).and_then(|transition| {
        let fits = effects::representative_fits(&transition, employer, step.representative.as_ref())
            && effects::mailbox_fits(&transition, employer, step.email.as_ref());
        if fits { Ok(transition) } else { Err(CaseRefusal::RegistryChanged) }
    });
    // A mail that no longer counts is nobody's try.
    if let Err(refusal) = &decided
        && step.actor != CaseActor::System
    {
        let (act, actor) = (step.command.act(), step.actor);
        let event = Event { act, actor, colleague: None, refusal: Some(refusal.as_str()) };
        note(tx, record, &event, form(&step.command)).await?;
    }
    Ok(decided)
}

/// Draws on what the step costs.
async fn draw(
    tx: &dyn Tx,
    (record, transition): (&CaseRecord, &CaseTransition),
    step: &CaseStep,
) -> Result<Result<(), CaseNotTaken>, StoreError> {
    let has = |wanted: fn(&CaseEffect) -> bool| transition.effects.iter().any(wanted);
    let mut limits = Vec::new();
    let charged = has(|effect| matches!(effect, CaseEffect::ChargeEmailChange(_)));
    if charged {
        limits.extend(step.email_changes.clone());
    }
    if has(|effect| matches!(effect, CaseEffect::MailCode { .. })) {
        limits.extend(step.limits.iter().cloned());
    }
    let Err(Denied::Exceeded { exceeded, .. }) = budgets::take(tx, &limits, None).await? else {
        return Ok(Ok(()));
    };
    let (act, actor) = (step.command.act(), step.actor);
    let refusal = Some(if charged { EMAIL_CHANGES } else { "limit" });
    note(tx, record, &Event { act, actor, colleague: None, refusal }, form(&step.command)).await?;
    Ok(Err(if charged { CaseNotTaken::EmailChanges(exceeded) } else { CaseNotTaken::Exceeded(exceeded) }))
}

/// The word of an officer who is past the budget of e-mail changes.
pub(super) const EMAIL_CHANGES: &str = "email_changes";

async fn save(
    tx: &dyn Tx,
    before: &CaseRecord,
    transition: &CaseTransition,
    step: &CaseStep,
) -> Result<CaseRecord, StoreError> {
    let Some(act) = transition.act else { return Ok(before.clone()) };
    let mut record = before.clone();
    record.case = transition.case.clone();
    record.version += 1;
    record.updated_at = tx.now().await?;
    if let Some(dossier) = &step.dossier {
        record.dossier.clone_from(&dossier.sealed);
    }
    if let CaseCommand::GiveDetails(details) = &step.command {
        if step.email.as_ref().map(|email| Mark(email.index)) != details.email {
            return Err(StoreError::Corrupt("a case's mailbox and its mark"));
        }
        record.email.clone_from(&step.email);
    }
    rows::update(tx, &record)?;
    for effect in &transition.effects {
        effects::carry_out(tx, &record, *effect, step).await?;
    }
    // Taking a mail up is bookkeeping; what the mail server says of it is the act.
    if act != CaseAct::CodeMailAttempted {
        let colleague = before.case.asked().map(|asked| asked.by);
        let event = Event { act, actor: step.actor, colleague, refusal: None };
        note(tx, &record, &event, form(&step.command)).await?;
    }
    Ok(record)
}

/// Something to be written down, in the case's own history and in the audit log.
struct Event {
    act: CaseAct,
    actor: CaseActor,
    /// Who had asked for approval.
    colleague: Option<OfficerId>,
    refusal: Option<&'static str>,
}

/// What the officer was shown.
const fn form(command: &CaseCommand) -> Option<[u8; 32]> {
    match command {
        CaseCommand::AskApproval { digest } => Some(*digest),
        CaseCommand::Approve { touch, .. } | CaseCommand::HandOver { touch, .. } => Some(touch.purpose),
        _ => None,
    }
}

async fn note(
    tx: &dyn Tx,
    record: &CaseRecord,
    event: &Event,
    form: Option<[u8; 32]>,
) -> Result<(), StoreError> {
    let (number, actor) = match event.actor {
        CaseActor::System => (0_i64, Actor::System),
        CaseActor::Applicant => (1, Actor::Visitor),
        CaseActor::OldMailbox => (2, Actor::Visitor),
        CaseActor::Officer { id, .. } => (3, Actor::Officer(id)),
    };
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO case_event (case_id, at, act, actor, officer, colleague, refusal) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            record.case.id.0,
            now,
            event.act.as_str(),
            number,
            event.actor.officer().map(|officer| officer.0),
            event.colleague.map(|officer| officer.0),
            event.refusal,
        ],
    )?;
    let entry = AuditEntry::done(actor, event.act.as_str())
        .of(Some(&record.case.employer))
        .within_case(record.case.id.0);
    // An opening says why it goes in person; what officers wrote stays in the case, sealed.
    let reason = (event.act == CaseAct::Opened).then(|| record.case.reason.as_str());
    let (refusal, recovery) = (event.refusal, record.case.activation());
    audit::append(tx, &AuditEntry { recovery, form, reason: reason.map(Into::into), refusal, ..entry }).await
}

/// Ends the case that a recovery came from, with its key. Answers whether it may.
pub(crate) async fn close(
    tx: &dyn Tx,
    case: CaseId,
    recovery: RecoveryId,
    policy: &Policy,
) -> Result<bool, StoreError> {
    let command = CaseCommand::Close { recovery };
    let closing = CaseStep::plain(case, CaseActor::System, command, std::sync::Arc::new(policy.clone()));
    Ok(step(tx, &closing).await?.is_ok())
}
