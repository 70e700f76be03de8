//! Whether a step keeps what must hold: judged by what happened and by the two worlds, never by asking the protocol whether it
//! did right. Only [`acknowledged_mails_live`] asks it what it would do, as the reader of a mail does.

use clavero_protocol::{CaseStage, Command, Handoff, Origin, Policy, Refusal, Timestamp};

use crate::{
    property::Property,
    rules::Rules,
    step::{Step, System},
    store::Event,
    time::NOW,
    world::{Flow, Kind, Letter, Of, Person, World},
};

/// A step that was taken.
pub(crate) struct Taken<'a> {
    pub(crate) before: &'a World,
    pub(crate) step: Step,
    pub(crate) after: &'a World,
    pub(crate) events: &'a [Event],
}

/// How often each property was asked about.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Asked(pub(crate) [u64; Property::ALL.len()]);

impl Asked {
    pub(crate) fn add(&mut self, more: &Self) {
        self.0.iter_mut().zip(more.0).for_each(|(times, more)| *times += more);
    }
}

impl System {
    /// The properties that the step breaks.
    pub(crate) fn judge(&self, taken: &Taken<'_>, asked: &mut Asked) -> Vec<Property> {
        let rules = &self.rules;
        let mut broken = Vec::new();
        let mut holds = |property: Property, holds: bool| {
            asked.0[property as usize] += 1;
            if !holds {
                broken.push(property);
            }
        };
        for event in taken.events {
            match *event {
                Event::KeySet { slot, by, link, opened_at, told } => {
                    let Some(flow) = taken.before.flow(slot) else { continue };
                    holds(Property::CodeAndLink, code_and_link(flow, by, link, self.reader(flow.mailbox)));
                    holds(Property::LinkOnce, flow.keys == 0);
                    holds(
                        Property::NothingAfterItsEnd,
                        link.is_none_or(|link| in_time(rules, flow, link, opened_at)),
                    );
                    holds(Property::NothingOldAfterChange, no_other_lives(taken.after, slot, &rules.policy));
                    holds(Property::ChangeIsTold, told);
                    if flow.recovery.origin.case().is_some() {
                        holds(Property::TwoOfficers, two_officers(taken.before));
                    }
                }
                Event::Judged { of } => holds(Property::Guesses, guesses(rules, taken.after, of)),
                Event::CodeTaken { of } => {
                    holds(Property::NothingAfterItsEnd, code_in_time(taken.before, of, &rules.policy));
                }
                Event::Taken { of: Of::Flow(slot), to } => {
                    let same = taken.before.flow(slot).is_none_or(|flow| flow.mailbox == to);
                    holds(Property::AddressOfBegin, same);
                }
                Event::Taken { of: Of::Case, .. } => {}
                Event::HandedOver => {
                    holds(Property::TwoOfficers, two_officers(taken.after));
                    holds(Property::ApprovalRests, rested(taken.before, &rules.policy));
                }
                Event::Silent => holds(Property::ChangeIsTold, false),
                Event::Read => holds(Property::ReadingChangesNothing, only_a_form(taken)),
            }
        }
        holds(Property::EndedStaysEnded, ended_stays_ended(taken, &rules.policy));
        holds(Property::NoMailIsLost, no_mail_is_lost(taken.after, &rules.policy));
        holds(Property::AcknowledgedLives, acknowledged_mails_live(rules, taken));
        broken
    }
}

/// The link is in the hand of whoever reads the mailbox that was on record, and the recovery's own code was right before.
fn code_and_link(flow: &Flow, by: Person, link: Option<u32>, reader: Person) -> bool {
    let shown = match flow.recovery.origin {
        Origin::Online => flow.proved && by == reader,
        Origin::Activation(_) => by == reader,
        // The slip is whoever's hand it is in.
        Origin::Slip(_) => true,
    };
    link.is_some() && shown
}

fn in_time(rules: &Rules, flow: &Flow, link: u32, opened_at: Option<Timestamp>) -> bool {
    let newest = flow.recovery.issue().is_some_and(|(_, issue)| issue.counter == link);
    newest && rules.link_is_in_time(&flow.recovery, opened_at)
}

fn code_in_time(before: &World, of: Of, policy: &Policy) -> bool {
    let Some((Kind::Code, issue)) = before.issue(of) else { return false };
    let began = match of {
        Of::Flow(slot) => before.flow(slot).map(|flow| flow.recovery.created_at),
        Of::Case => Some(issue.queued_at),
    };
    let in_flow = began.is_some_and(|began| NOW < began + policy.flow_ttl);
    match issue.handoff {
        Handoff::Queued => false,
        Handoff::Attempted => in_flow,
        Handoff::Accepted(at) => in_flow && NOW < at + policy.code_ttl,
    }
}

fn no_other_lives(after: &World, slot: u8, policy: &Policy) -> bool {
    let others = (0_u8..).zip(&after.flows).filter(|(other, _)| *other != slot);
    others.filter_map(|(_, flow)| flow.as_ref()).all(|flow| flow.recovery.has_ended(NOW, policy))
}

/// No more guesses on a code than it allows, and none on more codes than the employer is allowed in any window.
fn guesses(rules: &Rules, after: &World, of: Of) -> bool {
    let of_code = match of {
        Of::Flow(slot) => after.flow(slot).map_or(0, |flow| flow.judged),
        Of::Case => after.desk.as_ref().map_or(0, |desk| desk.judged),
    };
    let each = u32::from(rules.policy.code_attempts);
    let in_windows = rules.budget().iter().all(|rule| {
        after.judged.iter().all(|from| {
            let inside = after.judged.iter().filter(|at| *at >= from && **at < *from + rule.window).count();
            inside <= (rule.limit * each) as usize
        })
    });
    u32::from(of_code) <= each && in_windows
}

