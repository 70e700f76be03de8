//! Links: read by anyone, used by their owner.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use clavero_protocol::WeakReason;
use clavero_service::{LinkError, NewPassword, SetPasswordError};
use clavero_words::{Locale, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Problem, body::Body};
use crate::{WebState, language::Language, pages};

/// An opened link.
#[derive(Serialize, ToSchema)]
pub(super) struct Link {
    /// The state of its recovery.
    state: &'static str,
    /// The masked RUC.
    ruc_hint: String,
    /// When the link ends.
    expires_at: String,
    /// Proves this reading: with it the new key may be sent for a while after `expires_at`.
    opened: String,
}

/// A new key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    /// The key, 15 to 128 characters.
    #[schema(example = "tetera nube farol brisa cuento")]
    password: String,
    /// The token of a reading.
    #[serde(default)]
    opened: Option<String>,
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
    get, path = "/links/{token}", tag = "links", params(("token" = String, Path)),
    responses(
        (status = 200, body = Link), (status = 404, body = Problem), (status = 410, body = Problem),
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

/// The reasons of a refused key.
pub(super) fn weak(locale: Locale, reasons: &[WeakReason]) -> Problem {
    let say = |reason: &WeakReason| json!({ "code": reason.code(), "message": pages::weak_reason(locale, *reason) });
    let reasons: Vec<Value> = reasons.iter().map(say).collect();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "weak-password").with("reasons", reasons)
}

/// Sets the new key. Only a key that the policy takes consumes the link.
#[utoipa::path(
    post, path = "/links/{token}/password", tag = "links", params(("token" = String, Path)), request_body = Key,
    responses(
        (status = 204), (status = 400, body = Problem), (status = 404, body = Problem), (status = 410, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
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
        Err(SetPasswordError::Weak(reasons)) => Err(weak(locale, &reasons).localised(locale)),
        Err(SetPasswordError::Busy | SetPasswordError::Unavailable) => {
            Err(Problem::unavailable().localised(locale))
        }
    }
}
