//! Why a call did not do what was asked. No sentences: the pages and the API have them.

use std::time::Duration;

use clavero_protocol::{FieldError, Refusal, Timestamp, WeakReason};
use clavero_store::{NotAdvanced, StoreError};

use crate::proof::Challenge;

/// Starting a recovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartError {
    /// The identifiers name no employer, or another representative.
    DataMismatch {
        /// The RUC's check digit speaks against it.
        ruc_looks_mistyped: bool,
    },
    /// A budget is spent.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// Work first.
    ProofRequired(Box<Challenge>),
    /// The service cannot do it now.
    Unavailable,
}

/// Reaching a recovery or a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessError {
    /// The token does not open it.
    Unauthorized,
    /// There is none.
    NotFound,
    /// The service cannot do it now.
    Unavailable,
}

/// Stepping on in a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepError {
    /// Not yours.
    Access(AccessError),
    /// Not a code by its form; nothing was counted.
    Malformed(FieldError),
    /// A code, but not the one.
    WrongCode {
        /// How many more may be tried.
        attempts_left: u8,
    },
    /// Its three minutes have passed.
    CodeExpired,
    /// It was tried too often.
    CodeExhausted,
    /// Not in this state.
    WrongState,
    /// The flow is over.
    FlowExpired,
    /// Not so often.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// The service cannot do it now.
    Unavailable,
}

/// Opening a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkError {
    /// No such link.
    Unknown,
    /// Its time has passed, or a newer one took its place.
    Expired {
        /// Whether its flow can still send another.
        resendable: bool,
    },
    /// It has set a key.
    Used,
    /// The service cannot do it now.
    Unavailable,
}

/// Setting a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetPasswordError {
    /// The link does not open.
    Link(LinkError),
    /// The key is weak.
    Weak(Vec<WeakReason>),
    /// Too many hash at once.
    Busy,
    /// The service cannot do it now.
    Unavailable,
}

/// Signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInError {
    /// One answer for every cause.
    InvalidCredentials,
    /// A budget is spent.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// Work first.
    ProofRequired(Box<Challenge>),
    /// Too many hash at once.
    Busy,
    /// The service cannot do it now.
    Unavailable,
}

/// Showing from a session that one knows the employer's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CurrentKeyError {
    /// No session.
    Access(AccessError),
    /// The current key is another.
    Wrong,
    /// A budget is spent.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// The service cannot do it now, or too many hash at once.
    Unavailable,
}

/// Changing the key from a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangePasswordError {
    /// The current key was not shown.
    Current(CurrentKeyError),
    /// The new key is weak.
    Weak(Vec<WeakReason>),
}

/// Logs a store's failure once, where it is met.
pub(crate) fn failed(error: &StoreError) {
    tracing::error!(%error, "the store failed");
    metrics::counter!("clavero_store_failures_total").increment(1);
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<StoreError> for AccessError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<AccessError> for StepError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl From<StoreError> for LinkError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<StoreError> for SetPasswordError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<LinkError> for SetPasswordError {
    fn from(error: LinkError) -> Self {
        Self::Link(error)
    }
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<StoreError> for CurrentKeyError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<AccessError> for CurrentKeyError {
    fn from(error: AccessError) -> Self {
        Self::Access(error)
    }
}

impl From<CurrentKeyError> for ChangePasswordError {
    fn from(error: CurrentKeyError) -> Self {
        Self::Current(error)
    }
}

impl StepError {
    /// What a step that was not taken is called outside.
    pub(crate) fn of(error: NotAdvanced, now: Timestamp) -> Self {
        let wait = |until: Timestamp| Self::TooMany { retry_after: until.saturating_since(now) };
        match error {
            NotAdvanced::Unknown => Self::Access(AccessError::NotFound),
            NotAdvanced::Exceeded(exceeded) => wait(exceeded.retry_at),
            NotAdvanced::Refused(refusal) => match refusal {
                Refusal::FlowExpired => Self::FlowExpired,
                Refusal::CodeExpired => Self::CodeExpired,
                Refusal::CodeExhausted => Self::CodeExhausted,
                Refusal::TooSoon { retry_at } => wait(retry_at),
                Refusal::WrongState
                | Refusal::LinksExhausted
                | Refusal::LinkExpired
                | Refusal::LinkUsed
                | Refusal::LinkReplaced
                | Refusal::StaleMail
                | Refusal::DeadMail => Self::WrongState,
            },
        }
    }
}
