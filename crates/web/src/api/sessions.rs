//! Sessions.

use axum::{Json, extract::State, http::StatusCode};
use clavero_service::{AccessError, EmployerView, RawIdentifiers, SignIn, SignInError};
use clavero_words::time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Problem,
    body::{Bearer, Body},
    recoveries::{identifiers, proof_required},
};
use crate::{WebState, address::Sender, language::Language};

/// A sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    /// Cédula or foreigner's code of the legal representative.
    #[schema(example = "1714307103", max_length = 64)]
    representative_id: String,
    /// RUC.
    #[schema(example = "1790011674001", max_length = 64)]
    ruc: String,
    /// Branch.
    #[schema(example = "0001", max_length = 64)]
    sucursal: String,
    /// The key.
    password: String,
    /// The solved challenge of a `proof-required`.
    #[serde(default)]
    proof: Option<String>,
}

/// Whose session it is.
#[derive(Serialize, ToSchema)]
struct Employer {
    /// Thirteen digits.
    ruc: String,
    /// Four digits.
    sucursal: String,
    /// Razón social.
    name: String,
    /// The representative's name.
    representative_name: String,
    /// `privada`, `publica`, `natural`, `extranjera` or `domestico`.
    kind: &'static str,
    /// The masked address.
    email_hint: Option<String>,
    /// When the key was last changed.
    key_changed_at: Option<String>,
}

impl From<EmployerView> for Employer {
    fn from(view: EmployerView) -> Self {
        Self {
            ruc: view.name.ruc,
            sucursal: view.name.sucursal,
            name: view.name.name,
            representative_name: view.representative_name,
            kind: view.kind.as_str(),
            email_hint: view.email_hint,
            key_changed_at: view.key_changed_at.map(time::rfc_3339),
        }
    }
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// Carries the session. Given once, by its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// When it ends unless used.
    expires_at: String,
    employer: Employer,
}

/// Signs in. One answer for every failure.
#[utoipa::path(
    post, path = "/sessions", tag = "sessions", request_body = Open,
    responses(
        (status = 201, body = Session), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem),
    ),
)]
pub(super) async fn open(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Body(open): Body<Open>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let raw = RawIdentifiers {
        representative_id: &open.representative_id,
        ruc: &open.ruc,
        sucursal: &open.sucursal,
        domestic: false,
    };
    let identifiers = identifiers(&state, locale, &raw).map_err(|problem| problem.localised(locale))?;
    let sign_in = SignIn { identifiers, password: &open.password, proof: open.proof.as_deref() };
    match state.service().sign_in(sign_in, &client).await {
        Ok(signed_in) => {
            let session = Session {
                token: Some(signed_in.token),
                expires_at: time::rfc_3339(signed_in.session.expires_at),
                employer: signed_in.session.employer.into(),
            };
            Ok((StatusCode::CREATED, Json(session)))
        }
        Err(error) => Err(match error {
            SignInError::InvalidCredentials => Problem::new(StatusCode::UNAUTHORIZED, "invalid-credentials"),
            SignInError::TooMany { retry_after } => Problem::too_many(retry_after),
            SignInError::ProofRequired(challenge) => proof_required(&challenge),
            SignInError::Busy | SignInError::Unavailable => Problem::unavailable(),
        }
        .localised(locale)),
    }
}

fn refused(error: AccessError) -> Problem {
    match error {
        AccessError::Unavailable => Problem::unavailable(),
        AccessError::Unauthorized | AccessError::NotFound => Problem::unauthorized(),
    }
}

/// The session of the token.
#[utoipa::path(
    get, path = "/session", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, body = Session), (status = 401, body = Problem), (status = 503, body = Problem)),
)]
pub(super) async fn read(
    State(state): State<WebState>,
    Language(locale): Language,
    Bearer(token): Bearer,
) -> Result<Json<Session>, Problem> {
    let session = state.service().session(&token).await.map_err(|error| refused(error).localised(locale))?;
    Ok(Json(Session {
        token: None,
        expires_at: time::rfc_3339(session.expires_at),
        employer: session.employer.into(),
    }))
}

/// Closes the session of the token.
#[utoipa::path(
    delete, path = "/session", tag = "sessions", security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 503, body = Problem)),
)]
pub(super) async fn close(
    State(state): State<WebState>,
    Language(locale): Language,
    Bearer(token): Bearer,
) -> Result<StatusCode, Problem> {
    state.service().sign_out(&token).await.map_err(|error| refused(error).localised(locale))?;
    Ok(StatusCode::NO_CONTENT)
}
