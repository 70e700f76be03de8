//! The world's chance: one seed, and a stream of its own for each who chooses.

use std::time::Duration;

/// `SplitMix64` (Steele, Lea, Flood 2014). It decides who does what and when; it makes no secret.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A stream.
    #[must_use]
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another stream, which does not disturb this one.
    #[must_use]
    pub(crate) fn fork(&self, of: u64) -> Self {
        let mut other = Self(self.0 ^ of.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(other.next())
    }

    /// The next 64 bits.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is not zero.
    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// The same, as an index.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub(crate) const fn permille(&mut self, times: u64) -> bool {
        self.below(1_000) < times
    }

    /// A span up to `longest`.
    pub(crate) fn up_to(&mut self, longest: Duration) -> Duration {
        let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX).max(1);
        Duration::from_micros(self.below(micros))
    }

    /// A span around `mean`, at most twice that.
    pub(crate) fn around(&mut self, mean: Duration) -> Duration {
        self.up_to(mean * 2)
    }

    /// Bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next().to_be_bytes()[0])
    }
}
