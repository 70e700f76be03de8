//! Step 1: the three identifiers, "Validar".

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_service::{StartError, StartRecovery};
use clavero_words::{Locale, time};

use super::{
    RECOVER,
    forms::IdentifierForm,
    layout::{Layout, PageError, page},
    message::{self, too_many_starts, unavailable},
    proof, voucher,
};
use crate::{WebState, address::Sender, cookies, language::Language};

#[derive(Template)]
#[template(path = "recover.html")]
struct Recover {
    l: Layout,
    form: IdentifierForm,
    /// The address of a flow that this browser has started and could go on with.
    running: Option<String>,
    /// Until when codes are kept for this browser.
    reserved: Option<String>,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
) -> Response {
    let mut running = None;
    if let Some((id, token)) = cookies::latest_flow(&headers, state.config())
        && let Ok(view) = state.service().recovery(&id, &token).await
        && (view.code.is_some() || view.link.is_some())
        && view.state != clavero_protocol::State::Expired
    {
        running = Some(format!("{RECOVER}/{id}"));
    }
    let reserved = voucher::ends_at(&state, &headers).map(time::date_minute);
    let l = Layout::new(&state, locale, "recover", RECOVER).under_employers();
    page(StatusCode::OK, &Recover { l, form: IdentifierForm::default().named(), running, reserved })
}

fn again(state: &WebState, locale: Locale, form: IdentifierForm, errors: Vec<PageError>) -> Response {
    let mut l = Layout::new(state, locale, "recover", RECOVER).under_employers();
    l.errors = errors;
    page(StatusCode::UNPROCESSABLE_ENTITY, &Recover { l, form: form.named(), running: None, reserved: None })
}

pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    headers: HeaderMap,
    form: Result<Form<IdentifierForm>, FormRejection>,
) -> Response {
    let Form(form) = match form {
        Ok(form) => form,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    let identifiers = match form.read(&state, locale) {
        Ok(identifiers) => identifiers,
        Err(errors) => return again(&state, locale, form, errors),
    };
    let request = StartRecovery {
        identifiers,
        locale,
        proof: form.proof().map(str::to_owned),
        form: form.form.clone(),
    };
    match state.service().start_recovery(request, &client).await {
        Ok(started) => {
            let cookie = cookies::with_flow(&headers, state.config(), &started.view.id, &started.token);
            let to = Redirect::to(&format!("{RECOVER}/{}", started.view.id));
            ([(header::SET_COOKIE, cookie)], to).into_response()
        }
        Err(StartError::DataMismatch { ruc_looks_mistyped }) => {
            let say = |field, key: &str| PageError { field, text: clavero_words::tr(locale, key) };
            let mut errors = vec![say("representative_id", "mismatch")];
            if ruc_looks_mistyped {
                errors.push(say("ruc", "mismatch-check-digit"));
            }
            again(&state, locale, form, errors)
        }
        Err(StartError::ProofRequired(challenge)) => {
            proof::page_for(&state, locale, RECOVER, &challenge, &form)
        }
        Err(StartError::TooMany { retry_after }) => too_many_starts(&state, locale, retry_after),
        Err(StartError::Unavailable) => unavailable(&state, locale),
    }
}

/// A form that is none: too large, or of another type.
pub(crate) fn refused_form(state: &WebState, locale: Locale, rejection: &FormRejection) -> Response {
    let status = rejection.status();
    let key = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "wrong-type",
        _ => "bad-form",
    };
    message::message(state, locale, status, key)
}
