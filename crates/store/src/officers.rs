//! The officers of the desk: who they are, by what they prove it, and their sessions.

use std::time::Duration;

use async_trait::async_trait;
use clavero_protocol::{Colleague, OfficerId, OfficerRefusal, Role, Timestamp, Touch};

use crate::{Actor, AuditEntry, BudgetKey, Decided, Digest, Limit, SessionLife, StoreError};

/// An officer with all that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Names them.
    pub id: OfficerId,
    /// What they are called.
    pub name: String,
    /// Their e-mail address, sealed.
    pub email: Vec<u8>,
    /// A keyed digest of the address: equal for equal addresses.
    pub email_index: [u8; 16],
    /// What they may do.
    pub role: Role,
    /// Binds the role to the officer under the key ring, so that a changed row acts in no role.
    pub mac: [u8; 32],
    /// Whether they may sign in.
    pub active: bool,
    /// When they were added.
    pub created_at: Timestamp,
    /// The sealed secret of their authenticator app.
    pub totp: Option<Vec<u8>>,
    /// The latest step of which a code was taken.
    pub totp_step: Option<u64>,
    /// How many passkeys they have.
    pub passkeys: u32,
}

impl Officer {
    /// What the rules look at.
    #[must_use]
    pub const fn colleague(&self) -> Colleague {
        Colleague { id: self.id, role: self.role, active: self.active }
    }

    /// Whether they have something to sign in with.
    #[must_use]
    pub const fn is_enrolled(&self) -> bool {
        self.passkeys > 0 || self.totp.is_some()
    }
}

/// A new officer. See [`Officer`] for the parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOfficer {
    /// Names them.
    pub id: OfficerId,
    /// What they are called.
    pub name: String,
    /// Sealed.
    pub email: Vec<u8>,
    /// A keyed digest.
    pub email_index: [u8; 16],
    /// What they may do.
    pub role: Role,
    /// Binds the role.
    pub mac: [u8; 32],
}

/// Who brings a new officer in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inviter {
    /// The operator at the machine: the address is good at once.
    Operator(NewEnrolment),
    /// An admin: another one has to confirm.
    Admin(OfficerId),
}

/// An enrolment address on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEnrolment {
    /// Digest of its token.
    pub token: Digest,
    /// How long it works.
    pub life: Duration,
}

/// An enrolment address at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolment {
    /// Whose.
    pub officer: OfficerId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it has been used.
    pub used: bool,
}

/// What an officer will prove themselves by.
#[derive(Clone, PartialEq, Eq)]
pub enum Means {
    /// A passkey.
    Passkey {
        /// SHA-256 of the credential's id.
        id: Digest,
        /// The credential, sealed.
        credential: Vec<u8>,
    },
    /// An authenticator app.
    Totp {
        /// The secret, sealed.
        secret: Vec<u8>,
        /// The step of the code that showed that the app has it.
        step: u64,
    },
}

/// One of the things that an officer proves themselves by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnMeans {
    /// The passkey of this name.
    Passkey(Digest),
    /// The authenticator app.
    Totp,
}

/// A passkey at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// SHA-256 of the credential's id.
    pub id: Digest,
    /// Whose.
    pub officer: OfficerId,
    /// The credential, sealed.
    pub credential: Vec<u8>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was touched last.
    pub used_at: Option<Timestamp>,
}

/// A proof that was checked and is taken by the transaction that it opens: once, and never an older one after it.
#[derive(Clone, PartialEq, Eq)]
pub enum OfficerProof {
    /// A passkey's touch.
    Passkey {
        /// Which.
        id: Digest,
        /// The sealed credential that it was checked against.
        checked: Vec<u8>,
        /// The credential from now on: its counter has grown.
        kept: Vec<u8>,
    },
    /// A code of an authenticator app.
    Totp {
        /// Its step.
        step: u64,
    },
    /// The demonstration's one click; no other way of starting the service lets it come about.
    Demonstration,
}

