use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;

use super::*;
use crate::{Ruc, Sucursal};

const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn subject() -> Subject {
    let key = EmployerKey::new(Ruc::parse("1790011674001").unwrap(), Sucursal::FIRST).unwrap();
    Subject::Employer { key, email_version: 1 }
}

fn begun() -> Recovery {
    Recovery::begin(RecoveryId([1; 16]), subject(), START)
}

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// Takes the steps at their seconds; every one must be taken.
fn walk(recovery: Recovery, steps: &[(u64, Command)]) -> Recovery {
    steps.iter().fold(recovery, |recovery, (second, command)| {
        recovery.decide(*command, at(*second), &Policy::default()).unwrap().recovery
    })
}

const CODE: FlowMail = FlowMail::Code;
const LINK: FlowMail = FlowMail::Link;

const fn attempt(mail: FlowMail) -> Command {
    Command::AttemptMail { mail, counter: 1 }
}

const fn accepted(mail: FlowMail) -> Command {
    Command::RecordAcceptance { mail, counter: 1 }
}

fn with_link() -> Recovery {
    walk(
        begun(),
        &[
            (0, attempt(CODE)),
            (1, accepted(CODE)),
            (20, Command::SpendAttempt),
            (20, Command::AcceptCode { counter: 1 }),
            (21, attempt(LINK)),
            (22, accepted(LINK)),
        ],
    )
}

#[test]
fn the_clock_of_a_code_starts_when_the_mail_server_has_it() {
    let policy = Policy::default();
    let late = walk(begun(), &[(300, attempt(CODE)), (600, accepted(CODE))]);
    assert_eq!(late.state(at(600), &policy), State::CodeSent);
    assert!(late.decide(Command::SpendAttempt, at(779), &policy).is_ok());
    assert_eq!(late.decide(Command::SpendAttempt, at(780), &policy), Err(Refusal::CodeExpired));
}

#[test]
fn a_code_that_arrived_although_nobody_recorded_it_is_alive() {
    let sent = walk(begun(), &[(0, attempt(CODE))]);
    assert!(sent.decide(Command::SpendAttempt, at(900), &Policy::default()).is_ok());
}

#[test]
fn no_guess_is_judged_before_the_mail_was_attempted() {
    assert_eq!(begun().decide(Command::SpendAttempt, at(1), &Policy::default()), Err(Refusal::WrongState));
}

#[test]
fn the_sixth_guess_is_refused_and_a_new_code_brings_new_guesses() {
    let policy = Policy::default();
    let mut recovery = walk(begun(), &[(0, attempt(CODE)), (1, accepted(CODE))]);
    for _ in 0..5 {
        recovery = walk(recovery, &[(2, Command::SpendAttempt)]);
    }
    assert_eq!(recovery.decide(Command::SpendAttempt, at(3), &policy), Err(Refusal::CodeExhausted));
    let next =
        walk(recovery, &[(40, Command::ResendCode), (41, Command::AttemptMail { mail: CODE, counter: 2 })]);
    assert!(next.decide(Command::SpendAttempt, at(42), &policy).is_ok());
    assert_eq!(
        walk(next, &[(43, Command::SpendAttempt)]).decide(
            Command::AcceptCode { counter: 1 },
            at(44),
            &policy
        ),
        Err(Refusal::WrongState),
        "a code that was replaced opens nothing"
    );
}

#[test]
fn asking_again_while_the_mail_waits_neither_kills_nor_charges_it() {
    let waiting = walk(begun(), &[(0, attempt(CODE))]);
    let again = waiting.decide(Command::ResendCode, at(60), &Policy::default()).unwrap();
    assert_eq!((again.recovery, again.mail, again.act), (waiting, None, None));
}

#[test]
fn a_form_opened_in_time_may_be_sent_for_ten_minutes() {
    let policy = Policy::default();
    let recovery = with_link();
    assert_eq!(recovery.check_link(1, None, at(201), &policy), Ok(()));
    assert_eq!(recovery.check_link(1, None, at(202), &policy), Err(Refusal::LinkExpired));
    assert_eq!(recovery.check_link(1, Some(at(200)), at(799), &policy), Ok(()));
    assert_eq!(recovery.check_link(1, Some(at(200)), at(800), &policy), Err(Refusal::LinkExpired));
    assert_eq!(recovery.check_link(1, Some(at(202)), at(300), &policy), Err(Refusal::LinkExpired));
    let strict = Policy { form_ttl: Duration::ZERO, ..policy };
    assert_eq!(recovery.check_link(1, Some(at(200)), at(202), &strict), Err(Refusal::LinkExpired));
}

