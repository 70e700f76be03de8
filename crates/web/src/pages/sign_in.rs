//! Signing in: one answer for every failure.

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_service::{SignIn, SignInError};
use clavero_words::{Locale, tr};

use super::{
    ACCOUNT, SIGN_IN,
    forms::IdentifierForm,
    layout::{Layout, PageError, page},
    message::{too_many_sign_ins, unavailable},
    proof,
    recover::refused_form,
};
use crate::{WebState, address::Sender, cookies, language::Language};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    l: Layout,
    form: IdentifierForm,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    headers: HeaderMap,
) -> Response {
    // Signed in already: the account is what one wants, not a dead end.
    if let Some(token) = cookies::read(&headers, state.config(), cookies::SESSION)
        && state.service().session(&token).await.is_ok()
    {
        return Redirect::to(ACCOUNT).into_response();
    }
    let l = Layout::new(&state, locale, "sign-in", SIGN_IN).under_employers();
    page(StatusCode::OK, &Page { l, form: IdentifierForm::default() })
}

fn again(
    state: &WebState,
    locale: Locale,
    mut form: IdentifierForm,
    (status, errors): (StatusCode, Vec<PageError>),
) -> Response {
    form.password.clear();
    let mut l = Layout::new(state, locale, "sign-in", SIGN_IN).under_employers();
    l.errors = errors;
    page(status, &Page { l, form })
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
    let mut errors = Vec::new();
    let identifiers = form.read(&state, locale).map_err(|found| errors.extend(found)).ok();
    if form.password.is_empty() {
        errors.push(PageError { field: "password", text: tr(locale, "sign-in-error-empty") });
    }
    let Some(identifiers) = identifiers.filter(|_| errors.is_empty()) else {
        return again(&state, locale, form, (StatusCode::UNPROCESSABLE_ENTITY, errors));
    };
    let sign_in = SignIn { identifiers, password: &form.password, proof: form.proof() };
    match state.service().sign_in(sign_in, &client).await {
        Ok(signed_in) => {
            let config = state.config();
            // The browser forgets the session that it had: nobody could close it any more.
            if let Some(before) = cookies::read(&headers, config, cookies::SESSION) {
                // Where that cannot be written the service has told it; the session ends by itself.
                let _ = state.service().sign_out(&before).await;
            }
            let absolute = state.service().settings().sessions.absolute.as_secs();
            let session = cookies::set(config, cookies::SESSION, &signed_in.token, Some(absolute));
            let device = cookies::set(config, cookies::DEVICE, &signed_in.device, Some(365 * 86_400));
            let mut response = Redirect::to(ACCOUNT).into_response();
            for cookie in [session, device] {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(SignInError::InvalidCredentials) => {
            let error = PageError { field: "", text: tr(locale, "sign-in-error") };
            again(&state, locale, form, (StatusCode::UNAUTHORIZED, vec![error]))
        }
        Err(SignInError::ProofRequired(challenge)) => {
            proof::page_for(&state, locale, SIGN_IN, &challenge, &form)
        }
        Err(SignInError::TooMany { retry_after }) => too_many_sign_ins(&state, locale, retry_after),
        Err(SignInError::Busy | SignInError::Unavailable) => unavailable(&state, locale),
    }
}
