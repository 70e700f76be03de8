//! Mails: what they say, and how they reach the mail server.

mod compose;
mod mailbox;
mod smtp;

use async_trait::async_trait;
use clavero_protocol::EmailAddress;

pub(crate) use compose::in_one_line;
pub use compose::{About, Carries, CaseCarries, ComposeError, Mail, Sender};
pub use mailbox::{Mailbox, Received};
pub(crate) use smtp::CONNECTIONS;
pub use smtp::{SmtpError, SmtpIdentity, SmtpSettings, SmtpTransport};

/// What came of handing a mail over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server answered 250: it has it.
    Accepted,
    /// Not now: 4xx, no connection, time-out, or a 5xx that is not about the recipient.
    Deferred(Reply),
    /// Never: a 5xx for this recipient.
    Refused(Reply),
}

/// What kind of answer it was, for metrics and logs; never its text, which may hold the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// 4xx.
    Transient,
    /// 5xx for the recipient.
    Recipient,
    /// 5xx that is our own fault or the relay's policy: authentication, sender, greeting.
    Relay,
    /// No connection, or one that broke.
    Connection,
    /// No answer in time.
    TimeOut,
    /// The connection broke after the message had gone out: it may have arrived.
    Unknown,
}

impl Reply {
    /// The metrics' word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Recipient => "recipient",
            Self::Relay => "relay",
            Self::Connection => "connection",
            Self::TimeOut => "time_out",
            Self::Unknown => "unknown",
        }
    }
}

/// A way to the mail server.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Hands one message over to one recipient.
    async fn deliver(&self, to: &EmailAddress, message: &[u8]) -> Delivery;

    /// Whether the mail server takes mails from us, as far as that shows without a recipient.
    async fn probe(&self) -> bool;
}
