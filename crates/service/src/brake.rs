//! The brake over all codes: past their sum, proof of work for everyone and an alarm, never a stop.
//!
//! One row that every start draws on would make all starts of all nodes wait for one another, each for the other's flush. So
//! the sum is kept in parts. Who draws on which part nobody outside can tell or choose, and all parts together let no more
//! through than the sum.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use clavero_protocol::Rule;
use clavero_store::{Budget, Limit};

use crate::Service;

const DAY: Duration = Duration::from_hours(24);
/// Parts at most, since the ones that are full are remembered as bits.
const MOST: u32 = 32;
/// Codes a day that are worth a part: in smaller ones chance alone would fill one long before the others.
const WORTH_A_PART: u32 = 500;

/// Which parts of the sum were found full.
#[derive(Debug, Default)]
pub(crate) struct Brake(AtomicU32);

/// A part of the sum.
#[derive(Debug)]
pub(crate) struct Part {
    number: u32,
    pub(crate) limit: Limit,
}

impl Service {
    /// The part that flows of this subject draw on.
    pub(crate) fn part_of_all_codes(&self, of: &[u8]) -> Part {
        let sum = self.settings.policy.codes_per_day_total;
        let number = u32::from(self.keys.index("all-codes-part", &[of])[0]) % parts(sum);
        let limit = share(sum, number);
        let key = self.keys.budget(&format!("all-codes-{number}"), &[]);
        Part { number, limit: Limit { key, budget: Budget::Rate(Rule { limit, window: DAY }) } }
    }

    /// Tells the operator when the brake comes on, and when it lets go: once, not at each request.
    pub(crate) fn watch_brake(&self, part: &Part, full: bool) {
        let bit = 1 << part.number;
        let before = if full {
            self.brake.0.fetch_or(bit, Ordering::Relaxed)
        } else {
            self.brake.0.fetch_and(!bit, Ordering::Relaxed)
        };
        let engaged = full || before & !bit != 0;
        if engaged != (before != 0) {
            metrics::gauge!("clavero_codes_brake_engaged").set(if engaged { 1.0 } else { 0.0 });
            if engaged {
                tracing::error!("more codes than recovery.codes_per_day_total; proof of work for everyone");
            } else {
                tracing::warn!("codes are back under recovery.codes_per_day_total");
            }
        }
    }
}

/// Into how many parts a sum falls.
fn parts(sum: u32) -> u32 {
    (sum / WORTH_A_PART).clamp(1, MOST)
}

/// How much of a sum its parts hold: all the same, and the first ones what does not divide.
fn share(sum: u32, part: u32) -> u32 {
    let parts = parts(sum);
    sum / parts + u32::from(part < sum % parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_let_no_more_through_than_the_sum() {
        for sum in [1, 10, 999, 1000, 1001, 15_999, 20_000, u32::MAX] {
            assert_eq!((0..parts(sum)).map(|part| share(sum, part)).sum::<u32>(), sum);
        }
    }

    #[test]
    fn a_small_sum_is_exact_and_a_large_one_in_parts() {
        assert_eq!([0, 10, 999, 1000, 20_000, u32::MAX].map(parts), [1, 1, 1, 2, 32, 32]);
    }
}
