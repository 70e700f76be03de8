//! What may happen next, by whose hand.

use clavero_protocol::{CaseCommand, CaseStage, CaseState, Command, Handoff, Stage};

use crate::{
    bound::{Bound, Route},
    breaks::Break,
    desk::honest_mailbox,
    rules::Rules,
    store::{Event, Store},
    time::NOW,
    world::{Check, Heard, Kind, Letter, Mailbox, Node, Of, Officer, Person, World},
};

/// In whose hand a case is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    Applicant,
    Of(Officer),
}

/// A step at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeskStep {
    Open,
    Give(Hand),
    SendCode(Hand),
    Take(Officer),
    Release(Officer),
    Identify(Officer),
    Ask(Officer),
    Approve(Officer),
    Return(Officer),
    Reject(Officer),
    HandOver(Officer),
    Unfreeze(Officer),
    Stop,
    UseSlip(Person),
}

/// What the mail server does with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// 250.
    Takes,
    /// It takes the mail, and its 250 is never heard.
    TakesUnheard,
    /// 4xx, or no answer.
    PutsOff,
    /// 5xx for the recipient.
    Refuses,
}

impl Answer {
    pub(crate) const ALL: &'static [Self] = &[Self::Takes, Self::TakesUnheard, Self::PutsOff, Self::Refuses];
}

/// One step. Places (`usize`) are those of the world's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Tick,
    Start(u8),
    /// A code is typed: the guess is counted, and that is committed.
    Count(usize, Of, Person),
    /// The node compares what was typed.
    Compare(usize, bool),
    /// The right code takes its step.
    Accept(usize),
    ResendCode(u8),
    ResendLink(u8),
    LoseAccess(u8),
    Claim(usize, usize),
    Hand(usize, Answer),
    Record(usize),
    Crash(usize),
    Arrive(usize),
    Lose(usize),
    Open(usize),
    /// A scanner opens the link, and sends the form without a key.
    Scan(usize),
    /// A key that the policy takes is sent through the link.
    Submit(usize),
    Desk(DeskStep),
}

/// A bound with its rules, and the world's steps.
pub(crate) struct System {
    pub(crate) bound: Bound,
    pub(crate) rules: Rules,
}

impl System {
    pub(crate) fn new(bound: Bound, broken: Option<Break>) -> Self {
        let rules = bound.rules(broken);
        Self { bound, rules }
    }

    /// Nothing has happened yet.
    pub(crate) fn first(&self) -> World {
        let places = self.bound.browsers.len() + if self.bound.desk.is_some() { 2 } else { 0 };
        World {
            mailbox: Mailbox::Old,
            email_version: 1,
            codes: clavero_protocol::SlidingLog::default(),
            flows: vec![None; places],
            desk: None,
            outbox: Vec::new(),
            nodes: vec![Node::default(); self.bound.nodes],
            letters: Vec::new(),
            judged: Vec::new(),
        }
    }

    /// Who reads a mailbox.
    pub(crate) fn reader(&self, mailbox: Mailbox) -> Person {
        match mailbox {
            Mailbox::Old if self.bound.desk.is_some() => Person::Former,
            Mailbox::Old | Mailbox::New => Person::Owner,
            Mailbox::Strange => Person::Attacker,
        }
    }

    /// Whether the owner's way on may count on it: no adversary does it, and no luck.
    pub(crate) fn helps(&self, world: &World, step: Step) -> bool {
        let owns = |slot: u8| self.bound.browsers.get(usize::from(slot)) == Some(&Person::Owner);
        let reads = |letter: usize| world.letters.get(letter).is_some_and(|one| one.reader == Person::Owner);
        // The others type what they have read.
        let no_luck = |node: usize| world.nodes[node].check.is_some_and(|check| check.by != Person::Attacker);
        match step {
            Step::Hand(_, answer) => answer == Answer::Takes,
            Step::Start(slot) | Step::ResendCode(slot) | Step::ResendLink(slot) => owns(slot),
            Step::Count(_, _, by) => by == Person::Owner,
            // What a node has in hand it finishes; but nobody's luck with a guess is counted on.
            Step::Accept(_)
            | Step::Compare(_, false)
            | Step::Claim(..)
            | Step::Record(_)
            | Step::Tick
            | Step::Arrive(_) => true,
            Step::Compare(node, true) => no_luck(node),
            Step::Open(letter) | Step::Submit(letter) => reads(letter),
            Step::LoseAccess(_) | Step::Crash(_) | Step::Lose(_) | Step::Scan(_) => false,
            Step::Desk(step) => match step {
                DeskStep::Open | DeskStep::UseSlip(Person::Owner) => true,
                DeskStep::Give(hand) | DeskStep::SendCode(hand) => hand != Hand::Of(Officer::Dishonest),
                DeskStep::Take(officer)
                | DeskStep::Release(officer)
                | DeskStep::Identify(officer)
                | DeskStep::Ask(officer)
                | DeskStep::Approve(officer)
                | DeskStep::Return(officer)
                | DeskStep::Reject(officer)
                | DeskStep::HandOver(officer)
                | DeskStep::Unfreeze(officer) => officer != Officer::Dishonest,
                DeskStep::Stop | DeskStep::UseSlip(_) => false,
            },
        }
    }

