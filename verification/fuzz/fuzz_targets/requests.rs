//! A request to the whole site, as the product's own extractors read it: whatever stands in its path, headers, form or JSON, the
//! answer is no failure, carries the headers that guard it, is a problem in the API's own form, leads nowhere else, and says
//! nothing back as markup.
#![no_main]

use std::cell::RefCell;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, Uri, header},
};
use clavero_fuzz::site::{Answer, Site};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Requests to one site: each may leave rows behind.
const MOST: u32 = 5_000;

thread_local! {
    static SITE: RefCell<Option<(Site, u32)>> = const { RefCell::new(None) };
}

fuzz_target!(|text: &str| {
    SITE.with_borrow_mut(|site| {
        let (site, sent) = match site {
            Some((_, MOST)) | None => site.insert((Site::new(), 0)),
            Some(site) => site,
        };
        *sent += 1;
        let mut text = text.to_owned();
        for (name, value) in &site.names {
            text = text.replace(name, value);
        }
        let Some((request, is_api)) = request(&text) else { return };
        holds(&site.send(request), is_api, &text);
    });
});

/// `POST /path?query`, headers a line each, an empty line, the body. What is no request to hyper either is none here.
fn request(text: &str) -> Option<(Request<Body>, bool)> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, address) = lines.next()?.split_once(' ')?;
    let address: Uri = address.parse().ok()?;
    let is_api = address.path().starts_with("/api/");
    if !address.path().starts_with('/') {
        return None;
    }
    let mut request = Request::new(Body::from(body.to_owned()));
    *request.method_mut() = method.parse::<Method>().ok()?;
    *request.uri_mut() = address;
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        let (name, value) = (name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
        request.headers_mut().append(name, value);
    }
    Some((request, is_api))
}

fn holds(answer: &Answer, is_api: bool, asked: &str) {
    let Answer { status, headers, body } = answer;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(status.as_u16() < 500, "{status}: {asked}");
    for (name, value) in [
        ("content-security-policy", "default-src 'none'"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        assert!(header(name).starts_with(value), "{name}: {asked}");
    }
    assert!(!header("cache-control").is_empty());
    let kind = header("content-type");
    if is_api && status.is_client_error() {
        assert_eq!(kind, "application/problem+json", "{status}: {asked}");
        let problem: Value = serde_json::from_slice(body).expect("JSON");
        let name = problem["type"].as_str().and_then(|name| name.strip_prefix("urn:clavero:problem:"));
        assert!(name.is_some_and(|name| !name.is_empty()), "{problem}");
        assert_eq!(problem["status"], status.as_u16(), "{problem}");
    } else if kind.starts_with("application/json") {
        serde_json::from_slice::<Value>(body).expect("JSON");
    }
    if headers.contains_key(header::LOCATION) {
        let place = header("location");
        let own = place.strip_prefix("http://127.0.0.1:8080").unwrap_or(place);
        // Behind the question mark nothing leads anywhere.
        let own = own.split('?').next().unwrap_or_default();
        assert!(
            own.starts_with('/') && !own.starts_with("//") && !own.contains('\\'),
            "led to {place:?}: {asked}"
        );
    }
    for cookie in headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().expect("a cookie");
        assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}: {asked}");
    }
    if kind.starts_with("text/html") {
        let page = str::from_utf8(body).expect("UTF-8");
        assert!(!page.contains("<fuzz") && !page.contains("\" fuzz="), "said back as markup: {asked}");
        assert!(page.trim_end().ends_with("</html>"), "a whole page: {asked}");
    }
}
