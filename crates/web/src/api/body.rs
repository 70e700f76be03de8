//! Reading a request: a JSON body, a bearer token. What cannot be read is a problem, never a plain text.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use super::Problem;
use crate::{WebState, language::Language};

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<WebState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Self::Rejection> {
        let locale = request.extensions().get::<Language>().copied().unwrap_or_default().0;
        let refuse = |rejection: JsonRejection| {
            let (status, name) = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
                StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-type")
                }
                _ => (StatusCode::BAD_REQUEST, "malformed"),
            };
            Problem::new(status, name).localised(locale)
        };
        Json::<T>::from_request(request, state).await.map(|Json(body)| Self(body)).map_err(refuse)
    }
}

/// `Authorization: Bearer …` (RFC 6750).
pub(super) struct Bearer(pub(super) String);

impl FromRequestParts<WebState> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &WebState) -> Result<Self, Self::Rejection> {
        let locale = parts.extensions.get::<Language>().copied().unwrap_or_default().0;
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        });
        token.map(Self).ok_or_else(|| Problem::unauthorized().localised(locale))
    }
}