    /// Everything that may be tried. What is refused leads nowhere.
    pub(crate) fn steps(&self, world: &World, steps: &mut Vec<Step>) {
        steps.clear();
        steps.push(Step::Tick);
        self.steps_of_browsers(world, steps);
        self.steps_of_nodes(world, steps);
        if self.bound.answers.is_empty() {
            steps.extend((0..world.outbox.len()).map(|row| Step::Claim(0, row)));
        }
        for (place, letter) in world.letters.iter().enumerate() {
            if !letter.arrived {
                steps.extend([Step::Arrive(place), Step::Lose(place)]);
            } else if letter.kind == Kind::Link {
                steps.extend([Step::Open(place), Step::Scan(place), Step::Submit(place)]);
            }
        }
        if let Some(route) = self.bound.desk {
            self.steps_at_desk(world, route, steps);
        }
    }

    fn steps_of_browsers(&self, world: &World, steps: &mut Vec<Step>) {
        for slot in 0..u8::try_from(world.flows.len()).unwrap_or(u8::MAX) {
            let over = world.flow(slot).is_none_or(|flow| {
                flow.recovery.has_ended(NOW, &self.rules.policy)
                    && flow.recovery.created_at + (self.rules.policy.flow_ttl + self.rules.policy.form_ttl)
                        <= NOW
            });
            let live = world.flow(slot).is_some_and(|flow| flow.recovery.issue().is_some());
            if usize::from(slot) < self.bound.browsers.len() {
                if over {
                    steps.push(Step::Start(slot));
                }
                steps.extend([Step::ResendCode(slot), Step::LoseAccess(slot)]);
            }
            // By the flow's browser, or by whoever has a link of it.
            if live {
                steps.push(Step::ResendLink(slot));
            }
        }
    }

    fn steps_of_nodes(&self, world: &World, steps: &mut Vec<Step>) {
        for (place, node) in world.nodes.iter().enumerate() {
            // Nodes are sorted, and one of two alike is enough.
            if place > 0 && world.nodes[place - 1] == *node {
                continue;
            }
            // One thing in hand at a time.
            if *node == Node::default() {
                self.typed(world, place, steps);
                let due = world.outbox.iter().enumerate().filter(|(_, row)| !row.waits);
                steps.extend(
                    due.filter(|_| !self.bound.answers.is_empty()).map(|(row, _)| Step::Claim(place, row)),
                );
                continue;
            }
            steps.push(Step::Crash(place));
            match node.check {
                None => {}
                Some(check) if check.right => steps.push(Step::Accept(place)),
                Some(check) => {
                    let knows = check.by == Person::Attacker || knows(world, check);
                    if knows {
                        steps.push(Step::Compare(place, true));
                    }
                    if !knows || check.by == Person::Attacker || self.bound.slips_of_the_pen {
                        steps.push(Step::Compare(place, false));
                    }
                }
            }
            match node.job {
                None => {}
                Some(job) if job.heard.is_none() => {
                    steps.extend(self.bound.answers.iter().map(|answer| Step::Hand(place, *answer)));
                }
                Some(_) => steps.push(Step::Record(place)),
            }
        }
    }

    /// Who types a code: whoever has it, and whoever guesses.
    fn typed(&self, world: &World, node: usize, steps: &mut Vec<Step>) {
        let mut type_in = |of, by| {
            let Some((Kind::Code, issue)) = world.issue(of) else { return };
            let has = knows(world, Check { of, counter: issue.counter, by, right: false });
            if has || by == Person::Attacker || self.bound.slips_of_the_pen {
                steps.push(Step::Count(node, of, by));
            }
        };
        for (slot, browser) in (0_u8..).zip(&self.bound.browsers) {
            type_in(Of::Flow(slot), *browser);
        }
        type_in(Of::Case, Person::Owner);
        type_in(Of::Case, Person::Attacker);
    }

