//! Who works at the desk, and what a fresh touch of their passkey stands for.

use std::fmt;

use crate::{Hex, time::Timestamp};

/// What an officer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Attends applicants, and approves what a colleague asked for.
    Desk,
    /// The same, and decides what has been stopped.
    Supervisor,
    /// Reads everything, changes nothing.
    Auditor,
    /// Enrols officers; has no part in any case.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Desk, Self::Supervisor, Self::Auditor, Self::Admin];

    /// The word of the command line and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether cases may be worked on.
    #[must_use]
    pub const fn attends(self) -> bool {
        matches!(self, Self::Desk | Self::Supervisor)
    }

    /// Whether cases may be looked at.
    #[must_use]
    pub const fn reads_cases(self) -> bool {
        matches!(self, Self::Desk | Self::Supervisor | Self::Auditor)
    }
}

/// Names an officer: 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficerId(pub [u8; 16]);

impl fmt::Debug for OfficerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Hex(&self.0))
    }
}

/// A fresh ceremony of an officer's authenticator (passkey or TOTP), bound to exactly one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// Whose.
    pub officer: OfficerId,
    /// SHA-256 of the form that was shown: case, act, and all that it changes.
    pub purpose: [u8; 32],
    /// When it ended.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_desk_and_supervisor_work_on_cases_and_an_admin_does_not_even_read_them() {
        let able = |may: fn(Role) -> bool| Role::ALL.map(may);
        assert_eq!(able(Role::attends), [true, true, false, false]);
        assert_eq!(able(Role::reads_cases), [true, true, true, false]);
    }

    #[test]
    fn each_word_is_read_back_as_its_role() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Desk"), None);
    }
}
