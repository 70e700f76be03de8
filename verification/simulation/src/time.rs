//! Time in the simulation: the runtime's, which is paused and jumps to whatever happens next.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use clavero_protocol::Timestamp;
use clavero_store::Machine;
use tokio::time::Instant;

/// Where every simulation begins: 2027-01-15T08:00:00Z.
const BEGINNING: i64 = 1_800_000_000_000_000;

/// The machine's two clocks: one that runs, and a wall clock that anybody may set.
pub(crate) struct Clocks {
    began: Instant,
    /// How far the wall clock is off, in microseconds.
    off: AtomicI64,
}

impl Clocks {
    /// Two clocks that agree. Within the runtime.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), off: AtomicI64::new(0) }
    }

    /// Time since the beginning.
    #[must_use]
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The moment that it really is.
    #[must_use]
    pub(crate) fn moment(&self) -> Timestamp {
        Timestamp::from_micros(BEGINNING) + self.elapsed()
    }

    /// Sets the wall clock off by so many seconds.
    pub(crate) fn set_off(&self, seconds: i64) {
        self.off.store(seconds * 1_000_000, Ordering::Relaxed);
    }
}

impl Default for Clocks {
    fn default() -> Self {
        Self::new()
    }
}

/// The machine whose clocks these are.
pub(crate) struct SimulatedMachine(pub Arc<Clocks>);

impl Machine for SimulatedMachine {
    fn wall(&self) -> Timestamp {
        Timestamp::from_micros(self.0.moment().as_micros() + self.0.off.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}
