//! Recoveries.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use clavero_protocol::{FieldError, Timestamp};
use clavero_service::{
    AccessError, Field, Identifiers, RawIdentifiers, RecoveryView, StartError, StartRecovery, StepError,
};
use clavero_words::{Locale, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Problem,
    body::{Bearer, Body},
};
use crate::{WebState, address::Sender, language::Language, pages, papers};

/// What starts a recovery.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    /// Cédula or foreigner's code of the legal representative.
    #[schema(example = "1714307103", max_length = 64)]
    representative_id: String,
    /// RUC; for domestic employers the cédula and `000`.
    #[schema(example = "1790011674001", max_length = 64)]
    ruc: String,
    /// Branch.
    #[schema(example = "0001", max_length = 64)]
    sucursal: String,
    /// Language of the mails: `es` or `en`.
    #[serde(default)]
    locale: Option<String>,
    /// The solved challenge of a `proof-required`.
    #[serde(default)]
    proof: Option<String>,
}

/// A code of a recovery.
#[derive(Serialize, ToSchema)]
struct Code {
    /// Digits.
    length: u8,
    /// When the mail server took its mail.
    sent_at: Option<String>,
    /// When it ends; counted from `sent_at`.
    expires_at: Option<String>,
    /// Wrong ones still allowed.
    attempts_left: u8,
    /// From when on another may be asked for.
    resend_at: String,
}

/// The link of a recovery.
#[derive(Serialize, ToSchema)]
struct LinkMail {
    /// When the mail server took its mail.
    sent_at: Option<String>,
    /// When it ends; counted from `sent_at`.
    expires_at: Option<String>,
}

/// Why and where it goes on in person.
#[derive(Serialize, ToSchema)]
struct Assisted {
    /// `first_time`, `ruc_suspended`, `ruc_closed`, `no_valid_email`, `mail_rejected` or `no_mail_access`.
    reason: &'static str,
    /// The case, once one is opened.
    case_reference: Option<String>,
    /// Where to go on.
    case_url: String,
    /// What to bring, by kind of employer.
    documents: Value,
}

/// An employer's way to a new key.
#[derive(Serialize, ToSchema)]
pub(super) struct Recovery {
    /// UUID.
    id: String,
    /// `code_queued`, `code_sent`, `link_queued`, `link_sent`, `completed`, `assisted` or `expired`.
    state: &'static str,
    /// The two characters that the mails carry.
    reference: String,
    /// The masked address.
    email_hint: Option<String>,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC.
    expires_at: String,
    code: Option<Code>,
    link: Option<LinkMail>,
    assisted: Option<Assisted>,
    /// Opens the recovery. Given once, by its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

fn rfc(at: Option<Timestamp>) -> Option<String> {
    at.map(time::rfc_3339)
}

impl Recovery {
    fn of(state: &WebState, locale: Locale, view: RecoveryView, token: Option<String>) -> Self {
        let assisted = view.assisted.map(|reason| Assisted {
            reason: reason.as_str(),
            case_reference: None,
            case_url: papers::whole_address(
                state,
                &format!("/empleadores/clave-patronal?motivo={}", reason.as_str()),
            ),
            documents: pages::documents(state, locale),
        });
        Self {
            id: view.id,
            state: view.state.as_str(),
            reference: view.reference,
            email_hint: view.email_hint,
            created_at: time::rfc_3339(view.created_at),
            expires_at: time::rfc_3339(view.expires_at),
            code: view.code.map(|code| Code {
                length: code.length,
                sent_at: rfc(code.sent_at),
                expires_at: rfc(code.expires_at),
                attempts_left: code.attempts_left,
                resend_at: time::rfc_3339(code.resend_at),
            }),
            link: view
                .link
                .map(|link| LinkMail { sent_at: rfc(link.sent_at), expires_at: rfc(link.expires_at) }),
            assisted,
            token,
        }
    }
}

/// Reads the identifiers, or names every field that is wrong.
pub(super) fn identifiers(
    state: &WebState,
    locale: Locale,
    raw: &RawIdentifiers<'_>,
) -> Result<Identifiers, Problem> {
    let say = |(field, error): (Field, FieldError)| {
        json!({
            "field": field.as_str(),
            "code": error.code(),
            "message": pages::field_error(locale, field, &error),
        })
    };
    Identifiers::parse(raw, &state.service().settings().foreigner).map_err(|errors| {
        let errors: Vec<Value> = errors.into_iter().map(say).collect();
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields").with("errors", errors)
    })
}

/// Starts a recovery: checks the identifiers and queues the code.
#[utoipa::path(
    post, path = "/recoveries", tag = "recoveries", request_body = Start,
    responses(
        (status = 201, body = Recovery), (status = 400, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    ),
)]
pub(super) async fn start(
    State(state): State<WebState>,
    Language(language): Language,
    Sender(client): Sender,
    Body(start): Body<Start>,
) -> Result<(StatusCode, Json<Recovery>), Problem> {
    let locale = start.locale.as_deref().and_then(Locale::parse).unwrap_or(language);
    let raw = RawIdentifiers {
        representative_id: &start.representative_id,
        ruc: &start.ruc,
        sucursal: &start.sucursal,
        domestic: false,
    };
    let identifiers = identifiers(&state, locale, &raw).map_err(|problem| problem.localised(locale))?;
    let request = StartRecovery { identifiers, locale, proof: start.proof };
    match state.service().start_recovery(request, &client).await {
        Ok(started) => {
            let recovery = Recovery::of(&state, locale, started.view, Some(started.token));
            Ok((StatusCode::CREATED, Json(recovery)))
        }
        Err(error) => Err(start_problem(error).localised(locale)),
    }
}

