//! What officers do: taking a case in hand, checking, asking, and what another officer says to it.

use super::{
    Activation, Approval, Asked, AssistedCase, CaseAct, CaseCommand, CaseEffect, CaseNotice, CaseRefusal,
    CaseStage, CaseTransition, Decision, Desk, DocumentAnswer, OfficerId, Role, Route, Start, Touch, Way,
    decide::{Moment, done},
};

type Officer = (OfficerId, Role);

impl AssistedCase {
    pub(super) fn by_officer(
        &self,
        officer: Officer,
        command: &CaseCommand,
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        if *command == CaseCommand::Unfreeze {
            return self.unfreeze(officer);
        }
        // A supervisor decides over what is frozen: that is the one thing that may still happen to it.
        let frozen = matches!(self.stage, CaseStage::Frozen { .. });
        if !(frozen && *command == CaseCommand::Reject) {
            self.require_open(at)?;
        }
        match *command {
            CaseCommand::Take { over } => self.take(officer, over, at),
            CaseCommand::Release => {
                let next = self.in_hand_of(officer.0, at)?;
                let stage = if self.details.is_some() { CaseStage::Ready } else { CaseStage::Opened };
                Ok(done(next.to(stage), CaseAct::Released))
            }
            CaseCommand::CheckDocuments(ref answers) => self.check_documents(officer.0, answers, at),
            CaseCommand::Identify(seen) => {
                let next = self.in_hand_of(officer.0, at)?;
                Ok(done(Self { identification: Some(seen), ..next }, CaseAct::Identified))
            }
            CaseCommand::GiveGround(ground) => {
                let next = self.in_hand_of(officer.0, at)?;
                Ok(done(Self { ground: Some(ground), ..next }, CaseAct::GroundGiven))
            }
            CaseCommand::AskApproval { digest } => self.ask(officer.0, digest, at),
            CaseCommand::Approve { digest, touch } => self.approve(officer.0, digest, &touch, at),
            CaseCommand::Return => self.send_back(officer.0, at),
            CaseCommand::Reject => self.reject(officer, at),
            CaseCommand::HandOver { touch, start } => self.hand_over(officer.0, &touch, start, at),
            _ => Err(CaseRefusal::WrongState),
        }
    }

    /// The case with the officer's hand noted on it, if it is in that hand.
    pub(super) fn in_hand_of(&self, officer: OfficerId, at: Moment<'_>) -> Result<Self, CaseRefusal> {
        let CaseStage::AtDesk(desk) = self.stage else { return Err(CaseRefusal::WrongState) };
        if desk.officer != officer {
            return Err(held(desk, at));
        }
        Ok(self.to(CaseStage::AtDesk(Desk { officer, at: at.now })))
    }

    fn take(
        &self,
        (officer, role): Officer,
        over: bool,
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        let mine = CaseStage::AtDesk(Desk { officer, at: at.now });
        match self.stage {
            CaseStage::Opened | CaseStage::Ready | CaseStage::Returned { .. } => {
                Ok(done(self.to(mine), CaseAct::Taken))
            }
            CaseStage::AtDesk(desk) if desk.officer == officer => {
                Ok(CaseTransition { case: self.to(mine), act: None, effects: Vec::new() })
            }
            CaseStage::AtDesk(desk) => {
                let free = at.now >= desk.at + at.policy.cases.take_over_after || role == Role::Supervisor;
                if over && free { Ok(done(self.to(mine), CaseAct::TakenOver)) } else { Err(held(desk, at)) }
            }
            _ => Err(CaseRefusal::WrongState),
        }
    }

    fn check_documents(
        &self,
        officer: OfficerId,
        answers: &[DocumentAnswer],
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        let mut next = self.in_hand_of(officer, at)?;
        for answer in answers {
            let line = next.documents.get_mut(answer.place).ok_or(CaseRefusal::NoSuchDocument)?;
            line.found = Some((answer.finding, answer.remark));
        }
        if next.documents == self.documents {
            return Ok(CaseTransition { case: next, act: None, effects: Vec::new() });
        }
        Ok(done(next, CaseAct::DocumentChecked))
    }

