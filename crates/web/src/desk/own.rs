//! `/ventanilla/mi-acceso`: an officer's own passkeys, app and sessions.

use askama::Template;
use axum::{
    extract::{Form, Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::OfficerRefusal;
use clavero_service::{AccessAct, DeskError, MeansView, OtherSession};
use clavero_words::{Locale, time, tr, tr_args};

use super::{
    OWN,
    frame::{self, Frame},
    signed_in::{Anyone, Signed},
    touch::{self, TouchForm, Touching},
};
use crate::{
    WebState,
    language::Language,
    pages::{self, Layout, PageError, page},
};

/// The id of the first form's code field; those of the others are built from their place in the list.
const ADD: &str = "touch_code";
const CLOSE: &str = "touch_close";

/// Something to prove oneself by, in words, with the touch that gives it up.
struct Row {
    id: String,
    name: String,
    told: String,
    touch: Touching,
}

#[derive(Template)]
#[template(path = "desk_own.html")]
struct Own {
    l: Layout,
    frame: Frame,
    rows: Vec<Row>,
    add: Touching,
    /// The other open sessions, in words.
    sessions: Vec<String>,
    close: Touching,
}

pub(super) async fn back() -> Redirect {
    Redirect::to(OWN)
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Anyone>,
) -> Response {
    render(&state, locale, &officer, (StatusCode::OK, Vec::new())).await
}

async fn render(
    state: &WebState,
    locale: Locale,
    officer: &Signed<Anyone>,
    (status, errors): (StatusCode, Vec<PageError>),
) -> Response {
    let service = state.service();
    let standing = async {
        let means = service.own_means(&officer.token).await?;
        Ok((means, service.other_officer_sessions(&officer.token).await?))
    };
    let (means, sessions) = match standing.await {
        Ok(standing) => standing,
        Err(DeskError::Unauthorized) => return Redirect::to(super::DESK).into_response(),
        Err(_) => return pages::unavailable(state, locale),
    };
    let mut l = frame::layout(state, locale, "desk-own", OWN);
    l.errors = errors;
    let frame = Frame::new(state, &l, &officer.session);
    let who = (officer.token.as_str(), &officer.session);
    let add = Touching::new(state, who, (ADD, AccessAct::EnrolAnother.purpose())).await;
    let mut rows = Vec::with_capacity(means.len());
    for (place, means) in means.into_iter().enumerate() {
        let purpose = AccessAct::GiveUp(&means.id).purpose();
        let touch = Touching::new(state, who, (format!("touch_{place}"), purpose)).await;
        let (name, told) = in_words(&l, &means);
        rows.push(Row { id: means.id, name, told, touch });
    }
    let close = Touching::new(state, who, (CLOSE, AccessAct::CloseSessions.purpose())).await;
    let sessions = sessions.iter().map(|session| session_in_words(&l, session)).collect();
    page(status, &Own { l, frame, rows, add, sessions, close })
}

fn in_words(l: &Layout, means: &MeansView) -> (String, String) {
    let name = l.t(if means.is_passkey { "staff-state-passkey" } else { "staff-state-totp" });
    let moment = |key: &str, at| l.with(key, "at", &time::date_minute(at));
    let told =
        [means.created_at.map(|at| moment("own-since", at)), means.used_at.map(|at| moment("own-used", at))];
    (name, told.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn session_in_words(l: &Layout, session: &OtherSession) -> String {
    let [since, seen] = [session.created_at, session.last_seen_at].map(time::date_minute);
    tr_args(l.locale, "own-session", &[("since", &since), ("seen", &seen)])
}

/// A fresh touch opens an enrolment address, which registers whatever comes next.
pub(super) async fn add(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Anyone>,
    Form(form): Form<TouchForm>,
) -> Response {
    match state.service().enrol_another(&officer.token, form.answer()).await {
        Ok(token) => Redirect::to(&format!("/ventanilla/alta/{token}")).into_response(),
        Err(error) => refused(&state, locale, &officer, error).await,
    }
}

pub(super) async fn close_sessions(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Anyone>,
    Form(form): Form<TouchForm>,
) -> Response {
    let closed = state.service().close_other_officer_sessions(&officer.token, form.answer()).await;
    outcome(&state, locale, &officer, closed).await
}

pub(super) async fn give_up(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Anyone>,
    Path(means): Path<String>,
    Form(form): Form<TouchForm>,
) -> Response {
    let given_up = state.service().give_up(&officer.token, &means, form.answer()).await;
    outcome(&state, locale, &officer, given_up).await
}

async fn outcome(
    state: &WebState,
    locale: Locale,
    officer: &Signed<Anyone>,
    done: Result<(), DeskError>,
) -> Response {
    match done {
        Ok(()) => Redirect::to(OWN).into_response(),
        Err(error) => refused(state, locale, officer, error).await,
    }
}

async fn refused(state: &WebState, locale: Locale, officer: &Signed<Anyone>, error: DeskError) -> Response {
    let error = match error {
        DeskError::Touch(error) => match touch::refused(state, locale, error, "") {
            Ok(error) => error,
            Err(page) => return *page,
        },
        DeskError::Refused(OfficerRefusal::LastMeans) => {
            PageError { field: "", text: tr(locale, "own-refused-last") }
        }
        DeskError::Refused(_) => return pages::message(state, locale, StatusCode::NOT_FOUND, "not-found"),
        DeskError::Unauthorized => return Redirect::to(super::DESK).into_response(),
        _ => return pages::unavailable(state, locale),
    };
    render(state, locale, officer, (StatusCode::CONFLICT, vec![error])).await
}
