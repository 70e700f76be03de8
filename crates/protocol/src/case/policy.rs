//! What the institution decided of the assisted path.

use std::time::Duration;

/// The rules of a case, as `[assisted]` of the configuration has them. Codes and links have the recovery's.
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
    /// Codes of one case.
    pub codes: u32,
    /// Open cases of one employer.
    pub open_per_employer: u32,
}

impl Default for CasePolicy {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            case_ttl: DAY * 30,
            cooling_off: Duration::ZERO,
            slip_ttl: DAY,
            email_changes_per_hour: 5,
            email_changes_per_day: 30,
            take_over_after: Duration::from_mins(30),
            touch_ttl: Duration::from_mins(2),
            codes: 20,
            open_per_employer: 3,
        }
    }
}
