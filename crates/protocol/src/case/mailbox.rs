//! The proof that the applicant reads a mailbox: a code to it, like a recovery's.

use super::CaseRefusal;
use crate::{Handoff, Issue, Policy, time::Timestamp};

/// How far the proof has come. It belongs to one address and begins anew with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseMailbox {
    /// Codes that were asked for in this case, over all addresses; the newest's HOTP counter (RFC 4226).
    pub codes: u32,
    /// The newest code, the only one that counts.
    pub issue: Option<Issue>,
    /// Guesses counted against it.
    pub attempts: u8,
    /// When the right code was typed.
    pub verified_at: Option<Timestamp>,
}

impl CaseMailbox {
    /// Without a code that counts, and unproven: counters never go back.
    pub(super) const fn for_another(self) -> Self {
        Self { codes: self.codes, issue: None, attempts: 0, verified_at: None }
    }

    /// When the newest code ends; `None` before its mail was attempted.
    #[must_use]
    pub fn code_ends_at(&self, policy: &Policy) -> Option<Timestamp> {
        self.issue.and_then(|issue| issue.ends_at(policy.code_ttl, issue.queued_at + policy.flow_ttl))
    }

    /// Queues another code. `None` when the one before has not left yet: it is the newest.
    pub(super) fn send(&self, now: Timestamp, policy: &Policy) -> Result<Option<Self>, CaseRefusal> {
        if self.verified_at.is_some() {
            return Err(CaseRefusal::AlreadyVerified);
        }
        if let Some(issue) = &self.issue {
            let waits = issue.sent_at().is_none() && now < issue.queued_at + policy.flow_ttl;
            if waits {
                return Ok(None);
            }
            let retry_at = issue.queued_at + policy.resend_after;
            if now < retry_at {
                return Err(CaseRefusal::TooSoon { retry_at });
            }
        }
        if self.codes >= policy.cases.codes {
            return Err(CaseRefusal::CodesExhausted);
        }
        let codes = self.codes + 1;
        Ok(Some(Self { codes, issue: Some(Issue::queued(codes, now)), attempts: 0, verified_at: None }))
    }

    fn current(&self, counter: u32) -> Result<Issue, CaseRefusal> {
        self.issue.filter(|issue| issue.counter == counter).ok_or(CaseRefusal::StaleMail)
    }

    /// A worker takes the mail up.
    pub(super) fn attempt(&self, counter: u32, now: Timestamp, policy: &Policy) -> Result<Self, CaseRefusal> {
        let issue = self.current(counter)?;
        if now + policy.least_useful(policy.code_ttl) >= issue.queued_at + policy.flow_ttl {
            return Err(CaseRefusal::DeadMail);
        }
        match issue.handoff {
            Handoff::Accepted(_) => Err(CaseRefusal::StaleMail),
            Handoff::Queued | Handoff::Attempted => Ok(self.handed(issue, Handoff::Attempted)),
        }
    }

    /// The mail server answered 250.
    pub(super) fn accepted(&self, counter: u32, now: Timestamp) -> Result<Self, CaseRefusal> {
        let issue = self.current(counter)?;
        match issue.handoff {
            Handoff::Attempted => Ok(self.handed(issue, Handoff::Accepted(now))),
            Handoff::Queued | Handoff::Accepted(_) => Err(CaseRefusal::StaleMail),
        }
    }

    /// The mail server refused the recipient: there is no code to wait for.
    pub(super) fn refused(&self, counter: u32) -> Result<Self, CaseRefusal> {
        self.current(counter)?;
        Ok(self.for_another())
    }

    fn handed(&self, issue: Issue, handoff: Handoff) -> Self {
        Self { issue: Some(Issue { handoff, ..issue }), ..*self }
    }

    /// Counts one guess, before anything is compared.
    pub(super) fn spend(&self, now: Timestamp, policy: &Policy) -> Result<Self, CaseRefusal> {
        if self.verified_at.is_some() {
            return Err(CaseRefusal::AlreadyVerified);
        }
        let ends_at = self.code_ends_at(policy).ok_or(CaseRefusal::NoCode)?;
        if now >= ends_at {
            return Err(CaseRefusal::CodeExpired);
        }
        if self.attempts >= policy.code_attempts {
            return Err(CaseRefusal::CodeExhausted);
        }
        Ok(Self { attempts: self.attempts + 1, ..*self })
    }

    /// The guess that was counted equals code number `compared`.
    pub(super) fn accept(&self, compared: u32, now: Timestamp, policy: &Policy) -> Result<Self, CaseRefusal> {
        let ends_at = self.code_ends_at(policy).ok_or(CaseRefusal::NoCode)?;
        // Compared without having been counted, or against a code that was replaced in between: never.
        if self.attempts == 0 || self.current(compared).is_err() {
            return Err(CaseRefusal::NoCode);
        }
        if now >= ends_at {
            return Err(CaseRefusal::CodeExpired);
        }
        Ok(Self { verified_at: Some(now), ..self.for_another() })
    }
}
