//! What the store does in one transaction, as far as it matters here: load, let the protocol decide, save all of it.
//!
//! Each function stands for one of `crates/store/src/transactions`: `decision.rs` (begin, advance, save, redeem,
//! `supersede_all`), `outbox.rs` (`claim`, `settle`), `budgets.rs` (`take`), and in [`crate::desk`] `cases/mod.rs` (`step`, `close`)
//! and `cases/effects.rs`. A crash within a transaction leaves nothing of it, so a transaction is one step.

use std::sync::LazyLock;

use clavero_protocol::{
    CaseCommand, Command, EmployerKey, FlowMail, Policy, Recovery, RecoveryId, Refusal, Ruc, Subject,
    Sucursal, Timestamp, Transition,
};

use crate::{
    breaks::Break,
    rules::Rules,
    time::NOW,
    world::{Flow, Heard, Job, Kind, Letter, Mailbox, Of, Person, Row, World},
};

/// What happened in a step, for the properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A typed code was compared with code number `counter` of this.
    Judged { of: Of },
    /// The right code was taken.
    CodeTaken { of: Of },
    /// A key was set.
    KeySet { slot: u8, by: Person, link: Option<u32>, opened_at: Option<Timestamp>, told: bool },
    /// The mail server took a mail.
    Taken { of: Of, to: Mailbox },
    /// A case handed over: its recovery, or its slip, is there.
    HandedOver,
    /// A state changed and nothing was written down of it.
    Silent,
    /// Somebody read a link.
    Read,
}

/// One step in the making.
pub(crate) struct Store<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) world: World,
    pub(crate) events: Vec<Event>,
}

pub(crate) fn employer() -> EmployerKey {
    static EMPLOYER: LazyLock<EmployerKey> = LazyLock::new(|| {
        let ruc = Ruc::parse("1790011674001").expect("a RUC that the protocol's own tests use");
        EmployerKey::new(ruc, Sucursal::FIRST).expect("the first establishment of a company")
    });
    *EMPLOYER
}

impl<'a> Store<'a> {
    pub(crate) const fn new(rules: &'a Rules, world: World) -> Self {
        Self { rules, world, events: Vec::new() }
    }

    /// Begins another step, from this world.
    pub(crate) fn at(&mut self, world: &World) {
        self.world.become_like(world);
        self.events.clear();
    }
}

