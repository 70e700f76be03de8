//! SMTP over lettre's pool: TLS unless on loopback, every step bounded in time, replies told apart.

use std::{net::IpAddr, time::Duration};

use async_trait::async_trait;
use clavero_protocol::EmailAddress;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    address::Envelope,
    transport::smtp::{
        PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        response::Severity,
    },
};
use url::{Host, Url};

use super::{Delivery, Reply, Transport};

/// A whole hand-over, whatever the server does (lettre's own time-out does not cover every step).
const WHOLE: Duration = Duration::from_secs(20);
/// One command.
const COMMAND: Duration = Duration::from_secs(10);
/// Shorter than what relays grant, so that a pooled connection is not closed under our hands.
const IDLE: Duration = Duration::from_secs(20);
/// Connections to the mail server.
const CONNECTIONS: u32 = 16;

/// Why the mail server's address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Not a URL of the forms that are taken.
    #[error("mail.smtp_url must look like smtp://host:port, smtps://host or smtp://host?tls=required")]
    Form,
    /// Mail would cross a network in the clear.
    #[error(
        "mail.smtp_url turns TLS off for a host that is not loopback; leave out tls=none or use smtps://"
    )]
    Clear,
    /// TLS cannot be set up.
    #[error("TLS for the mail server cannot be set up: {0}")]
    Tls(String),
    /// The sender is no address.
    #[error("mail.from is not an address: {0}")]
    Sender(#[from] lettre::address::AddressError),
}

/// Where the mail server is.
#[derive(Clone)]
pub struct SmtpSettings {
    /// `smtp://`, `smtps://`, optionally `?tls=required|opportunistic|none`, user and password in it.
    pub url: String,
    /// Takes the place of the URL's password.
    pub password: Option<String>,
    /// The envelope's sender.
    pub from: Address,
}

/// The mail server.
pub struct SmtpTransport {
    pool: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

impl SmtpTransport {
    /// Reads the settings; connects when the first mail goes out.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpError> {
        let url = Url::parse(&settings.url).map_err(|_| SmtpError::Form)?;
        let host = match url.host().ok_or(SmtpError::Form)? {
            // In URLs of an unknown scheme an IPv4 address is read as a name.
            Host::Domain(name) => name.parse().map_or(Host::Domain(name), Host::Ipv4),
            other => other,
        };
        let name = host.to_string().trim_matches(['[', ']']).to_owned();
        let asked = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let parameters =
            || TlsParameters::new(name.clone()).map_err(|error| SmtpError::Tls(error.to_string()));
        let (tls, port) = match (url.scheme(), asked.as_deref()) {
            ("smtps", None | Some("required")) => (Tls::Wrapper(parameters()?), 465),
            ("smtp", Some("required")) => (Tls::Required(parameters()?), 587),
            ("smtp", None) if !is_loopback(&host) => (Tls::Required(parameters()?), 587),
            ("smtp", None | Some("none")) if is_loopback(&host) => (Tls::None, 25),
            ("smtp", Some("opportunistic")) if is_loopback(&host) => (Tls::Opportunistic(parameters()?), 25),
            ("smtp", Some("none" | "opportunistic")) => return Err(SmtpError::Clear),
            _ => return Err(SmtpError::Form),
        };
        let pool = PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE);
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(name)
            .port(url.port().unwrap_or(port))
            .tls(tls)
            .timeout(Some(COMMAND))
            .pool_config(pool);
        if !url.username().is_empty() {
            let decode = |text: &str| {
                url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B")).as_bytes())
                    .next()
                    .map(|(_, value)| value.into_owned())
                    .unwrap_or_default()
            };
            let password =
                settings.password.clone().unwrap_or_else(|| decode(url.password().unwrap_or_default()));
            builder = builder.credentials(Credentials::new(decode(url.username()), password));
        }
        Ok(Self { pool: builder.build(), from: settings.from.clone() })
    }

    async fn send(&self, envelope: &Envelope, message: &[u8]) -> Delivery {
        let Ok(sent) = tokio::time::timeout(WHOLE, self.pool.send_raw(envelope, message)).await else {
            return Delivery::Deferred(Reply::TimeOut);
        };
        let Err(error) = sent else { return Delivery::Accepted };
        match error.status().map(|code| (code.severity, u16::from(code))) {
            Some((Severity::PermanentNegativeCompletion, code)) if speaks_of_recipient(code) => {
                Delivery::Refused(Reply::Recipient)
            }
            Some((Severity::PermanentNegativeCompletion, code)) => {
                tracing::error!(code, "the mail server refuses us, not the recipient; the mail waits");
                Delivery::Deferred(Reply::Relay)
            }
            Some(_) => Delivery::Deferred(Reply::Transient),
            None if error.is_timeout() => Delivery::Deferred(Reply::TimeOut),
            None => Delivery::Deferred(Reply::Connection),
        }
    }
}

/// 5xx codes that say something of the mailbox (RFC 5321 §4.2.3); the others speak of us or of the relay's policy.
const fn speaks_of_recipient(code: u16) -> bool {
    matches!(code, 550..=553 | 556)
}

#[async_trait]
impl Transport for SmtpTransport {
    async fn deliver(&self, to: &EmailAddress, message: &[u8]) -> Delivery {
        let Ok(recipient) = to.as_str().parse() else { return Delivery::Refused(Reply::Recipient) };
        let Ok(envelope) = Envelope::new(Some(self.from.clone()), vec![recipient]) else {
            return Delivery::Refused(Reply::Recipient);
        };
        match self.send(&envelope, message).await {
            // A pooled connection that the server has closed meanwhile: once more at once, on a new one. It is the same
            // Message-ID, so that a mail which did arrive is not a second one.
            Delivery::Deferred(Reply::Connection) => self.send(&envelope, message).await,
            other => other,
        }
    }

    async fn probe(&self) -> bool {
        matches!(tokio::time::timeout(WHOLE, self.pool.test_connection()).await, Ok(Ok(true)))
    }
}
