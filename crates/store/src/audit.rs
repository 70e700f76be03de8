//! What the audit log says: who acted, what they did, to whom. Every word of it that the protocol does not have is here.

use std::borrow::Cow;

use clavero_protocol::{EmployerKey, OfficerId, RecoveryId};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody at a browser or an API client.
    Visitor,
    /// Somebody with a session.
    Employer,
    /// An officer of the desk.
    Officer(OfficerId),
    /// The service itself: the outbox, an import; or the operator at the machine.
    System,
}

impl Actor {
    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Employer => "employer",
            Self::Officer(_) => "officer",
            Self::System => "system",
        }
    }
}

/// What an audit entry says happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who.
    pub actor: Actor,
    /// What.
    pub act: &'static str,
    /// To whom.
    pub employer: Option<i64>,
    /// Within which recovery.
    pub recovery: Option<RecoveryId>,
    /// Within which case.
    pub case: Option<[u8; 16]>,
    /// Upon which officer.
    pub officer: Option<OfficerId>,
    /// SHA-256 of the form that the actor was shown.
    pub form: Option<[u8; 32]>,
    /// On what ground it was done, a word.
    pub reason: Option<Cow<'static, str>>,
    /// Why it was refused; `None` when it was done.
    pub refusal: Option<&'static str>,
    /// What else there is to tell that is personal or typed by a person, by name. It is sealed, as the employer is.
    pub personal: Vec<(&'static str, String)>,
}

impl AuditEntry {
    /// An act that was done.
    #[must_use]
    pub const fn done(actor: Actor, act: &'static str) -> Self {
        Self {
            actor,
            act,
            employer: None,
            recovery: None,
            case: None,
            officer: None,
            form: None,
            reason: None,
            refusal: None,
            personal: Vec::new(),
        }
    }

    /// The same, of this employer.
    #[must_use]
    pub fn of(self, employer: Option<&EmployerKey>) -> Self {
        Self { employer: employer.map(EmployerKey::as_i64), ..self }
    }

    /// The same, within this recovery.
    #[must_use]
    pub fn within(self, recovery: RecoveryId) -> Self {
        Self { recovery: Some(recovery), ..self }
    }

    /// The same, within this case.
    #[must_use]
    pub fn within_case(self, case: [u8; 16]) -> Self {
        Self { case: Some(case), ..self }
    }

    /// The same, upon this officer.
    #[must_use]
    pub fn upon(self, officer: OfficerId) -> Self {
        Self { officer: Some(officer), ..self }
    }

    /// The same, having been shown this form.
    #[must_use]
    pub fn shown(self, form: [u8; 32]) -> Self {
        Self { form: Some(form), ..self }
    }

    /// The same, on this ground.
    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(Cow::Borrowed(reason)), ..self }
    }

    /// The same, with something personal: a remark, a name.
    #[must_use]
    pub fn telling(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.personal.push((name, text.into()));
        self
    }

    /// The same, refused.
    #[must_use]
    pub fn refused(self, why: &'static str) -> Self {
        Self { refusal: Some(why), ..self }
    }
}

/// Names acts, and lists them all.
macro_rules! name_acts {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        $($(#[$doc])* pub const $name: &str = $word;)+

        /// Every act that is named here.
        pub const ALL: &[&str] = &[$($name),+];
    };
}
pub(crate) use name_acts;

/// The acts that the protocol does not name itself.
pub mod acts {
    crate::audit::name_acts! {
        /// A flow began.
        STARTED = "recovery.started",
        /// Data that match nothing.
        MISMATCHED = "recovery.mismatched",
        /// A key was set, by whatever way.
        KEY_CHANGED = "credential.changed",
        /// A key was frozen by "no fui yo".
        KEY_FROZEN = "credential.frozen",
        /// The same key under new parameters.
        KEY_REHASHED = "credential.rehashed",
        /// A session began.
        SIGNED_IN = "session.opened",
        /// A session was closed.
        SIGNED_OUT = "session.closed",
        /// A mail that belongs to no flow was taken by the mail server.
        NOTICE_ACCEPTED = "notice.accepted",
        /// A mail that belongs to no flow was refused or given up.
        NOTICE_REFUSED = "notice.refused",
        /// A mail was not sent: it no longer counts, or would arrive dead.
        MAIL_DROPPED = "mail.dropped",
        /// What a case's approval let happen was written into the registry.
        REGISTRY_CORRECTED = "registry.corrected",
        /// Somebody tried to sign in.
        SIGN_IN_TRIED = "session.attempted",
        /// Somebody with a session tried to change the key.
        KEY_CHANGE_TRIED = "credential.change_attempted",
        /// Somebody with a session tried to close others.
        SESSION_CLOSE_TRIED = "session.close_attempted",
        /// Recoveries whose retention has ended were deleted.
        RECOVERIES_FORGOTTEN = "recovery.forgotten",
        /// A case whose retention has ended was deleted.
        CASE_FORGOTTEN = "case.forgotten",
        /// Keys of personal data in this log were destroyed.
        KEYS_DESTROYED = "audit.keys_destroyed",
        /// The database was brought back from a backup; the reason is what is known of the log that was lost.
        RESTORED = "store.restored",
        /// A key that had been replaced before a restore brought it back was taken out of use.
        KEY_RETIRED = "credential.retired",
        /// What is sealed was sealed anew; the reason is the ring's key that it lies under since.
        RESEALED = "keys.resealed",
        /// A key was taken out of the ring, which the reason names.
        RING_KEY_RETIRED = "keys.retired",
        /// Entries of this log are missing from before they were sealed.
        GAP = "audit.gap",
        /// The operator had all printed that is held of an employer.
        EMPLOYER_READ = "employer.read",
        /// An employer was taken out of the registry, with the key.
        EMPLOYER_REMOVED = "employer.removed",
        /// Registry rows were loaded.
        IMPORTED = "registry.imported",
        /// An officer asked for a case.
        CASE_READ = "case.read",
        /// An officer asked for the queue.
        CASES_LISTED = "case.listed",
        /// An officer asked for the sheet of a day.
        DAY_READ = "case.day_read",
        /// An officer asked for the figures.
        FIGURES_READ = "case.figures_read",
        /// Somebody typed a reference.
        CASE_LOOKED_UP = "case.looked_up",
        /// Somebody typed the secret of a slip.
        SLIP_TRIED = "case.slip_tried",
    }
}
