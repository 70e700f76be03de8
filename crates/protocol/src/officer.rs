//! What officers may do to each other's access. Four eyes: nobody gets a way in from one admin alone.

use crate::{OfficerId, Role};

/// An officer, as far as the rules look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: OfficerId,
    /// In which role.
    pub role: Role,
    /// Whether they may still act.
    pub active: bool,
}

/// Why an officer's act, or an act upon an officer, is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfficerRefusal {
    /// The role does not allow it, or the officer was disabled.
    NotAllowed,
    /// No such officer.
    Unknown,
    /// That officer was disabled.
    Inactive,
    /// Another officer has this e-mail address.
    EmailTaken,
    /// No such enrolment address.
    EnrolmentUnknown,
    /// The enrolment address has ended.
    EnrolmentExpired,
    /// The enrolment address was used.
    EnrolmentUsed,
    /// Nobody would be left to enrol officers.
    LastAdmin,
    /// Upon one's own account.
    OwnAccount,
    /// The admin who asked cannot be the one who confirms.
    SameAdmin,
    /// Nothing would be left to sign in with.
    LastMeans,
    /// It was asked for already, and waits.
    AlreadyAsked,
    /// It no longer waits: confirmed, withdrawn, or never asked for.
    NotWaiting,
    /// The code was used, or the passkey's counter did not grow.
    StaleProof,
}

impl OfficerRefusal {
    /// The word of the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::Unknown => "unknown",
            Self::Inactive => "inactive",
            Self::EmailTaken => "email_taken",
            Self::EnrolmentUnknown => "enrolment_unknown",
            Self::EnrolmentExpired => "enrolment_expired",
            Self::EnrolmentUsed => "enrolment_used",
            Self::LastAdmin => "last_admin",
            Self::OwnAccount => "own_account",
            Self::SameAdmin => "same_admin",
            Self::LastMeans => "last_means",
            Self::AlreadyAsked => "already_asked",
            Self::NotWaiting => "not_waiting",
            Self::StaleProof => "stale_proof",
        }
    }
}

/// Who acts upon an officer: a colleague, or with `None` the operator at the machine itself.
type By<'a> = Option<&'a Colleague>;

fn is_admin(by: By<'_>) -> Result<(), OfficerRefusal> {
    match by {
        Some(by) if !(by.active && by.role == Role::Admin) => Err(OfficerRefusal::NotAllowed),
        _ => Ok(()),
    }
}

fn is_another(by: By<'_>, whom: OfficerId) -> Result<(), OfficerRefusal> {
    if by.is_some_and(|by| by.id == whom) { Err(OfficerRefusal::OwnAccount) } else { Ok(()) }
}

fn is_active(whom: &Colleague) -> Result<(), OfficerRefusal> {
    if whom.active { Ok(()) } else { Err(OfficerRefusal::Inactive) }
}

/// Whether `by` may ask that `whom` gets an enrolment address: a new officer, or one who lost their passkey.
pub fn may_ask_enrolment(by: By<'_>, whom: &Colleague) -> Result<(), OfficerRefusal> {
    is_admin(by)?;
    is_another(by, whom.id)?;
    is_active(whom)
}

/// Whether `by` may confirm what `asked_by` asked for `whom`: a second admin, who is neither of the two.
pub fn may_confirm_enrolment(
    by: &Colleague,
    asked_by: OfficerId,
    whom: &Colleague,
) -> Result<(), OfficerRefusal> {
    is_admin(Some(by))?;
    is_another(Some(by), whom.id)?;
    if by.id == asked_by {
        return Err(OfficerRefusal::SameAdmin);
    }
    is_active(whom)
}

/// Whether `by` may withdraw a request: any admin but the one it is for; saying no needs no second pair of eyes.
pub fn may_withdraw_enrolment(by: &Colleague, whom: OfficerId) -> Result<(), OfficerRefusal> {
    is_admin(Some(by))?;
    is_another(Some(by), whom)
}