#[test]
fn a_link_sets_one_key() {
    let policy = Policy::default();
    let redeem = Command::Redeem { counter: 1, opened_at: None };
    let done = walk(with_link(), &[(30, redeem)]);
    assert_eq!(done.state(at(30), &policy), State::Completed);
    assert_eq!(done.decide(redeem, at(31), &policy), Err(Refusal::LinkUsed));
}

#[test]
fn the_code_alone_never_opens_the_form() {
    let policy = Policy::default();
    let recovery = walk(begun(), &[(0, attempt(CODE)), (1, accepted(CODE)), (2, Command::SpendAttempt)]);
    assert!(recovery.decide(Command::Redeem { counter: 1, opened_at: None }, at(3), &policy).is_err());
}

#[test]
fn a_decoy_walks_alike_and_gets_nowhere() {
    let policy = Policy::default();
    let decoy = Recovery::begin(RecoveryId([2; 16]), Subject::Decoy, START);
    let sent = walk(decoy, &[(0, attempt(CODE)), (1, accepted(CODE)), (2, Command::SpendAttempt)]);
    assert_eq!(sent.state(at(3), &policy), State::CodeSent);
    assert_eq!(sent.decide(Command::AcceptCode { counter: 1 }, at(3), &policy), Err(Refusal::WrongState));
}

#[test]
fn a_mail_that_would_arrive_dead_is_not_sent() {
    let policy = Policy::default();
    assert!(begun().decide(attempt(CODE), at(1_739), &policy).is_ok());
    assert_eq!(begun().decide(attempt(CODE), at(1_740), &policy), Err(Refusal::DeadMail));
}

#[test]
fn a_refused_address_leads_to_the_assisted_path_unless_the_flow_is_over() {
    let policy = Policy::default();
    let rejected = Command::RecordRejection { mail: CODE, counter: 1 };
    let recovery = walk(begun(), &[(0, attempt(CODE)), (1, rejected)]);
    assert_eq!(recovery.state(at(1), &policy), State::Assisted);
    let late = walk(begun(), &[(0, attempt(CODE))]);
    assert!(late.decide(rejected, at(1_801), &policy).is_err());
    assert_eq!(late.state(at(1_801), &policy), State::Expired);
}

#[test]
fn another_code_waits_half_a_minute_and_another_link_has_its_number() {
    let policy = Policy::default();
    let sent = walk(begun(), &[(0, attempt(CODE)), (1, accepted(CODE))]);
    let soon = Err(Refusal::TooSoon { retry_at: at(30) });
    assert_eq!(sent.decide(Command::ResendCode, at(29), &policy), soon);
    let again = sent.decide(Command::ResendCode, at(30), &policy).unwrap();
    assert_eq!((again.mail, again.act), (Some(CODE), Some(Act::CodeRequested)));
    // Codes are counted over all flows of an employer, not here.
    let mut codes = again.recovery;
    for counter in 2..8 {
        let second = u64::from(counter) * 30;
        let taken = [
            (second, Command::AttemptMail { mail: CODE, counter }),
            (second, Command::RecordAcceptance { mail: CODE, counter }),
            (second, Command::ResendCode),
        ];
        codes = walk(codes, &taken);
    }
    let mut links = with_link();
    for counter in 2..6 {
        let second = u64::from(counter) * 30;
        let taken = [
            (second, Command::ResendLink),
            (second, Command::AttemptMail { mail: LINK, counter }),
            (second, Command::RecordAcceptance { mail: LINK, counter }),
        ];
        links = walk(links, &taken);
    }
    assert_eq!(links.decide(Command::ResendLink, at(500), &policy), Err(Refusal::LinksExhausted));
    assert!(!links.can_send_another(at(200), &policy));
}

#[test]
fn another_mail_is_offered_as_long_as_it_would_arrive_alive() {
    let policy = Policy::default();
    assert!(begun().can_send_another(at(0), &policy));
    let sent = walk(begun(), &[(0, attempt(CODE)), (1, accepted(CODE))]);
    assert!(sent.can_send_another(at(2), &policy), "after a wait");
    assert!(sent.can_send_another(at(1_739), &policy));
    assert!(!sent.can_send_another(at(1_740), &policy));
    assert!(sent.decide(Command::ResendCode, at(1_739), &policy).is_ok());
    assert_eq!(sent.decide(Command::ResendCode, at(1_740), &policy), Err(Refusal::FlowExpired));
    let done = walk(with_link(), &[(30, Command::Redeem { counter: 1, opened_at: None })]);
    assert!(!done.can_send_another(at(31), &policy));
}

