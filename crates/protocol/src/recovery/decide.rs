//! The decision: from a recovery, a command and a moment to the next recovery, or to a refusal.
//!
//! Pure, total and the only writer of [`Stage`]: the server, the model checker and the simulator all call this
//! function and nothing else.

use super::{AssistedReason, FlowMail, Handoff, Issue, Recovery, Stage};
use crate::{case::Origin, policy::Policy, time::Timestamp};

/// What is asked of a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Count one guess, before anything is compared.
    SpendAttempt,
    /// The guess that was counted equals code number `counter`.
    AcceptCode {
        /// The code that was compared.
        counter: u32,
    },
    /// Send another code; the one before it ends.
    ResendCode,
    /// Send another link; the one before it ends.
    ResendLink,
    /// "No tengo acceso a ese correo."
    LoseMailAccess,
    /// A worker takes up a mail.
    AttemptMail {
        /// Which mail.
        mail: FlowMail,
        /// Which one of its kind.
        counter: u32,
    },
    /// The mail server answered 250.
    RecordAcceptance {
        /// Which mail.
        mail: FlowMail,
        /// Which one of its kind.
        counter: u32,
    },
    /// The mail server refused the recipient for good (5xx), or there is no address to send to any more.
    RecordRejection {
        /// Which mail.
        mail: FlowMail,
        /// Which one of its kind.
        counter: u32,
    },
    /// A password that passed the policy came through link number `counter`.
    Redeem {
        /// The link that was used.
        counter: u32,
        /// When the form was opened, where its signed token proves it.
        opened_at: Option<Timestamp>,
    },
    /// The key of the same employer was set elsewhere.
    Supersede,
}

/// What happened, as the audit log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// A guess was counted.
    CodeAttempted,
    /// A code was right.
    CodeAccepted,
    /// Another code was asked for.
    CodeRequested,
    /// Another link was asked for.
    LinkRequested,
    /// The person has no access to the mailbox.
    MailAccessLost,
    /// A worker took up a mail.
    MailAttempted,
    /// The mail server took a mail.
    MailAccepted,
    /// The mail server refused a mail for good.
    MailRejected,
    /// A new key was set through the link.
    KeyRecovered,
    /// Ended by another recovery.
    Superseded,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 10] = [
        Self::CodeAttempted,
        Self::CodeAccepted,
        Self::CodeRequested,
        Self::LinkRequested,
        Self::MailAccessLost,
        Self::MailAttempted,
        Self::MailAccepted,
        Self::MailRejected,
        Self::KeyRecovered,
        Self::Superseded,
    ];

    /// The word in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CodeAttempted => "recovery.code_attempted",
            Self::CodeAccepted => "recovery.code_accepted",
            Self::CodeRequested => "recovery.code_requested",
            Self::LinkRequested => "recovery.link_requested",
            Self::MailAccessLost => "recovery.mail_access_lost",
            Self::MailAttempted => "recovery.mail_attempted",
            Self::MailAccepted => "recovery.mail_accepted",
            Self::MailRejected => "recovery.mail_rejected",
            Self::KeyRecovered => "recovery.key_recovered",
            Self::Superseded => "recovery.superseded",
        }
    }
}

/// The next recovery, what to mail, and what to write into the audit log, all of it in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The recovery as it stands from now on.
    pub recovery: Recovery,
    /// The mail to queue. Its number is the new issue's.
    pub mail: Option<FlowMail>,
    /// What happened; `None` when nothing did (the command was a harmless repeat).
    pub act: Option<Act>,
}

