//! One mail's way: made, handed over, recorded.

use std::{sync::Arc, time::Duration};

use clavero_protocol::{Recovery, Timestamp};
use clavero_store::{ClaimedMail, Employer, MailKind, MailOutcome, RecoveryRecord, Settle, StoreError};
use clavero_words::Locale;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::decoy::Mirror;
use crate::{
    Service,
    errors::failed,
    keys::CodeOf,
    mail::{About, Carries, CaseCarries, ComposeError, Delivery, Mail, Reply, Sender, Transport},
    secrets::Token,
};

/// The longest a transport may take, whatever it promises of itself.
const HAND_OVER: Duration = Duration::from_secs(22);
/// The longest wait between two attempts of a mail that somebody sits waiting for.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// The same for a notice, which has days.
const LONGEST_NOTICE_WAIT: Duration = Duration::from_mins(15);
/// How long a notice is tried: a weekend without a mail server, and the Monday after it.
const NOTICE_LIFE: Duration = Duration::from_hours(72);
/// No wait is shorter, so that chance makes no busy loop.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
/// Times a record is written again when the store fails.
const RECORD_TRIES: u32 = 6;

/// What the worker has to know of a mail that has ended.
pub(super) struct Report {
    pub(super) lane: i64,
    /// What was heard of the recipient's domain.
    pub(super) delivery: Option<Delivery>,
    /// When it is due again.
    pub(super) again: Option<Duration>,
}

/// Why a mail was not handed over for a reason of our own. It waits: the operator can mend each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The key ring does not open the stored address, or does not know the flow's key.
    Keys,
    /// The message could not be made.
    Compose,
    /// The task panicked.
    Panic,
}

impl Fault {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Compose => "compose",
            Self::Panic => "panic",
        }
    }
}

/// What came of a mail.
pub(super) enum Way {
    /// The mail server, or a decoy's mirror, has spoken.
    Said(Delivery),
    /// We could not.
    Fault(Fault),
    /// There is nothing to send any more.
    Nothing,
}

/// One mail and all that it needs.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) service: Arc<Service>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) sender: Arc<Sender>,
    pub(super) mirror: Arc<Mirror>,
    pub(super) mail: Arc<ClaimedMail>,
}

impl Job {
    pub(super) async fn run(self, token: Option<Token>) -> Report {
        let job = self.clone();
        // A task of its own: what panics in it (lettre does, on header values it does not expect) ends there.
        let work = async move {
            job.service.after_the_answer().await;
            job.hand_over(token).await
        };
        let way = match tokio::spawn(work).await {
            Ok(way) => way,
            Err(_) => Way::Fault(Fault::Panic),
        };
        let outcome = self.outcome(&way);
        let delivery = match way {
            Way::Said(delivery) => Some(delivery),
            Way::Fault(_) | Way::Nothing => None,
        };
        if self.record(outcome).await {
            self.count(outcome);
        }
        let again = match outcome {
            MailOutcome::Retry { after } => Some(after),
            MailOutcome::Accepted | MailOutcome::Refused | MailOutcome::Dropped => None,
        };
        Report { lane: self.mail.lane, delivery, again }
    }

    /// Makes the mail and hands it over.
    async fn hand_over(&self, token: Option<Token>) -> Way {
        let (employer, case) = (self.mail.employer.as_ref(), self.mail.case.as_ref());
        let key = employer.map(|employer| employer.record.key).or(case.map(|case| case.record.case.employer));
        let Some(key) = key else {
            return Way::Said(self.mirror.pretend(self.transport.as_ref(), self.chance("decoy")).await);
        };
        let began = Instant::now();
        // The mails of a case go to its own mailbox, or to the one that was on record when it was asked for.
        let on_record = employer.and_then(|employer| employer.record.email.as_ref());
        let Some(sealed) = case.map(|case| &case.to).or(on_record) else { return Way::Nothing };
        let keys = &self.service.keys;
        let to = match case {
            Some(case) => keys.open_case_email(&case.record.case, sealed),
            None => keys.open_email(&key, sealed),
        };
        let Some(to) = to else { return Way::Fault(Fault::Keys) };
        let now = self.service.store.now();
        let (mut carries, ends_at) = match self.carries(employer, token, now) {
            Ok(carried) => carried,
            Err(way) => return way,
        };
        if let (Carries::Code { voucher, .. }, Some(employer)) = (&mut carries, employer) {
            *voucher = self.service.voucher_with_code(employer).await;
        }
        let locale = self.locale();
        let id = (self.mail.id, self.mail.queued_at);
        // Nobody has shown yet whose mailbox that is: it learns no name.
        let named = employer.filter(|_| self.mail.kind != MailKind::CaseCode);
        let about = About { key, name: named.map_or("", |employer| &employer.record.name) };
        let message = match (Mail { id, to: &to, about, locale, now, ends_at, carries }).compose(&self.sender)
        {
            Ok(message) => message,
            Err(ComposeError::Recipient) => return Way::Said(Delivery::Refused(Reply::Recipient)),
            Err(error) => {
                tracing::error!(%error, "a mail could not be made");
                return Way::Fault(Fault::Compose);
            }
        };
        let handed = tokio::time::timeout(HAND_OVER, self.transport.deliver(&to, &message)).await;
        let delivery = handed.unwrap_or(Delivery::Deferred(Reply::TimeOut));
        self.mirror.note(began.elapsed(), delivery);
        Way::Said(delivery)
    }

