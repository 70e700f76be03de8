//! The outbox worker: takes mails up under a lease, makes each when it is sent, hands it over, records what the mail
//! server said.
//!
//! Each recipient domain has a lane with its own bound, so that one that stalls delays no other. Each mail runs in a
//! task of its own: one that panics is one that failed.

use std::{collections::HashMap, sync::Arc, time::Duration};

use clavero_protocol::{Recovery, Timestamp};
use clavero_store::{Claim, ClaimedMail, MailKind, MailOutcome, RecoveryRecord, Settle};
use clavero_words::Locale;
use tokio::{sync::watch, task::JoinSet};
use zeroize::Zeroizing;

use crate::{
    Service,
    errors::failed,
    keys::CodeOf,
    mail::{Carries, Delivery, Mail, Sender, Transport},
    secrets::{Token, random},
    views::mail_word,
};

/// Mails on their way at once.
const IN_FLIGHT: usize = 128;
/// Of these, to one domain.
const PER_LANE: usize = 16;
/// After this another worker may take a mail up: longer than a hand-over can take.
const LEASE: Duration = Duration::from_mins(1);
/// How long a mail may lie before a worker that was not woken looks: another node queued it.
const LOOK: Duration = Duration::from_secs(1);
/// The longest wait between attempts.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Attempts of a mail that no flow's end bounds.
const MOST_ATTEMPTS: u32 = 60;

/// The worker.
pub struct Worker {
    service: Arc<Service>,
    transport: Arc<dyn Transport>,
    sender: Sender,
    /// Fresh tokens; each is stored with the claim that uses it, before its mail is sent.
    tokens: Vec<Token>,
    lanes: HashMap<i64, usize>,
    tasks: JoinSet<i64>,
}

impl Worker {
    /// A worker that hands mails to `transport`.
    #[must_use]
    pub fn new(service: Arc<Service>, transport: Arc<dyn Transport>, sender: Sender) -> Self {
        Self { service, transport, sender, tokens: Vec::new(), lanes: HashMap::new(), tasks: JoinSet::new() }
    }

    /// Works until told to stop; then finishes what it has taken up.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let waits = Arc::clone(&self.service.mail_waits);
        loop {
            let more = self.take_up().await;
            tokio::select! {
                // The order matters: ended mails make room first.
                biased;
                stopped = stop.wait_for(|stop| *stop) => { drop(stopped); break; }
                Some(lane) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => self.ended(lane),
                () = waits.notified() => {}
                () = tokio::time::sleep(LOOK), if !more => {}
                () = std::future::ready(()), if more => {}
            }
            while let Some(lane) = self.tasks.try_join_next_with_id() {
                self.ended(lane);
            }
        }
        while let Some(lane) = self.tasks.join_next_with_id().await {
            self.ended(lane);
        }
    }

    fn ended(&mut self, ended: Result<(tokio::task::Id, i64), tokio::task::JoinError>) {
        match ended {
            Ok((_, lane)) => {
                if let Some(count) = self.lanes.get_mut(&lane) {
                    *count = count.saturating_sub(1);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a mail's task failed; the mail waits for its lease to end");
                metrics::counter!("clavero_mail_panics_total").increment(1);
            }
        }
        self.lanes.retain(|_, count| *count > 0);
    }

    /// Takes up what is due and fits. Says whether there may be more at once.
    async fn take_up(&mut self) -> bool {
        let room = IN_FLIGHT - self.tasks.len().min(IN_FLIGHT);
        if room == 0 {
            return false;
        }
        let wanted = room.min(PER_LANE);
        self.tokens.resize_with(wanted.max(self.tokens.len()), Token::random);
        let busy = self.lanes.iter().filter(|(_, count)| **count >= PER_LANE).map(|(lane, _)| *lane);
        let claim = Claim {
            max: u32::try_from(wanted).unwrap_or(u32::MAX),
            lease: LEASE,
            busy_lanes: busy.collect(),
            verifiers: self.tokens.iter().take(wanted).map(Token::digest).collect(),
            policy: self.service.settings.policy_arc(),
        };
        let claimed = match self.service.store.claim_mails(claim).await {
            Ok(claimed) => claimed,
            Err(error) => {
                failed(&error);
                return false;
            }
        };
        let full = claimed.len() == wanted;
        self.dispatch(claimed);
        full
    }

    fn dispatch(&mut self, claimed: Vec<ClaimedMail>) {
        let used = claimed.iter().filter_map(|mail| mail.verifier).max().map_or(0, |place| place + 1);
        let tokens: Vec<Token> = self.tokens.drain(..used).collect();
        for mail in claimed {
            let token = mail.verifier.and_then(|place| tokens.get(place).cloned());
            *self.lanes.entry(mail.lane).or_default() += 1;
            let job = Job {
                service: Arc::clone(&self.service),
                transport: Arc::clone(&self.transport),
                sender: self.sender.clone(),
            };
            self.tasks.spawn(async move {
                let lane = mail.lane;
                job.run(mail, token).await;
                lane
            });
        }
    }
}

/// One mail's way.
struct Job {
    service: Arc<Service>,
    transport: Arc<dyn Transport>,
    sender: Sender,
}