    fn steps_at_desk(&self, world: &World, route: Route, steps: &mut Vec<Step>) {
        let mut push = |step| steps.push(Step::Desk(step));
        push(DeskStep::Open);
        let Some(desk) = &world.desk else { return };
        let ended = desk.case.state(NOW, &self.rules.policy) == CaseState::Expired;
        if ended {
            return;
        }
        push(DeskStep::Give(Hand::Applicant));
        push(DeskStep::SendCode(Hand::Applicant));
        if desk.told {
            push(DeskStep::Stop);
        }
        for (by, has) in [Person::Owner, Person::Attacker].into_iter().zip(desk.slip) {
            if has {
                push(DeskStep::UseSlip(by));
            }
        }
        let email = desk.case.details.map(|details| details.email.and_then(Mailbox::of));
        let honest = email == Some(honest_mailbox(route));
        let frozen = matches!(desk.case.stage, CaseStage::Frozen { .. });
        for officer in [Officer::Honest, Officer::Dishonest] {
            push(DeskStep::Take(officer));
            push(DeskStep::Identify(officer));
            push(DeskStep::Give(Hand::Of(officer)));
            // An honest officer asks, approves and hands over what the owner, who stands there, has told; the rest goes back.
            if officer == Officer::Dishonest || honest {
                push(DeskStep::Ask(officer));
                push(DeskStep::Approve(officer));
                if desk.case.starts < self.bound.hand_overs {
                    push(DeskStep::HandOver(officer));
                }
            }
            if officer == Officer::Dishonest || !honest {
                push(DeskStep::Return(officer));
            }
        }
        push(DeskStep::SendCode(Hand::Of(Officer::Dishonest)));
        push(DeskStep::Release(Officer::Dishonest));
        push(DeskStep::Reject(Officer::Dishonest));
        push(DeskStep::Unfreeze(Officer::Dishonest));
        push(DeskStep::Unfreeze(Officer::Supervisor));
        if frozen {
            push(DeskStep::Reject(Officer::Supervisor));
        }
        push(if honest {
            DeskStep::Approve(Officer::Colleague)
        } else {
            DeskStep::Return(Officer::Colleague)
        });
    }

    /// Where worlds are made.
    pub(crate) fn store(&self) -> Store<'_> {
        Store::new(&self.rules, self.first())
    }

    /// Takes a step and leaves in `store` where it leads and what happened; whether anything came of it.
    pub(crate) fn take(&self, store: &mut Store<'_>, world: &World, step: Step) -> bool {
        store.at(world);
        let taken = self.happen(store, step);
        if taken {
            store.world.forget(&self.rules.policy, self.rules.day);
        }
        taken
    }

    fn hand(&self, store: &mut Store<'_>, node: usize, answer: Answer) {
        let Some(job) = store.world.nodes[node].job else { return };
        let (heard, taken) = match answer {
            Answer::Takes => (Heard::Accepted, true),
            Answer::TakesUnheard => (Heard::Later, true),
            Answer::PutsOff => (Heard::Later, false),
            Answer::Refuses => (Heard::Refused, false),
        };
        store.hand_over(node, heard, taken, (self.reader(job.to), !self.bound.slow_mail));
    }

    fn happen(&self, store: &mut Store<'_>, step: Step) -> bool {
        match step {
            Step::Tick => store.tick(),
            Step::Start(slot) => return store.begin(slot),
            Step::Count(node, of, by) => return count(store, node, of, by),
            Step::Compare(node, right) => return compare(store, node, right),
            Step::Accept(node) => return accept(store, node),
            Step::ResendCode(slot) => return store.advance(slot, Command::ResendCode),
            Step::ResendLink(slot) => return store.advance(slot, Command::ResendLink),
            Step::LoseAccess(slot) => return store.advance(slot, Command::LoseMailAccess),
            Step::Claim(node, row) => {
                store.claim(node, row);
                if self.bound.answers.is_empty() {
                    self.hand(store, node, Answer::Takes);
                    store.record(node);
                }
            }
            Step::Hand(node, answer) => self.hand(store, node, answer),
            Step::Record(node) => store.record(node),
            Step::Crash(node) => store.crash(node),
            Step::Arrive(letter) => store.world.letters[letter].arrived = true,
            Step::Lose(letter) => drop(store.world.letters.remove(letter)),
            Step::Open(letter) => return read(store, letter, true),
            Step::Scan(letter) => return read(store, letter, false),
            Step::Submit(letter) => {
                let letter = store.world.letters[letter];
                return store.redeem(letter);
            }
            Step::Desk(step) => return self.bound.desk.is_some_and(|route| store.at_desk(step, route)),
        }
        true
    }
}

