//! Work before going on: the browser does it alone; without JavaScript a short wait stands in for it.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use clavero_service::Challenge;
use clavero_words::Locale;

use super::{
    forms::IdentifierForm,
    layout::{Layout, page},
    message::with_retry_after,
};
use crate::WebState;

#[derive(Template)]
#[template(path = "proof.html")]
struct Proof<'a> {
    l: Layout,
    lead: String,
    action: &'static str,
    task: String,
    ticket: &'a str,
    wait: String,
    form: &'a IdentifierForm,
}

/// The page that stands between a form and its answer, and sends the form again.
pub(super) fn page_for(
    state: &WebState,
    locale: Locale,
    action: &'static str,
    challenge: &Challenge,
    form: &IdentifierForm,
) -> Response {
    let mut l = Layout::new(state, locale, "proof", action).under_employers();
    l.refresh = None;
    let task = serde_json::json!({
        "algorithm": challenge.algorithm, "challenge": challenge.challenge, "maxnumber": challenge.maxnumber,
        "salt": challenge.salt, "signature": challenge.signature,
    });
    let wait = l.with("proof-wait", "seconds", &challenge.wait_seconds.to_string());
    let lead = l.t(if challenge.for_everyone { "proof-lead-everyone" } else { "proof-lead" });
    let template = Proof { l, lead, action, task: task.to_string(), ticket: &challenge.ticket, wait, form };
    let wait = std::time::Duration::from_secs(challenge.wait_seconds);
    with_retry_after(page(StatusCode::PRECONDITION_REQUIRED, &template), wait)
}
