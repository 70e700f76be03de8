//! A world as bytes: the same bytes for equal worlds, and for no others.

use clavero_protocol::{
    AssistedReason, CaseStage, Handoff, Issue, OfficerId, Recovery, RecoveryId, Stage, Way,
};

use crate::{
    time::age,
    world::{Desk, Flow, Mailbox, Node, Of, World},
};

/// Nothing stands here.
const NONE: u8 = u8::MAX;

impl World {
    /// Writes the name in place of what `name` held.
    pub(crate) fn name(&self, name: &mut Vec<u8>) {
        name.clear();
        name.extend([self.mailbox as u8, byte(self.email_version), byte(self.codes.times().len())]);
        name.extend(self.codes.times().iter().map(|at| age(*at)));
        name.push(byte(self.judged.len()));
        name.extend(self.judged.iter().map(|at| age(*at)));
        for flow in &self.flows {
            match flow {
                None => name.push(NONE),
                Some(flow) => name_flow(flow, name),
            }
        }
        match &self.desk {
            None => name.push(NONE),
            Some(desk) => name_desk(desk, name),
        }
        name.push(byte(self.outbox.len()));
        for row in &self.outbox {
            name.extend([of(row.of), row.kind as u8, byte(row.counter), bits(&[row.waits, row.tried])]);
        }
        for node in &self.nodes {
            name_node(*node, name);
        }
        for letter in &self.letters {
            let flags = bits(&[letter.same_code, letter.stored, letter.arrived]);
            name.extend([of(letter.of), letter.kind as u8, byte(letter.counter), letter.reader as u8, flags]);
            name.extend([age(letter.taken_at), letter.opened_at.map_or(NONE, age)]);
        }
    }
}

fn byte(number: impl TryInto<u8>) -> u8 {
    number.try_into().unwrap_or(NONE)
}

fn bits(flags: &[bool]) -> u8 {
    flags.iter().fold(0, |bits, flag| bits << 1 | u8::from(*flag))
}

const fn of(of: Of) -> u8 {
    match of {
        Of::Flow(slot) => slot,
        Of::Case => NONE,
    }
}

fn name_issue(issue: &Issue, name: &mut Vec<u8>) {
    let handoff = match issue.handoff {
        Handoff::Queued => 0xfe,
        Handoff::Attempted => 0xfd,
        Handoff::Accepted(at) => age(at),
    };
    name.extend([byte(issue.counter), age(issue.queued_at), handoff]);
}

fn name_recovery(recovery: &Recovery, name: &mut Vec<u8>) {
    let version = match recovery.subject {
        clavero_protocol::Subject::Employer { email_version, .. } => byte(email_version),
        clavero_protocol::Subject::Decoy => NONE,
    };
    name.extend([version, age(recovery.created_at)]);
    match &recovery.stage {
        Stage::Code { issue, attempts } => {
            name.extend([0, *attempts]);
            name_issue(issue, name);
        }
        Stage::Link { issue } => {
            name.push(1);
            name_issue(issue, name);
        }
        Stage::Completed { .. } => name.push(2),
        Stage::Assisted { reason, .. } => {
            name.extend([3, byte(AssistedReason::ALL.iter().position(|one| one == reason).unwrap_or(0))]);
        }
        Stage::Superseded { .. } => name.push(4),
    }
}

fn name_flow(flow: &Flow, name: &mut Vec<u8>) {
    name_recovery(&flow.recovery, name);
    name.extend([flow.mailbox as u8, flow.judged, u8::from(flow.proved), flow.keys]);
}

const fn officer(id: OfficerId) -> u8 {
    id.0[0]
}

fn recovery(id: Option<RecoveryId>) -> u8 {
    id.map_or(NONE, |id| id.0[0])
}

fn name_desk(desk: &Desk, name: &mut Vec<u8>) {
    let case = &desk.case;
    let email = case.details.map_or(NONE, |details| details.email.map_or(0xfe, |mark| mark.0[0]));
    name.extend([age(case.created_at), email, byte(case.mailbox.codes), case.mailbox.attempts]);
    match &case.mailbox.issue {
        None => name.push(NONE),
        Some(issue) => name_issue(issue, name),
    }
    name.extend([case.identification.is_some(), case.mailbox.verified_at.is_some(), desk.told].map(u8::from));
    name.extend([desk.judged, byte(case.starts), case.cleared_by.map_or(NONE, officer), bits(&desk.slip)]);
    name.extend([desk.asked_by, desk.approved_by].map(|by| by.map_or(NONE, |by| by as u8)));
    name_stage(&case.stage, name);
}

fn name_stage(stage: &CaseStage, name: &mut Vec<u8>) {
    let asked = |asked: &clavero_protocol::Asked| {
        let before = asked.email_before.and_then(Mailbox::of).map_or(NONE, |mailbox| mailbox as u8);
        [officer(asked.by), before, asked.digest[0], asked.digest[1], asked.digest[2], asked.digest[3]]
    };
    match stage {
        CaseStage::Opened => name.push(0),
        CaseStage::Ready => name.push(1),
        CaseStage::AtDesk(desk) => name.extend([2, officer(desk.officer), age(desk.at)]),
        CaseStage::AwaitingApproval(request) => {
            name.push(3);
            name.extend(asked(request));
        }
        CaseStage::Approved(approval) => {
            name.extend([4, officer(approval.by), age(approval.at)]);
            name.extend(asked(&approval.asked));
        }
        CaseStage::Activated(approval, activation) => {
            name.extend([
                5,
                officer(approval.by),
                age(approval.at),
                officer(activation.by),
                age(activation.at),
            ]);
            name.extend(asked(&approval.asked));
            name.push(match activation.way {
                Way::Mail { recovery: one } | Way::Slip { recovery: Some(one), .. } => recovery(Some(one)),
                Way::Slip { recovery: None, .. } => recovery(None),
            });
        }
        CaseStage::Closed(..) => name.push(6),
        CaseStage::Returned { by, .. } => name.extend([7, officer(*by)]),
        CaseStage::Rejected { .. } => name.push(8),
        CaseStage::Frozen { before, .. } => {
            name.push(9);
            name_stage(before, name);
        }
        CaseStage::Superseded { .. } => name.push(10),
    }
}

fn name_node(node: Node, name: &mut Vec<u8>) {
    match node.check {
        None => name.push(NONE),
        Some(check) => {
            name.extend([of(check.of), byte(check.counter), check.by as u8, u8::from(check.right)]);
        }
    }
    match node.job {
        None => name.push(NONE),
        Some(job) => {
            let flags = bits(&[job.fenced, job.stored, job.same_code]);
            name.extend([of(job.of), job.kind as u8, byte(job.counter), job.to as u8, flags]);
            name.push(job.heard.map_or(NONE, |heard| heard as u8));
        }
    }
}
