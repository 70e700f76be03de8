//! What was acknowledged to people, kept apart from the database.

use std::collections::BTreeSet;

/// The keys of one employer, by number: 0 is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    /// Those that may be the one: one that was acknowledged, and those of which nobody knows.
    pub(crate) possible: BTreeSet<u32>,
    /// The latest number that was given out.
    pub(crate) latest: u32,
}

/// The journal.
#[derive(Debug)]
pub(crate) struct Journal {
    keys: Vec<Keys>,
    /// Recoveries that were acknowledged as begun.
    pub(crate) begun: u64,
    /// Those that ended in a key, acknowledged.
    pub(crate) recovered: u64,
    /// Guesses that were answered.
    pub(crate) guesses: u64,
    /// Mails that the mail server took.
    pub(crate) mails: u64,
}

impl Journal {
    /// An empty one.
    #[must_use]
    pub(crate) fn new(employers: usize) -> Self {
        Self { keys: vec![Keys::default(); employers], begun: 0, recovered: 0, guesses: 0, mails: 0 }
    }

    /// The keys of one employer.
    #[must_use]
    pub(crate) fn keys(&self, employer: usize) -> Keys {
        self.keys[employer].clone()
    }

    /// A number for a new key.
    pub(crate) fn new_key(&mut self, employer: usize) -> u32 {
        self.keys[employer].latest += 1;
        self.keys[employer].latest
    }

    /// A key that was acknowledged as set: no other one is it.
    pub(crate) fn set(&mut self, employer: usize, key: u32) {
        self.keys[employer].possible = BTreeSet::from([key]);
    }

    /// A key of which nobody knows whether it was set.
    pub(crate) fn maybe(&mut self, employer: usize, key: u32) {
        let keys = &mut self.keys[employer];
        if keys.possible.is_empty() {
            keys.possible.insert(0);
        }
        keys.possible.insert(key);
    }
}
