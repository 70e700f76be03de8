//! "Mi cuenta": the employer, its sessions, its key.

use askama::Template;
use axum::{
    extract::{Form, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_service::{AccessError, ChangePasswordError, EmployerView, SessionRow};
use clavero_words::{Locale, time, tr};
use serde::Deserialize;

use super::{
    ACCOUNT, SIGN_IN,
    layout::{Layout, PageError, millis, page},
    link::{strength_words, weak},
    message::{too_many, unavailable},
};
use crate::{WebState, cookies, language::Language};

/// One row of the list, in words.
struct Row {
    id: String,
    device: String,
    since: String,
    seen: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    l: Layout,
    /// When the session ends unless used, in milliseconds since the epoch.
    ends: i64,
    e: EmployerView,
    kind: String,
    changed: Option<String>,
    rows: Vec<Row>,
    notice: Option<String>,
    action: &'static str,
    phrase: String,
    min_length: String,
}

fn token(state: &WebState, headers: &HeaderMap) -> String {
    cookies::read(headers, state.config(), cookies::SESSION).unwrap_or_default()
}

fn out(state: &WebState, locale: Locale, error: AccessError) -> Response {
    match error {
        AccessError::Unavailable => unavailable(state, locale),
        AccessError::Unauthorized | AccessError::NotFound => Redirect::to(SIGN_IN).into_response(),
    }
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
) -> Response {
    let token = token(&state, &headers);
    render(&state, locale, &token, Outcome { status: StatusCode::OK, errors: Vec::new(), notice: None }).await
}

struct Outcome {
    status: StatusCode,
    errors: Vec<PageError>,
    notice: Option<&'static str>,
}

async fn render(state: &WebState, locale: Locale, token: &str, outcome: Outcome) -> Response {
    let service = state.service();
    let (session, sessions) = match (service.session(token).await, service.sessions(token).await) {
        (Ok(session), Ok(sessions)) => (session, sessions),
        (Err(error), _) | (_, Err(error)) => return out(state, locale, error),
    };
    let mut l = Layout::new(state, locale, "account", ACCOUNT).under_employers();
    l.errors = outcome.errors;
    let employer = session.employer;
    let row = |row: SessionRow| Row {
        id: row.id,
        device: row.device,
        since: time::date_minute(row.created_at),
        seen: time::date_minute(row.last_seen_at),
        current: row.current,
    };
    let template = Account {
        ends: millis(session.expires_at),
        kind: l.t(&format!("kind-{}", employer.kind.as_str())),
        changed: employer.key_changed_at.map(time::date_minute),
        rows: sessions.into_iter().map(row).collect(),
        notice: outcome.notice.map(|key| tr(locale, key)),
        action: ACCOUNT,
        phrase: String::new(),
        min_length: service.settings().password.min_length.to_string(),
        e: employer,
        l,
    };
    page(outcome.status, &template)
}

pub(super) async fn back() -> Redirect {
    Redirect::to(ACCOUNT)
}

pub(super) async fn sign_out(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
) -> Response {
    if let Err(AccessError::Unavailable) = state.service().sign_out(&token(&state, &headers)).await {
        unavailable(&state, locale)
    } else {
        let forget = cookies::set(state.config(), cookies::SESSION, "", Some(0));
        ([(header::SET_COOKIE, forget)], Redirect::to("/empleadores")).into_response()
    }
}

#[derive(Deserialize)]
pub(super) struct CloseForm {
    #[serde(default)]
    id: String,
}

pub(super) async fn close(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
    Form(form): Form<CloseForm>,
) -> Response {
    match state.service().close_session(&token(&state, &headers), &form.id).await {
        // Closed already by another tab: what was asked for is so.
        Ok(()) | Err(AccessError::NotFound) => Redirect::to(ACCOUNT).into_response(),
        Err(error) => out(&state, locale, error),
    }
}

pub(super) async fn close_others(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
) -> Response {
    match state.service().close_other_sessions(&token(&state, &headers)).await {
        Ok(()) => Redirect::to(ACCOUNT).into_response(),
        Err(error) => out(&state, locale, error),
    }
}

#[derive(Deserialize)]
pub(super) struct ChangeForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_confirmation: String,
}

pub(super) async fn change(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
    Form(form): Form<ChangeForm>,
) -> Response {
    let token = token(&state, &headers);
    let wrong = |errors| Outcome { status: StatusCode::UNPROCESSABLE_ENTITY, errors, notice: None };
    if form.password != form.password_confirmation {
        let text = tr(locale, "new-key-differ");
        let errors = vec![PageError { field: "password_confirmation", text }];
        return render(&state, locale, &token, wrong(errors)).await;
    }
    match state.service().change_password(&token, &form.current_password, &form.password).await {
        Ok(()) => {
            let notice = Some("account-key-changed");
            render(&state, locale, &token, Outcome { status: StatusCode::OK, errors: Vec::new(), notice })
                .await
        }
        Err(ChangePasswordError::WrongCurrent) => {
            let text = tr(locale, "account-wrong-current");
            let errors = vec![PageError { field: "current_password", text }];
            render(&state, locale, &token, wrong(errors)).await
        }
        Err(ChangePasswordError::Weak(reasons)) => {
            render(&state, locale, &token, wrong(weak(locale, &reasons))).await
        }
        Err(ChangePasswordError::Access(error)) => out(&state, locale, error),
        Err(ChangePasswordError::TooMany { retry_after }) => too_many(&state, locale, retry_after),
        Err(ChangePasswordError::Busy | ChangePasswordError::Unavailable) => unavailable(&state, locale),
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
    headers: HeaderMap,
    Form(candidate): Form<Candidate>,
) -> Response {
    match state.service().strength_for_session(&token(&state, &headers), &candidate.password).await {
        Ok(report) => strength_words(locale, &report),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
