//! Cases of the assisted path. What is personal arrives here sealed; the machine's marks are keyed digests.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use clavero_protocol::{
    AssistedCase, AssistedReason, CaseAct, CaseActor, CaseCommand, CaseId, CaseReference, CaseRefusal,
    CaseState, EmployerKey, Exceeded, Facts, OfficerId, Policy, RecoveryId, RepresentativeId, TaxPolicy,
    Timestamp,
};

use crate::{Decided, Denied, Digest, Limit, SealedEmail, StoreError};

/// A case with what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The state machine's part.
    pub case: AssistedCase,
    /// What people name it by.
    pub reference: CaseReference,
    /// The ring's key from which its codes are derived.
    pub key_id: String,
    /// Its language tag.
    pub locale: String,
    /// What persons typed, sealed as one: contact, names, remarks, reasons.
    pub dossier: Vec<u8>,
    /// The mailbox that the activation goes to, sealed for the case: put in the registry's place it opens nothing.
    pub email: Option<SealedEmail>,
    /// Grows with each step.
    pub version: i64,
    /// The latest step.
    pub updated_at: Timestamp,
}

/// Opens a case.
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// The new case; its `created_at` is set to the engine's clock.
    pub record: CaseRecord,
    /// Who opens it: an officer at the desk is bound by no number of open ones, so that nobody can take the owner's place.
    pub by: CaseActor,
    /// The recovery that led here, if one did.
    pub from: Option<RecoveryId>,
    /// All are drawn on, or none.
    pub limits: Vec<Limit>,
    /// A proof that is spent with it.
    pub once: Option<crate::Once>,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// Why a case was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseNotOpened {
    /// A budget or a proof says no.
    Denied(Denied),
    /// As many open ones as an employer may have.
    TooManyOpen,
    /// That reference is taken: draw again.
    ReferenceTaken,
}

/// A new dossier, made from the one that was read. What else moves in a case meanwhile (a mail, a guess) is no matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDossier {
    /// The sealed bytes that were read: any other ones are not written over.
    pub read: Vec<u8>,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// The registry's representative on the way in: plain, as the registry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRepresentative {
    /// Who stands there; another one is not replaced.
    pub from: RepresentativeId,
    /// Who takes their place.
    pub to: RepresentativeId,
    /// Their name.
    pub name: String,
}

/// One step of a case.
#[derive(Debug, Clone)]
pub struct CaseStep {
    /// Which.
    pub id: CaseId,
    /// Who.
    pub actor: CaseActor,
    /// What.
    pub command: CaseCommand,
    /// The dossier that goes with it.
    pub dossier: Option<NewDossier>,
    /// The mailbox: with [`CaseCommand::GiveDetails`] sealed for the case, with [`CaseCommand::HandOver`] for the registry.
    pub email: Option<SealedEmail>,
    /// The officer's budget of e-mail changes, drawn on when the step asks for one.
    pub email_changes: Option<Limit>,
    /// Drawn on only when the step queues a mail.
    pub limits: Vec<Limit>,
    /// Who takes the representative's place, with a hand-over.
    pub representative: Option<NewRepresentative>,
    /// The digest of the link's token, with [`CaseCommand::UseSlip`].
    pub link: Option<Digest>,
    /// The rules.
    pub policy: Arc<Policy>,
}

impl CaseStep {
    /// A step that brings nothing with it.
    #[must_use]
    pub const fn plain(id: CaseId, actor: CaseActor, command: CaseCommand, policy: Arc<Policy>) -> Self {
        Self {
            id,
            actor,
            command,
            dossier: None,
            email: None,
            email_changes: None,
            limits: Vec::new(),
            representative: None,
            link: None,
            policy,
        }
    }
}

/// Why a step was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseNotTaken {
    /// No such case.
    Unknown,
    /// What was typed into it has changed since it was read.
    Stale,
    /// The protocol says no.
    Refused(CaseRefusal),
    /// A budget says no.
    Exceeded(Exceeded),
    /// The officer's budget of e-mail changes says no.
    EmailChanges(Exceeded),
}

/// Something that happened in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseEvent {
    /// Of which case.
    pub case: CaseId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: CaseAct,
    /// The officer who did it.
    pub officer: Option<OfficerId>,
    /// The officer whose request was decided.
    pub colleague: Option<OfficerId>,
    /// Why it was refused; `None` when it was done.
    pub refusal: Option<String>,
}

