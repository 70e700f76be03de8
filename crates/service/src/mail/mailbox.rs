//! The demonstration's mail server: keeps the latest mails in memory and shows them on a page.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
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
        self.lock().iter().rev().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Received>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
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
        let (subject, to) = (parsed.subject().unwrap_or_default().to_owned(), to.as_str().to_owned());
        let (text, html) = (body(parsed.body_text(0)), body(parsed.body_html(0)));
        let at = self.clock.now();
        // Numbered, kept and told of in one step: two that arrive at once are two.
        self.count.send_modify(|count| {
            *count += 1;
            let mut mails = self.lock();
            mails.push_back(Received { number: *count, at, to, subject, text, html });
            if mails.len() > KEPT {
                mails.pop_front();
            }
        });
        Delivery::Accepted
    }

    async fn probe(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clavero_store::SystemClock;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn mails_that_arrive_at_once_are_numbered_in_order_and_the_oldest_give_way() {
        let mailbox = Arc::new(Mailbox::new(Arc::new(SystemClock::new())));
        let arrivals = mailbox.arrivals();
        let to = EmailAddress::parse("empleador@correo.example").unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..KEPT + 50 {
            let (mailbox, to) = (Arc::clone(&mailbox), to.clone());
            tasks.spawn(async move {
                mailbox.deliver(&to, b"Subject: =?utf-8?q?C=C3=B3digo?=\r\n\r\n042137\r\n").await
            });
        }
        assert!(tasks.join_all().await.iter().all(|delivery| *delivery == Delivery::Accepted));
        let last = *arrivals.borrow();
        let numbers: Vec<u64> = mailbox.mails().iter().map(|mail| mail.number).collect();
        assert_eq!(numbers, (51..=last).rev().collect::<Vec<_>>());
        let newest = mailbox.mails().remove(0);
        assert_eq!((newest.subject.as_str(), newest.text.trim()), ("Código", "042137"));
    }
}