    fn locale(&self) -> Locale {
        let flow = self.mail.flow.as_ref().map(|flow| &flow.locale);
        let tag = flow.or(self.mail.case.as_ref().map(|case| &case.record.locale));
        tag.and_then(|tag| Locale::parse(tag)).unwrap_or_default()
    }

    /// The secret, made now, and when it ends at the earliest.
    fn carries(
        &self,
        employer: Option<&Employer>,
        token: Option<Token>,
        now: Timestamp,
    ) -> Result<(Carries, Timestamp), Way> {
        let policy = &self.service.settings.policy;
        let token = || token.map(|token| Zeroizing::new(token.text())).ok_or(Way::Nothing);
        // Another is asked for only when the one before has been taken: that happened before this one was queued.
        let replaces = (self.mail.counter > 1).then_some(self.mail.queued_at);
        let end = |recovery: &Recovery, ttl: Duration| (now + ttl).min(recovery.cap(policy));
        match (self.mail.kind, &self.mail.flow) {
            (MailKind::Code, Some(flow)) => {
                let code = self.code(flow).ok_or(Way::Fault(Fault::Keys))?;
                let reference = String::from_utf8_lossy(&flow.reference).into_owned();
                let code = Carries::Code { code, reference, replaces, voucher: None };
                Ok((code, end(&flow.recovery, policy.code_ttl)))
            }
            (MailKind::Link, Some(flow)) if flow.recovery.origin.case().is_some() => {
                let activation = Carries::Case(CaseCarries::Activation { token: token()? });
                Ok((activation, end(&flow.recovery, policy.link_ttl)))
            }
            (MailKind::Link, Some(flow)) => {
                Ok((Carries::Link { token: token()?, replaces }, end(&flow.recovery, policy.link_ttl)))
            }
            (MailKind::Changed, _) => {
                let credential = employer.and_then(|employer| employer.credential.as_ref());
                let at = credential.ok_or(Way::Nothing)?.changed_at;
                Ok((Carries::Changed { token: token()?, at }, now))
            }
            (MailKind::SignedIn, _) => Ok((Carries::SignedIn { at: self.mail.queued_at }, now)),
            (MailKind::Code | MailKind::Link, None) => Err(Way::Nothing),
            (kind, _) => self.carries_of_case(kind, token, now),
        }
    }

    fn code(&self, flow: &RecoveryRecord) -> Option<Zeroizing<String>> {
        let of = CodeOf { key_id: &flow.key_id, epoch: self.service.epoch, recovery: flow.recovery.id };
        self.service.keys.code(&of, self.mail.counter, self.service.settings.policy.code_digits)
    }

    fn outcome(&self, way: &Way) -> MailOutcome {
        let why = match way {
            Way::Said(Delivery::Accepted) => return MailOutcome::Accepted,
            Way::Said(Delivery::Refused(_)) => return MailOutcome::Refused,
            Way::Nothing => return MailOutcome::Dropped,
            Way::Said(Delivery::Deferred(reply)) => reply.as_str(),
            Way::Fault(fault) => {
                tracing::error!(fault = fault.as_str(), "a mail waits for something that is wrong here");
                fault.as_str()
            }
        };
        metrics::counter!("clavero_mails_deferred_total", "reply" => why).increment(1);
        let waited = self.service.store.now().saturating_since(self.mail.queued_at);
        // The mails of a flow end with it: the store takes up none that would arrive dead.
        if is_notice(self.mail.kind) && waited >= NOTICE_LIFE {
            tracing::error!(hours = waited.as_secs() / 3_600, "a notice is given up");
            return MailOutcome::Dropped;
        }
        let longest = if is_notice(self.mail.kind) { LONGEST_NOTICE_WAIT } else { LONGEST_WAIT };
        MailOutcome::Retry { after: back_off(self.mail.attempts, longest, self.chance("back-off")) }
    }

