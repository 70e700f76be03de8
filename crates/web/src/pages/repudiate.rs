//! "No fui yo": reading the link changes nothing, the button freezes the key.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use clavero_service::{EmployerName, LinkError};
use clavero_words::Locale;

use super::{
    layout::{Layout, page},
    message::{message, unavailable},
};
use crate::{WebState, language::Language};

#[derive(Template)]
#[template(path = "repudiate.html")]
struct Repudiate {
    l: Layout,
    employer: EmployerName,
    action: String,
    done: bool,
}

fn refused(state: &WebState, locale: Locale, error: LinkError) -> Response {
    match error {
        LinkError::Unavailable => unavailable(state, locale),
        LinkError::Used => message(state, locale, StatusCode::GONE, "frozen-already"),
        LinkError::Unknown | LinkError::Expired { .. } => {
            message(state, locale, StatusCode::NOT_FOUND, "repudiation-unknown")
        }
    }
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
) -> Response {
    match state.service().read_repudiation(&token).await {
        Ok(employer) => render(&state, locale, &token, employer, false),
        Err(error) => refused(&state, locale, error),
    }
}

pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
) -> Response {
    match state.service().repudiate(&token).await {
        Ok(employer) => render(&state, locale, &token, employer, true),
        Err(error) => refused(&state, locale, error),
    }
}

fn render(state: &WebState, locale: Locale, token: &str, employer: EmployerName, done: bool) -> Response {
    let action = format!("/no-fui-yo/{token}");
    let key = if done { "frozen" } else { "repudiate" };
    let l = Layout::new(state, locale, key, action.clone());
    page(StatusCode::OK, &Repudiate { l, employer, action, done })
}