impl Store<'_> {
    pub(crate) fn policy(&self) -> &Policy {
        &self.rules.policy
    }

    /// `decision::begin`: the budget, the recovery, the row of its code.
    pub(crate) fn begin(&mut self, slot: u8) -> bool {
        if !self.take_code() {
            return false;
        }
        let subject = Subject::Employer { key: employer(), email_version: self.world.email_version };
        self.insert(slot, Recovery::begin(RecoveryId([slot; 16]), subject, NOW));
        self.enqueue(Of::Flow(slot), Kind::Code, 1);
        true
    }

    /// A new recovery in this place. What is left of the one that was there belonged to one long over.
    pub(crate) fn insert(&mut self, slot: u8, recovery: Recovery) {
        let world = &mut self.world;
        let old = Of::Flow(slot);
        world.outbox.retain(|row| row.of != old);
        world.letters.retain(|letter| letter.of != old);
        for node in &mut world.nodes {
            node.check = node.check.filter(|check| check.of != old);
            node.job = node.job.filter(|job| job.of != old);
        }
        let mailbox = world.mailbox;
        world.flows[usize::from(slot)] = Some(Flow { recovery, mailbox, judged: 0, proved: false, keys: 0 });
    }

    pub(crate) fn enqueue(&mut self, of: Of, kind: Kind, counter: u32) {
        self.world.outbox.push(Row { of, kind, counter, waits: false, tried: false });
    }

    fn take_code(&mut self) -> bool {
        let Ok(codes) = self.rules.take_code(&self.world.codes) else { return false };
        self.world.codes = codes;
        true
    }

    pub(crate) fn decide(&mut self, slot: u8, command: Command) -> Result<Transition, Refusal> {
        let Some(flow) = self.world.flow(slot) else { return Err(Refusal::WrongState) };
        self.rules.recovery(&flow.recovery, command)
    }

    /// `decision::advance`: decide, draw on the budget where a code is mailed, save.
    pub(crate) fn advance(&mut self, slot: u8, command: Command) -> bool {
        let Ok(next) = self.decide(slot, command) else { return false };
        if next.mail == Some(FlowMail::Code) && !self.take_code() {
            return false;
        }
        self.save(slot, next);
        true
    }

    /// `decision::save`: state, mail and entry.
    pub(crate) fn save(&mut self, slot: u8, next: Transition) {
        let Some(flow) = self.world.flows[usize::from(slot)].as_mut() else { return };
        let before = flow.recovery.issue().map(|(mail, issue)| (mail, issue.counter));
        let now = next.recovery.issue().map(|(mail, issue)| (mail, issue.counter));
        if before != now {
            flow.judged = 0;
        }
        if next.act.is_none() {
            if next.recovery != flow.recovery {
                self.events.push(Event::Silent);
            }
            return;
        }
        flow.recovery = next.recovery;
        if let (Some(mail), Some((_, counter))) = (next.mail, now) {
            let kind = if mail == FlowMail::Code { Kind::Code } else { Kind::Link };
            self.enqueue(Of::Flow(slot), kind, counter);
        }
    }

    /// `decision::supersede_all`.
    pub(crate) fn supersede_all(&mut self) {
        for slot in 0..u8::try_from(self.world.flows.len()).unwrap_or(u8::MAX) {
            self.advance(slot, Command::Supersede);
        }
    }

    /// `decision::redeem`: the key, the end of every other recovery, the cleared budget, the notice. The case that it came
    /// from ends with it, or no key is set.
    pub(crate) fn redeem(&mut self, letter: Letter) -> bool {
        let Of::Flow(slot) = letter.of else { return false };
        // `recoveries::find_link`: a token whose digest is not there is none.
        if !letter.stored {
            return false;
        }
        let command = Command::Redeem { counter: letter.counter, opened_at: letter.opened_at };
        let Ok(next) = self.decide(slot, command) else { return false };
        if next.recovery.origin.case().is_some() {
            let close = CaseCommand::Close { recovery: next.recovery.id };
            if !self.by_system(&close) {
                return false;
            }
        }
        let before = self.world.flow(slot).map(|flow| flow.recovery.clone());
        self.save(slot, next);
        self.set_key(slot, letter.reader, Some(letter.counter), letter.opened_at);
        if let (Some(flow), Some(before), true) = (
            &mut self.world.flows[usize::from(slot)],
            before,
            self.rules.is_broken(Break::LinkSurvivesItsUse),
        ) {
            flow.recovery = before;
        }
        true
    }

    /// `decision::replace_key` and what goes with it.
    pub(crate) fn set_key(&mut self, slot: u8, by: Person, link: Option<u32>, opened_at: Option<Timestamp>) {
        if let Some(flow) = &mut self.world.flows[usize::from(slot)] {
            flow.keys += 1;
        }
        if !self.rules.is_broken(Break::OthersLive) {
            self.supersede_all();
        }
        self.world.codes = clavero_protocol::SlidingLog::default();
        // Whoever guesses has to begin anew as well: the promise counts from one key to the next.
        self.world.judged.clear();
        let told = !self.rules.is_broken(Break::NoNotice);
        self.events.push(Event::KeySet { slot, by, link, opened_at, told });
    }

    /// `outbox::claim` of one row: what no longer counts is dropped, the rest is leased, its token's digest stored.
    pub(crate) fn claim(&mut self, node: usize, place: usize) {
        let row = self.world.outbox[place];
        let to = match row.of {
            Of::Flow(slot) => self.claim_flow(slot, row),
            Of::Case => self.claim_case(row),
        };
        let Some(to) = to else {
            self.world.outbox.retain(|one| *one != row);
            return;
        };
        let leased = Row { waits: true, tried: true, ..row };
        self.world.outbox.iter_mut().filter(|one| **one == row).for_each(|one| *one = leased);
        let same = |of: Of, kind: Kind, counter: u32| (of, kind, counter) == (row.of, row.kind, row.counter);
        for job in self.world.nodes.iter_mut().filter_map(|node| node.job.as_mut()) {
            job.fenced &= !same(job.of, job.kind, job.counter);
        }
        if row.tried && self.rules.is_broken(Break::RepeatEndsSibling) {
            let siblings = self.world.letters.iter_mut();
            siblings.filter(|one| same(one.of, one.kind, one.counter)).for_each(|one| one.stored = false);
        }
        let same_code = !(row.tried && self.rules.is_broken(Break::RepeatSendsAnotherCode));
        let (of, kind, counter) = (row.of, row.kind, row.counter);
        let job = Job { of, kind, counter, to, fenced: true, stored: true, same_code, heard: None };
        self.world.nodes[node].job = Some(job);
    }

    /// `outbox::still_counts`: where the address on record is another by now, the flow ends and its mail goes nowhere.
    fn claim_flow(&mut self, slot: u8, row: Row) -> Option<Mailbox> {
        let flow = self.world.flow(slot)?;
        let stands = match flow.recovery.subject {
            _ if self.rules.is_broken(Break::AddressOfToday) => true,
            Subject::Employer { email_version, .. } => email_version == self.world.email_version,
            Subject::Decoy => true,
        };
        let mail = row.kind.flow_mail();
        let attempt = Command::AttemptMail { mail, counter: row.counter };
        let taken = self.advance(slot, if stands { attempt } else { Command::Supersede });
        (taken && stands).then_some(self.world.mailbox)
    }

    /// What the mail server says to the mail in this node's hand.
    pub(crate) fn hand_over(
        &mut self,
        node: usize,
        heard: Heard,
        taken: bool,
        (reader, arrived): (Person, bool),
    ) {
        let Some(job) = self.world.nodes[node].job.as_mut() else { return };
        job.heard = Some(heard);
        let job = *job;
        if !taken {
            return;
        }
        self.events.push(Event::Taken { of: job.of, to: job.to });
        let letter = Letter {
            of: job.of,
            kind: job.kind,
            counter: job.counter,
            reader,
            same_code: job.same_code,
            stored: job.stored,
            arrived,
            taken_at: NOW,
            opened_at: None,
        };
        let alike = |one: &&mut Letter| {
            (one.of, one.kind, one.counter, one.reader)
                == (letter.of, letter.kind, letter.counter, letter.reader)
                && (one.same_code, one.stored) == (letter.same_code, letter.stored)
        };
        match self.world.letters.iter_mut().find(alike) {
            // The same code, or a link that does the same: a second letter makes the first one younger.
            Some(one) => one.taken_at = NOW,
            None => self.world.letters.push(letter),
        }
    }

    /// `outbox::settle`: only for whoever holds the row still.
    pub(crate) fn record(&mut self, node: usize) {
        let Some(job) = self.world.nodes[node].job.take() else { return };
        let row =
            self.world.outbox.iter().position(|row| {
                job.fenced && (row.of, row.kind, row.counter) == (job.of, job.kind, job.counter)
            });
        let (Some(row), Some(heard)) = (row, job.heard) else { return };
        if heard == Heard::Later {
            self.world.outbox[row].waits = true;
            return;
        }
        self.world.outbox.remove(row);
        let (mail, counter, accepted) = (job.kind.flow_mail(), job.counter, heard == Heard::Accepted);
        match job.of {
            Of::Flow(slot) => {
                let command = if accepted {
                    Command::RecordAcceptance { mail, counter }
                } else {
                    Command::RecordRejection { mail, counter }
                };
                self.advance(slot, command);
            }
            Of::Case => {
                let command = if accepted {
                    CaseCommand::RecordCodeAcceptance { counter }
                } else {
                    CaseCommand::RecordCodeRejection { counter }
                };
                self.by_system(&command);
            }
        }
    }

    /// Time passes. The mail server's time-out ends before the lease (`HAND_OVER` and `LEASE` of the service).
    pub(crate) fn tick(&mut self) {
        let counted = self.world.codes.clone();
        self.world.tick();
        if self.rules.is_broken(Break::BudgetNeverRefills) {
            self.world.codes = counted;
        }
        if !self.rules.is_broken(Break::HandOverOutlivesLease) {
            for job in self.world.nodes.iter_mut().filter_map(|node| node.job.as_mut()) {
                job.heard.get_or_insert(Heard::Later);
            }
        }
    }

    /// A process dies: what it had in memory is gone.
    pub(crate) fn crash(&mut self, node: usize) {
        let lost = std::mem::take(&mut self.world.nodes[node]);
        if let Some(job) = lost.job.filter(|_| self.rules.is_broken(Break::MailLostWithWorker)) {
            let rows = &mut self.world.outbox;
            rows.retain(|row| (row.of, row.kind, row.counter) != (job.of, job.kind, job.counter));
        }
        if self.rules.is_broken(Break::CrashRestoresBudget) {
            self.world.codes = clavero_protocol::SlidingLog::default();
        }
    }
}
