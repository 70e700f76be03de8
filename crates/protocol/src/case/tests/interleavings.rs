//! Cases and recoveries of one employer at the same time, in any order (identity-idp#11762): they meet in one place, the
//! credential, and never contradict each other there.

use proptest::prelude::*;

use super::*;
use crate::{Command, FlowMail, Policy, Recovery, Subject};

/// The employer as the store has it, and everything that is going on around it.
struct Employer {
    email: Option<Mark>,
    email_version: u32,
    has_key: bool,
    cases: Vec<AssistedCase>,
    recoveries: Vec<Recovery>,
    next: u8,
    keys_set: u32,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// An officer's or applicant's command on one of two cases.
    Case {
        which: usize,
        actor: CaseActor,
        kind: u8,
        honest: bool,
    },
    /// What honest people would do next with one of two cases.
    Guided {
        which: usize,
        officer: usize,
    },
    BeginOnline,
    Recovery {
        which: usize,
        command: Command,
    },
}

fn actors() -> impl Strategy<Value = CaseActor> {
    let officer = (0..3_usize, 0..4_usize).prop_map(|(who, role)| CaseActor::Officer {
        id: [ANA, BETO, CARLA][who],
        role: [Role::Desk, Role::Desk, Role::Supervisor, Role::Auditor][role],
    });
    prop_oneof![
        8 => officer,
        3 => Just(CaseActor::Applicant),
        1 => Just(CaseActor::OldMailbox),
        3 => Just(CaseActor::System),
    ]
}

fn recovery_commands() -> impl Strategy<Value = Command> {
    let mail = || prop_oneof![Just(FlowMail::Code), Just(FlowMail::Link)];
    prop_oneof![
        Just(Command::SpendAttempt),
        Just(Command::AcceptCode { counter: 1 }),
        Just(Command::ResendLink),
        (mail(), 1..3_u32).prop_map(|(mail, counter)| Command::AttemptMail { mail, counter }),
        (mail(), 1..3_u32).prop_map(|(mail, counter)| Command::RecordAcceptance { mail, counter }),
        (1..3_u32).prop_map(|counter| Command::Redeem { counter, opened_at: None }),
    ]
}

fn steps() -> impl Strategy<Value = (u64, Step)> {
    let case = (0..2_usize, actors(), 0..18_u8, prop::bool::weighted(0.9))
        .prop_map(|(which, actor, kind, honest)| Step::Case { which, actor, kind, honest });
    let recovery =
        (0..4_usize, recovery_commands()).prop_map(|(which, command)| Step::Recovery { which, command });
    let wait = prop_oneof![40 => 0..20_u64, 1 => 0..100_000_u64];
    let guided = (0..2_usize, 0..3_usize).prop_map(|(which, officer)| Step::Guided { which, officer });
    (wait, prop_oneof![16 => guided, 5 => case, 1 => Just(Step::BeginOnline), 3 => recovery])
}

impl Employer {
    fn facts(&self, which: usize) -> Facts {
        let frozen = |case: &AssistedCase| matches!(case.stage, CaseStage::Frozen { .. });
        let sibling_frozen =
            self.cases.iter().enumerate().any(|(place, case)| place != which && frozen(case));
        let first_key = !self.has_key;
        Facts { email: self.email, tax: TaxState::Active, first_key, sibling_frozen }
    }

    fn subject(&self) -> Subject {
        Subject::Employer { key: employer(), email_version: self.email_version }
    }

    fn recovery_id(&mut self) -> RecoveryId {
        self.next += 1;
        RecoveryId([self.next; 16])
    }

