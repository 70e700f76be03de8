//! What the pages and the API are given: prepared values, no rules.

use clavero_protocol::{
    AssistedCause, AssistedReason, EmployerKey, EmployerKind, Recovery, State, Timestamp,
};
use clavero_words::Locale;

/// A recovery as its starter sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryView {
    /// UUID.
    pub id: String,
    /// Where it stands.
    pub state: State,
    /// The two characters that page and mails share.
    pub reference: String,
    /// The address, masked to one width; none where nothing may be told of it.
    pub email_hint: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The code, while one is asked for.
    pub code: Option<CodeView>,
    /// The link, while one is waited for.
    pub link: Option<LinkMailView>,
    /// Why it goes on in person.
    pub assisted: Option<AssistedReason>,
    /// The same for people, who are told exactly.
    pub cause: Option<AssistedCause>,
    /// The reference of the case that was opened from it, as it stands in an address.
    pub case_reference: Option<String>,
    /// Whether another code, or another link, can still be sent: now, or after the wait before it.
    pub another: bool,
    /// The mail has been waiting for longer than people expect.
    pub mail_delayed: bool,
    /// The flow's language.
    pub locale: Locale,
}

/// The code of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeView {
    /// Digits.
    pub length: u8,
    /// Which one of the flow.
    pub counter: u32,
    /// When the mail server took it.
    pub sent_at: Option<Timestamp>,
    /// When it ends; none before it was sent.
    pub expires_at: Option<Timestamp>,
    /// Wrong ones still allowed.
    pub attempts_left: u8,
    /// From when on another may be asked for.
    pub resend_at: Timestamp,
}

/// The link of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkMailView {
    /// Which one of the flow.
    pub counter: u32,
    /// When the mail server took it.
    pub sent_at: Option<Timestamp>,
    /// When it ends; none before it was sent.
    pub expires_at: Option<Timestamp>,
    /// From when on another may be asked for.
    pub resend_at: Timestamp,
}

/// An opened link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// Where its flow stands.
    pub state: State,
    /// The RUC, masked.
    pub ruc_hint: String,
    /// What a password manager files the key under.
    pub username: String,
    /// When the link ends.
    pub expires_at: Timestamp,
    /// The signed token of this reading.
    pub opened: String,
    /// Until when the form may be sent.
    pub form_until: Timestamp,
    /// The flow's language.
    pub locale: Locale,
}

/// Which record of the registry it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployerName {
    /// Thirteen digits.
    pub ruc: String,
    /// Four digits.
    pub sucursal: String,
    /// Razón social.
    pub name: String,
}

/// An employer as its own representative sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployerView {
    /// Which record.
    pub name: EmployerName,
    /// The representative's name.
    pub representative_name: String,
    /// The kind.
    pub kind: EmployerKind,
    /// The masked address.
    pub email_hint: Option<String>,
    /// When the key was last changed.
    pub key_changed_at: Option<Timestamp>,
}

/// A session with its employer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its public name.
    pub id: String,
    /// Whose.
    pub employer: EmployerView,
    /// When it ends unless used.
    pub expires_at: Timestamp,
}

/// One row of the list of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its public name.
    pub id: String,
    /// The browser, in a few words.
    pub device: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Its latest request, to the minute.
    pub last_seen_at: Timestamp,
    /// The one that asks.
    pub current: bool,
}

/// The masked RUC: enough to recognise one's own.
#[must_use]
pub(crate) fn ruc_hint(employer: &EmployerKey) -> String {
    let ruc = employer.ruc().to_string();
    format!("{}•••••••{}", &ruc[..3], &ruc[10..])
}

/// Whether a queued mail has been waiting for longer than people expect.
pub(crate) fn is_delayed(recovery: &Recovery, now: Timestamp) -> bool {
    const EXPECTED: std::time::Duration = std::time::Duration::from_secs(10);
    recovery.issue().is_some_and(|(_, issue)| {
        issue.sent_at().is_none() && now.saturating_since(issue.queued_at) >= EXPECTED
    })
}
