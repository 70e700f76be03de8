//! What is stored, as plain data. Secrets arrive here only as digests, addresses only sealed.

use std::{sync::Arc, time::Duration};

use clavero_protocol::{
    Command, EmployerKey, EmployerKind, Exceeded, Policy, Recovery, RecoveryId, Refusal, RepresentativeId,
    Rule, Standing, TaxPolicy, TaxRecord, TaxState, Timestamp,
};

/// SHA-256 of a secret that only its holder has.
pub type Digest = [u8; 32];

/// An e-mail address as it lies at rest: readable with the key ring only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEmail {
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// A keyed digest of the address: equal for equal addresses, meaningless without the ring.
    pub index: [u8; 16],
    /// A keyed digest of the domain: the outbox lane of its mails.
    pub lane: i64,
}

/// A row of the employer registry as an import brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployerRecord {
    /// RUC and sucursal.
    pub key: EmployerKey,
    /// `tipo`.
    pub kind: EmployerKind,
    /// `razon_social`.
    pub name: String,
    /// `representante_id`.
    pub representative: RepresentativeId,
    /// `representante_nombre`.
    pub representative_name: String,
    /// `correo`, sealed; `None` where it is empty.
    pub email: Option<SealedEmail>,
    /// `tiene_clave`.
    pub has_key: bool,
}

/// What an import did, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportCounts {
    /// Not there before.
    pub new: u64,
    /// There, and different.
    pub updated: u64,
    /// There already, word for word.
    pub unchanged: u64,
}

/// A RUC of the tax register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRow {
    /// The 13 digits as a number.
    pub ruc: i64,
    /// The state.
    pub state: TaxState,
    /// The authority's own word for it.
    pub word: String,
    /// Since when, as the register writes it; empty where it does not say.
    pub since: String,
}

/// A credential as it lies at rest.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// A PHC string (Argon2id with a pepper; or what an import brought).
    pub phc: String,
    /// Binds the string to its employer under the key ring, so that rows cannot be swapped or planted.
    pub mac: [u8; 32],
    /// When it was set.
    pub changed_at: Timestamp,
    /// "No fui yo" was answered and nobody has looked at it yet.
    pub frozen: bool,
}

/// A new credential on its way in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// See [`Credential::phc`].
    pub phc: String,
    /// See [`Credential::mac`].
    pub mac: [u8; 32],
}

/// An employer with all that is known.
#[derive(Clone)]
pub struct Employer {
    /// The registry's row.
    pub record: EmployerRecord,
    /// Grows with each change of the address.
    pub email_version: u32,
    /// The key, if one was set here or imported.
    pub credential: Option<Credential>,
    /// What is known of its RUC at the tax authority.
    pub tax: TaxRecord,
}

impl Employer {
    /// What decides the way on, with what is known of the RUC now.
    #[must_use]
    pub fn standing(&self, tax: &TaxPolicy, now: Timestamp) -> Standing {
        Standing {
            kind: self.record.kind,
            representative: self.record.representative.clone(),
            has_key: self.has_key(),
            has_email: self.record.email.is_some(),
            frozen: self.is_frozen(),
            tax: tax.settled(&self.tax, now),
        }
    }

    /// Whether a key was ever given out.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.record.has_key || self.credential.is_some()
    }

    /// Whether the owner answered "no fui yo" and nobody has looked at it yet.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.credential.as_ref().is_some_and(|credential| credential.frozen)
    }
}

/// Names a budget: a keyed digest, so that the table tells neither RUC nor address.
pub type BudgetKey = [u8; 16];

/// How a budget counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Budget {
    /// Exactly, by the times of the latest events.
    Log(Vec<Rule>),
    /// Roughly, by one number (GCRA).
    Rate(Rule),
}

/// One budget that an act draws on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Whose.
    pub key: BudgetKey,
    /// How much.
    pub budget: Budget,
}