    /// A command of this kind that would fit, as the page that shows the case would send it.
    fn command(
        &mut self,
        which: usize,
        actor: CaseActor,
        (kind, honest): (u8, bool),
        now: Timestamp,
    ) -> CaseCommand {
        let (case, facts) = (self.cases[which].clone(), self.facts(which));
        let counter = case.mailbox.codes;
        let officer = actor.officer().unwrap_or(ANA);
        let asked = case.asked().map_or([0; 32], |asked| asked.digest);
        let touch = |decision| Touch {
            officer: if honest { officer } else { CARLA },
            purpose: case.purpose(decision, &asked),
            at: now,
        };
        match kind {
            0 => CaseCommand::GiveDetails(details(if honest { Some(NEW) } else { None })),
            1 => CaseCommand::SendCode,
            2 => CaseCommand::AttemptCodeMail { counter },
            3 => CaseCommand::RecordCodeAcceptance { counter },
            4 => CaseCommand::SpendAttempt,
            5 => CaseCommand::AcceptCode { counter },
            6 => CaseCommand::Take { over: !honest },
            7 => CaseCommand::Identify(SEEN),
            8 => found(0, if honest { Finding::CopyKept } else { Finding::Missing }),
            9 => CaseCommand::AskApproval { digest: case.proposal(&facts).digest },
            10 | 11 => CaseCommand::Approve { digest: asked, touch: touch(Decision::Approval) },
            12 => CaseCommand::Return,
            13 => CaseCommand::Reject,
            14 | 15 => {
                let recovery = self.recovery_id();
                let slip = case.asked_proposal().is_some_and(|proposal| proposal.route() == Route::Slip);
                let start = if slip { Start::Slip { secret: [4; 32] } } else { Start::Mail { recovery } };
                CaseCommand::HandOver { touch: touch(Decision::HandOver), start }
            }
            16 => match actor {
                CaseActor::OldMailbox => CaseCommand::Stop,
                _ => CaseCommand::Unfreeze,
            },
            _ => CaseCommand::UseSlip { secret: [4; 32], recovery: self.recovery_id() },
        }
    }

    fn decide(
        &self,
        which: usize,
        actor: CaseActor,
        command: &CaseCommand,
        now: Timestamp,
    ) -> Result<CaseTransition, CaseRefusal> {
        let (facts, policy) = (self.facts(which), Policy::default());
        self.cases[which].decide(actor, command, Moment { now, facts: &facts, policy: &policy })
    }

    /// What honest people would do next.
    fn go_on(&mut self, which: usize, officer: OfficerId, now: Timestamp) -> Result<(), TestCaseError> {
        let case = &self.cases[which];
        let officer = supervisor(officer);
        let proof = match case.mailbox.issue.map(|issue| issue.handoff) {
            _ if case.details.is_none() => (CaseActor::Applicant, 0),
            _ if case.mailbox.verified_at.is_some() => (officer, 6),
            None => (CaseActor::Applicant, 1),
            Some(crate::Handoff::Queued) => (CaseActor::System, 2),
            Some(crate::Handoff::Attempted) => (CaseActor::System, 3),
            Some(_) if case.mailbox.attempts == 0 => (CaseActor::Applicant, 4),
            Some(_) => (CaseActor::Applicant, 5),
        };
        let (actor, kind) = match &case.stage {
            CaseStage::Opened | CaseStage::Ready | CaseStage::Returned { .. } => proof,
            CaseStage::AtDesk(desk) => {
                let kind = match (case.identification, case.documents[0].found) {
                    (None, _) => 7,
                    (_, None | Some((Finding::Missing, _))) => 8,
                    _ => 9,
                };
                (supervisor(desk.officer), kind)
            }
            CaseStage::AwaitingApproval(_) => (officer, 10),
            CaseStage::Approved(_) => (officer, 14),
            CaseStage::Frozen { .. } => (officer, 16),
            CaseStage::Activated(..) => return self.follow_activation(which, now),
            CaseStage::Closed(..) | CaseStage::Rejected { .. } | CaseStage::Superseded { .. } => {
                return Ok(());
            }
        };
        let command = self.command(which, actor, (kind, true), now);
        if let Ok(next) = self.decide(which, actor, &command, now) {
            self.save(which, next, now);
        }
        Ok(())
    }

    fn follow_activation(&mut self, which: usize, now: Timestamp) -> Result<(), TestCaseError> {
        let activation = self.cases[which].activation();
        let Some(place) = self.recoveries.iter().position(|one| Some(one.id) == activation) else {
            return Ok(());
        };
        let Some((mail, issue)) = self.recoveries[place].issue() else { return Ok(()) };
        let counter = issue.counter;
        let command = match issue.handoff {
            crate::Handoff::Queued => Command::AttemptMail { mail, counter },
            crate::Handoff::Attempted => Command::RecordAcceptance { mail, counter },
            crate::Handoff::Accepted(_) => Command::Redeem { counter, opened_at: None },
        };
        self.advance(self.recoveries.len() - 1 - place, command, now)
    }

