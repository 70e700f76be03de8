//! What the audit log says: who acted, what they did, to whom. Every word of it that the protocol does not have is here.

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
    pub reason: Option<&'static str>,
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
        Self { reason: Some(reason), ..self }
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

/// The acts that the protocol does not name itself.
pub mod acts {
    /// A flow began.
    pub const STARTED: &str = "recovery.started";
    /// Data that match nothing.
    pub const MISMATCHED: &str = "recovery.mismatched";
    /// A key was set, by whatever way.
    pub const KEY_CHANGED: &str = "credential.changed";
    /// A key was frozen by "no fui yo".
    pub const KEY_FROZEN: &str = "credential.frozen";
    /// The same key under new parameters.
    pub const KEY_REHASHED: &str = "credential.rehashed";
    /// A session began.
    pub const SIGNED_IN: &str = "session.opened";
    /// A session was closed.
    pub const SIGNED_OUT: &str = "session.closed";
    /// A mail that belongs to no flow was taken by the mail server.
    pub const NOTICE_ACCEPTED: &str = "notice.accepted";
    /// A mail that belongs to no flow was refused or given up.
    pub const NOTICE_REFUSED: &str = "notice.refused";
    /// A mail was not sent: it no longer counts, or would arrive dead.
    pub const MAIL_DROPPED: &str = "mail.dropped";
    /// What a case's approval let happen was written into the registry.
    pub const REGISTRY_CORRECTED: &str = "registry.corrected";
    /// Somebody tried to sign in.
    pub const SIGN_IN_TRIED: &str = "session.attempted";
    /// Somebody with a session tried to change the key.
    pub const KEY_CHANGE_TRIED: &str = "credential.change_attempted";
    /// A case whose retention has ended was deleted.
    pub const CASE_FORGOTTEN: &str = "case.forgotten";
    /// Keys of personal data in this log were destroyed.
    pub const KEYS_DESTROYED: &str = "audit.keys_destroyed";
    /// Entries of this log are missing from before they were sealed.
    pub const GAP: &str = "audit.gap";
    /// Registry rows were loaded.
    pub const IMPORTED: &str = "registry.imported";
}
