//! The examination of a whole log: entry by entry from the first on, against its hashes, its checkpoints, and those that
//! were kept elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    checkpoint::{Checkpoint, CheckpointError},
    entry::Entry,
    note::Verifier,
    proof::Head,
    tile::{Growth, TileId},
    tree::{Hash, leaf_hash},
};

/// What does not hold, and where it is seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The entry is not the one that was signed.
    Altered {
        /// Which.
        index: u64,
    },
    /// Another entry stands in its place.
    Displaced {
        /// Which.
        index: u64,
        /// The one that stands there, as it says itself.
        by: u64,
    },
    /// The entry is not there, though later ones are.
    Missing {
        /// Which.
        index: u64,
    },
    /// No single entry differs from its hash, and yet they are not what was signed: entries and hashes were rewritten
    /// together.
    Rewritten {
        /// The first that may be meant.
        from: u64,
        /// The first that is not meant any more.
        to: u64,
    },
    /// Entries that no checkpoint speaks for.
    Appended {
        /// The first of them.
        index: u64,
    },
    /// The last entries are gone.
    Truncated {
        /// How many there are.
        size: u64,
        /// How many were signed.
        signed: u64,
    },
    /// The whole database is an older one.
    Older {
        /// How many entries there are.
        size: u64,
        /// How many were signed.
        signed: u64,
    },
    /// A checkpoint does not hold.
    Checkpoint {
        /// The number of entries that it stands for.
        size: u64,
        /// Why.
        error: CheckpointError,
    },
    /// The entries are whole; the stored hashes, from which proofs are made, are not.
    Hashes {
        /// Where.
        tile: TileId,
    },
    /// Entries were taken out before they were sealed.
    Vanished {
        /// How many.
        count: u64,
    },
}

/// How much there is, as the store counts it at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Census {
    /// Entries in the log, by the place of the last one.
    pub entries: u64,
    /// Entries that wait to be sealed.
    pub waiting: u64,
    /// Entries that were ever written.
    pub written: u64,
}

/// A part of the log that a restore from a backup has cut off, as an entry of the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Entries that the backup had: those before are still there.
    pub from: u64,
    /// The newest head of the lost log that was known.
    pub head: Head,
}

impl Lost {
    /// Whether a head is one of the log that was lost: by what it says for the newest one, by its size for those before.
    #[must_use]
    pub fn has(&self, size: u64, root: &Hash) -> bool {
        size > self.from && (size < self.head.size || (size == self.head.size && *root == self.head.root))
    }
}

/// An examination under way.
pub struct Examination {
    verifier: Verifier,
    growth: Growth,
    /// Entries up to the last signed tree that held, be its checkpoint from here or from elsewhere.
    held: u64,
    /// Entries up to the last checkpoint from here.
    spoken_for: u64,
    /// The first entry that is not what its stored hash says.
    suspect: Option<u64>,
    /// Heads that were kept elsewhere, by size.
    kept: BTreeMap<u64, BTreeSet<Hash>>,
    /// Those of them that are not of this log, with what that looks like as long as no restore explains it.
    strange: BTreeMap<(u64, Hash), Finding>,
    lost: Vec<Lost>,
}

impl Examination {
    /// Begins; `kept` are the heads of verified checkpoints from elsewhere.
    pub fn new(verifier: Verifier, kept: impl IntoIterator<Item = Head>) -> Self {
        let mut by_size = BTreeMap::<u64, BTreeSet<Hash>>::new();
        for head in kept {
            by_size.entry(head.size).or_default().insert(head.root);
        }
        Self {
            verifier,
            growth: Growth::default(),
            held: 0,
            spoken_for: 0,
            suspect: None,
            kept: by_size,
            strange: BTreeMap::new(),
            lost: Vec::new(),
        }
    }

    /// An entry says that this part of the log was lost: heads of it that were kept are no finding.
    pub fn forget(&mut self, lost: Lost) {
        self.strange.retain(|(size, root), _| !lost.has(*size, root));
        self.lost.push(lost);
    }

    /// What stood out first: a head from elsewhere that nothing explains comes before what was seen later.
    fn first(&self, finding: Finding) -> Finding {
        self.strange.values().next().copied().unwrap_or(finding)
    }

