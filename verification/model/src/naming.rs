//! A world as bits: the same bits for equal worlds, and for no others; and the world again from its bits.
//!
//! What is the same in every world (the employer, names, the slip's secret) is not written, and a digest of what was asked for is
//! made again from the case.

use clavero_protocol::{
    Activation, Approval, Asked, AssistedCase, AssistedReason, CaseMailbox, CaseStage, Handoff, Issue,
    OfficerId, Origin, Recovery, RecoveryId, SlidingLog, Stage, Subject, Timestamp, Way,
};

use crate::{
    aging::{CLOSED, NOBODY},
    bits::{Packed, Reader, Writer, fields, words, write_list},
    desk::{self, CASE, SECRET},
    store::employer,
    time::{FAR, age, ago},
    world::{Check, Desk, Flow, Heard, Job, Kind, Letter, Mailbox, Node, Of, Officer, Person, Row, World},
};

words! {
    Person { Owner, Attacker, Former }
    Mailbox { Old, New, Strange }
    Officer { Honest, Colleague, Dishonest, Supervisor }
    Kind { Code, Link }
    Heard { Accepted, Refused, Later }
}

fields! {
    World { mailbox, email_version, codes, flows, desk, outbox, nodes, letters, judged }
    Flow { recovery, mailbox, judged, proved, keys }
    Desk { case, asked_by, approved_by, told, slip, judged }
    Row { of, kind, counter, waits, tried }
    Job { of, kind, counter, to, fenced, stored, same_code, heard }
    Check { of, counter, by, right }
    Node { check, job }
    Letter { of, kind, counter, reader, same_code, stored, arrived, taken_at, opened_at }
    Issue { counter, queued_at, handoff }
    CaseMailbox { codes, issue, attempts, verified_at }
    Approval { asked, by, at }
    Activation { by, at, way }
}

impl Packed for Timestamp {
    fn write(&self, bits: &mut Writer) {
        let age = if *self == FAR { 0 } else { age(*self) + 1 };
        age.write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        u8::read(bits).checked_sub(1).map_or(FAR, ago)
    }
}

