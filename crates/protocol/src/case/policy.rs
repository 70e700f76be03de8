//! What the institution decided of the assisted path.

use std::time::Duration;

use crate::Policy;

/// The rules of a case: `[assisted]` of the configuration, and what it shares with the recovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePolicy {
    /// How long a case stays open.
    pub case_ttl: Duration,
    /// How long an approval rests before the hand-over.
    pub cooling_off: Duration,
    /// Validity of a printed slip.
    pub slip_ttl: Duration,
    /// E-mail changes that one officer may ask for in an hour.
    pub email_changes_per_hour: u32,
    /// E-mail changes that one officer may ask for in 24 hours.
    pub email_changes_per_day: u32,
    /// A case that its officer has not touched for so long can be taken over.
    pub take_over_after: Duration,
    /// How old the touch of an authenticator may be.
    pub touch_ttl: Duration,
    /// Validity of a code, from the moment the mail server accepted its mail.
    pub code_ttl: Duration,
    /// The longest life of a code whose acceptance is not known.
    pub code_cap: Duration,
    /// Wrong codes allowed per code.
    pub code_attempts: u8,
    /// Codes of one case.
    pub codes: u32,
    /// Wait before another code may be asked for.
    pub resend_after: Duration,
    /// How long what a hand-over began may be finished.
    pub activation_ttl: Duration,
    /// Open cases of one employer.
    pub open_per_employer: u32,
}

impl CasePolicy {
    /// What follows from the rules of a recovery; the rest as shipped.
    #[must_use]
    pub fn of(recovery: &Policy) -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            case_ttl: DAY * 30,
            cooling_off: Duration::ZERO,
            slip_ttl: DAY,
            email_changes_per_hour: 5,
            email_changes_per_day: 30,
            take_over_after: Duration::from_mins(30),
            touch_ttl: Duration::from_mins(2),
            code_ttl: recovery.code_ttl,
            code_cap: recovery.flow_ttl,
            code_attempts: recovery.code_attempts,
            codes: 20,
            resend_after: recovery.resend_after,
            activation_ttl: recovery.flow_ttl + recovery.form_ttl,
            open_per_employer: 3,
        }
    }
}

impl Default for CasePolicy {
    fn default() -> Self {
        Self::of(&Policy::default())
    }
}
