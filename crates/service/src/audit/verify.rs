//! The examination of the whole log, page by page.

use std::collections::VecDeque;

use clavero_audit::{
    Checkpoint,
    examine::{Census, Examination, Finding},
    proof::Head,
    tile::{TileId, WIDTH},
};
use clavero_store::{LogCheckpoint, LogEntry};

use super::{AuditLog, LogError, Restoration};

/// Entries of a page: as many as one tile has hashes.
const PAGE: u32 = 256;

/// Told how far an examination has come: entries done, and all of them.
pub type Watcher<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// How an examination came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What stands first that does not hold, or the log's head.
    pub outcome: Result<Head, Finding>,
    /// Entries that wait to be sealed.
    pub waiting: u64,
    /// Checkpoints from elsewhere that were compared.
    pub compared: u64,
    /// Notes among those from elsewhere that could not be read: cut off by a crash, or no checkpoints.
    pub unreadable: u64,
    /// The restores that the log tells of, as far as it was examined.
    pub restorations: Vec<Restoration>,
}

impl AuditLog {
    /// Examines everything, and compares it with checkpoints that were kept elsewhere.
    ///
    /// `kept` must have been read before this is called: the log may grow while it is examined, and what was kept may not
    /// come to be ahead of it.
    pub async fn verify(&self, kept: &[String], watch: Watcher<'_>) -> Result<Verdict, LogError> {
        let verifier = self.verifier();
        let opened: Vec<_> = kept.iter().map(|note| (note, Checkpoint::open(note, &verifier))).collect();
        let heads: Vec<Head> = opened.iter().filter_map(|(_, at)| Some(at.as_ref().ok()?.head)).collect();
        let forged = opened.iter().find_map(|(note, opened)| {
            // A note that was cut off has no text that could be anybody's; a whole one by another key is a finding.
            let text = note.split_once("\n\n").and_then(|(text, _)| Checkpoint::parse(text).ok())?;
            opened.as_ref().err().map(|error| Finding::Checkpoint { size: text.head.size, error: *error })
        });
        let compared = heads.len() as u64;
        let unreadable = (kept.len() - heads.len()) as u64;
        let mut examined = Examined { log: Examination::new(verifier, heads), restorations: Vec::new() };
        let outcome = match forged {
            Some(finding) => Err(finding),
            None => self.examine(&mut examined, watch).await?,
        };
        let waiting = self.store.log_census().await?.waiting;
        Ok(Verdict { outcome, waiting, compared, unreadable, restorations: examined.restorations })
    }

    async fn examine(
        &self,
        examined: &mut Examined,
        watch: Watcher<'_>,
    ) -> Result<Result<Head, Finding>, LogError> {
        let mut checkpoints = VecDeque::new();
        loop {
            let census = self.store.log_census().await?;
            let examination = &mut examined.log;
            let size = examination.head().size;
            watch(size, census.sealed.max(size));
            if size >= census.sealed {
                if let Err(finding) = self.compare_tiles(examination, true).await? {
                    return Ok(Err(finding));
                }
                let Some(census) = self.settled(size).await? else { continue };
                return Ok(examination.end(census));
            }
            let end = (size / WIDTH + 1) * WIDTH;
            let entries = self.store.log_entries(size, PAGE).await?;
            let entries = entries.into_iter().filter(|entry| entry.place < end.min(census.sealed));
            let entries: Vec<LogEntry> = entries.collect();
            if checkpoints.is_empty() {
                checkpoints.extend(self.store.log_checkpoints(size, PAGE).await?);
            }
            let page = Page { entries, whole: end.min(census.sealed), signed: census.sealed };
            if let Err(finding) = self.page(examined, &page, &mut checkpoints).await? {
                return Ok(Err(finding));
            }
        }
    }

    /// The counts, when the log has not grown past `size` meanwhile.
    async fn settled(&self, size: u64) -> Result<Option<Census>, LogError> {
        let census = self.store.log_census().await?;
        let counts = Census { entries: census.entries, waiting: census.waiting, written: census.written };
        Ok((census.sealed <= size).then_some(counts))
    }

