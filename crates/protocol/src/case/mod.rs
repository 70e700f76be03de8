//! The assisted path ("Clave patronal de acceso al portal"): a case that begins online and ends at a desk.
//!
//! [`AssistedCase::decide`] in [`decide`] is the only way from one stage to the next. The machine knows no personal data: what
//! a person typed is represented by its [`Mark`], so that equal is equal and nothing is told. Who wrote what stands
//! beside it, sealed, in the store.

mod command;
mod decide;
mod desk;
mod mailbox;
mod policy;
mod proposal;
mod reference;
mod refusal;
mod role;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;

pub use command::{
    CaseAct, CaseActor, CaseCommand, CaseEffect, CaseNotice, CaseTransition, DocumentAnswer, Facts, Origin,
    Start,
};
pub use decide::Moment;
pub use mailbox::CaseMailbox;
pub use policy::CasePolicy;
pub use proposal::{Decision, Proposal, Route};
pub use reference::{CaseReference, ReferenceError};
pub use refusal::CaseRefusal;
pub use role::{OfficerId, Role, Touch};
pub use words::{Applicant, Finding, IdentifiedBy, Need};

use crate::{AssistedReason, EmployerKey, Hex, Policy, RecoveryId, time::Timestamp};

/// Names a case: a UUID (RFC 9562), 16 bytes; of version 7, or of version 8 where the form or the recovery that opened it
/// gives the name, so that the same one opens no second case. Never shown: people see the [`CaseReference`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(pub [u8; 16]);

impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Hex(&self.0))
    }
}

/// A keyed digest of something personal: equal for equal values, meaningless without the key ring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub [u8; 16]);

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mark({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// What the applicant told of themselves and of what shall change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Details {
    /// Who comes.
    pub applicant: Applicant,
    /// Telephone and address.
    pub contact: Mark,
    /// The mailbox that the activation shall go to; `None` where there is none at all.
    pub email: Option<Mark>,
    /// The change of legal representative, old and new, where there is one.
    pub representative: Option<Mark>,
    /// The centre's place in the configured list.
    pub centre: u16,
}

/// One line of the check-list. The list is taken from the configuration when the case is opened and stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentLine {
    /// When it has to be brought.
    pub need: Need,
    /// What was found, and of which remark.
    pub found: Option<(Finding, Option<Mark>)>,
}

/// Whom the officer saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identification {
    /// Name and number.
    pub whom: Mark,
    /// How.
    pub how: IdentifiedBy,
}

/// The one officer who has the case in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// Who.
    pub officer: OfficerId,
    /// Their latest act on it: a case that nobody touches can be taken over.
    pub at: Timestamp,
}

/// A request for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Who asked.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
    /// Of exactly what: [`Proposal::digest`].
    pub digest: [u8; 32],
    /// The address that was on record.
    pub email_before: Option<Mark>,
    /// Whether it ends in the employer's first key.
    pub first_key: bool,
}

/// A request and the approval of another officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// What was asked for.
    pub asked: Asked,
    /// Who approved; never who asked.
    pub by: OfficerId,
    /// When. Cooling-off counts from here.
    pub at: Timestamp,
}

/// How the key's way was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A link to the verified mailbox.
    Mail {
        /// The recovery that begins at its link.
        recovery: RecoveryId,
    },
    /// A printed one-time secret.
    Slip {
        /// SHA-256 of the secret.
        secret: [u8; 32],
        /// The recovery that its latest use began.
        recovery: Option<RecoveryId>,
    },
}

/// A hand-over that was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activation {
    /// Who started it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub way: Way,
}

/// Where a case stands, with just the data that this stage has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseStage {
    /// Details are missing.
    Opened,
    /// The applicant can come.
    Ready,
    /// An officer has it in hand.
    AtDesk(Desk),
    /// A second officer has to look at it.
    AwaitingApproval(Asked),
    /// It may be handed over, once cooling-off is over.
    Approved(Approval),
    /// The way to the new key is open.
    Activated(Approval, Activation),
    /// The key was set.
    Closed(Approval, Timestamp),
    /// A second officer wants something mended first.
    Returned {
        /// Who.
        by: OfficerId,
        /// When.
        at: Timestamp,
    },
    /// It leads nowhere.
    Rejected {
        /// Who.
        by: OfficerId,
        /// When.
        at: Timestamp,
    },
    /// The mailbox on record said stop; a supervisor decides.
    Frozen {
        /// When.
        at: Timestamp,
        /// Where it goes on if the supervisor lets it.
        before: Box<CaseStage>,
    },
    /// Another case of the same employer came to its activation.
    Superseded {
        /// When.
        at: Timestamp,
    },
}

/// The state as the outside sees it at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseState {
    /// Details are missing.
    Opened,
    /// The applicant can come.
    Ready,
    /// An officer has it in hand.
    AtDesk,
    /// A second officer has to look at it.
    AwaitingApproval,
    /// It may be handed over, once cooling-off is over.
    Approved,
    /// The way to the new key is open.
    Activated,
    /// The key was set.
    Closed,
    /// Something has to be mended first.
    Returned,
    /// It leads nowhere.
    Rejected,
    /// A supervisor decides.
    Frozen,
    /// Over: its time has passed, or another case came first.
    Expired,
}

