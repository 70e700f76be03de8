//! The same for cases: `cases/mod.rs` and `cases/effects.rs` of the store.

use clavero_protocol::{
    Applicant, AssistedCase, AssistedReason, CaseActor, CaseCommand, CaseEffect, CaseId, CaseStage, Decision,
    Details, Facts, Identification, IdentifiedBy, Mark, Proposal, Recovery, RecoveryId, Route as Way, Start,
    Subject, TaxState, Timestamp, Touch,
};

use crate::{
    bound::Route,
    breaks::Break,
    step::{DeskStep, Hand},
    store::{Event, Store, employer},
    time::NOW,
    world::{Desk, Kind, Letter, Mailbox, Of, Officer, Person, Row},
};

pub(crate) const CASE: CaseId = CaseId([1; 16]);
pub(crate) const SECRET: [u8; 32] = [7; 32];
/// Whom the officer sees.
pub(crate) const SEEN: Identification = Identification { whom: Mark([8; 16]), how: IdentifiedBy::Cedula };

/// What the owner would tell.
pub(crate) const fn honest_mailbox(route: Route) -> Option<Mailbox> {
    match route {
        Route::Mail => Some(Mailbox::New),
        Route::Slip => None,
    }
}

/// What the registry says of the employer while this address is on record.
pub(crate) const fn facts(email: Option<Mark>) -> Facts {
    Facts { email, tax: TaxState::Active, first_key: false, sibling_frozen: false }
}

pub(crate) fn opened(at: Timestamp) -> AssistedCase {
    AssistedCase::open(CASE, employer(), AssistedReason::NoMailAccess, &[], at)
}

pub(crate) fn details(mailbox: Option<Mailbox>) -> Details {
    Details {
        applicant: Applicant::InPerson,
        contact: Mark([9; 16]),
        email: mailbox.map(Mailbox::mark),
        representative: None,
        centre: 0,
    }
}

