//! The tamper-evident log: sealing what was done, and proving it.
//!
//! An entry is written with its effect, in one transaction, as a plain row. Within a second the [`Sealer`] moves it into the
//! log: personal data under a key of their own, one canonical line as a leaf of the tree, a signed checkpoint. It is
//! done then and not before, so that a transaction costs one insert and no ciphers, and so that the order of the log is that
//! of the commits. What waits is as plain as the registry's rows beside it, and is overwritten when it is taken out.

pub mod file;
mod line;
mod page;
mod restored;
mod sealer;
#[cfg(test)]
mod tests;
mod verify;

use std::{path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clavero_audit::{
    Checkpoint, CheckpointError, Entry, Hash, Node, NoteError, Personal, Signer, Verifier, proof,
    tile::{self, TileId},
    tree::cover,
};
use clavero_store::{LogEntry, Store, StoreError};
use zeroize::Zeroizing;

pub(crate) use self::{
    line::{EMPLOYER, employer_text},
    restored::text as lost_text,
};
pub use self::{
    page::{LogPage, LogRow, acts},
    restored::Restoration,
    sealer::Sealer,
    verify::{Verdict, Watcher},
};
use crate::KeyRing;

/// What a log's name ends with; before it stands the host of the service.
const NAME: &str = "clavero.audit";

/// Why the log cannot be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key ring gives no key for this log.
    #[error("the key ring gives no key for this log: {0}")]
    Key(#[from] NoteError),
    /// A checkpoint does not hold.
    #[error("a checkpoint does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// What is stored is not what was signed.
    #[error("the log is not the one that was signed; see what `clavero audit verify` says")]
    Damaged,
    /// The log has fewer entries than were signed: the database is an older one.
    #[error("the log has {size} entries and {signed} were signed: the database is an older one")]
    Older {
        /// How many there are.
        size: u64,
        /// How many were signed.
        signed: u64,
    },
    /// The file of checkpoints cannot be used.
    #[error("the file of checkpoints cannot be used: {0}")]
    File(#[from] std::io::Error),
    /// An entry cannot be sealed.
    #[error(transparent)]
    Unsealable(#[from] line::Unsealable),
}

/// The log of one database, with the ring that signs and opens it.
#[derive(Clone)]
pub struct AuditLog {
    store: Arc<dyn Store>,
    keys: Arc<KeyRing>,
    signer: Arc<Signer>,
}

/// Proves that an entry is in the log.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// Its place.
    pub index: u64,
    /// Its line: the leaf.
    pub line: String,
    /// The hashes beside its way to the root.
    pub proof: Vec<Hash>,
    /// The checkpoint that the proof leads to.
    pub checkpoint: String,
}

impl Inclusion {
    /// The proof for a verifier elsewhere, with what the checkpoint is verified with.
    #[must_use]
    pub fn json(&self, vkey: &str) -> serde_json::Value {
        serde_json::json!({
            "kind": "clavero-audit-inclusion", "v": 1, "vkey": vkey, "index": self.index, "entry": self.line,
            "checkpoint": self.checkpoint, "proof": texts(&self.proof),
        })
    }
}

impl Consistency {
    /// The proof for a verifier elsewhere, with the older checkpoint that it starts from.
    #[must_use]
    pub fn json(&self, vkey: &str, old: &str) -> serde_json::Value {
        serde_json::json!({
            "kind": "clavero-audit-consistency", "v": 1, "vkey": vkey, "old": old,
            "checkpoint": self.checkpoint, "proof": texts(&self.proof),
        })
    }
}

/// Hashes in base 64, as checkpoints have them.
#[must_use]
pub fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| BASE64.encode(hash)).collect()
}

/// Proves that an older log is the beginning of today's.
#[derive(Debug, Clone)]
pub struct Consistency {
    /// The hashes.
    pub proof: Vec<Hash>,
    /// Today's checkpoint.
    pub checkpoint: String,
}

/// What lies around a part of the log, so that its lines alone give the root.
#[derive(Debug, Clone)]
pub struct Around {
    /// Of the whole subtrees before it.
    pub before: Vec<Hash>,
    /// Of the whole subtrees behind it.
    pub behind: Vec<Hash>,
}

/// What became of an entry's personal data.
#[derive(Clone, PartialEq, Eq)]
pub enum Opened {
    /// It has none.
    None,
    /// These.
    Personal(Personal),
    /// Their key has been destroyed.
    Destroyed,
    /// They do not open with the key that stands for them.
    Unreadable,
}

/// The name that the log of a service at `host` gets.
#[must_use]
pub fn origin_at(host: &str) -> String {
    format!("{host}/{NAME}")
}

impl AuditLog {
    /// The log of a store, which gets the name `proposed` if it has none. `None` when it still has none.
    pub async fn open(
        store: Arc<dyn Store>,
        keys: Arc<KeyRing>,
        proposed: Option<String>,
    ) -> Result<Option<Self>, LogError> {
        let Some(origin) = store.log_origin(proposed).await? else { return Ok(None) };
        Self::named(store, keys, &origin).map(Some)
    }

