//! Who may recover online, who must come in person, and who does not match: the official procedure's cases.

use crate::{EmployerKind, RepresentativeId, TaxState, recovery::AssistedReason};

/// What the registry says of an employer, as far as it decides the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The kind of employer.
    pub kind: EmployerKind,
    /// The legal representative on record.
    pub representative: RepresentativeId,
    /// Whether a key was ever given out.
    pub has_key: bool,
    /// Whether an address is on record that parses.
    pub has_email: bool,
    /// Whether the owner answered "no fui yo" and nobody has looked at it yet.
    pub frozen: bool,
    /// The tax authority's state; ignored for domestic employers, who have no RUC there.
    pub tax: TaxState,
}

/// The way on for three identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligibility {
    /// A code may be mailed.
    Online,
    /// In person.
    Assisted(AssistedReason),
    /// They name no employer, or another representative.
    Mismatch,
}

/// Why exactly it goes on in person, where an official reason stands for several causes that people must not be told
/// alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssistedCause {
    /// Just the official reason.
    Reason(AssistedReason),
    /// There is a valid address; the owner answered "no fui yo" and the key is frozen.
    KeyFrozen,
    /// The tax authority has no such RUC, and the operator sends those in person.
    RucUnknown,
    /// The tax authority's state is a word that a person has to look at.
    RucUnclear,
    /// The tax authority could not be asked, and the operator sends those in person.
    RucUnconfirmed,
}

impl AssistedCause {
    /// Every cause that a reason of its own does not name.
    pub const FINER: [Self; 4] = [Self::KeyFrozen, Self::RucUnknown, Self::RucUnclear, Self::RucUnconfirmed];

    /// The cause of a reason, for an employer that stands like this.
    #[must_use]
    pub fn of(reason: AssistedReason, standing: Option<&Standing>) -> Self {
        let Some(standing) = standing else { return Self::Reason(reason) };
        match (reason, standing.tax) {
            (AssistedReason::NoValidEmail, _) if standing.frozen => Self::KeyFrozen,
            (AssistedReason::RucSuspended, TaxState::Unknown) => Self::RucUnknown,
            (AssistedReason::RucSuspended, TaxState::Other) => Self::RucUnclear,
            (AssistedReason::RucSuspended, TaxState::Unconfirmed) => Self::RucUnconfirmed,
            _ => Self::Reason(reason),
        }
    }

    /// The word of the cause.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reason(reason) => reason.as_str(),
            Self::KeyFrozen => "key_frozen",
            Self::RucUnknown => "ruc_unknown",
            Self::RucUnclear => "ruc_unclear",
            Self::RucUnconfirmed => "ruc_unconfirmed",
        }
    }
}

/// Decides the way on. `unknown_ruc_goes_online` is `sri.unknown` of the configuration.
#[must_use]
pub fn eligibility(
    standing: Option<&Standing>,
    claimed: &RepresentativeId,
    unknown_ruc_goes_online: bool,
) -> Eligibility {
    use Eligibility::{Assisted, Mismatch, Online};
    let Some(standing) = standing.filter(|standing| standing.representative == *claimed) else {
        return Mismatch;
    };
    if !standing.has_key {
        return Assisted(AssistedReason::FirstTime);
    }
    if standing.kind != EmployerKind::Domestico {
        match standing.tax {
            TaxState::Closed => return Assisted(AssistedReason::RucClosed),
            TaxState::Suspended | TaxState::Other => return Assisted(AssistedReason::RucSuspended),
            TaxState::Unknown | TaxState::Unconfirmed if !unknown_ruc_goes_online => {
                return Assisted(AssistedReason::RucSuspended);
            }
            TaxState::Active | TaxState::Unknown | TaxState::Unconfirmed => {}
        }
    }
    if standing.frozen || !standing.has_email {
        return Assisted(AssistedReason::NoValidEmail);
    }
    Online
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ForeignerRule;

    fn person(text: &str) -> RepresentativeId {
        RepresentativeId::parse(text, &ForeignerRule::default()).unwrap()
    }

    fn standing() -> Standing {
        Standing {
            kind: EmployerKind::Privada,
            representative: person("1714307103"),
            has_key: true,
            has_email: true,
            frozen: false,
            tax: TaxState::Active,
        }
    }

    #[test]
    fn the_official_cases() {
        use AssistedReason::{FirstTime, NoValidEmail, RucClosed, RucSuspended};
        use Eligibility::{Assisted, Mismatch, Online};
        let way = |standing: &Standing, unknown| eligibility(Some(standing), &person("1714307103"), unknown);
        let tax = |tax| Standing { tax, ..standing() };
        let rows = [
            (standing(), Online, Online),
            (Standing { has_key: false, ..standing() }, Assisted(FirstTime), Assisted(FirstTime)),
            (Standing { has_email: false, ..standing() }, Assisted(NoValidEmail), Assisted(NoValidEmail)),
            (Standing { frozen: true, ..standing() }, Assisted(NoValidEmail), Assisted(NoValidEmail)),
            (tax(TaxState::Closed), Assisted(RucClosed), Assisted(RucClosed)),
            (tax(TaxState::Suspended), Assisted(RucSuspended), Assisted(RucSuspended)),
            (tax(TaxState::Other), Assisted(RucSuspended), Assisted(RucSuspended)),
            (tax(TaxState::Unknown), Online, Assisted(RucSuspended)),
            (tax(TaxState::Unconfirmed), Online, Assisted(RucSuspended)),
            // A household has no RUC at the tax authority.
            (Standing { kind: EmployerKind::Domestico, ..tax(TaxState::Closed) }, Online, Online),
        ];
        for (standing, trusting, strict) in rows {
            assert_eq!(way(&standing, true), trusting, "{standing:?}");
            assert_eq!(way(&standing, false), strict, "{standing:?}");
        }
        assert_eq!(eligibility(None, &person("1714307103"), true), Mismatch);
        let stranger = eligibility(Some(&standing()), &person("0926687856"), true);
        assert_eq!(stranger, Mismatch, "and nothing of the employer is told to others");
    }

    #[test]
    fn people_are_told_the_cause_and_not_only_the_official_reason() {
        use AssistedReason::{FirstTime, NoValidEmail, RucSuspended};
        let cause = |reason, standing: Standing| AssistedCause::of(reason, Some(&standing)).as_str();
        let tax = |tax| Standing { tax, ..standing() };
        assert_eq!(cause(NoValidEmail, Standing { frozen: true, ..standing() }), "key_frozen");
        assert_eq!(cause(NoValidEmail, standing()), "no_valid_email");
        assert_eq!(cause(FirstTime, Standing { frozen: true, ..standing() }), "first_time");
        assert_eq!(cause(RucSuspended, tax(TaxState::Unknown)), "ruc_unknown");
        assert_eq!(cause(RucSuspended, tax(TaxState::Other)), "ruc_unclear");
        assert_eq!(cause(RucSuspended, tax(TaxState::Unconfirmed)), "ruc_unconfirmed");
        assert_eq!(cause(RucSuspended, tax(TaxState::Suspended)), "ruc_suspended");
        assert_eq!(AssistedCause::of(RucSuspended, None).as_str(), "ruc_suspended");
    }
}
