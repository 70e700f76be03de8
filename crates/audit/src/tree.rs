//! Merkle tree hashing (RFC 9162 §2.1.1) and the growing of a tree.

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash of the tree.
pub type Hash = [u8; 32];

/// Leads what is hashed for a leaf (RFC 9162 §2.1.1).
const LEAF: [u8; 1] = [0];
/// Leads what is hashed for a node.
const NODE: [u8; 1] = [1];

/// The hash of a leaf: `SHA-256(0x00 || entry)`.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update(LEAF).chain_update(entry).finalize().into()
}

/// The hash of a node: `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(NODE).chain_update(left).chain_update(right).finalize().into()
}

/// The hash of the tree without a leaf: that of no bytes.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// A whole subtree of `2^level` leaves, the first of which is number `index * 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// How many levels above the leaves; at most 63.
    pub level: u8,
    /// Which one of its level, from the left.
    pub index: u64,
}

/// The whole subtrees that `start..end` falls into, from left to right, each as large as can be.
#[must_use]
pub fn cover(start: u64, end: u64) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut at = start;
    while at < end {
        // As large as its place allows, and as what is left allows.
        let fits = (end - at).ilog2();
        let level = at.trailing_zeros().min(fits);
        nodes.push(Node { level: u8::try_from(level).unwrap_or(63), index: at >> level });
        at += 1 << level;
    }
    nodes
}

/// The right edge of a tree: what is needed to add leaves and to know the root, at most 64 hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// Whole subtrees from left to right, with their levels.
    nodes: Vec<(u8, Hash)>,
}

impl Frontier {
    /// The frontier of a tree of `size` leaves whose whole subtrees `hash` knows.
    pub fn load<E>(size: u64, mut hash: impl FnMut(Node) -> Result<Hash, E>) -> Result<Self, E> {
        let nodes = cover(0, size).into_iter().map(|node| Ok((node.level, hash(node)?)));
        Ok(Self { size, nodes: nodes.collect::<Result<_, E>>()? })
    }

    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(0, leaf);
    }

    /// Adds a whole subtree of `2^level` leaves. Nothing happens, and `false` comes back, where none can stand.
    pub fn push_subtree(&mut self, level: u8, hash: Hash) -> bool {
        let Some(leaves) = 1_u64.checked_shl(u32::from(level)) else { return false };
        let Some(size) = self.size.checked_add(leaves) else { return false };
        if !self.size.is_multiple_of(leaves) {
            return false;
        }
        self.size = size;
        let (mut level, mut hash) = (level, hash);
        while let Some((left_level, left)) = self.nodes.last()
            && *left_level == level
        {
            hash = node_hash(left, &hash);
            level += 1;
            self.nodes.pop();
        }
        self.nodes.push((level, hash));
        true
    }

    /// The root of the tree as it is now.
    #[must_use]
    pub fn root(&self) -> Hash {
        let hashes = self.nodes.iter().rev().map(|(_, hash)| *hash);
        hashes.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }
}
