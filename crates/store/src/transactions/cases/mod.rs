//! The one writer of cases: load, let the protocol decide, save state, mails, registry, recoveries and audit together.

mod effects;
mod lists;
mod mails;
mod rows;

use async_trait::async_trait;
use clavero_protocol::{
    CaseAct, CaseActor, CaseCommand, CaseEffect, CaseId, CaseReference, CaseRefusal, CaseTransition,
    EmployerKey, EmployerKind, Facts, Mark, Moment, OfficerId, Policy, RecoveryId, TaxState, Timestamp,
};
use rusqlite::{Connection, params};

use super::{Sqlite, audit, budgets, employers, writer::Tx};
use crate::{
    Actor, AuditEntry, CaseCounts, CaseEvent, CaseList, CaseNotOpened, CaseNotTaken, CaseQuery, CaseRecord,
    CaseStep, Cases, Decided, Denied, Digest, Employer, OpenCase, StopLink, StoreError,
};

pub(super) use mails::{code_mail, mint_stop, recipient, record_code, still_counts};

#[async_trait]
impl Cases for Sqlite {
    async fn open_case(&self, new: OpenCase) -> Decided<CaseRecord, CaseNotOpened> {
        self.writer.write(move |tx| open(tx, new)).await
    }

    async fn case(&self, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
        self.readers.read(|connection| rows::find(connection, id))
    }

    async fn case_by_reference(&self, reference: CaseReference) -> Result<Option<CaseRecord>, StoreError> {
        self.readers
            .read(|connection| Ok(rows::select(connection, "reference = ?1", [reference.as_str()])?.pop()))
    }

    async fn case_from(&self, recovery: RecoveryId) -> Result<Option<CaseRecord>, StoreError> {
        let condition = "from_recovery IS NOT NULL AND from_recovery = ?1";
        self.readers
            .read(|connection| Ok(rows::select(connection, condition, [recovery.0.as_slice()])?.pop()))
    }

    async fn cases_of(&self, employer: &EmployerKey, max: u32) -> Result<Vec<CaseRecord>, StoreError> {
        let condition = "employer_id = ?1 ORDER BY created_at DESC LIMIT ?2";
        self.readers.read(|connection| rows::select(connection, condition, params![employer.as_i64(), max]))
    }

    async fn case_by_slip(&self, secret: Digest) -> Result<Option<CaseRecord>, StoreError> {
        let condition = "slip IS NOT NULL AND slip = ?1";
        self.readers.read(|connection| Ok(rows::select(connection, condition, [secret.as_slice()])?.pop()))
    }

    async fn case_facts(&self, id: CaseId) -> Result<Option<Facts>, StoreError> {
        self.readers.read(|connection| {
            let Some(record) = rows::find(connection, id)? else { return Ok(None) };
            let employer = employers::find(connection, &record.case.employer)?;
            facts(connection, &record, employer.as_ref()).map(Some)
        })
    }

    async fn step_case(&self, taken: CaseStep) -> Decided<CaseRecord, CaseNotTaken> {
        self.writer.write(move |tx| step(tx, &taken)).await
    }

    async fn case_events(&self, id: CaseId) -> Result<Vec<CaseEvent>, StoreError> {
        self.readers.read(|connection| lists::of_case(connection, id))
    }

    async fn list_cases(&self, query: CaseQuery, policy: &Policy) -> Result<CaseList, StoreError> {
        let now = self.clock.now();
        self.readers.read(|connection| lists::page(connection, &query, policy, now))
    }

    async fn desk_events(
        &self,
        from: Timestamp,
        until: Timestamp,
        max: u32,
    ) -> Result<Vec<CaseEvent>, StoreError> {
        self.readers.read(|connection| lists::of_desk(connection, from, until, max))
    }

    async fn case_counts(&self, from: Timestamp, until: Timestamp) -> Result<CaseCounts, StoreError> {
        self.readers.read(|connection| lists::counts(connection, from, until))
    }

    async fn stop_link(&self, verifier: Digest) -> Result<Option<StopLink>, StoreError> {
        self.readers.read(|connection| mails::find_stop(connection, &verifier))
    }

