//! The demonstration's mail server: keeps the latest mails in memory and shows them on a page.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use clavero_protocol::{EmailAddress, Timestamp};
use clavero_store::Clock;
use mail_parser::MessageParser;
use tokio::sync::watch;

use super::{Delivery, Transport};

/// Mails kept; older ones go.
const KEPT: usize = 200;

/// A mail that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// 1 for the first.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// The plain part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// The demonstration's mailbox.
pub struct Mailbox {
    mails: Mutex<VecDeque<Received>>,
    count: watch::Sender<u64>,
    clock: std::sync::Arc<dyn Clock>,
}

impl Mailbox {
    /// An empty one.
    #[must_use]
    pub fn new(clock: std::sync::Arc<dyn Clock>) -> Self {
        Self { mails: Mutex::default(), count: watch::Sender::new(0), clock }
    }

    /// All mails, the newest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Received> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    /// How many have arrived in all; changes when one does.
    #[must_use]
    pub fn arrivals(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }
}

#[async_trait]
impl Transport for Mailbox {
    async fn deliver(&self, to: &EmailAddress, message: &[u8]) -> Delivery {
        let Some(parsed) = MessageParser::default().parse(message) else {
            return Delivery::Refused(super::Reply::Recipient);
        };
        let body = |text: Option<std::borrow::Cow<'_, str>>| text.unwrap_or_default().into_owned();
        let number = *self.count.borrow() + 1;
        let mail = Received {
            number,
            at: self.clock.now(),
            to: to.as_str().to_owned(),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: body(parsed.body_text(0)),
            html: body(parsed.body_html(0)),
        };
        {
            let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
            mails.push_back(mail);
            if mails.len() > KEPT {
                mails.pop_front();
            }
        }
        self.count.send_modify(|count| *count += 1);
        Delivery::Accepted
    }

    async fn probe(&self) -> bool {
        true
    }
}
