//! Backups, and what a restore ends: the state goes back in time, and what was secret then must not be good again.

use async_trait::async_trait;
use clavero_protocol::{EmployerKey, Timestamp};

use crate::{NewCredential, StoreError};

/// Why nothing may be served from a database yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unready {
    /// It is a backup, made at this moment where that is known, and what was secret then has not been ended.
    Backup(Option<Timestamp>),
    /// It is being copied from another one.
    Copy,
}

impl Unready {
    pub(crate) fn word(self) -> String {
        match self {
            Self::Backup(at) => format!("backup {}", at.map_or(0, Timestamp::as_micros)),
            Self::Copy => "copy".to_owned(),
        }
    }

    /// What a database says of itself. A word that this version does not know is a reason not to serve as well.
    pub(crate) fn parse(word: &str) -> Self {
        match word.strip_prefix("backup ").map(str::parse) {
            Some(Ok(0) | Err(_)) => Self::Backup(None),
            Some(Ok(at)) => Self::Backup(Some(Timestamp::from_micros(at))),
            None => Self::Copy,
        }
    }
}

/// How much there is in a database, for whoever wants to know that it is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents {
    /// Employers.
    pub employers: u64,
    /// Keys of theirs.
    pub credentials: u64,
    /// Cases of the assisted path.
    pub cases: u64,
    /// Officers.
    pub officers: u64,
    /// Sealed entries of the audit log.
    pub entries: u64,
}

/// A restore on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// What is known of the log that was lost; it goes into the entry.
    pub lost: Option<String>,
    /// The latest step whose one-time code could have been used in the time that was lost. None up to it is taken again.
    pub totp_step: i64,
}

/// What a restore ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// The epoch from here on.
    pub epoch: u64,
    /// Sessions of employers.
    pub sessions: u64,
    /// Sessions of officers, and steps with an authenticator that were under way.
    pub officer_sessions: u64,
    /// Recoveries that were under way.
    pub recoveries: u64,
    /// Links to a new-key form.
    pub links: u64,
    /// Printed slips that were not used.
    pub slips: u64,
    /// Enrolment addresses that were not used, and requests for one.
    pub enrolments: u64,
    /// Mails with a code or a link that had not left.
    pub mails: u64,
}

/// How an employer's key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyState {
    /// Whose.
    pub employer: i64,
    /// Since when it is this one.
    pub changed_at: Timestamp,
    /// Whether its owner froze it.
    pub frozen: bool,
}

/// A key that was replaced in the time that was lost.
#[derive(Clone)]
pub struct Retire {
    /// Whose.
    pub employer: EmployerKey,
    /// One that nobody knows, to stand in its place.
    pub credential: NewCredential,
    /// Whether its owner froze it since.
    pub frozen: bool,
}

/// Bringing a database back from a backup.
#[async_trait]
pub trait Restores {
    /// Why nothing may be served from this database yet; `None` when all is well.
    async fn unready(&self) -> Result<Option<Unready>, StoreError>;

    /// Ends all that was secret, raises the epoch past every one that there was, and writes the entry, in one transaction.
    async fn restore(&self, restore: Restore) -> Result<Restored, StoreError>;

    /// How keys stand, of employers above this number, in their order.
    async fn key_states(&self, above: i64, max: u32) -> Result<Vec<KeyState>, StoreError>;

    /// Takes keys out of use, all in one transaction. Answers which of the employers there are.
    async fn retire_keys(&self, keys: Vec<Retire>) -> Result<Vec<EmployerKey>, StoreError>;
}
