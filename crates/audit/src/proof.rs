//! Inclusion and consistency proofs (RFC 9162 §2.1.3 and §2.1.4).

use crate::tree::{Frontier, Hash, Node, cover, leaf_hash, node_hash};

/// Leaves `start..end` whose hash a proof needs.
type Span = (u64, u64);

/// The largest power of two below `leaves`, which must be at least 2.
const fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// `PATH(index, D[size])` as the spans that it hashes. Nothing when there is no such leaf.
fn inclusion_spans(index: u64, size: u64) -> Option<Vec<Span>> {
    if index >= size {
        return None;
    }
    let (mut start, mut end, mut spans) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            spans.push((middle, end));
            end = middle;
        } else {
            spans.push((start, middle));
            start = middle;
        }
    }
    spans.reverse();
    Some(spans)
}

/// `PROOF(old, D[new])` as the spans that it hashes. Nothing when the old tree is empty or the larger one.
fn consistency_spans(old: u64, new: u64) -> Option<Vec<Span>> {
    if old == 0 || old > new {
        return None;
    }
    let (mut start, mut end, mut spans) = (0, new, Vec::new());
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            spans.push((middle, end));
            end = middle;
        } else {
            spans.push((start, middle));
            start = middle;
        }
    }
    // The old tree as a whole is what the verifier has already.
    if start > 0 {
        spans.push((start, end));
    }
    spans.reverse();
    Some(spans)
}

fn hashes<E>(
    spans: Option<Vec<Span>>,
    hash: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    let Some(spans) = spans else { return Ok(None) };
    let of_span = |(start, end)| {
        let nodes = cover(start, end).into_iter().map(&mut *hash).collect::<Result<Vec<_>, E>>()?;
        // A span starts where a whole subtree could, so its cover only gets smaller to the right.
        Ok(nodes.into_iter().rev().reduce(|right, left| node_hash(&left, &right)).unwrap_or_default())
    };
    spans.into_iter().map(of_span).collect::<Result<Vec<_>, E>>().map(Some)
}

/// Proves that leaf `index` is in the tree of `size` leaves. `None` when there is no such leaf.
pub fn inclusion<E>(
    index: u64,
    size: u64,
    mut hash: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    hashes(inclusion_spans(index, size), &mut hash)
}

/// Proves that the tree of `old` leaves is the beginning of that of `new` leaves. `None` when it cannot be: no leaves, or
/// more of them.
pub fn consistency<E>(
    old: u64,
    new: u64,
    mut hash: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    hashes(consistency_spans(old, new), &mut hash)
}

/// Whether `proof` shows that the leaf with this hash is number `index` of the tree with this size and root (RFC 9162 §2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(step, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// A tree as a checkpoint tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Leaves.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Whether `proof` shows that the old tree is the beginning of the new one (RFC 9162 §2.1.4.2).
#[must_use]
pub fn verify_consistency(old: &Head, new: &Head, proof: &[Hash]) -> bool {
    if old.size == 0 || old.size > new.size {
        return false;
    }
    if old.size == new.size {
        return proof.is_empty() && old.root == new.root;
    }
    // A whole subtree is its own beginning, and need not be sent.
    let led = old.size.is_power_of_two().then_some(old.root);
    let mut steps = led.iter().chain(proof);
    let Some(first) = steps.next() else { return false };
    let (mut place, mut last) = (old.size - 1, new.size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == old.root && new_hash == new.root
}

/// The root of a tree of which only the leaves from `start` on are known, and beside them the hashes of the whole
/// subtrees before ([`cover`]`(0, start)`) and behind them. `None` when the numbers of hashes do not fit the size.
#[must_use]
pub fn root_around<'a>(
    size: u64,
    before: (u64, &[Hash]),
    entries: impl Iterator<Item = &'a [u8]>,
    behind: &[Hash],
) -> Option<Hash> {
    let mut tree = Frontier::default();
    let put = |tree: &mut Frontier, nodes: Vec<Node>, hashes: &[Hash]| {
        let fits = nodes.len() == hashes.len();
        fits && nodes.iter().zip(hashes).all(|(node, hash)| tree.push_subtree(node.level, *hash))
    };
    let (start, hashes) = before;
    let led = put(&mut tree, cover(0, start), hashes);
    entries.for_each(|entry| tree.push(leaf_hash(entry)));
    let rest = cover(tree.size(), size);
    (led && tree.size() <= size && put(&mut tree, rest, behind)).then(|| tree.root())
}