/// Why a command is refused. Nothing changes then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The flow's time has passed.
    #[error("flow_expired")]
    FlowExpired,
    /// The command does not fit the stage.
    #[error("wrong_state")]
    WrongState,
    /// The code's time has passed.
    #[error("code_expired")]
    CodeExpired,
    /// All guesses of this code are spent.
    #[error("code_exhausted")]
    CodeExhausted,
    /// Another mail may be asked for from this moment on.
    #[error("too_soon")]
    TooSoon {
        /// The moment.
        retry_at: Timestamp,
    },
    /// No more links in this flow.
    #[error("links_exhausted")]
    LinksExhausted,
    /// The link's time has passed.
    #[error("link_expired")]
    LinkExpired,
    /// The link has set a key already.
    #[error("link_used")]
    LinkUsed,
    /// A newer link of the same flow took its place.
    #[error("link_replaced")]
    LinkReplaced,
    /// The mail belongs to a code or link that no longer counts.
    #[error("stale_mail")]
    StaleMail,
    /// The mail would arrive with less than a useful life left.
    #[error("dead_mail")]
    DeadMail,
}

impl Recovery {
    /// Decides what `command` does at `now`.
    ///
    /// Same input, same output. A refusal changes nothing; a flow that has ended refuses everything but a repeat of
    /// what has been.
    pub fn decide(&self, command: Command, now: Timestamp, policy: &Policy) -> Result<Transition, Refusal> {
        match command {
            Command::SpendAttempt => self.spend_attempt(now, policy),
            Command::AcceptCode { counter } => self.accept_code(counter, now, policy),
            Command::ResendCode => self.resend(FlowMail::Code, now, policy),
            Command::ResendLink => self.resend(FlowMail::Link, now, policy),
            Command::LoseMailAccess => {
                self.require_live(now, policy)?;
                Ok(self.to_assisted(AssistedReason::NoMailAccess, Act::MailAccessLost, now))
            }
            Command::AttemptMail { mail, counter } => self.attempt_mail(mail, counter, now, policy),
            Command::RecordAcceptance { mail, counter } => self.record_acceptance(mail, counter, now),
            Command::RecordRejection { mail, counter } => {
                self.current_issue(mail, counter)?;
                self.require_live(now, policy)?;
                Ok(self.to_assisted(AssistedReason::MailRejected, Act::MailRejected, now))
            }
            Command::Redeem { counter, opened_at } => {
                self.check_link(counter, opened_at, now, policy)?;
                Ok(self.to(Stage::Completed { at: now }, None, Act::KeyRecovered))
            }
            Command::Supersede => {
                self.issue().ok_or(Refusal::WrongState)?;
                Ok(self.to(Stage::Superseded { at: now }, None, Act::Superseded))
            }
        }
    }

    fn spend_attempt(&self, now: Timestamp, policy: &Policy) -> Result<Transition, Refusal> {
        self.require_live(now, policy)?;
        let Stage::Code { issue, attempts } = self.stage else { return Err(Refusal::WrongState) };
        let ends_at = self.code_ends_at(policy).ok_or(Refusal::WrongState)?;
        if now >= ends_at {
            return Err(Refusal::CodeExpired);
        }
        if attempts >= policy.code_attempts {
            return Err(Refusal::CodeExhausted);
        }
        Ok(self.to(Stage::Code { issue, attempts: attempts + 1 }, None, Act::CodeAttempted))
    }

    fn accept_code(&self, compared: u32, now: Timestamp, policy: &Policy) -> Result<Transition, Refusal> {
        self.require_live(now, policy)?;
        let Stage::Code { issue, attempts } = self.stage else { return Err(Refusal::WrongState) };
        if self.employer().is_none() {
            return Err(Refusal::WrongState);
        }
        let ends_at = self.code_ends_at(policy).ok_or(Refusal::WrongState)?;
        // Compared without having been counted, or against a code that was replaced in between: never.
        if attempts == 0 || issue.counter != compared {
            return Err(Refusal::WrongState);
        }
        if now >= ends_at {
            return Err(Refusal::CodeExpired);
        }
        let stage = Stage::Link { issue: Issue::queued(1, now) };
        Ok(self.to(stage, Some(FlowMail::Link), Act::CodeAccepted))
    }

    /// Whether another mail of the one that is waited for can still be sent, now or after the wait before it.
    #[must_use]
    pub fn can_send_another(&self, now: Timestamp, policy: &Policy) -> bool {
        self.issue().is_some_and(|(mail, issue)| {
            let soonest = now.max(issue.queued_at + policy.resend_after);
            self.resend(mail, soonest, policy).is_ok()
        })
    }

