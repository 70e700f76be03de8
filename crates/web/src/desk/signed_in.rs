//! The signed-in officer of a request, and whether their role has what they ask for.
//!
//! A handler that takes [`Signed<Attends>`] is reached by nobody else: others get the sign-in page, or are turned away, which
//! is written into the audit log.

use std::marker::PhantomData;

use axum::{
    extract::FromRequestParts,
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::Role;
use clavero_service::{AccessError, OfficerSessionView};

use super::DESK;
use crate::{WebState, cookies, language::Language, pages};

/// Which roles a page is for.
pub(crate) trait For: Send + Sync + 'static {
    /// Whether a role has it.
    fn has(role: Role) -> bool;
}

/// Every officer.
pub(crate) struct Anyone;

impl For for Anyone {
    fn has(_: Role) -> bool {
        true
    }
}

/// Who brings officers in.
pub(crate) struct Administers;

impl For for Administers {
    fn has(role: Role) -> bool {
        role == Role::Admin
    }
}

/// A signed-in officer whose role has the page.
pub(crate) struct Signed<F: For> {
    /// The session's token, for the service.
    pub(crate) token: String,
    /// Who it is.
    pub(crate) session: OfficerSessionView,
    role: PhantomData<F>,
}

impl<F: For> FromRequestParts<WebState> for Signed<F> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Response> {
        let locale = parts.extensions.get::<Language>().copied().unwrap_or_default().0;
        let token = cookies::read(&parts.headers, state.config(), cookies::OFFICER).unwrap_or_default();
        match state.service().officer_session(&token).await {
            Ok(session) if F::has(session.role) => Ok(Self { token, session, role: PhantomData }),
            Ok(session) => {
                state.service().turn_officer_away(session.officer).await;
                Err(pages::message(state, locale, StatusCode::FORBIDDEN, "desk-role"))
            }
            Err(AccessError::Unavailable) => Err(pages::unavailable(state, locale)),
            Err(AccessError::Unauthorized | AccessError::NotFound) => Err(sign_in_first(parts)),
        }
    }
}

/// To the sign-in page, and from there back to what was asked for.
fn sign_in_first(parts: &Parts) -> Response {
    let back = if parts.method == Method::GET { parts.uri.path() } else { DESK };
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("ir", back).finish();
    Redirect::to(&format!("{DESK}?{query}")).into_response()
}

/// Where a sign-in leads: a page of the desk, whatever was asked for.
pub(super) fn destination(asked: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_".contains(c);
    let is_ours = asked.strip_prefix(DESK).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if is_ours && asked.chars().all(plain) && !asked.contains("//") { asked } else { DESK }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_the_desk_and_nowhere_else() {
        for ours in ["/ventanilla", "/ventanilla/casos/7X2K-9Q4M", "/ventanilla/funcionarios"] {
            assert_eq!(destination(ours), ours);
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "/ventanilla//evil.example",
            "/ventanilla.evil.example",
            "/ventanilla/../buzon",
            "/ventanilla/\\evil.example",
            "https://evil.example/ventanilla",
            "/ventanilla/a\r\nSet-Cookie:x=1",
        ] {
            assert_eq!(destination(other), DESK, "{other:?}");
        }
    }
}