    /// Chance of its own for each attempt of each mail and each purpose, and the same whenever that is asked.
    fn chance(&self, purpose: &str) -> u32 {
        let parts: [&[u8]; 2] = [&self.mail.id.0.to_be_bytes(), &self.mail.attempts.to_be_bytes()];
        let [a, b, c, d, ..] = self.service.keys.index(purpose, &parts);
        u32::from_be_bytes([a, b, c, d])
    }

    /// Writes the outcome down, and tries again when the store fails: a mail that was taken must not be sent twice for a full
    /// disk's sake. Says whether it stands.
    async fn record(&self, outcome: MailOutcome) -> bool {
        let policy = self.service.settings.policy_arc();
        let settle = Settle { id: self.mail.id, attempts: self.mail.attempts, outcome, policy };
        let mut in_doubt = false;
        for attempt in 1..=RECORD_TRIES {
            match self.service.store.settle_mail(settle.clone()).await {
                Ok(true) => return true,
                // The try before it, whose outcome nobody knew, was written after all.
                Ok(false) if in_doubt => return true,
                Ok(false) => {
                    tracing::warn!("a mail outlived its lease; another worker has it");
                    return false;
                }
                Err(error) => {
                    in_doubt |= matches!(error, StoreError::Unknown(_));
                    failed(&error);
                }
            }
            if attempt < RECORD_TRIES {
                tokio::time::sleep(SHORTEST_WAIT * 2_u32.pow(attempt - 1)).await;
            }
        }
        false
    }

    fn count(&self, outcome: MailOutcome) {
        let is_decoy = self.mail.employer.is_none() && self.mail.case.is_none();
        let kind = if is_decoy { "decoy" } else { self.mail.kind.as_str() };
        let word = match outcome {
            MailOutcome::Accepted => "accepted",
            MailOutcome::Retry { .. } => "deferred",
            MailOutcome::Refused => "refused",
            MailOutcome::Dropped => "dropped",
        };
        metrics::counter!("clavero_mails_total", "kind" => kind, "outcome" => word).increment(1);
        if outcome != MailOutcome::Accepted || is_decoy {
            return;
        }
        let waited = self.service.store.now().saturating_since(self.mail.queued_at).as_secs_f64();
        metrics::histogram!("clavero_mail_handoff_seconds", "kind" => kind).record(waited);
        let step = match self.mail.kind {
            MailKind::Code => "code_sent",
            MailKind::Link => "link_sent",
            _ => return,
        };
        metrics::counter!("clavero_journey_total", "step" => step).increment(1);
    }
}

/// Whether nobody sits waiting for it, and it has days.
const fn is_notice(kind: MailKind) -> bool {
    !matches!(kind, MailKind::Code | MailKind::Link | MailKind::CaseCode)
}

/// Up to 1, 2, 4, 8 … seconds, all of it by chance, so that a relay that comes back is not met by all at once.
fn back_off(attempts: u32, longest: Duration, chance: u32) -> Duration {
    let most = Duration::from_secs(1 << attempts.saturating_sub(1).min(20)).min(longest);
    most.mul_f64(f64::from(chance) / f64::from(u32::MAX)).max(SHORTEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_longest_and_no_further_and_are_spread_over_all_of_it() {
        let waits = |chance| (1..10).map(move |attempt| back_off(attempt, LONGEST_WAIT, chance));
        let seconds: Vec<u64> = waits(u32::MAX).map(|wait| wait.as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        for (half, whole) in waits(u32::MAX / 2).zip(waits(u32::MAX)) {
            assert!((half * 2).abs_diff(whole) < Duration::from_millis(1), "{half:?} of {whole:?}");
        }
        assert!(waits(0).all(|wait| wait == SHORTEST_WAIT));
        assert_eq!(back_off(u32::MAX, LONGEST_NOTICE_WAIT, u32::MAX), LONGEST_NOTICE_WAIT);
    }
}
