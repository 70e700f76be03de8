//! The one place that asks what time it is.

use std::{
    sync::Mutex,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use clavero_protocol::Timestamp;

/// A step of the wall clock larger than this is refused and told, not followed.
pub const LARGEST_STEP: Duration = Duration::from_secs(5);

/// Where `now` comes from. Tests own time by bringing their own.
pub trait Clock: Send + Sync + 'static {
    /// The present moment. Never earlier than one that was answered before.
    fn now(&self) -> Timestamp;

    /// How far the wall clock has stepped away, where it has.
    fn step(&self) -> Option<Duration> {
        None
    }
}

/// What a machine knows of time.
pub trait Machine: Send + Sync + 'static {
    /// What its wall clock shows, which anybody may set.
    fn wall(&self) -> Timestamp;

    /// The time since some moment, at one pace.
    fn monotonic(&self) -> Duration;
}

/// The machine that the program runs on.
pub struct ThisMachine(Instant);

impl Machine for ThisMachine {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn wall(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::EPOCH + since_epoch
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The machine's clock, anchored to monotonic time.
///
/// Slow adjustments are followed. A step of more than [`LARGEST_STEP`] is not: codes would end early, or ended ones
/// live again. Monotonic time goes on from the last good anchor until the process starts anew. Not
/// `max(wall, last)`: after a jump forward and back time would stand still, and codes would never end.
pub struct SystemClock<M = ThisMachine> {
    machine: M,
    anchor: Mutex<Anchor>,
}

struct Anchor {
    wall: Timestamp,
    at: Duration,
    step: Option<Duration>,
}

impl SystemClock {
    /// Anchored to this moment.
    #[must_use]
    pub fn new() -> Self {
        Self::of(ThisMachine(Instant::now()))
    }
}

impl<M: Machine> SystemClock<M> {
    /// The clock of `machine`, anchored to this moment.
    #[must_use]
    pub fn of(machine: M) -> Self {
        let anchor = Anchor { wall: machine.wall(), at: machine.monotonic(), step: None };
        Self { machine, anchor: Mutex::new(anchor) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Machine> Clock for SystemClock<M> {
    fn now(&self) -> Timestamp {
        let mut anchor = self.anchor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let at = self.machine.monotonic();
        let expected = anchor.wall + at.saturating_sub(anchor.at);
        let wall = self.machine.wall();
        let off = wall.saturating_since(expected).max(expected.saturating_since(wall));
        if off > LARGEST_STEP {
            if anchor.step.is_none() {
                tracing::error!(
                    seconds = off.as_secs(),
                    "the wall clock stepped; keeping monotonic time until a restart"
                );
            }
            anchor.step = Some(off);
            return expected;
        }
        anchor.step = None;
        // Followed forwards at once; backwards by standing still, never by going back.
        let now = wall.max(anchor.wall);
        *anchor = Anchor { wall: now, at, step: None };
        now
    }

    fn step(&self) -> Option<Duration> {
        self.now();
        self.anchor.lock().unwrap_or_else(std::sync::PoisonError::into_inner).step
    }
}