/// A sign-in that was proven.
#[derive(Clone)]
pub struct OfficerSignIn {
    /// Who.
    pub officer: OfficerId,
    /// By what.
    pub proof: OfficerProof,
    /// Digest of the new session's token.
    pub token: Digest,
    /// Budgets that a right proof clears.
    pub clear: Vec<BudgetKey>,
    /// Budgets of which one event is given back.
    pub give_back: Vec<Limit>,
}

/// A proof for one decision.
#[derive(Clone)]
pub struct OfficerTouch {
    /// Who.
    pub officer: OfficerId,
    /// By what.
    pub proof: OfficerProof,
    /// SHA-256 of what is decided.
    pub purpose: [u8; 32],
    /// Budgets that a right proof clears.
    pub clear: Vec<BudgetKey>,
}

/// An officer's session at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerSession {
    /// Whose.
    pub officer: Officer,
    /// When it began.
    pub created_at: Timestamp,
    /// The latest request, to the minute.
    pub last_seen_at: Timestamp,
}

impl OfficerSession {
    /// When it ends unless used.
    #[must_use]
    pub fn ends_at(&self, life: SessionLife) -> Timestamp {
        (self.created_at + life.absolute).min(self.last_seen_at + life.idle)
    }
}

/// A request that waits for a second admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRequest {
    /// Who shall get an enrolment address.
    pub officer: OfficerId,
    /// Who asked.
    pub asked_by: OfficerId,
    /// When.
    pub asked_at: Timestamp,
}

/// The officers. Each method is one transaction, or one read; refusals are written into the audit log.
#[async_trait]
pub trait Officers: Send + Sync {
    /// Adds an officer. The operator may do so again for one who has never enrolled: that officer gets another address.
    async fn add_officer(&self, new: NewOfficer, by: Inviter) -> Decided<OfficerId, OfficerRefusal>;

    /// One officer.
    async fn officer(&self, id: OfficerId) -> Result<Option<Officer>, StoreError>;

    /// The officer of an address.
    async fn officer_by_email(&self, index: [u8; 16]) -> Result<Option<Officer>, StoreError>;

    /// All of them, by name.
    async fn officers(&self) -> Result<Vec<Officer>, StoreError>;

    /// Takes an officer's access away, and everything they proved it with. `by` is an admin, or none for the operator.
    async fn disable_officer(&self, whom: OfficerId, by: Option<OfficerId>) -> Decided<(), OfficerRefusal>;

    /// Asks that an officer gets an enrolment address.
    async fn ask_enrolment(&self, whom: OfficerId, by: OfficerId) -> Decided<(), OfficerRefusal>;

    /// Confirms such a request: what the officer proved themselves by until now ends, and so do their sessions.
    async fn confirm_enrolment(
        &self,
        whom: OfficerId,
        by: OfficerId,
        enrolment: NewEnrolment,
    ) -> Decided<(), OfficerRefusal>;

    /// Withdraws such a request.
    async fn withdraw_enrolment(&self, whom: OfficerId, by: OfficerId) -> Decided<(), OfficerRefusal>;

    /// The requests that wait, oldest first.
    async fn enrolment_requests(&self) -> Result<Vec<EnrolmentRequest>, StoreError>;

    /// An enrolment address by its token's digest.
    async fn enrolment(&self, token: Digest) -> Result<Option<Enrolment>, StoreError>;

    /// Uses an enrolment address.
    async fn enrol(&self, token: Digest, means: Means) -> Decided<OfficerId, OfficerRefusal>;

    /// Opens an enrolment address for an officer who has just touched for it: another passkey beside the first.
    async fn open_own_enrolment(
        &self,
        officer: OfficerId,
        enrolment: NewEnrolment,
    ) -> Decided<(), OfficerRefusal>;

    /// An officer gives up something that they prove themselves by; never the last. Their sessions end but the one of this token:
    /// whoever has the lost device may have opened one with it.
    async fn give_up_means(
        &self,
        officer: OfficerId,
        means: OwnMeans,
        keep: Digest,
    ) -> Decided<(), OfficerRefusal>;

