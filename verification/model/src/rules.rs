//! The protocol's functions as the server calls them, and around them the ways to break them.

use std::time::Duration;

use clavero_protocol::{
    Act, AssistedCase, CaseActor, CaseCommand, CaseRefusal, CaseTransition, Command, Exceeded, Facts,
    FlowMail, Handoff, Moment, Policy, Recovery, Refusal, Rule, SlidingLog, Stage, Timestamp, Transition,
};

use crate::{breaks::Break, time::NOW, world::Officer};

/// The rules under which a world goes on.
pub(crate) struct Rules {
    pub(crate) policy: Policy,
    /// The longest window of the budget of codes: the day of this world.
    pub(crate) day: Duration,
    pub(crate) broken: Option<Break>,
}

impl Rules {
    pub(crate) fn is_broken(&self, by: Break) -> bool {
        self.broken == Some(by)
    }

    /// [`Recovery::decide`].
    pub(crate) fn recovery(&self, recovery: &Recovery, command: Command) -> Result<Transition, Refusal> {
        let (command, now) = match (self.broken, command) {
            (Some(Break::OldLinksLive), Command::Redeem { opened_at, .. }) => {
                let counter = recovery.issue().map_or(0, |(_, issue)| issue.counter);
                (Command::Redeem { counter, opened_at }, NOW)
            }
            (Some(Break::LinkOutlivesFlow), Command::Redeem { .. }) => {
                (command, recovery.issue().and_then(|(_, issue)| issue.sent_at()).unwrap_or(NOW))
            }
            _ => (command, NOW),
        };
        let decided = recovery.decide(command, now, &self.policy);
        match (self.broken, command) {
            (Some(Break::EndedRevived), Command::ResendCode) => {
                decided.or_else(|refusal| revived(recovery).ok_or(refusal))
            }
            _ => decided,
        }
    }

    /// [`AssistedCase::decide`].
    pub(crate) fn case(
        &self,
        case: &AssistedCase,
        actor: CaseActor,
        command: &CaseCommand,
        facts: &Facts,
    ) -> Result<CaseTransition, CaseRefusal> {
        let (mut actor, mut command, mut now) = (actor, command.clone(), NOW);
        match (self.broken, &mut command) {
            (Some(Break::OneOfficer), CaseCommand::Approve { touch, .. }) => {
                let other = Officer::Colleague;
                actor = CaseActor::Officer { id: other.id(), role: other.role() };
                touch.officer = other.id();
            }
            (Some(Break::NoCoolingOff), CaseCommand::HandOver { touch, .. }) => {
                now = NOW + self.policy.cases.cooling_off;
                touch.at = now;
            }
            _ => {}
        }
        case.decide(actor, &command, Moment { now, facts, policy: &self.policy })
    }

    /// [`SlidingLog::take`] with the rules of the budget of codes (`Budgets::codes_under` of the service).
    pub(crate) fn take_code(&self, codes: &SlidingLog) -> Result<SlidingLog, Exceeded> {
        let rules = self.budget();
        match self.broken {
            Some(Break::BudgetPerFlow) => SlidingLog::default().take(&rules, NOW),
            _ => codes.take(&rules, NOW),
        }
    }

    pub(crate) fn budget(&self) -> [Rule; 2] {
        [
            Rule { limit: self.policy.codes_per_window, window: self.policy.window },
            Rule { limit: self.policy.codes_per_day, window: self.day },
        ]
    }

    /// When what was opened at `opened_at` may no longer be sent, from the policy's words alone.
    pub(crate) fn link_is_in_time(&self, recovery: &Recovery, opened_at: Option<Timestamp>) -> bool {
        let Stage::Link { issue } = &recovery.stage else { return false };
        let cap = recovery.created_at + self.policy.flow_ttl;
        let ends_at = match issue.handoff {
            Handoff::Queued => return false,
            Handoff::Attempted => cap,
            Handoff::Accepted(at) => cap.min(at + self.policy.link_ttl),
        };
        let opened = opened_at.filter(|at| NOW < *at + self.policy.form_ttl).unwrap_or(NOW);
        opened < ends_at
    }
}

/// What has ended, with another code.
fn revived(recovery: &Recovery) -> Option<Transition> {
    let (Stage::Superseded { .. } | Stage::Assisted { .. }) = recovery.stage else { return None };
    let begun = Recovery::begin(recovery.id, recovery.subject.clone(), NOW);
    Some(Transition { recovery: begun, mail: Some(FlowMail::Code), act: Some(Act::CodeRequested) })
}