fn start_problem(error: StartError) -> Problem {
    match error {
        StartError::DataMismatch { .. } => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "data-mismatch"),
        StartError::TooMany { retry_after } => Problem::too_many(retry_after),
        StartError::ProofRequired(challenge) => proof_required(&challenge),
        StartError::Unavailable => Problem::unavailable(),
    }
}

/// 428 with the challenge.
pub(super) fn proof_required(challenge: &clavero_service::Challenge) -> Problem {
    let wait = std::time::Duration::from_secs(challenge.wait_seconds);
    let challenge = serde_json::to_value(challenge).unwrap_or_default();
    Problem::new(StatusCode::PRECONDITION_REQUIRED, "proof-required").with("challenge", challenge).after(wait)
}

/// A recovery as it stands.
#[utoipa::path(
    get, path = "/recoveries/{id}", tag = "recoveries", params(("id" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = Recovery), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem),
    ),
)]
pub(super) async fn read(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    Bearer(token): Bearer,
) -> Result<Json<Recovery>, Problem> {
    match state.service().recovery(&id, &token).await {
        Ok(view) => {
            let mut recovery = Recovery::of(&state, locale, view, None);
            if let Some(assisted) = &mut recovery.assisted
                && let Ok(Some(case)) = state.service().case_of_recovery(&id, &token).await
            {
                assisted.case_url =
                    papers::whole_address(&state, &format!("/empleadores/clave-patronal/{}", case.path));
                assisted.case_reference = Some(case.reference);
            }
            Ok(Json(recovery))
        }
        Err(error) => Err(access_problem(error).localised(locale)),
    }
}

fn access_problem(error: AccessError) -> Problem {
    match error {
        AccessError::Unauthorized => Problem::unauthorized(),
        AccessError::NotFound => Problem::new(StatusCode::NOT_FOUND, "not-found"),
        AccessError::Unavailable => Problem::unavailable(),
    }
}

fn step_problem(error: StepError, locale: Locale) -> Problem {
    match error {
        StepError::Access(error) => access_problem(error),
        StepError::Malformed(error) => {
            let message = clavero_words::tr(locale, "problem-bad-code-form");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields")
                .with("errors", json!([{ "field": "code", "code": error.code(), "message": message }]))
        }
        StepError::WrongCode { attempts_left } => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-code").with("attempts_left", attempts_left)
        }
        StepError::CodeExpired => Problem::new(StatusCode::GONE, "code-expired"),
        StepError::CodeExhausted => Problem::new(StatusCode::GONE, "code-exhausted"),
        StepError::WrongState => Problem::new(StatusCode::CONFLICT, "wrong-state"),
        StepError::FlowExpired => Problem::new(StatusCode::GONE, "flow-expired"),
        StepError::TooMany { retry_after } => Problem::too_many(retry_after),
        StepError::Unavailable => Problem::unavailable(),
    }
    .localised(locale)
}

/// The code that was mailed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TypedCode {
    /// The digits; spaces and dashes do not matter.
    #[schema(example = "042137", max_length = 64)]
    code: String,
}

/// Checks the code. The guess is counted before it is compared.
#[utoipa::path(
    post, path = "/recoveries/{id}/code", tag = "recoveries", params(("id" = String, Path)), security(("bearer" = [])),
    request_body = TypedCode,
    responses(
        (status = 200, body = Recovery), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem),
    ),
)]
pub(super) async fn verify(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    Bearer(token): Bearer,
    Body(typed): Body<TypedCode>,
) -> Result<Json<Recovery>, Problem> {
    match state.service().verify_code(&id, &token, &typed.code).await {
        Ok(view) => Ok(Json(Recovery::of(&state, locale, view, None))),
        Err(error) => Err(step_problem(error, locale)),
    }
}

/// Sends another code; the one before it ends.
#[utoipa::path(
    post, path = "/recoveries/{id}/code/resend", tag = "recoveries", params(("id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 202, body = Recovery), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem),
    ),
)]
pub(super) async fn resend_code(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    Bearer(token): Bearer,
) -> Result<(StatusCode, Json<Recovery>), Problem> {
    match state.service().resend_code(&id, &token).await {
        Ok(view) => Ok((StatusCode::ACCEPTED, Json(Recovery::of(&state, locale, view, None)))),
        Err(error) => Err(step_problem(error, locale)),
    }
}

/// Sends another link; the one before it ends.
#[utoipa::path(
    post, path = "/recoveries/{id}/link/resend", tag = "recoveries", params(("id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 202, body = Recovery), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem),
    ),
)]
pub(super) async fn resend_link(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    Bearer(token): Bearer,
) -> Result<(StatusCode, Json<Recovery>), Problem> {
    match state.service().resend_link(&id, &token).await {
        Ok(view) => Ok((StatusCode::ACCEPTED, Json(Recovery::of(&state, locale, view, None)))),
        Err(error) => Err(step_problem(error, locale)),
    }
}

/// "No tengo acceso a ese correo": leads to the assisted path.
#[utoipa::path(
    post, path = "/recoveries/{id}/no-mail-access", tag = "recoveries", params(("id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Recovery), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 503, body = Problem),
    ),
)]
pub(super) async fn lose_mail_access(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    Bearer(token): Bearer,
) -> Result<Json<Recovery>, Problem> {
    match state.service().lose_mail_access(&id, &token).await {
        Ok(view) => Ok(Json(Recovery::of(&state, locale, view, None))),
        Err(error) => Err(step_problem(error, locale)),
    }
}