    fn ask(
        &self,
        officer: OfficerId,
        digest: [u8; 32],
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        self.in_hand_of(officer, at)?;
        self.check_complete(at.facts)?;
        let proposal = self.proposal(at.facts);
        if proposal.digest != digest {
            return Err(CaseRefusal::FormChanged);
        }
        let (email_before, first_key) = (proposal.email_before, proposal.first_key);
        let asked = Asked { by: officer, at: at.now, digest, email_before, first_key };
        let mut next = done(self.to(CaseStage::AwaitingApproval(asked)), CaseAct::ApprovalAsked);
        if proposal.new_email().is_some() {
            next = next.with(CaseEffect::ChargeEmailChange(officer));
        }
        if proposal.tells_old_mailbox() {
            next = next.with(CaseEffect::TellOldMailbox);
        }
        Ok(next)
    }

    /// What was asked for is still what stands here and in the registry.
    fn check_unchanged(asked: &Asked, at: Moment<'_>) -> Result<(), CaseRefusal> {
        if at.facts.email != asked.email_before || at.facts.first_key != asked.first_key {
            return Err(CaseRefusal::RegistryChanged);
        }
        Ok(())
    }

    fn approve(
        &self,
        officer: OfficerId,
        digest: [u8; 32],
        touch: &Touch,
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        let CaseStage::AwaitingApproval(asked) = self.stage else { return Err(CaseRefusal::WrongState) };
        if asked.by == officer {
            return Err(CaseRefusal::OwnRequest);
        }
        if at.facts.sibling_frozen {
            return Err(CaseRefusal::SiblingFrozen);
        }
        Self::check_unchanged(&asked, at)?;
        if asked.digest != digest || self.proposal(at.facts).digest != digest {
            return Err(CaseRefusal::FormChanged);
        }
        self.check_touch(touch, (officer, Decision::Approval), &digest, (at.now, at.policy.cases.touch_ttl))?;
        let approval = Approval { asked, by: officer, at: at.now };
        let next = done(self.to(CaseStage::Approved(approval)), CaseAct::Approved);
        Ok(self.telling(next, CaseNotice::Approved))
    }

    /// Who asked does not send their own request back either: it could be changed and asked for again unseen.
    fn send_back(&self, officer: OfficerId, at: Moment<'_>) -> Result<CaseTransition, CaseRefusal> {
        let asked = self.asked().ok_or(CaseRefusal::WrongState)?;
        if asked.by == officer {
            return Err(CaseRefusal::OwnRequest);
        }
        let next = done(self.to(CaseStage::Returned { by: officer, at: at.now }), CaseAct::Returned);
        Ok(self.telling(next.ending(self.activation()), CaseNotice::Returned))
    }

    fn reject(&self, (officer, role): Officer, at: Moment<'_>) -> Result<CaseTransition, CaseRefusal> {
        let concerned = self.concerned();
        match &self.stage {
            CaseStage::Frozen { .. } => {
                if role != Role::Supervisor {
                    return Err(CaseRefusal::RoleForbids);
                }
                if concerned.contains(&Some(officer)) {
                    return Err(CaseRefusal::OwnCase);
                }
            }
            CaseStage::AwaitingApproval(_) | CaseStage::Approved(_) | CaseStage::Activated(..)
                if concerned[0] == Some(officer) =>
            {
                return Err(CaseRefusal::OwnRequest);
            }
            CaseStage::AwaitingApproval(_) | CaseStage::Approved(_) | CaseStage::Activated(..) => {}
            _ if role != Role::Supervisor => return Err(CaseRefusal::RoleForbids),
            _ => {}
        }
        let next = done(self.to(CaseStage::Rejected { by: officer, at: at.now }), CaseAct::Rejected);
        Ok(next.ending(self.activation()))
    }

