//! Who a page of cases is for. What may be done with a case is the service's to say: there a refusal is written beside
//! the case, where a supervisor sees it.

use clavero_protocol::Role;
use clavero_service::desk::OfficerContext;

use super::signed_in::{For, Signed};

/// Whoever may look at cases.
pub(crate) struct Reads;

impl For for Reads {
    fn has(role: Role) -> bool {
        role.reads_cases()
    }
}

/// Whoever attends people.
pub(crate) struct Attends;

impl For for Attends {
    fn has(role: Role) -> bool {
        role.attends()
    }
}

/// Whoever looks over the others' shoulders.
pub(crate) struct Oversees;

impl For for Oversees {
    fn has(role: Role) -> bool {
        oversees(role)
    }
}

pub(super) const fn oversees(role: Role) -> bool {
    matches!(role, Role::Supervisor | Role::Auditor)
}

impl<F: For> Signed<F> {
    /// The officer as cases know them.
    pub(crate) fn officer(&self) -> OfficerContext {
        let session = &self.session;
        OfficerContext { id: session.officer, role: session.role, name: session.name.clone() }
    }
}
