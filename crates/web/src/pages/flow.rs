//! One address for a whole flow: it always shows where the flow stands, on reload, from the back button, in a second tab.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{FieldError, State as RecoveryState};
use clavero_service::{AccessError, RecoveryView, StepError, desk::CaseView};
use clavero_words::{Locale, span, time};
use serde::Deserialize;

use super::{
    RECOVER,
    layout::{Layout, PageError, millis, page},
    message::{message, too_soon, unavailable, with_retry_after},
    recover::refused_form,
};
use crate::{WebState, cookies, language::Language, live};

#[derive(Template)]
#[template(path = "flow.html")]
struct Flow {
    l: Layout,
    base: String,
    signature: String,
    v: RecoveryView,
    /// The step's end, for people and for the countdown.
    end: Option<(String, i64)>,
    resend_at: Option<(String, i64)>,
    sent_at: Option<String>,
    typed: String,
    reason: &'static str,
    cause: &'static str,
    /// The case that it has led to.
    case: Option<CaseView>,
    leads_to_case: bool,
}

impl Flow {
    fn is(&self, state: &str) -> bool {
        self.v.state.as_str() == state
    }

    fn asks_for_code(&self) -> bool {
        self.v.code.is_some() && self.v.state != RecoveryState::Expired
    }

    fn waits_for_link(&self) -> bool {
        self.v.link.is_some() && self.v.state != RecoveryState::Expired
    }

    fn attempts_left(&self) -> u8 {
        self.v.code.map_or(0, |code| code.attempts_left)
    }

    fn has_ended_step(&self) -> bool {
        self.end.as_ref().is_some_and(|(_, at)| *at <= self.l.now)
    }

    fn may_resend(&self) -> bool {
        self.sent_at.is_some() && self.resend_at.as_ref().is_none_or(|(_, at)| *at <= self.l.now)
    }

    fn why(&self) -> String {
        self.l.t(&format!("assisted-reason-{}", self.cause.replace('_', "-")))
    }

    fn intro(&self) -> String {
        let hint = self.v.email_hint.as_deref().unwrap_or("•••");
        let key = if self.sent_at.is_some() { "code-sent" } else { "code-queued" };
        self.l.with(key, "email", hint)
    }

    fn link_intro(&self) -> String {
        let hint = self.v.email_hint.as_deref().unwrap_or("•••");
        let key = if self.sent_at.is_some() { "link-sent" } else { "link-queued" };
        self.l.with(key, "email", hint)
    }
}

fn signature(view: &RecoveryView) -> String {
    let counter = view.code.map_or(0, |c| c.counter) + view.link.map_or(0, |l| l.counter);
    format!("{}.{counter}.{}", view.state.as_str(), view.mail_delayed)
}

fn render(
    state: &WebState,
    locale: Locale,
    (view, case): (RecoveryView, Option<CaseView>),
    failure: Option<Failure>,
) -> Response {
    let key = match view.state {
        RecoveryState::CodeQueued | RecoveryState::CodeSent => "code",
        RecoveryState::LinkQueued | RecoveryState::LinkSent => "link",
        RecoveryState::Completed => "completed",
        RecoveryState::Assisted => "assisted-turn",
        RecoveryState::Expired => "expired",
    };
    let base = format!("{RECOVER}/{}", view.id);
    let mut l = Layout::new(state, locale, key, base.clone()).under_employers();
    let moment = |at| (time::clock(at), millis(at));
    let (sent, end, resend) = match (view.code, view.link) {
        (Some(code), _) => (code.sent_at, code.expires_at, Some(code.resend_at)),
        (_, Some(link)) => (link.sent_at, link.expires_at, Some(link.resend_at)),
        _ => (None, None, None),
    };
    // Only where nobody types: a page that reloads under one's fingers is worse than none.
    l.refresh = view.link.map(|_| 5);
    let wait = failure.as_ref().and_then(|failure| failure.retry_after);
    let status = failure.as_ref().map_or(StatusCode::OK, |failure| failure.status);
    let typed = failure.as_ref().map(|failure| failure.typed.clone()).unwrap_or_default();
    l.errors = failure.into_iter().map(|failure| failure.error).collect();
    let response = page(
        status,
        &Flow {
            signature: signature(&view),
            end: end.map(moment),
            resend_at: resend.map(moment),
            sent_at: sent.map(time::clock),
            typed,
            reason: view.assisted.map_or("", |reason| reason.as_str()),
            cause: view.cause.map_or("", |cause| cause.as_str()),
            case,
            leads_to_case: state.service().recoveries_lead_to_cases(),
            base,
            l,
            v: view,
        },
    );
    match wait {
        Some(wait) => with_retry_after(response, wait),
        None => response,
    }
}

/// A refused step.
struct Failure {
    status: StatusCode,
    error: PageError,
    typed: String,
    retry_after: Option<Duration>,
}

impl Failure {
    /// Of the button that sends another mail: what is said there.
    fn of_resend(status: StatusCode, text: String) -> Self {
        let error = PageError { field: "resend", text };
        Self { status, error, typed: String::new(), retry_after: None }
    }
}

fn token(state: &WebState, headers: &HeaderMap, id: &str) -> String {
    cookies::flow_token(headers, state.config(), id).unwrap_or_default()
}