    /// Saves a transition as the store does.
    fn save(&mut self, which: usize, next: CaseTransition, now: Timestamp) {
        let id = next.case.id;
        self.cases[which] = next.case;
        for effect in next.effects {
            match effect {
                CaseEffect::Apply(proposal) => {
                    if let Some(email) = proposal.mailbox.filter(|email| Some(*email) != self.email) {
                        self.email = Some(email);
                        self.email_version += 1;
                        self.end(now, |_| true);
                    }
                }
                CaseEffect::EndActivation(ended) => self.end(now, |recovery| recovery.id == ended),
                CaseEffect::BeginActivation(new) => {
                    self.recoveries.push(Recovery::activation(new, self.subject(), id, now));
                }
                CaseEffect::OpenSlip(new) => {
                    self.recoveries.push(Recovery::slip(new, self.subject(), id, now));
                }
                CaseEffect::SupersedeOthers => self.supersede_others(which, now),
                CaseEffect::MailCode { .. }
                | CaseEffect::TellOldMailbox
                | CaseEffect::Tell(_)
                | CaseEffect::ChargeEmailChange(_) => {}
            }
        }
    }

    fn supersede_others(&mut self, which: usize, now: Timestamp) {
        for other in (0..self.cases.len()).filter(|other| *other != which) {
            if let Ok(next) = self.decide(other, CaseActor::System, &CaseCommand::Supersede, now) {
                self.save(other, next, now);
            }
        }
    }

    fn end(&mut self, now: Timestamp, which: impl Fn(&Recovery) -> bool) {
        for recovery in self.recoveries.iter_mut().filter(|recovery| which(recovery)) {
            if let Ok(next) = recovery.decide(Command::Supersede, now, &Policy::default()) {
                *recovery = next.recovery;
            }
        }
    }

    /// One step of a recovery; a key that is set closes the case it came from, in the same transaction.
    fn advance(&mut self, which: usize, command: Command, now: Timestamp) -> Result<(), TestCaseError> {
        let Some(recovery) =
            self.recoveries.len().checked_sub(which + 1).map(|place| self.recoveries[place].clone())
        else {
            return Ok(());
        };
        let Ok(next) = recovery.decide(command, now, &Policy::default()) else { return Ok(()) };
        if matches!(command, Command::Redeem { .. }) {
            if let Some(case) = recovery.origin.case() {
                let place = self.cases.iter().position(|one| one.id == case).expect("its case");
                self.check_before_key(place)?;
                let close = CaseCommand::Close { recovery: recovery.id };
                let closed = self.decide(place, CaseActor::System, &close, now);
                prop_assert!(closed.is_ok(), "a live activation whose case does not close: {closed:?}");
                self.save(place, closed.expect("checked"), now);
            } else if let Subject::Employer { email_version, .. } = &recovery.subject {
                prop_assert_eq!(*email_version, self.email_version, "a link to an address that was replaced");
            }
            self.keys_set += 1;
            self.has_key = true;
            self.end(now, |other| other.id != recovery.id);
        }
        let place = self.recoveries.iter().position(|one| one.id == recovery.id).expect("itself");
        self.recoveries[place] = next.recovery;
        Ok(())
    }

    /// Four eyes, and exactly what was approved.
    fn check_before_key(&self, place: usize) -> Result<(), TestCaseError> {
        let case = &self.cases[place];
        prop_assert!(matches!(case.stage, CaseStage::Activated(..)));
        let approval = case.approval().expect("activated");
        let proposal = case.asked_proposal().expect("asked");
        prop_assert_ne!(approval.by, approval.asked.by);
        prop_assert_eq!(proposal.digest, approval.asked.digest);
        if proposal.mailbox.is_some() {
            prop_assert!(case.mailbox.verified_at.is_some());
            prop_assert_eq!(self.email, proposal.mailbox);
        }
        Ok(())
    }

