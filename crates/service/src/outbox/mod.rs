//! The outbox worker: takes mails up under a lease, makes each when it is sent, hands it over, records what the mail
//! server said.
//!
//! Each recipient domain has a lane with its own bound, so that one that stalls delays no other. Each mail runs in a
//! task of its own: one that panics is one that waits. Nothing is lost with a worker: what it had taken up is due again
//! when the lease ends.

mod case;
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

/// A mail that was tried more often is not taken back from a process that is gone: it may be what ended it.
const RECALLED: u32 = 3;

impl Service {
    /// Before the only worker of an embedded database begins: what a process that is gone had taken up goes out at once, and not
    /// when its lease ends.
    pub async fn recall_mails(&self) {
        match self.store.recall_mails(RECALLED).await {
            Ok(0) => {}
            Ok(mails) => tracing::info!(
                mails,
                "mails that were put off, or in the hands of a process that is gone, are due now"
            ),
            Err(error) => failed(&error),
        }
    }
}

/// What a claim brought, with the tokens whose digests went with it.
struct Claimed {
    mails: Vec<ClaimedMail>,
    tokens: Vec<Token>,
    /// As many as were asked for: there may be more.
    full: bool,
}

/// The worker.
pub struct Worker {
    service: Arc<Service>,
    transport: Arc<dyn Transport>,
    sender: Arc<Sender>,
    lanes: Lanes,
    mirror: Arc<Mirror>,
    tasks: JoinSet<Report>,
    /// The claim that looks, or waits, for mails: one at a time.
    claims: JoinSet<Claimed>,
    /// Whether it leaves lanes out that were busy when it was made.
    narrow: bool,
    /// Whether mails may be due that the last claim did not take.
    more: bool,
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
            lanes: Lanes::default(),
            mirror: Arc::default(),
            tasks: JoinSet::new(),
            claims: JoinSet::new(),
            narrow: false,
            more: true,
            due: None,
        }
    }

    /// Works until told to stop; then finishes what it has taken up.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            self.claim();
            metrics::gauge!("clavero_mails_in_flight").set(self.lanes.in_flight());
            tokio::select! {
                // The order matters: to stop comes first, and ended mails make room before others are looked for.
                biased;
                stopped = stop.wait_for(|stop| *stop) => { drop(stopped); break; }
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => self.ended(ended),
                Some(claimed) = self.claims.join_next(), if !self.claims.is_empty() => self.take_up(claimed),
            }
        }
        // What a claim takes after it was given up would wait for its lease to end.
        look(Arc::clone(&self.service)).await;
        while let Some(claimed) = self.claims.join_next().await {
            self.take_up(claimed);
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
    }

    /// Has a claim look for what is due and fits, where none does so already.
    fn claim(&mut self) {
        let room = self.lanes.room();
        if room == 0 || !self.claims.is_empty() {
            return;
        }
        let busy_lanes = self.lanes.busy();
        self.narrow = !busy_lanes.is_empty();
        let tokens: Vec<Token> = std::iter::repeat_with(Token::random).take(room).collect();
        let claim = Claim {
            max: u32::try_from(room).unwrap_or(u32::MAX),
            wait: if std::mem::take(&mut self.more) { Duration::ZERO } else { self.nap() },
            lease: LEASE,
            busy_lanes,
            verifiers: tokens.iter().map(Token::digest).collect(),
            policy: self.service.settings.policy_arc(),
        };
        let service = Arc::clone(&self.service);
        self.claims.spawn(async move {
            match service.store.claim_mails(claim).await {
                Ok(mails) => Claimed { full: mails.len() == room, mails, tokens },
                Err(error) => {
                    failed(&error);
                    tokio::time::sleep(LOOK).await;
                    Claimed { mails: Vec::new(), tokens, full: false }
                }
            }
        });
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
        // The claim that waits does not know of the room that there is now in its lane.
        if std::mem::take(&mut self.narrow) && !self.claims.is_empty() {
            self.more = true;
            tokio::spawn(look(Arc::clone(&self.service)));
        }
    }

    fn take_up(&mut self, claimed: Result<Claimed, tokio::task::JoinError>) {
        let Claimed { mails, tokens, full } = match claimed {
            Ok(claimed) => claimed,
            Err(error) => return tracing::error!(%error, "a claim of mails was cut off"),
        };
        self.more |= full;
        for mail in mails {
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

async fn look(service: Arc<Service>) {
    if let Err(error) = service.store.look_for_mail().await {
        failed(&error);
    }
}