    fn resend(&self, mail: FlowMail, now: Timestamp, policy: &Policy) -> Result<Transition, Refusal> {
        self.require_live(now, policy)?;
        let (current, issue) = self.issue().ok_or(Refusal::WrongState)?;
        // A slip's link goes to nobody's mailbox; the slip itself opens another.
        if current != mail || matches!(self.origin, Origin::Slip(_)) {
            return Err(Refusal::WrongState);
        }
        // The one before has not left yet: it is the newest, and asking again must neither kill nor charge it.
        if issue.sent_at().is_none() {
            return Ok(Transition { recovery: self.clone(), mail: None, act: None });
        }
        let retry_at = issue.queued_at + policy.resend_after;
        if now < retry_at {
            return Err(Refusal::TooSoon { retry_at });
        }
        let (ttl, act) = match mail {
            FlowMail::Code => (policy.code_ttl, Act::CodeRequested),
            FlowMail::Link => (policy.link_ttl, Act::LinkRequested),
        };
        if mail == FlowMail::Link && issue.counter >= policy.links_per_flow {
            return Err(Refusal::LinksExhausted);
        }
        if now + policy.least_useful(ttl) >= self.cap(policy) {
            return Err(Refusal::FlowExpired);
        }
        let next = Issue::queued(issue.counter + 1, now);
        let stage = match mail {
            FlowMail::Code => Stage::Code { issue: next, attempts: 0 },
            FlowMail::Link => Stage::Link { issue: next },
        };
        Ok(self.to(stage, Some(mail), act))
    }

    fn attempt_mail(
        &self,
        mail: FlowMail,
        counter: u32,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<Transition, Refusal> {
        let issue = self.current_issue(mail, counter)?;
        let ttl = match mail {
            FlowMail::Code => policy.code_ttl,
            FlowMail::Link => policy.link_ttl,
        };
        if now + policy.least_useful(ttl) >= self.cap(policy) {
            return Err(Refusal::DeadMail);
        }
        match issue.handoff {
            Handoff::Accepted(_) => Err(Refusal::StaleMail),
            Handoff::Attempted => Ok(Transition { recovery: self.clone(), mail: None, act: None }),
            Handoff::Queued => Ok(self.hand_off(Handoff::Attempted, Act::MailAttempted)),
        }
    }

    fn record_acceptance(&self, mail: FlowMail, counter: u32, now: Timestamp) -> Result<Transition, Refusal> {
        match self.current_issue(mail, counter)?.handoff {
            Handoff::Attempted => Ok(self.hand_off(Handoff::Accepted(now), Act::MailAccepted)),
            Handoff::Queued | Handoff::Accepted(_) => Err(Refusal::StaleMail),
        }
    }

    fn current_issue(&self, mail: FlowMail, counter: u32) -> Result<Issue, Refusal> {
        self.issue()
            .filter(|(current, issue)| *current == mail && issue.counter == counter)
            .map(|(_, issue)| *issue)
            .ok_or(Refusal::StaleMail)
    }

    fn require_live(&self, now: Timestamp, policy: &Policy) -> Result<(), Refusal> {
        self.issue().ok_or(Refusal::WrongState)?;
        if now >= self.ends_at(policy) { Err(Refusal::FlowExpired) } else { Ok(()) }
    }

    fn hand_off(&self, handoff: Handoff, act: Act) -> Transition {
        let mut stage = self.stage.clone();
        if let Stage::Code { issue, .. } | Stage::Link { issue } = &mut stage {
            issue.handoff = handoff;
        }
        self.to(stage, None, act)
    }

    fn to_assisted(&self, reason: AssistedReason, act: Act, now: Timestamp) -> Transition {
        self.to(Stage::Assisted { reason, at: now }, None, act)
    }

    fn to(&self, stage: Stage, mail: Option<FlowMail>, act: Act) -> Transition {
        let recovery = Self { stage, ..self.clone() };
        Transition { recovery, mail, act: Some(act) }
    }
}
