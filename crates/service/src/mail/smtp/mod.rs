//! SMTP (RFC 5321): TLS unless on loopback, every hand-over bounded in time, replies told apart by the step they answer.
//!
//! The protocol's words are lettre's; the order of the steps, the pool and the limits in time are ours. lettre's own pool puts a
//! connection back even when the hand-over on it was given up half-way, so that the next mail would read the answers meant for
//! the one before. And its error does not tell the step, without which a relay that refuses *us* looks like one
//! that refuses the recipient.

mod endpoint;
mod idle;
mod session;
#[cfg(test)]
mod tests;
mod trouble;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use clavero_protocol::EmailAddress;
use lettre::Address;
use tokio::{sync::Semaphore, time::timeout};
use zeroize::Zeroizing;

use self::{endpoint::Endpoint, idle::Idle, session::Session, trouble::Trouble};
use super::{Delivery, Reply, Transport};

/// Connections at once. Under the 50 that Postfix grants one client by default.
pub(crate) const CONNECTIONS: usize = 40;

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
    /// What the mail server may know this service by, in place of a password or beside one.
    pub identity: Option<SmtpIdentity>,
}

/// A certificate and its key.
#[derive(Clone)]
pub struct SmtpIdentity {
    /// The certificate alone, DER.
    pub certificate: Vec<u8>,
    /// PEM of PKCS #8, PKCS #1 or SEC 1.
    pub key: Zeroizing<Vec<u8>>,
}

/// How long each thing may take.
#[derive(Debug, Clone, Copy)]
struct Timing {
    /// One address of the server.
    connect: Duration,
    /// The first answer on a connection that lay idle; after it the connection counts as lost.
    first_answer: Duration,
    /// A whole hand-over, whatever the server does.
    whole: Duration,
    /// Shorter than what relays grant, so that a connection is seldom closed under our hands.
    idle: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(5), first_answer: seconds(5), whole: seconds(20), idle: seconds(20) }
    }
}

/// The mail server.
pub struct SmtpTransport {
    endpoint: Endpoint,
    from: Address,
    timing: Timing,
    idle: Arc<Idle>,
    slots: Semaphore,
    /// The trouble that was last told, so that an outage is told once and not with each mail.
    told: Mutex<Option<Reply>>,
}

impl SmtpTransport {
    /// Reads the settings; connects when the first mail goes out.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpError> {
        let endpoint = Endpoint::read(settings, None)?;
        Ok(Self::to(endpoint, settings.from.clone(), Timing::default()))
    }

    fn to(endpoint: Endpoint, from: Address, timing: Timing) -> Self {
        Self {
            endpoint,
            from,
            timing,
            idle: Idle::new(timing.idle),
            slots: Semaphore::new(CONNECTIONS),
            told: Mutex::new(None),
        }
    }

    /// What is wrong with the way to the mail server, in the words of the protocol, for the operator. Goes as far as a mail
    /// goes before it has a recipient.
    pub async fn diagnose(&self) -> Result<(), String> {
        match timeout(self.timing.whole, self.name_sender()).await {
            Ok(Ok((session, named))) => {
                match &named {
                    Err(trouble) if !trouble.leaves_connection() => session.leave(),
                    _ => self.idle.put_reset(session),
                }
                named.map_err(|trouble| trouble.to_string())
            }
            Ok(Err(trouble)) => Err(trouble.to_string()),
            Err(_) => Err(format!("no answer within {} s", self.timing.whole.as_secs())),
        }
    }

    /// A connection on which our sender was named, and what the server said to that.
    async fn name_sender(&self) -> Result<(Session, Result<(), Trouble>), Trouble> {
        while let Some(mut session) = self.idle.take() {
            // The server may have closed it meanwhile, or a firewall forgotten it. Nothing of the mail has gone out at this
            // step, so the next connection, or a new one, begins afresh.
            match timeout(self.timing.first_answer, session.name_sender(&self.from)).await {
                Err(_) => {}
                Ok(Err(trouble)) if trouble.is_lost_connection() => {}
                Ok(named) => return Ok((session, named)),
            }
        }
        let mut session = Session::open(&self.endpoint, self.timing.connect).await?;
        let named = session.name_sender(&self.from).await;
        Ok((session, named))
    }

    async fn hand_over(&self, to: &Address, message: &[u8]) -> Result<(), Trouble> {
        // The semaphore is never closed; were it, there would be no bound, and nothing lost.
        let _slot = self.slots.acquire().await;
        let (session, named) = self.name_sender().await?;
        self.go_on(session, named, to, message).await
    }

    async fn go_on(
        &self,
        mut session: Session,
        named: Result<(), Trouble>,
        to: &Address,
        message: &[u8],
    ) -> Result<(), Trouble> {
        let handed = match named {
            Ok(()) => session.send(to, message).await,
            Err(trouble) => Err(trouble),
        };
        // Kept only when both sides agree on where they stand. Given up half-way (this future dropped), it is closed.
        match &handed {
            Ok(()) => self.idle.put(session),
            Err(trouble) if trouble.leaves_connection() => self.idle.put_reset(session),
            Err(_) => session.leave(),
        }
        handed
    }

    /// Tells the operator when something begins to be wrong with the relay, and when it is over.
    fn tell(&self, delivery: Delivery, trouble: Option<&Trouble>) {
        let now = match delivery {
            Delivery::Deferred(reply @ (Reply::Relay | Reply::Connection | Reply::TimeOut)) => Some(reply),
            Delivery::Accepted => None,
            Delivery::Deferred(_) | Delivery::Refused(_) => return,
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told == now {
            return;
        }
        *told = now;
        match (now, trouble) {
            (None, _) => tracing::info!("the mail server takes mail again"),
            (Some(reply), Some(trouble)) => {
                tracing::error!(class = reply.as_str(), %trouble, "the mail server takes no mail from us; mails wait");
            }
            (Some(_), None) => tracing::error!("the mail server does not answer in time; mails wait"),
        }
    }
}

#[async_trait]
impl Transport for SmtpTransport {
    async fn deliver(&self, to: &EmailAddress, message: &[u8]) -> Delivery {
        let Ok(to) = to.as_str().parse::<Address>() else { return Delivery::Refused(Reply::Recipient) };
        let handed = timeout(self.timing.whole, self.hand_over(&to, message)).await;
        let (delivery, trouble) = match handed {
            Ok(Ok(())) => (Delivery::Accepted, None),
            Ok(Err(trouble)) => (trouble.delivery(), Some(trouble)),
            Err(_) => (Delivery::Deferred(Reply::TimeOut), None),
        };
        self.tell(delivery, trouble.as_ref());
        delivery
    }

    async fn probe(&self) -> bool {
        self.diagnose().await.is_ok()
    }
}
