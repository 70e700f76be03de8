//! Answers that no clock tells apart.

use std::time::Duration;

use clavero_protocol::Mismatch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::Service;

/// Answers that must not tell each other apart leave at multiples of this after their arrival.
const TICK: Duration = Duration::from_millis(25);
/// A mail waits this long for the answer to the request that queued it, which leaves at the next tick: one tick more is for the
/// machine's own delays.
const AFTER_THE_ANSWER: Duration = Duration::from_millis(50);

impl Service {
    /// Does the work, and where an answer must not tell whether the data match, holds it back until the next tick.
    pub(crate) async fn evenly<T>(&self, work: impl Future<Output = T>) -> T {
        match self.settings.policy.mismatch {
            Mismatch::Say => work.await,
            Mismatch::Hide => on_a_tick(work).await,
        }
    }

    /// Where an answer must not tell whether the data match, waits until it has left: a mail that is made and sent meanwhile keeps
    /// the machine awake, and the answer of one kind of start would leave sooner.
    pub(crate) async fn after_the_answer(&self) {
        if self.settings.policy.mismatch == Mismatch::Hide {
            sleep(AFTER_THE_ANSWER).await;
        }
    }
}

async fn on_a_tick<T>(work: impl Future<Output = T>) -> T {
    let arrived = Instant::now();
    let outcome = work.await;
    sleep_until(arrived + tick_after(arrived.elapsed())).await;
    outcome
}

/// The first tick that is not before the work is done, however long that took.
fn tick_after(work: Duration) -> Duration {
    let mut tick = TICK;
    while tick < work {
        tick += TICK;
    }
    tick
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_waits_for_the_tick_after_its_work_however_long_that_took() {
        for (work, answer) in [(0, 25), (3, 25), (25, 25), (30, 50), (61, 75)] {
            assert_eq!(
                tick_after(Duration::from_millis(work)),
                Duration::from_millis(answer),
                "work of {work} ms"
            );
        }
    }
}
