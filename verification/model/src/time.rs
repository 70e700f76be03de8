//! Time as ages. `now` never moves: a tick makes everything else one tick older, and what is older than any rule reaches
//! is all of one age. A decision compares `now` with a moment plus a span and nothing else, so this loses no behaviour
//! and makes endless time finite.

use std::time::Duration;

use clavero_protocol::Timestamp;

/// Three microseconds, so that the protocol's thirds are whole.
const TICK: i64 = 3;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(TICK * 1_000);

/// No rule of any bound looks back so far.
const LONGEST: i64 = 40;

/// Older than anything that matters.
pub(crate) const FAR: Timestamp = Timestamp::from_micros(TICK * (1_000 - LONGEST));

pub(crate) const fn ticks(count: u64) -> Duration {
    Duration::from_micros(count * TICK.unsigned_abs())
}

/// The moment a tick later.
pub(crate) fn older(at: Timestamp) -> Timestamp {
    (at - ticks(1)).max(FAR)
}

/// Ticks since that moment, as a world's name has it.
pub(crate) fn age(at: Timestamp) -> u8 {
    u8::try_from(NOW.saturating_since(at).as_micros() / ticks(1).as_micros()).unwrap_or(u8::MAX)
}

/// The moment of an age.
pub(crate) fn ago(age: u8) -> Timestamp {
    NOW - ticks(u64::from(age))
}

/// The same moment, or [`FAR`] once it is at least `span` ago.
pub(crate) fn within(at: Timestamp, span: Duration) -> Timestamp {
    if at + span <= NOW { FAR } else { at }
}