fn two_officers(world: &World) -> bool {
    let by = world.desk.as_ref().and_then(|desk| desk.asked_by.zip(desk.approved_by));
    by.is_some_and(|(asked, approved)| asked != approved)
}

fn rested(before: &World, policy: &Policy) -> bool {
    let approval = before.desk.as_ref().and_then(|desk| desk.case.approval());
    approval.is_some_and(|approval| approval.at + policy.cases.cooling_off <= NOW)
}

/// What the reader keeps is theirs, and no row changes.
fn only_a_form(taken: &Taken<'_>) -> bool {
    let mut after = taken.after.clone();
    for letter in &mut after.letters {
        letter.opened_at = None;
    }
    let mut before = taken.before.clone();
    for letter in &mut before.letters {
        letter.opened_at = None;
    }
    before == after
}

fn ended_stays_ended(taken: &Taken<'_>, policy: &Policy) -> bool {
    let began = |slot: usize| match taken.step {
        Step::Start(started) => usize::from(started) == slot,
        Step::Desk(_) => true,
        _ => false,
    };
    let flows = taken.before.flows.iter().zip(&taken.after.flows).enumerate();
    let flows_stay =
        flows.filter(|(slot, _)| !began(*slot)).all(|(_, (before, after))| match (before, after) {
            (Some(before), Some(after)) => {
                !before.recovery.has_ended(NOW, policy) || after.recovery.has_ended(NOW, policy)
            }
            (Some(_), None) => false,
            (None, _) => true,
        });
    let over = |world: &World| {
        let stage = world.desk.as_ref().map(|desk| &desk.case.stage);
        matches!(
            stage,
            Some(CaseStage::Closed(..) | CaseStage::Rejected { .. } | CaseStage::Superseded { .. })
        )
    };
    let opened = matches!(taken.step, Step::Desk(crate::step::DeskStep::Open));
    flows_stay && (opened || !over(taken.before) || over(taken.after))
}

/// Where a live flow waits for a mail, its row is there; but for the last moments, in which no mail is worth sending.
fn no_mail_is_lost(after: &World, policy: &Policy) -> bool {
    let flows = (0_u8..).zip(&after.flows).filter_map(|(slot, flow)| {
        let flow = flow.as_ref().filter(|flow| !flow.recovery.has_ended(NOW, policy))?;
        let (kind, issue) = after.issue(Of::Flow(slot))?;
        let ttl = if kind == Kind::Code { policy.code_ttl } else { policy.link_ttl };
        let too_late = NOW + policy.least_useful(ttl) >= flow.recovery.cap(policy);
        (issue.sent_at().is_none() && !too_late).then_some((Of::Flow(slot), kind, issue.counter))
    });
    let case = after.issue(Of::Case).filter(|(_, issue)| {
        let open = after.desk.as_ref().is_some_and(|desk| {
            !matches!(desk.case.stage, CaseStage::Frozen { .. }) && !desk.case.state(NOW, policy).has_ended()
        });
        let too_late = NOW + policy.code_ttl / 3 >= issue.queued_at + policy.flow_ttl;
        open && issue.sent_at().is_none() && !too_late
    });
    let case = case.map(|(kind, issue)| (Of::Case, kind, issue.counter));
    flows.chain(case).all(|wanted| after.outbox.iter().any(|row| (row.of, row.kind, row.counter) == wanted))
}

/// The newest code or link of a live flow works for all who have its letter, for as long as it was promised; and nothing but
/// the wish for another one, once the mail server has the last, makes another the newest.
fn acknowledged_mails_live(rules: &Rules, taken: &Taken<'_>) -> bool {
    let replaced = (0_u8..).zip(&taken.after.flows).all(|(slot, _)| {
        let (Some((kind, before)), Some((now_kind, now))) =
            (taken.before.issue(Of::Flow(slot)), taken.after.issue(Of::Flow(slot)))
        else {
            return true;
        };
        let asked = matches!(taken.step, Step::ResendCode(one) | Step::ResendLink(one) if one == slot);
        let began = matches!(taken.step, Step::Start(_) | Step::Desk(_));
        kind != now_kind || before.counter == now.counter || began || (asked && before.sent_at().is_some())
    });
    replaced && taken.after.letters.iter().all(|letter| lives(rules, taken.after, letter))
}

fn lives(rules: &Rules, world: &World, letter: &Letter) -> bool {
    let (Of::Flow(slot), policy) = (letter.of, &rules.policy) else { return true };
    let Some(flow) = world.flow(slot) else { return true };
    let counts = world
        .issue(letter.of)
        .is_some_and(|(kind, issue)| (kind, issue.counter) == (letter.kind, letter.counter));
    let ttl = if letter.kind == Kind::Code { policy.code_ttl } else { policy.link_ttl };
    let promised = NOW < letter.taken_at + ttl && NOW < flow.recovery.created_at + policy.flow_ttl;
    if !counts || !promised {
        return true;
    }
    match letter.kind {
        Kind::Code => {
            let spent = flow.recovery.decide(Command::SpendAttempt, NOW, policy);
            let accept = Command::AcceptCode { counter: letter.counter };
            let works = |refusal| refusal == Refusal::CodeExhausted;
            let taken = match spent {
                Ok(next) => next.recovery.decide(accept, NOW, policy).is_ok(),
                Err(refusal) => works(refusal),
            };
            letter.same_code && taken
        }
        Kind::Link => letter.stored && flow.recovery.check_link(letter.counter, None, NOW, policy).is_ok(),
    }
}
