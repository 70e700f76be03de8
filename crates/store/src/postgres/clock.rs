//! The server's clock. It decides, for every node alike; what is asked for between two transactions is reckoned from the
//! latest answer by this machine's monotonic time.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use clavero_protocol::Timestamp;

use crate::{Clock, clock::LARGEST_STEP};

/// An answer serves for so long; after it a later one takes its place even where this machine's time has run ahead of it.
const ANCHOR_LASTS: Duration = Duration::from_secs(10);

/// Where the moment of a transaction comes from.
pub(super) enum Time {
    /// The server's clock.
    Server(ServerClock),
    /// A clock of the caller's own.
    Given(Arc<dyn Clock>),
}

impl Time {
    /// The present moment, without asking the server.
    pub(super) fn now(&self) -> Timestamp {
        match self {
            Self::Server(clock) => clock.anchor().expected(),
            Self::Given(clock) => clock.now(),
        }
    }

    pub(super) fn step(&self) -> Option<Duration> {
        match self {
            Self::Server(clock) => clock.anchor().step,
            Self::Given(clock) => clock.step(),
        }
    }
}

/// What the server answered, anchored to monotonic time. A step of more than [`LARGEST_STEP`] is told and not followed until a
/// restart, as with the machine's own clock: also one that comes with another server after a failover.
pub(super) struct ServerClock(Mutex<Anchor>);

struct Anchor {
    server: Timestamp,
    at: Instant,
    step: Option<Duration>,
}

impl Anchor {
    fn expected(&self) -> Timestamp {
        self.server + self.at.elapsed()
    }
}

impl ServerClock {
    pub(super) fn new(server: Timestamp) -> Self {
        Self(Mutex::new(Anchor { server, at: Instant::now(), step: None }))
    }

    fn anchor(&self) -> MutexGuard<'_, Anchor> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an answer of the server, and answers the moment that is to be gone by.
    pub(super) fn follow(&self, server: Timestamp) -> Timestamp {
        let mut anchor = self.anchor();
        let expected = anchor.expected();
        let off = server.saturating_since(expected).max(expected.saturating_since(server));
        if off > LARGEST_STEP {
            if anchor.step.is_none() {
                tracing::error!(
                    seconds = off.as_secs(),
                    "the database's clock stepped; keeping monotonic time until a restart"
                );
            }
            anchor.step = Some(off);
            return expected;
        }
        // An answer is as old as its way here: of two that differ, the one that came sooner is nearer to the truth.
        if server > expected || anchor.at.elapsed() > ANCHOR_LASTS {
            *anchor = Anchor { server, at: Instant::now(), step: None };
        }
        anchor.step = None;
        server
    }
}
