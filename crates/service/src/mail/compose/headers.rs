//! Headers that the library does not know.

use clavero_words::Locale;
use lettre::message::header::{Header, HeaderName, HeaderValue};

type Parsed<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn value(name: HeaderName, text: &str) -> HeaderValue {
    HeaderValue::new(name, text.to_owned())
}

/// RFC 3834: no vacation notice answers this.
#[derive(Clone)]
pub(super) struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Parsed<Self> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        value(Self::name(), "auto-generated")
    }
}

/// The same for Exchange, which heeds its own header only ([MS-OXCMAIL] §2.1.3.2.20). Reports of failed delivery stay on.
#[derive(Clone)]
pub(super) struct NoAutomaticReplies;

impl Header for NoAutomaticReplies {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress")
    }
    fn parse(_: &str) -> Parsed<Self> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        value(Self::name(), "OOF, AutoReply")
    }
}

/// RFC 3282.
#[derive(Clone)]
pub(super) struct ContentLanguage(pub(super) Locale);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }
    fn parse(text: &str) -> Parsed<Self> {
        Ok(Self(Locale::parse(text).unwrap_or_default()))
    }
    fn display(&self) -> HeaderValue {
        value(Self::name(), self.0.as_str())
    }
}
