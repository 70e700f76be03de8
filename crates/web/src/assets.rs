//! The style sheet and the script: part of the program, named by their content, kept by browsers for a year.

use std::sync::LazyLock;

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{Logo, WebState};

const CSS: &str = include_str!("../assets/clavero.css");
const JS: &str = include_str!("../assets/clavero.js");

const DESK_JS: &str = include_str!("../assets/desk.js");

const SCAN_JS: &str = include_str!("../assets/scan.js");

const ICON: &str = include_str!("../assets/icono.svg");

/// FNV-1a: names a version, protects nothing.
fn version(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

static CSS_PATH: LazyLock<String> = LazyLock::new(|| format!("/recursos/{}.css", version(CSS)));
static JS_PATH: LazyLock<String> = LazyLock::new(|| format!("/recursos/{}.js", version(JS)));
static DESK_JS_PATH: LazyLock<String> = LazyLock::new(|| format!("/recursos/{}.js", version(DESK_JS)));

static SCAN_JS_PATH: LazyLock<String> = LazyLock::new(|| format!("/recursos/{}.js", version(SCAN_JS)));

/// Where the assets are.
pub(crate) struct Assets {
    pub(crate) css: &'static str,
    pub(crate) js: &'static str,
    /// The officers' part.
    pub(crate) desk_js: &'static str,
    /// The camera, where a reference is scanned.
    pub(crate) scan_js: &'static str,
    /// The institution's colours.
    pub(crate) brand: &'static str,
}

impl Assets {
    pub(crate) fn current() -> Self {
        Self {
            css: &CSS_PATH,
            js: &JS_PATH,
            desk_js: &DESK_JS_PATH,
            scan_js: &SCAN_JS_PATH,
            brand: BRAND_PATH,
        }
    }
}

const BRAND_PATH: &str = "/recursos/institucion.css";

/// The institution's logo. A drawing may hold scripts: opened by itself, it runs none.
pub(crate) async fn logo(State(state): State<WebState>) -> Response {
    let Some(Logo { kind, bytes }) = state.config().institution.logo.clone() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    ];
    (headers, bytes).into_response()
}

pub(crate) async fn serve(State(state): State<WebState>, Path(file): Path<String>) -> Response {
    let path = format!("/recursos/{file}");
    let forever = "public, max-age=31536000, immutable";
    let (kind, cache, body) = match path.as_str() {
        path if path == *CSS_PATH => ("text/css; charset=utf-8", forever, CSS.to_owned()),
        path if path == *JS_PATH => ("text/javascript; charset=utf-8", forever, JS.to_owned()),
        path if path == *DESK_JS_PATH => ("text/javascript; charset=utf-8", forever, DESK_JS.to_owned()),
        path if path == *SCAN_JS_PATH => ("text/javascript; charset=utf-8", forever, SCAN_JS.to_owned()),
        "/recursos/icono.svg" => ("image/svg+xml; charset=utf-8", "public, max-age=86400", ICON.to_owned()),
        BRAND_PATH => ("text/css; charset=utf-8", "public, max-age=300", brand(&state)),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], body).into_response()
}

fn brand(state: &WebState) -> String {
    let institution = &state.config().institution;
    let is_colour = |text: &str| {
        text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    [("--institution-brand", &institution.brand), ("--institution-brand-dark", &institution.brand_dark)]
        .into_iter()
        .filter(|(_, colour)| is_colour(colour))
        .fold(String::new(), |css, (name, colour)| css + &format!(":root{{{name}:{colour}}}"))
}
