//! Requests that no page of ours sends, told to the operator: the first at once, then once a minute with their number, so that
//! nobody can fill the log with them.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::StatusCode;

/// Between two lines of one kind.
const EVERY: Duration = Duration::from_mins(1);

static OF_OTHER_SITES: Mutex<Tally> = Mutex::new(Tally::NEW);
static IN_FORM: Mutex<Tally> = Mutex::new(Tally::NEW);

/// How many there were since the last line.
struct Tally {
    told: Option<Instant>,
    waiting: u64,
}

impl Tally {
    const NEW: Self = Self { told: None, waiting: 0 };

    /// Counts one. Their number, when it is time for a line.
    fn note(&mut self, now: Instant) -> Option<u64> {
        self.waiting += 1;
        if self.told.is_some_and(|told| now.duration_since(told) < EVERY) {
            return None;
        }
        self.told = Some(now);
        Some(mem::take(&mut self.waiting))
    }
}

fn note(tally: &Mutex<Tally>) -> Option<u64> {
    tally.lock().unwrap_or_else(PoisonError::into_inner).note(Instant::now())
}

/// Another site made a browser send it.
pub(crate) fn of_another_site() {
    if let Some(requests) = note(&OF_OTHER_SITES) {
        tracing::info!(requests, "requests were refused that another site made browsers send");
    }
}

/// By the status of its answer: its form, method, type or length is none that our pages and a program that follows the document send.
pub(crate) fn in_form(status: StatusCode, route: &str) {
    let wrong = matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    if wrong && let Some(requests) = note(&IN_FORM) {
        tracing::info!(requests, status = status.as_u16(), route, "requests were refused for their form");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_told_at_once_and_those_of_a_minute_together() {
        let (mut tally, start) = (Tally::NEW, Instant::now());
        let told: Vec<Option<u64>> =
            [0, 1, 59, 60, 61, 200].map(|seconds| tally.note(start + Duration::from_secs(seconds))).into();
        assert_eq!(told, [Some(1), None, None, Some(3), None, Some(2)]);
    }
}
