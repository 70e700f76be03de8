//! What a mail says. One frame in text and HTML; the sentences come from the catalogue.

use askama::Template;
use clavero_protocol::{EmailAddress, EmployerKey, Timestamp};
use clavero_store::{MailId, MailKind};
use clavero_words::{Locale, time, tr, tr_args};
use lettre::{
    Message,
    message::{Mailbox, MultiPart, SinglePart, header},
};
use zeroize::Zeroizing;

/// Why a mail cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A template failed.
    #[error("the template failed: {0}")]
    Template(#[from] askama::Error),
    /// The message would be none.
    #[error("the message cannot be built: {0}")]
    Message(#[from] lettre::error::Error),
    /// The sender or recipient is no address.
    #[error("an address cannot be used: {0}")]
    Address(#[from] lettre::address::AddressError),
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
    /// The code, the flow's reference, and whether it replaces an earlier one.
    Code {
        /// The digits.
        code: Zeroizing<String>,
        /// The two characters that the page shows as well.
        reference: String,
        /// It is not the flow's first.
        replaces: bool,
    },
    /// The link's token.
    Link {
        /// Its text.
        token: Zeroizing<String>,
        /// It is not the flow's first.
        replaces: bool,
    },
    /// The "no fui yo" token, and when the key was changed.
    Changed {
        /// Its text.
        token: Zeroizing<String>,
        /// When.
        at: Timestamp,
    },
}

impl Carries {
    /// The outbox's word for it.
    #[must_use]
    pub const fn kind(&self) -> MailKind {
        match self {
            Self::Code { .. } => MailKind::Code,
            Self::Link { .. } => MailKind::Link,
            Self::Changed { .. } => MailKind::Changed,
        }
    }
}

/// One mail.
pub struct Mail<'a> {
    /// The outbox's row and when it was queued: the Message-ID, the same at each attempt.
    pub id: (MailId, Timestamp),
    /// The one recipient.
    pub to: &'a EmailAddress,
    /// Which record it is about.
    pub employer: EmployerKey,
    /// The flow's language.
    pub locale: Locale,
    /// The moment it is made.
    pub now: Timestamp,
    /// The moment at which what it carries ends at the earliest: counted from `now`, while the truth is counted from hand-off.
    pub ends_at: Timestamp,
    /// The rest.
    pub carries: Carries,
}

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
    /// The message as it is handed over (RFC 5322).
    pub fn compose(&self, sender: &Sender) -> Result<Zeroizing<Vec<u8>>, ComposeError> {
        let (subject, parts) = self.say(sender);
        let (greeting, footer) = (tr(self.locale, "mail-greeting"), tr(self.locale, "mail-footer"));
        let text = Zeroizing::new(TextBody { greeting: &greeting, parts: &parts, footer: &footer }.render()?);
        let lang = self.locale.as_str();
        let html = HtmlBody { lang, subject: &subject, greeting: &greeting, parts: &parts, footer: &footer };
        let html = Zeroizing::new(html.render()?);
        let host = sender.public_url.split("://").nth(1).unwrap_or("localhost");
        let host = host.split([':', '/']).next().unwrap_or("localhost");
        let (MailId(row), queued_at) = self.id;
        // Bare addresses only: a display name from the registry could hold what no header may.
        let message = Message::builder()
            .from(sender.from.clone())
            .to(Mailbox::new(None, self.to.as_str().parse()?))
            .subject(subject)
            .date(std::time::UNIX_EPOCH + self.now.saturating_since(Timestamp::EPOCH))
            .message_id(Some(format!("<{row}.{}@{host}>", queued_at.as_micros())))
            .header(AutoSubmitted)
            .header(ContentLanguage(lang))
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(header::ContentType::TEXT_PLAIN, &text))
                    .singlepart(part(header::ContentType::TEXT_HTML, &html)),
            )?;
        Ok(Zeroizing::new(message.formatted()))
    }

    fn say(&self, sender: &Sender) -> (String, Vec<Part>) {
        let (ruc, sucursal) = (self.employer.ruc().to_string(), self.employer.sucursal().to_string());
        let end = time::clock(self.ends_at);
        let base = &sender.public_url;
        let say = |key: &str| Part::Text(tr(self.locale, key));
        let with = |key: &str, args: &[(&'static str, &str)]| Part::Text(tr_args(self.locale, key, args));
        match &self.carries {
            Carries::Code { code, reference, replaces } => {
                let args: [(&'static str, &str); 3] =
                    [("reference", reference), ("ruc", &ruc), ("sucursal", &sucursal)];
                let mut parts = vec![with("mail-code-intro", &args), Part::Code(code.clone())];
                parts.push(with("mail-code-end", &[("end", &end)]));
                parts.extend(replaces.then(|| say("mail-code-replaces")));
                parts.push(with("mail-code-reference", &args[..1]));
                parts.extend([say("mail-code-not-you"), say("mail-never-ask")]);
                (tr_args(self.locale, "mail-code-subject", &args[..1]), parts)
            }
            Carries::Link { token, replaces } => {
                let args: [(&'static str, &str); 2] = [("ruc", &ruc), ("sucursal", &sucursal)];
                let url = Zeroizing::new(format!("{base}/clave/{}", token.as_str()));
                let label = tr(self.locale, "mail-link-button");
                let mut parts = vec![with("mail-link-intro", &args), Part::Link { url, label }];
                parts.push(with("mail-link-end", &[("end", &end)]));
                parts.extend(replaces.then(|| say("mail-link-replaces")));
                parts.extend([say("mail-link-not-you"), say("mail-never-ask")]);
                (tr_args(self.locale, "mail-link-subject", &args[..1]), parts)
            }
            Carries::Changed { token, at } => {
                let when = time::date_minute(*at);
                let args: [(&'static str, &str); 3] =
                    [("ruc", &ruc), ("sucursal", &sucursal), ("when", &when)];
                let url = Zeroizing::new(format!("{base}/no-fui-yo/{}", token.as_str()));
                let label = tr(self.locale, "mail-changed-button");
                let parts = vec![
                    with("mail-changed-intro", &args),
                    say("mail-changed-was-you"),
                    say("mail-changed-not-you"),
                    Part::Link { url, label },
                    say("mail-changed-limit"),
                ];
                (tr(self.locale, "mail-changed-subject"), parts)
            }
        }
    }
}

/// Base64 keeps every line short without breaking a link where it is read (lldap#370).
fn part(kind: header::ContentType, body: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(header::ContentTransferEncoding::Base64).body(body.to_owned())
}

/// RFC 3834: no vacation notice answers this.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// RFC 3282.
#[derive(Clone)]
struct ContentLanguage(&'static str);

impl header::Header for ContentLanguage {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Content-Language")
    }
    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(Locale::parse(text).unwrap_or_default().as_str()))
    }
    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), self.0.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clavero_protocol::{Ruc, Sucursal};
    use mail_parser::MessageParser;

    use super::*;
    use crate::secrets::Token;

    fn compose(locale: Locale, carries: Carries) -> Vec<u8> {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let mail = Mail {
            id: (MailId(7), now),
            to: &EmailAddress::parse("persona@correo.example").unwrap(),
            employer: EmployerKey::new(Ruc::parse("1790011674001").unwrap(), Sucursal::FIRST).unwrap(),
            locale,
            now,
            ends_at: now + std::time::Duration::from_mins(3),
            carries,
        };
        let sender = Sender {
            from: "Clavero <no-responder@correo.example>".parse().unwrap(),
            public_url: "https://clave.example".to_owned(),
        };
        mail.compose(&sender).unwrap().to_vec()
    }

    #[test]
    fn the_code_stands_alone_on_its_line_with_subject_reference_and_end() {
        let carries = Carries::Code {
            code: Zeroizing::new("042137".to_owned()),
            reference: "K7".to_owned(),
            replaces: true,
        };
        let raw = compose(Locale::EsEc, carries);
        let mail = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.subject(), Some("Código de verificación K7 para recuperar su clave"));
        assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        assert_eq!(mail.message_id(), Some("7.1800000000000000@clave.example"));
        let text = mail.body_text(0).unwrap();
        assert!(text.lines().any(|line| line == "042137"), "{text}");
        assert!(text.contains("Reemplaza al código anterior"));
        assert!(text.contains("K7"));
        assert!(mail.body_html(0).unwrap().contains("042137"));
    }

    #[test]
    fn the_link_arrives_whole_in_both_parts_and_both_languages() {
        for locale in Locale::ALL {
            let token = Token::random().text();
            let carries = Carries::Link { token: Zeroizing::new(token.clone()), replaces: false };
            let raw = compose(locale, carries);
            let mail = MessageParser::default().parse(&raw).unwrap();
            let url = format!("https://clave.example/clave/{token}");
            assert!(mail.body_text(0).unwrap().lines().any(|line| line == url));
            assert!(mail.body_html(0).unwrap().contains(&format!("href=\"{url}\"")));
            assert!(mail.subject().unwrap().contains("1790011674001"));
        }
    }
}
