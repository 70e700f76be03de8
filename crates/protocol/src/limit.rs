//! Budgets as pure arithmetic: how often something may happen, and when it may again.
//!
//! Two kinds. A [`SlidingLog`] is exact: never more than `limit` events in *any* span of `window`. It carries the
//! promises with arithmetic behind them (codes and guesses per employer). A [`Gcra`] is one number, cheap enough
//! for a row per client address, and may let a burst through twice around a window's edge.

use std::time::Duration;

use crate::time::Timestamp;

/// At most `limit` events in any span of `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Events allowed; zero turns the rule off.
    pub limit: u32,
    /// The span in which they are allowed.
    pub window: Duration,
}

/// A refusal by a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// The earliest moment at which the same event would be allowed.
    pub retry_at: Timestamp,
}

/// The times of the latest events, oldest first, as far back as the longest window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SlidingLog(Vec<Timestamp>);

impl SlidingLog {
    /// From stored times, in any order.
    #[must_use]
    pub fn from_times(mut times: Vec<Timestamp>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The times, oldest first.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        &self.0
    }

    /// Records an event at `now`, unless one of the rules is full.
    ///
    /// Events dated after `now` (the clock was set back) count as if they were of now: a step of the clock never
    /// gives budget back.
    pub fn take(&self, rules: &[Rule], now: Timestamp) -> Result<Self, Exceeded> {
        let mut retry_at = None;
        for rule in rules.iter().filter(|rule| rule.limit > 0) {
            let limit = rule.limit as usize;
            let recent = self.0.iter().filter(|at| **at + rule.window > now).count();
            if recent >= limit {
                // The event whose leaving brings the count under the limit.
                let leaves = self.0[self.0.len() - limit] + rule.window;
                retry_at = retry_at.max(Some(leaves));
            }
        }
        if let Some(retry_at) = retry_at {
            return Err(Exceeded { retry_at });
        }
        let longest = rules.iter().map(|rule| rule.window).max().unwrap_or_default();
        let mut times: Vec<_> = self.0.iter().copied().filter(|at| *at + longest > now).collect();
        let at = times.last().map_or(now, |last| now.max(*last));
        times.push(at);
        Ok(Self(times))
    }
}

/// Generic cell rate algorithm (ITU-T I.371): the theoretical arrival time is its whole state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gcra {
    /// Theoretical arrival time of the next event.
    pub tat: Timestamp,
}

impl Gcra {
    /// Whether one more event would be allowed now, without recording it.
    pub fn peek(state: Option<Self>, rule: Rule, now: Timestamp) -> Result<(), Exceeded> {
        Self::take(state, rule, now).map(|_| ())
    }

    /// Records an event at `now`, unless `rule.limit` events stand within `rule.window` already.
    pub fn take(state: Option<Self>, rule: Rule, now: Timestamp) -> Result<Self, Exceeded> {
        if rule.limit == 0 {
            return Ok(Self { tat: now });
        }
        let interval = rule.window / rule.limit;
        let tat = state.map_or(now, |state| state.tat.max(now));
        let earliest = tat + interval - rule.window;
        if earliest > now {
            return Err(Exceeded { retry_at: earliest });
        }
        Ok(Self { tat: tat + interval })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn rule(limit: u32, seconds: u64) -> Rule {
        Rule { limit, window: Duration::from_secs(seconds) }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_log_names_the_moment_at_which_it_would_allow_again() {
        let rules = [rule(3, 900), rule(10, 86_400)];
        let mut log = SlidingLog::default();
        for second in [0, 60, 120] {
            log = log.take(&rules, at(second)).unwrap();
        }
        assert_eq!(log.take(&rules, at(899)), Err(Exceeded { retry_at: at(900) }));
        assert!(log.take(&rules, at(900)).is_ok());
    }

    #[test]
    fn a_stored_log_goes_on_where_it_stood() {
        let stored = SlidingLog::from_times(vec![at(20), at(10)]);
        assert_eq!(stored.times(), [at(10), at(20)]);
        assert_eq!(stored.take(&[rule(2, 60)], at(30)), Err(Exceeded { retry_at: at(70) }));
    }

    #[test]
    fn the_log_forgets_what_no_rule_counts_any_more() {
        let rules = [rule(3, 60), rule(10, 900)];
        let log = SlidingLog::default().take(&rules, at(0)).unwrap();
        assert_eq!(log.take(&rules, at(899)).unwrap().times(), [at(0), at(899)]);
        assert_eq!(log.take(&rules, at(900)).unwrap().times(), [at(900)]);
    }

    #[test]
    fn a_rule_of_zero_is_off() {
        let rules = [rule(0, 60)];
        let log = SlidingLog::default().take(&rules, at(0)).unwrap();
        assert!(log.take(&rules, at(0)).is_ok());
        let state = Gcra::take(None, rule(0, 60), at(0)).unwrap();
        assert!(Gcra::take(Some(state), rule(0, 60), at(0)).is_ok());
    }

    #[test]
    fn setting_the_clock_back_gives_nothing_back() {
        let rules = [rule(1, 60)];
        let log = SlidingLog::default().take(&rules, at(1_000)).unwrap();
        assert_eq!(log.take(&rules, at(10)), Err(Exceeded { retry_at: at(1_060) }));
    }

    #[test]
    fn gcra_allows_its_burst_and_then_one_an_interval() {
        let rule = rule(10, 600);
        let mut state = None;
        for _ in 0..10 {
            state = Some(Gcra::take(state, rule, at(0)).unwrap());
        }
        assert_eq!(Gcra::take(state, rule, at(59)), Err(Exceeded { retry_at: at(60) }));
        assert_eq!(Gcra::peek(state, rule, at(59)), Err(Exceeded { retry_at: at(60) }));
        assert_eq!(Gcra::peek(state, rule, at(60)), Ok(()));
        assert!(Gcra::take(state, rule, at(60)).is_ok());
    }

    proptest! {
        /// Whatever the arrival pattern, no span of the window ever holds more than the limit, and a refusal's
        /// `retry_at` is a moment at which the event is allowed.
        #[test]
        fn the_log_never_lets_more_than_the_limit_into_any_window(
            steps in prop::collection::vec(0_i64..400, 1..200),
        ) {
            let rules = [rule(3, 900), rule(10, 5_000)];
            let mut log = SlidingLog::default();
            let mut now = 0;
            let mut taken: Vec<i64> = Vec::new();
            for step in steps {
                now += step;
                match log.take(&rules, at(now)) {
                    Ok(next) => { log = next; taken.push(now); }
                    Err(refused) => {
                        prop_assert!(refused.retry_at > at(now));
                        prop_assert!(log.take(&rules, refused.retry_at).is_ok());
                    }
                }
            }
            for rule in rules {
                let window = i64::try_from(rule.window.as_secs()).unwrap();
                for start in &taken {
                    let inside = taken.iter().filter(|t| **t >= *start && **t < *start + window).count();
                    prop_assert!(inside <= rule.limit as usize);
                }
            }
        }
    }
}
