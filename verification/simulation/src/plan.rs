//! What a run is asked to do.

use std::time::Duration;

/// One world.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// Batches of the database with faults; then all is healed, and everybody must reach what they want.
    pub steps: u64,
    /// Employers.
    pub employers: usize,
    /// How long an approval rests before the hand-over.
    pub cooling: Duration,
    /// Whether data that match nothing are answered like those that do (`recovery.mismatch = "hide"`).
    pub hide: bool,
    /// What is broken on purpose.
    pub broken: Option<String>,
    /// Whether the events are kept as lines.
    pub lines: bool,
}

impl Plan {
    /// The world of a seed: every third one hides, most let an approval rest for an hour, one in sixteen for three days.
    #[must_use]
    pub const fn of(seed: u64, steps: u64, employers: usize) -> Self {
        let cooling = match seed % 16 {
            9 => Duration::from_hours(72),
            rest if rest % 4 == 0 => Duration::ZERO,
            _ => Duration::from_hours(1),
        };
        Self { seed, steps, employers, cooling, hide: seed % 3 == 2, broken: None, lines: false }
    }

    /// Officers.
    #[must_use]
    pub const fn officers(&self) -> usize {
        5 + self.employers / 25
    }

    /// How long there is between two recoveries of one employer, on average.
    #[must_use]
    pub const fn rhythm(&self) -> Duration {
        Duration::from_mins(20)
    }
}