/// Whether `by` may disable `whom`; `other_admins` are those besides `whom` who can sign in.
pub fn may_disable(by: By<'_>, whom: &Colleague, other_admins: usize) -> Result<(), OfficerRefusal> {
    is_admin(by)?;
    is_another(by, whom.id)?;
    is_active(whom)?;
    if whom.role == Role::Admin && other_admins == 0 { Err(OfficerRefusal::LastAdmin) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Three people in each role, who may still act or not.
    fn colleagues() -> impl Iterator<Item = Colleague> {
        let people = (0..3).flat_map(|id| Role::ALL.map(|role| (OfficerId([id; 16]), role)));
        people.flat_map(|(id, role)| [true, false].map(|active| Colleague { id, role, active }))
    }

    fn pairs() -> impl Iterator<Item = (Colleague, Colleague)> {
        colleagues().flat_map(|by| colleagues().map(move |whom| (by, whom)))
    }

    #[test]
    fn a_way_in_takes_two_admins_who_are_not_the_one_who_gets_it() {
        let admin = |one: &Colleague| one.role == Role::Admin && one.active;
        for (first, whom) in pairs() {
            let asks = admin(&first) && first.id != whom.id && whom.active;
            assert_eq!(may_ask_enrolment(Some(&first), &whom).is_ok(), asks, "{first:?} {whom:?}");
            let withdraws = admin(&first) && first.id != whom.id;
            assert_eq!(may_withdraw_enrolment(&first, whom.id).is_ok(), withdraws, "{first:?} {whom:?}");
            for second in colleagues() {
                let confirms = admin(&second) && second.id != whom.id && second.id != first.id && whom.active;
                let answer = may_confirm_enrolment(&second, first.id, &whom);
                assert_eq!(answer.is_ok(), confirms, "{second:?} {first:?} {whom:?}");
            }
        }
    }

    #[test]
    fn the_last_admin_stays_whoever_asks() {
        for (by, whom) in pairs() {
            let asks = by.role == Role::Admin && by.active && by.id != whom.id && whom.active;
            assert_eq!(may_disable(Some(&by), &whom, 1).is_ok(), asks, "{by:?} {whom:?}");
            let nobody_left = asks && whom.role != Role::Admin;
            assert_eq!(may_disable(Some(&by), &whom, 0).is_ok(), nobody_left, "{by:?} {whom:?}");
        }
    }

    #[test]
    fn each_refusal_has_its_name() {
        let officer = |id, role, active| Colleague { id: OfficerId([id; 16]), role, active };
        let (ana, beto) = (officer(1, Role::Admin, true), officer(2, Role::Admin, true));
        let (gone, clerk) = (officer(3, Role::Desk, false), officer(4, Role::Desk, true));
        let refusals = [
            (may_ask_enrolment(Some(&clerk), &ana), OfficerRefusal::NotAllowed),
            (may_ask_enrolment(Some(&ana), &ana), OfficerRefusal::OwnAccount),
            (may_ask_enrolment(Some(&ana), &gone), OfficerRefusal::Inactive),
            (may_confirm_enrolment(&ana, ana.id, &clerk), OfficerRefusal::SameAdmin),
            (may_withdraw_enrolment(&ana, ana.id), OfficerRefusal::OwnAccount),
            (may_disable(Some(&ana), &beto, 0), OfficerRefusal::LastAdmin),
        ];
        for (answer, refusal) in refusals {
            assert_eq!(answer, Err(refusal));
        }
        let words: BTreeSet<_> = refusals.iter().map(|(_, refusal)| refusal.as_str()).collect();
        assert_eq!(
            words,
            BTreeSet::from(["inactive", "last_admin", "not_allowed", "own_account", "same_admin"])
        );
    }

    #[test]
    fn the_operator_at_the_machine_asks_alone_and_cannot_leave_it_without_an_admin() {
        let admin = Colleague { id: OfficerId([1; 16]), role: Role::Admin, active: true };
        assert_eq!(may_ask_enrolment(None, &admin), Ok(()));
        assert_eq!(may_disable(None, &admin, 1), Ok(()));
        assert_eq!(may_disable(None, &admin, 0), Err(OfficerRefusal::LastAdmin));
    }
}
