//! The durable state: one trait of use-case transactions, its engines, and one conformance suite for all of them.
//!
//! Each method of [`Store`] is one transaction, or one read. A method that changes a recovery loads it, lets
//! `Recovery::decide` say what becomes of it, and saves state, outbox and audit together. The engine's own clock gives
//! the moment. This package knows no HTTP, language, secret or role.

mod audit;
mod binding;
mod case_columns;
mod cases;
pub mod clock;
mod copy;
mod dialect;
mod engine;
mod known;
mod log;
mod model;
mod officers;
mod postgres;
mod registers;
mod restore;
mod sealed;
mod sql;
mod sqlite;
mod stage;
mod tax;
mod transactions;

use async_trait::async_trait;
use clavero_protocol::{EmployerKey, Recovery, RecoveryId, Refusal, Timestamp};

pub use audit::*;
pub use binding::Binding;
pub use cases::*;
pub use clock::{Clock, Machine, SystemClock};
pub use copy::{Copied, CopyError, CopyWatcher, Phase, Place, copy};
pub use known::*;
pub use log::*;
pub use model::*;
pub use officers::*;
pub use postgres::{Postgres, Security};
pub use registers::*;
pub use restore::*;
pub use sealed::*;
pub use sqlite::{BackupError, Disk, PageWatcher, Sqlite, Stepper};
pub use tax::*;

/// Why the store could not do it. Nothing was changed, unless [`StoreError::Unknown`] says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Too many transactions wait.
    #[error("too many transactions are waiting")]
    Busy,
    /// The engine failed: disk full, connection lost.
    #[error("the database failed: {0}")]
    Engine(String),
    /// The engine failed while it committed: it may or may not have happened.
    #[error("the database failed while it committed: {0}")]
    Unknown(String),
    /// Nothing that is bound can be read or written before [`Store::bind_rows`].
    #[error("the database was not told what binds its rows")]
    Unbound,
    /// A stored value that this version cannot read.
    #[error("the database holds a value that this version cannot read: {0}")]
    Corrupt(&'static str),
    /// The schema belongs to a newer version.
    #[error("the database has schema {found}, this version knows up to {known}; run a newer clavero")]
    NewerSchema {
        /// The database's.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// A migration that was applied differs from the one this version has.
    #[error("migration {0} of the database is not the one that this version would have applied")]
    ForeignMigration(u32),
    /// The server only follows another one.
    #[error("the database server is a standby, which cannot be written to; name the primary")]
    Standby,
    /// The clock is behind the newest moment that the database has seen.
    #[error(
        "the clock is {seconds} s behind the newest moment in the database; set it right and start again"
    )]
    ClockBehind {
        /// By how much.
        seconds: u64,
    },
}

/// How far a database's schema has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// The newest migration that was applied; 0 where none was.
    pub found: u32,
    /// The newest that this version knows.
    pub known: u32,
}

/// The outcome of a transaction that the protocol may refuse.
pub type Decided<T, E> = Result<Result<T, E>, StoreError>;