/// Whether a letter with the code that is compared lies in the mailbox of whoever types.
fn knows(world: &World, check: Check) -> bool {
    world.letters.iter().any(|letter| {
        letter.arrived
            && letter.same_code
            && (letter.of, letter.kind, letter.counter) == (check.of, Kind::Code, check.counter)
            && letter.reader == check.by
    })
}

const fn hand(by: Person) -> Hand {
    match by {
        Person::Attacker => Hand::Of(Officer::Dishonest),
        Person::Owner | Person::Former => Hand::Applicant,
    }
}

/// `verify_code`, first part: `SpendAttempt` is committed.
fn count(store: &mut Store<'_>, node: usize, of: Of, by: Person) -> bool {
    let counted = match of {
        Of::Flow(slot) if store.rules.is_broken(Break::CompareBeforeCount) => {
            store.decide(slot, Command::SpendAttempt).is_ok()
        }
        Of::Flow(slot) => store.advance(slot, Command::SpendAttempt),
        Of::Case => store.case_by(hand(by), &CaseCommand::SpendAttempt),
    };
    let Some((_, issue)) = store.world.issue(of).filter(|_| counted) else { return false };
    store.world.nodes[node].check = Some(Check { of, counter: issue.counter, by, right: false });
    true
}

/// `verify_code`, second part: the comparison, in the node's memory.
fn compare(store: &mut Store<'_>, node: usize, right: bool) -> bool {
    let Some(check) = store.world.nodes[node].check else { return false };
    store.events.push(Event::Judged { of: check.of });
    let current = store
        .world
        .issue(check.of)
        .filter(|current| (current.0, current.1.counter) == (Kind::Code, check.counter));
    match check.of {
        Of::Flow(slot) => {
            if let (Some((_, issue)), Some(flow)) = (current, &mut store.world.flows[usize::from(slot)]) {
                flow.judged += 1;
                flow.proved |= right;
                store.world.judged.push(issue.queued_at);
            }
        }
        Of::Case => store.world.desk.iter_mut().for_each(|desk| desk.judged += u8::from(current.is_some())),
    }
    store.world.nodes[node].check = right.then_some(Check { right, ..check });
    if let (false, Of::Flow(slot), true) = (right, check.of, store.rules.is_broken(Break::CompareBeforeCount))
    {
        store.advance(slot, Command::SpendAttempt);
    }
    true
}

/// `verify_code`, third part: `AcceptCode` is committed.
fn accept(store: &mut Store<'_>, node: usize) -> bool {
    let Some(check) = store.world.nodes[node].check.take() else { return false };
    let Check { of, counter, by, .. } = check;
    let taken = match of {
        Of::Flow(slot) => {
            if store.rules.is_broken(Break::CompareBeforeCount) {
                store.advance(slot, Command::SpendAttempt);
            }
            store.advance(slot, Command::AcceptCode { counter })
        }
        Of::Case => store.case_by(hand(by), &CaseCommand::AcceptCode { counter }),
    };
    if taken {
        store.events.push(Event::CodeTaken { of });
    }
    if let (true, Of::Flow(slot), true) = (taken, of, store.rules.is_broken(Break::CodeOpensDoor)) {
        store.set_key(slot, by, None, None);
    }
    true
}

/// `Service::read_link`: whoever reads gets a form, and a person keeps it. Nothing is written.
fn read(store: &mut Store<'_>, place: usize, keeps: bool) -> bool {
    let Letter { of, counter, stored, opened_at, .. } = store.world.letters[place];
    let Of::Flow(slot) = of else { return false };
    let opens = |opened_at| {
        let flow = store.world.flow(slot);
        stored
            && flow
                .is_some_and(|flow| flow.recovery.check_link(counter, opened_at, NOW, store.policy()).is_ok())
    };
    // While the link lives each reading is a new one; after that a reload shows the form that is open.
    let opened_at = match (opens(None), opens(opened_at)) {
        (true, _) => Some(NOW),
        (false, true) => opened_at,
        (false, false) => return false,
    };
    store.events.push(Event::Read);
    if let (Some(flow), true) =
        (&mut store.world.flows[usize::from(slot)], store.rules.is_broken(Break::ReadingProlongs))
        && let Stage::Link { issue } = &mut flow.recovery.stage
    {
        issue.handoff = Handoff::Accepted(NOW);
    }
    let consumed = store.rules.is_broken(Break::ConsumeOnGet);
    let letter = &mut store.world.letters[place];
    letter.stored &= !consumed;
    if keeps {
        letter.opened_at = opened_at;
    }
    true
}