fn no_access(state: &WebState, locale: Locale, error: AccessError) -> Response {
    match error {
        AccessError::Unavailable => unavailable(state, locale),
        // Another browser, or cookies are off: the way on is a new start, whatever the id.
        AccessError::Unauthorized | AccessError::NotFound => {
            message(state, locale, StatusCode::NOT_FOUND, "other-browser")
        }
    }
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let token = token(&state, &headers, &id);
    match state.service().recovery(&id, &token).await {
        Ok(view) => {
            let case = match view.assisted {
                Some(_) => state.service().case_of_recovery(&id, &token).await.ok().flatten(),
                None => None,
            };
            render(&state, locale, (view, case), None)
        }
        Err(error) => no_access(&state, locale, error),
    }
}

/// The address of a step, typed or reloaded: the flow's own page knows where it stands.
pub(super) async fn back(Path(id): Path<String>) -> Redirect {
    Redirect::to(&format!("{RECOVER}/{id}"))
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

pub(super) async fn verify(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let Form(form) = match form {
        Ok(form) => form,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    let token = token(&state, &headers, &id);
    match state.service().verify_code(&id, &token, &form.code).await {
        Ok(_) => to_flow(&id),
        Err(error) => refuse(&state, locale, (&id, &token), error, &form.code).await,
    }
}

pub(super) async fn resend_code(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let token = token(&state, &headers, &id);
    let outcome = state.service().resend_code(&id, &token).await;
    stepped(&state, locale, (&id, &token), outcome).await
}

pub(super) async fn resend_link(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let token = token(&state, &headers, &id);
    let outcome = state.service().resend_link(&id, &token).await;
    stepped(&state, locale, (&id, &token), outcome).await
}

pub(super) async fn lose_access(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let token = token(&state, &headers, &id);
    let outcome = state.service().lose_mail_access(&id, &token).await;
    stepped(&state, locale, (&id, &token), outcome).await
}

fn to_flow(id: &str) -> Response {
    Redirect::to(&format!("{RECOVER}/{id}")).into_response()
}

async fn stepped(
    state: &WebState,
    locale: Locale,
    flow: (&str, &str),
    outcome: Result<RecoveryView, StepError>,
) -> Response {
    match outcome {
        Ok(_) => to_flow(flow.0),
        Err(error) => refuse(state, locale, flow, error, "").await,
    }
}

async fn refuse(
    state: &WebState,
    locale: Locale,
    (id, token): (&str, &str),
    error: StepError,
    typed: &str,
) -> Response {
    let view = match state.service().recovery(id, token).await {
        Ok(view) => view,
        Err(error) => return no_access(state, locale, error),
    };
    match failure(state, locale, (&view, typed), error) {
        Some(failure) => render(state, locale, (view, None), Some(failure)),
        None if error == StepError::Unavailable => unavailable(state, locale),
        // A second click, a second tab: what the first did is what the page shows.
        None => to_flow(id),
    }
}

/// What the flow's page says of a step that was not taken; nothing where it shows already what has happened.
fn failure(
    state: &WebState,
    locale: Locale,
    (view, typed): (&RecoveryView, &str),
    error: StepError,
) -> Option<Failure> {
    use StatusCode as S;
    let policy = &state.service().settings().policy;
    let say = |key: &str, args: &[(&'static str, &str)]| clavero_words::tr_args(locale, key, args);
    let (status, text, typed) = match error {
        StepError::TooMany { retry_after } => {
            let text = too_soon(state, locale, retry_after);
            let refused = Failure::of_resend(S::TOO_MANY_REQUESTS, text);
            return Some(Failure { retry_after: Some(retry_after), ..refused });
        }
        StepError::WrongState | StepError::FlowExpired => {
            let waits = view.code.is_some() || view.link.is_some();
            let over = waits && !view.another && view.state != RecoveryState::Expired;
            return over.then(|| Failure::of_resend(S::GONE, say("resend-over", &[])));
        }
        StepError::Access(_) | StepError::Unavailable => return None,
        StepError::Malformed(FieldError::Empty) => {
            (S::UNPROCESSABLE_ENTITY, say("code-error-empty", &[]), "")
        }
        StepError::Malformed(_) => {
            let digits = policy.code_digits.to_string();
            (S::UNPROCESSABLE_ENTITY, say("code-error-form", &[("digits", &digits)]), typed)
        }
        StepError::WrongCode { attempts_left: 0 } | StepError::CodeExhausted => {
            (S::GONE, say("code-error-exhausted", &[]), "")
        }
        StepError::WrongCode { attempts_left } => {
            (S::UNPROCESSABLE_ENTITY, say("code-error-wrong", &[("left", &attempts_left.to_string())]), "")
        }
        StepError::CodeExpired => {
            let lasted = span(locale, policy.code_ttl);
            (S::GONE, say("code-error-expired", &[("code_ttl", &lasted)]), "")
        }
    };
    let error = PageError { field: "code", text };
    Some(Failure { status, error, typed: typed.to_owned(), retry_after: None })
}

/// Server-sent events: one when the flow has moved on.
pub(super) async fn events(
    State(state): State<WebState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let token = token(&state, &headers, &id);
    if state.service().recovery(&id, &token).await.is_err() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let looking = state.clone();
    live::tell(live::changes(&state, Duration::from_secs(1), move || {
        let (state, id, token) = (looking.clone(), id.clone(), token.clone());
        async move { state.service().recovery(&id, &token).await.ok().map(|view| signature(&view)) }
    }))
}
