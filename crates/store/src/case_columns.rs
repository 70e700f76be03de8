//! A case's stage as columns: the same on every engine.

use clavero_protocol::{
    Activation, Approval, Asked, CaseStage, Desk, Handoff, Issue, Mark, OfficerId, RecoveryId, Timestamp, Way,
};

use crate::StoreError;

/// Bytes of an id.
type Id = [u8; 16];

/// The columns of one stage; those that a stage does not have are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CaseStageColumns {
    pub(crate) stage: i64,
    /// The stage before, of a frozen case.
    pub(crate) before: Option<i64>,
    /// Who has it in hand, sent it back or ended it.
    pub(crate) officer: Option<Id>,
    /// Since when; for a frozen case the moment of that, with the other one's in `before_at`.
    pub(crate) at: Option<i64>,
    pub(crate) before_at: Option<i64>,
    pub(crate) asked: Option<AskedColumns>,
    pub(crate) approved: Option<(Id, i64)>,
    pub(crate) started: Option<(Id, i64)>,
    pub(crate) slip: Option<[u8; 32]>,
    pub(crate) activation: Option<Id>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AskedColumns {
    pub(crate) by: Id,
    pub(crate) at: i64,
    pub(crate) digest: [u8; 32],
    pub(crate) before: Option<Id>,
    pub(crate) first: bool,
}

const OPENED: i64 = 0;
const READY: i64 = 1;
const AT_DESK: i64 = 2;
const AWAITING: i64 = 3;
const APPROVED: i64 = 4;
const ACTIVATED: i64 = 5;
const RETURNED: i64 = 6;
const FROZEN: i64 = 7;
// From here on it has ended: the index of the queue counts on it.
const CLOSED: i64 = 10;
const REJECTED: i64 = 11;
const SUPERSEDED: i64 = 12;

const CORRUPT: StoreError = StoreError::Corrupt("assisted_case.stage");

impl CaseStageColumns {
    pub(crate) fn encode(stage: &CaseStage) -> Self {
        let plain = |stage| Self { stage, ..Self::default() };
        let by = |stage, officer: &OfficerId, at: &Timestamp| Self {
            officer: Some(officer.0),
            at: Some(at.as_micros()),
            ..plain(stage)
        };
        match stage {
            CaseStage::Opened => plain(OPENED),
            CaseStage::Ready => plain(READY),
            CaseStage::AtDesk(Desk { officer, at }) => by(AT_DESK, officer, at),
            CaseStage::AwaitingApproval(asked) => Self { asked: Some(asked.into()), ..plain(AWAITING) },
            CaseStage::Approved(approval) => Self::approval(APPROVED, approval),
            CaseStage::Activated(approval, activation) => Self {
                started: Some((activation.by.0, activation.at.as_micros())),
                slip: match activation.way {
                    Way::Slip { secret, .. } => Some(secret),
                    Way::Mail { .. } => None,
                },
                activation: match activation.way {
                    Way::Mail { recovery } => Some(recovery.0),
                    Way::Slip { recovery, .. } => recovery.map(|recovery| recovery.0),
                },
                ..Self::approval(ACTIVATED, approval)
            },
            CaseStage::Closed(approval, at) => {
                Self { at: Some(at.as_micros()), ..Self::approval(CLOSED, approval) }
            }
            CaseStage::Returned { by: officer, at } => by(RETURNED, officer, at),
            CaseStage::Rejected { by: officer, at } => by(REJECTED, officer, at),
            CaseStage::Frozen { at, before } => {
                let before = Self::encode(before);
                let at = Some(at.as_micros());
                Self { stage: FROZEN, before: Some(before.stage), at, before_at: before.at, ..before }
            }
            CaseStage::Superseded { at } => Self { at: Some(at.as_micros()), ..plain(SUPERSEDED) },
        }
    }

    fn approval(stage: i64, approval: &Approval) -> Self {
        Self {
            stage,
            asked: Some((&approval.asked).into()),
            approved: Some((approval.by.0, approval.at.as_micros())),
            ..Self::default()
        }
    }

    /// Whether what stands there lets something happen that two people decide upon.
    pub(crate) fn gives_power(&self) -> bool {
        let stage = if self.stage == FROZEN { self.before } else { Some(self.stage) };
        stage.is_some_and(|stage| (AWAITING..=ACTIVATED).contains(&stage))
    }

