//! Why a call about a case did not do what was asked.

use std::time::Duration;

use clavero_protocol::{CaseRefusal, FieldError, ReferenceError, Timestamp};
use clavero_store::{CaseNotTaken, StoreError};

use crate::{errors::failed, proof::Challenge};

/// Opening a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenCaseError {
    /// The identifiers name no employer, or another representative.
    DataMismatch {
        /// The RUC's check digit speaks against it.
        ruc_looks_mistyped: bool,
    },
    /// The recovery that it should go on from is not this person's, or is none.
    NoRecovery,
    /// That recovery goes on online.
    NotAssisted,
    /// This officer attends nobody.
    RoleForbids,
    /// As many open cases as an employer may have.
    TooManyOpen,
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

/// The fields of a case's forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseField {
    /// Who comes.
    Applicant,
    /// Telephone.
    Phone,
    /// Postal address.
    Address,
    /// The mailbox.
    Email,
    /// The centre.
    Centre,
    /// The new representative's number.
    Representative,
    /// The new representative's name.
    RepresentativeName,
    /// The third party's number.
    ThirdParty,
    /// The third party's name.
    ThirdPartyName,
    /// The identified person's name.
    PersonName,
    /// The identified person's number.
    PersonNumber,
    /// How they were identified.
    IdentifiedBy,
    /// A remark, a ground, a reason.
    Text,
}

impl CaseField {
    /// The field's name in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Email => "email",
            Self::Centre => "centre",
            Self::Representative => "new_representative_id",
            Self::RepresentativeName => "new_representative_name",
            Self::ThirdParty => "third_party_id",
            Self::ThirdPartyName => "third_party_name",
            Self::PersonName => "person_name",
            Self::PersonNumber => "person_number",
            Self::IdentifiedBy => "identified_by",
            Self::Text => "text",
        }
    }
}

/// Acting on a case, from either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseError {
    /// The reference is none: a slip in it, most likely.
    Reference(ReferenceError),
    /// There is no such case.
    Unknown,
    /// What was typed cannot be taken.
    Fields(Vec<(CaseField, FieldError)>),
    /// Not a code by its form; nothing was counted.
    MalformedCode(FieldError),
    /// A code, but not the one.
    WrongCode {
        /// How many more may be tried.
        attempts_left: u8,
    },
    /// Another officer has it in hand.
    Held {
        /// Their name.
        by: String,
        /// Their latest act on it.
        since: Timestamp,
        /// From when on it can be taken over.
        free_at: Timestamp,
    },
    /// It was changed since it was read: nothing was written over.
    Stale,
    /// What is stored was not written by this service for this case.
    Damaged,
    /// The rules say no.
    Refused(CaseRefusal),
    /// The officer's budget of e-mail changes is spent.
    EmailChangesExceeded {
        /// When to come back.
        retry_after: Duration,
    },
    /// Not so often.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// The service cannot do it now.
    Unavailable,
}

/// Using a printed slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipError {
    /// One answer for every cause: other data, another secret, ended, used.
    Invalid,
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

impl From<StoreError> for OpenCaseError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<StoreError> for CaseError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<StoreError> for SlipError {
    fn from(error: StoreError) -> Self {
        failed(&error);
        Self::Unavailable
    }
}

impl From<ReferenceError> for CaseError {
    fn from(error: ReferenceError) -> Self {
        Self::Reference(error)
    }
}

impl CaseError {
    /// What a step that was not taken is called outside; who holds the case is named by the caller.
    pub(crate) fn of(error: CaseNotTaken, now: Timestamp) -> Self {
        let wait = |until: Timestamp| until.saturating_since(now);
        match error {
            CaseNotTaken::Unknown => Self::Unknown,
            CaseNotTaken::Stale => Self::Stale,
            CaseNotTaken::Exceeded(exceeded) => Self::TooMany { retry_after: wait(exceeded.retry_at) },
            CaseNotTaken::EmailChanges(exceeded) => {
                Self::EmailChangesExceeded { retry_after: wait(exceeded.retry_at) }
            }
            CaseNotTaken::Refused(CaseRefusal::TooSoon { retry_at }) => {
                Self::TooMany { retry_after: wait(retry_at) }
            }
            CaseNotTaken::Refused(refusal) => Self::Refused(refusal),
        }
    }
}