impl Store<'_> {
    fn facts(&self) -> Facts {
        facts(Some(self.world.mailbox.mark()))
    }

    pub(crate) fn by_system(&mut self, command: &CaseCommand) -> bool {
        self.case_step(CaseActor::System, command)
    }

    /// `cases::step`: decide, save, and carry out what goes with it.
    fn case_step(&mut self, actor: CaseActor, command: &CaseCommand) -> bool {
        let facts = self.facts();
        let Some(desk) = &mut self.world.desk else { return false };
        let Ok(next) = self.rules.case(&desk.case, actor, command, &facts) else { return false };
        if next.act.is_none() {
            // Taking what one has in hand already notes the hand, and the store does not keep that.
            return false;
        }
        if desk.case.mailbox.codes != next.case.mailbox.codes {
            desk.judged = 0;
        }
        desk.case = next.case;
        for effect in next.effects {
            self.carry_out(effect);
        }
        true
    }

    fn carry_out(&mut self, effect: CaseEffect) {
        match effect {
            CaseEffect::MailCode { counter } => self.enqueue(Of::Case, Kind::Code, counter),
            CaseEffect::TellOldMailbox => {
                if let Some(desk) = &mut self.world.desk {
                    desk.told = true;
                }
            }
            CaseEffect::Apply(proposal) => self.apply(&proposal),
            CaseEffect::EndActivation(recovery) => {
                self.advance(recovery.0[0], clavero_protocol::Command::Supersede);
            }
            CaseEffect::BeginActivation(recovery) => {
                self.insert(recovery.0[0], Recovery::activation(recovery, self.subject(), CASE, NOW));
                self.enqueue(Of::Flow(recovery.0[0]), Kind::Link, 1);
            }
            CaseEffect::OpenSlip(recovery) => {
                self.insert(recovery.0[0], Recovery::slip(recovery, self.subject(), CASE, NOW));
            }
            // Notices, the officers' own budget, and other cases, of which there are none here.
            CaseEffect::Tell(_) | CaseEffect::ChargeEmailChange(_) | CaseEffect::SupersedeOthers => {}
        }
    }

    fn subject(&self) -> Subject {
        Subject::Employer { key: employer(), email_version: self.world.email_version }
    }

    /// `effects::apply`: the new address, and the end of whatever began under the old one.
    fn apply(&mut self, proposal: &Proposal) {
        let Some(mailbox) = proposal.mailbox.and_then(Mailbox::of) else { return };
        if mailbox != self.world.mailbox {
            self.world.mailbox = mailbox;
            self.world.email_version += 1;
            if !self.rules.is_broken(Break::AddressOfToday) {
                self.supersede_all();
            }
        }
    }

    /// `cases::code_mail`: whether the code's mail still counts, and where it goes.
    pub(crate) fn claim_case(&mut self, row: Row) -> Option<Mailbox> {
        let email = self.world.desk.as_ref()?.case.details?.email?;
        let facts = self.facts();
        let attempt = CaseCommand::AttemptCodeMail { counter: row.counter };
        let desk = self.world.desk.as_mut()?;
        let next = self.rules.case(&desk.case, CaseActor::System, &attempt, &facts).ok()?;
        desk.case = next.case;
        Mailbox::of(email)
    }

    /// A place for the recovery that a hand-over begins, other than the one before.
    fn next_recovery(&self) -> RecoveryId {
        let places = u8::try_from(self.world.flows.len()).unwrap_or(u8::MAX);
        let before = self.world.desk.as_ref().and_then(|desk| desk.case.activation());
        let slot = if before == Some(RecoveryId([places - 1; 16])) { places - 2 } else { places - 1 };
        RecoveryId([slot; 16])
    }

    /// Opens a case, once the one before has ended.
    fn open_case(&mut self) -> bool {
        let rules = self.rules;
        let ended = |desk: &Desk| desk.case.state(NOW, &rules.policy).has_ended();
        if !self.world.desk.as_ref().is_none_or(ended) {
            return false;
        }
        self.world.outbox.retain(|row| row.of != Of::Case);
        self.world.letters.retain(|letter| letter.of != Of::Case);
        for node in &mut self.world.nodes {
            node.check = node.check.filter(|check| check.of != Of::Case);
            node.job = node.job.filter(|job| job.of != Of::Case);
        }
        self.world.desk = Some(Desk {
            case: opened(NOW),
            asked_by: None,
            approved_by: None,
            told: false,
            slip: [false; 2],
            judged: 0,
        });
        true
    }

    fn actor(hand: Hand) -> CaseActor {
        match hand {
            Hand::Applicant => CaseActor::Applicant,
            Hand::Of(officer) => CaseActor::Officer { id: officer.id(), role: officer.role() },
        }
    }

    pub(crate) fn case_by(&mut self, hand: Hand, command: &CaseCommand) -> bool {
        self.case_step(Self::actor(hand), command)
    }

    /// What is done at the desk.
    pub(crate) fn at_desk(&mut self, step: DeskStep, route: Route) -> bool {
        match step {
            DeskStep::Open => return self.open_case(),
            DeskStep::Stop => return self.case_step(CaseActor::OldMailbox, &CaseCommand::Stop),
            DeskStep::UseSlip(by) => return self.use_slip(by),
            _ => {}
        }
        let Some(desk) = &self.world.desk else { return false };
        let digest = || {
            desk.case.asked().map_or_else(|| desk.case.proposal(&self.facts()).digest, |asked| asked.digest)
        };
        let touch = |officer: Officer, decided| Touch {
            officer: officer.id(),
            purpose: desk.case.purpose(decided, &digest()),
            at: NOW,
        };
        let (hand, command) = match step {
            DeskStep::Give(hand) => {
                let strange = hand == Hand::Of(Officer::Dishonest) && route == Route::Mail;
                let mailbox = if strange { Some(Mailbox::Strange) } else { honest_mailbox(route) };
                (hand, CaseCommand::GiveDetails(details(mailbox)))
            }
            DeskStep::SendCode(hand) => (hand, CaseCommand::SendCode),
            DeskStep::Take(officer) => (Hand::Of(officer), CaseCommand::Take { over: true }),
            DeskStep::Release(officer) => (Hand::Of(officer), CaseCommand::Release),
            DeskStep::Identify(officer) => (Hand::Of(officer), CaseCommand::Identify(SEEN)),
            DeskStep::Ask(officer) => (Hand::Of(officer), CaseCommand::AskApproval { digest: digest() }),
            DeskStep::Approve(officer) => {
                let touch = touch(officer, Decision::Approval);
                (Hand::Of(officer), CaseCommand::Approve { digest: digest(), touch })
            }
            DeskStep::Return(officer) => (Hand::Of(officer), CaseCommand::Return),
            DeskStep::Reject(officer) => (Hand::Of(officer), CaseCommand::Reject),
            DeskStep::HandOver(officer) => {
                let slip = desk.case.asked_proposal().is_some_and(|proposal| proposal.route() == Way::Slip);
                let start = if slip {
                    Start::Slip { secret: SECRET }
                } else {
                    Start::Mail { recovery: self.next_recovery() }
                };
                let touch = touch(officer, Decision::HandOver);
                (Hand::Of(officer), CaseCommand::HandOver { touch, start })
            }
            DeskStep::Unfreeze(officer) => (Hand::Of(officer), CaseCommand::Unfreeze),
            DeskStep::Open | DeskStep::Stop | DeskStep::UseSlip(_) => return false,
        };
        let taken = self.case_by(hand, &command);
        if taken {
            self.note(step);
        }
        taken
    }

    /// What an observer in the room sees.
    fn note(&mut self, step: DeskStep) {
        let Some(desk) = &mut self.world.desk else { return };
        match step {
            DeskStep::Ask(officer) => (desk.asked_by, desk.approved_by) = (Some(officer), None),
            DeskStep::Approve(officer) => desk.approved_by = Some(officer),
            DeskStep::HandOver(officer) => {
                let slip = matches!(&desk.case.stage, CaseStage::Activated(_, activation)
                    if matches!(activation.way, clavero_protocol::Way::Slip { .. }));
                // Who prints a slip can read it.
                desk.slip = [slip, slip && officer == Officer::Dishonest];
                self.events.push(Event::HandedOver);
            }
            _ => {}
        }
    }

    /// `effects::begin` with the token in hand: nobody's mailbox is needed.
    fn use_slip(&mut self, by: Person) -> bool {
        let recovery = self.next_recovery();
        if !self.case_step(CaseActor::Applicant, &CaseCommand::UseSlip { secret: SECRET, recovery }) {
            return false;
        }
        self.world.letters.push(Letter {
            of: Of::Flow(recovery.0[0]),
            kind: Kind::Link,
            counter: 1,
            reader: by,
            same_code: true,
            stored: true,
            arrived: true,
            taken_at: NOW,
            opened_at: None,
        });
        self.events.push(Event::HandedOver);
        true
    }
}
