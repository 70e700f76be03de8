//! The demonstration's mailbox: what a mail server would have got, live.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use clavero_service::mail::Received;
use clavero_words::time;
use futures_util::stream;

use super::layout::{Layout, page};
use crate::{WebState, language::Language, live};

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage {
    l: Layout,
    count: u64,
    mails: Vec<Shown>,
}

struct Shown {
    number: u64,
    at: String,
    to: String,
    subject: String,
    /// The text's lines, links told apart.
    lines: Vec<(bool, String)>,
}

impl Shown {
    fn of(mail: Received) -> Self {
        let lines = mail.text.lines().map(|line| (line.starts_with("http"), line.to_owned())).collect();
        Self { number: mail.number, at: time::clock(mail.at), to: mail.to, subject: mail.subject, lines }
    }
}

pub(super) fn router() -> Router<WebState> {
    Router::new()
        .route("/buzon", get(show))
        .route("/buzon/eventos", get(events))
        .route("/buzon/{number}/html", get(html))
}

async fn show(State(state): State<WebState>, Language(locale): Language) -> Response {
    let mut l = Layout::new(&state, locale, "mailbox", "/buzon");
    l.refresh = Some(3);
    let mails = state.0.mailbox.as_ref().map(|mailbox| mailbox.mails()).unwrap_or_default();
    let count = mails.first().map_or(0, |mail| mail.number);
    page(StatusCode::OK, &MailboxPage { l, count, mails: mails.into_iter().map(Shown::of).collect() })
}

async fn events(State(state): State<WebState>) -> Response {
    let Some(mailbox) = &state.0.mailbox else { return StatusCode::NOT_FOUND.into_response() };
    let start = (mailbox.arrivals(), state.0.stop.clone(), true);
    let arrivals = stream::unfold(start, |(mut arrivals, mut stop, first)| async move {
        if !first {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return None,
                changed = arrivals.changed() => changed.ok()?,
            }
        }
        let count = arrivals.borrow_and_update().to_string();
        Some((count, (arrivals, stop, false)))
    });
    live::tell(arrivals)
}

/// The HTML part as a mail program would show it: no script, nothing from outside, its own inline styles.
async fn html(State(state): State<WebState>, Path(number): Path<u64>) -> Response {
    let mails = state.0.mailbox.as_ref().map(|mailbox| mailbox.mails()).unwrap_or_default();
    let Some(mail) = mails.into_iter().find(|mail| mail.number == number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = Html(mail.html).into_response();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups \
                  allow-top-navigation-by-user-activation; frame-ancestors 'self'";
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}
