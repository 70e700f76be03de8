//! Points in time as plain numbers. This package never asks what time it is: `now` is always an argument.

use std::{
    fmt,
    ops::{Add, Sub},
    time::Duration,
};

/// A point in time: microseconds since the Unix epoch, UTC.
///
/// Arithmetic saturates, so that a hostile or mistaken duration cannot wrap an end around to the past.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// From microseconds since the Unix epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        let late = Timestamp::from_micros(i64::MAX - 1);
        assert_eq!(late + Duration::from_secs(10), Timestamp::from_micros(i64::MAX));
        assert_eq!(Timestamp::EPOCH.saturating_since(late), Duration::ZERO);
        assert_eq!(Timestamp::from_micros(i64::MIN) - Duration::MAX, Timestamp::from_micros(i64::MIN));
    }

    #[test]
    fn what_lies_between_two_moments_leads_from_one_to_the_other() {
        let (early, span) = (Timestamp::from_micros(-5), Duration::from_micros(1_000_007));
        let late = early + span;
        assert_eq!(late.as_micros(), 1_000_002);
        assert_eq!(late.saturating_since(early), span);
        assert_eq!(late - span, early);
    }
}