    async fn page(
        &self,
        examined: &mut Examined,
        page: &Page,
        checkpoints: &mut VecDeque<LogCheckpoint>,
    ) -> Result<Result<(), Finding>, LogError> {
        let examination = &mut examined.log;
        let number = examination.head().size / WIDTH;
        let hashes = self.store.log_tiles(vec![TileId { level: 0, number }]).await?.remove(0);
        for entry in &page.entries {
            let within = usize::try_from(entry.place % WIDTH).unwrap_or_default();
            match examination.entry(entry.place, &entry.line, hashes.get(within)) {
                // The column is there to find entries by.
                Ok(read) if read.time != entry.at.as_micros().unsigned_abs() => {
                    return Ok(Err(Finding::Altered { index: entry.place }));
                }
                Ok(read) => {
                    if let Some(restoration) = Restoration::of(&read) {
                        restoration.lost.into_iter().for_each(|lost| examination.forget(lost));
                        examined.restorations.push(restoration);
                    }
                }
                Err(finding) => return self.explain(finding, page.signed).await.map(Err),
            }
            let size = examination.head().size;
            while let Some(next) = checkpoints.pop_front_if(|next| next.size <= size) {
                if next.size == size
                    && let Err(finding) = examination.checkpoint(&next.note)
                {
                    return Ok(Err(finding));
                }
            }
            if checkpoints.is_empty() {
                checkpoints.extend(self.store.log_checkpoints(size, PAGE).await?);
            }
        }
        let size = examination.head().size;
        if size < page.whole {
            return self.explain(Finding::Missing { index: size }, page.signed).await.map(Err);
        }
        self.compare_tiles(examination, false).await
    }

    /// Looks around a place where the wrong entry stands, or none: what has been done there?
    async fn explain(&self, finding: Finding, signed: u64) -> Result<Finding, LogError> {
        let census = self.store.log_census().await?;
        Ok(match finding {
            Finding::Missing { index } if census.entries <= index => {
                Finding::Truncated { size: index, signed }
            }
            Finding::Displaced { index, by } => {
                let there = self.store.log_entries(by, 1).await?.into_iter().find(|entry| entry.place == by);
                match there.map(|entry| clavero_audit::Entry::parse(&entry.line).map(|entry| entry.index)) {
                    Some(Ok(claims)) if claims == index => finding,
                    // It stands at its own place as well: this one only says that it is that one.
                    Some(Ok(claims)) if claims == by => Finding::Altered { index },
                    // All the later ones have moved up into its place.
                    _ if by == index + 1 => Finding::Missing { index },
                    _ => finding,
                }
            }
            other => other,
        })
    }

    /// Whether the tiles that have come whole, and at the end the others, are stored as they must be.
    async fn compare_tiles(
        &self,
        examination: &mut Examination,
        at_end: bool,
    ) -> Result<Result<(), Finding>, LogError> {
        if !at_end && !examination.head().size.is_multiple_of(WIDTH) {
            return Ok(Ok(()));
        }
        let made = examination.tiles();
        let stored = self.store.log_tiles(made.keys().copied().collect()).await?;
        // The log may have grown since: a tile holds what was there, and perhaps more.
        let differs = made.iter().zip(&stored).find(|((_, made), stored)| !stored.starts_with(made));
        Ok(differs.map_or(Ok(()), |((tile, _), _)| Err(Finding::Hashes { tile: *tile })))
    }
}

/// An examination under way, and what the entries tell on the way.
struct Examined {
    log: Examination,
    restorations: Vec<Restoration>,
}

/// A stretch of the log.
struct Page {
    entries: Vec<LogEntry>,
    /// Where it ends when nothing is missing.
    whole: u64,
    /// Entries that the newest checkpoint speaks for.
    signed: u64,
}