#[test]
fn only_the_mail_of_the_stage_is_sent_again_and_a_slips_link_is_not() {
    let policy = Policy::default();
    let code = walk(begun(), &[(0, attempt(CODE)), (1, accepted(CODE))]);
    assert_eq!(code.decide(Command::ResendLink, at(60), &policy), Err(Refusal::WrongState));
    assert_eq!(with_link().decide(Command::ResendCode, at(60), &policy), Err(Refusal::WrongState));
    let case = CaseId([3; 16]);
    let slip = Recovery::slip(RecoveryId([1; 16]), subject(), case, START);
    assert_eq!((slip.state(START, &policy), slip.origin.case()), (State::LinkSent, Some(case)));
    assert_eq!(slip.decide(Command::ResendLink, at(60), &policy), Err(Refusal::WrongState));
    let activation = Recovery::activation(RecoveryId([1; 16]), subject(), case, START);
    let activation = walk(activation, &[(0, attempt(LINK)), (1, accepted(LINK))]);
    assert_eq!(activation.origin.case(), Some(case));
    assert!(activation.decide(Command::ResendLink, at(60), &policy).is_ok());
}

#[test]
fn what_a_mail_server_says_of_another_mail_changes_nothing() {
    let policy = Policy::default();
    let again = [(0, attempt(CODE)), (1, accepted(CODE)), (40, Command::ResendCode)];
    let again = walk(begun(), &again);
    let again = walk(again, &[(41, Command::AttemptMail { mail: CODE, counter: 2 })]);
    let rejected = |mail, counter| Command::RecordRejection { mail, counter };
    for stale in [attempt(CODE), accepted(CODE), rejected(CODE, 1), rejected(LINK, 2)] {
        assert_eq!(again.decide(stale, at(42), &policy), Err(Refusal::StaleMail), "{stale:?}");
    }
    assert_eq!(begun().decide(accepted(CODE), at(1), &policy), Err(Refusal::StaleMail), "never attempted");
}

#[test]
fn a_code_that_was_counted_in_time_is_not_accepted_late() {
    let policy = Policy::default();
    let counted = walk(begun(), &[(0, attempt(CODE)), (1, accepted(CODE)), (180, Command::SpendAttempt)]);
    let accept = Command::AcceptCode { counter: 1 };
    assert!(counted.decide(accept, at(180), &policy).is_ok());
    assert_eq!(counted.decide(accept, at(181), &policy), Err(Refusal::CodeExpired));
}

#[test]
fn whoever_waits_for_a_mail_sees_that_it_is_under_way() {
    let policy = Policy::default();
    assert_eq!(begun().state(START, &policy), State::CodeQueued);
    assert_eq!(walk(begun(), &[(0, attempt(CODE))]).state(START, &policy), State::CodeQueued);
    let right = [(1, accepted(CODE)), (2, Command::SpendAttempt), (2, Command::AcceptCode { counter: 1 })];
    let link = walk(walk(begun(), &[(0, attempt(CODE))]), &right);
    assert_eq!(link.state(at(2), &policy), State::LinkQueued);
    assert_eq!(with_link().state(at(22), &policy), State::LinkSent);
}

#[test]
fn a_form_that_a_late_link_opened_may_be_finished_after_the_flow() {
    let policy = Policy::default();
    let right = [(1_680, Command::SpendAttempt), (1_680, Command::AcceptCode { counter: 1 })];
    let code = walk(begun(), &[(1_600, attempt(CODE)), (1_601, accepted(CODE))]);
    let late = walk(walk(code, &right), &[(1_700, attempt(LINK)), (1_701, accepted(LINK))]);
    // The link ends with the flow, the form ten minutes later.
    assert_eq!(late.link_ends_at(&policy), Some(at(1_800)));
    assert_eq!(late.state(at(2_399), &policy), State::LinkSent);
    assert_eq!(late.state(at(2_400), &policy), State::Expired);
    let redeem = Command::Redeem { counter: 1, opened_at: Some(at(1_799)) };
    assert!(late.decide(redeem, at(2_398), &policy).is_ok());
}

