//! A calm page for what cannot be answered otherwise.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use clavero_words::Locale;

use super::layout::{Layout, page};
use crate::WebState;

#[derive(Template)]
#[template(path = "message.html")]
struct Message {
    l: Layout,
    text: String,
}

/// The page of `key`: `message-KEY-title` and `message-KEY-text`.
pub(crate) fn message(state: &WebState, locale: Locale, status: StatusCode, key: &str) -> Response {
    let l = Layout::new(state, locale, &format!("message-{key}"), "");
    let text = l.t(&format!("message-{key}-text"));
    page(status, &Message { l, text })
}

/// The page of a spent budget: says when to come back.
pub(crate) fn too_many(state: &WebState, locale: Locale, retry_after: std::time::Duration) -> Response {
    let l = Layout::new(state, locale, "message-too-many", "");
    let until = clavero_words::time::minute(
        state.service().store().now() + retry_after + std::time::Duration::from_secs(59),
    );
    let text = l.with("message-too-many-text", "until", &until);
    let response = page(StatusCode::TOO_MANY_REQUESTS, &Message { l, text });
    with_retry_after(response, retry_after)
}

/// The page of a service that has too much to do, or cannot write.
pub(crate) fn unavailable(state: &WebState, locale: Locale) -> Response {
    let response = message(state, locale, StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    with_retry_after(response, std::time::Duration::from_secs(5))
}

/// Adds `Retry-After`, rounded up to whole seconds.
pub(crate) fn with_retry_after(mut response: Response, retry_after: std::time::Duration) -> Response {
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.max(1).into());
    response
}
