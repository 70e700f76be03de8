//! What may be asked of a case, by whom, and what comes of it.

use super::{AssistedCase, CaseId, Details, Finding, Identification, Mark, OfficerId, Proposal, Role, Touch};
use crate::{RecoveryId, TaxState};

/// Who acts on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseActor {
    /// Whoever holds the reference.
    Applicant,
    /// Whoever reads the mailbox that was on record.
    OldMailbox,
    /// An officer with a session.
    Officer {
        /// Who.
        id: OfficerId,
        /// As what.
        role: Role,
    },
    /// The service itself.
    System,
}

/// What the registry and the employer's other cases say at the moment of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The address on record.
    pub email: Option<Mark>,
    /// The tax authority's state; [`TaxState::Unknown`] for domestic employers, who have no RUC there.
    pub tax: TaxState,
    /// Whether no key was ever given out.
    pub first_key: bool,
    /// Whether another case of this employer is frozen: until a supervisor has decided, none goes on.
    pub sibling_frozen: bool,
}

/// How a hand-over is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A link to the verified mailbox.
    Mail {
        /// The recovery that begins.
        recovery: RecoveryId,
    },
    /// A printed slip.
    Slip {
        /// SHA-256 of its secret.
        secret: [u8; 32],
    },
}

/// What was found of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentAnswer {
    /// Its place in the check-list.
    pub place: usize,
    /// What was found.
    pub finding: Finding,
    /// The remark.
    pub remark: Option<Mark>,
}

/// What is asked of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseCommand {
    /// Tells who comes, the contact, the mailbox, the centre, and a change of representative.
    GiveDetails(Details),
    /// Sends a code to the mailbox that was given.
    SendCode,
    /// A worker takes up a code's mail.
    AttemptCodeMail {
        /// Which code.
        counter: u32,
    },
    /// The mail server answered 250.
    RecordCodeAcceptance {
        /// Which code.
        counter: u32,
    },
    /// The mail server refused the recipient for good (5xx).
    RecordCodeRejection {
        /// Which code.
        counter: u32,
    },
    /// Counts one guess, before anything is compared.
    SpendAttempt,
    /// The guess that was counted equals code number `counter`.
    AcceptCode {
        /// The code that was compared.
        counter: u32,
    },
    /// Takes the case in hand.
    Take {
        /// Although another officer has it.
        over: bool,
    },
    /// Puts the case back.
    Release,
    /// Records what was found of these documents: all of it or nothing.
    CheckDocuments(Vec<DocumentAnswer>),
    /// Records whom the officer saw, and how they were identified.
    Identify(Identification),
    /// Records why it goes on although the RUC is suspended or closed.
    GiveGround(Mark),
    /// Asks another officer for approval of exactly this.
    AskApproval {
        /// The digest of the form that the officer saw.
        digest: [u8; 32],
    },
    /// Approves exactly this.
    Approve {
        /// The digest of the form that the officer saw.
        digest: [u8; 32],
        /// The touch for it.
        touch: Touch,
    },
    /// Sends it back to the desk.
    Return,
    /// Ends it.
    Reject,
    /// Opens the way to the new key.
    HandOver {
        /// The touch for it.
        touch: Touch,
        /// How.
        start: Start,
    },
    /// Somebody types the slip's secret.
    UseSlip {
        /// Its SHA-256.
        secret: [u8; 32],
        /// The recovery that begins.
        recovery: RecoveryId,
    },
    /// The recovery that the hand-over began has set the key.
    Close {
        /// Which.
        recovery: RecoveryId,
    },
    /// The mailbox on record says stop.
    Stop,
    /// A supervisor lets it go on.
    Unfreeze,
    /// Another case of the same employer came to its activation.
    Supersede,
}

/// What happened, as the audit log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseAct {
    /// It was opened.
    Opened,
    /// Details were given.
    DetailsGiven,
    /// A code was asked for.
    CodeRequested,
    /// A worker took up a code's mail.
    CodeMailAttempted,
    /// The mail server took a code's mail.
    CodeMailAccepted,
    /// The mail server refused a code's mail.
    CodeMailRejected,
    /// A guess was counted.
    CodeAttempted,
    /// The mailbox was proven.
    EmailVerified,
    /// An officer took it in hand.
    Taken,
    /// An officer took it over from another.
    TakenOver,
    /// An officer put it back.
    Released,
    /// Documents were checked.
    DocumentChecked,
    /// A person was identified.
    Identified,
    /// The ground for going on was given.
    GroundGiven,
    /// Approval was asked for.
    ApprovalAsked,
    /// It was approved.
    Approved,
    /// It was sent back.
    Returned,
    /// It was ended.
    Rejected,
    /// The hand-over was started.
    HandedOver,
    /// The slip's secret was typed.
    SlipUsed,
    /// The key was set.
    Closed,
    /// The mailbox on record stopped it.
    Frozen,
    /// The mailbox on record said stop when it was over, or after a supervisor had decided.
    Disputed,
    /// A supervisor let it go on.
    Unfrozen,
    /// Another case came first.
    Superseded,
}

