//! The decision: from a case, an actor, a command and a moment to the next case, or to a refusal.
//!
//! Pure, total and the only writer of [`CaseStage`]. What officers decide among themselves stands in [`super::desk`].

use super::{
    Activation, AssistedCase, CaseAct, CaseActor, CaseCommand, CaseEffect, CaseRefusal, CaseStage,
    CaseTransition, Details, Facts, Way,
};
use crate::{Policy, RecoveryId, time::Timestamp};

/// The moment of a decision and what is known at it.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// When.
    pub now: Timestamp,
    /// What the registry says.
    pub facts: &'a Facts,
    /// The rules.
    pub policy: &'a Policy,
}

impl AssistedCase {
    /// Decides what `command` by `actor` does at this moment.
    ///
    /// Same input, same output. A refusal changes nothing; a case that has ended refuses everything but what belongs
    /// to its end.
    pub fn decide(
        &self,
        actor: CaseActor,
        command: &CaseCommand,
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        match *command {
            CaseCommand::AttemptCodeMail { .. }
            | CaseCommand::RecordCodeAcceptance { .. }
            | CaseCommand::RecordCodeRejection { .. }
            | CaseCommand::Close { .. }
            | CaseCommand::Supersede => {
                if actor != CaseActor::System {
                    return Err(CaseRefusal::RoleForbids);
                }
                self.by_system(command, at)
            }
            CaseCommand::Stop => {
                if actor != CaseActor::OldMailbox {
                    return Err(CaseRefusal::RoleForbids);
                }
                Ok(self.stop(at))
            }
            CaseCommand::UseSlip { secret, recovery } => {
                if actor != CaseActor::Applicant {
                    return Err(CaseRefusal::RoleForbids);
                }
                self.use_slip(secret, recovery, at)
            }
            CaseCommand::GiveDetails(details) => {
                let by = self.require_hand(actor, false, at)?;
                Ok(self.give_details(details, by))
            }
            CaseCommand::SendCode | CaseCommand::SpendAttempt | CaseCommand::AcceptCode { .. } => {
                let by = self.require_hand(actor, true, at)?;
                self.prove_mailbox(command, by, at)
            }
            CaseCommand::Take { .. }
            | CaseCommand::Release
            | CaseCommand::CheckDocuments(_)
            | CaseCommand::Identify(_)
            | CaseCommand::GiveGround(_)
            | CaseCommand::AskApproval { .. }
            | CaseCommand::Approve { .. }
            | CaseCommand::Return
            | CaseCommand::Reject
            | CaseCommand::HandOver { .. }
            | CaseCommand::Unfreeze => match actor {
                CaseActor::Officer { id, role } if role.attends() => self.by_officer((id, role), command, at),
                _ => Err(CaseRefusal::RoleForbids),
            },
        }
    }

    /// A case that goes on: neither ended nor stopped.
    pub(super) fn require_open(&self, at: Moment<'_>) -> Result<(), CaseRefusal> {
        match self.stage {
            CaseStage::Closed(..) | CaseStage::Rejected { .. } => Err(CaseRefusal::CaseClosed),
            CaseStage::Superseded { .. } => Err(CaseRefusal::CaseExpired),
            CaseStage::Frozen { .. } => Err(CaseRefusal::CaseFrozen),
            _ if at.now >= self.ends_at(at.policy) => Err(CaseRefusal::CaseExpired),
            _ => Ok(()),
        }
    }

    /// Who may change what the case holds: the applicant until an officer has it in hand, then that officer. Answers the
    /// case with the officer's hand noted on it.
    fn require_hand(&self, actor: CaseActor, proving: bool, at: Moment<'_>) -> Result<Self, CaseRefusal> {
        self.require_open(at)?;
        match (actor, &self.stage) {
            (CaseActor::Applicant, CaseStage::Opened | CaseStage::Ready | CaseStage::Returned { .. }) => {
                Ok(self.clone())
            }
            // The code arrives at the applicant: it may be typed on their own device while they sit at the desk.
            (CaseActor::Applicant, CaseStage::AtDesk(_)) if proving => Ok(self.clone()),
            (CaseActor::Officer { id, role }, _) if role.attends() => self.in_hand_of(id, at),
            (CaseActor::Applicant, _) => Err(CaseRefusal::WrongState),
            _ => Err(CaseRefusal::RoleForbids),
        }
    }

    fn give_details(&self, details: Details, mut next: Self) -> CaseTransition {
        if self.details.and_then(|before| before.email) != details.email {
            next.mailbox = self.mailbox.for_another();
        }
        next.details = Some(details);
        if next.stage == CaseStage::Opened {
            next.stage = CaseStage::Ready;
        }
        done(next, CaseAct::DetailsGiven)
    }

