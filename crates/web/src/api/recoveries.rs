//! Recoveries.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
};
use clavero_protocol::FieldError;
use clavero_service::{
    AccessError, Field, Identifiers, RawIdentifiers, StartError, StartRecovery, StepError,
    desk::OpenCaseError,
};
use clavero_words::{Locale, tr};
use utoipa::ToSchema;

use super::{
    body::{Bearer, Body, Content, Draft, Members},
    problem::{Problem, WrongField},
    recovery::Recovery,
};
use crate::{WebState, address::Sender, language::Language, pages};

/// What starts a recovery.
#[derive(ToSchema)]
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
    /// Language of the mails, `es` or `en`; without it that of the request.
    #[schema(pattern = "^([eE][sS]|[eE][nN])([-_][A-Za-z0-9]+)*$", example = "es")]
    locale: Option<String>,
    /// The solved challenge of a `proof-required`.
    proof: Option<String>,
}

impl Content for Start {
    fn take(members: &mut Members) -> Self {
        Self {
            representative_id: members.text("representative_id"),
            ruc: members.text("ruc"),
            sucursal: members.text("sucursal"),
            locale: members.optional("locale"),
            proof: members.optional("proof"),
        }
    }
}

/// Reads the identifiers; what is wrong is added to what was found before, one mistake for each field.
fn identifiers(
    state: &WebState,
    locale: Locale,
    raw: &RawIdentifiers<'_>,
    mut wrong: Vec<WrongField>,
) -> Result<Identifiers, Vec<WrongField>> {
    let say = |(field, error): (Field, FieldError)| WrongField {
        field: field.as_str().to_owned(),
        code: error.code(),
        message: pages::field_error(locale, field, &error),
    };
    let read = Identifiers::parse(raw, &state.service().settings().foreigner);
    match read {
        Ok(identifiers) if wrong.is_empty() => return Ok(identifiers),
        Ok(_) => {}
        Err(errors) => {
            for error in errors.into_iter().map(say) {
                if wrong.iter().all(|known| known.field != error.field) {
                    wrong.push(error);
                }
            }
        }
    }
    Err(wrong)
}

/// Starts a recovery: checks the identifiers and queues the code.
#[utoipa::path(
    post, path = "/recoveries", operation_id = "startRecovery", tag = "recoveries", request_body = Start,
    responses(
        (status = 201, description = "Started. `token` opens it from now on.", body = Recovery,
            headers(("Location" = String, description = "The recovery's own address."))),
        (status = 400, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, description = "`invalid-fields` with `errors`, or `data-mismatch`.", body = Problem),
        (status = 428, description = "`proof-required` with a `challenge`.", body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    ),
)]
pub(super) async fn start(
    State(state): State<WebState>,
    Language(language): Language,
    Sender(client): Sender,
    Draft(start, mut wrong): Draft<Start>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<Recovery>), Problem> {
    let wished = start.locale.as_deref().map(Locale::parse);
    let locale = wished.flatten().unwrap_or(language);
    if wished == Some(None) {
        let (field, code) = ("locale".to_owned(), FieldError::UnknownWord.code());
        wrong.push(WrongField { field, code, message: tr(locale, "field-error-unknown-word") });
    }
    let raw = RawIdentifiers {
        representative_id: &start.representative_id,
        ruc: &start.ruc,
        sucursal: &start.sucursal,
        domestic: false,
    };
    let identifiers = identifiers(&state, locale, &raw, wrong)
        .map_err(|wrong| Problem::invalid_fields(wrong).localised(locale))?;
    let request = StartRecovery { identifiers, locale, proof: start.proof, form: String::new() };
    match state.service().start_recovery(request, &client).await {
        Ok(started) => {
            let address = format!("/api/v1/recoveries/{}", started.view.id);
            let recovery = Recovery::of(&state, locale, started.view, Some(started.token));
            Ok((StatusCode::CREATED, [(header::LOCATION, address)], Json(recovery)))
        }
        Err(error) => Err(start_problem(error).localised(locale)),
    }
}