    /// How far it has come, and the root of that.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { size: self.growth.size(), root: self.growth.root() }
    }

    /// The next entry: where it stands, its line, and its hash as it is stored.
    pub fn entry(&mut self, place: u64, line: &str, stored: Option<&Hash>) -> Result<Entry, Finding> {
        self.next(place, line, stored).map_err(|finding| self.first(finding))
    }

    fn next(&mut self, place: u64, line: &str, stored: Option<&Hash>) -> Result<Entry, Finding> {
        let index = self.growth.size();
        if place != index {
            return Err(Finding::Missing { index });
        }
        let hash = leaf_hash(line.as_bytes());
        if stored != Some(&hash) {
            self.suspect.get_or_insert(index);
        }
        let entry = Entry::parse(line).map_err(|_| Finding::Altered { index })?;
        if entry.index != index {
            return Err(Finding::Displaced { index, by: entry.index });
        }
        self.growth.push(hash);
        self.compare();
        Ok(entry)
    }

    /// Compares with what was kept of this size. What differs may be explained by a later entry.
    fn compare(&mut self) {
        let (size, own) = (self.growth.size(), self.growth.root());
        let Some(roots) = self.kept.get(&size) else { return };
        let differs = self.differs();
        for root in roots.iter().filter(|root| **root != own) {
            if !self.lost.iter().any(|lost| lost.has(size, root)) {
                self.strange.insert((size, *root), differs);
            }
        }
        if roots.contains(&own) {
            self.held = size;
        }
    }

    /// What to say of a signed tree that is not this one.
    fn differs(&self) -> Finding {
        match self.suspect {
            Some(index) => Finding::Altered { index },
            None => Finding::Rewritten { from: self.held, to: self.growth.size() },
        }
    }

    /// The checkpoint that stands for as many entries as have come.
    pub fn checkpoint(&mut self, note: &str) -> Result<(), Finding> {
        self.check(note).map_err(|finding| self.first(finding))
    }

    fn check(&mut self, note: &str) -> Result<(), Finding> {
        let size = self.growth.size();
        let opened = Checkpoint::open(note, &self.verifier);
        let checkpoint = opened.map_err(|error| Finding::Checkpoint { size, error })?;
        if checkpoint.head.size != size {
            return Err(Finding::Checkpoint { size, error: CheckpointError::Form });
        }
        if checkpoint.head.root != self.growth.root() {
            return Err(self.differs());
        }
        (self.held, self.spoken_for) = (size, size);
        match self.suspect {
            // The entries are the signed ones: what is wrong is the hash that is stored beside them.
            Some(index) => {
                Err(Finding::Hashes { tile: TileId { level: 0, number: index / crate::tile::WIDTH } })
            }
            None => Ok(()),
        }
    }

    /// The tiles that have come whole, or at the end of the log partly, since this was asked last: as they must be stored.
    /// None as long as an entry differs from its hash: the next checkpoint says which of the two is wrong.
    pub fn tiles(&mut self) -> BTreeMap<TileId, Vec<Hash>> {
        if self.suspect.is_some() { BTreeMap::new() } else { self.growth.take_changed() }
    }

    /// The end: all entries that a checkpoint speaks for have come.
    pub fn end(&self, census: Census) -> Result<Head, Finding> {
        let size = self.growth.size();
        if let Some(finding) = self.strange.values().next() {
            return Err(*finding);
        }
        let ahead = self.kept.iter().rev().take_while(|(signed, _)| **signed > size);
        let mut ahead = ahead.flat_map(|(signed, roots)| roots.iter().map(move |root| (*signed, root)));
        let unexplained = ahead.find(|(signed, root)| !self.lost.iter().any(|lost| lost.has(*signed, root)));
        if let Some((signed, _)) = unexplained {
            let is_older = census.written < signed;
            return Err(if is_older {
                Finding::Older { size, signed }
            } else {
                Finding::Truncated { size, signed }
            });
        }
        if self.spoken_for < size || census.entries > size {
            return Err(Finding::Appended { index: self.spoken_for });
        }
        match census.written.checked_sub(census.entries + census.waiting) {
            Some(count) if count > 0 => Err(Finding::Vanished { count }),
            _ => Ok(self.head()),
        }
    }
}
