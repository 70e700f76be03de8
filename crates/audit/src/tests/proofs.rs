//! Every proof of every tree verifies; none with a changed byte does.

use proptest::prelude::*;

use super::{mth, node_of, numbered};
use crate::{
    proof::{Head, consistency, inclusion, root_around, verify_consistency, verify_inclusion},
    tree::{Frontier, Hash, cover, leaf_hash},
};

fn head(leaves: &[Vec<u8>]) -> Head {
    Head { size: leaves.len() as u64, root: mth(leaves) }
}

/// A tree's size, and a place in it.
fn place() -> impl Strategy<Value = (u64, u64)> {
    (1_u64..600).prop_flat_map(|size| (Just(size), 0..size))
}

/// One changed byte: which (of all that there are), and by what.
fn flip() -> impl Strategy<Value = (prop::sample::Index, u8)> {
    (any::<prop::sample::Index>(), 1..=u8::MAX)
}

fn flipped(hashes: &[Hash], (at, by): &(prop::sample::Index, u8)) -> Vec<Hash> {
    let mut bytes = hashes.concat();
    let place = at.index(bytes.len());
    bytes[place] ^= by;
    bytes.chunks(32).map(|hash| hash.try_into().unwrap()).collect()
}

#[test]
fn nothing_is_the_beginning_of_a_tree_but_what_has_leaves_and_no_more_than_it() {
    let leaves = numbered(8);
    let (empty, four, eight) = (head(&[]), head(&leaves[..4]), head(&leaves));
    let proof = consistency(4, 8, node_of(&leaves)).unwrap().unwrap();
    assert!(verify_consistency(&four, &eight, &proof));
    for (old, new) in [(&empty, &eight), (&eight, &four)] {
        for proof in [&proof[..], &[new.root], &[]] {
            assert!(!verify_consistency(old, new, proof), "{} to {}", old.size, new.size);
        }
    }
}

#[test]
fn every_proof_of_every_small_tree_verifies() {
    let all = numbered(40);
    for size in 1..=all.len() {
        let leaves = &all[..size];
        let new = head(leaves);
        for index in 0..new.size {
            let proof = inclusion(index, new.size, node_of(leaves)).unwrap().unwrap();
            let leaf = leaf_hash(&leaves[usize::try_from(index).unwrap()]);
            assert!(verify_inclusion(&leaf, index, new.size, &proof, &new.root), "{index} in {size}");
            for other in (0..=new.size).filter(|other| *other != index) {
                assert!(!verify_inclusion(&leaf, other, new.size, &proof, &new.root), "{index} as {other}");
            }
            let old = head(&leaves[..=usize::try_from(index).unwrap()]);
            let proof = consistency(old.size, new.size, node_of(leaves)).unwrap().unwrap();
            assert!(verify_consistency(&old, &new, &proof), "{} to {size}", old.size);
        }
        assert_eq!(inclusion(new.size, new.size, node_of(leaves)), Ok(None));
        assert_eq!(consistency(0, new.size, node_of(leaves)), Ok(None));
        assert_eq!(consistency(new.size + 1, new.size, node_of(leaves)), Ok(None));
    }
}

proptest! {
    #[test]
    fn an_inclusion_proof_holds_for_its_leaf_and_nothing_else((size, index) in place(), change in flip()) {
        let leaves = numbered(size);
        let root = mth(&leaves);
        let proof = inclusion(index, size, node_of(&leaves)).unwrap().unwrap();
        let leaf = leaf_hash(&leaves[usize::try_from(index).unwrap()]);
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root));
        if !proof.is_empty() {
            prop_assert!(!verify_inclusion(&leaf, index, size, &flipped(&proof, &change), &root));
            prop_assert!(!verify_inclusion(&leaf, index, size, &proof[1..], &root));
        }
        prop_assert!(!verify_inclusion(&flipped(&[leaf], &change)[0], index, size, &proof, &root));
        prop_assert!(!verify_inclusion(&leaf, index, size, &proof, &flipped(&[root], &change)[0]));
        let longer = [proof.as_slice(), &[leaf]].concat();
        prop_assert!(!verify_inclusion(&leaf, index, size, &longer, &root));
    }

    #[test]
    fn a_consistency_proof_holds_for_its_trees_and_no_others((size, index) in place(), change in flip()) {
        let leaves = numbered(size);
        let (old, new) = (head(&leaves[..=usize::try_from(index).unwrap()]), head(&leaves));
        let proof = consistency(old.size, size, node_of(&leaves)).unwrap().unwrap();
        prop_assert!(verify_consistency(&old, &new, &proof));
        if !proof.is_empty() {
            prop_assert!(!verify_consistency(&old, &new, &flipped(&proof, &change)));
            prop_assert!(!verify_consistency(&old, &new, &proof[..proof.len() - 1]));
        }
        let other = |head: Head| Head { root: flipped(&[head.root], &change)[0], ..head };
        prop_assert!(!verify_consistency(&other(old), &new, &proof));
        prop_assert!(!verify_consistency(&old, &other(new), &proof));
        prop_assert!(!verify_consistency(&old, &new, &[proof.as_slice(), &[new.root]].concat()));
    }

    #[test]
    fn a_part_of_the_log_gives_the_root_of_the_whole((size, start) in place(), length in 0_u64..600, change in flip()) {
        let leaves = numbered(size);
        let end = size.min(start + length);
        let hashes = |start, end| -> Vec<Hash> {
            cover(start, end).into_iter().map(|node| node_of(&leaves)(node).unwrap()).collect()
        };
        let (before, behind) = (hashes(0, start), hashes(end, size));
        let part = || leaves[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()].iter();
        let around = |before: &[Hash], behind: &[Hash]| {
            root_around(size, (start, before), part().map(Vec::as_slice), behind)
        };
        prop_assert_eq!(around(&before, &behind), Some(mth(&leaves)));
        if !before.is_empty() {
            prop_assert_ne!(around(&flipped(&before, &change), &behind), Some(mth(&leaves)));
            prop_assert_eq!(around(&before[1..], &behind), None);
        }
        if !behind.is_empty() {
            prop_assert_ne!(around(&before, &flipped(&behind, &change)), Some(mth(&leaves)));
            prop_assert_eq!(around(&before, &behind[1..]), None);
        }
    }

    #[test]
    fn a_frontier_takes_a_subtree_only_where_one_can_stand(size in 0_u64..600, level in 0_u8..70) {
        let mut frontier = Frontier::default();
        for leaf in numbered(size) {
            frontier.push(leaf_hash(&leaf));
        }
        let fits = level < 64 && size.is_multiple_of(1_u64 << level) && size.checked_add(1 << level).is_some();
        prop_assert_eq!(frontier.push_subtree(level, [7; 32]), fits);
    }
}
