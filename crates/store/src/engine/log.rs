//! The log on any engine.

use std::time::Duration;

use async_trait::async_trait;
use clavero_audit::{Hash, tile::TileId};
use clavero_protocol::Timestamp;

use super::Engine;
use crate::{
    Log, LogCensus, LogCheckpoint, LogEntry, Seal, StoreError, Unsealed,
    transactions::log::{
        census, checkpoints, destroy_keys, entries, newest, origin, place, seal, tiles, unsealed,
    },
};

/// Nobody waits for a seal: it shares a commit where one comes soon.
const SEAL: Duration = Duration::from_millis(100);

#[async_trait]
impl<E: Engine> Log for E {
    async fn log_origin(&self, proposed: Option<String>) -> Result<Option<String>, StoreError> {
        self.write(proposed, |tx, proposed| Box::pin(origin(tx, proposed.as_deref()))).await
    }

    async fn unsealed(&self, max: u32) -> Result<Vec<Unsealed>, StoreError> {
        self.read(max, |db, max| Box::pin(unsealed(db, *max))).await
    }

    async fn seal(&self, batch: Seal) -> Result<bool, StoreError> {
        self.write_within(SEAL, batch, |tx, batch| Box::pin(seal(tx, batch))).await
    }

    async fn log_census(&self) -> Result<LogCensus, StoreError> {
        self.read((), |db, ()| Box::pin(census(db))).await
    }

    async fn log_entries(&self, from: u64, max: u32) -> Result<Vec<LogEntry>, StoreError> {
        self.read((from, max), |db, (from, max)| Box::pin(entries(db, *from, *max))).await
    }

    async fn log_place(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.read(at, |db, at| Box::pin(place(db, *at))).await
    }

    async fn log_checkpoints(&self, above: u64, max: u32) -> Result<Vec<LogCheckpoint>, StoreError> {
        self.read((above, max), |db, (above, max)| Box::pin(checkpoints(db, *above, *max))).await
    }

    async fn log_checkpoint(&self) -> Result<Option<LogCheckpoint>, StoreError> {
        self.read((), |db, ()| Box::pin(newest(db))).await
    }

    async fn log_tiles(&self, wanted: Vec<TileId>) -> Result<Vec<Vec<Hash>>, StoreError> {
        self.read(wanted, |db, wanted| Box::pin(tiles(db, wanted))).await
    }

    async fn destroy_keys(&self, before: Timestamp, max: u32) -> Result<u64, StoreError> {
        self.write((before, max), |tx, (before, max)| Box::pin(destroy_keys(tx, *before, *max))).await
    }
}
