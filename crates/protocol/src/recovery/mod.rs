//! One employer's recovery of the key: which states there are and what each of them holds.
//!
//! The official procedure: identifiers checked, a code by mail, a link by mail, a new key. [`Recovery::decide`] in
//! [`decide`] is the only way from one state to the next; what a state *means* at a given moment (is this code still
//! good?) is answered here, so that no one else compares times.

mod decide;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

pub use decide::{Act, Command, Refusal, Transition};

use crate::{
    EmployerKey, Hex,
    case::{CaseId, Origin},
    policy::Policy,
    time::Timestamp,
};

/// Names a recovery: a UUID version 7 (RFC 9562), 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecoveryId(pub [u8; 16]);

impl fmt::Debug for RecoveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Hex(&self.0))
    }
}

/// Whose key is recovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An employer of the registry, and the version of the address that was on record when the flow began: a mail
    /// of this flow never goes to an address that was stored later.
    Employer {
        /// The employer.
        key: EmployerKey,
        /// Grows each time the registry's address for this employer changes.
        email_version: u32,
    },
    /// Data that matched nothing, under [`Mismatch::Hide`](crate::Mismatch::Hide): looks alike, sends nothing, never succeeds.
    Decoy,
}

/// What travels by mail within a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowMail {
    /// The one-time code.
    Code,
    /// The link that opens the new-key form.
    Link,
}

/// How far a mail has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handoff {
    /// Waiting in the outbox.
    Queued,
    /// A worker has taken it up: it may have arrived, even if the acceptance was never recorded.
    Attempted,
    /// The mail server answered 250 at this moment. Validity runs from here.
    Accepted(Timestamp),
}

/// One code or link: which one of the flow, and where its mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// 1 for the flow's first; for a code also the HOTP counter (RFC 4226).
    pub counter: u32,
    /// When it was asked for.
    pub queued_at: Timestamp,
    /// Where its mail is.
    pub handoff: Handoff,
}

impl Issue {
    pub(crate) const fn queued(counter: u32, queued_at: Timestamp) -> Self {
        Self { counter, queued_at, handoff: Handoff::Queued }
    }

    /// When it ends; `None` while no mail with it can have arrived. One whose acceptance is not known lives to the cap.
    pub(crate) fn ends_at(&self, ttl: Duration, cap: Timestamp) -> Option<Timestamp> {
        match self.handoff {
            Handoff::Queued => None,
            Handoff::Attempted => Some(cap),
            Handoff::Accepted(at) => Some(cap.min(at + ttl)),
        }
    }

    /// When the mail server took it.
    #[must_use]
    pub const fn sent_at(&self) -> Option<Timestamp> {
        match self.handoff {
            Handoff::Accepted(at) => Some(at),
            Handoff::Queued | Handoff::Attempted => None,
        }
    }
}

/// Where a recovery stands, with just the data that this stage has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// A code was asked for; `attempts` of it were spent.
    Code {
        /// The newest code, the only one that counts.
        issue: Issue,
        /// Guesses counted against it, whatever came of them.
        attempts: u8,
    },
    /// The code was right; the link is the only door from here.
    Link {
        /// The newest link, the only one that counts.
        issue: Issue,
    },
    /// A new key was set through the link.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// The way on is in person.
    Assisted {
        /// Why.
        reason: AssistedReason,
        /// Since when.
        at: Timestamp,
    },
    /// Another recovery of the same employer set the key.
    Superseded {
        /// When.
        at: Timestamp,
    },
}

/// Why an employer is sent to the assisted path ("Clave patronal de acceso al portal").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssistedReason {
    /// The employer never had a key.
    FirstTime,
    /// The RUC is suspended at the tax authority, or in a state that only a person can judge.
    RucSuspended,
    /// The RUC is closed at the tax authority.
    RucClosed,
    /// The registry has no address that can be trusted with a code.
    NoValidEmail,
    /// The mail server refused the address for good.
    MailRejected,
    /// The person says that the mailbox is out of reach.
    NoMailAccess,
}

impl AssistedReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::FirstTime,
        Self::RucSuspended,
        Self::RucClosed,
        Self::NoValidEmail,
        Self::MailRejected,
        Self::NoMailAccess,
    ];

    /// The word of the API and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstTime => "first_time",
            Self::RucSuspended => "ruc_suspended",
            Self::RucClosed => "ruc_closed",
            Self::NoValidEmail => "no_valid_email",
            Self::MailRejected => "mail_rejected",
            Self::NoMailAccess => "no_mail_access",
        }
    }

    /// The reason of a stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// The state as the outside sees it at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The code's mail is on its way to the mail server.
    CodeQueued,
    /// The mail server has the code's mail.
    CodeSent,
    /// The code was right; the link's mail is on its way to the mail server.
    LinkQueued,
    /// The mail server has the link's mail.
    LinkSent,
    /// A new key was set.
    Completed,
    /// In person.
    Assisted,
    /// Over: its time has passed, or another recovery came first.
    Expired,
}

impl State {
    /// The word of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CodeQueued => "code_queued",
            Self::CodeSent => "code_sent",
            Self::LinkQueued => "link_queued",
            Self::LinkSent => "link_sent",
            Self::Completed => "completed",
            Self::Assisted => "assisted",
            Self::Expired => "expired",
        }
    }
}

