//! A mail as its reader has it.

use std::fmt;

use mail_parser::{HeaderValue, MessageParser};

/// A mail that a server took.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipient.
    pub to: String,
    /// Which connection brought it; 1 for the first.
    pub connection: u32,
    /// As it came, dots unstuffed.
    pub raw: Vec<u8>,
}

impl Mail {
    fn read<T>(&self, take: impl FnOnce(&mail_parser::Message<'_>) -> T) -> T
    where
        T: Default,
    {
        MessageParser::default().parse(&self.raw).as_ref().map(take).unwrap_or_default()
    }

    /// The subject, decoded.
    #[must_use]
    pub fn subject(&self) -> String {
        self.read(|mail| mail.subject().unwrap_or_default().to_owned())
    }

    /// The plain part, decoded.
    #[must_use]
    pub fn text(&self) -> String {
        self.read(|mail| mail.body_text(0).unwrap_or_default().into_owned())
    }

    /// The HTML part, decoded.
    #[must_use]
    pub fn html(&self) -> String {
        self.read(|mail| mail.body_html(0).unwrap_or_default().into_owned())
    }

    /// The Message-ID, without its brackets.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.read(|mail| mail.message_id().unwrap_or_default().to_owned())
    }

    /// A header's text; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        self.read(|mail| match mail.header(name.to_owned()) {
            Some(HeaderValue::Text(text)) => text.clone().into_owned(),
            Some(_) => mail.header_raw(name.to_owned()).unwrap_or_default().trim().to_owned(),
            None => String::new(),
        })
    }

    /// The code: six to eight digits alone on a line of the plain part.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let is_code = |line: &&str| (6..=8).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_digit());
        self.text().lines().map(str::trim).find(is_code).map(str::to_owned)
    }

    /// Every web address in the plain part.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let text = self.text();
        text.split_whitespace().filter(|word| word.starts_with("http")).map(str::to_owned).collect()
    }

    /// The first web address whose path begins with `path`.
    #[must_use]
    pub fn link(&self, path: &str) -> Option<String> {
        self.links().into_iter().find(|link| {
            link.split_once("://")
                .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]))
                .is_some_and(|found| found.starts_with(path))
        })
    }

    /// All of it, headers too, as it came.
    #[must_use]
    pub fn raw_text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("subject", &self.subject())
            .field("message_id", &self.message_id())
            .field("text", &self.text())
            .finish_non_exhaustive()
    }
}
