//! `/ventanilla/casos/nuevo`: a case for somebody who came without one.

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_service::desk::{NewCase, OpenCaseError};
use clavero_words::{Locale, tr};

use super::{
    CASES, NEW,
    frame::{self, Frame},
    roles::Attends,
    signed_in::Signed,
};
use crate::{
    WebState,
    language::Language,
    pages::{self, IdentifierForm, Layout, PageError, page},
};

#[derive(Template)]
#[template(path = "desk_opening.html")]
struct Opening {
    l: Layout,
    frame: Frame,
    form: IdentifierForm,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Attends>,
) -> Response {
    render(&state, locale, &officer, (StatusCode::OK, Vec::new(), IdentifierForm::default()))
}

fn render(
    state: &WebState,
    locale: Locale,
    officer: &Signed<Attends>,
    (status, errors, form): (StatusCode, Vec<PageError>, IdentifierForm),
) -> Response {
    let form = form.named();
    let mut l = frame::layout(state, locale, "desk-opening", NEW);
    l.errors = errors;
    page(status, &Opening { frame: Frame::new(state, &l, &officer.session), l, form })
}

pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Attends>,
    form: Result<Form<IdentifierForm>, FormRejection>,
) -> Response {
    let Form(form) = match form {
        Ok(form) => form,
        Err(rejection) => return pages::refused_form(&state, locale, &rejection),
    };
    let identifiers = match form.read(&state, locale) {
        Ok(identifiers) => identifiers,
        Err(errors) => {
            return render(&state, locale, &officer, (StatusCode::UNPROCESSABLE_ENTITY, errors, form));
        }
    };
    let new = NewCase { identifiers, locale, proof: None, form: form.form.clone() };
    let say = |field, key: &str| PageError { field, text: tr(locale, key) };
    let (status, errors) = match state.service().desk_open_case(&officer.officer(), new).await {
        Ok(view) => return Redirect::to(&format!("{CASES}/{}", view.case.path)).into_response(),
        Err(OpenCaseError::DataMismatch { ruc_looks_mistyped }) => {
            let mut errors = vec![say("representative_id", "desk-opening-mismatch")];
            if ruc_looks_mistyped {
                errors.push(say("ruc", "mismatch-check-digit"));
            }
            (StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Err(OpenCaseError::RoleForbids) => {
            (StatusCode::FORBIDDEN, vec![say("", "desk-refused-role-forbids")])
        }
        Err(OpenCaseError::TooMany { retry_after }) => return pages::too_many(&state, locale, retry_after),
        Err(_) => return pages::unavailable(&state, locale),
    };
    render(&state, locale, &officer, (status, errors, form))
}
