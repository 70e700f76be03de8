//! A printed slip: the three identifiers and its secret open the form for the new key.

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{CaseReference, ReferenceError};
use clavero_service::desk::{SlipError, UseSlip};
use clavero_words::{Locale, tr, tr_args};

use super::SLIP;
use crate::{
    WebState,
    address::Sender,
    language::Language,
    pages::{
        forms::IdentifierForm,
        layout::{Layout, PageError, page},
        message::{too_many, unavailable},
        proof,
        recover::refused_form,
    },
};

#[derive(Template)]
#[template(path = "case/slip.html")]
struct Slip {
    l: Layout,
    form: IdentifierForm,
}

pub(super) async fn show(State(state): State<WebState>, Language(locale): Language) -> Response {
    let l = Layout::new(&state, locale, "slip-page", SLIP).under_employers();
    page(StatusCode::OK, &Slip { l, form: IdentifierForm::default() })
}

fn again(state: &WebState, locale: Locale, form: IdentifierForm, errors: Vec<PageError>) -> Response {
    let mut l = Layout::new(state, locale, "slip-page", SLIP).under_employers();
    l.errors = errors;
    page(StatusCode::UNPROCESSABLE_ENTITY, &Slip { l, form })
}

/// What is wrong with the typed secret's form; its check symbol finds a slip before anything is counted.
fn mistyped(locale: Locale, secret: &str) -> Option<PageError> {
    let error = CaseReference::parse(secret).err()?;
    let found = match error {
        ReferenceError::Length { found } => found.to_string(),
        _ => String::new(),
    };
    let key = format!("slip-page-{}", error.code());
    Some(PageError { field: "slip", text: tr_args(locale, &key, &[("found", &found)]) })
}

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
    let mut errors = Vec::new();
    let identifiers = form.read(&state, locale).map_err(|found| errors.extend(found)).ok();
    errors.extend(mistyped(locale, &form.slip));
    let Some(identifiers) = identifiers.filter(|_| errors.is_empty()) else {
        return again(&state, locale, form, errors);
    };
    let slip = UseSlip { identifiers, secret: &form.slip, proof: form.proof() };
    match state.service().use_slip(slip, &client).await {
        Ok(token) => Redirect::to(&format!("/clave/{token}")).into_response(),
        Err(SlipError::Invalid) => again(
            &state,
            locale,
            form,
            vec![PageError { field: "slip", text: tr(locale, "slip-page-invalid") }],
        ),
        Err(SlipError::ProofRequired(challenge)) => proof::page_for(&state, locale, SLIP, &challenge, &form),
        Err(SlipError::TooMany { retry_after }) => too_many(&state, locale, retry_after),
        Err(SlipError::Unavailable) => unavailable(&state, locale),
    }
}
