//! Problem details (RFC 9457): `type` = `urn:clavero:problem:NAME`.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use clavero_words::{Locale, tr};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// RFC 9457 §6.1.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// An error as the API answers it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:clavero:problem:NAME`.
    #[serde(rename = "type")]
    kind: String,
    /// What it is, in the request's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What belongs to this problem alone.
    #[serde(flatten)]
    #[schema(additional_properties)]
    more: Map<String, Value>,
    #[serde(skip)]
    #[schema(ignore)]
    name: &'static str,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<Duration>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, name: &'static str) -> Self {
        let kind = format!("urn:clavero:problem:{name}");
        let title = tr(Locale::En, &format!("problem-{name}"));
        Self { kind, title, status: status.as_u16(), more: Map::new(), name, retry_after: None }
    }

    /// In the request's language.
    pub(crate) fn localised(mut self, locale: Locale) -> Self {
        self.title = tr(locale, &format!("problem-{}", self.name));
        self
    }

    /// With a member of its own.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// With `Retry-After`.
    pub(crate) fn after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    /// 429.
    pub(crate) fn too_many(retry_after: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").after(retry_after)
    }

    /// 503.
    pub(crate) fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").after(Duration::from_secs(5))
    }

    /// 401.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        match retry_after {
            Some(wait) => crate::pages::with_retry_after(response, wait),
            None => response,
        }
    }
}
