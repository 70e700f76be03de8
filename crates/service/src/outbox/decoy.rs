//! What a decoy's mail takes: as long as real ones take, and as often put off.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::mail::{Delivery, Reply, Transport};

/// Real hand-overs that are remembered.
const KEPT: usize = 64;
/// Older ones say nothing of the relay's present mood.
const FRESH: Duration = Duration::from_mins(5);

/// The latest real hand-overs. A flow tells when the mail server took its mail; a decoy whose "mail" was taken at once, or
/// while the mail server was down, would be told apart by that alone.
#[derive(Default)]
pub(super) struct Mirror {
    seen: Mutex<VecDeque<Seen>>,
}

#[derive(Clone, Copy)]
struct Seen {
    at: Instant,
    took: Duration,
    delivery: Delivery,
}

impl Seen {
    /// It says nothing of one recipient and all of the relay.
    const fn is_of_everyone(&self) -> bool {
        matches!(self.delivery, Delivery::Deferred(Reply::Relay | Reply::Connection | Reply::TimeOut))
    }
}

impl Mirror {
    /// Remembers what a real one took.
    pub(super) fn note(&self, took: Duration, delivery: Delivery) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() == KEPT {
            seen.pop_front();
        }
        seen.push_back(Seen { at: Instant::now(), took, delivery });
    }

    /// Does what one of the latest real ones did: which one, `chance` says. Where there was none, or the latest met a relay that takes nothing from
    /// anyone, asks the mail server how it is now.
    pub(super) async fn pretend(&self, transport: &dyn Transport, chance: u32) -> Delivery {
        match self.choose(Instant::now(), chance) {
            Some(Seen { took, delivery, .. }) => {
                tokio::time::sleep(took).await;
                // A refusal is a real mailbox's own; its decoy twin is one that exists.
                if matches!(delivery, Delivery::Refused(_)) { Delivery::Accepted } else { delivery }
            }
            None if transport.probe().await => Delivery::Accepted,
            None => Delivery::Deferred(Reply::Connection),
        }
    }

    fn choose(&self, now: Instant, chance: u32) -> Option<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.back().is_some_and(Seen::is_of_everyone) {
            return None;
        }
        let is_alike = |seen: &&Seen| now.duration_since(seen.at) < FRESH && !seen.is_of_everyone();
        let fresh: Vec<&Seen> = seen.iter().filter(is_alike).collect();
        let place = usize::try_from(chance).unwrap_or(0).checked_rem(fresh.len())?;
        fresh.get(place).map(|seen| **seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mail server that is up or down.
    struct Relay(bool);

    #[async_trait::async_trait]
    impl Transport for Relay {
        async fn deliver(&self, _: &clavero_protocol::EmailAddress, _: &[u8]) -> Delivery {
            unreachable!("a decoy's mail goes nowhere")
        }
        async fn probe(&self) -> bool {
            self.0
        }
    }

    const UP: Relay = Relay(true);
    const DOWN: Relay = Relay(false);
    const WAITS: Delivery = Delivery::Deferred(Reply::Connection);

    #[tokio::test]
    async fn a_decoy_takes_as_long_as_real_ones_and_is_put_off_as_they_are() {
        let (took, began) = (Duration::from_millis(20), Instant::now());
        let mirror = Mirror::default();
        mirror.note(took, Delivery::Refused(Reply::Recipient));
        assert_eq!(mirror.pretend(&DOWN, 1).await, Delivery::Accepted);
        assert!(began.elapsed() >= took);
        let greylisted = Delivery::Deferred(Reply::Transient);
        for _ in 0..KEPT {
            mirror.note(Duration::ZERO, greylisted);
        }
        assert_eq!(mirror.pretend(&DOWN, 1).await, greylisted);
    }

    #[tokio::test]
    async fn a_decoy_waits_while_the_relay_takes_nothing_and_no_longer() {
        let mirror = Mirror::default();
        assert_eq!(mirror.pretend(&DOWN, 1).await, WAITS, "nothing was sent yet");
        assert_eq!(mirror.pretend(&UP, 1).await, Delivery::Accepted);
        mirror.note(Duration::ZERO, Delivery::Accepted);
        mirror.note(Duration::ZERO, Delivery::Deferred(Reply::Relay));
        assert_eq!(mirror.pretend(&DOWN, 1).await, WAITS);
        assert_eq!(mirror.pretend(&UP, 1).await, Delivery::Accepted);
        mirror.note(Duration::ZERO, Delivery::Accepted);
        assert!(mirror.choose(Instant::now(), 1).is_some());
        assert!(mirror.choose(Instant::now() + FRESH, 1).is_none(), "what was long ago says nothing");
    }
}
