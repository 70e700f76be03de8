//! What the mailed link opens: the form for the new key. Reading it changes nothing.

use std::time::Duration;

use askama::Template;
use axum::{
    Json,
    extract::{Form, Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{Strength, WeakReason};
use clavero_service::{
    EmployerName, LinkError, LinkView, NewPassword, SetPasswordError, StepError, StrengthReport,
    suggest_phrase,
};
use clavero_words::{Locale, time, tr, tr_args};
use serde::Deserialize;

use super::{
    layout::{Layout, PageError, millis, page},
    message::{message, too_soon, unavailable, with_retry_after},
    recover::refused_form,
    voucher,
};
use crate::{WebState, cookies, language::Language};

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    l: Layout,
    v: LinkView,
    action: String,
    until: (String, i64),
    phrase: String,
    min_length: String,
}

#[derive(Template)]
#[template(path = "link_refused.html")]
struct Refused {
    l: Layout,
    text: String,
    resend: Option<String>,
    /// No other can be sent in its recovery.
    over: bool,
    sign_in: bool,
}

#[derive(Template)]
#[template(path = "link_done.html")]
struct Done {
    l: Layout,
    employer: EmployerName,
}

#[derive(Deserialize)]
pub(super) struct KeyForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_confirmation: String,
    #[serde(default)]
    opened: String,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    form(&state, locale, &token, &headers, (StatusCode::OK, Vec::new(), String::new())).await
}

async fn form(
    state: &WebState,
    locale: Locale,
    token: &str,
    headers: &HeaderMap,
    (status, errors, phrase): (StatusCode, Vec<PageError>, String),
) -> Response {
    let opened = cookies::read(headers, state.config(), cookies::FORM);
    let view = match state.service().read_link(token, opened.as_deref()).await {
        Ok(view) => view,
        Err(error) => return refused(state, locale, token, error),
    };
    let action = format!("/clave/{token}");
    let mut l = Layout::new(state, locale, "new-key", action.clone());
    l.errors = errors;
    let settings = state.service().settings();
    let lasts = settings.policy.form_ttl.as_secs().max(60);
    let cookie = cookies::set(state.config(), cookies::FORM, &view.opened, Some(lasts));
    let until = (time::clock(view.form_until), millis(view.form_until));
    let min_length = settings.password.min_length.to_string();
    let response = page(status, &Link { l, v: view, action, until, phrase, min_length });
    ([(header::SET_COOKIE, cookie)], response).into_response()
}

fn refused(state: &WebState, locale: Locale, token: &str, error: LinkError) -> Response {
    refused_with(state, locale, token, (error, None))
}

/// The page of a link that opens nothing; with what is said of its button, where that was pressed too soon.
fn refused_with(
    state: &WebState,
    locale: Locale,
    token: &str,
    (error, wait): (LinkError, Option<Duration>),
) -> Response {
    let (status, key, resend) = match error {
        LinkError::Unavailable => return unavailable(state, locale),
        LinkError::Unknown => (StatusCode::NOT_FOUND, "link-unknown", false),
        LinkError::Used => (StatusCode::GONE, "link-used", false),
        LinkError::Expired { resendable } => (StatusCode::GONE, "link-expired", resendable),
    };
    let mut l = Layout::new(state, locale, key, format!("/clave/{token}"));
    let text = l.told(&format!("{key}-text"));
    let over = key == "link-expired" && !resend;
    let resend = resend.then(|| format!("/clave/{token}/otro"));
    let sign_in = error == LinkError::Used;
    let Some(wait) = wait else { return page(status, &Refused { l, text, resend, over, sign_in }) };
    l.errors = vec![PageError { field: "resend", text: too_soon(state, locale, wait) }];
    let response = page(StatusCode::TOO_MANY_REQUESTS, &Refused { l, text, resend, over, sign_in });
    with_retry_after(response, wait)
}

pub(super) async fn back(Path(token): Path<String>) -> Redirect {
    Redirect::to(&format!("/clave/{token}"))
}

pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Result<Form<KeyForm>, FormRejection>,
) -> Response {
    let Form(body) = match body {
        Ok(body) => body,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if body.password != body.password_confirmation {
        let text = tr(locale, "new-key-differ");
        let errors = vec![PageError { field: "password_confirmation", text }];
        return form(&state, locale, &token, &headers, (wrong, errors, String::new())).await;
    }
    let opened = Some(body.opened).filter(|opened| !opened.is_empty());
    let opened = opened.or_else(|| cookies::read(&headers, state.config(), cookies::FORM));
    let new = NewPassword { password: &body.password, opened: opened.as_deref() };
    match state.service().set_password(&token, new).await {
        Ok(set) => {
            // Every session has ended; the browser's own is forgotten with them.
            let forget = |cookie| (header::SET_COOKIE, cookies::set(state.config(), cookie, "", Some(0)));
            let l = Layout::new(&state, locale, "key-changed", format!("/clave/{token}"));
            let mut response = page(StatusCode::OK, &Done { l, employer: set.employer });
            for (name, value) in [forget(cookies::FORM), forget(cookies::SESSION)] {
                response.headers_mut().append(name, value);
            }
            // Whoever goes on spending this employer's tries does not keep this browser from signing in.
            if let Some(voucher) = &set.voucher {
                response.headers_mut().append(header::SET_COOKIE, voucher::cookie(&state, voucher));
            }
            response
        }
        Err(SetPasswordError::Weak(reasons)) => {
            let errors = weak(locale, &reasons);
            form(&state, locale, &token, &headers, (wrong, errors, String::new())).await
        }
        Err(SetPasswordError::Link(error)) => refused(&state, locale, &token, error),
        Err(SetPasswordError::Busy | SetPasswordError::Unavailable) => unavailable(&state, locale),
    }
}

/// The sentences of a refused key.
pub(super) fn weak(locale: Locale, reasons: &[WeakReason]) -> Vec<PageError> {
    let text = reasons.iter().map(|reason| weak_reason(locale, *reason)).collect::<Vec<_>>().join(" ");
    vec![PageError { field: "password", text }]
}

/// The sentence of one reason.
pub(crate) fn weak_reason(locale: Locale, reason: WeakReason) -> String {
    let number = match reason {
        WeakReason::TooShort { missing } => missing,
        WeakReason::TooLong { max } => max,
        _ => 0,
    };
    tr_args(locale, &format!("weak-{}", reason.code()), &[("number", &number.to_string())])
}

pub(super) async fn resend(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
) -> Response {
    match state.service().resend_link_by_token(&token).await {
        Ok(()) => message(&state, locale, StatusCode::OK, "link-resent"),
        Err(StepError::TooMany { retry_after }) => match state.service().read_link(&token, None).await {
            Ok(_) => Redirect::to(&format!("/clave/{token}")).into_response(),
            Err(error) => refused_with(&state, locale, &token, (error, Some(retry_after))),
        },
        Err(StepError::Unavailable) => unavailable(&state, locale),
        Err(_) => refused(&state, locale, &token, LinkError::Expired { resendable: false }),
    }
}

#[derive(Deserialize)]
pub(super) struct Candidate {
    #[serde(default)]
    password: String,
}

pub(super) async fn strength(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
    Form(candidate): Form<Candidate>,
) -> Response {
    match state.service().strength_for_link(&token, &candidate.password).await {
        Ok(report) => strength_words(locale, &report),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The strength in words: what is missing, or that it will do.
pub(super) fn strength_words(locale: Locale, report: &StrengthReport) -> Response {
    let score = Strength::score(report.strength);
    let text = match report.reasons.first() {
        Some(reason) => weak_reason(locale, *reason),
        None => tr(locale, if score > 3 { "strength-very-strong" } else { "strength-strong" }),
    };
    let score = if report.reasons.is_empty() { score } else { score.min(2) };
    Json(serde_json::json!({ "score": score, "text": text })).into_response()
}

/// A phrase to take: as JSON for the script, in the form without one.
pub(super) async fn phrase(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let phrase = suggest_phrase();
    let wants_json = headers.get(header::ACCEPT).is_some_and(|value| value.as_bytes() == b"application/json");
    if wants_json {
        return Json(serde_json::json!({ "phrase": phrase })).into_response();
    }
    form(&state, locale, &token, &headers, (StatusCode::OK, Vec::new(), phrase)).await
}
