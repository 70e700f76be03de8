//! The circuit breaker: an authority that fails is left alone, then tried by one query at a time.

use std::time::{Duration, Instant};

/// Faults without an answer between them before it is left alone. Queries under way at a time all fail together: fewer than
/// those, and one bad moment would do.
const FAULTS: u32 = 5;
/// How long it is left alone first; twice as long after each trial that fails.
const FIRST: Duration = Duration::from_secs(5);
/// At most so long, whatever it asks for: a person waits on the other side.
const LONGEST: Duration = Duration::from_mins(5);

/// What stands now; the time is told to it.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// Since the last answer.
    faults: u32,
    /// Times that it was left alone since the last answer.
    turns: u32,
    /// Left alone until then; after that one trial.
    until: Option<Instant>,
    trial: bool,
}

/// Whether a query may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It may; `trial` has to be given back with its outcome.
    Granted {
        /// On its outcome hangs whether others may.
        trial: bool,
    },
    /// The authority is left alone.
    Refused,
}

impl Breaker {
    /// Whether a query that began now would be refused.
    pub(crate) fn is_open(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until || self.trial)
    }

    /// Whether it has opened and no answer has come since.
    pub(crate) const fn has_opened(&self) -> bool {
        self.until.is_some()
    }

    pub(crate) fn admit(&mut self, now: Instant) -> Admission {
        if self.is_open(now) {
            return Admission::Refused;
        }
        self.trial = self.until.is_some();
        Admission::Granted { trial: self.trial }
    }

    /// An answer came: all is well.
    pub(crate) fn answered(&mut self) {
        *self = Self::default();
    }

    /// None came. `asked` is how long the authority wants to be left alone, `jitter` is between 0 and 1.
    pub(crate) fn failed(&mut self, now: Instant, trial: bool, asked: Option<Duration>, jitter: f64) {
        self.faults = self.faults.saturating_add(1);
        if trial {
            self.trial = false;
        } else if self.until.is_some() || (self.faults < FAULTS && asked.is_none()) {
            // Those that were under way when it opened say nothing new.
            return;
        }
        let pause = (FIRST * 2_u32.saturating_pow(self.turns.min(16))).max(asked.unwrap_or_default());
        self.turns = self.turns.saturating_add(1);
        // Three quarters to five quarters of it.
        self.until = Some(now + pause.min(LONGEST).mul_f64(0.75 + jitter / 2.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRANTED: Admission = Admission::Granted { trial: false };
    const TRIAL: Admission = Admission::Granted { trial: true };
    const SECOND: Duration = Duration::from_secs(1);

    fn fail(breaker: &mut Breaker, now: Instant) {
        let Admission::Granted { trial } = breaker.admit(now) else { panic!("refused") };
        breaker.failed(now, trial, None, 0.5);
    }

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        (0..FAULTS).for_each(|_| fail(&mut breaker, now));
        breaker
    }

    #[test]
    fn it_opens_after_five_faults_in_a_row_and_an_answer_begins_anew() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            (1..FAULTS).for_each(|_| fail(&mut breaker, now));
            assert_eq!(breaker.admit(now), GRANTED);
            breaker.answered();
        }
        (0..FAULTS).for_each(|_| fail(&mut breaker, now));
        assert_eq!(breaker.admit(now), Admission::Refused);
    }

    #[test]
    fn after_a_while_one_trial_goes_and_an_answer_lets_all_the_others() {
        let now = Instant::now();
        let mut breaker = opened(now);
        assert_eq!(breaker.admit(now + 4 * SECOND), Admission::Refused);
        let later = now + 5 * SECOND;
        assert_eq!(breaker.admit(later), TRIAL);
        assert_eq!(breaker.admit(later + 60 * SECOND), Admission::Refused, "one at a time");
        breaker.answered();
        assert_eq!((breaker.admit(later), breaker.admit(later)), (GRANTED, GRANTED));
        assert!(!breaker.has_opened());
    }

    #[test]
    fn each_trial_that_fails_doubles_the_pause_up_to_five_minutes() {
        let mut now = Instant::now();
        let mut breaker = opened(now);
        for seconds in [5, 10, 20, 40, 80, 160, 300, 300, 300] {
            assert!(breaker.is_open(now + (seconds * SECOND).saturating_sub(SECOND / 2)), "{seconds} s");
            now += seconds * SECOND;
            assert!(!breaker.is_open(now), "{seconds} s");
            fail(&mut breaker, now);
        }
        breaker = opened(now);
        assert!(!breaker.is_open(now + 5 * SECOND), "an answer between begins with the first pause again");
    }

    #[test]
    fn nodes_come_back_at_different_moments() {
        let now = Instant::now();
        for (jitter, millis) in [(0.0, 3_750), (0.5, 5_000), (1.0, 6_250)] {
            let mut breaker = Breaker::default();
            (0..FAULTS).for_each(|_| breaker.failed(now, false, None, jitter));
            let end = now + Duration::from_millis(millis);
            assert!(breaker.is_open(end.checked_sub(Duration::from_millis(1)).unwrap()), "{jitter}");
            assert!(!breaker.is_open(end), "{jitter}");
        }
    }

    #[test]
    fn who_asks_to_wait_is_left_alone_at_once_and_not_for_ever() {
        let now = Instant::now();
        for (asked, pause) in [(1, 5), (60, 60), (86_400, 300)] {
            let mut breaker = Breaker::default();
            breaker.failed(now, false, Some(asked * SECOND), 0.5);
            assert!(breaker.is_open(now + (pause * SECOND).saturating_sub(SECOND / 2)), "{asked} s");
            assert!(!breaker.is_open(now + pause * SECOND), "{asked} s");
        }
    }

    #[test]
    fn what_was_under_way_when_it_opened_does_not_lengthen_the_pause() {
        let now = Instant::now();
        let mut breaker = opened(now);
        (0..8).for_each(|_| breaker.failed(now + 3 * SECOND, false, None, 0.5));
        assert_eq!(breaker.admit(now + 5 * SECOND), TRIAL);
    }
}
