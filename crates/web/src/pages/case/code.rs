//! The proof that the applicant reads the new mailbox: a code to it, typed here. It may wait for the desk.

use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{CaseRefusal, FieldError};
use clavero_service::{
    Client,
    desk::{CaseError, CaseView},
};
use clavero_words::{Locale, span, tr_args};
use serde::Deserialize;

use super::{
    address_of, entrance,
    page::{Failure, render},
};
use crate::{
    WebState,
    address::Sender,
    language::Language,
    pages::{layout::PageError, recover::refused_form},
};

#[derive(Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

pub(super) async fn send(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(reference): Path<String>,
) -> Response {
    let outcome = state.service().send_case_code(&reference, &client).await;
    stepped(&state, locale, (&reference, &client), (outcome, "")).await
}

pub(super) async fn verify(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(reference): Path<String>,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let Form(CodeForm { code }) = match form {
        Ok(form) => form,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    let outcome = state.service().verify_case_code(&reference, &code, &client).await;
    stepped(&state, locale, (&reference, &client), (outcome, &code)).await
}

async fn stepped(
    state: &WebState,
    locale: Locale,
    case: (&str, &Client),
    (outcome, typed): (Result<CaseView, CaseError>, &str),
) -> Response {
    match outcome {
        Ok(view) => Redirect::to(&address_of(&view.path)).into_response(),
        Err(error) => refuse(state, locale, case, (error, typed)).await,
    }
}

async fn refuse(
    state: &WebState,
    locale: Locale,
    (reference, client): (&str, &Client),
    (error, typed): (CaseError, &str),
) -> Response {
    use StatusCode as S;
    let say = |key: &str, args: &[(&'static str, &str)]| tr_args(locale, key, args);
    let (status, field, text, typed) = match error {
        CaseError::MalformedCode(FieldError::Empty) => {
            (S::UNPROCESSABLE_ENTITY, "code", say("code-error-empty", &[]), "")
        }
        CaseError::MalformedCode(_) => {
            let digits = state.service().settings().policy.code_digits.to_string();
            (S::UNPROCESSABLE_ENTITY, "code", say("code-error-form", &[("digits", &digits)]), typed)
        }
        CaseError::WrongCode { attempts_left: 0 } | CaseError::Refused(CaseRefusal::CodeExhausted) => {
            (S::GONE, "", say("case-code-exhausted", &[]), "")
        }
        CaseError::WrongCode { attempts_left } => {
            let left = attempts_left.to_string();
            (S::UNPROCESSABLE_ENTITY, "code", say("code-error-wrong", &[("left", &left)]), "")
        }
        CaseError::Refused(CaseRefusal::CodeExpired) => {
            let lasted = span(locale, state.service().settings().policy.code_ttl);
            (S::GONE, "", say("case-code-ended", &[("code_ttl", &lasted)]), "")
        }
        CaseError::Refused(CaseRefusal::CodesExhausted) => {
            (S::CONFLICT, "", say("case-codes-spent", &[]), "")
        }
        // A second click, a second tab, or the case has moved on: its page shows where it stands.
        CaseError::Refused(_) | CaseError::Stale | CaseError::Held { .. } | CaseError::Fields(_) => {
            return Redirect::to(&address_of(reference)).into_response();
        }
        error => return entrance::no_case(state, locale, reference, &error),
    };
    match state.service().case(reference, client).await {
        Ok(view) => {
            let errors = vec![PageError { field, text }];
            let failure = Failure { status, errors, typed: typed.to_owned(), details: None };
            render(state, locale, view, Some(failure))
        }
        Err(error) => entrance::no_case(state, locale, reference, &error),
    }
}
