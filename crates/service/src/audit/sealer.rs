//! The worker that seals.

use std::{path::PathBuf, time::Duration};

use clavero_audit::{
    Checkpoint, leaf_hash,
    proof::Head,
    tile::{Growth, TileId, edge},
};
use clavero_store::{Seal, Unsealed};
use tokio::sync::watch;

use super::{AuditLog, LogError, file, line};

/// How long an entry waits at most while all is well.
const EVERY: Duration = Duration::from_secs(1);
/// Entries that are sealed in one transaction, so that it keeps others waiting for a few milliseconds only.
const BATCH: u32 = 512;
/// How often a checkpoint goes into the file while the log grows; it does at once when the log rests.
const KEEP_EVERY: Duration = Duration::from_mins(1);
/// How often the log's size and root are told while it grows.
const TELL_EVERY: Duration = Duration::from_mins(1);

/// Seals what waits.
///
/// Any number of sealers may run, on any number of nodes: a batch goes in only when the log still has the size that it was
/// made for, and whoever comes second begins again. So no lease has to be kept, and none can be outlived.
pub struct Sealer {
    log: AuditLog,
    /// Where checkpoints are kept outside the database.
    path: PathBuf,
    /// The tree's right edge as of the last batch; read again when it may have changed.
    growth: Option<Growth>,
    told: Option<tokio::time::Instant>,
    /// The newest checkpoint, until it is in the file.
    unkept: Option<String>,
    kept: Option<tokio::time::Instant>,
    halted: bool,
    /// Whether what takes long is done on the thread that asks for it.
    here: bool,
}

impl Sealer {
    /// A sealer of `log` that keeps its checkpoints at `path` as well.
    #[must_use]
    pub const fn new(log: AuditLog, path: PathBuf) -> Self {
        Self { log, path, growth: None, told: None, unkept: None, kept: None, halted: false, here: false }
    }

    /// The same, with ciphers, hashes and the file on the thread that runs it: where there is one thread only, and the order of
    /// what happens must be the same each time.
    #[must_use]
    pub const fn here(mut self) -> Self {
        self.here = true;
        self
    }