impl CaseAct {
    /// Every act.
    pub const ALL: [Self; 25] = [
        Self::Opened,
        Self::DetailsGiven,
        Self::CodeRequested,
        Self::CodeMailAttempted,
        Self::CodeMailAccepted,
        Self::CodeMailRejected,
        Self::CodeAttempted,
        Self::EmailVerified,
        Self::Taken,
        Self::TakenOver,
        Self::Released,
        Self::DocumentChecked,
        Self::Identified,
        Self::GroundGiven,
        Self::ApprovalAsked,
        Self::Approved,
        Self::Returned,
        Self::Rejected,
        Self::HandedOver,
        Self::SlipUsed,
        Self::Closed,
        Self::Frozen,
        Self::Disputed,
        Self::Unfrozen,
        Self::Superseded,
    ];

    /// The word in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "case.opened",
            Self::DetailsGiven => "case.details_given",
            Self::CodeRequested => "case.code_requested",
            Self::CodeMailAttempted => "case.code_mail_attempted",
            Self::CodeMailAccepted => "case.code_mail_accepted",
            Self::CodeMailRejected => "case.code_mail_rejected",
            Self::CodeAttempted => "case.code_attempted",
            Self::EmailVerified => "case.email_verified",
            Self::Taken => "case.taken",
            Self::TakenOver => "case.taken_over",
            Self::Released => "case.released",
            Self::DocumentChecked => "case.document_checked",
            Self::Identified => "case.identified",
            Self::GroundGiven => "case.ground_given",
            Self::ApprovalAsked => "case.approval_asked",
            Self::Approved => "case.approved",
            Self::Returned => "case.returned",
            Self::Rejected => "case.rejected",
            Self::HandedOver => "case.handed_over",
            Self::SlipUsed => "case.slip_used",
            Self::Closed => "case.closed",
            Self::Frozen => "case.frozen",
            Self::Disputed => "case.disputed",
            Self::Unfrozen => "case.unfrozen",
            Self::Superseded => "case.superseded",
        }
    }

    /// The act of a stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == word)
    }
}

/// A mail to the applicant's verified mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseNotice {
    /// It was approved.
    Approved,
    /// Something has to be mended first.
    Returned,
}

/// What has to happen with a transition, in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseEffect {
    /// Queue the code's mail.
    MailCode {
        /// Which code.
        counter: u32,
    },
    /// Tell the mailbox on record, with a stop link.
    TellOldMailbox,
    /// Tell the verified mailbox.
    Tell(CaseNotice),
    /// Charge an e-mail change to the officer.
    ChargeEmailChange(OfficerId),
    /// Write what was approved into the registry, unless it stands there.
    Apply(Proposal),
    /// End the recovery that an earlier start began.
    EndActivation(RecoveryId),
    /// Begin a recovery at its link, to be mailed.
    BeginActivation(RecoveryId),
    /// Begin a recovery at its link, which is open at once.
    OpenSlip(RecoveryId),
    /// End the employer's other open cases.
    SupersedeOthers,
}

/// The next case, what goes with it, and what to write into the audit log, all of it in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseTransition {
    /// The case as it stands from now on.
    pub case: AssistedCase,
    /// What happened; `None` when nothing did (the command was a harmless repeat).
    pub act: Option<CaseAct>,
    /// What goes with it.
    pub effects: Vec<CaseEffect>,
}

impl CaseCommand {
    /// What a refused command would have done, as the log names it.
    #[must_use]
    pub const fn act(&self) -> CaseAct {
        match self {
            Self::GiveDetails(_) => CaseAct::DetailsGiven,
            Self::SendCode => CaseAct::CodeRequested,
            Self::AttemptCodeMail { .. } => CaseAct::CodeMailAttempted,
            Self::RecordCodeAcceptance { .. } => CaseAct::CodeMailAccepted,
            Self::RecordCodeRejection { .. } => CaseAct::CodeMailRejected,
            Self::SpendAttempt => CaseAct::CodeAttempted,
            Self::AcceptCode { .. } => CaseAct::EmailVerified,
            Self::Take { over: false } => CaseAct::Taken,
            Self::Take { over: true } => CaseAct::TakenOver,
            Self::Release => CaseAct::Released,
            Self::CheckDocuments(_) => CaseAct::DocumentChecked,
            Self::Identify(_) => CaseAct::Identified,
            Self::GiveGround(_) => CaseAct::GroundGiven,
            Self::AskApproval { .. } => CaseAct::ApprovalAsked,
            Self::Approve { .. } => CaseAct::Approved,
            Self::Return => CaseAct::Returned,
            Self::Reject => CaseAct::Rejected,
            Self::HandOver { .. } => CaseAct::HandedOver,
            Self::UseSlip { .. } => CaseAct::SlipUsed,
            Self::Close { .. } => CaseAct::Closed,
            Self::Stop => CaseAct::Frozen,
            Self::Unfreeze => CaseAct::Unfrozen,
            Self::Supersede => CaseAct::Superseded,
        }
    }
}

/// Which case began a recovery, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// None: it began online, with a code.
    Online,
    /// The hand-over of a case, by mail.
    Activation(CaseId),
    /// The slip of a case.
    Slip(CaseId),
}

impl Origin {
    /// The case, where there is one.
    #[must_use]
    pub const fn case(&self) -> Option<CaseId> {
        match self {
            Self::Online => None,
            Self::Activation(case) | Self::Slip(case) => Some(*case),
        }
    }
}
