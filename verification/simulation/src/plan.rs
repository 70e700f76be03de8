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
    /// What is broken on purpose.
    pub broken: Option<String>,
    /// Whether the events are kept as lines.
    pub lines: bool,
}

impl Plan {
    /// How long there is between two recoveries of one employer, on average.
    #[must_use]
    pub const fn rhythm(&self) -> Duration {
        Duration::from_mins(20)
    }
}