/// An employer's way to a new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Its name.
    pub id: RecoveryId,
    /// Whose key.
    pub subject: Subject,
    /// Whether it began online, or at a desk.
    pub origin: Origin,
    /// When the identifiers were accepted, or the hand-over was started; every cap counts from here.
    pub created_at: Timestamp,
    /// Where it stands.
    pub stage: Stage,
}

impl Recovery {
    /// A flow whose first code waits to be mailed.
    #[must_use]
    pub const fn begin(id: RecoveryId, subject: Subject, now: Timestamp) -> Self {
        let stage = Stage::Code { issue: Issue::queued(1, now), attempts: 0 };
        Self { id, subject, origin: Origin::Online, created_at: now, stage }
    }

    /// The hand-over of an approved case: it begins at the link, which waits to be mailed.
    #[must_use]
    pub const fn activation(id: RecoveryId, subject: Subject, case: CaseId, now: Timestamp) -> Self {
        let stage = Stage::Link { issue: Issue::queued(1, now) };
        Self { id, subject, origin: Origin::Activation(case), created_at: now, stage }
    }

    /// The use of a printed slip: it begins at the link, which is in its user's hand already.
    #[must_use]
    pub const fn slip(id: RecoveryId, subject: Subject, case: CaseId, now: Timestamp) -> Self {
        let issue = Issue { counter: 1, queued_at: now, handoff: Handoff::Accepted(now) };
        Self { id, subject, origin: Origin::Slip(case), created_at: now, stage: Stage::Link { issue } }
    }

    /// A flow that leads to the assisted path at once.
    #[must_use]
    pub const fn assisted(id: RecoveryId, subject: Subject, reason: AssistedReason, now: Timestamp) -> Self {
        Self {
            id,
            subject,
            origin: Origin::Online,
            created_at: now,
            stage: Stage::Assisted { reason, at: now },
        }
    }

    /// The employer, unless this is a decoy.
    #[must_use]
    pub const fn employer(&self) -> Option<&EmployerKey> {
        match &self.subject {
            Subject::Employer { key, .. } => Some(key),
            Subject::Decoy => None,
        }
    }

    /// Until when codes and links may be asked for, and the cap of all of them.
    #[must_use]
    pub fn cap(&self, policy: &Policy) -> Timestamp {
        self.created_at + policy.flow_ttl
    }

    /// When the whole flow is over: the cap, or the end of the form that a link opened in time may show.
    #[must_use]
    pub fn ends_at(&self, policy: &Policy) -> Timestamp {
        let cap = self.cap(policy);
        self.link_ends_at(policy).map_or(cap, |link| cap.max(link + policy.form_ttl))
    }

    /// When the newest code ends; `None` outside the code stage and before its mail was attempted.
    #[must_use]
    pub fn code_ends_at(&self, policy: &Policy) -> Option<Timestamp> {
        match &self.stage {
            Stage::Code { issue, .. } => issue.ends_at(policy.code_ttl, self.cap(policy)),
            _ => None,
        }
    }

    /// When the newest link ends; `None` outside the link stage and before its mail was attempted.
    #[must_use]
    pub fn link_ends_at(&self, policy: &Policy) -> Option<Timestamp> {
        match &self.stage {
            Stage::Link { issue } => issue.ends_at(policy.link_ttl, self.cap(policy)),
            _ => None,
        }
    }

    /// The code or link that is out at the moment.
    #[must_use]
    pub const fn issue(&self) -> Option<(FlowMail, &Issue)> {
        match &self.stage {
            Stage::Code { issue, .. } => Some((FlowMail::Code, issue)),
            Stage::Link { issue } => Some((FlowMail::Link, issue)),
            Stage::Completed { .. } | Stage::Assisted { .. } | Stage::Superseded { .. } => None,
        }
    }

    /// Whether nothing can come of it any more. What has ended stays so.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp, policy: &Policy) -> bool {
        self.issue().is_none() || now >= self.ends_at(policy)
    }

    /// The state at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp, policy: &Policy) -> State {
        match &self.stage {
            Stage::Completed { .. } => State::Completed,
            Stage::Assisted { .. } => State::Assisted,
            Stage::Superseded { .. } => State::Expired,
            _ if self.has_ended(now, policy) => State::Expired,
            Stage::Code { issue, .. } if issue.sent_at().is_none() => State::CodeQueued,
            Stage::Code { .. } => State::CodeSent,
            Stage::Link { issue } if issue.sent_at().is_none() => State::LinkQueued,
            Stage::Link { .. } => State::LinkSent,
        }
    }

    /// Whether link number `counter` opens the form at `now`, or still carries a form that it opened at `opened_at`.
    pub fn check_link(
        &self,
        counter: u32,
        opened_at: Option<Timestamp>,
        now: Timestamp,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        let issue = match &self.stage {
            Stage::Link { issue } => issue,
            Stage::Completed { .. } => return Err(Refusal::LinkUsed),
            Stage::Superseded { .. } | Stage::Assisted { .. } | Stage::Code { .. } => {
                return Err(Refusal::LinkExpired);
            }
        };
        if issue.counter != counter {
            return Err(Refusal::LinkReplaced);
        }
        let Some(ends_at) = self.link_ends_at(policy) else { return Err(Refusal::LinkExpired) };
        let form_is_open =
            opened_at.is_some_and(|at| at <= now && at < ends_at && now < at + policy.form_ttl);
        if now < ends_at || form_is_open { Ok(()) } else { Err(Refusal::LinkExpired) }
    }
}
