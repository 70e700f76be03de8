//! A recovery's stage as columns: the same on every engine.

use clavero_protocol::{AssistedReason, Handoff, Issue, Stage, Timestamp};

use crate::StoreError;

/// The columns of one stage; those that a stage does not have are zero or `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct StageColumns {
    pub(crate) stage: i64,
    pub(crate) counter: i64,
    pub(crate) queued_at: i64,
    pub(crate) handoff: i64,
    pub(crate) accepted_at: Option<i64>,
    pub(crate) attempts: i64,
    pub(crate) ended_at: Option<i64>,
    pub(crate) reason: Option<String>,
}

pub(crate) const CODE: i64 = 0;
pub(crate) const LINK: i64 = 1;
const COMPLETED: i64 = 2;
const ASSISTED: i64 = 3;
const SUPERSEDED: i64 = 4;

impl StageColumns {
    pub(crate) fn encode(stage: &Stage) -> Self {
        match stage {
            Stage::Code { issue, attempts } => {
                Self { stage: CODE, attempts: i64::from(*attempts), ..Self::issue(issue) }
            }
            Stage::Link { issue } => Self { stage: LINK, ..Self::issue(issue) },
            Stage::Completed { at } => Self::ended(COMPLETED, *at),
            Stage::Assisted { reason, at } => {
                Self { reason: Some(reason.as_str().to_owned()), ..Self::ended(ASSISTED, *at) }
            }
            Stage::Superseded { at } => Self::ended(SUPERSEDED, *at),
        }
    }

    fn issue(issue: &Issue) -> Self {
        let (handoff, accepted_at) = match issue.handoff {
            Handoff::Queued => (0, None),
            Handoff::Attempted => (1, None),
            Handoff::Accepted(at) => (2, Some(at.as_micros())),
        };
        Self {
            counter: i64::from(issue.counter),
            queued_at: issue.queued_at.as_micros(),
            handoff,
            accepted_at,
            ..Self::default()
        }
    }

    fn ended(stage: i64, at: Timestamp) -> Self {
        Self { stage, ended_at: Some(at.as_micros()), ..Self::default() }
    }

    /// Whether nothing can come of it any more.
    pub(crate) const fn has_ended(&self) -> bool {
        self.stage >= COMPLETED
    }

    pub(crate) fn decode(&self) -> Result<Stage, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("recovery.stage");
        let ended = || self.ended_at.map(Timestamp::from_micros).ok_or(CORRUPT);
        Ok(match self.stage {
            CODE => Stage::Code {
                issue: self.decode_issue()?,
                attempts: u8::try_from(self.attempts).map_err(|_| CORRUPT)?,
            },
            LINK => Stage::Link { issue: self.decode_issue()? },
            COMPLETED => Stage::Completed { at: ended()? },
            ASSISTED => Stage::Assisted {
                reason: self.reason.as_deref().and_then(AssistedReason::parse).ok_or(CORRUPT)?,
                at: ended()?,
            },
            SUPERSEDED => Stage::Superseded { at: ended()? },
            _ => return Err(CORRUPT),
        })
    }

    fn decode_issue(&self) -> Result<Issue, StoreError> {
        let handoff = match (self.handoff, self.accepted_at) {
            (0, None) => Handoff::Queued,
            (1, None) => Handoff::Attempted,
            (2, Some(at)) => Handoff::Accepted(Timestamp::from_micros(at)),
            _ => return Err(StoreError::Corrupt("recovery.handoff")),
        };
        let counter = u32::try_from(self.counter).map_err(|_| StoreError::Corrupt("recovery.counter"))?;
        Ok(Issue { counter, queued_at: Timestamp::from_micros(self.queued_at), handoff })
    }
}
