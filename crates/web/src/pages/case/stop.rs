//! The stop link of the mailbox on record: reading it changes nothing, the button freezes the case.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use clavero_service::{LinkError, desk::StopView};
use clavero_words::Locale;

use crate::{
    WebState,
    language::Language,
    pages::{
        layout::{Layout, page},
        message::{message, unavailable},
    },
};

#[derive(Template)]
#[template(path = "case/stop.html")]
struct Stop {
    l: Layout,
    v: StopView,
    action: String,
    told: bool,
}

fn answer(
    state: &WebState,
    locale: Locale,
    token: &str,
    (view, told): (Result<StopView, LinkError>, bool),
) -> Response {
    let v = match view {
        Ok(view) => view,
        Err(LinkError::Unavailable) => return unavailable(state, locale),
        Err(_) => return message(state, locale, StatusCode::NOT_FOUND, "stop-unknown"),
    };
    let key = match (v.stopped, told) {
        (true, _) => "case-stopped",
        (false, true) => "case-told",
        (false, false) => "case-stop",
    };
    let action = format!("/clave-patronal/detener/{token}");
    let l = Layout::new(state, locale, key, action.clone());
    page(StatusCode::OK, &Stop { l, v, action, told })
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
) -> Response {
    let view = state.service().read_stop(&token).await;
    answer(&state, locale, &token, (view, false))
}

pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
) -> Response {
    let view = state.service().stop_case(&token).await;
    answer(&state, locale, &token, (view, true))
}
