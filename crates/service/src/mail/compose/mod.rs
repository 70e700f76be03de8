//! What a mail says. One frame in text and HTML; the sentences come from the catalogue.

mod case;
mod headers;
mod name;
mod say;
#[cfg(test)]
mod tests;

use askama::Template;
use clavero_protocol::{EmailAddress, EmployerKey, Timestamp};
use clavero_store::{MailId, MailKind};
use clavero_words::{Locale, tr};
use lettre::{
    Message,
    message::{Mailbox, MultiPart, SinglePart, header},
};
use url::{Host, Url};
use zeroize::Zeroizing;

pub use self::case::CaseCarries;
use self::headers::{AutoSubmitted, ContentLanguage, NoAutomaticReplies};
pub(crate) use self::name::in_one_line;
use crate::voucher::Voucher;

/// Why a mail cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A template failed.
    #[error("the template failed: {0}")]
    Template(#[from] askama::Error),
    /// The message would be none.
    #[error("the message cannot be built: {0}")]
    Message(#[from] lettre::error::Error),
    /// The recipient is no address.
    #[error("the recipient's address cannot be used")]
    Recipient,
}

/// Who writes.
#[derive(Debug, Clone)]
pub struct Sender {
    /// `From`, possibly with a name.
    pub from: Mailbox,
    /// The base of every link: `server.public_url`, without a slash at its end. Never a request's Host.
    pub public_url: String,
}

/// What makes this mail unlike another of its kind.
pub enum Carries {
    /// The code, the flow's reference, and what it replaces.
    Code {
        /// The digits.
        code: Zeroizing<String>,
        /// The two characters that the page shows as well.
        reference: String,
        /// Codes that were mailed before this moment no longer work; `None` for the flow's first.
        replaces: Option<Timestamp>,
        /// What opens the reserve, where this is the last code that anybody can ask for.
        voucher: Option<Voucher>,
    },
    /// The link's token.
    Link {
        /// Its text.
        token: Zeroizing<String>,
        /// Links that were mailed before this moment no longer work; `None` for the flow's first.
        replaces: Option<Timestamp>,
    },
    /// The "no fui yo" token, and when the key was changed.
    Changed {
        /// Its text.
        token: Zeroizing<String>,
        /// When.
        at: Timestamp,
    },
    /// When somebody signed in after wrong keys, from a browser that nobody knows.
    SignedIn {
        /// When.
        at: Timestamp,
    },
    /// What belongs to a case of the assisted path.
    Case(CaseCarries),
}

impl Carries {
    /// The outbox's word for it.
    #[must_use]
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::Code { .. } => MailKind::Code,
            Self::Link { .. } | Self::Case(CaseCarries::Activation { .. }) => MailKind::Link,
            Self::Changed { .. } => MailKind::Changed,
            Self::SignedIn { .. } => MailKind::SignedIn,
            Self::Case(CaseCarries::Code { .. }) => MailKind::CaseCode,
            Self::Case(CaseCarries::Stop { .. }) => MailKind::CaseStop,
            Self::Case(CaseCarries::Reminder { .. }) => MailKind::CaseReminder,
            Self::Case(CaseCarries::Approved { .. }) => MailKind::CaseApproved,
            Self::Case(CaseCarries::Returned { .. }) => MailKind::CaseReturned,
        }
    }
}

/// Which record of the registry a mail is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// RUC and sucursal.
    pub key: EmployerKey,
    /// `razon_social`, as the registry has it.
    pub name: &'a str,
}

/// One mail.
pub struct Mail<'a> {
    /// The outbox's row and when it was queued: the Message-ID, the same at each attempt.
    pub id: (MailId, Timestamp),
    /// The one recipient.
    pub to: &'a EmailAddress,
    /// Which record it is about.
    pub about: About<'a>,
    /// The flow's language.
    pub locale: Locale,
    /// The moment it is made.
    pub now: Timestamp,
    /// The moment at which what it carries, or its case, ends at the earliest: counted from `now`, while the truth is counted from hand-off.
    pub ends_at: Timestamp,
    /// The rest.
    pub carries: Carries,
}

/// A paragraph.
enum Part {
    Text(String),
    Code(Zeroizing<String>),
    Link { url: Zeroizing<String>, label: String },
}

#[derive(Template)]
#[template(path = "message.txt")]
struct TextBody<'a> {
    greeting: &'a str,
    parts: &'a [Part],
    footer: &'a str,
}

#[derive(Template)]
#[template(path = "message.html")]
struct HtmlBody<'a> {
    lang: &'a str,
    subject: &'a str,
    greeting: &'a str,
    parts: &'a [Part],
    footer: &'a str,
}

impl Mail<'_> {
    /// The message as it is handed over (RFC 5322), in ASCII.
    pub fn compose(&self, sender: &Sender) -> Result<Zeroizing<Vec<u8>>, ComposeError> {
        let (subject, parts) = self.say(sender);
        let (greeting, footer) = (tr(self.locale, "mail-greeting"), tr(self.locale, "mail-footer"));
        let text = Zeroizing::new(TextBody { greeting: &greeting, parts: &parts, footer: &footer }.render()?);
        let lang = self.locale.as_str();
        let html = HtmlBody { lang, subject: &subject, greeting: &greeting, parts: &parts, footer: &footer };
        let html = Zeroizing::new(html.render()?);
        let to = self.to.as_str().parse().map_err(|_| ComposeError::Recipient)?;
        let message = Message::builder()
            .from(from(sender))
            // A bare address: a display name from the registry could hold what no header may.
            .to(Mailbox::new(None, to))
            .subject(subject)
            .date(std::time::UNIX_EPOCH + self.now.saturating_since(Timestamp::EPOCH))
            .message_id(Some(self.message_id(sender)))
            .header(AutoSubmitted)
            .header(NoAutomaticReplies)
            .header(ContentLanguage(self.locale))
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(header::ContentType::TEXT_PLAIN, &text))
                    .singlepart(part(header::ContentType::TEXT_HTML, &html)),
            )?;
        Ok(Zeroizing::new(message.formatted()))
    }

    /// The same at each attempt, so that a mail which arrives twice is one.
    fn message_id(&self, sender: &Sender) -> String {
        let (MailId(row), queued_at) = self.id;
        let url = Url::parse(&sender.public_url).ok();
        let host = match url.as_ref().and_then(Url::host) {
            Some(Host::Domain(name)) => name.to_owned(),
            // RFC 5321 §4.1.3.
            Some(Host::Ipv4(address)) => format!("[{address}]"),
            Some(Host::Ipv6(address)) => format!("[IPv6:{address}]"),
            None => "localhost".to_owned(),
        };
        format!("<{row}.{}@{host}>", queued_at.as_micros())
    }
}

/// lettre panics on a line break in a display name.
fn from(sender: &Sender) -> Mailbox {
    let name = sender.from.name.as_deref().map(in_one_line).filter(|name| !name.is_empty());
    Mailbox::new(name, sender.from.email.clone())
}

/// Base64 keeps every line short without breaking a link where it is read (lldap#370), and no relay has a reason to encode it
/// anew.
fn part(kind: header::ContentType, body: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(header::ContentTransferEncoding::Base64).body(body.to_owned())
}
