//! Bringing the service back on a database that is an older one: what was secret then is ended, the log says so, and keys that
//! were replaced since are taken out of use.

use std::sync::Arc;

use clavero_audit::{
    Checkpoint,
    examine::{Finding, Lost},
    proof::Head,
};
use clavero_protocol::{EmployerKey, NormalizedPassword};
use clavero_store::{Restore, Restored, Retire, Store, StoreError};

use crate::{
    Hasher, KeyRing, Token,
    audit::{AuditLog, LogError, Watcher, lost_text},
};

/// Seconds of a step of a one-time code (RFC 6238 §4).
const TOTP_STEP: i64 = 30;
/// Keys that one transaction takes out of use.
const AT_ONCE: usize = 500;

/// Why it cannot be brought back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log of the backup is not the beginning of the one that was signed.
    #[error("the log of the backup does not hold")]
    Found(Finding),
    /// Nobody can hash at present.
    #[error("the hashing threads cannot be started")]
    Busy,
}

/// What a restore came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtBack {
    /// What it ended.
    pub ended: Restored,
    /// Entries of the log that the backup has.
    pub entries: u64,
    /// The log that was lost, as far as it is known.
    pub lost: Option<Lost>,
}

/// A key that was replaced, or frozen, in the time that was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplacedKey {
    /// Whose.
    pub employer: EmployerKey,
    /// Whether its owner froze it last.
    pub frozen: bool,
}

/// Ends all that was secret in a database which was brought back.
///
/// `kept` are checkpoints from elsewhere: the newest of them that the backup does not have says what was lost. With `verify`
/// the log of the backup has to hold, and to have what all the others say.
pub async fn bring_back(
    store: &Arc<dyn Store>,
    keys: &Arc<KeyRing>,
    kept: &[String],
    verify: bool,
    watch: Watcher<'_>,
) -> Result<BroughtBack, RestoreError> {
    let log = AuditLog::open(Arc::clone(store), Arc::clone(keys), None).await?;
    let (entries, lost) = match &log {
        Some(log) => lost(log, kept, verify, watch).await?,
        None => (0, None),
    };
    // One step more than the present one is taken, so none up to that may have been used.
    let totp_step = store.now().as_micros() / 1_000_000 / TOTP_STEP + 1;
    let restore = Restore { lost: lost.as_ref().map(lost_text), totp_step };
    Ok(BroughtBack { ended: store.restore(restore).await?, entries, lost })
}

/// How many entries the log has, and what was lost of it.
async fn lost(
    log: &AuditLog,
    kept: &[String],
    verify: bool,
    watch: Watcher<'_>,
) -> Result<(u64, Option<Lost>), RestoreError> {
    let verifier = log.verifier();
    let from = match log.checkpoint().await {
        Ok(newest) => newest.map_or(0, |(checkpoint, _)| checkpoint.head.size),
        Err(error) if verify => return Err(error.into()),
        Err(_) => log.store().log_census().await?.entries,
    };
    let head = |note: &String| Checkpoint::open(note, &verifier).ok().map(|checkpoint| checkpoint.head);
    let mut known = Vec::new();
    if verify {
        let within: Vec<String> =
            kept.iter().filter(|note| head(note).is_none_or(|head| head.size <= from)).cloned().collect();
        let verdict = log.verify(&within, watch).await?;
        verdict.outcome.map_err(RestoreError::Found)?;
        known.extend(verdict.restorations.into_iter().filter_map(|restoration| restoration.lost));
    }
    let is_new = |head: &Head| head.size > from && !known.iter().any(|lost| lost.has(head.size, &head.root));
    let newest = kept.iter().filter_map(head).filter(is_new).max_by_key(|head| head.size);
    Ok((from, newest.map(|head| Lost { from, head })))
}

/// Puts in the place of each key one that nobody knows: its owner recovers a new one, and what was replaced stays so. Answers
/// those of employers that there are.
pub async fn retire_keys(
    store: &Arc<dyn Store>,
    keys: &Arc<KeyRing>,
    replaced: &[ReplacedKey],
) -> Result<Vec<EmployerKey>, RestoreError> {
    if replaced.is_empty() {
        return Ok(Vec::new());
    }
    // Each stands bound to its employer; that nobody knows it is the same for all.
    let nobodys = NormalizedPassword::new(&Token::random().text());
    let phc = Hasher::start(Arc::clone(keys)).hash(nobodys).await.map_err(|_| RestoreError::Busy)?;
    let mut found = Vec::new();
    for batch in replaced.chunks(AT_ONCE) {
        let retire = |replaced: &ReplacedKey| Retire {
            employer: replaced.employer,
            credential: keys.credential(&replaced.employer, phc.clone()),
            frozen: replaced.frozen,
        };
        found.extend(store.retire_keys(batch.iter().map(retire).collect()).await?);
    }
    Ok(found)
}
