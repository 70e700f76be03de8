//! The door of the assisted path: who it is for, what to bring, where to go, and how a case is opened or found again.

use askama::Template;
use axum::{
    extract::{Form, Query, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{AssistedCause, AssistedReason, CaseReference, EmployerKind, Need, ReferenceError};
use clavero_service::{
    RecoveryView,
    desk::{CaseError, CaseView, Centre, NewCase, OpenCaseError},
};
use clavero_words::{Locale, tr, tr_args};
use serde::Deserialize;

use super::{ASSISTED, address_of};
use crate::{
    WebState,
    address::Sender,
    cookies,
    language::Language,
    pages::{
        RECOVER,
        forms::IdentifierForm,
        layout::{Layout, PageError, page},
        message::{message, too_many, unavailable},
        proof,
        recover::refused_form,
    },
    papers,
};

/// What one kind of employer brings.
struct Kind {
    word: &'static str,
    name: String,
    always: Vec<String>,
    third_party: Vec<String>,
    change: Vec<String>,
}

/// A recovery of this browser that ended here.
struct Flow {
    id: String,
    why: String,
    /// The case that it has led to already.
    case: Option<CaseView>,
}

#[derive(Template)]
#[template(path = "case/entrance.html")]
struct Entrance {
    l: Layout,
    flow: Option<Flow>,
    reason: Option<String>,
    form: IdentifierForm,
    reference: String,
    mismatch: bool,
    kinds: Vec<Kind>,
    centres: Vec<Centre>,
    days: String,
}

#[derive(Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    motivo: String,
}

/// What a refused form brings to the page.
#[derive(Default)]
struct Typed {
    form: IdentifierForm,
    reference: String,
    errors: Vec<PageError>,
}

pub(super) async fn back() -> Redirect {
    Redirect::to(ASSISTED)
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Response {
    let flow = flow_of(&state, locale, &headers).await;
    let reason =
        AssistedReason::parse(&params.motivo).map(|reason| why(locale, AssistedCause::Reason(reason)));
    let reason = reason.filter(|_| flow.is_none());
    render(&state, locale, StatusCode::OK, (flow, reason), Typed::default())
}

fn render(
    state: &WebState,
    locale: Locale,
    status: StatusCode,
    (flow, reason): (Option<Flow>, Option<String>),
    typed: Typed,
) -> Response {
    let mut l = Layout::new(state, locale, "assisted", ASSISTED).under_employers();
    let mismatch = typed.errors.iter().any(|error| error.text == l.t("mismatch"));
    l.errors = typed.errors;
    let settings = state.service().settings();
    let days = settings.policy.cases.case_ttl.as_secs() / 86_400;
    let kinds = EmployerKind::ALL.into_iter().map(|kind| Kind {
        word: kind.as_str(),
        name: papers::kind(locale, kind),
        always: documents_of(state, locale, kind, Need::Always),
        third_party: documents_of(state, locale, kind, Need::ThirdParty),
        change: documents_of(state, locale, kind, Need::RepresentativeChange),
    });
    let template = Entrance {
        l,
        flow,
        reason,
        form: typed.form.named(),
        reference: typed.reference,
        mismatch,
        kinds: kinds.collect(),
        centres: settings.centres.clone(),
        days: days.to_string(),
    };
    page(status, &template)
}

fn why(locale: Locale, cause: AssistedCause) -> String {
    tr(locale, &format!("assisted-reason-{}", cause.as_str().replace('_', "-")))
}

/// The reason as a sentence of its own.
pub(super) fn why_alone(locale: Locale, cause: AssistedCause) -> String {
    let text = why(locale, cause);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The recovery that this browser started last, where it ended in the assisted path.
async fn flow_of(state: &WebState, locale: Locale, headers: &HeaderMap) -> Option<Flow> {
    let (id, token) = cookies::latest_flow(headers, state.config())?;
    if !state.service().recoveries_lead_to_cases() {
        return None;
    }
    let RecoveryView { cause, .. } = state.service().recovery(&id, &token).await.ok()?;
    let case = state.service().case_of_recovery(&id, &token).await.ok()?;
    Some(Flow { id, why: why(locale, cause?), case })
}

#[derive(Deserialize)]
pub(super) struct FlowForm {
    #[serde(default)]
    flow: String,
}

/// From a recovery that ended in the assisted path: nothing is typed again.
pub(super) async fn open_from_flow(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    headers: HeaderMap,
    form: Result<Form<FlowForm>, FormRejection>,
) -> Response {
    let Form(FlowForm { flow }) = match form {
        Ok(form) => form,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    let token = cookies::flow_token(&headers, state.config(), &flow).unwrap_or_default();
    match state.service().open_case_from_recovery(&flow, &token, &client).await {
        Ok(view) => Redirect::to(&address_of(&view.path)).into_response(),
        // It goes on online: its own page says how.
        Err(OpenCaseError::NotAssisted) => Redirect::to(&format!("{RECOVER}/{flow}")).into_response(),
        Err(OpenCaseError::NoRecovery) => {
            message(&state, locale, StatusCode::NOT_FOUND, "case-other-browser")
        }
        Err(error) => refuse(&state, locale, error, IdentifierForm::default()),
    }
}

/// By choice: the three identifiers.
pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    form: Result<Form<IdentifierForm>, FormRejection>,
) -> Response {
    let Form(form) = match form {
        Ok(form) => form,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    let identifiers = match form.read(&state, locale) {
        Ok(identifiers) => identifiers,
        Err(errors) => return again(&state, locale, StatusCode::UNPROCESSABLE_ENTITY, (form, errors)),
    };
    let (proof, name) = (form.proof().map(str::to_owned), form.form.clone());
    let new = NewCase { identifiers, locale, proof, form: name };
    match state.service().open_case(new, &client).await {
        Ok(view) => Redirect::to(&address_of(&view.path)).into_response(),
        Err(error) => refuse(&state, locale, error, form),
    }
}

fn again(
    state: &WebState,
    locale: Locale,
    status: StatusCode,
    (form, errors): (IdentifierForm, Vec<PageError>),
) -> Response {
    render(state, locale, status, (None, None), Typed { form, errors, ..Typed::default() })
}

fn refuse(state: &WebState, locale: Locale, error: OpenCaseError, form: IdentifierForm) -> Response {
    let say = |field, key: &str| PageError { field, text: tr(locale, key) };
    match error {
        OpenCaseError::DataMismatch { ruc_looks_mistyped } => {
            let mut errors = vec![say("representative_id", "mismatch")];
            if ruc_looks_mistyped {
                errors.push(say("ruc", "mismatch-check-digit"));
            }
            again(state, locale, StatusCode::UNPROCESSABLE_ENTITY, (form, errors))
        }
        OpenCaseError::TooManyOpen => {
            again(state, locale, StatusCode::CONFLICT, (form, vec![say("reference", "case-too-many-open")]))
        }
        OpenCaseError::ProofRequired(challenge) => {
            proof::page_for(state, locale, ASSISTED, &challenge, &form)
        }
        OpenCaseError::TooMany { retry_after } => too_many(state, locale, retry_after),
        OpenCaseError::NoRecovery
        | OpenCaseError::NotAssisted
        | OpenCaseError::RoleForbids
        | OpenCaseError::Unavailable => unavailable(state, locale),
    }
}

#[derive(Deserialize)]
pub(super) struct LookUp {
    #[serde(default)]
    reference: String,
}

/// "Ya tengo una referencia". A slip is told here; what is well-formed has a page, and that page knows whether it exists.
pub(super) async fn look_up(
    State(state): State<WebState>,
    Language(locale): Language,
    form: Result<Form<LookUp>, FormRejection>,
) -> Response {
    let Form(LookUp { reference }) = match form {
        Ok(form) => form,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    match CaseReference::parse(&reference) {
        Ok(parsed) => Redirect::to(&address_of(parsed.as_str())).into_response(),
        Err(error) => mistyped(&state, locale, StatusCode::UNPROCESSABLE_ENTITY, (reference, error)),
    }
}

fn mistyped(
    state: &WebState,
    locale: Locale,
    status: StatusCode,
    (reference, error): (String, ReferenceError),
) -> Response {
    let found = match error {
        ReferenceError::Length { found } => found.to_string(),
        _ => String::new(),
    };
    let text = tr_args(locale, &format!("case-{}", error.code()), &[("found", &found)]);
    at_reference(state, locale, status, (reference, text))
}

fn at_reference(
    state: &WebState,
    locale: Locale,
    status: StatusCode,
    (reference, text): (String, String),
) -> Response {
    let errors = vec![PageError { field: "reference", text }];
    render(state, locale, status, (None, None), Typed { reference, errors, ..Typed::default() })
}

/// The page of a reference that leads to no case: back at the door, with what was typed.
pub(super) fn no_case(state: &WebState, locale: Locale, typed: &str, error: &CaseError) -> Response {
    let typed: String = typed.chars().take(64).collect();
    match error {
        CaseError::Reference(error) => mistyped(state, locale, StatusCode::NOT_FOUND, (typed, *error)),
        CaseError::TooMany { retry_after } => too_many(state, locale, *retry_after),
        CaseError::Damaged => message(state, locale, StatusCode::CONFLICT, "case-damaged"),
        CaseError::Unknown => {
            at_reference(state, locale, StatusCode::NOT_FOUND, (typed, tr(locale, "case-unknown")))
        }
        _ => unavailable(state, locale),
    }
}

/// What to bring, by kind of employer: what the API tells.
pub(crate) fn documents(state: &WebState, locale: Locale) -> serde_json::Value {
    let of = |kind: EmployerKind| {
        let names: Vec<String> =
            Need::ALL.into_iter().flat_map(|need| documents_of(state, locale, kind, need)).collect();
        (kind.as_str().to_owned(), names.into())
    };
    serde_json::Value::Object(EmployerKind::ALL.into_iter().map(of).collect())
}

/// The documents that an employer of this kind brings on this occasion.
pub(super) fn documents_of(state: &WebState, locale: Locale, kind: EmployerKind, need: Need) -> Vec<String> {
    let documents = state.service().settings().documents.iter();
    let theirs = documents.filter(|document| document.when == need && document.is_for(kind));
    theirs.map(|document| document.name(locale).to_owned()).collect()
}