    async fn remind(&self, policy: &Policy, max: u32) -> Result<u64, StoreError> {
        let policy = policy.clone();
        self.writer.write(move |tx| mails::remind(tx, &policy, max)).await
    }
}

/// What the machine is told of the world around a case.
fn facts(
    connection: &Connection,
    record: &CaseRecord,
    employer: Option<&Employer>,
) -> Result<Facts, StoreError> {
    let email = employer.and_then(|employer| employer.record.email.as_ref());
    let taxed = employer.filter(|employer| employer.record.kind != EmployerKind::Domestico);
    Ok(Facts {
        email: email.map(|email| Mark(email.index)),
        tax: taxed.map_or(TaxState::Unknown, |employer| employer.tax),
        first_key: employer.is_none_or(|employer| !employer.standing().has_key),
        sibling_frozen: rows::sibling_frozen(connection, &record.case.employer, record.case.id)?,
    })
}

fn open(tx: &Tx<'_>, new: OpenCase) -> Result<Result<CaseRecord, CaseNotOpened>, StoreError> {
    let OpenCase { mut record, by, from, limits, once, policy } = new;
    let entry = AuditEntry::done(Actor::Visitor, CaseAct::Opened.as_str()).of(Some(&record.case.employer));
    if rows::is_taken(tx.connection, &record.reference)? {
        return Ok(Err(CaseNotOpened::ReferenceTaken));
    }
    let of_employer = rows::select(tx.connection, "employer_id = ?1", [record.case.employer.as_i64()])?;
    // Whoever does not know the identifiers takes no place from the owner.
    let alike = of_employer.iter().filter(|other| other.case.matched == record.case.matched);
    let open = alike.filter(|other| !other.case.state(tx.now, &policy).has_ended()).count();
    if by.officer().is_none() && open >= policy.cases.open_per_employer as usize {
        audit::append(tx, &entry.refused("too_many_open"))?;
        return Ok(Err(CaseNotOpened::TooManyOpen));
    }
    if let Err(denied) = budgets::take(tx, &limits, once.as_ref())? {
        audit::append(tx, &entry.refused("limit"))?;
        return Ok(Err(CaseNotOpened::Denied(denied)));
    }
    // The moment is the engine's, whatever the caller wrote.
    (record.case.created_at, record.updated_at) = (tx.now, tx.now);
    rows::insert(tx, &record, from)?;
    let event = Event { act: CaseAct::Opened, actor: by, colleague: None, refusal: None };
    note(tx, &record, &event, None)?;
    Ok(Ok(record))
}

fn step(tx: &Tx<'_>, step: &CaseStep) -> Result<Result<CaseRecord, CaseNotTaken>, StoreError> {
    let Some((record, employer)) = load(tx, step.id)? else { return Ok(Err(CaseNotTaken::Unknown)) };
    let transition = match decide(tx, (&record, employer.as_ref()), step)? {
        Ok(transition) => transition,
        Err(refusal) => return Ok(Err(CaseNotTaken::Refused(refusal))),
    };
    if step.dossier.as_ref().is_some_and(|dossier| dossier.read != record.version) {
        return Ok(Err(CaseNotTaken::Stale));
    }
    if let Err(not_taken) = draw(tx, (&record, &transition), step)? {
        return Ok(Err(not_taken));
    }
    save(tx, &record, &transition, step).map(Ok)
}

/// A case and its employer; none for one that matches nothing.
fn load(tx: &Tx<'_>, id: CaseId) -> Result<Option<(CaseRecord, Option<Employer>)>, StoreError> {
    let Some(record) = rows::find(tx.connection, id)? else { return Ok(None) };
    let employer = employers::find(tx.connection, &record.case.employer)?;
    Ok(Some((record, employer)))
}

