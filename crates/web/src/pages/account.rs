//! "Mi cuenta": the employer, its sessions, its key.

use askama::Template;
use axum::{
    extract::{Form, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_service::{AccessError, ChangePasswordError, CurrentKeyError, EmployerView, SessionRow};
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

/// What the page says besides the account.
#[derive(Default)]
struct Outcome {
    errors: Vec<PageError>,
    notice: Option<&'static str>,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
) -> Response {
    render(&state, locale, &token(&state, &headers), Outcome::default()).await
}

async fn render(state: &WebState, locale: Locale, token: &str, outcome: Outcome) -> Response {
    let service = state.service();
    let (session, sessions) = match (service.session(token).await, service.sessions(token).await) {
        (Ok(session), Ok(sessions)) => (session, sessions),
        (Err(error), _) | (_, Err(error)) => return out(state, locale, error),
    };
    let mut l = Layout::new(state, locale, "account", ACCOUNT).under_employers();
    let status = if outcome.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
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
    page(status, &template)
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

/// The account again, with what was wrong with the key that should show who asks; or a page of its own.
async fn unproven(
    state: &WebState,
    locale: Locale,
    token: &str,
    (field, error): (&'static str, CurrentKeyError),
) -> Response {
    match error {
        CurrentKeyError::Wrong => {
            let errors = vec![PageError { field, text: tr(locale, "account-wrong-current") }];
            render(state, locale, token, Outcome { errors, notice: None }).await
        }
        CurrentKeyError::Access(error) => out(state, locale, error),
        CurrentKeyError::TooMany { retry_after } => too_many(state, locale, retry_after),
        CurrentKeyError::Unavailable => unavailable(state, locale),
    }
}

#[derive(Deserialize)]
pub(super) struct CloseForm {
    /// The session to close; all others where there is none.
    id: Option<String>,
    #[serde(default)]
    closing_password: String,
}

pub(super) async fn close(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
    Form(form): Form<CloseForm>,
) -> Response {
    let token = token(&state, &headers);
    match state.service().close_sessions(&token, &form.closing_password, form.id.as_deref()).await {
        Ok(()) => {
            let notice = Some("account-sessions-closed");
            render(&state, locale, &token, Outcome { errors: Vec::new(), notice }).await
        }
        Err(error) => unproven(&state, locale, &token, ("closing_password", error)).await,
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
    let wrong = |errors| Outcome { errors, notice: None };
    if form.password != form.password_confirmation {
        let text = tr(locale, "new-key-differ");
        let errors = vec![PageError { field: "password_confirmation", text }];
        return render(&state, locale, &token, wrong(errors)).await;
    }
    match state.service().change_password(&token, &form.current_password, &form.password).await {
        Ok(()) => {
            let notice = Some("account-key-changed");
            render(&state, locale, &token, Outcome { errors: Vec::new(), notice }).await
        }
        Err(ChangePasswordError::Weak(reasons)) => {
            render(&state, locale, &token, wrong(weak(locale, &reasons))).await
        }
        Err(ChangePasswordError::Current(error)) => {
            unproven(&state, locale, &token, ("current_password", error)).await
        }
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
