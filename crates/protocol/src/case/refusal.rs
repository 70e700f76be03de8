//! Why a case does not take a step: each rule by its name.

use super::OfficerId;
use crate::time::Timestamp;

/// Why a command is refused. Nothing changes then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CaseRefusal {
    /// This actor has no such command.
    #[error("role_forbids")]
    RoleForbids,
    /// The case's time has passed.
    #[error("case_expired")]
    CaseExpired,
    /// The case has come to its end.
    #[error("case_closed")]
    CaseClosed,
    /// The case is frozen.
    #[error("case_frozen")]
    CaseFrozen,
    /// Another case of this employer is frozen.
    #[error("sibling_frozen")]
    SiblingFrozen,
    /// The command does not fit the stage.
    #[error("wrong_state")]
    WrongState,
    /// Another officer has it in hand.
    #[error("held_by_another")]
    HeldByAnother {
        /// Who.
        officer: OfficerId,
        /// Since when nothing was done.
        since: Timestamp,
        /// From when on it can be taken over.
        free_at: Timestamp,
    },
    /// Who asked does not decide.
    #[error("own_request")]
    OwnRequest,
    /// Who asked or approved does not decide over the objection.
    #[error("own_case")]
    OwnCase,
    /// The identifiers that opened it are not those of the registry.
    #[error("data_mismatch")]
    DataMismatch,
    /// No details were given.
    #[error("details_missing")]
    DetailsMissing,
    /// No mailbox was given.
    #[error("no_email")]
    NoEmail,
    /// The mailbox was not proven.
    #[error("email_unverified")]
    EmailUnverified,
    /// The mailbox was proven already.
    #[error("already_verified")]
    AlreadyVerified,
    /// Nobody was identified.
    #[error("not_identified")]
    NotIdentified,
    /// A required document was not there.
    #[error("documents_missing")]
    DocumentsMissing,
    /// The appointment of the new legal representative was not there.
    #[error("appointment_missing")]
    AppointmentMissing,
    /// The third party's power was not there.
    #[error("power_missing")]
    PowerMissing,
    /// No ground was given for going on.
    #[error("ground_missing")]
    GroundMissing,
    /// There is no such document on the list.
    #[error("no_such_document")]
    NoSuchDocument,
    /// What was seen is not what stands there now.
    #[error("form_changed")]
    FormChanged,
    /// The registry has changed since approval was asked for.
    #[error("registry_changed")]
    RegistryChanged,
    /// The touch is of another officer, or for something else.
    #[error("touch_for_another")]
    TouchForAnother,
    /// The touch is too old.
    #[error("touch_stale")]
    TouchStale,
    /// The approval still rests.
    #[error("cooling_off")]
    CoolingOff {
        /// Until when.
        until: Timestamp,
    },
    /// A slip where there is a mailbox, or a mail where there is none.
    #[error("wrong_route")]
    WrongRoute,
    /// The slip is none, or its time has passed.
    #[error("slip_expired")]
    SlipExpired,
    /// There is no code to compare with.
    #[error("no_code")]
    NoCode,
    /// The code's time has passed.
    #[error("code_expired")]
    CodeExpired,
    /// All guesses of this code are spent.
    #[error("code_exhausted")]
    CodeExhausted,
    /// No more codes in this case.
    #[error("codes_exhausted")]
    CodesExhausted,
    /// Another code may be asked for from this moment on.
    #[error("too_soon")]
    TooSoon {
        /// The moment.
        retry_at: Timestamp,
    },
    /// The mail belongs to a code that no longer counts.
    #[error("stale_mail")]
    StaleMail,
    /// The mail would arrive with less than a useful life left.
    #[error("dead_mail")]
    DeadMail,
}

impl CaseRefusal {
    /// The word in the audit log.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::RoleForbids => "role_forbids",
            Self::CaseExpired => "case_expired",
            Self::CaseClosed => "case_closed",
            Self::CaseFrozen => "case_frozen",
            Self::SiblingFrozen => "sibling_frozen",
            Self::WrongState => "wrong_state",
            Self::HeldByAnother { .. } => "held_by_another",
            Self::OwnRequest => "own_request",
            Self::OwnCase => "own_case",
            Self::DataMismatch => "data_mismatch",
            Self::DetailsMissing => "details_missing",
            Self::NoEmail => "no_email",
            Self::EmailUnverified => "email_unverified",
            Self::AlreadyVerified => "already_verified",
            Self::NotIdentified => "not_identified",
            Self::DocumentsMissing => "documents_missing",
            Self::AppointmentMissing => "appointment_missing",
            Self::PowerMissing => "power_missing",
            Self::GroundMissing => "ground_missing",
            Self::NoSuchDocument => "no_such_document",
            Self::FormChanged => "form_changed",
            Self::RegistryChanged => "registry_changed",
            Self::TouchForAnother => "touch_for_another",
            Self::TouchStale => "touch_stale",
            Self::CoolingOff { .. } => "cooling_off",
            Self::WrongRoute => "wrong_route",
            Self::SlipExpired => "slip_expired",
            Self::NoCode => "no_code",
            Self::CodeExpired => "code_expired",
            Self::CodeExhausted => "code_exhausted",
            Self::CodesExhausted => "codes_exhausted",
            Self::TooSoon { .. } => "too_soon",
            Self::StaleMail => "stale_mail",
            Self::DeadMail => "dead_mail",
        }
    }

    /// Whether a supervisor should see that it was tried: it is a rule against dishonest officers.
    #[must_use]
    pub const fn is_breach(&self) -> bool {
        matches!(
            self,
            Self::RoleForbids
                | Self::OwnRequest
                | Self::OwnCase
                | Self::TouchForAnother
                | Self::CaseFrozen
                | Self::SiblingFrozen
        )
    }
}
