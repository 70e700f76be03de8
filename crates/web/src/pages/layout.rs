//! What every page has: its frame, its language, its errors.

use std::time::Duration;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use clavero_protocol::Timestamp;
use clavero_words::{Locale, span, tr, tr_args};

use crate::{WebState, assets::Assets};

/// A refusal, and the field it is about.
pub(crate) struct PageError {
    /// The field's id; empty when it is about the page.
    pub(crate) field: &'static str,
    /// What happened, why, and what to do.
    pub(crate) text: String,
}

/// The frame of a page.
pub(crate) struct Layout {
    pub(crate) locale: Locale,
    pub(crate) title: String,
    pub(crate) institution: String,
    /// Whether the institution's own logo stands in the place of ours.
    pub(crate) has_logo: bool,
    pub(crate) contact: String,
    pub(crate) phone: String,
    pub(crate) hours: String,
    pub(crate) demo: bool,
    /// The page's own address: where a reload goes, and what the language switch keeps.
    pub(crate) here: String,
    /// Milliseconds since the epoch by the server's clock.
    pub(crate) now: i64,
    /// Seconds after which the page looks again, where there is no script.
    pub(crate) refresh: Option<u32>,
    /// Where style sheet, institution's colours and script are.
    pub(crate) assets: Assets,
    pub(crate) crumbs: Vec<(&'static str, String)>,
    pub(crate) errors: Vec<PageError>,
    lasts: Lasts,
}

/// What the operator decided about lengths and counts: sentences take them from here.
struct Lasts {
    code: Duration,
    link: Duration,
    flow: Duration,
    attempts: u8,
    /// Characters of the shortest and of the longest key.
    key: (usize, usize),
}

impl Layout {
    /// The frame of the page `key`: its title is `KEY-title`.
    pub(crate) fn new(state: &WebState, locale: Locale, key: &str, here: impl Into<String>) -> Self {
        let institution = &state.config().institution;
        let settings = state.service().settings();
        let policy = &settings.policy;
        let name = match locale {
            Locale::EsEc => &institution.name,
            Locale::En => &institution.name_en,
        };
        Self {
            locale,
            title: tr(locale, &format!("{key}-title")),
            institution: if name.is_empty() { tr(locale, "site-name") } else { name.clone() },
            has_logo: institution.logo.is_some(),
            contact: institution.contact.clone(),
            phone: institution.phone.clone(),
            hours: institution.hours.clone(),
            demo: state.config().demo,
            here: here.into(),
            now: millis(state.service().store().now()),
            refresh: None,
            assets: Assets::current(),
            crumbs: Vec::new(),
            errors: Vec::new(),
            lasts: Lasts {
                code: policy.code_ttl,
                link: policy.link_ttl,
                flow: policy.flow_ttl,
                attempts: policy.code_attempts,
                key: (settings.password.min_length, settings.password.max_length),
            },
        }
    }

    /// With the way back to "Empleadores".
    pub(crate) fn under_employers(mut self) -> Self {
        let crumbs = [("/", "home-crumb"), ("/empleadores", "employers-crumb")];
        self.crumbs = crumbs.into_iter().map(|(path, key)| (path, self.t(key))).collect();
        self
    }

    /// A sentence of the catalogue.
    pub(crate) fn t(&self, key: &str) -> String {
        tr(self.locale, key)
    }

    /// A sentence with one argument.
    pub(crate) fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        tr_args(self.locale, key, &[(name, value)])
    }

    /// A sentence that says how long things last, or how often they may be tried.
    pub(crate) fn told(&self, key: &str) -> String {
        let [code, link, flow] =
            [self.lasts.code, self.lasts.link, self.lasts.flow].map(|length| span(self.locale, length));
        let attempts = self.lasts.attempts.to_string();
        let length = self.lasts.key.0.to_string();
        let args = [
            ("code_ttl", &code),
            ("link_ttl", &link),
            ("flow_ttl", &flow),
            ("attempts", &attempts),
            ("length", &length),
        ];
        tr_args(self.locale, key, &args.map(|(name, value)| (name, value.as_str())))
    }

    /// The most that a field for a key takes: enough that a key which is too long arrives whole and is refused in words,
    /// not cut silently by the browser, whose units are UTF-16's, before normalisation.
    pub(crate) fn key_room(&self) -> usize {
        self.lasts.key.1.saturating_mul(4).max(512)
    }

    /// The error of a field, where it has one.
    pub(crate) fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    /// The document's title: an error is told first.
    pub(crate) fn document_title(&self) -> String {
        let mark = if self.errors.is_empty() { String::new() } else { self.t("error-mark") };
        format!("{mark}{} – {}", self.title, self.institution)
    }

    /// Whether the institution says how it is reached.
    pub(crate) fn has_contact(&self) -> bool {
        [&self.contact, &self.phone, &self.hours].into_iter().any(|told| !told.is_empty())
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.locale.as_str()
    }

    /// The other language: its tag and its own name.
    pub(crate) fn other(&self) -> (&'static str, &'static str) {
        match self.locale {
            Locale::EsEc => ("en", "English"),
            Locale::En => ("es-EC", "Español"),
        }
    }
}

/// Milliseconds since the epoch: what the countdown compares.
pub(crate) const fn millis(at: Timestamp) -> i64 {
    at.as_micros() / 1_000
}

/// Renders a page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(body) => (status, Html(body)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