    fn check(&self, now: Timestamp) -> Result<(), TestCaseError> {
        let policy = Policy::default();
        let activated = |case: &&AssistedCase| matches!(case.stage, CaseStage::Activated(..));
        prop_assert!(self.cases.iter().filter(activated).count() <= 1, "two hand-overs at once");
        for case in &self.cases {
            if let Some(approval) = case.approval() {
                prop_assert_ne!(approval.by, approval.asked.by);
            }
            let alive = |recovery: &&Recovery| {
                recovery.origin.case() == Some(case.id) && !recovery.has_ended(now, &policy)
            };
            let live = self.recoveries.iter().filter(alive).count();
            prop_assert!(live <= 1);
            if !matches!(case.stage, CaseStage::Activated(..)) {
                prop_assert_eq!(live, 0, "a way to a key without a case behind it: {:?}", case.stage);
            }
        }
        Ok(())
    }
}

fn run(steps: Vec<(u64, Step)>, email: Option<Mark>) -> Result<u32, TestCaseError> {
    let policy = Policy::default();
    let mut world = Employer {
        email,
        email_version: 1,
        has_key: email.is_some(),
        cases: vec![opened(1), opened(2)],
        recoveries: Vec::new(),
        next: 10,
        keys_set: 0,
    };
    let mut now = START;
    for (wait, step) in steps {
        now = now + Duration::from_secs(wait);
        let before: Vec<CaseState> = world.cases.iter().map(|case| case.state(now, &policy)).collect();
        match step {
            Step::Case { which, actor, kind, honest } => {
                let command = world.command(which, actor, (kind, honest), now);
                if let Ok(next) = world.decide(which, actor, &command, now) {
                    prop_assert!(may(actor, &command), "{actor:?} did {command:?}");
                    world.save(which, next, now);
                }
            }
            Step::Guided { which, officer } => world.go_on(which, [ANA, BETO, CARLA][officer], now)?,
            Step::BeginOnline if world.has_key && world.email.is_some() => {
                let id = world.recovery_id();
                let recovery = Recovery::begin(id, world.subject(), now);
                world.recoveries.push(recovery);
            }
            Step::BeginOnline => {}
            Step::Recovery { which, command } => world.advance(which, command, now)?,
        }
        world.check(now)?;
        for (case, before) in world.cases.iter().zip(before) {
            if before.has_ended() {
                prop_assert_eq!(case.state(now, &policy), before, "what has ended stays so");
            }
        }
    }
    Ok(world.keys_set)
}

/// Who may do what, written a second time and in another way.
fn may(actor: CaseActor, command: &CaseCommand) -> bool {
    use CaseCommand as C;
    match actor {
        CaseActor::System => matches!(
            command,
            C::AttemptCodeMail { .. } | C::RecordCodeAcceptance { .. } | C::Close { .. } | C::Supersede
        ),
        CaseActor::OldMailbox => *command == C::Stop,
        CaseActor::Applicant => matches!(
            command,
            C::GiveDetails(_) | C::SendCode | C::SpendAttempt | C::AcceptCode { .. } | C::UseSlip { .. }
        ),
        CaseActor::Officer { role: Role::Auditor | Role::Admin, .. } => false,
        CaseActor::Officer { role, .. } => *command != C::Unfreeze || role == Role::Supervisor,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_case_and_a_recovery_of_one_employer_never_contradict_each_other(
        steps in prop::collection::vec(steps(), 1..120),
        email in prop_oneof![Just(Some(OLD)), Just(Some(NEW)), Just(None)],
    ) {
        run(steps, email)?;
    }
}

/// The property says nothing if the steps never get anywhere.
#[test]
fn the_steps_reach_the_key() {
    use proptest::{strategy::ValueTree as _, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let sequences = prop::collection::vec(steps(), 100);
    let reached: u32 = (0..60)
        .map(|_| {
            run(sequences.new_tree(&mut runner).expect("steps").current(), Some(OLD))
                .expect("no contradiction")
        })
        .sum();
    assert!(reached >= 20, "{reached} keys in 60 sequences");
}