/// The durable state.
#[async_trait]
pub trait Store:
    Cases
    + KnownEmployers
    + Log
    + Officers
    + Registers
    + Restores
    + SealedValues
    + TaxAnswers
    + Send
    + Sync
    + 'static
{
    /// The engine's clock.
    fn now(&self) -> Timestamp;

    /// Whether a transaction can be committed at present.
    async fn check_writable(&self) -> Result<(), StoreError>;

    /// How far the engine's clock has stepped, where it has.
    fn clock_step(&self) -> Option<std::time::Duration>;

    /// The number that is part of every secret; a restore raises it.
    async fn epoch(&self) -> Result<u64, StoreError>;

    /// Whether the database belongs to a key ring already.
    async fn has_key_ring(&self) -> Result<bool, StoreError>;

    /// Writes `fingerprint` down when none stands yet, and answers the one that stands: two nodes with different key
    /// rings notice.
    async fn key_ring_fingerprint(&self, fingerprint: Digest) -> Result<Digest, StoreError>;

    /// From here on rows that give power over a key are bound by this; the first one that is given stays.
    fn bind_rows(&self, binding: std::sync::Arc<dyn Binding>);

    /// Notes the last of the ring's keys as the one that is in use, and answers `None`; where the ring lacks the one that
    /// was, it is an older copy: answers that one, and notes nothing.
    async fn active_key(&self, ring: Vec<String>) -> Result<Option<String>, StoreError>;

    /// Counts for the operator.
    async fn census(&self) -> Result<Census, StoreError>;

    /// Deletes what has ended: sessions, links, budgets, spent proofs. At most `max` rows of each kind.
    async fn sweep(
        &self,
        life: SessionLife,
        policy: &clavero_protocol::Policy,
        max: u32,
    ) -> Result<u64, StoreError>;

    // Registry

    /// One employer.
    async fn employer(&self, key: &EmployerKey) -> Result<Option<Employer>, StoreError>;

    // Budgets

    /// Whether each limit would allow one more event; draws on none.
    async fn peek(
        &self,
        limits: Vec<Limit>,
    ) -> Result<Vec<Result<(), clavero_protocol::Exceeded>>, StoreError>;

    /// Draws on all the limits or on none, and writes the entry either way (refused where one is spent).
    async fn take(&self, limits: Vec<Limit>, once: Option<Once>, entry: AuditEntry) -> Decided<(), Denied>;

    // Recoveries

    /// Starts a recovery and queues its mail.
    async fn begin(&self, begin: Begin) -> Decided<RecoveryRecord, Denied>;

    /// One recovery.
    async fn recovery(&self, id: RecoveryId) -> Result<Option<RecoveryRecord>, StoreError>;

    /// Takes one step.
    async fn advance(&self, advance: Advance) -> Decided<Recovery, NotAdvanced>;

    /// A link by its verifier.
    async fn link(&self, verifier: Digest) -> Result<Option<LinkRecord>, StoreError>;

    /// Sets the key through a link: credential, end of all sessions and of every other recovery of that employer,
    /// cleared budgets, notice, audit, in one transaction.
    async fn redeem(&self, redeem: Redeem) -> Decided<EmployerKey, Refusal>;

    /// Forgets recoveries that began before a moment, and at least a day before they could have ended. Says how many; the
    /// log has an entry each time, and keeps those of the recoveries.
    async fn forget_recoveries(
        &self,
        before: Timestamp,
        policy: &clavero_protocol::Policy,
        max: u32,
    ) -> Result<u64, StoreError>;

    // Outbox

    /// Takes up mails that are due, those first that the same commit queues; with none, waits for one. Those that no longer
    /// count, or would arrive dead, are dropped on the way. Whoever stops waiting may leave mails taken up until their lease ends.
    async fn claim_mails(&self, claim: Claim) -> Result<Vec<ClaimedMail>, StoreError>;

    /// Lets the claims that wait look at once: time has gone on, or a lane has room again.
    async fn look_for_mail(&self) -> Result<(), StoreError>;

    /// Makes due at once what a process that is gone had taken up, for the one process that takes up mails of an embedded
    /// database; what several nodes share is left to the leases. A mail that was tried more than `most` times keeps its time: it
    /// may be what ends the process. Returns how many are due sooner.
    async fn recall_mails(&self, most: u32) -> Result<u64, StoreError>;

    /// Ends a claim; `false` when another worker has taken the mail up since.
    async fn settle_mail(&self, settle: Settle) -> Result<bool, StoreError>;

    // Sessions and credentials

    /// Opens a session; `None` when the key that was compared no longer stands.
    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError>;

    /// The session of a token, if it lives; notes the request at most once a minute.
    async fn session(&self, token: Digest, life: SessionLife) -> Result<Option<Session>, StoreError>;

    /// All living sessions of an employer, newest first.
    async fn sessions(&self, employer: &EmployerKey, life: SessionLife) -> Result<Vec<Session>, StoreError>;

    /// Closes one session of an employer, or with `None` all of them; `keep` stays in any case.
    async fn close_sessions(
        &self,
        employer: &EmployerKey,
        id: Option<[u8; 16]>,
        keep: Option<Digest>,
    ) -> Result<u64, StoreError>;

    /// Whether this device has signed in as this employer before.
    async fn knows_device(&self, employer: &EmployerKey, device: Digest) -> Result<bool, StoreError>;

    /// Sets a new key from a session; `false` when the current one has changed meanwhile.
    async fn change_key(&self, change: ChangeKey) -> Result<bool, StoreError>;

    /// Whose key a "no fui yo" token speaks of, and of which change.
    async fn repudiation(&self, token: Digest) -> Result<Option<Repudiation>, StoreError>;

    /// Freezes the key that the token speaks of and ends all sessions and recoveries. `false` when that key no longer stands.
    async fn repudiate(&self, token: Digest, policy: &clavero_protocol::Policy) -> Result<bool, StoreError>;
}

/// A "no fui yo" token at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repudiation {
    /// Whose key.
    pub employer: EmployerKey,
    /// When the notice was made.
    pub created_at: Timestamp,
    /// Whether it has been used.
    pub used: bool,
}

/// Counts for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Mails waiting.
    pub outbox: u64,
    /// The oldest of them, waiting so long.
    pub outbox_oldest: std::time::Duration,
}
