//! Reading a request: a JSON body, a bearer token. What cannot be read is a problem, never a plain text.

use std::fmt;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, header, request::Parts},
};
use clavero_words::{Locale, tr};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::problem::{Problem, WrongField};
use crate::{WebState, language::Language};

/// Characters of an unknown member's name that are said back.
const SAID_BACK: usize = 64;

/// A JSON body in which nothing is missing, and everything is of its type.
pub(super) struct Body<T>(pub(super) T);

/// A JSON body with what is wrong in its form: for a handler that looks for further mistakes, and tells all at once.
/// What is wrong stands as an empty text.
pub(super) struct Draft<T>(pub(super) T, pub(super) Vec<WrongField>);

/// What a body is made of.
pub(super) trait Content: Sized {
    /// Takes its members out.
    fn take(members: &mut Members) -> Self;
}

impl<T: Content> FromRequest<WebState> for Draft<T> {
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
        let Json(Object(found)) = Json::<Object>::from_request(request, state).await.map_err(refuse)?;
        let mut members = Members { locale, found, wrong: Vec::new() };
        let content = T::take(&mut members);
        Ok(Self(content, members.finish()))
    }
}

impl<T: Content> FromRequest<WebState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Self::Rejection> {
        let locale = request.extensions().get::<Language>().copied().unwrap_or_default().0;
        let Draft(content, wrong) = Draft::from_request(request, state).await?;
        if wrong.is_empty() {
            Ok(Self(content))
        } else {
            Err(Problem::invalid_fields(wrong).localised(locale))
        }
    }
}

/// The members of a JSON object, in its order, one that stands twice twice. Any other value has none.
struct Object(Vec<(String, Value)>);

/// The members of a body that were not taken out yet, and what was wrong with those that were.
pub(super) struct Members {
    locale: Locale,
    found: Vec<(String, Value)>,
    wrong: Vec<WrongField>,
}

impl Members {
    /// A text that has to be there.
    pub(super) fn text(&mut self, name: &'static str) -> String {
        self.optional(name).unwrap_or_else(|| {
            if self.wrong.iter().all(|wrong| wrong.field != name) {
                self.refuse(name.to_owned(), "empty");
            }
            String::new()
        })
    }

    /// A text that may be missing; `null` is missing.
    pub(super) fn optional(&mut self, name: &'static str) -> Option<String> {
        let values: Vec<_> = self.found.extract_if(.., |(found, _)| found == name).collect();
        let mut values = values.into_iter().map(|(_, value)| value);
        let code = match (values.next(), values.next()) {
            (_, Some(_)) => "repeated",
            (None | Some(Value::Null), None) => return None,
            (Some(Value::String(text)), None) => return Some(text),
            (Some(_), None) => "not-text",
        };
        self.refuse(name.to_owned(), code);
        None
    }

    fn refuse(&mut self, field: String, code: &'static str) {
        let message = tr(self.locale, &format!("problem-field-{code}"));
        self.wrong.push(WrongField { field, code, message });
    }

    /// Whatever was not taken is not known here: a name with a slip in it must not pass for an absent one.
    fn finish(mut self) -> Vec<WrongField> {
        for (name, _) in std::mem::take(&mut self.found) {
            self.refuse(name.chars().take(SAID_BACK).collect(), "unknown-field");
        }
        self.wrong
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// Takes every JSON value there is, so that only broken syntax is broken.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Object, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Object(Vec::new()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Object, E> {
        Ok(Object(Vec::new()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Object, E> {
        Ok(Object(Vec::new()))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Object, E> {
        Ok(Object(Vec::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Object, E> {
        Ok(Object(Vec::new()))
    }

    fn visit_str<E>(self, _: &str) -> Result<Object, E> {
        Ok(Object(Vec::new()))
    }

    fn visit_unit<E>(self) -> Result<Object, E> {
        Ok(Object(Vec::new()))
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
