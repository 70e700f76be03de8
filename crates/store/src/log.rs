//! The tamper-evident log: entries that wait, and the sealed ones with their tree.

use async_trait::async_trait;
use clavero_audit::{Hash, tile::TileId};
use clavero_protocol::{OfficerId, RecoveryId, Timestamp};

use crate::{Actor, StoreError};

/// An entry as its transaction wrote it, waiting to be sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// Its place among those that wait. Not its place in the log.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub act: String,
    /// To whom.
    pub employer: Option<i64>,
    /// Within which recovery.
    pub recovery: Option<RecoveryId>,
    /// Within which case.
    pub case: Option<[u8; 16]>,
    /// Upon which officer.
    pub officer: Option<OfficerId>,
    /// SHA-256 of the form that the actor was shown.
    pub form: Option<[u8; 32]>,
    /// On what ground.
    pub reason: Option<String>,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// Personal data beside the employer, as a canonical JSON object.
    pub personal: Option<String>,
}

/// An entry as it goes into the log.
#[derive(Clone)]
pub struct Sealed {
    /// When.
    pub at: Timestamp,
    /// Its line: the leaf.
    pub line: String,
    /// What opens its personal data, wrapped.
    pub key: Option<Vec<u8>>,
}

/// Entries that go from waiting into the log, and the tree that comes of it, all in one transaction.
#[derive(Clone)]
pub struct Seal {
    /// The log's size before. Another size refuses the whole: somebody else has sealed meanwhile.
    pub size: u64,
    /// The first and the last of the waiting entries; those between them and no others.
    pub seqs: (i64, i64),
    /// The entries in their order.
    pub entries: Vec<Sealed>,
    /// The tiles that have changed, whole.
    pub tiles: Vec<(TileId, Vec<Hash>)>,
    /// The signed checkpoint of the new size.
    pub checkpoint: String,
}

/// An entry of the log as it lies there.
#[derive(Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its index.
    pub place: u64,
    /// When.
    pub at: Timestamp,
    /// Its line.
    pub line: String,
    /// What opens its personal data, wrapped; `None` when there are none, or no longer.
    pub key: Option<Vec<u8>>,
}

/// A checkpoint at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCheckpoint {
    /// Entries that it speaks for, as its row says.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// How much there is, all at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogCensus {
    /// Entries in the log, by the place of the last one.
    pub entries: u64,
    /// Entries that the newest checkpoint speaks for.
    pub sealed: u64,
    /// Entries that wait.
    pub waiting: u64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// Entries that were ever written into this database, as its own counter has it.
    pub written: u64,
}

/// The tamper-evident log. Places are those of [`LogEntry::place`].
#[async_trait]
pub trait Log {
    /// The log's name. Where it has none yet it gets the proposed one, which it then keeps.
    async fn log_origin(&self, proposed: Option<String>) -> Result<Option<String>, StoreError>;

    /// Entries that wait, the oldest first.
    async fn unsealed(&self, max: u32) -> Result<Vec<Unsealed>, StoreError>;

    /// Moves entries from waiting into the log. `false`, and nothing moved, when the log has another size, or those that
    /// wait are not as many.
    async fn seal(&self, seal: Seal) -> Result<bool, StoreError>;

    /// How much there is.
    async fn log_census(&self) -> Result<LogCensus, StoreError>;

    /// Entries from a place on.
    async fn log_entries(&self, from: u64, max: u32) -> Result<Vec<LogEntry>, StoreError>;

    /// The place of the first entry that is not older; the log's size when all are. Places are in order of time.
    async fn log_place(&self, at: Timestamp) -> Result<u64, StoreError>;

    /// Checkpoints of more than `above` entries, the smallest first: the newest, and one for about every thousand entries.
    async fn log_checkpoints(&self, above: u64, max: u32) -> Result<Vec<LogCheckpoint>, StoreError>;

    /// The newest checkpoint.
    async fn log_checkpoint(&self) -> Result<Option<LogCheckpoint>, StoreError>;

    /// Tiles, as many hashes as each has; none where there is no such tile.
    async fn log_tiles(&self, tiles: Vec<TileId>) -> Result<Vec<Vec<Hash>>, StoreError>;

    /// Destroys the keys of the oldest entries from before a moment, at most `max`: their personal data cannot be opened
    /// again, and the tree stands as before. Answers how many it were.
    async fn destroy_keys(&self, before: Timestamp, max: u32) -> Result<u64, StoreError>;
}