    /// Does what takes long where no request waits for it.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        if self.here { Ok(work()) } else { tokio::task::spawn_blocking(work).await }
    }

    /// Seals every second until told to stop, and then what is left.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let full = self.round().await;
            if full && !*stop.borrow() {
                continue;
            }
            tokio::select! {
                biased;
                stopped = stop.wait_for(|stop| *stop) => { drop(stopped); break; }
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        while self.round().await {}
        // With nothing left the last checkpoint goes into the file.
        self.round().await;
    }

    /// Makes sure that the log is not an older one than the one that was signed here.
    pub async fn check(&mut self) -> Result<(), LogError> {
        self.growth = Some(self.load().await?);
        Ok(())
    }

    /// One batch, and what there is to tell of it. Says whether there may be more at once.
    async fn round(&mut self) -> bool {
        let sealed = self.seal().await;
        self.measure().await;
        match sealed {
            Ok(count) => {
                if std::mem::take(&mut self.halted) {
                    tracing::info!("the audit log is sealed again");
                }
                count == BATCH as usize
            }
            Err(error) => {
                self.growth = None;
                // Entries wait and none is lost; said once, and shown all the time.
                if !std::mem::replace(&mut self.halted, true) {
                    tracing::error!(%error, "the audit log is not sealed");
                }
                false
            }
        }
    }

    async fn measure(&self) {
        let halted = if self.halted { 1.0 } else { 0.0 };
        metrics::gauge!("clavero_audit_halted").set(halted);
        let Ok(census) = self.log.store.log_census().await else { return };
        let lag =
            census.oldest.map_or(Duration::ZERO, |oldest| self.log.store.now().saturating_since(oldest));
        metrics::gauge!("clavero_audit_unsealed_seconds").set(lag.as_secs_f64());
        metrics::gauge!("clavero_audit_unsealed").set(as_gauge(census.waiting));
        metrics::gauge!("clavero_audit_size").set(as_gauge(census.sealed));
    }

    /// Seals one batch and answers how many entries it had.
    pub async fn seal(&mut self) -> Result<usize, LogError> {
        let growth = match self.growth.take() {
            Some(growth) => growth,
            None => self.load().await?,
        };
        let waiting = self.log.store.unsealed(BATCH).await?;
        let (Some(first), Some(last)) = (waiting.first(), waiting.last()) else {
            self.growth = Some(growth);
            self.keep(Duration::ZERO).await?;
            return Ok(0);
        };
        let (seqs, count, log) = ((first.seq, last.seq), waiting.len(), self.log.clone());
        // Ciphers and hashes for a few hundred entries: some milliseconds that no request waits for.
        let made = self.aside(move || make(&log, growth, &waiting, seqs)).await;
        let (growth, batch) = made.map_err(|_| LogError::Damaged)??;
        let note = Some(batch.checkpoint.clone());
        if !self.log.store.seal(batch).await? {
            // Somebody else has sealed: begin again with what stands now.
            return Ok(BATCH as usize);
        }
        self.tell(&growth);
        self.growth = Some(growth);
        metrics::counter!("clavero_audit_entries_total").increment(count as u64);
        self.unkept = note;
        self.keep(KEEP_EVERY).await?;
        Ok(count)
    }

    fn tell(&mut self, growth: &Growth) {
        let now = tokio::time::Instant::now();
        if self.told.is_none_or(|told| now.duration_since(told) >= TELL_EVERY) {
            self.told = Some(now);
            let head = Head { size: growth.size(), root: growth.root() };
            let text = Checkpoint { origin: self.log.verifier().name().to_owned(), head }.text();
            let root = text.lines().nth(2).unwrap_or_default();
            tracing::info!(size = growth.size(), root, "audit log sealed");
        }
    }

    /// Adds the newest checkpoint to the file, when the last one was added so long ago.
    async fn keep(&mut self, after: Duration) -> Result<(), LogError> {
        let now = tokio::time::Instant::now();
        if self.kept.is_some_and(|kept| now.duration_since(kept) < after) {
            return Ok(());
        }
        let Some(note) = self.unkept.clone() else { return Ok(()) };
        let path = self.path.clone();
        let kept = self.aside(move || file::append(&path, &note)).await;
        kept.map_err(std::io::Error::other)??;
        (self.unkept, self.kept) = (None, Some(now));
        Ok(())
    }

    /// Reads the tree's right edge, and makes sure that it is the one which was signed, here and in the file.
    async fn load(&mut self) -> Result<Growth, LogError> {
        let newest = self.log.checkpoint().await?;
        let head =
            newest.as_ref().map_or_else(|| Head { size: 0, root: Growth::default().root() }, |at| at.0.head);
        let ids = edge(head.size);
        let tiles = self.log.store.log_tiles(ids.clone()).await?;
        let read = |id: TileId| {
            let found = ids.iter().zip(&tiles).find(|(known, _)| **known == id);
            found.map(|(_, tile)| tile.clone()).ok_or(LogError::Damaged)
        };
        let growth = Growth::load(head.size, read)?.ok_or(LogError::Damaged)?;
        if growth.root() != head.root {
            return Err(LogError::Damaged);
        }
        self.compare(head, newest.map(|at| at.1)).await?;
        Ok(growth)
    }

    /// Goes on only from a log that has what was signed before: one that was cut or restored would fork.
    async fn compare(&mut self, head: Head, newest: Option<String>) -> Result<(), LogError> {
        let verifier = self.log.verifier();
        let notes = file::read(&self.path)?;
        let kept = notes.iter().rev().find_map(|note| Some((note, Checkpoint::open(note, &verifier).ok()?)));
        if let Some((note, kept)) = &kept {
            if kept.head.size > head.size {
                return Err(LogError::Older { size: head.size, signed: kept.head.size });
            }
            if kept.head != head && self.log.consistency(note).await?.is_none() {
                return Err(LogError::Damaged);
            }
        }
        // A crash between the commit and the file's line.
        if kept.is_none_or(|(_, kept)| kept.head.size < head.size) {
            self.unkept = newest;
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge; 2^53 entries are far away")]
const fn as_gauge(count: u64) -> f64 {
    count as f64
}

/// Makes the batch, and the tree as it is after it.
fn make(
    log: &AuditLog,
    mut growth: Growth,
    waiting: &[Unsealed],
    seqs: (i64, i64),
) -> Result<(Growth, Seal), LogError> {
    let size = growth.size();
    let mut entries = Vec::with_capacity(waiting.len());
    for (index, waiting) in (size..).zip(waiting) {
        let entry = line::seal(&log.keys, index, waiting)?;
        growth.push(leaf_hash(entry.line.as_bytes()));
        entries.push(entry);
    }
    let tiles = growth.take_changed().into_iter().collect();
    let head = Head { size: growth.size(), root: growth.root() };
    let checkpoint = Checkpoint::sign(head, &log.signer)?;
    Ok((growth, Seal { size, seqs, entries, tiles, checkpoint }))
}
