//! What stands around every request: security headers, same origin, one line in the log, calm errors.

use std::{
    io,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::{Body, HttpBody as _},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::time::timeout_at;

use crate::{WebState, api::Problem, language::Language, pages, refused};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    ),
];

/// For a whole body to arrive: forms are a few hundred bytes, and a connection that waits for one has a place that others lack.
const BODY_IN: Duration = Duration::from_secs(15);

/// Sets what every answer carries, unless the handler has set it.
pub(crate) async fn headers(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if state.config().is_secure() {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// Refuses what another site makes a browser send (Fetch Metadata, then Origin). Requests with neither do not come from
/// a browser of the last years; they bring no cookies that anyone could abuse.
pub(crate) async fn same_origin(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers(), &state) {
        return next.run(request).await;
    }
    refused::of_another_site();
    let language = request.extensions().get::<Language>().copied().unwrap_or_default();
    if is_api(request.uri().path()) {
        return Problem::new(StatusCode::FORBIDDEN, "cross-site").localised(language.0).into_response();
    }
    pages::message(&state, language.0, StatusCode::FORBIDDEN, "cross-site")
}

/// Puts out whoever sends a head and then goes silent (RFC 9110 §15.5.9).
pub(crate) async fn body_in_time(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let language = request.extensions().get::<Language>().copied().unwrap_or_default();
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let path = parts.uri.path().to_owned();
    let (end, is_late) = (tokio::time::Instant::now() + BODY_IN, Arc::new(AtomicBool::new(false)));
    let begun = (Some(body.into_data_stream()), Arc::clone(&is_late));
    let in_time = stream::unfold(begun, move |(parts, late)| async move {
        let mut parts = parts?;
        if let Ok(part) = timeout_at(end, parts.next()).await {
            return part.map(|part| (part, (Some(parts), late)));
        }
        late.store(true, Ordering::Relaxed);
        Some((Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut))), (None, late)))
    });
    let response = next.run(Request::from_parts(parts, Body::from_stream(in_time))).await;
    if !is_late.load(Ordering::Relaxed) {
        return response;
    }
    let refusal = refuse(&state, language, &path, StatusCode::REQUEST_TIMEOUT, "too-slow");
    ([(header::CONNECTION, "close")], refusal).into_response()
}

/// No address of ours holds a control character or a letter beyond ASCII. What led on from one would have it in its `Location`, where
/// neither may stand (RFC 9110 §10.2.2).
pub(crate) async fn plain_address(State(state): State<WebState>, request: Request, next: Next) -> Response {
    if is_plain(request.uri().path()) {
        return next.run(request).await;
    }
    let language = request.extensions().get::<Language>().copied().unwrap_or_default();
    refuse(&state, language, request.uri().path(), StatusCode::NOT_FOUND, "not-found")
}

fn is_plain(path: &str) -> bool {
    let mut escaped =
        path.split('%').skip(1).filter_map(|after| u8::from_str_radix(after.get(..2)?, 16).ok());
    escaped.all(|byte| byte.is_ascii() && !byte.is_ascii_control())
}

fn is_same_origin(headers: &HeaderMap, state: &WebState) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    text("origin").is_none_or(|origin| origin == state.config().public_url.origin().ascii_serialization())
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// One line a request: the route's template, never the path itself, which may hold a token.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    let (status, seconds) = (response.status(), started.elapsed().as_secs_f64());
    metrics::counter!("clavero_http_requests_total", "route" => route.clone(), "status" => status.as_u16().to_string())
        .increment(1);
    refused::in_form(status, &route);
    metrics::histogram!("clavero_http_seconds", "route" => route.clone()).record(seconds);
    tracing::debug!(%method, route, status = status.as_u16(), ms = seconds * 1e3, "request");
    response
}

/// A handler that panics is one calm page, and one line for the engineer on call.
pub(crate) async fn catch_panic(request: Request, next: Next) -> Response {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// Nothing is here.
pub(crate) async fn not_found(
    State(state): State<WebState>,
    language: Language,
    request: Request,
) -> Response {
    match without_last_slash(request.uri()) {
        Some(address) => Redirect::permanent(&address).into_response(),
        None => refuse(&state, language, request.uri().path(), StatusCode::NOT_FOUND, "not-found"),
    }
}

/// The page that an address with a slash too many means. Only for paths of our own alphabet, whole segments: what comes
/// out is a path on this site, whatever comes in.
fn without_last_slash(address: &Uri) -> Option<String> {
    let path = address.path().strip_suffix('/').filter(|path| !is_api(path))?;
    let plain = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    // A header has no letters beyond ASCII, which a client may have left as they are.
    if !path.strip_prefix('/')?.split('/').all(plain) || !address.query().is_none_or(str::is_ascii) {
        return None;
    }
    Some(address.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

/// Something is here, but not for this method.
pub(crate) async fn wrong_method(
    State(state): State<WebState>,
    language: Language,
    request: Request,
) -> Response {
    refuse(&state, language, request.uri().path(), StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed")
}

fn refuse(
    state: &WebState,
    language: Language,
    path: &str,
    status: StatusCode,
    name: &'static str,
) -> Response {
    if is_api(path) {
        Problem::new(status, name).localised(language.0).into_response()
    } else {
        pages::message(state, language.0, status, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_letters_beyond_ascii_are_found_however_they_are_written() {
        for path in ["/a/%0d%0a", "/%00", "/x%7F/y", "/%0Dx", "/%c3%b1", "/%ff"] {
            assert!(!is_plain(path), "{path}");
        }
        for path in ["/", "/ayuda", "/%20", "/100%", "/%", "/%zz", "/%2F%2f"] {
            assert!(is_plain(path), "{path}");
        }
    }

    #[test]
    fn a_slash_too_many_leads_to_the_page_and_never_to_another_site() {
        let to = |address: &str| without_last_slash(&address.parse().unwrap_or_default());
        assert_eq!(to("/ayuda/").as_deref(), Some("/ayuda"));
        assert_eq!(to("/empleadores/ingresar/?lang=en").as_deref(), Some("/empleadores/ingresar?lang=en"));
        for other in [
            "/",
            "//",
            "//evil.example/",
            "/\\evil.example/",
            "/%2fevil.example/",
            "/api/v1/session/",
            "/a//b/",
            "/ayuda",
            "/ayuda/?x=ñ",
        ] {
            assert_eq!(to(other), None, "{other}");
        }
    }
}