impl Job {
    async fn run(self, mail: ClaimedMail, token: Option<Token>) {
        let outcome = match self.hand_over(&mail, token).await {
            Some(delivery) => outcome_of(delivery, mail.attempts),
            None => MailOutcome::Dropped,
        };
        let policy = self.service.settings.policy_arc();
        let settle = Settle { id: mail.id, attempts: mail.attempts, outcome, policy };
        match self.service.store.settle_mail(settle).await {
            Ok(true) => self.count(&mail, outcome),
            Ok(false) => tracing::warn!("a mail outlived its lease; another worker has it"),
            Err(error) => failed(&error),
        }
    }

    /// Makes the mail and hands it over; `None` when there is nothing to send any more.
    async fn hand_over(&self, mail: &ClaimedMail, token: Option<Token>) -> Option<Delivery> {
        let Some(employer) = &mail.employer else {
            // A decoy: goes nowhere, and looks as if it had.
            return Some(Delivery::Accepted);
        };
        let key = employer.record.key;
        let address =
            employer.record.email.as_ref().and_then(|email| self.service.keys.open_email(&key, email));
        let Some(address) = address else {
            tracing::error!("a stored address cannot be opened with this key ring");
            return None;
        };
        let now = self.service.store.now();
        let (carries, ends_at) = self.carries(mail, token, now)?;
        let locale = mail.flow.as_ref().and_then(|flow| Locale::parse(&flow.locale)).unwrap_or_default();
        let composed = Mail {
            id: (mail.id, mail.queued_at),
            to: &address,
            employer: key,
            locale,
            now,
            ends_at,
            carries,
        }
        .compose(&self.sender);
        match composed {
            Ok(message) => Some(self.transport.deliver(&address, &message).await),
            Err(error) => {
                tracing::error!(%error, "a mail could not be made");
                None
            }
        }
    }

    fn carries(
        &self,
        mail: &ClaimedMail,
        token: Option<Token>,
        now: Timestamp,
    ) -> Option<(Carries, Timestamp)> {
        let policy = &self.service.settings.policy;
        let text = |token: Token| Zeroizing::new(token.text());
        let replaces = mail.counter > 1;
        let cap = |recovery: &Recovery, ttl: Duration| (now + ttl).min(recovery.cap(policy));
        match (mail.kind, &mail.flow) {
            (MailKind::Code, Some(flow)) => {
                let code = self.code(flow, mail.counter)?;
                let reference = String::from_utf8_lossy(&flow.reference).into_owned();
                let ends_at = cap(&flow.recovery, policy.code_ttl);
                Some((Carries::Code { code, reference, replaces }, ends_at))
            }
            (MailKind::Link, Some(flow)) => {
                let ends_at = cap(&flow.recovery, policy.link_ttl);
                Some((Carries::Link { token: text(token?), replaces }, ends_at))
            }
            (MailKind::Changed, _) => {
                let at = mail.employer.as_ref()?.credential.as_ref()?.changed_at;
                Some((Carries::Changed { token: text(token?), at }, now))
            }
            _ => None,
        }
    }

    fn code(&self, flow: &RecoveryRecord, counter: u32) -> Option<Zeroizing<String>> {
        let of = CodeOf { key_id: &flow.key_id, epoch: self.service.epoch, recovery: flow.recovery.id };
        self.service.keys.code(&of, counter, self.service.settings.policy.code_digits)
    }

    fn count(&self, mail: &ClaimedMail, outcome: MailOutcome) {
        let kind = match mail.kind {
            MailKind::Code => mail_word(clavero_protocol::FlowMail::Code),
            MailKind::Link => mail_word(clavero_protocol::FlowMail::Link),
            MailKind::Changed => "changed",
        };
        let word = match outcome {
            MailOutcome::Accepted => "accepted",
            MailOutcome::Retry { .. } => "deferred",
            MailOutcome::Refused => "refused",
            MailOutcome::Dropped => "dropped",
        };
        metrics::counter!("clavero_mails_total", "kind" => kind, "outcome" => word).increment(1);
        if outcome == MailOutcome::Accepted {
            let waited = self.service.store.now().saturating_since(mail.queued_at).as_secs_f64();
            metrics::histogram!("clavero_mail_handoff_seconds", "kind" => kind).record(waited);
            let step = if mail.kind == MailKind::Code { "code_sent" } else { "link_sent" };
            if mail.kind != MailKind::Changed {
                metrics::counter!("clavero_journey_total", "step" => step).increment(1);
            }
        }
    }
}

fn outcome_of(delivery: Delivery, attempts: u32) -> MailOutcome {
    match delivery {
        Delivery::Accepted => MailOutcome::Accepted,
        Delivery::Refused(_) => MailOutcome::Refused,
        Delivery::Deferred(_) if attempts >= MOST_ATTEMPTS => MailOutcome::Dropped,
        Delivery::Deferred(reply) => {
            metrics::counter!("clavero_mails_deferred_total", "reply" => reply.as_str()).increment(1);
            MailOutcome::Retry { after: back_off(attempts, u32::from_be_bytes(random())) }
        }
    }
}

/// 1, 2, 4, 8 … seconds up to a minute, the second half of it by chance, so that a relay that comes back is not met by all at once.
fn back_off(attempts: u32, chance: u32) -> Duration {
    let whole = Duration::from_secs(1 << attempts.saturating_sub(1).min(6)).min(LONGEST_WAIT);
    whole / 2 + (whole / 2).mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_no_further() {
        let waits: Vec<u64> = (1..10).map(|attempt| back_off(attempt, u32::MAX).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(back_off(1, 0), Duration::from_millis(500));
    }
}
