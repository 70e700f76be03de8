//! The desk's door: signing in, the first page, signing out.

use askama::Template;
use axum::{
    extract::{Form, Query, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_service::{AccessError, OfficerAnswer, OfficerSignInError, OfficerSignedIn};
use clavero_words::{Locale, tr};
use serde::Deserialize;

use super::{
    DESK,
    frame::{self, Frame, Way},
    signed_in::{Anyone, Signed, destination},
    touch::ceremony,
};
use crate::{
    WebState,
    address::Sender,
    cookies,
    language::Language,
    pages::{self, Layout, PageError, page},
};

#[derive(Template)]
#[template(path = "desk_entry.html")]
struct Entry {
    l: Layout,
    passkeys: bool,
    origin: String,
    /// Where the sign-in leads.
    to: String,
    email: String,
    /// The way by code is open: there is no other, or it was just tried.
    code_open: bool,
    enrolled: bool,
    officers: Vec<Demonstrated>,
}

/// An officer of the demonstration.
struct Demonstrated {
    name: String,
    email: String,
    role: String,
}

#[derive(Template)]
#[template(path = "desk_home.html")]
struct Home {
    l: Layout,
    frame: Frame,
    passkey: bool,
    enrolled: bool,
}

impl Home {
    fn ways(&self) -> &[Way] {
        &self.frame.ways
    }
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    ir: String,
    #[serde(default)]
    alta: String,
}

pub(super) async fn back() -> Redirect {
    Redirect::to(DESK)
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let token = cookies::read(&headers, state.config(), cookies::OFFICER).unwrap_or_default();
    match state.service().officer_session(&token).await {
        Ok(session) if session.role.reads_cases() => {
            super::queue::home(&state, locale, &session, asked.alta == "hecha").await
        }
        Ok(session) => {
            let l = Layout::new(&state, locale, "desk-home", DESK);
            let frame = Frame::new(&state, &l, &session);
            page(
                StatusCode::OK,
                &Home { l, frame, passkey: session.has_passkey, enrolled: asked.alta == "hecha" },
            )
        }
        Err(AccessError::Unavailable) => pages::unavailable(&state, locale),
        Err(_) => {
            let answer = Answer { ir: asked.ir, ..Answer::default() };
            let enrolled = asked.alta == "hecha";
            entry(&state, locale, &answer, (StatusCode::OK, Vec::new(), enrolled)).await
        }
    }
}

async fn entry(
    state: &WebState,
    locale: Locale,
    answer: &Answer,
    (status, errors, enrolled): (StatusCode, Vec<PageError>, bool),
) -> Response {
    let mut l = Layout::new(state, locale, "desk-sign-in", DESK);
    let passkeys = state.service().passkey_domain().is_some();
    let code_open = !passkeys || (!errors.is_empty() && answer.assertion.is_empty());
    l.errors = errors;
    let role = |role: clavero_protocol::Role| tr(locale, &format!("role-{}", role.as_str()));
    let officers = state.service().demonstration_officers().await.into_iter().map(|officer| Demonstrated {
        role: role(officer.role),
        name: officer.name,
        email: officer.email,
    });
    let template = Entry {
        l,
        passkeys,
        origin: frame::origin(state),
        to: destination(&answer.ir).to_owned(),
        email: answer.email.clone(),
        code_open,
        enrolled,
        officers: officers.collect(),
    };
    page(status, &template)
}

#[derive(Deserialize, Default)]
pub(super) struct Answer {
    #[serde(default)]
    email: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    ceremony: String,
    #[serde(default)]
    assertion: String,
    #[serde(default)]
    ir: String,
}

/// Begins to sign in with a passkey; the script asks.
pub(super) async fn begin(
    State(state): State<WebState>,
    Sender(client): Sender,
    Form(answer): Form<Answer>,
) -> Response {
    match state.service().begin_officer_sign_in(&answer.email, &client).await {
        Ok(begun) => ceremony(begun),
        Err(OfficerSignInError::TooMany { retry_after }) => {
            pages::with_retry_after(StatusCode::TOO_MANY_REQUESTS.into_response(), retry_after)
        }
        Err(OfficerSignInError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(OfficerSignInError::Refused | OfficerSignInError::NoPasskeys) => {
            StatusCode::NOT_FOUND.into_response()
        }
    }
}

pub(super) async fn sign_in(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    headers: HeaderMap,
    form: Result<Form<Answer>, FormRejection>,
) -> Response {
    let Form(answer) = match form {
        Ok(form) => form,
        Err(rejection) => return pages::refused_form(&state, locale, &rejection),
    };
    let device = cookies::read(&headers, state.config(), cookies::OFFICER_DEVICE);
    let proof = if answer.assertion.is_empty() {
        OfficerAnswer::Code { email: &answer.email, code: &answer.code, device: device.as_deref() }
    } else {
        OfficerAnswer::Passkey { ceremony: &answer.ceremony, answer: &answer.assertion }
    };
    match state.service().officer_sign_in(proof, &client).await {
        Ok(signed_in) => {
            // Whoever sat here before is out: one browser is one officer's.
            if let Some(before) = cookies::read(&headers, state.config(), cookies::OFFICER) {
                // Where that cannot be written the service has told it; the session ends by itself.
                let _ = state.service().officer_sign_out(&before).await;
            }
            go_in(&state, &signed_in, destination(&answer.ir))
        }
        Err(OfficerSignInError::Refused | OfficerSignInError::NoPasskeys) => {
            let by_code = answer.assertion.is_empty();
            let key = if by_code { "desk-code-refused" } else { "desk-passkey-refused" };
            let error = PageError { field: if by_code { "code" } else { "" }, text: tr(locale, key) };
            entry(&state, locale, &answer, (StatusCode::UNAUTHORIZED, vec![error], false)).await
        }
        Err(OfficerSignInError::TooMany { retry_after }) => pages::too_many(&state, locale, retry_after),
        Err(OfficerSignInError::Unavailable) => pages::unavailable(&state, locale),
    }
}

fn go_in(state: &WebState, signed_in: &OfficerSignedIn, to: &str) -> Response {
    let config = state.config();
    let absolute = state.service().settings().desk.sessions.absolute.as_secs();
    let session = cookies::set(config, cookies::OFFICER, &signed_in.token, Some(absolute));
    let device = cookies::set(config, cookies::OFFICER_DEVICE, &signed_in.device, Some(365 * 86_400));
    let mut response = Redirect::to(to).into_response();
    for cookie in [session, device] {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The demonstration's one click. The route is there in no other way of starting the program, and the service refuses.
pub(super) async fn demonstrate(
    State(state): State<WebState>,
    Language(locale): Language,
    Form(answer): Form<Answer>,
) -> Response {
    match state.service().demonstration_sign_in(&answer.email).await {
        Ok(signed_in) => go_in(&state, &signed_in, destination(&answer.ir)),
        Err(OfficerSignInError::Unavailable) => pages::unavailable(&state, locale),
        Err(_) => Redirect::to(DESK).into_response(),
    }
}

pub(super) async fn sign_out(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Anyone>,
) -> Response {
    if state.service().officer_sign_out(&officer.token).await == Err(AccessError::Unavailable) {
        return pages::unavailable(&state, locale);
    }
    let gone = cookies::set(state.config(), cookies::OFFICER, "", Some(0));
    ([(header::SET_COOKIE, gone)], Redirect::to(DESK)).into_response()
}
