//! Why an officer's call did not do what was asked.

use std::time::Duration;

use clavero_protocol::{FieldError, OfficerRefusal};
use clavero_store::StoreError;

use crate::errors::failed;

/// Using an enrolment address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolError {
    /// No such address, or of an officer who was disabled.
    Unknown,
    /// It has ended.
    Expired,
    /// It was used.
    Used,
    /// The authenticator's answer does not hold, or came too late.
    Refused,
    /// Not the code that the app shows now.
    WrongCode,
    /// This address has no domain name: passkeys are not possible.
    NoPasskeys,
    /// A budget is spent.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// The service cannot do it now.
    Unavailable,
}

/// Signing in at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficerSignInError {
    /// One answer for every cause.
    Refused,
    /// This address has no domain name: passkeys are not possible.
    NoPasskeys,
    /// A budget is spent.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// The service cannot do it now.
    Unavailable,
}

/// Touching an authenticator for one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TouchError {
    /// No session.
    Unauthorized,
    /// Neither a touch nor a code came with it.
    Absent,
    /// The proof does not hold, came too late, or was for something else.
    Refused,
    /// This address has no domain name: passkeys are not possible.
    NoPasskeys,
    /// A budget is spent.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// The service cannot do it now.
    Unavailable,
}

/// Acting upon officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskError {
    /// No session.
    Unauthorized,
    /// The role does not have it.
    Forbidden,
    /// The name cannot be one.
    Name(FieldError),
    /// The e-mail address cannot be one.
    Email(FieldError),
    /// The touch that belongs to it did not come about.
    Touch(TouchError),
    /// The rules say no.
    Refused(OfficerRefusal),
    /// The service cannot do it now.
    Unavailable,
}

macro_rules! store_failures_are_unavailable {
    ($($error:ty),+) => {$(
        impl From<StoreError> for $error {
            fn from(error: StoreError) -> Self {
                failed(&error);
                Self::Unavailable
            }
        }
    )+};
}
store_failures_are_unavailable!(EnrolError, OfficerSignInError, TouchError, DeskError);

impl From<OfficerRefusal> for DeskError {
    fn from(refusal: OfficerRefusal) -> Self {
        match refusal {
            OfficerRefusal::NotAllowed => Self::Forbidden,
            other => Self::Refused(other),
        }
    }
}

impl From<TouchError> for DeskError {
    fn from(error: TouchError) -> Self {
        match error {
            TouchError::Unauthorized => Self::Unauthorized,
            other => Self::Touch(other),
        }
    }
}

impl From<OfficerRefusal> for EnrolError {
    fn from(refusal: OfficerRefusal) -> Self {
        match refusal {
            OfficerRefusal::EnrolmentExpired => Self::Expired,
            OfficerRefusal::EnrolmentUsed => Self::Used,
            OfficerRefusal::StaleProof => Self::Refused,
            _ => Self::Unknown,
        }
    }
}
