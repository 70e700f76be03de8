//! Tiles: the hashes of a tree in blocks of 256, as in [C2SP tlog-tiles](https://c2sp.org/tlog-tiles).
//!
//! Tile `n` of level `l` holds up to 256 hashes of whole subtrees of `256^l` leaves. A proof in a tree of a billion
//! leaves reads at most a few tiles of each of four levels, and adding a leaf changes one tile, hardly ever two.

use std::collections::BTreeMap;

use crate::tree::{Frontier, Hash, Node, empty_root, node_hash};

/// Levels of the tree in one tile.
pub const HEIGHT: u8 = 8;
/// Hashes of a full tile.
pub const WIDTH: u64 = 1 << HEIGHT;

/// Names a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 holds hashes of leaves, 1 those of 256 leaves each, and so on.
    pub level: u8,
    /// Which one of its level, from the left.
    pub number: u64,
}

/// Where the hash of a whole subtree is made from: a tile, and the range of hashes in it.
#[must_use]
pub fn place(node: Node) -> (TileId, std::ops::Range<usize>) {
    let (level, within) = (node.level / HEIGHT, node.level % HEIGHT);
    let first = node.index << within;
    let start = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
    (TileId { level, number: first / WIDTH }, start..start + (1 << within))
}

/// The hash of a whole subtree out of its tile; `None` when the tile has too few hashes.
#[must_use]
pub fn node_in(tile: &[Hash], node: Node) -> Option<Hash> {
    tile.get(place(node).1).map(fold)
}

/// The hash over as many hashes as a power of two.
fn fold(hashes: &[Hash]) -> Hash {
    let mut hashes = hashes.to_vec();
    while hashes.len() > 1 {
        hashes = hashes.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    hashes.first().copied().unwrap_or_else(empty_root)
}

/// The tiles at the right edge of a tree of `size` leaves that are not full, one for each level at most.
#[must_use]
pub fn edge(size: u64) -> Vec<TileId> {
    let mut tiles = Vec::new();
    let (mut level, mut hashes) = (0, size);
    while hashes > 0 {
        if !hashes.is_multiple_of(WIDTH) {
            tiles.push(TileId { level, number: hashes / WIDTH });
        }
        hashes /= WIDTH;
        level += 1;
    }
    tiles
}

/// A tree that grows, and the tiles that change with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Growth {
    frontier: Frontier,
    /// The unfinished tile of each level; a level that has none is empty.
    edge: Vec<Vec<Hash>>,
    /// Tiles that were filled since the last look.
    full: BTreeMap<TileId, Vec<Hash>>,
    /// Levels, from the leaves up, whose unfinished tile has changed since then.
    touched: u8,
}

impl Growth {
    /// Goes on with a tree of `size` leaves whose tiles `read` gives. A tile that has too few hashes gives `None`.
    pub fn load<E>(
        size: u64,
        mut read: impl FnMut(TileId) -> Result<Vec<Hash>, E>,
    ) -> Result<Option<Self>, E> {
        let mut edges: Vec<Vec<Hash>> = Vec::new();
        for tile in edge(size) {
            edges.resize(usize::from(tile.level) + 1, Vec::new());
            edges[usize::from(tile.level)] = read(tile)?;
        }
        // The frontier's subtrees lie in the unfinished tiles, all of them: a full one counts in the level above.
        let in_edge = |node: Node| {
            let tile = edges.get(usize::from(node.level / HEIGHT)).map_or(&[][..], Vec::as_slice);
            node_in(tile, node).ok_or(())
        };
        let Ok(frontier) = Frontier::load(size, in_edge) else { return Ok(None) };
        let mut hashes = size;
        for edge in &mut edges {
            edge.truncate(usize::try_from(hashes % WIDTH).unwrap_or(0));
            hashes /= WIDTH;
        }
        Ok(Some(Self { frontier, edge: edges, full: BTreeMap::new(), touched: 0 }))
    }

    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (mut number, mut hash) = (self.size(), leaf);
        self.frontier.push(leaf);
        for level in 0.. {
            if self.edge.len() == usize::from(level) {
                self.edge.push(Vec::new());
            }
            let tile = &mut self.edge[usize::from(level)];
            tile.push(hash);
            self.touched = self.touched.max(level + 1);
            if (tile.len() as u64) < WIDTH {
                return;
            }
            hash = fold(tile);
            self.full.insert(TileId { level, number: number / WIDTH }, std::mem::take(tile));
            number /= WIDTH;
        }
    }

    /// The tiles that have changed since this was asked last.
    pub fn take_changed(&mut self) -> BTreeMap<TileId, Vec<Hash>> {
        let mut changed = std::mem::take(&mut self.full);
        let touched = std::mem::take(&mut self.touched);
        let edge = edge(self.size()).into_iter().filter(|tile| tile.level < touched);
        changed.extend(edge.map(|tile| (tile, self.edge[usize::from(tile.level)].clone())));
        changed
    }
}
