//! Sessions.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use clavero_service::{AccessError, EmployerView, Identifiers, RawIdentifiers, SignIn, SignInError};
use clavero_words::time;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body::{Bearer, Body, Content, Members},
    problem::Problem,
};
use crate::{WebState, address::Sender, language::Language};

/// A sign-in.
#[derive(ToSchema)]
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
    /// The solved `challenge` of a `too-many-requests`.
    proof: Option<String>,
}

impl Content for Open {
    fn take(members: &mut Members) -> Self {
        Self {
            representative_id: members.text("representative_id"),
            ruc: members.text("ruc"),
            sucursal: members.text("sucursal"),
            password: members.text("password"),
            proof: members.optional("proof"),
        }
    }
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
    /// The masked address; null where there is none.
    #[schema(required)]
    email_hint: Option<String>,
    /// When the key was last changed; null where it came with the registry.
    #[schema(required, format = DateTime)]
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
    #[schema(nullable = false)]
    token: Option<String>,
    /// When it ends unless used.
    #[schema(format = DateTime)]
    expires_at: String,
    employer: Employer,
}

/// Signs in. One answer for every failure: identifiers that cannot exist are told no more about than wrong ones.
#[utoipa::path(
    post, path = "/sessions", operation_id = "openSession", tag = "sessions", request_body = Open,
    responses(
        (status = 201, description = "Signed in. `token` carries the session.", body = Session,
            headers(("Location" = String, description = "The session's own address."))),
        (status = 400, body = Problem),
        (status = 401, description = "`invalid-credentials`, whatever the cause.", body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, description = "`invalid-fields` with `errors`: a member is missing, or is no text.",
            body = Problem),
        (status = 429, description = "`too-many-requests`; with a `challenge` where its solution stands in for waiting.",
            body = Problem),
        (status = 503, body = Problem),
    ),
)]
pub(super) async fn open(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Body(open): Body<Open>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1], Json<Session>), Problem> {
    let raw = RawIdentifiers {
        representative_id: &open.representative_id,
        ruc: &open.ruc,
        sucursal: &open.sucursal,
        domestic: false,
    };
    let invalid = || Problem::new(StatusCode::UNAUTHORIZED, "invalid-credentials").localised(locale);
    let identifiers =
        Identifiers::parse(&raw, &state.service().settings().foreigner).map_err(|_| invalid())?;
    let sign_in = SignIn { identifiers, password: &open.password, proof: open.proof.as_deref() };
    match state.service().sign_in(sign_in, &client).await {
        Ok(signed_in) => {
            let session = Session {
                token: Some(signed_in.token),
                expires_at: time::rfc_3339(signed_in.session.expires_at),
                employer: signed_in.session.employer.into(),
            };
            Ok((StatusCode::CREATED, [(header::LOCATION, "/api/v1/session")], Json(session)))
        }
        Err(error) => Err(match error {
            SignInError::InvalidCredentials => invalid(),
            SignInError::TooMany { retry_after } => Problem::too_many(retry_after),
            SignInError::ProofRequired(task) => {
                let wait = std::time::Duration::from_secs(task.wait_seconds);
                Problem::too_many(wait).with_challenge(&task)
            }
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
    get, path = "/session", operation_id = "readSession", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, description = "It is open.", body = Session), (status = 401, body = Problem), (status = 503, body = Problem)),
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
    delete, path = "/session", operation_id = "closeSession", tag = "sessions", security(("bearer" = [])),
    responses((status = 204, description = "It is closed."), (status = 401, body = Problem), (status = 503, body = Problem)),
)]
pub(super) async fn close(
    State(state): State<WebState>,
    Language(locale): Language,
    Bearer(token): Bearer,
) -> Result<StatusCode, Problem> {
    state.service().sign_out(&token).await.map_err(|error| refused(error).localised(locale))?;
    Ok(StatusCode::NO_CONTENT)
}