    /// The passkeys of an officer, oldest first.
    async fn passkeys(&self, of: OfficerId) -> Result<Vec<StoredPasskey>, StoreError>;

    /// One passkey.
    async fn passkey(&self, id: Digest) -> Result<Option<StoredPasskey>, StoreError>;

    /// Remembers the state of a ceremony for so long.
    async fn keep_ceremony(&self, token: Digest, state: Vec<u8>, life: Duration) -> Result<(), StoreError>;

    /// Takes the state of a ceremony out: the first who asks gets it, if it has not ended.
    async fn take_ceremony(&self, token: Digest) -> Result<Option<Vec<u8>>, StoreError>;

    /// Opens a session.
    async fn open_officer_session(&self, sign_in: OfficerSignIn) -> Decided<OfficerSession, OfficerRefusal>;

    /// The session of a token, if it lives; notes the request at most once a minute.
    async fn officer_session(
        &self,
        token: Digest,
        life: SessionLife,
    ) -> Result<Option<OfficerSession>, StoreError>;

    /// Closes a session.
    async fn close_officer_session(&self, token: Digest) -> Result<(), StoreError>;

    /// The officer's sessions that live, but the one of this token; the newest first.
    async fn other_officer_sessions(
        &self,
        officer: OfficerId,
        than: Digest,
        life: SessionLife,
    ) -> Result<Vec<OfficerSession>, StoreError>;

    /// Closes them.
    async fn close_other_officer_sessions(&self, officer: OfficerId, than: Digest) -> Result<(), StoreError>;

    /// Takes a fresh proof for one decision.
    async fn touch(&self, touch: OfficerTouch) -> Decided<Touch, OfficerRefusal>;

    /// Writes a refusal down that was decided before any transaction: a proof that does not hold, a role that may not.
    async fn note_refusal(&self, entry: AuditEntry) -> Result<(), StoreError>;
}

/// The acts of and upon officers, as the log names them.
pub mod officer_acts {
    crate::audit::name_acts! {
        /// An officer was added.
        ADDED = "officer.added",
        /// An officer's access was taken away.
        DISABLED = "officer.disabled",
        /// An enrolment address was asked for.
        ENROLMENT_ASKED = "officer.enrolment_asked",
        /// A second admin confirmed it.
        ENROLMENT_CONFIRMED = "officer.enrolment_confirmed",
        /// An admin withdrew it.
        ENROLMENT_WITHDRAWN = "officer.enrolment_withdrawn",
        /// An officer began to register a passkey.
        ENROLMENT_BEGUN = "officer.enrolment_begun",
        /// An officer registered a passkey.
        ENROLLED_PASSKEY = "officer.enrolled_passkey",
        /// An officer registered an authenticator app.
        ENROLLED_TOTP = "officer.enrolled_totp",
        /// An officer opened an enrolment address for themselves.
        ENROLMENT_OWN = "officer.enrolment_own",
        /// An officer gave up a passkey or the app.
        MEANS_GIVEN_UP = "officer.means_given_up",
        /// Somebody tried to sign in.
        SIGN_IN_ATTEMPTED = "officer.sign_in_attempted",
        /// An officer signed in.
        SIGNED_IN = "officer.signed_in",
        /// An officer signed out.
        SIGNED_OUT = "officer.signed_out",
        /// An officer touched their authenticator for one decision.
        TOUCHED = "officer.touched",
        /// An officer typed a code for a decision.
        TOUCH_ATTEMPTED = "officer.touch_attempted",
        /// An officer asked for a page or an act that their role does not have.
        TURNED_AWAY = "officer.turned_away",
    }
}

/// What an officer did to another.
#[must_use]
pub fn officer_entry(by: Option<OfficerId>, act: &'static str, whom: OfficerId) -> AuditEntry {
    let actor = match by {
        Some(by) => Actor::Officer(by),
        None => Actor::System,
    };
    AuditEntry::done(actor, act).upon(whom)
}
