//! Papers that were made lately, by the digest of what is on them, bounded in bytes.

use std::{collections::HashMap, sync::Arc};

use crate::Pdf;

pub(crate) type Digest = [u8; 32];

/// The least lately asked for goes first.
pub(crate) struct Cache {
    capacity: usize,
    bytes: usize,
    /// Counts askings; a paper's highest is its last.
    clock: u64,
    kept: HashMap<Digest, (Pdf, u64)>,
}

impl Cache {
    /// A cache of at most `capacity` bytes of papers. With 0 it keeps nothing.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, bytes: 0, clock: 0, kept: HashMap::new() }
    }

    pub(crate) fn get(&mut self, digest: &Digest) -> Option<Pdf> {
        self.clock += 1;
        let (paper, last) = self.kept.get_mut(digest)?;
        *last = self.clock;
        Some(Arc::clone(paper))
    }

    pub(crate) fn put(&mut self, digest: Digest, paper: &Pdf) {
        if paper.len() > self.capacity {
            return;
        }
        self.clock += 1;
        self.bytes += paper.len();
        if let Some((old, _)) = self.kept.insert(digest, (Arc::clone(paper), self.clock)) {
            self.bytes -= old.len();
        }
        while self.bytes > self.capacity {
            // A few hundred at most: a walk costs less than the order would.
            let Some(oldest) = self.kept.iter().min_by_key(|(_, (_, last))| *last).map(|(digest, _)| *digest)
            else {
                return;
            };
            if let Some((old, _)) = self.kept.remove(&oldest) {
                self.bytes -= old.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(length: usize) -> Pdf {
        Arc::new(vec![0; length].into())
    }

    #[test]
    fn the_paper_asked_for_least_lately_makes_room() {
        let mut cache = Cache::new(100);
        cache.put([1; 32], &paper(40));
        cache.put([2; 32], &paper(40));
        assert!(cache.get(&[1; 32]).is_some());
        cache.put([3; 32], &paper(40));
        assert!(cache.get(&[2; 32]).is_none(), "2 was asked for before 1");
        assert!(cache.get(&[1; 32]).is_some() && cache.get(&[3; 32]).is_some());
    }

    #[test]
    fn bytes_are_counted_and_not_papers() {
        let mut cache = Cache::new(100);
        cache.put([1; 32], &paper(101));
        assert!(cache.get(&[1; 32]).is_none(), "larger than all");
        for number in 0..10 {
            cache.put([number; 32], &paper(10));
        }
        cache.put([0; 32], &paper(10));
        assert!((0..10).all(|number| cache.get(&[number; 32]).is_some()), "the same again takes no room");
        cache.put([99; 32], &paper(95));
        assert!((0..10).all(|number| cache.get(&[number; 32]).is_none()));
        assert_eq!(cache.bytes, 95);
    }

    #[test]
    fn a_cache_without_room_keeps_nothing() {
        let mut cache = Cache::new(0);
        cache.put([1; 32], &paper(1));
        assert!(cache.get(&[1; 32]).is_none());
    }
}
