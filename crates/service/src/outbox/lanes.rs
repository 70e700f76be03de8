//! How many mails may be on their way at once: in all, and to each domain.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

use crate::mail::{CONNECTIONS, Delivery, Reply};

/// To one domain. A quarter, so that three that stall at once leave room.
const PER_LANE: usize = CONNECTIONS / 4;
/// How long a domain that made mails wait stays narrow, if nothing is heard of it.
const MEMORY: Duration = Duration::from_mins(1);

/// The mails on their way, by the domain they go to.
#[derive(Default)]
pub(super) struct Lanes {
    lanes: HashMap<i64, Lane>,
    in_flight: u32,
}

struct Lane {
    in_flight: usize,
    /// As many as may be. Halved by each time-out, doubled by each answer: a domain that stalls soon holds one
    /// connection and no more.
    width: usize,
    /// The latest time-out.
    stalled_at: Option<Instant>,
}

impl Lane {
    const NEW: Self = Self { in_flight: 0, width: PER_LANE, stalled_at: None };

    const fn room(&self) -> usize {
        self.width.saturating_sub(self.in_flight)
    }

    fn is_ordinary(&self, now: Instant) -> bool {
        self.width == PER_LANE || self.stalled_at.is_none_or(|at| now.duration_since(at) >= MEMORY)
    }
}

impl Lanes {
    /// Those that take no more at present.
    pub(super) fn busy(&self) -> Vec<i64> {
        self.lanes.iter().filter(|(_, lane)| lane.room() == 0).map(|(number, _)| *number).collect()
    }

    /// So many may be taken up, whatever lanes they are of, without one of the lanes growing past its width.
    pub(super) fn room(&self) -> usize {
        let narrowest = self.lanes.values().map(Lane::room).filter(|room| *room > 0).min();
        let in_flight = usize::try_from(self.in_flight).unwrap_or(usize::MAX);
        CONNECTIONS.saturating_sub(in_flight).min(narrowest.unwrap_or(PER_LANE))
    }

    pub(super) const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    pub(super) fn enter(&mut self, number: i64) {
        self.in_flight += 1;
        self.lanes.entry(number).or_insert(Lane::NEW).in_flight += 1;
    }

    /// One has ended; `None` when nothing was heard of the domain.
    pub(super) fn leave(&mut self, number: i64, delivery: Option<Delivery>, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let lane = self.lanes.entry(number).or_insert(Lane::NEW);
        lane.in_flight = lane.in_flight.saturating_sub(1);
        match delivery {
            Some(Delivery::Deferred(Reply::TimeOut)) => {
                lane.width = (lane.width / 2).max(1);
                lane.stalled_at = Some(now);
            }
            Some(Delivery::Accepted | Delivery::Refused(_) | Delivery::Deferred(Reply::Transient)) => {
                lane.width = (lane.width * 2).min(PER_LANE);
            }
            Some(Delivery::Deferred(_)) | None => {}
        }
        self.lanes.retain(|_, lane| lane.in_flight > 0 || !lane.is_ordinary(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: i64 = 7;
    const STALLED: Option<Delivery> = Some(Delivery::Deferred(Reply::TimeOut));

    /// Takes up as many as fit, all of one lane.
    fn fill(lanes: &mut Lanes, number: i64) {
        while !lanes.busy().contains(&number) && lanes.room() > 0 {
            for _ in 0..lanes.room() {
                lanes.enter(number);
            }
        }
    }

    #[test]
    fn no_lane_and_no_sum_of_lanes_grows_past_its_bound() {
        let mut lanes = Lanes::default();
        for number in 0..100 {
            fill(&mut lanes, number);
        }
        assert_eq!(usize::try_from(lanes.in_flight()).unwrap(), CONNECTIONS);
        assert!(lanes.lanes.values().all(|lane| lane.in_flight <= PER_LANE));
        assert_eq!(lanes.room(), 0);
    }

    #[test]
    fn a_full_lane_leaves_room_for_the_others() {
        let mut lanes = Lanes::default();
        fill(&mut lanes, SLOW);
        assert_eq!((lanes.busy(), lanes.room()), (vec![SLOW], PER_LANE));
        lanes.leave(SLOW, Some(Delivery::Accepted), Instant::now());
        assert_eq!((lanes.busy(), lanes.room()), (vec![], 1));
    }

    #[test]
    fn a_domain_that_stalls_is_soon_left_one_connection_until_it_answers_or_is_forgotten() {
        let (mut lanes, now) = (Lanes::default(), Instant::now());
        fill(&mut lanes, SLOW);
        for _ in 0..PER_LANE {
            lanes.leave(SLOW, STALLED, now);
        }
        lanes.enter(SLOW);
        assert_eq!(lanes.busy(), [SLOW]);
        lanes.leave(SLOW, Some(Delivery::Accepted), now);
        assert_eq!(lanes.room(), 2);
        lanes.enter(SLOW);
        lanes.leave(SLOW, None, now + MEMORY);
        assert_eq!((lanes.lanes.len(), lanes.room()), (0, PER_LANE));
    }
}
