//! What an examination of a whole log finds, and where.

use crate::{
    checkpoint::{Checkpoint, CheckpointError},
    entry::Entry,
    examine::{Census, Examination, Finding, Lost},
    note::{NoteError, Signer},
    proof::Head,
    tile::TileId,
    tree::{Frontier, Hash, leaf_hash},
};

const TILE: TileId = TileId { level: 0, number: 0 };

fn signer(seed: u8) -> Signer {
    Signer::new("clave.example/clavero.audit", &[seed; 32].into()).unwrap()
}

fn line(index: u64, act: &str) -> String {
    let entry = Entry {
        index,
        time: index,
        actor: "visitor".to_owned(),
        actor_id: None,
        act: act.to_owned(),
        recovery: None,
        case: None,
        officer: None,
        refusal: None,
        reason: None,
        form: None,
        sealed: None,
    };
    entry.line()
}

/// A log of six entries as it is stored, with checkpoints of three and of six.
#[derive(Clone)]
struct Stored {
    /// Place, line, and the hash beside it.
    rows: Vec<(u64, String, Hash)>,
    notes: Vec<(u64, String)>,
    kept: Vec<Head>,
    /// What an entry of the log says was lost, and behind how many entries it stands.
    lost: Option<(u64, Lost)>,
    census: Census,
}

impl Stored {
    fn whole() -> Self {
        let row = |index| {
            let line = line(index, "recovery.started");
            let hash = leaf_hash(line.as_bytes());
            (index, line, hash)
        };
        let rows: Vec<_> = (0..6).map(row).collect();
        let census = Census { entries: 6, waiting: 1, written: 7 };
        let mut log = Self { rows, notes: Vec::new(), kept: Vec::new(), lost: None, census };
        log.notes = [3, 6].map(|size| (size, log.note(size, &signer(1)))).to_vec();
        log
    }

    fn head(&self, size: u64) -> Head {
        let mut tree = Frontier::default();
        let first = usize::try_from(size).unwrap();
        self.rows[..first].iter().for_each(|(_, line, _)| tree.push(leaf_hash(line.as_bytes())));
        Head { size, root: tree.root() }
    }

