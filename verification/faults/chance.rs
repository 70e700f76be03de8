//! Chance that can be had again: every run prints its seed.

use std::{
    env,
    hash::{BuildHasher as _, RandomState},
    io::Write as _,
};

/// Numbers by `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) struct Chance(u64);

impl Chance {
    /// From `CLAVERO_SEED`, or anew; prints which.
    pub(crate) fn seeded(what: &str) -> Self {
        let given = env::var("CLAVERO_SEED").ok().map(|text| text.parse().expect("CLAVERO_SEED is a number"));
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(what));
        say(&format!("{what}: CLAVERO_SEED={seed}"));
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of 0..`end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// How many, as an environment variable says, or else a number that `scripts/test` has the time for.
pub(crate) fn how_many(variable: &str, ordinary: usize) -> usize {
    env::var(variable).map_or(ordinary, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text}")))
}

/// A figure for whoever runs it by hand.
pub(crate) fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("somebody who reads it");
}