    /// The log of a store under a name that comes from elsewhere: from a checkpoint that was kept.
    pub fn named(store: Arc<dyn Store>, keys: Arc<KeyRing>, origin: &str) -> Result<Self, LogError> {
        let seed = Zeroizing::new(keys.index("audit-checkpoint", &[origin.as_bytes()]));
        let signer = Arc::new(Signer::new(origin, &seed)?);
        Ok(Self { store, keys, signer })
    }

    /// What verifies its checkpoints, for anybody who wants to.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        self.signer.verifier()
    }

    /// The store that it lies in.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Today's checkpoint, as it was signed.
    pub async fn checkpoint(&self) -> Result<Option<(Checkpoint, String)>, LogError> {
        let Some(newest) = self.store.log_checkpoint().await? else { return Ok(None) };
        Ok(Some((Checkpoint::open(&newest.note, &self.verifier())?, newest.note)))
    }

    /// The hashes of whole subtrees.
    async fn hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, LogError> {
        let tiles: Vec<TileId> = nodes.iter().map(|node| tile::place(*node).0).collect();
        let tiles = self.store.log_tiles(tiles).await?;
        let hash = |(node, tile): (&Node, &Vec<Hash>)| tile::node_in(tile, *node).ok_or(LogError::Damaged);
        nodes.iter().zip(&tiles).map(hash).collect()
    }

    /// Makes a proof: asks first which hashes it needs, reads those, and puts them in.
    async fn prove(&self, wanted: Proof) -> Result<Option<Vec<Hash>>, LogError> {
        let mut nodes = Vec::new();
        let listed = wanted.make(|node| {
            nodes.push(node);
            Ok::<_, LogError>([0; 32])
        })?;
        if listed.is_none() {
            return Ok(None);
        }
        let mut hashes = self.hashes(&nodes).await?.into_iter();
        wanted.make(|_| hashes.next().ok_or(LogError::Damaged))
    }

    /// Proves entry `index`; `None` when no checkpoint speaks for such an entry.
    pub async fn inclusion(&self, index: u64) -> Result<Option<Inclusion>, LogError> {
        let Some((head, checkpoint)) = self.checkpoint().await? else { return Ok(None) };
        let Some(proof) = self.prove(Proof::Inclusion { index, size: head.head.size }).await? else {
            return Ok(None);
        };
        let entry = self.store.log_entries(index, 1).await?.into_iter().next();
        let entry = entry.filter(|entry| entry.place == index).ok_or(LogError::Damaged)?;
        let leaf = clavero_audit::leaf_hash(entry.line.as_bytes());
        if !proof::verify_inclusion(&leaf, index, head.head.size, &proof, &head.head.root) {
            return Err(LogError::Damaged);
        }
        Ok(Some(Inclusion { index, line: entry.line, proof, checkpoint }))
    }

    /// Proves that the log at `old`, a signed checkpoint, is the beginning of today's.
    pub async fn consistency(&self, old: &str) -> Result<Option<Consistency>, LogError> {
        let old = Checkpoint::open(old, &self.verifier())?;
        let Some((new, checkpoint)) = self.checkpoint().await? else { return Ok(None) };
        let Some(proof) = self.prove(Proof::Consistency { old: old.head.size, new: new.head.size }).await?
        else {
            return Ok(None);
        };
        if !proof::verify_consistency(&old.head, &new.head, &proof) {
            return Err(LogError::Damaged);
        }
        Ok(Some(Consistency { proof, checkpoint }))
    }

    /// What lies around the entries `from..to` of the log with `size` entries.
    pub async fn around(&self, from: u64, to: u64, size: u64) -> Result<Around, LogError> {
        let (before, behind) = (self.hashes(&cover(0, from)).await?, self.hashes(&cover(to, size)).await?);
        Ok(Around { before, behind })
    }

    /// The personal data of an entry, for whoever may see them.
    #[must_use]
    pub fn personal(&self, entry: &LogEntry) -> Opened {
        let Some(sealed) = Entry::parse(&entry.line).ok().and_then(|entry| entry.sealed) else {
            return Opened::None;
        };
        let Some(key) = &entry.key else { return Opened::Destroyed };
        line::open(&self.keys, entry.place, &sealed, key).map_or(Opened::Unreadable, Opened::Personal)
    }

    /// The name of the log in a file of checkpoints, unverified: what to ask the ring for when the database has lost it.
    pub fn name_in(path: &Path) -> Result<Option<String>, LogError> {
        let notes = file::read(path)?;
        let mut names =
            notes.iter().rev().filter_map(|note| Checkpoint::parse(note.split("\n\n").next()?).ok());
        Ok(names.next().map(|checkpoint| checkpoint.origin))
    }
}

/// A proof that is asked for.
#[derive(Clone, Copy)]
enum Proof {
    Inclusion { index: u64, size: u64 },
    Consistency { old: u64, new: u64 },
}

impl Proof {
    fn make<E>(self, hash: impl FnMut(Node) -> Result<Hash, E>) -> Result<Option<Vec<Hash>>, E> {
        match self {
            Self::Inclusion { index, size } => proof::inclusion(index, size, hash),
            Self::Consistency { old, new } => proof::consistency(old, new, hash),
        }
    }
}
