//! Cookies: `__Host-`, `HttpOnly`, SameSite=Lax; without prefix and Secure only on a plain-HTTP loopback address.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::WebConfig;

/// The flows of this browser: up to four `id~token`, joined by dots.
pub(crate) const FLOWS: &str = "clavero_flow";
/// The reading that showed the new-key form.
pub(crate) const FORM: &str = "clavero_form";
/// The session.
pub(crate) const SESSION: &str = "clavero_session";
/// A device that signed in before.
pub(crate) const DEVICE: &str = "clavero_device";
/// The voucher of somebody who reads the mailbox.
pub(crate) const VOUCHER: &str = "clavero_voucher";
/// An officer's session.
pub(crate) const OFFICER: &str = "clavero_officer";
/// A device on which an officer signed in before.
pub(crate) const OFFICER_DEVICE: &str = "clavero_officer_device";
/// The language that was chosen.
pub(crate) const LANGUAGE: &str = "clavero_lang";

/// Flows that one browser keeps.
const MOST_FLOWS: usize = 4;

fn name(config: &WebConfig, cookie: &str) -> String {
    if config.is_secure() { format!("__Host-{cookie}") } else { cookie.to_owned() }
}

/// The value of a cookie.
pub(crate) fn read(headers: &HeaderMap, config: &WebConfig, cookie: &str) -> Option<String> {
    let wanted = name(config, cookie);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == wanted)
        .map(|(_, value)| value.to_owned())
}

/// A `Set-Cookie` that lasts `seconds`; `None` for the browser's session, zero to forget it.
pub(crate) fn set(config: &WebConfig, cookie: &str, value: &str, seconds: Option<u64>) -> HeaderValue {
    let secure = if config.is_secure() { "; Secure" } else { "" };
    let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let name = name(config, cookie);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    // Every value is base64url, hexadecimal or a language tag.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The token that this browser has for a flow.
pub(crate) fn flow_token(headers: &HeaderMap, config: &WebConfig, id: &str) -> Option<String> {
    flows(headers, config).into_iter().find(|(found, _)| found == id).map(|(_, token)| token)
}

/// The flow that this browser started last.
pub(crate) fn latest_flow(headers: &HeaderMap, config: &WebConfig) -> Option<(String, String)> {
    flows(headers, config).into_iter().next()
}

fn flows(headers: &HeaderMap, config: &WebConfig) -> Vec<(String, String)> {
    let value = read(headers, config, FLOWS).unwrap_or_default();
    value
        .split('.')
        .filter_map(|pair| pair.split_once('~'))
        .take(MOST_FLOWS)
        .map(|(id, token)| (id.to_owned(), token.to_owned()))
        .collect()
}

/// Adds a flow in front of those that this browser has: another tab keeps its own.
pub(crate) fn with_flow(headers: &HeaderMap, config: &WebConfig, id: &str, token: &str) -> HeaderValue {
    let mut all = vec![(id.to_owned(), token.to_owned())];
    all.extend(flows(headers, config).into_iter().filter(|(found, _)| found != id).take(MOST_FLOWS - 1));
    let value: Vec<String> = all.iter().map(|(id, token)| format!("{id}~{token}")).collect();
    set(config, FLOWS, &value.join("."), Some(2 * 3_600))
}
