//! Which language a request is answered in: `?lang=`, then what was chosen before, then `Accept-Language`.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{header, request::Parts},
    middleware::Next,
    response::Response,
};
use clavero_words::Locale;

use crate::{WebState, cookies};

/// The request's language.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Language(pub(crate) Locale);

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// Finds the language, and keeps one that was chosen by `?lang=`.
pub(crate) async fn negotiate(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let chosen = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "lang")
        .and_then(|(_, value)| Locale::parse(&value));
    let headers = request.headers();
    let locale = chosen
        .or_else(|| {
            cookies::read(headers, state.config(), cookies::LANGUAGE).and_then(|tag| Locale::parse(&tag))
        })
        .or_else(|| {
            let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            accepted.and_then(Locale::negotiate)
        })
        .unwrap_or_default();
    request.extensions_mut().insert(Language(locale));
    let mut response = next.run(request).await;
    if chosen.is_some() {
        let cookie = cookies::set(state.config(), cookies::LANGUAGE, locale.as_str(), Some(365 * 86_400));
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
