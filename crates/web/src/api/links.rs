//! Links: read by anyone, used by their owner.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use clavero_service::{LinkError, NewPassword, SetPasswordError};
use clavero_words::{Locale, time};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body::{Body, Content, Members},
    problem::Problem,
};
use crate::{WebState, language::Language};

/// An opened link.
#[derive(Serialize, ToSchema)]
pub(super) struct Link {
    /// The state of its recovery.
    state: &'static str,
    /// The masked RUC.
    ruc_hint: String,
    /// When the link ends.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Proves this reading: with it the new key may be sent for a while after `expires_at`.
    opened: String,
}

/// A new key.
#[derive(ToSchema)]
pub(super) struct Key {
    /// The key: by default 15 to 128 characters (code points after NFKC).
    #[schema(example = "tetera nube farol brisa cuento")]
    password: String,
    /// The `opened` of a reading.
    opened: Option<String>,
}

impl Content for Key {
    fn take(members: &mut Members) -> Self {
        Self { password: members.text("password"), opened: members.optional("opened") }
    }
}

fn link_problem(error: LinkError, locale: Locale) -> Problem {
    match error {
        LinkError::Unknown => Problem::new(StatusCode::NOT_FOUND, "unknown-link"),
        LinkError::Expired { .. } => Problem::new(StatusCode::GONE, "link-expired"),
        LinkError::Used => Problem::new(StatusCode::GONE, "link-used"),
        LinkError::Unavailable => Problem::unavailable(),
    }
    .localised(locale)
}

/// Reads a link. Changes nothing, however often and by whomever it is called.
#[utoipa::path(
    get, path = "/links/{token}", operation_id = "readLink", tag = "links", params(("token" = String, Path)),
    responses(
        (status = 200, description = "It opens.", body = Link),
        (status = 404, description = "`unknown-link`.", body = Problem),
        (status = 410, description = "`link-expired` or `link-used`.", body = Problem),
        (status = 503, body = Problem),
    ),
)]
pub(super) async fn read(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
) -> Result<Json<Link>, Problem> {
    let view = state.service().read_link(&token, None).await.map_err(|error| link_problem(error, locale))?;
    Ok(Json(Link {
        state: view.state.as_str(),
        ruc_hint: view.ruc_hint,
        expires_at: time::rfc_3339(view.expires_at),
        opened: view.opened,
    }))
}

/// Sets the new key. Only a key that the policy takes consumes the link.
#[utoipa::path(
    post, path = "/links/{token}/password", operation_id = "setPassword", tag = "links",
    params(("token" = String, Path)), request_body = Key,
    responses(
        (status = 204, description = "The key is set, and every session has ended."), (status = 400, body = Problem),
        (status = 404, description = "`unknown-link`.", body = Problem),
        (status = 410, description = "`link-expired` or `link-used`.", body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, description = "`weak-password` with `reasons`, or `invalid-fields` with `errors`.",
            body = Problem),
        (status = 503, body = Problem),
    ),
)]
pub(super) async fn set_password(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(token): Path<String>,
    Body(key): Body<Key>,
) -> Result<StatusCode, Problem> {
    let new = NewPassword { password: &key.password, opened: key.opened.as_deref() };
    match state.service().set_password(&token, new).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(SetPasswordError::Link(error)) => Err(link_problem(error, locale)),
        Err(SetPasswordError::Weak(reasons)) => {
            Err(Problem::weak_password(locale, &reasons).localised(locale))
        }
        Err(SetPasswordError::Busy | SetPasswordError::Unavailable) => {
            Err(Problem::unavailable().localised(locale))
        }
    }
}
