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
    use proptest::prelude::*;

    use super::*;

    fn colleague() -> impl Strategy<Value = Colleague> {
        let role = prop::sample::select(Role::ALL.to_vec());
        (0..4_u8, role, any::<bool>()).prop_map(|(id, role, active)| Colleague {
            id: OfficerId([id; 16]),
            role,
            active,
        })
    }

    proptest! {
        #[test]
        fn a_way_in_takes_two_admins_who_are_not_the_one_who_gets_it(
            first in colleague(), second in colleague(), whom in colleague(),
        ) {
            let asked = may_ask_enrolment(Some(&first), &whom);
            let confirmed = may_confirm_enrolment(&second, first.id, &whom);
            if asked.is_ok() && confirmed.is_ok() {
                prop_assert!(first.role == Role::Admin && second.role == Role::Admin);
                prop_assert!(first.active && second.active && whom.active);
                prop_assert!(first.id != second.id && first.id != whom.id && second.id != whom.id);
            }
        }

        #[test]
        fn the_last_admin_stays_whoever_asks(by in prop::option::of(colleague()), whom in colleague()) {
            if whom.role == Role::Admin {
                prop_assert!(may_disable(by.as_ref(), &whom, 0).is_err());
            }
        }

        #[test]
        fn nobody_without_the_role_touches_anybodys_access(by in colleague(), whom in colleague()) {
            if by.role != Role::Admin || !by.active {
                let refused = Err(OfficerRefusal::NotAllowed);
                prop_assert_eq!(may_ask_enrolment(Some(&by), &whom), refused);
                prop_assert_eq!(may_confirm_enrolment(&by, OfficerId([9; 16]), &whom), refused);
                prop_assert_eq!(may_withdraw_enrolment(&by, whom.id), refused);
                prop_assert_eq!(may_disable(Some(&by), &whom, 1), refused);
            }
        }
    }

    #[test]
    fn the_operator_at_the_machine_asks_alone_and_cannot_leave_it_without_an_admin() {
        let admin = Colleague { id: OfficerId([1; 16]), role: Role::Admin, active: true };
        assert_eq!(may_ask_enrolment(None, &admin), Ok(()));
        assert_eq!(may_disable(None, &admin, 1), Ok(()));
        assert_eq!(may_disable(None, &admin, 0), Err(OfficerRefusal::LastAdmin));
    }
}