    pub(crate) fn decode(&self) -> Result<CaseStage, StoreError> {
        if self.stage == FROZEN {
            let (Some(stage), Some(at)) = (self.before.filter(|stage| *stage != FROZEN), self.at) else {
                return Err(CORRUPT);
            };
            let before = Self { stage, at: self.before_at, ..self.clone() }.decode()?;
            return Ok(CaseStage::Frozen { at: Timestamp::from_micros(at), before: Box::new(before) });
        }
        let at = || self.at.map(Timestamp::from_micros).ok_or(CORRUPT);
        let officer = || self.officer.map(OfficerId).ok_or(CORRUPT);
        Ok(match self.stage {
            OPENED => CaseStage::Opened,
            READY => CaseStage::Ready,
            AT_DESK => CaseStage::AtDesk(Desk { officer: officer()?, at: at()? }),
            AWAITING => CaseStage::AwaitingApproval(self.decode_asked()?),
            APPROVED => CaseStage::Approved(self.decode_approval()?),
            ACTIVATED => CaseStage::Activated(self.decode_approval()?, self.decode_activation()?),
            CLOSED => CaseStage::Closed(self.decode_approval()?, at()?),
            RETURNED => CaseStage::Returned { by: officer()?, at: at()? },
            REJECTED => CaseStage::Rejected { by: officer()?, at: at()? },
            SUPERSEDED => CaseStage::Superseded { at: at()? },
            _ => return Err(CORRUPT),
        })
    }

    fn decode_asked(&self) -> Result<Asked, StoreError> {
        let asked = self.asked.as_ref().ok_or(CORRUPT)?;
        Ok(Asked {
            by: OfficerId(asked.by),
            at: Timestamp::from_micros(asked.at),
            digest: asked.digest,
            email_before: asked.before.map(Mark),
            first_key: asked.first,
        })
    }

    fn decode_approval(&self) -> Result<Approval, StoreError> {
        let (by, at) = self.approved.ok_or(CORRUPT)?;
        Ok(Approval { asked: self.decode_asked()?, by: OfficerId(by), at: Timestamp::from_micros(at) })
    }

    fn decode_activation(&self) -> Result<Activation, StoreError> {
        let (by, at) = self.started.ok_or(CORRUPT)?;
        let recovery = self.activation.map(RecoveryId);
        let way = match (self.slip, recovery) {
            (Some(secret), recovery) => Way::Slip { secret, recovery },
            (None, Some(recovery)) => Way::Mail { recovery },
            (None, None) => return Err(CORRUPT),
        };
        Ok(Activation { by: OfficerId(by), at: Timestamp::from_micros(at), way })
    }
}

impl From<&Asked> for AskedColumns {
    fn from(asked: &Asked) -> Self {
        Self {
            by: asked.by.0,
            at: asked.at.as_micros(),
            digest: asked.digest,
            before: asked.email_before.map(|mark| mark.0),
            first: asked.first_key,
        }
    }
}

/// The newest code's columns: when it was queued, how far its mail has come, and when the mail server took it.
pub(crate) fn encode_issue(issue: Option<&Issue>) -> (Option<i64>, Option<i64>, Option<i64>) {
    let Some(issue) = issue else { return (None, None, None) };
    let (handoff, accepted_at) = match issue.handoff {
        Handoff::Queued => (0, None),
        Handoff::Attempted => (1, None),
        Handoff::Accepted(at) => (2, Some(at.as_micros())),
    };
    (Some(issue.queued_at.as_micros()), Some(handoff), accepted_at)
}

/// The newest code of its columns.
pub(crate) fn decode_issue(
    counter: u32,
    (queued_at, handoff, accepted_at): (Option<i64>, Option<i64>, Option<i64>),
) -> Result<Option<Issue>, StoreError> {
    let Some(queued_at) = queued_at.map(Timestamp::from_micros) else { return Ok(None) };
    let handoff = match (handoff, accepted_at) {
        (Some(0), None) => Handoff::Queued,
        (Some(1), None) => Handoff::Attempted,
        (Some(2), Some(at)) => Handoff::Accepted(Timestamp::from_micros(at)),
        _ => return Err(StoreError::Corrupt("assisted_case.code_handoff")),
    };
    Ok(Some(Issue { counter, queued_at, handoff }))
}