    fn note(&self, size: u64, signer: &Signer) -> String {
        Checkpoint::sign(self.head(size), signer).unwrap()
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Another entry in the place of one; with the hash of either.
    fn altered(self, index: usize, with_its_hash: bool) -> Self {
        self.with(|log| {
            let (place, text, hash) = &mut log.rows[index];
            *text = line(*place, "recovery.never");
            if with_its_hash {
                *hash = leaf_hash(text.as_bytes());
            }
        })
    }

    /// What comes of it, and the tiles that must be stored.
    fn examined(&self) -> (Result<Head, Finding>, Vec<(TileId, usize)>) {
        let mut examination = Examination::new(signer(1).verifier(), self.kept.iter().copied());
        let outcome = self.walk(&mut examination);
        let tiles = examination.tiles().into_iter().map(|(tile, hashes)| (tile, hashes.len())).collect();
        (outcome.and_then(|()| examination.end(self.census)), tiles)
    }

    fn walk(&self, examination: &mut Examination) -> Result<(), Finding> {
        for (place, line, hash) in &self.rows {
            let entry = examination.entry(*place, line, Some(hash))?;
            let size = entry.index + 1;
            assert_eq!(examination.head().size, size);
            if let Some((_, lost)) = self.lost.filter(|(at, _)| *at == size) {
                examination.forget(lost);
            }
            for (_, note) in self.notes.iter().filter(|(at, _)| *at == size) {
                examination.checkpoint(note)?;
            }
        }
        Ok(())
    }

    fn finding(&self) -> Finding {
        self.examined().0.unwrap_err()
    }
}

#[test]
fn a_whole_log_ends_with_its_head_and_the_tiles_that_must_be_stored() {
    let log = Stored::whole();
    let kept = log.clone().with(|log| log.kept = vec![log.head(2), log.head(6)]);
    for log in [log, kept] {
        assert_eq!(log.examined(), (Ok(log.head(6)), vec![(TILE, 6)]));
    }
}

#[test]
fn each_manipulation_is_named_with_its_place() {
    let whole = Stored::whole();
    let broken = |change: fn(&mut Stored)| whole.clone().with(change).finding();
    assert_eq!(whole.clone().altered(4, false).finding(), Finding::Altered { index: 4 });
    assert_eq!(whole.clone().altered(4, true).finding(), Finding::Rewritten { from: 3, to: 6 });
    assert_eq!(whole.clone().altered(1, true).finding(), Finding::Rewritten { from: 0, to: 3 });
    assert_eq!(broken(|log| log.rows[4].1.push(' ')), Finding::Altered { index: 4 });
    assert_eq!(broken(|log| drop(log.rows.remove(2))), Finding::Missing { index: 2 });
    let moved = broken(|log| log.rows[2].1 = line(4, "recovery.started"));
    assert_eq!(moved, Finding::Displaced { index: 2, by: 4 });
    assert_eq!(broken(|log| drop(log.notes.pop())), Finding::Appended { index: 3 });
    assert_eq!(broken(|log| log.census.entries = 7), Finding::Appended { index: 6 });
    assert_eq!(broken(|log| log.census.written = 9), Finding::Vanished { count: 2 });
    let of_another_size = broken(|log| log.notes[1].1 = log.note(5, &signer(1)));
    assert_eq!(of_another_size, Finding::Checkpoint { size: 6, error: CheckpointError::Form });
    let of_another_key = broken(|log| log.notes[1].1 = log.note(6, &signer(2)));
    let error = CheckpointError::Note(NoteError::OtherKey);
    assert_eq!(of_another_key, Finding::Checkpoint { size: 6, error });
}

#[test]
fn a_wrong_hash_beside_a_right_entry_is_no_tile_to_store() {
    let log = Stored::whole().with(|log| log.rows[4].2 = [0; 32]);
    assert_eq!(log.examined(), (Err(Finding::Hashes { tile: TILE }), Vec::new()));
    let later = Stored::whole().with(|log| {
        log.rows =
            (0..300).map(|index| (index, line(index, "x"), leaf_hash(line(index, "x").as_bytes()))).collect();
        log.rows[290].2 = [0; 32];
        log.notes = vec![(300, log.note(300, &signer(1)))];
    });
    assert_eq!(later.finding(), Finding::Hashes { tile: TileId { level: 0, number: 1 } });
}

#[test]
fn what_was_kept_elsewhere_tells_what_the_database_hides() {
    let whole = Stored::whole();
    let root = [9; 32];
    let kept = |size: u64, change: fn(&mut Stored)| {
        whole.clone().with(|log| log.kept = vec![Head { size, root }]).with(change).finding()
    };
    assert_eq!(kept(6, |_| {}), Finding::Rewritten { from: 3, to: 6 });
    assert_eq!(kept(9, |log| log.census.written = 9), Finding::Truncated { size: 6, signed: 9 });
    assert_eq!(kept(9, |log| log.census.written = 8), Finding::Older { size: 6, signed: 9 });
    // What stood out first is told first, whatever comes later.
    assert_eq!(kept(2, |log| drop(log.rows.pop())), Finding::Rewritten { from: 0, to: 2 });
    assert_eq!(kept(2, |log| drop(log.rows.remove(4))), Finding::Rewritten { from: 0, to: 2 });
    assert_eq!(kept(2, |log| log.notes[1].1.clear()), Finding::Rewritten { from: 0, to: 2 });
    // One that holds bounds what was rewritten behind it.
    let held = whole.clone().with(|log| log.kept = vec![log.head(5)]).altered(5, true);
    assert_eq!(held.finding(), Finding::Rewritten { from: 5, to: 6 });
}

#[test]
fn a_restore_explains_the_heads_of_what_it_cut_off_and_no_others() {
    let lost = Lost { from: 3, head: Head { size: 5, root: [9; 32] } };
    let has = |size, root: u8| lost.has(size, &[root; 32]);
    assert_eq!([has(3, 9), has(4, 1), has(5, 9), has(5, 1), has(6, 9)], [false, true, true, false, false]);
    let of = |size: u64, root: u8, at: u64| {
        let log = Stored::whole().with(|log| {
            log.kept = vec![Head { size, root: [root; 32] }];
            log.lost = Some((at, lost));
        });
        log.examined().0.map(|head| head.size)
    };
    for told_at in [4, 6] {
        assert_eq!(of(4, 1, told_at), Ok(6));
        assert_eq!(of(5, 9, told_at), Ok(6));
        assert_eq!(of(5, 1, told_at), Err(Finding::Rewritten { from: 3, to: 5 }));
        assert_eq!(of(3, 9, told_at), Err(Finding::Rewritten { from: 0, to: 3 }));
    }
    let ahead = |root: u8| {
        let log = Stored::whole().with(|log| {
            log.kept = vec![Head { size: 9, root: [root; 32] }];
            log.lost = Some((4, Lost { from: 3, head: Head { size: 9, root: [9; 32] } }));
        });
        log.examined().0.map(|head| head.size)
    };
    assert_eq!(ahead(9), Ok(6));
    assert_eq!(ahead(1), Err(Finding::Older { size: 6, signed: 9 }));
}
