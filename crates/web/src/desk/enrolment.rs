//! `/ventanilla/alta/{token}`: an address that works once. A passkey first; an app's codes where none is possible.

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_service::{EnrolError, Enrolling};
use clavero_words::{Locale, time, tr};
use serde::Deserialize;

use super::{frame, touch::ceremony};
use crate::{
    WebState,
    address::Sender,
    language::Language,
    pages::{self, Layout, PageError, page},
};

#[derive(Template)]
#[template(path = "desk_enrolment.html")]
struct Enrolment {
    l: Layout,
    e: Enrolling,
    role: String,
    until: String,
    action: String,
    origin: String,
}

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    ceremony: String,
    #[serde(default)]
    assertion: String,
    #[serde(default)]
    code: String,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
) -> Response {
    form(&state, locale, &token, (StatusCode::OK, Vec::new())).await
}

async fn form(
    state: &WebState,
    locale: Locale,
    token: &str,
    (status, errors): (StatusCode, Vec<PageError>),
) -> Response {
    let e = match state.service().read_enrolment(token, &tr(locale, "enrol-qr-label")).await {
        Ok(e) => e,
        Err(error) => return refused(state, locale, error),
    };
    let action = format!("/ventanilla/alta/{token}");
    let mut l = Layout::new(state, locale, "enrol", action.clone());
    l.errors = errors;
    let role = l.t(&format!("role-{}", e.role.as_str()));
    let until = time::date_minute(e.expires_at);
    page(status, &Enrolment { l, e, role, until, action, origin: frame::origin(state) })
}

fn refused(state: &WebState, locale: Locale, error: EnrolError) -> Response {
    let (status, key) = match error {
        EnrolError::TooMany { retry_after } => return pages::too_many(state, locale, retry_after),
        EnrolError::Expired => (StatusCode::GONE, "enrol-expired"),
        EnrolError::Used => (StatusCode::GONE, "enrol-used"),
        EnrolError::Unavailable => return pages::unavailable(state, locale),
        _ => (StatusCode::NOT_FOUND, "enrol-unknown"),
    };
    pages::message_to(state, locale, status, (key, ("/ventanilla", "message-desk")))
}

/// Begins to register a passkey; the script asks.
pub(super) async fn begin(
    State(state): State<WebState>,
    Sender(client): Sender,
    Path(token): Path<String>,
) -> Response {
    match state.service().begin_passkey(&token, &client).await {
        Ok(begun) => ceremony(begun),
        Err(EnrolError::TooMany { retry_after }) => {
            pages::with_retry_after(StatusCode::TOO_MANY_REQUESTS.into_response(), retry_after)
        }
        Err(EnrolError::Expired | EnrolError::Used) => StatusCode::GONE.into_response(),
        Err(EnrolError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
    answer: Result<Form<Answer>, FormRejection>,
) -> Response {
    let Form(answer) = match answer {
        Ok(answer) => answer,
        Err(rejection) => return pages::refused_form(&state, locale, &rejection),
    };
    let enrolled = if answer.assertion.is_empty() {
        state.service().enrol_totp(&token, &answer.code).await
    } else {
        state.service().enrol_passkey(&token, &answer.ceremony, &answer.assertion).await
    };
    let (field, key) = match enrolled {
        Ok(()) => return Redirect::to("/ventanilla?alta=hecha").into_response(),
        Err(EnrolError::WrongCode) => ("code", "enrol-code-wrong"),
        Err(EnrolError::Refused | EnrolError::NoPasskeys) => ("", "enrol-passkey-refused"),
        Err(error) => return refused(&state, locale, error),
    };
    let error = PageError { field, text: tr(locale, key) };
    form(&state, locale, &token, (StatusCode::UNPROCESSABLE_ENTITY, vec![error])).await
}