/// Something that may be spent once: a solved proof of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Its digest.
    pub digest: Digest,
    /// When it would no longer be taken anyway.
    pub expires_at: Timestamp,
}

/// A recovery with what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRecord {
    /// The state machine's part.
    pub recovery: Recovery,
    /// Digest of the token that its starter holds.
    pub token: Digest,
    /// The ring's key from which its codes are derived.
    pub key_id: String,
    /// Two characters that page and mails share.
    pub reference: [u8; 2],
    /// The flow's language tag.
    pub locale: String,
    /// The budget that its codes draw on, where it sends any. A decoy keeps no identifiers to find it by.
    pub codes: Option<BudgetKey>,
}

/// Starts a recovery.
#[derive(Debug, Clone)]
pub struct Begin {
    /// The new recovery; its `created_at` and issue are set to the engine's clock.
    pub record: RecoveryRecord,
    /// The lane of its mail, where one is to be sent.
    pub lane: Option<i64>,
    /// All are drawn on, or none.
    pub limits: Vec<Limit>,
    /// A proof that is spent with it.
    pub once: Option<Once>,
}

/// Why something that draws on budgets did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// A budget is spent; `limit` is its place in the request's list.
    Exceeded {
        /// Which of the limits.
        limit: usize,
        /// When to come back.
        exceeded: Exceeded,
    },
    /// The proof was spent before.
    SpentProof,
}

/// One step of a recovery.
#[derive(Debug, Clone)]
pub struct Advance {
    /// Which.
    pub id: RecoveryId,
    /// What.
    pub command: Command,
    /// The rules.
    pub policy: Arc<Policy>,
    /// Drawn on only when the step queues a mail.
    pub limits: Vec<Limit>,
}

/// Why a step was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdvanced {
    /// No such recovery.
    Unknown,
    /// The protocol says no.
    Refused(Refusal),
    /// A budget says no.
    Exceeded(Exceeded),
}

/// Sets a new key through a link.
#[derive(Clone)]
pub struct Redeem {
    /// The link's verifier.
    pub link: Digest,
    /// When the form was opened, where that is proven.
    pub opened_at: Option<Timestamp>,
    /// The new key.
    pub credential: NewCredential,
    /// Budgets that a completed recovery clears.
    pub clear: Vec<BudgetKey>,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// Sets a new key from a session.
#[derive(Clone)]
pub struct ChangeKey {
    /// Whose.
    pub employer: EmployerKey,
    /// The session that stays.
    pub keep: Digest,
    /// The PHC string that the current key was checked against.
    pub current_phc: String,
    /// The new key.
    pub credential: NewCredential,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// A link by its verifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRecord {
    /// Which link of its flow.
    pub counter: u32,
    /// The flow.
    pub record: RecoveryRecord,
}

/// Kinds of mail in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// The one-time code.
    Code,
    /// The link to the new-key form.
    Link,
    /// "Su clave de empleador fue cambiada".
    Changed,
    /// Somebody signed in after wrong keys, from a browser that nobody knows.
    SignedIn,
    /// The code that shows that an applicant reads the mailbox of a case.
    CaseCode,
    /// To the mailbox on record: somebody asks for another one, and how to stop that.
    CaseStop,
    /// A case waits for its applicant.
    CaseReminder,
    /// A case was approved.
    CaseApproved,
    /// A case was sent back.
    CaseReturned,
}

impl MailKind {
    /// Its word in metrics and in what an owner is shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Link => "link",
            Self::Changed => "changed",
            Self::SignedIn => "signed_in",
            Self::CaseCode => "case_code",
            Self::CaseStop => "case_stop",
            Self::CaseReminder => "case_reminder",
            Self::CaseApproved => "case_approved",
            Self::CaseReturned => "case_returned",
        }
    }
}

/// Names a row of the outbox; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MailId(pub i64);

