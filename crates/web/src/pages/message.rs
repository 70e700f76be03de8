//! A calm page for what cannot be answered otherwise.

use askama::Template;
use std::time::Duration;

use axum::{http::StatusCode, response::Response};
use clavero_protocol::Timestamp;
use clavero_words::{Locale, time, tr_args};

use super::{
    RECOVER,
    layout::{Layout, page},
};
use crate::WebState;

#[derive(Template)]
#[template(path = "message.html")]
struct Message {
    l: Layout,
    text: String,
    /// Where it goes on: the address, and the key of what the button says.
    on: (&'static str, &'static str),
}

/// Where most people go on.
const HOME: (&str, &str) = ("/empleadores", "message-home");

/// The page of `key`: `message-KEY-title` and `message-KEY-text`.
pub(crate) fn message(state: &WebState, locale: Locale, status: StatusCode, key: &str) -> Response {
    message_to(state, locale, status, (key, HOME))
}

/// The same with another way on.
pub(crate) fn message_to(
    state: &WebState,
    locale: Locale,
    status: StatusCode,
    (key, on): (&str, (&'static str, &'static str)),
) -> Response {
    let l = Layout::new(state, locale, &format!("message-{key}"), "");
    let text = l.told(&format!("message-{key}-text"));
    page(status, &Message { l, text, on })
}

/// The page of a spent budget: says when to come back.
pub(crate) fn too_many(state: &WebState, locale: Locale, retry_after: Duration) -> Response {
    wait(state, locale, retry_after, ("too-many", HOME))
}

/// The same for a start: who reads the mailbox has a way on there.
pub(super) fn too_many_starts(state: &WebState, locale: Locale, retry_after: Duration) -> Response {
    wait(state, locale, retry_after, ("recover-too-many", HOME))
}

/// The same for signing in, where recovering the key is the way on.
pub(super) fn too_many_sign_ins(state: &WebState, locale: Locale, retry_after: Duration) -> Response {
    wait(state, locale, retry_after, ("sign-in-too-many", (RECOVER, "message-recover")))
}

fn wait(
    state: &WebState,
    locale: Locale,
    retry_after: Duration,
    (key, on): (&str, (&'static str, &'static str)),
) -> Response {
    let l = Layout::new(state, locale, &format!("message-{key}"), "");
    let now = state.service().store().now();
    // No earlier than it is true: to the next full minute.
    let at = now + retry_after + Duration::from_secs(59);
    let until = from_when(locale, (now, at), &time::minute(at));
    let text = l.with(&format!("message-{key}-text"), "until", &until);
    let response = page(StatusCode::TOO_MANY_REQUESTS, &Message { l, text, on });
    with_retry_after(response, retry_after)
}

/// `las 10:42`, and with its date where that is not today.
fn from_when(locale: Locale, (now, at): (Timestamp, Timestamp), clock: &str) -> String {
    let date = time::date(at);
    if date == time::date(now) {
        tr_args(locale, "from-time", &[("time", clock)])
    } else {
        tr_args(locale, "from-date", &[("time", clock), ("date", &date)])
    }
}

/// The page of a service that has too much to do, or cannot write.
pub(crate) fn unavailable(state: &WebState, locale: Locale) -> Response {
    let response = message(state, locale, StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    with_retry_after(response, Duration::from_secs(5))
}

/// Adds `Retry-After`, rounded up to whole seconds.
pub(crate) fn with_retry_after(mut response: Response, retry_after: Duration) -> Response {
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.max(1).into());
    response
}

/// What is said at a button that was pressed too soon.
pub(super) fn too_soon(state: &WebState, locale: Locale, retry_after: Duration) -> String {
    let now = state.service().store().now();
    // No earlier than it is true: to the next full second.
    let at = now + retry_after + Duration::from_millis(999);
    tr_args(locale, "resend-too-soon", &[("at", &from_when(locale, (now, at), &time::clock(at)))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_again_tomorrow_is_said_with_its_date() {
        let at = |text: &str| time::parse(text).unwrap_or(Timestamp::from_micros(0));
        let now = at("2026-11-21T23:30:00-05:00");
        let said = |text| {
            let then = at(text);
            Locale::ALL.map(|locale| from_when(locale, (now, then), &time::minute(then)))
        };
        assert_eq!(said("2026-11-21T23:45:00-05:00"), ["las 23:45", "23:45"]);
        assert_eq!(said("2026-11-22T06:35:00-05:00"), ["el 22/11/2026 a las 06:35", "06:35 on 22/11/2026"]);
    }
}
