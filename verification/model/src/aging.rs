//! How a world grows older, and what of its past it forgets.

use std::time::Duration;

use clavero_protocol::{
    Approval, Asked, AssistedCase, CaseStage, Handoff, Issue, OfficerId, Policy, SlidingLog, Stage,
    Timestamp, Way,
};

use crate::{
    time::{self, FAR, NOW},
    world::{Flow, Kind, World},
};

pub(crate) const NOBODY: OfficerId = OfficerId([0xff; 16]);

/// Nothing is asked of a case that is over.
pub(crate) const CLOSED: Approval = Approval {
    asked: Asked { by: NOBODY, at: FAR, digest: [0; 32], email_before: None, first_key: false },
    by: NOBODY,
    at: FAR,
};

impl World {
    /// Everything becomes one tick older.
    pub(crate) fn tick(&mut self) {
        self.codes = SlidingLog::from_times(self.codes.times().iter().map(|at| time::older(*at)).collect());
        self.judged.iter_mut().for_each(age);
        for flow in self.flows.iter_mut().flatten() {
            age(&mut flow.recovery.created_at);
            if let Stage::Code { issue, .. } | Stage::Link { issue } = &mut flow.recovery.stage {
                age_issue(issue);
            }
        }
        if let Some(desk) = &mut self.desk {
            age_case(&mut desk.case);
        }
        self.outbox.iter_mut().for_each(|row| row.waits = false);
        for letter in &mut self.letters {
            age(&mut letter.taken_at);
            letter.opened_at.iter_mut().for_each(age);
        }
    }

    /// Takes away what neither a decision nor a property can tell apart, so that worlds which behave alike are one.
    pub(crate) fn forget(&mut self, policy: &Policy, day: Duration) {
        let counts = |at: &Timestamp| *at + day > NOW;
        if !self.codes.times().iter().all(counts) {
            self.codes = SlidingLog::from_times(self.codes.times().iter().copied().filter(counts).collect());
        }
        self.judged.retain(counts);
        self.judged.sort_unstable();
        for flow in self.flows.iter_mut().flatten() {
            forget_flow(flow, policy);
        }
        if let Some(desk) = &mut self.desk {
            forget_case(&mut desk.case, policy);
        }
        let mut letters = std::mem::take(&mut self.letters);
        // A code that counts no more is a wrong guess, and whoever guesses wrongly needs no letter.
        letters.retain(|letter| {
            let issue = self.issue(letter.of);
            let counts =
                issue.is_some_and(|(kind, issue)| (kind, issue.counter) == (Kind::Code, letter.counter));
            letter.kind == Kind::Link || counts
        });
        for letter in &mut letters {
            // A link of what has ended is refused, opened or not.
            if self.issue(letter.of).is_none() {
                (letter.taken_at, letter.opened_at) = (FAR, None);
            }
            letter.taken_at = time::within(letter.taken_at, policy.link_ttl.max(policy.code_ttl));
            letter.opened_at = letter.opened_at.map(|at| time::within(at, policy.form_ttl));
        }
        letters.sort_unstable();
        letters.dedup();
        self.letters = letters;
        let mut outbox = std::mem::take(&mut self.outbox);
        for row in outbox.iter_mut().filter(|row| self.issue(row.of).is_none()) {
            (row.waits, row.tried) = (false, false);
        }
        outbox.sort_unstable();
        self.outbox = outbox;
        // One process is like the other.
        self.nodes.sort_unstable();
    }
}

fn age(at: &mut Timestamp) {
    *at = time::older(*at);
}

fn age_issue(issue: &mut Issue) {
    age(&mut issue.queued_at);
    if let Handoff::Accepted(at) = &mut issue.handoff {
        age(at);
    }
}

fn age_case(case: &mut AssistedCase) {
    age(&mut case.created_at);
    case.mailbox.issue.iter_mut().for_each(age_issue);
    age_stage(&mut case.stage);
}

fn age_stage(stage: &mut CaseStage) {
    match stage {
        CaseStage::AtDesk(desk) => age(&mut desk.at),
        CaseStage::Approved(approval) => age(&mut approval.at),
        CaseStage::Activated(approval, activation) => {
            age(&mut approval.at);
            age(&mut activation.at);
        }
        CaseStage::Frozen { before, .. } => age_stage(before),
        _ => {}
    }
}

fn forget_flow(flow: &mut Flow, policy: &Policy) {
    let recovery = &mut flow.recovery;
    let whole = policy.flow_ttl + policy.form_ttl;
    let ended = recovery.has_ended(NOW, policy);
    match &mut recovery.stage {
        // No command of a flow whose time has passed looks at when.
        Stage::Code { issue, .. } | Stage::Link { issue } if ended => {
            (recovery.created_at, issue.queued_at) = (FAR, FAR);
            if let Handoff::Accepted(at) = &mut issue.handoff {
                *at = FAR;
            }
        }
        Stage::Code { .. } | Stage::Link { .. } => {}
        Stage::Completed { at } | Stage::Assisted { at, .. } | Stage::Superseded { at } => {
            *at = FAR;
            recovery.created_at = time::within(recovery.created_at, whole);
        }
    }
}

fn forget_case(case: &mut AssistedCase, policy: &Policy) {
    let ended = case.state(NOW, policy).has_ended();
    case.disputed_at = None;
    case.mailbox.verified_at = case.mailbox.verified_at.map(|_| FAR);
    let life = if ended { Duration::ZERO } else { policy.cases.case_ttl };
    case.created_at = time::within(case.created_at, life);
    if let Some(issue) = &mut case.mailbox.issue {
        issue.queued_at = time::within(issue.queued_at, policy.flow_ttl.max(policy.resend_after));
        if let Handoff::Accepted(at) = &mut issue.handoff {
            *at = time::within(*at, policy.code_ttl);
        }
    }
    forget_stage(&mut case.stage, policy);
}

fn forget_stage(stage: &mut CaseStage, policy: &Policy) {
    match stage {
        CaseStage::AwaitingApproval(asked) => asked.at = FAR,
        CaseStage::Approved(approval) => {
            approval.asked.at = FAR;
            approval.at = time::within(approval.at, policy.cases.cooling_off);
        }
        CaseStage::Activated(approval, activation) => {
            approval.asked.at = FAR;
            approval.at = time::within(approval.at, policy.cases.cooling_off);
            let life = match activation.way {
                Way::Mail { .. } => policy.activation_ttl(),
                Way::Slip { .. } => policy.cases.slip_ttl + policy.activation_ttl(),
            };
            activation.at = time::within(activation.at, life);
        }
        // Nobody looks at who ended it.
        CaseStage::Closed(approval, at) => (*approval, *at) = (CLOSED, FAR),
        CaseStage::Rejected { by, at } => (*by, *at) = (NOBODY, FAR),
        CaseStage::Returned { at, .. } | CaseStage::Superseded { at } => *at = FAR,
        CaseStage::Frozen { at, before } => {
            *at = FAR;
            forget_stage(before, policy);
        }
        CaseStage::AtDesk(desk) => desk.at = time::within(desk.at, policy.cases.take_over_after),
        CaseStage::Opened | CaseStage::Ready => {}
    }
}