impl CaseState {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Opened,
        Self::Ready,
        Self::AtDesk,
        Self::AwaitingApproval,
        Self::Approved,
        Self::Activated,
        Self::Closed,
        Self::Returned,
        Self::Rejected,
        Self::Frozen,
        Self::Expired,
    ];

    /// The word of pages and exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Ready => "ready",
            Self::AtDesk => "at_desk",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Approved => "approved",
            Self::Activated => "activated",
            Self::Closed => "closed",
            Self::Returned => "returned",
            Self::Rejected => "rejected",
            Self::Frozen => "frozen",
            Self::Expired => "expired",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether nothing can come of it any more.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Closed | Self::Rejected | Self::Expired)
    }
}

/// An employer's way to a key over a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssistedCase {
    /// Its name.
    pub id: CaseId,
    /// Whose key.
    pub employer: EmployerKey,
    /// Whether the identifiers that opened it are those of the registry. Under [`Mismatch::Hide`](crate::Mismatch::Hide) a
    /// case is opened in any case, and one that matches nothing never comes to an approval.
    pub matched: bool,
    /// Why it goes in person.
    pub reason: AssistedReason,
    /// When it was opened; its life counts from here.
    pub created_at: Timestamp,
    /// What the applicant told.
    pub details: Option<Details>,
    /// The proof that the applicant reads the mailbox of [`Details::email`].
    pub mailbox: CaseMailbox,
    /// The check-list.
    pub documents: Vec<DocumentLine>,
    /// Whom the officer saw.
    pub identification: Option<Identification>,
    /// Why it goes on although the RUC is suspended or closed.
    pub ground: Option<Mark>,
    /// How often a hand-over was started.
    pub starts: u32,
    /// When the mailbox on record last said stop.
    pub disputed_at: Option<Timestamp>,
    /// The supervisor who heard that and let the case go on: it is heard once.
    pub cleared_by: Option<OfficerId>,
    /// Where it stands.
    pub stage: CaseStage,
}

impl AssistedCase {
    /// A new case with its check-list.
    #[must_use]
    pub fn open(
        id: CaseId,
        employer: EmployerKey,
        reason: AssistedReason,
        needs: &[Need],
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            employer,
            matched: true,
            reason,
            created_at: now,
            details: None,
            mailbox: CaseMailbox::default(),
            documents: needs.iter().map(|need| DocumentLine { need: *need, found: None }).collect(),
            identification: None,
            ground: None,
            starts: 0,
            disputed_at: None,
            cleared_by: None,
            stage: CaseStage::Opened,
        }
    }

    /// When it is over unless it comes to its end before. A hand-over that was started in time may be finished.
    #[must_use]
    pub fn ends_at(&self, policy: &Policy) -> Timestamp {
        let cap = self.created_at + policy.cases.case_ttl;
        match &self.stage {
            CaseStage::Activated(_, activation) => cap.max(activation.ends_at(policy)),
            _ => cap,
        }
    }

    /// The state at `now`. What a supervisor has to decide does not go away by waiting.
    #[must_use]
    pub fn state(&self, now: Timestamp, policy: &Policy) -> CaseState {
        match &self.stage {
            CaseStage::Closed(..) => CaseState::Closed,
            CaseStage::Rejected { .. } => CaseState::Rejected,
            CaseStage::Frozen { .. } => CaseState::Frozen,
            CaseStage::Superseded { .. } => CaseState::Expired,
            _ if now >= self.ends_at(policy) => CaseState::Expired,
            CaseStage::Opened => CaseState::Opened,
            CaseStage::Ready => CaseState::Ready,
            CaseStage::AtDesk(_) => CaseState::AtDesk,
            CaseStage::AwaitingApproval(_) => CaseState::AwaitingApproval,
            CaseStage::Approved(_) => CaseState::Approved,
            CaseStage::Activated(..) => CaseState::Activated,
            CaseStage::Returned { .. } => CaseState::Returned,
        }
    }

    /// The approval, where one stands.
    #[must_use]
    pub const fn approval(&self) -> Option<&Approval> {
        match &self.stage {
            CaseStage::Approved(approval)
            | CaseStage::Activated(approval, _)
            | CaseStage::Closed(approval, _) => Some(approval),
            _ => None,
        }
    }

    /// The request for approval, where one stands.
    #[must_use]
    pub const fn asked(&self) -> Option<&Asked> {
        match &self.stage {
            CaseStage::AwaitingApproval(asked) => Some(asked),
            _ => match self.approval() {
                Some(approval) => Some(&approval.asked),
                None => None,
            },
        }
    }

    /// The recovery that the hand-over began, where one is open.
    #[must_use]
    pub const fn activation(&self) -> Option<RecoveryId> {
        let CaseStage::Activated(_, activation) = &self.stage else { return None };
        match activation.way {
            Way::Mail { recovery } => Some(recovery),
            Way::Slip { recovery, .. } => recovery,
        }
    }

    /// From when on it may be handed over.
    #[must_use]
    pub fn hand_over_from(&self, policy: &Policy) -> Option<Timestamp> {
        self.approval().map(|approval| approval.at + policy.cases.cooling_off)
    }
}

impl Activation {
    /// When what was handed over ends.
    #[must_use]
    pub fn ends_at(&self, policy: &Policy) -> Timestamp {
        match self.way {
            Way::Mail { .. } => self.at + policy.activation_ttl(),
            // The secret may be used in its last moment, and what it opens may be finished.
            Way::Slip { .. } => self.at + policy.cases.slip_ttl + policy.activation_ttl(),
        }
    }
}