#[test]
fn each_word_is_of_its_own_and_is_read_back() {
    for reason in AssistedReason::ALL {
        assert_eq!(AssistedReason::parse(reason.as_str()), Some(reason));
    }
    assert_eq!(AssistedReason::parse(""), None);
    let acts: BTreeSet<_> = Act::ALL.into_iter().map(Act::as_str).collect();
    assert_eq!(acts.len(), Act::ALL.len());
    assert!(acts.iter().all(|word| word.starts_with("recovery.")), "{acts:?}");
    let queued = [State::CodeQueued, State::LinkQueued].map(State::as_str);
    let others = [State::CodeSent, State::LinkSent, State::Completed, State::Assisted, State::Expired];
    let others = others.map(State::as_str);
    // The words of the API: a change would break its clients.
    assert_eq!(queued, ["code_queued", "link_queued"]);
    assert_eq!(others, ["code_sent", "link_sent", "completed", "assisted", "expired"]);
}

fn any_command() -> impl Strategy<Value = Command> {
    let mail = prop_oneof![Just(CODE), Just(LINK)];
    let counter = 1_u32..4;
    let opened = prop::option::of((0_u64..4_000).prop_map(at));
    prop_oneof![
        4 => Just(Command::SpendAttempt),
        2 => counter.clone().prop_map(|counter| Command::AcceptCode { counter }),
        2 => Just(Command::ResendCode),
        2 => Just(Command::ResendLink),
        1 => Just(Command::LoseMailAccess),
        1 => Just(Command::Supersede),
        4 => (mail.clone(), counter.clone()).prop_map(|(mail, counter)| Command::AttemptMail { mail, counter }),
        4 => (mail.clone(), counter.clone()).prop_map(|(mail, counter)| Command::RecordAcceptance { mail, counter }),
        1 => (mail, counter.clone()).prop_map(|(mail, counter)| Command::RecordRejection { mail, counter }),
        3 => (counter, opened).prop_map(|(counter, opened_at)| Command::Redeem { counter, opened_at }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever is asked in whatever order: no key without a code and a link of this very flow, no more guesses than
    /// allowed, and what has ended stays ended.
    #[test]
    fn no_sequence_reaches_a_forbidden_state(
        steps in prop::collection::vec((0_u64..240, any_command()), 1..60),
    ) {
        let policy = Policy::default();
        let mut recovery = begun();
        let (mut now, mut guesses, mut code_accepted, mut link_attempted) = (0, 0_u32, false, false);
        for (wait, command) in steps {
            now += wait;
            let ended = recovery.has_ended(at(now), &policy);
            let state = recovery.state(at(now), &policy);
            let Ok(next) = recovery.decide(command, at(now), &policy) else { continue };
            if ended {
                // The flow's own end is settled; only the mark "superseded" may still be put on one that ran out.
                let harmless = matches!(command, Command::Supersede | Command::RecordAcceptance { .. });
                prop_assert!(harmless);
                prop_assert_eq!(next.recovery.state(at(now), &policy), state);
            }
            match command {
                Command::SpendAttempt => guesses += 1,
                Command::ResendCode if next.mail.is_some() => guesses = 0,
                Command::AcceptCode { .. } => { prop_assert!(guesses > 0); code_accepted = true; }
                Command::AttemptMail { mail: FlowMail::Link, .. } => link_attempted = true,
                Command::Redeem { .. } => prop_assert!(code_accepted && link_attempted),
                _ => {}
            }
            prop_assert!(guesses <= u32::from(policy.code_attempts));
            recovery = next.recovery;
        }
    }

    /// Time alone only ever ends things.
    #[test]
    fn time_never_revives_what_ended(
        steps in prop::collection::vec((0_u64..120, any_command()), 0..20), early in 0_u64..8_000, later in 0_u64..8_000,
    ) {
        let policy = Policy::default();
        let mut recovery = begun();
        let mut now = 0;
        for (wait, command) in steps {
            now += wait;
            if let Ok(next) = recovery.decide(command, at(now), &policy) { recovery = next.recovery; }
        }
        let (early, late) = (at(now + early), at(now + early + later));
        if recovery.has_ended(early, &policy) {
            prop_assert!(recovery.has_ended(late, &policy));
        }
        for counter in 1..4 {
            if recovery.check_link(counter, None, early, &policy).is_err() {
                prop_assert!(recovery.check_link(counter, None, late, &policy).is_err());
            }
        }
    }
}