impl Packed for SlidingLog {
    fn write(&self, bits: &mut Writer) {
        write_list(self.times(), bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        Self::from_times(Vec::read(bits))
    }
}

impl Packed for Of {
    fn write(&self, bits: &mut Writer) {
        let slot = match self {
            Self::Flow(slot) => Some(*slot),
            Self::Case => None,
        };
        slot.write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        Option::read(bits).map_or(Self::Case, Self::Flow)
    }
}

impl Packed for RecoveryId {
    fn write(&self, bits: &mut Writer) {
        self.0[0].write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        Self([u8::read(bits); 16])
    }
}

impl Packed for OfficerId {
    fn write(&self, bits: &mut Writer) {
        Officer::of(*self).write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        Option::read(bits).map_or(NOBODY, Officer::id)
    }
}

impl Packed for Handoff {
    fn write(&self, bits: &mut Writer) {
        match self {
            Self::Queued => bits.put(0, 2),
            Self::Attempted => bits.put(1, 2),
            Self::Accepted(at) => {
                bits.put(2, 2);
                at.write(bits);
            }
        }
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        match bits.take(2) {
            0 => Self::Queued,
            1 => Self::Attempted,
            _ => Self::Accepted(Packed::read(bits)),
        }
    }
}

impl Packed for Recovery {
    fn write(&self, bits: &mut Writer) {
        self.id.write(bits);
        let version = match self.subject {
            Subject::Employer { email_version, .. } => Some(email_version),
            Subject::Decoy => None,
        };
        version.write(bits);
        let origin = match self.origin {
            Origin::Online => 0,
            Origin::Activation(_) => 1,
            Origin::Slip(_) => 2,
        };
        bits.put(origin, 2);
        self.created_at.write(bits);
        match &self.stage {
            Stage::Code { issue, attempts } => {
                bits.put(0, 3);
                issue.write(bits);
                attempts.write(bits);
            }
            Stage::Link { issue } => {
                bits.put(1, 3);
                issue.write(bits);
            }
            Stage::Completed { .. } => bits.put(2, 3),
            Stage::Assisted { reason, .. } => {
                bits.put(3, 3);
                let place = (0_u32..).zip(AssistedReason::ALL).find(|(_, one)| one == reason);
                place.map_or(0, |(place, _)| place).write(bits);
            }
            Stage::Superseded { .. } => bits.put(4, 3),
        }
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        let id = RecoveryId::read(bits);
        let subject = Option::read(bits)
            .map_or(Subject::Decoy, |email_version| Subject::Employer { key: employer(), email_version });
        let origin = match bits.take(2) {
            0 => Origin::Online,
            1 => Origin::Activation(CASE),
            _ => Origin::Slip(CASE),
        };
        let created_at = Packed::read(bits);
        let stage = match bits.take(3) {
            0 => Stage::Code { issue: Packed::read(bits), attempts: Packed::read(bits) },
            1 => Stage::Link { issue: Packed::read(bits) },
            2 => Stage::Completed { at: FAR },
            3 => Stage::Assisted { reason: AssistedReason::ALL[u32::read(bits) as usize], at: FAR },
            _ => Stage::Superseded { at: FAR },
        };
        Self { id, subject, origin, created_at, stage }
    }
}

impl Packed for Asked {
    fn write(&self, bits: &mut Writer) {
        self.by.write(bits);
        self.email_before.and_then(Mailbox::of).write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        let by = Packed::read(bits);
        let email_before = Option::read(bits).map(Mailbox::mark);
        Self { by, at: FAR, digest: [0; 32], email_before, first_key: false }
    }
}

impl Packed for Way {
    fn write(&self, bits: &mut Writer) {
        let (by_mail, recovery) = match self {
            Self::Mail { recovery } => (true, Some(*recovery)),
            Self::Slip { recovery, .. } => (false, *recovery),
        };
        by_mail.write(bits);
        recovery.write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        match (bool::read(bits), Option::read(bits)) {
            (true, Some(recovery)) => Self::Mail { recovery },
            (_, recovery) => Self::Slip { secret: SECRET, recovery },
        }
    }
}

impl Packed for CaseStage {
    fn write(&self, bits: &mut Writer) {
        match self {
            Self::Opened => bits.put(0, 4),
            Self::Ready => bits.put(1, 4),
            Self::AtDesk(desk) => {
                bits.put(2, 4);
                desk.officer.write(bits);
                desk.at.write(bits);
            }
            Self::AwaitingApproval(asked) => {
                bits.put(3, 4);
                asked.write(bits);
            }
            Self::Approved(approval) => {
                bits.put(4, 4);
                approval.write(bits);
            }
            Self::Activated(approval, activation) => {
                bits.put(5, 4);
                approval.write(bits);
                activation.write(bits);
            }
            Self::Closed(..) => bits.put(6, 4),
            Self::Returned { by, .. } => {
                bits.put(7, 4);
                by.write(bits);
            }
            Self::Rejected { .. } => bits.put(8, 4),
            Self::Frozen { before, .. } => {
                bits.put(9, 4);
                before.write(bits);
            }
            Self::Superseded { .. } => bits.put(10, 4),
        }
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        match bits.take(4) {
            0 => Self::Opened,
            1 => Self::Ready,
            2 => {
                let (officer, at) = (Packed::read(bits), Packed::read(bits));
                Self::AtDesk(clavero_protocol::Desk { officer, at })
            }
            3 => Self::AwaitingApproval(Packed::read(bits)),
            4 => Self::Approved(Packed::read(bits)),
            5 => Self::Activated(Packed::read(bits), Packed::read(bits)),
            6 => Self::Closed(CLOSED, FAR),
            7 => Self::Returned { by: Packed::read(bits), at: FAR },
            8 => Self::Rejected { by: NOBODY, at: FAR },
            9 => Self::Frozen { at: FAR, before: Box::new(Packed::read(bits)) },
            _ => Self::Superseded { at: FAR },
        }
    }
}

impl Packed for AssistedCase {
    fn write(&self, bits: &mut Writer) {
        self.created_at.write(bits);
        self.details.map(|details| details.email.and_then(Mailbox::of)).write(bits);
        self.mailbox.write(bits);
        self.identification.is_some().write(bits);
        self.starts.write(bits);
        self.cleared_by.write(bits);
        self.stage.write(bits);
    }

    fn read(bits: &mut Reader<'_>) -> Self {
        let mut case = desk::opened(Packed::read(bits));
        case.details = Option::read(bits).map(desk::details);
        case.mailbox = Packed::read(bits);
        case.identification = bool::read(bits).then_some(desk::SEEN);
        case.starts = Packed::read(bits);
        case.cleared_by = Packed::read(bits);
        case.stage = Packed::read(bits);
        remember_what_was_asked(&mut case);
        case
    }
}

/// What was asked for is all in the case, so that its digest can be made again.
fn remember_what_was_asked(case: &mut AssistedCase) {
    let mut stage = std::mem::replace(&mut case.stage, CaseStage::Opened);
    let asked = match &mut stage {
        CaseStage::Frozen { before, .. } => &mut **before,
        stage => stage,
    };
    if let CaseStage::AwaitingApproval(asked)
    | CaseStage::Approved(Approval { asked, .. })
    | CaseStage::Activated(Approval { asked, .. }, _) = asked
    {
        let facts = desk::facts(asked.email_before);
        asked.digest = case.proposal(&facts).digest;
    }
    case.stage = stage;
}
