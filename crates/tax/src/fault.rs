//! Why there is no answer.

use std::time::Duration;

/// A query without an answer. It says nothing of the RUC, and holds nothing of what was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No connection, or one that broke.
    #[error("it cannot be reached")]
    Unreachable,
    /// TLS failed: most often a certificate that does not hold.
    #[error("no trustworthy connection")]
    Tls,
    /// Not within the time-out.
    #[error("it took too long")]
    Slow,
    /// A status that is no answer: a redirection, a refusal, a failure.
    #[error("it answered with status {0}")]
    Status(u16),
    /// It asks to be left alone (429 or 503 with `Retry-After`, RFC 9110 §10.2.3).
    #[error("it asks to wait")]
    Wait(Duration),
    /// More than an answer ever holds.
    #[error("its answer is too long")]
    TooLong,
    /// Not the JSON that was agreed upon.
    #[error("its answer cannot be read")]
    Unreadable,
    /// An answer about something else.
    #[error("its answer speaks of another RUC")]
    AnotherRuc,
    /// It was not asked: it has failed too often of late.
    #[error("it is left alone for a while")]
    LeftAlone,
    /// Whoever asked did not wait.
    #[error("the query was abandoned")]
    Abandoned,
}

impl Fault {
    /// A word for metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Slow => "slow",
            Self::Status(_) => "status",
            Self::Wait(_) => "asks_to_wait",
            Self::TooLong => "too_long",
            Self::Unreadable => "unreadable",
            Self::AnotherRuc => "another_ruc",
            Self::LeftAlone => "left_alone",
            Self::Abandoned => "abandoned",
        }
    }

    /// For how long it asked to be left alone.
    pub(crate) const fn wait(self) -> Option<Duration> {
        match self {
            Self::Wait(wait) => Some(wait),
            _ => None,
        }
    }
}

/// Why an authority cannot be asked at all, with these settings on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The base is none.
    #[error("the base must be https (or http on loopback), without user, query or fragment")]
    Base,
    /// The TLS library refuses.
    #[error("TLS cannot be set up")]
    Tls,
}
