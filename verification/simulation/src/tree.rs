//! I14: the log only grows, and each checkpoint is consistent with the one before. Leaves and roots are computed here by the
//! words of RFC 9162 §2.1.1; the proofs are the product's own, out of the tiles that it stored.

use std::collections::{BTreeMap, VecDeque};

use clavero_audit::{
    Checkpoint, Entry, Hash, Node, checkpoint,
    proof::{Head, consistency, verify_consistency},
    tile,
};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use crate::world::{NODES, World};

/// An entry that waits to be sealed, as the statement that read it saw it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) at: i64,
    pub(crate) act: String,
    pub(crate) refusal: Option<String>,
}

/// What is known of the log's tree.
#[derive(Default)]
pub(crate) struct Tree {
    /// Of all sealed entries, as they were when they were sealed.
    leaves: Vec<Hash>,
    /// Whole subtrees at the right edge, with their levels.
    edge: Vec<(u8, Hash)>,
    /// The roots that were signed, by size.
    roots: BTreeMap<u64, Hash>,
    newest: Option<(Head, String)>,
    waiting: VecDeque<Waiting>,
}

fn leaf(line: &str) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line.as_bytes()).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Tree {
    /// An entry was written.
    pub(crate) fn wait(&mut self, entry: Waiting) {
        self.waiting.push_back(entry);
    }

    /// Looks at what the latest batch has sealed.
    pub(crate) fn look(&mut self, db: &Connection, world: &World) -> rusqlite::Result<()> {
        let newest = db
            .prepare_cached("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")?
            .query_row([], |row| row.get::<_, String>(0))
            .optional()?;
        let before = self.newest.as_ref();
        if newest.as_ref() == before.map(|(_, note)| note) {
            return Ok(());
        }
        let read = newest.and_then(|note| Some((world.open_checkpoint(&note)?, note)));
        let Some((head, note)) = read else {
            world.violation(format_args!("I14: the newest checkpoint is gone, or nobody signed it"));
            return Ok(());
        };
        let before = before.map(|(head, _)| *head);
        world.event(format_args!("sealed up to {}", head.size));
        self.grow(db, world, head.size)?;
        if self.root() != head.root {
            world.violation(format_args!("I14: the root of {} entries is not the one signed", head.size));
        }
        if let Some(before) = before {
            self.compare(db, world, (&before, &head))?;
        }
        self.roots.insert(head.size, head.root);
        self.newest = Some((head, note));
        Ok(())
    }

    /// The entries that came to the log are those that waited, in their order.
    fn grow(&mut self, db: &Connection, world: &World, size: u64) -> rusqlite::Result<()> {
        let mut statement =
            db.prepare_cached("SELECT place, line FROM audit_entry WHERE place >= ?1 ORDER BY place")?;
        let mut rows = statement.query([column(self.leaves.len() as u64)])?;
        while let Some(row) = rows.next()? {
            let (place, line): (i64, String) = (row.get(0)?, row.get(1)?);
            let entry = Entry::parse(&line).ok();
            let told = entry.as_ref().map(|entry| Waiting {
                at: column(entry.time),
                act: entry.act.clone(),
                refusal: entry.refusal.clone(),
            });
            let (waited, here) = (self.waiting.pop_front(), column(self.leaves.len() as u64));
            if place != here || told.is_none() || told != waited {
                world.violation(format_args!("I14: {told:?} was sealed at {place} where {waited:?} waited"));
            }
            self.push(leaf(&line));
        }
        if self.leaves.len() as u64 != size {
            let entries = self.leaves.len();
            world.violation(format_args!("I14: {entries} entries, and a checkpoint of {size}"));
        }
        Ok(())
    }

    fn push(&mut self, leaf: Hash) {
        self.leaves.push(leaf);
        let (mut level, mut hash) = (0, leaf);
        while let Some((left_level, left)) = self.edge.last()
            && *left_level == level
        {
            hash = node(left, &hash);
            level += 1;
            self.edge.pop();
        }
        self.edge.push((level, hash));
    }

    fn root(&self) -> Hash {
        let hashes = self.edge.iter().rev().map(|(_, hash)| *hash);
        hashes.reduce(|right, left| node(&left, &right)).unwrap_or_default()
    }

    /// The older tree is the beginning of the newer one, by a proof from the stored tiles; and one older entry, another each
    /// time, still reads as it did.
    fn compare(&self, db: &Connection, world: &World, heads: (&Head, &Head)) -> rusqlite::Result<()> {
        let (old, new) = heads;
        let proof = consistency(old.size, new.size, |wanted| stored(db, wanted))?;
        if !proof.is_some_and(|proof| verify_consistency(old, new, &proof)) {
            world.violation(format_args!(
                "I14: the log of {} entries is not proven to be the beginning of that of {}",
                old.size, new.size
            ));
        }
        self.read_again(db, world, new.size.wrapping_mul(7_919) % old.size.max(1))?;
        self.read_again(db, world, old.size.saturating_sub(1))
    }

    fn read_again(&self, db: &Connection, world: &World, place: u64) -> rusqlite::Result<()> {
        let line = db
            .prepare_cached("SELECT line FROM audit_entry WHERE place = ?1")?
            .query_row([column(place)], |row| row.get::<_, String>(0))
            .optional()?;
        let known = usize::try_from(place).ok().and_then(|place| self.leaves.get(place));
        if line.as_deref().map(leaf).as_ref() != known {
            world.violation(format_args!("I14: entry {place} is not the one that was sealed"));
        }
        Ok(())
    }

    /// At the end, a while after all was healed: nothing waits, every entry is the one that was sealed, and what is kept
    /// outside the database was signed of this very log.
    pub(crate) fn end(&self, db: &Connection, world: &World) -> rusqlite::Result<()> {
        if !self.waiting.is_empty() {
            world.violation(format_args!("I14: {} entries wait to be sealed", self.waiting.len()));
        }
        for place in 0..self.leaves.len() as u64 {
            self.read_again(db, world, place)?;
        }
        let kept = (0..NODES).map(|place| std::fs::read_to_string(world.checkpoint_file(place)));
        for note in kept.flat_map(|file| checkpoint::notes(&file.unwrap_or_default())) {
            let signed = world.open_checkpoint(&note);
            if signed.is_none_or(|head| self.roots.get(&head.size) != Some(&head.root)) {
                world.violation(format_args!("I14: a checkpoint outside the database is not of this log"));
            }
        }
        Ok(())
    }
}

/// The hash of a whole subtree, out of its tile. One that is not there proves nothing.
fn stored(db: &Connection, wanted: Node) -> rusqlite::Result<Hash> {
    let (id, _) = tile::place(wanted);
    let bytes = db
        .prepare_cached("SELECT hashes FROM audit_tile WHERE level = ?1 AND number = ?2")?
        .query_row(params![id.level, column(id.number)], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    Ok(bytes.and_then(|bytes| tile::node_in(bytes.as_chunks().0, wanted)).unwrap_or_default())
}

impl World {
    /// What a note says, if this log's key has signed it.
    pub(crate) fn open_checkpoint(&self, note: &str) -> Option<Head> {
        Checkpoint::open(note, self.verifier.get()?).ok().map(|checkpoint| checkpoint.head)
    }
}