/// Takes mails from the outbox.
#[derive(Debug, Clone)]
pub struct Claim {
    /// At most so many.
    pub max: u32,
    /// How long to wait for one where none is due.
    pub wait: Duration,
    /// After this another worker may take them.
    pub lease: Duration,
    /// Lanes that have enough in flight.
    pub busy_lanes: Vec<i64>,
    /// Digests of fresh tokens, one for each mail that may need one; stored with the claim, before anything is sent.
    pub verifiers: Vec<Digest>,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// A mail that this worker, and for the length of the lease no other, may send.
#[derive(Clone)]
pub struct ClaimedMail {
    /// The row.
    pub id: MailId,
    /// What.
    pub kind: MailKind,
    /// How often it was taken up, this time included. Also the fencing token of the claim.
    pub attempts: u32,
    /// When it was queued: with `id` it makes the Message-ID, the same at each attempt.
    pub queued_at: Timestamp,
    /// Which code or link of its flow.
    pub counter: u32,
    /// Its lane.
    pub lane: i64,
    /// The flow, where there is one.
    pub flow: Option<RecoveryRecord>,
    /// The recipient; `None` for a decoy, which goes nowhere.
    pub employer: Option<Employer>,
    /// The case, where there is one, and the address that its mail goes to.
    pub case: Option<CaseMail>,
    /// The place in [`Claim::verifiers`] of the digest that was stored for it.
    pub verifier: Option<usize>,
}

/// A case and the address that its mail goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseMail {
    /// The case.
    pub record: crate::CaseRecord,
    /// The address, sealed for the employer.
    pub to: SealedEmail,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// 250: validity runs from now.
    Accepted,
    /// Later: 4xx, time-out, no connection.
    Retry {
        /// How much later.
        after: Duration,
    },
    /// 5xx for the recipient.
    Refused,
    /// Given up by us.
    Dropped,
}

/// Ends a claim.
#[derive(Debug, Clone)]
pub struct Settle {
    /// Which row.
    pub id: MailId,
    /// The claim's fencing token.
    pub attempts: u32,
    /// What became of it.
    pub outcome: MailOutcome,
    /// The rules.
    pub policy: Arc<Policy>,
}

/// Opens a session.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Digest of its token.
    pub token: Digest,
    /// Its public name in the list.
    pub id: [u8; 16],
    /// Whose.
    pub employer: EmployerKey,
    /// When the key that was compared had been set: one that was changed or frozen since opens nothing.
    pub key_set_at: Timestamp,
    /// What it was opened with, in the few words of a user agent.
    pub device: String,
    /// Digest of the device's own cookie.
    pub device_token: Digest,
    /// Budgets that a right key clears.
    pub clear: Vec<BudgetKey>,
    /// Budgets of which one event is given back.
    pub give_back: Vec<Limit>,
    /// A credential that replaces the one that was checked, hashed anew under today's parameters.
    pub rehash: Option<Rehash>,
    /// Whether the mailbox on record is told.
    pub tell: bool,
}

/// Replaces a credential by the same key under today's parameters.
#[derive(Clone)]
pub struct Rehash {
    /// Only if this still stands.
    pub current_phc: String,
    /// What takes its place.
    pub credential: NewCredential,
}

impl std::fmt::Debug for Rehash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rehash")
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLife {
    /// Without a request.
    pub idle: Duration,
    /// In any case.
    pub absolute: Duration,
}

/// A session at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its public name.
    pub id: [u8; 16],
    /// Whose.
    pub employer: EmployerKey,
    /// What it was opened with.
    pub device: String,
    /// When.
    pub created_at: Timestamp,
    /// The latest request, to the minute.
    pub last_seen_at: Timestamp,
}

impl Session {
    /// When it ends unless used.
    #[must_use]
    pub fn ends_at(&self, life: SessionLife) -> Timestamp {
        (self.created_at + life.absolute).min(self.last_seen_at + life.idle)
    }
}
