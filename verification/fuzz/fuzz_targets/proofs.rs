//! Proofs of the audit log: one of what is true holds, made from the log's own tiles; one that was altered, or is of something
//! else, does not. The tree is hashed a second time here, as RFC 9162 §2.1 defines it.
#![no_main]

use clavero_audit::{
    Hash, leaf_hash,
    proof::{Head, consistency, inclusion, root_around, verify_consistency, verify_inclusion},
    tile::{Growth, node_in, place},
    tree::{Node, cover},
};
use clavero_fuzz::Bytes;
use libfuzzer_sys::fuzz_target;
use sha2::{Digest as _, Sha256};

/// Leaves at most: two tiles and some.
const MOST: u64 = 600;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let shapes = bytes.one();
    let size = 1 + bytes.below(if shapes & 1 == 0 { 20 } else { MOST });
    let leaves: Vec<Hash> = (0..size).map(|number| leaf_hash(&number.to_be_bytes())).collect();
    let tiles = grown(&leaves);
    let hash = |node: Node| -> Result<Hash, ()> { tiles(node).ok_or(()) };
    let (index, old) = (bytes.below(size), 1 + bytes.below(size));
    let (root, old_root) = (tree_hash(&leaves), tree_hash(&leaves[..old as usize]));

    let within = inclusion(index, size, hash).expect("stored").expect("there is such a leaf");
    assert_eq!(within, path(index as usize, &leaves));
    let leaf = leaves[index as usize];
    assert!(verify_inclusion(&leaf, index, size, &within, &root));
    let grows = consistency(old, size, hash).expect("stored").expect("it is the beginning");
    let (from, to) = (Head { size: old, root: old_root }, Head { size, root });
    assert!(verify_consistency(&from, &to, &grows));
    around(&leaves, &mut bytes);

    // Something else than the truth: other numbers, other hashes, more or fewer of them.
    let lie = Lie {
        index: number(&mut bytes, index),
        size: number(&mut bytes, size),
        old: number(&mut bytes, old),
    };
    let (within_lie, grows_lie) = (altered(&within, &mut bytes), altered(&grows, &mut bytes));
    let (leaf_lie, root_lie, old_lie) =
        (flipped(leaf, &mut bytes), flipped(root, &mut bytes), flipped(old_root, &mut bytes));
    if verify_inclusion(&leaf_lie, lie.index, lie.size, &within_lie, &root_lie) {
        // A tree of one leaf has no path: whatever leaf it is, it is its own root.
        let alone = within_lie.is_empty() && leaf_lie == root_lie;
        let true_one = root_lie == root && leaf_lie == leaf && within_lie == within;
        assert!(alone || true_one, "an altered proof holds");
        // Sizes on one path are told apart by the checkpoint that signs size and root together, not by the proof.
        assert!(
            (lie.index, lie.size) == (index, size)
                || path_shape(lie.index, lie.size) == path_shape(index, size)
        );
    }
    let (from_lie, to_lie) = (Head { size: lie.old, root: old_lie }, Head { size: lie.size, root: root_lie });
    // Of two equal trees, whatever they are, the one is the beginning of the other.
    if from_lie != to_lie && (from_lie, to_lie) != (from, to) && (lie.old, lie.size) == (old, size) {
        assert!(!verify_consistency(&from_lie, &to_lie, &grows_lie), "a proof of another tree holds");
    }
});

struct Lie {
    index: u64,
    size: u64,
    old: u64,
}

/// Mostly the true number.
fn number(bytes: &mut Bytes<'_>, truth: u64) -> u64 {
    match bytes.one() {
        0..=127 => truth,
        128..=191 => truth ^ (1 << (bytes.one() % 64)),
        _ => bytes.number(),
    }
}

fn flipped(mut hash: Hash, bytes: &mut Bytes<'_>) -> Hash {
    if bytes.one() & 7 == 7 {
        hash[usize::from(bytes.one()) % 32] ^= bytes.one();
    }
    hash
}

fn altered(proof: &[Hash], bytes: &mut Bytes<'_>) -> Vec<Hash> {
    let mut proof = proof.to_vec();
    let at = |bytes: &mut Bytes<'_>, proof: &[Hash]| bytes.below(proof.len() as u64) as usize;
    match bytes.one() % 8 {
        0 => drop(proof.pop()),
        1 => proof.push([bytes.one(); 32]),
        2 if !proof.is_empty() => {
            let at = at(bytes, &proof);
            proof[at] = flipped(proof[at], bytes);
        }
        3 if !proof.is_empty() => {
            let at = at(bytes, &proof);
            proof.remove(at);
        }
        4 if proof.len() > 1 => {
            let at = at(bytes, &proof);
            proof.swap(0, at);
        }
        5 => proof = bytes.rest().chunks_exact(32).map(|chunk| chunk.try_into().expect("32 bytes")).collect(),
        _ => {}
    }
    proof
}

/// The tiles of a log of these leaves, as the sealer stores them.
fn grown(leaves: &[Hash]) -> impl Fn(Node) -> Option<Hash> {
    let mut growth = Growth::default();
    leaves.iter().for_each(|leaf| growth.push(*leaf));
    assert_eq!((growth.size(), growth.root()), (leaves.len() as u64, tree_hash(leaves)));
    let tiles = growth.take_changed();
    move |node| node_in(tiles.get(&place(node).0)?, node)
}

/// What an auditor does who has the entries of a page and the hashes beside it.
fn around(leaves: &[Hash], bytes: &mut Bytes<'_>) {
    let size = leaves.len() as u64;
    let start = bytes.below(size);
    let end = start + bytes.below(size - start + 1);
    let subtree = |node: &Node| {
        let (width, first) = (1_usize << node.level, (node.index << node.level) as usize);
        tree_hash(&leaves[first..first + width])
    };
    let before: Vec<Hash> = cover(0, start).iter().map(subtree).collect();
    let behind: Vec<Hash> = cover(end, size).iter().map(subtree).collect();
    let entries: Vec<[u8; 8]> = (start..end).map(u64::to_be_bytes).collect();
    let entries = entries.iter().map(<[u8; 8]>::as_slice);
    assert_eq!(root_around(size, (start, &before), entries, &behind), Some(tree_hash(leaves)));
}

/// `MTH(D[n])`.
fn tree_hash(leaves: &[Hash]) -> Hash {
    match leaves {
        [leaf] => *leaf,
        leaves => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            Sha256::new()
                .chain_update([1])
                .chain_update(tree_hash(left))
                .chain_update(tree_hash(right))
                .finalize()
                .into()
        }
    }
}

fn split(leaves: usize) -> usize {
    leaves.div_ceil(2).next_power_of_two()
}

/// `PATH(m, D[n])`.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let at = split(leaves.len());
    let (left, right) = leaves.split_at(at);
    let (mut way, other) = if index < at {
        (path(index, left), tree_hash(right))
    } else {
        (path(index - at, right), tree_hash(left))
    };
    way.push(other);
    way
}

/// On which side the hashes of a path stand, from the leaf up.
fn path_shape(index: u64, size: u64) -> Option<Vec<bool>> {
    if index >= size {
        return None;
    }
    let (mut start, mut end, mut sides) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + (1_u64 << (end - start - 1).ilog2());
        sides.push(index < middle);
        if index < middle { end = middle } else { start = middle }
    }
    sides.reverse();
    Some(sides)
}
