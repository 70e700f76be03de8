//! The outbox worker: takes mails up under a lease, makes each when it is sent, hands it over, records what the mail
//! server said.
//!
//! Each recipient domain has a lane with its own bound, so that one that stalls delays no other. Each mail runs in a
//! task of its own: one that panics is one that waits. Nothing is lost with a worker: what it had taken up is due again
//! when the lease ends.

mod decoy;
mod job;
mod lanes;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use clavero_store::{Claim, ClaimedMail};
use tokio::{sync::watch, task::JoinSet, time::Instant};

use self::{
    decoy::Mirror,
    job::{Job, Report},
    lanes::Lanes,
};
use crate::{
    Service,
    errors::failed,
    mail::{Sender, Transport},
    secrets::Token,
};

/// After this another worker may take a mail up: longer than a hand-over and its record can take.
const LEASE: Duration = Duration::from_secs(30);
/// How long a mail may lie before a worker that was not woken looks: another node queued it.
const LOOK: Duration = Duration::from_secs(1);

/// The worker.
pub struct Worker {
    service: Arc<Service>,
    transport: Arc<dyn Transport>,
    sender: Arc<Sender>,
    /// Fresh tokens; each is stored with the claim that uses it, before its mail is sent.
    tokens: Vec<Token>,
    lanes: Lanes,
    mirror: Arc<Mirror>,
    tasks: JoinSet<Report>,
    /// When the first of the mails that were put off here is due again.
    due: Option<Instant>,
}

impl Worker {
    /// A worker that hands mails to `transport`.
    #[must_use]
    pub fn new(service: Arc<Service>, transport: Arc<dyn Transport>, sender: Sender) -> Self {
        Self {
            service,
            transport,
            sender: Arc::new(sender),
            tokens: Vec::new(),
            lanes: Lanes::default(),
            mirror: Arc::default(),
            tasks: JoinSet::new(),
            due: None,
        }
    }

    /// Works until told to stop; then finishes what it has taken up.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let waits = Arc::clone(&self.service.mail_waits);
        loop {
            let more = self.take_up().await;
            metrics::gauge!("clavero_mails_in_flight").set(self.lanes.in_flight());
            let nap = self.nap();
            tokio::select! {
                // The order matters: to stop comes first, and ended mails make room before others are looked for.
                biased;
                stopped = stop.wait_for(|stop| *stop) => { drop(stopped); break; }
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => self.ended(ended),
                () = waits.notified() => {}
                () = std::future::ready(()), if more => {}
                () = tokio::time::sleep(nap) => {}
            }
            while let Some(ended) = self.tasks.try_join_next() {
                self.ended(ended);
            }
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
    }

    /// How long there is nothing to do, as far as this worker knows.
    fn nap(&mut self) -> Duration {
        let Some(due) = self.due else { return LOOK };
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.due = None;
        }
        left.min(LOOK)
    }

    fn ended(&mut self, ended: Result<Report, tokio::task::JoinError>) {
        match ended {
            Ok(report) => {
                self.lanes.leave(report.lane, report.delivery, Instant::now());
                if let Some(after) = report.again {
                    let due = Instant::now() + after;
                    self.due = Some(self.due.map_or(due, |known| known.min(due)));
                }
            }
            // The hand-over runs in a task of its own, whose panic is part of the report; what is left can only be
            // cut off with the runtime.
            Err(error) => tracing::error!(%error, "a mail's task was cut off"),
        }
    }

    /// Takes up what is due and fits. Says whether there may be more at once.
    async fn take_up(&mut self) -> bool {
        let room = self.lanes.room();
        if room == 0 {
            return false;
        }
        self.tokens.resize_with(room.max(self.tokens.len()), Token::random);
        let claim = Claim {
            max: u32::try_from(room).unwrap_or(u32::MAX),
            lease: LEASE,
            busy_lanes: self.lanes.busy(),
            verifiers: self.tokens.iter().take(room).map(Token::digest).collect(),
            policy: self.service.settings.policy_arc(),
        };
        let claimed = match self.service.store.claim_mails(claim).await {
            Ok(claimed) => claimed,
            Err(error) => {
                failed(&error);
                // Where the commit's outcome is not known, these may be stored already.
                self.tokens.clear();
                return false;
            }
        };
        let full = claimed.len() == room;
        self.dispatch(claimed);
        full
    }

    fn dispatch(&mut self, claimed: Vec<ClaimedMail>) {
        let used = claimed.iter().filter_map(|mail| mail.verifier).max().map_or(0, |place| place + 1);
        let tokens: Vec<Token> = self.tokens.drain(..used).collect();
        for mail in claimed {
            let token = mail.verifier.and_then(|place| tokens.get(place).cloned());
            self.lanes.enter(mail.lane);
            let job = Job {
                service: Arc::clone(&self.service),
                transport: Arc::clone(&self.transport),
                sender: Arc::clone(&self.sender),
                mirror: Arc::clone(&self.mirror),
                mail: Arc::new(mail),
            };
            self.tasks.spawn(job.run(token));
        }
    }
}