    fn hand_over(
        &self,
        officer: OfficerId,
        touch: &Touch,
        start: Start,
        at: Moment<'_>,
    ) -> Result<CaseTransition, CaseRefusal> {
        let approval = match &self.stage {
            CaseStage::Approved(approval) | CaseStage::Activated(approval, _) => *approval,
            _ => return Err(CaseRefusal::WrongState),
        };
        if at.facts.sibling_frozen {
            return Err(CaseRefusal::SiblingFrozen);
        }
        let until = approval.at + at.policy.cases.cooling_off;
        if at.now < until {
            return Err(CaseRefusal::CoolingOff { until });
        }
        let asked = approval.asked;
        let proposal = self.asked_proposal().ok_or(CaseRefusal::WrongState)?;
        if proposal.digest != asked.digest {
            return Err(CaseRefusal::FormChanged);
        }
        if self.starts == 0 {
            Self::check_unchanged(&asked, at)?;
        } else if proposal.mailbox.is_some() && at.facts.email != proposal.mailbox {
            // Applied once already, and written over since: an old approval does not bring it back.
            return Err(CaseRefusal::RegistryChanged);
        }
        let freshness = (at.now, at.policy.cases.touch_ttl);
        self.check_touch(touch, (officer, Decision::HandOver), &asked.digest, freshness)?;
        let (way, begin) = match (start, proposal.route()) {
            (Start::Mail { recovery }, Route::Mail) => {
                (Way::Mail { recovery }, Some(CaseEffect::BeginActivation(recovery)))
            }
            (Start::Slip { secret }, Route::Slip) => (Way::Slip { secret, recovery: None }, None),
            _ => return Err(CaseRefusal::WrongRoute),
        };
        let activation = Activation { by: officer, at: at.now, way };
        let case = Self { starts: self.starts + 1, ..self.to(CaseStage::Activated(approval, activation)) };
        let mut next = done(case, CaseAct::HandedOver).ending(self.activation());
        next.effects.extend([CaseEffect::Apply(proposal), CaseEffect::SupersedeOthers]);
        next.effects.extend(begin);
        Ok(next)
    }

    fn unfreeze(&self, (officer, role): Officer) -> Result<CaseTransition, CaseRefusal> {
        let CaseStage::Frozen { before, .. } = &self.stage else { return Err(CaseRefusal::WrongState) };
        if role != Role::Supervisor {
            return Err(CaseRefusal::RoleForbids);
        }
        if self.concerned().contains(&Some(officer)) {
            return Err(CaseRefusal::OwnCase);
        }
        let case = Self { cleared_by: Some(officer), ..self.to(before.as_ref().clone()) };
        Ok(done(case, CaseAct::Unfrozen))
    }

    /// Who asked, and who approved.
    fn concerned(&self) -> [Option<OfficerId>; 2] {
        let stage = match &self.stage {
            CaseStage::Frozen { before, .. } => before,
            stage => stage,
        };
        match stage {
            CaseStage::AwaitingApproval(asked) => [Some(asked.by), None],
            CaseStage::Approved(approval)
            | CaseStage::Activated(approval, _)
            | CaseStage::Closed(approval, _) => [Some(approval.asked.by), Some(approval.by)],
            CaseStage::AtDesk(desk) => [Some(desk.officer), None],
            _ => [None, None],
        }
    }

    /// Only a mailbox that was proven is written to.
    fn telling(&self, next: CaseTransition, notice: CaseNotice) -> CaseTransition {
        if self.mailbox.verified_at.is_some() { next.with(CaseEffect::Tell(notice)) } else { next }
    }
}

fn held(desk: Desk, at: Moment<'_>) -> CaseRefusal {
    let free_at = desk.at + at.policy.cases.take_over_after;
    CaseRefusal::HeldByAnother { officer: desk.officer, since: desk.at, free_at }
}