    fn prove_mailbox(
        &self,
        command: &CaseCommand,
        next: Self,
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        if self.details.and_then(|details| details.email).is_none() {
            return Err(CaseRefusal::NoEmail);
        }
        let (mailbox, act) = match *command {
            CaseCommand::SendCode => {
                let Some(mailbox) = self.mailbox.send(at.now, at.policy)? else {
                    return Ok(CaseTransition { case: self.clone(), act: None, effects: Vec::new() });
                };
                let mail = CaseEffect::MailCode { counter: mailbox.codes };
                let case = Self { mailbox, ..next };
                return Ok(done(case, CaseAct::CodeRequested).with(mail));
            }
            CaseCommand::SpendAttempt => (self.mailbox.spend(at.now, at.policy)?, CaseAct::CodeAttempted),
            CaseCommand::AcceptCode { counter } => {
                (self.mailbox.accept(counter, at.now, at.policy)?, CaseAct::EmailVerified)
            }
            _ => return Err(CaseRefusal::WrongState),
        };
        Ok(done(Self { mailbox, ..next }, act))
    }

    fn by_system(&self, command: &CaseCommand, at: Moment<'_>) -> Result<CaseTransition, CaseRefusal> {
        let (mailbox, act) = match *command {
            CaseCommand::AttemptCodeMail { counter } => {
                // What was asked for before a stop still goes out: dropped, it would be waited for once the case goes on.
                match self.require_open(at) {
                    Ok(()) | Err(CaseRefusal::CaseFrozen) => {}
                    Err(ended) => return Err(ended),
                }
                (self.mailbox.attempt(counter, at.now, at.policy)?, CaseAct::CodeMailAttempted)
            }
            CaseCommand::RecordCodeAcceptance { counter } => {
                (self.mailbox.accepted(counter, at.now)?, CaseAct::CodeMailAccepted)
            }
            CaseCommand::RecordCodeRejection { counter } => {
                (self.mailbox.refused(counter)?, CaseAct::CodeMailRejected)
            }
            CaseCommand::Close { recovery } => return self.close(recovery, at.now),
            CaseCommand::Supersede => return self.supersede(at),
            _ => return Err(CaseRefusal::WrongState),
        };
        Ok(done(Self { mailbox, ..self.clone() }, act))
    }

    /// The link has its own end, which the recovery keeps.
    fn close(&self, recovery: RecoveryId, now: Timestamp) -> Result<CaseTransition, CaseRefusal> {
        let CaseStage::Activated(approval, _) = self.stage else { return Err(CaseRefusal::WrongState) };
        if self.activation() != Some(recovery) {
            return Err(CaseRefusal::WrongState);
        }
        Ok(done(self.to(CaseStage::Closed(approval, now)), CaseAct::Closed))
    }

    /// A frozen case waits for its supervisor, whatever the others do.
    fn supersede(&self, at: Moment<'_>) -> Result<CaseTransition, CaseRefusal> {
        self.require_open(at)?;
        let next = done(self.to(CaseStage::Superseded { at: at.now }), CaseAct::Superseded);
        Ok(next.ending(self.activation()))
    }

    /// Heard at any time; it stops the case once. After a supervisor has decided, and when the case is over, it is noted
    /// for the supervisor: whoever reads the old mailbox may be the one who should not.
    fn stop(&self, at: Moment<'_>) -> CaseTransition {
        let mut next = Self { disputed_at: Some(at.now), ..self.clone() };
        if self.cleared_by.is_some() || self.require_open(at).is_err() {
            return done(next, CaseAct::Disputed);
        }
        let before = match self.stage {
            // What was handed over ends; it has to be handed over again.
            CaseStage::Activated(approval, _) => CaseStage::Approved(approval),
            _ => self.stage.clone(),
        };
        next.stage = CaseStage::Frozen { at: at.now, before: Box::new(before) };
        done(next, CaseAct::Frozen).ending(self.activation())
    }

    /// One-time in what it does: until it has set a key, each use opens the form anew and ends the one before.
    fn use_slip(
        &self,
        typed: [u8; 32],
        recovery: RecoveryId,
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        self.require_open(at)?;
        if at.facts.sibling_frozen {
            return Err(CaseRefusal::SiblingFrozen);
        }
        let CaseStage::Activated(approval, activation) = self.stage else {
            return Err(CaseRefusal::WrongState);
        };
        let Way::Slip { secret, .. } = activation.way else { return Err(CaseRefusal::WrongRoute) };
        if secret != typed || at.now >= activation.at + at.policy.cases.slip_ttl {
            return Err(CaseRefusal::SlipExpired);
        }
        let way = Way::Slip { secret, recovery: Some(recovery) };
        let stage = CaseStage::Activated(approval, Activation { way, ..activation });
        let next = done(self.to(stage), CaseAct::SlipUsed).ending(self.activation());
        Ok(next.with(CaseEffect::OpenSlip(recovery)))
    }

    pub(super) fn to(&self, stage: CaseStage) -> Self {
        Self { stage, ..self.clone() }
    }
}

pub(super) const fn done(case: AssistedCase, act: CaseAct) -> CaseTransition {
    CaseTransition { case, act: Some(act), effects: Vec::new() }
}

impl CaseTransition {
    pub(super) fn with(mut self, effect: CaseEffect) -> Self {
        self.effects.push(effect);
        self
    }

    pub(super) fn ending(mut self, activation: Option<RecoveryId>) -> Self {
        self.effects.extend(activation.map(CaseEffect::EndActivation));
        self
    }
}