fn start_problem(error: StartError) -> Problem {
    match error {
        StartError::DataMismatch { .. } => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "data-mismatch"),
        StartError::TooMany { retry_after } => Problem::too_many(retry_after),
        StartError::ProofRequired(challenge) => Problem::proof_required(&challenge),
        StartError::Unavailable => Problem::unavailable(),
    }
}

/// A recovery as it stands.
#[utoipa::path(
    get, path = "/recoveries/{id}", operation_id = "readRecovery", tag = "recoveries",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 200, description = "As it stands.", body = Recovery), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem),
    ),
)]
pub(super) async fn read(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(id): Path<String>,
    Bearer(token): Bearer,
) -> Result<Json<Recovery>, Problem> {
    match state.service().recovery(&id, &token).await {
        Ok(view) => Ok(Json(Recovery::of(&state, locale, view, None))),
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
            let message = tr(locale, "problem-bad-code-form");
            let (field, code) = ("code".to_owned(), error.code());
            Problem::invalid_fields(vec![WrongField { field, code, message }])
        }
        StepError::WrongCode { attempts_left } => Problem::wrong_code(attempts_left),
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
#[derive(ToSchema)]
pub(super) struct TypedCode {
    /// The digits; spaces and dashes do not matter.
    #[schema(example = "042137", max_length = 64)]
    code: String,
}

impl Content for TypedCode {
    fn take(members: &mut Members) -> Self {
        Self { code: members.text("code") }
    }
}

/// Checks the code. The guess is counted before it is compared.
#[utoipa::path(
    post, path = "/recoveries/{id}/code", operation_id = "verifyCode", tag = "recoveries",
    params(("id" = String, Path)), security(("bearer" = [])), request_body = TypedCode,
    responses(
        (status = 200, description = "Right: the link is on its way.", body = Recovery),
        (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem),
        (status = 410, description = "`code-expired`, `code-exhausted` or `flow-expired`.", body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, description = "`wrong-code` with `attempts_left`, or `invalid-fields` with `errors`.",
            body = Problem),
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
    post, path = "/recoveries/{id}/code/resend", operation_id = "resendCode", tag = "recoveries",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 202, description = "Queued.", body = Recovery), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
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
    post, path = "/recoveries/{id}/link/resend", operation_id = "resendLink", tag = "recoveries",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 202, description = "Queued.", body = Recovery), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
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
    post, path = "/recoveries/{id}/no-mail-access", operation_id = "loseMailAccess", tag = "recoveries",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 200, description = "It goes on in person.", body = Recovery), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 503, body = Problem),
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

/// Opens the case that an assisted recovery leads to, without retyping; the same one each time.
#[utoipa::path(
    post, path = "/recoveries/{id}/case", operation_id = "openCase", tag = "recoveries",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 200, description = "`assisted` names the case.", body = Recovery),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "`wrong-state`, or `too-many-open-cases`.", body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    ),
)]
pub(super) async fn open_case(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(id): Path<String>,
    Bearer(token): Bearer,
) -> Result<Json<Recovery>, Problem> {
    let refuse = |error| access_problem(error).localised(locale);
    state.service().recovery(&id, &token).await.map_err(refuse)?;
    state.service().open_case_from_recovery(&id, &token, &client).await.map_err(|error| {
        match error {
            OpenCaseError::NotAssisted => Problem::new(StatusCode::CONFLICT, "wrong-state"),
            OpenCaseError::TooManyOpen => Problem::new(StatusCode::CONFLICT, "too-many-open-cases"),
            OpenCaseError::TooMany { retry_after } => Problem::too_many(retry_after),
            OpenCaseError::NoRecovery => Problem::new(StatusCode::NOT_FOUND, "not-found"),
            OpenCaseError::DataMismatch { .. }
            | OpenCaseError::ProofRequired(_)
            | OpenCaseError::RoleForbids
            | OpenCaseError::Unavailable => Problem::unavailable(),
        }
        .localised(locale)
    })?;
    let view = state.service().recovery(&id, &token).await.map_err(refuse)?;
    Ok(Json(Recovery::of(&state, locale, view, None)))
}