/// Which cases to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseQuery {
    /// Only this state; `None` for all that have not ended.
    pub state: Option<CaseState>,
    /// Only this centre.
    pub centre: Option<u16>,
    /// Only those after this one: by age, then by id.
    pub after: Option<(Timestamp, CaseId)>,
    /// At most so many.
    pub rows: u32,
}

/// A page of cases, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseList {
    /// The rows.
    pub rows: Vec<CaseRecord>,
    /// Whether there are more.
    pub more: bool,
    /// How many there are in each state, in this centre.
    pub counts: Vec<(CaseState, u64)>,
}

/// Figures over a span.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseCounts {
    /// Cases opened, by reason.
    pub by_reason: Vec<(AssistedReason, u64)>,
    /// From opening to the key, of each case that came to one, shortest first.
    pub times_to_key: Vec<Duration>,
    /// Requests for approval.
    pub asked: u64,
    /// Requests that were sent back.
    pub returned: u64,
    /// Who asked, who approved, how often; most often first.
    pub pairs: Vec<(OfficerId, OfficerId, u64)>,
    /// Refused tries of what the rules against dishonest officers forbid, by officer; most often first.
    pub breaches: Vec<(OfficerId, u64)>,
}

/// A stop link at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopLink {
    /// Of which case.
    pub case: CaseId,
    /// When its mail was taken up.
    pub created_at: Timestamp,
}

/// The part of the store that keeps cases.
#[async_trait]
pub trait Cases: Send + Sync + 'static {
    /// Opens a case. One of this id that stands already is the answer: nothing is opened or drawn on.
    async fn open_case(&self, open: OpenCase) -> Decided<CaseRecord, CaseNotOpened>;

    /// One case.
    async fn case(&self, id: CaseId) -> Result<Option<CaseRecord>, StoreError>;

    /// One case by what people name it by.
    async fn case_by_reference(&self, reference: CaseReference) -> Result<Option<CaseRecord>, StoreError>;

    /// The case that was opened from a recovery.
    async fn case_from(&self, recovery: RecoveryId) -> Result<Option<CaseRecord>, StoreError>;

    /// All cases of an employer, newest first, at most `max`.
    async fn cases_of(&self, employer: &EmployerKey, max: u32) -> Result<Vec<CaseRecord>, StoreError>;

    /// The case whose slip has this digest.
    async fn case_with_slip(&self, employer: &EmployerKey) -> Result<Option<CaseRecord>, StoreError>;

    /// What the machine would be told at this moment, by these rules about the tax authority's word.
    async fn case_facts(&self, id: CaseId, tax: TaxPolicy) -> Result<Option<Facts>, StoreError>;

    /// Takes one step: state, mails, registry, recoveries and audit in one transaction.
    async fn step_case(&self, step: CaseStep) -> Decided<CaseRecord, CaseNotTaken>;

    /// What happened in a case, oldest first, refusals too.
    async fn case_events(&self, id: CaseId) -> Result<Vec<CaseEvent>, StoreError>;

    /// A page of cases, oldest first.
    async fn list_cases(&self, query: CaseQuery, policy: &Policy) -> Result<CaseList, StoreError>;

    /// What officers did in a span, oldest first, at most `max`.
    async fn desk_events(
        &self,
        from: Timestamp,
        until: Timestamp,
        max: u32,
    ) -> Result<Vec<CaseEvent>, StoreError>;

    /// Cases to whose course the mailbox on record objected since a moment, when that stopped them no more; the newest first.
    async fn disputed_cases(&self, since: Timestamp, max: u32) -> Result<Vec<CaseRecord>, StoreError>;

    /// Figures over a span.
    async fn case_counts(&self, from: Timestamp, until: Timestamp) -> Result<CaseCounts, StoreError>;

    /// A stop link by its verifier.
    async fn stop_link(&self, verifier: Digest) -> Result<Option<StopLink>, StoreError>;

    /// Queues the reminders that are due: at half of a case's time, and a day before its end. Says how many.
    async fn remind(&self, policy: &Policy, max: u32) -> Result<u64, StoreError>;

    /// Forgets cases that have ended and were last touched before a moment, the oldest first: everything that was typed into
    /// them, so that nothing is left of it in the database. Says how many; each has an entry in the log.
    async fn forget_cases(&self, before: Timestamp, policy: &Policy, max: u32) -> Result<u64, StoreError>;
}
