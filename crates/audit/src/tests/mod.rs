//! What the log promises, against published vectors and for random trees.

mod examination;
mod forms;
mod proofs;
mod vectors;

use crate::{
    tile::{self, Growth, TileId},
    tree::{Frontier, Hash, Node, leaf_hash, node_hash},
};

/// The hash of leaves `start..end` straight from the definition `MTH` (RFC 9162 §2.1.1): slow, and plainly right.
fn mth(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => crate::tree::empty_root(),
        [leaf] => leaf_hash(leaf),
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            node_hash(&mth(&leaves[..middle]), &mth(&leaves[middle..]))
        }
    }
}

fn node_of(leaves: &[Vec<u8>]) -> impl FnMut(Node) -> Result<Hash, String> + '_ {
    |node| {
        let start = usize::try_from(node.index << node.level).unwrap();
        let end = start + (1 << node.level);
        Ok(mth(leaves.get(start..end).ok_or("asked for leaves that are not there")?))
    }
}

fn numbered(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("entry {number}").into_bytes()).collect()
}

/// Tiles as a store would keep them, by growing in steps.
fn tiles_of(leaves: &[Vec<u8>], step: usize) -> std::collections::BTreeMap<TileId, Vec<Hash>> {
    let mut tiles = std::collections::BTreeMap::new();
    let mut size = 0;
    for batch in leaves.chunks(step) {
        let read = |tile: TileId| tiles.get(&tile).cloned().ok_or(tile);
        let mut growth = Growth::load(size, read).unwrap().unwrap();
        for leaf in batch {
            growth.push(leaf_hash(leaf));
        }
        size = growth.size();
        tiles.extend(growth.take_changed());
    }
    tiles
}

#[test]
fn a_tree_has_one_root_however_it_grows() {
    for count in [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 700] {
        let leaves = numbered(count);
        let mut frontier = Frontier::default();
        for leaf in &leaves {
            frontier.push(leaf_hash(leaf));
        }
        assert_eq!(frontier.root(), mth(&leaves), "{count}");
        for step in [1, 5, 256, 1_000] {
            let tiles = tiles_of(&leaves, step);
            let read = |tile: TileId| tiles.get(&tile).cloned().ok_or(tile);
            let grown = Growth::load(count, read).unwrap().unwrap();
            assert_eq!((grown.size(), grown.root()), (count, mth(&leaves)), "{count} by {step}");
        }
    }
}

#[test]
fn tiles_give_the_hash_of_every_whole_subtree() {
    let mut growth = Growth::default();
    let leaf = |number: u64| leaf_hash(&number.to_be_bytes());
    let count = 256 * 256 + 300;
    (0..count).for_each(|number| growth.push(leaf(number)));
    let tiles = growth.take_changed();
    assert_eq!(tiles.keys().map(|tile| tile.level).max(), Some(2));
    let hash = |node: Node| tile::node_in(&tiles[&tile::place(node).0], node).unwrap();
    for node in [(0, 0), (3, 17), (7, 511), (8, 3), (9, 2), (15, 1), (16, 0), (2, 16_384)] {
        let (level, index) = node;
        let mut made = Frontier::default();
        (index << level..(index + 1) << level).for_each(|number| made.push(leaf(number)));
        assert_eq!(hash(Node { level, index }), made.root(), "{node:?}");
    }
    let frontier = Frontier::load(count, |node| Ok::<_, ()>(hash(node))).unwrap();
    assert_eq!(frontier.root(), growth.root());
}

#[test]
fn a_leaf_changes_the_tiles_above_it_and_no_others() {
    let changed = |size: u64| {
        // Whole tiles, as of a log that has grown meanwhile; which hashes they hold is no matter.
        let read = |_| Ok::<_, ()>(vec![[7; 32]; 256]);
        let mut growth = Growth::load(size, read).unwrap().unwrap();
        growth.push(leaf_hash(b"one more"));
        let changed = growth.take_changed().into_iter();
        changed.map(|(tile, hashes)| (tile.level, tile.number, hashes.len())).collect::<Vec<_>>()
    };
    assert_eq!(changed(300), [(0, 1, 45)]);
    assert_eq!(changed(511), [(0, 1, 256), (1, 0, 2)]);
    assert_eq!(changed(512), [(0, 2, 1)]);
    assert_eq!(changed(2 * 65_536 - 1), [(0, 511, 256), (1, 1, 256), (2, 0, 2)]);
}

#[test]
fn a_tile_that_has_lost_hashes_is_noticed() {
    let leaves = numbered(300);
    let tiles = tiles_of(&leaves, 300);
    let cut = Growth::load(300, |tile| Ok::<_, ()>(tiles[&tile][..tiles[&tile].len() - 1].to_vec()));
    assert_eq!(cut, Ok(None));
}
