//! The touch that a decision's form carries: a passkey's answer, or the code of an authenticator app.
//!
//! A form includes `touch.html` with a [`Touching`] named `touch`, and its handler reads a [`TouchForm`] (flattened) and gives
//! [`TouchForm::answer`] to the service with the purpose that it computes itself. The button of the form asks for the
//! passkey; the code works without a script.

use axum::{
    extract::{Form, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::Hex;
use clavero_service::{OfficerSessionView, TouchAnswer, TouchError};
use clavero_words::{Locale, tr};
use serde::Deserialize;

use super::signed_in::{Anyone, Signed};
use crate::{WebState, pages, pages::PageError};

/// What `touch.html` shows.
pub(crate) struct Touching {
    /// The id of its field, which refusals name.
    pub(crate) field: String,
    /// SHA-256 of what is decided, hexadecimal.
    pub(crate) purpose: String,
    pub(crate) has_passkey: bool,
    pub(crate) has_totp: bool,
    /// The code that the demonstration gives away.
    pub(crate) demonstration: Option<String>,
}

impl Touching {
    pub(crate) async fn new(
        state: &WebState,
        (token, session): (&str, &OfficerSessionView),
        (field, purpose): (impl Into<String>, [u8; 32]),
    ) -> Self {
        Self {
            field: field.into(),
            purpose: Hex(&purpose).to_string(),
            has_passkey: session.has_passkey && state.service().passkey_domain().is_some(),
            has_totp: session.has_totp,
            demonstration: state.service().demonstration_code(token).await,
        }
    }
}

/// The fields of `touch.html`.
#[derive(Deserialize, Default)]
pub(crate) struct TouchForm {
    #[serde(default, rename = "touch_ceremony")]
    ceremony: String,
    #[serde(default, rename = "touch_assertion")]
    assertion: String,
    #[serde(default, rename = "touch_code")]
    code: String,
}

impl TouchForm {
    pub(crate) fn answer(&self) -> TouchAnswer<'_> {
        TouchAnswer { ceremony: &self.ceremony, assertion: &self.assertion, code: &self.code }
    }
}

/// What a touch that did not come about is called beside the form; or a page of its own.
pub(crate) fn refused(
    state: &WebState,
    locale: Locale,
    error: TouchError,
    field: &'static str,
) -> Result<PageError, Box<Response>> {
    let key = match error {
        TouchError::Absent => "touch-absent",
        TouchError::Refused | TouchError::NoPasskeys => "touch-refused",
        TouchError::TooMany { retry_after } => {
            return Err(Box::new(pages::too_many(state, locale, retry_after)));
        }
        TouchError::Unauthorized => return Err(Box::new(Redirect::to(super::DESK).into_response())),
        TouchError::Unavailable => return Err(Box::new(pages::unavailable(state, locale))),
    };
    Ok(PageError { field, text: tr(locale, key) })
}

#[derive(Deserialize)]
pub(super) struct Purpose {
    purpose: String,
}

pub(super) fn parse(purpose: &str) -> Option<[u8; 32]> {
    let digits = purpose.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect::<Option<Vec<u8>>>()?.try_into().ok()
}

/// Begins to ask for a touch.
pub(super) async fn begin(
    State(state): State<WebState>,
    officer: Signed<Anyone>,
    Form(form): Form<Purpose>,
) -> Response {
    let Some(purpose) = parse(&form.purpose) else { return StatusCode::UNPROCESSABLE_ENTITY.into_response() };
    match state.service().begin_touch(&officer.token, purpose).await {
        Ok(begun) => ceremony(begun),
        Err(TouchError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(_) => StatusCode::FORBIDDEN.into_response(),
    }
}

/// A ceremony as the script reads it. The token is base64url, the options are JSON already.
pub(super) fn ceremony((token, options): (String, String)) -> Response {
    let body = format!("{{\"ceremony\":\"{token}\",\"publicKey\":{options}}}");
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