/// Decides without saving; a refusal is written down.
fn decide(
    tx: &Tx<'_>,
    (record, employer): (&CaseRecord, Option<&Employer>),
    step: &CaseStep,
) -> Result<Result<CaseTransition, CaseRefusal>, StoreError> {
    let facts = facts(tx.connection, record, employer)?;
    let moment = Moment { now: tx.now, facts: &facts, policy: &step.policy };
    let decided = record.case.decide(step.actor, &step.command, moment).and_then(|transition| {
        let fits = effects::representative_fits(&transition, employer, step.representative.as_ref());
        if fits { Ok(transition) } else { Err(CaseRefusal::RegistryChanged) }
    });
    // A mail that no longer counts is nobody's try.
    if let Err(refusal) = &decided
        && step.actor != CaseActor::System
    {
        let (act, actor) = (step.command.act(), step.actor);
        let event = Event { act, actor, colleague: None, refusal: Some(refusal.as_str()) };
        note(tx, record, &event, form(&step.command))?;
    }
    Ok(decided)
}

/// Draws on what the step costs.
fn draw(
    tx: &Tx<'_>,
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
    let Err(Denied::Exceeded { exceeded, .. }) = budgets::take(tx, &limits, None)? else { return Ok(Ok(())) };
    let (act, actor) = (step.command.act(), step.actor);
    let refusal = Some(if charged { EMAIL_CHANGES } else { "limit" });
    note(tx, record, &Event { act, actor, colleague: None, refusal }, form(&step.command))?;
    Ok(Err(if charged { CaseNotTaken::EmailChanges(exceeded) } else { CaseNotTaken::Exceeded(exceeded) }))
}

/// The word of an officer who is past the budget of e-mail changes.
pub(super) const EMAIL_CHANGES: &str = "email_changes";

fn save(
    tx: &Tx<'_>,
    before: &CaseRecord,
    transition: &CaseTransition,
    step: &CaseStep,
) -> Result<CaseRecord, StoreError> {
    let Some(act) = transition.act else { return Ok(before.clone()) };
    let mut record = before.clone();
    record.case = transition.case.clone();
    record.version += 1;
    record.updated_at = tx.now;
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
        effects::carry_out(tx, &record, *effect, step)?;
    }
    // Taking a mail up is bookkeeping; what the mail server says of it is the act.
    if act != CaseAct::CodeMailAttempted {
        let colleague = before.case.asked().map(|asked| asked.by);
        let event = Event { act, actor: step.actor, colleague, refusal: None };
        note(tx, &record, &event, form(&step.command))?;
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

fn note(tx: &Tx<'_>, record: &CaseRecord, event: &Event, form: Option<[u8; 32]>) -> Result<(), StoreError> {
    let (number, actor) = match event.actor {
        CaseActor::System => (0, Actor::System),
        CaseActor::Applicant => (1, Actor::Visitor),
        CaseActor::OldMailbox => (2, Actor::Visitor),
        CaseActor::Officer { id, .. } => (3, Actor::Officer(id)),
    };
    let id = |officer: Option<OfficerId>| officer.map(|officer| officer.0.to_vec());
    tx.connection
        .prepare_cached(
            "INSERT INTO case_event (case_id, at, act, actor, officer, colleague, refusal) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            record.case.id.0.as_slice(),
            tx.now.as_micros(),
            event.act.as_str(),
            number,
            id(event.actor.officer()),
            id(event.colleague),
            event.refusal,
        ])?;
    let entry = AuditEntry::done(actor, event.act.as_str())
        .of(Some(&record.case.employer))
        .within_case(record.case.id.0);
    // An opening says why it goes in person; what officers wrote stays in the case, sealed.
    let reason = (event.act == CaseAct::Opened).then(|| record.case.reason.as_str());
    let (refusal, recovery) = (event.refusal, record.case.activation());
    audit::append(tx, &AuditEntry { recovery, form, reason, refusal, ..entry })
}

/// Ends the case that a recovery came from, with its key. Answers whether it may.
pub(super) fn close(
    tx: &Tx<'_>,
    case: CaseId,
    recovery: RecoveryId,
    policy: &Policy,
) -> Result<bool, StoreError> {
    let command = CaseCommand::Close { recovery };
    let step = CaseStep::plain(case, CaseActor::System, command, std::sync::Arc::new(policy.clone()));
    Ok(self::step(tx, &step)?.is_ok())
}
