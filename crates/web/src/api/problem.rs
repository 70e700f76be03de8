//! Problem details (RFC 9457): `type` = `urn:clavero:problem:NAME`.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use clavero_protocol::WeakReason;
use clavero_words::{Locale, tr};
use serde::Serialize;
use utoipa::ToSchema;

use crate::pages;

/// RFC 9457 §6.1.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// An error as the API answers it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:clavero:problem:NAME`; each response of this document says which names it may have.
    #[serde(rename = "type")]
    #[schema(pattern = "^urn:clavero:problem:[a-z-]+$", example = "urn:clavero:problem:data-mismatch")]
    kind: String,
    /// What it is, in the request's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Of `invalid-fields`: every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<WrongField>,
    /// Of `wrong-code`: how many more may be tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attempts_left: Option<u8>,
    /// Of `weak-password`: everything that speaks against the key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    reasons: Vec<Reason>,
    /// Of `proof-required`, and of `too-many-requests` where work stands in for waiting: the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    challenge: Option<Box<Task>>,
    #[serde(skip)]
    #[schema(ignore)]
    name: &'static str,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<Duration>,
}

/// A field that was refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WrongField {
    /// Its name.
    #[schema(example = "ruc")]
    pub(super) field: String,
    /// Why, for programs: `empty`, `not-text`, `unknown-field`, `repeated`, `too-short`, `check-digit` and so on.
    #[schema(example = "too-short")]
    pub(super) code: &'static str,
    /// Why, for people, in the request's language.
    pub(super) message: String,
}

/// Why a key is weak.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// `too-short`, `too-long`, `breached`, `context`, `pattern` or `guessable`.
    #[schema(example = "too-short")]
    code: &'static str,
    /// The same for people, in the request's language.
    message: String,
}

impl Reason {
    pub(super) fn of(locale: Locale, reason: WeakReason) -> Self {
        Self { code: reason.code(), message: pages::weak_reason(locale, reason) }
    }
}

/// Work that pays for one request: find `number` from 0 to `maxnumber` so that the SHA-256 of `salt` followed by the
/// number in decimal is `challenge`. `proof` is then the Base64 of the JSON object `{algorithm, challenge, number, salt,
/// signature}`, or `ticket` once `wait_seconds` have passed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Challenge)]
pub(crate) struct Task {
    /// Always `SHA-256`.
    algorithm: &'static str,
    /// The digest to reach, hexadecimal.
    challenge: String,
    /// The largest number that needs to be tried.
    maxnumber: u32,
    /// Goes before the number.
    salt: String,
    /// The service's own, to be sent back.
    signature: String,
    /// Stands in for the solution after `wait_seconds`.
    ticket: String,
    /// How long the ticket takes to ripen, in seconds.
    wait_seconds: u64,
}

impl From<&clavero_service::Challenge> for Task {
    fn from(task: &clavero_service::Challenge) -> Self {
        Self {
            algorithm: task.algorithm,
            challenge: task.challenge.clone(),
            maxnumber: task.maxnumber,
            salt: task.salt.clone(),
            signature: task.signature.clone(),
            ticket: task.ticket.clone(),
            wait_seconds: task.wait_seconds,
        }
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, name: &'static str) -> Self {
        Self {
            kind: format!("urn:clavero:problem:{name}"),
            title: tr(Locale::En, &format!("problem-{name}")),
            status: status.as_u16(),
            errors: Vec::new(),
            attempts_left: None,
            reasons: Vec::new(),
            challenge: None,
            name,
            retry_after: None,
        }
    }

    /// In the request's language.
    pub(crate) fn localised(mut self, locale: Locale) -> Self {
        self.title = tr(locale, &format!("problem-{}", self.name));
        self
    }

    /// With `Retry-After`.
    pub(crate) fn after(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self
    }

    /// 422: these fields are wrong.
    pub(super) fn invalid_fields(errors: Vec<WrongField>) -> Self {
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields") }
    }

    /// 422: not this code.
    pub(super) fn wrong_code(attempts_left: u8) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-code");
        Self { attempts_left: Some(attempts_left), ..problem }
    }

    /// 422: not a key that the policy takes.
    pub(super) fn weak_password(locale: Locale, reasons: &[WeakReason]) -> Self {
        let reasons = reasons.iter().map(|reason| Reason::of(locale, *reason)).collect();
        Self { reasons, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "weak-password") }
    }

    /// 428: work first.
    pub(super) fn proof_required(task: &clavero_service::Challenge) -> Self {
        Self::new(StatusCode::PRECONDITION_REQUIRED, "proof-required").with_challenge(task)
    }

    /// With the task that stands in for waiting.
    pub(super) fn with_challenge(mut self, task: &clavero_service::Challenge) -> Self {
        self.challenge = Some(Box::new(task.into()));
        self.after(Duration::from_secs(task.wait_seconds))
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
            Some(wait) => pages::with_retry_after(response, wait),
            None => response,
        }
    }
}
