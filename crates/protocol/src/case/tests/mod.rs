//! Each rule of the desk, tried and refused by its name; the proof of a mailbox in [`mailbox`], the less travelled ways in
//! [`ways`], the interleavings in [`interleavings`].

mod interleavings;
mod mailbox;
mod ways;

use std::{borrow::Borrow, time::Duration};

use super::*;
use crate::{Ruc, Sucursal, TaxState};

const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const ANA: OfficerId = OfficerId([1; 16]);
const BETO: OfficerId = OfficerId([2; 16]);
const CARLA: OfficerId = OfficerId([3; 16]);
const OLD: Mark = Mark([10; 16]);
const NEW: Mark = Mark([11; 16]);

const FACTS: Facts =
    Facts { email: Some(OLD), tax: TaxState::Active, first_key: false, sibling_frozen: false };

fn employer() -> EmployerKey {
    EmployerKey::new(Ruc::parse("1790011674001").unwrap(), Sucursal::FIRST).unwrap()
}

fn opened(number: u8) -> AssistedCase {
    let needs = [Need::Always, Need::ThirdParty, Need::RepresentativeChange];
    AssistedCase::open(CaseId([number; 16]), employer(), AssistedReason::NoMailAccess, &needs, START)
}

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

const fn desk(id: OfficerId) -> CaseActor {
    CaseActor::Officer { id, role: Role::Desk }
}

const fn supervisor(id: OfficerId) -> CaseActor {
    CaseActor::Officer { id, role: Role::Supervisor }
}

const fn details(email: Option<Mark>) -> Details {
    Details { applicant: Applicant::InPerson, contact: Mark([9; 16]), email, representative: None, centre: 0 }
}

const fn moment<'a>(second: u64, facts: &'a Facts, policy: &'a Policy) -> Moment<'a> {
    let now = Timestamp::from_micros(START.as_micros() + second.cast_signed() * 1_000_000);
    Moment { now, facts, policy }
}

const SEEN: Identification = Identification { whom: Mark([8; 16]), how: IdentifiedBy::Cedula };

fn decide(
    case: &AssistedCase,
    actor: CaseActor,
    command: impl Borrow<CaseCommand>,
    second: u64,
) -> Result<CaseTransition, CaseRefusal> {
    case.decide(actor, command.borrow(), moment(second, &FACTS, &Policy::default()))
}

fn step(
    case: &AssistedCase,
    actor: CaseActor,
    command: impl Borrow<CaseCommand>,
    second: u64,
) -> AssistedCase {
    decide(case, actor, command, second).unwrap().case
}

fn found(place: usize, finding: Finding) -> CaseCommand {
    CaseCommand::CheckDocuments(vec![DocumentAnswer { place, finding, remark: None }])
}

/// A case whose mailbox was proven online.
fn proven() -> AssistedCase {
    let applicant = |case, command| step(&case, CaseActor::Applicant, command, 1);
    let system = |case, command| step(&case, CaseActor::System, command, 1);
    let case = applicant(opened(1), CaseCommand::GiveDetails(details(Some(NEW))));
    let case = applicant(case, CaseCommand::SendCode);
    let case = system(case, CaseCommand::AttemptCodeMail { counter: 1 });
    let case = system(case, CaseCommand::RecordCodeAcceptance { counter: 1 });
    let case = applicant(case, CaseCommand::SpendAttempt);
    applicant(case, CaseCommand::AcceptCode { counter: 1 })
}

/// In Ana's hand, with everything there.
fn checked(case: &AssistedCase) -> AssistedCase {
    let case = step(case, desk(ANA), CaseCommand::Take { over: false }, 2);
    let case = step(&case, desk(ANA), found(0, Finding::CopyKept), 3);
    step(&case, desk(ANA), CaseCommand::Identify(SEEN), 4)
}

fn asked(case: &AssistedCase) -> AssistedCase {
    let case = checked(case);
    let digest = case.proposal(&FACTS).digest;
    step(&case, desk(ANA), CaseCommand::AskApproval { digest }, 5)
}

fn touch(case: &AssistedCase, officer: OfficerId, decision: Decision, second: u64) -> Touch {
    let purpose = case.purpose(decision, &case.asked().unwrap().digest);
    Touch { officer, purpose, at: at(second) }
}

fn approval(case: &AssistedCase, officer: OfficerId, second: u64) -> CaseCommand {
    let digest = case.asked().unwrap().digest;
    CaseCommand::Approve { digest, touch: touch(case, officer, Decision::Approval, second) }
}

fn approved(case: &AssistedCase) -> AssistedCase {
    let case = asked(case);
    step(&case, desk(BETO), approval(&case, BETO, 6), 6)
}

fn hand_over(case: &AssistedCase, officer: OfficerId, second: u64) -> CaseCommand {
    let touch = touch(case, officer, Decision::HandOver, second);
    CaseCommand::HandOver { touch, start: Start::Mail { recovery: RecoveryId([7; 16]) } }
}

fn refused(
    case: &AssistedCase,
    actor: CaseActor,
    command: impl Borrow<CaseCommand>,
    second: u64,
) -> CaseRefusal {
    decide(case, actor, command, second).unwrap_err()
}

#[test]
fn the_whole_way_tells_the_old_mailbox_and_ends_with_the_key() {
    let case = checked(&proven());
    let digest = case.proposal(&FACTS).digest;
    let ask = decide(&case, desk(ANA), CaseCommand::AskApproval { digest }, 5).unwrap();
    assert_eq!(ask.effects, [CaseEffect::ChargeEmailChange(ANA), CaseEffect::TellOldMailbox]);
    let case = step(&ask.case, desk(BETO), approval(&ask.case, BETO, 6), 6);
    let handed = decide(&case, desk(ANA), hand_over(&case, ANA, 7), 7).unwrap();
    let proposal = case.asked_proposal().unwrap();
    assert_eq!(proposal.new_email(), Some(NEW));
    let begin = CaseEffect::BeginActivation(RecoveryId([7; 16]));
    assert_eq!(handed.effects, [CaseEffect::Apply(proposal), CaseEffect::SupersedeOthers, begin]);
    let close = CaseCommand::Close { recovery: RecoveryId([7; 16]) };
    let case = step(&handed.case, CaseActor::System, close, 8);
    assert_eq!(case.state(at(9_000_000), &Policy::default()), CaseState::Closed);
}

#[test]
fn who_asks_never_approves_returns_or_rejects() {
    let case = asked(&proven());
    assert_eq!(refused(&case, desk(ANA), approval(&case, ANA, 6), 6), CaseRefusal::OwnRequest);
    // A supervisor is no exception.
    assert_eq!(refused(&case, supervisor(ANA), approval(&case, ANA, 6), 6), CaseRefusal::OwnRequest);
    assert_eq!(refused(&case, desk(ANA), CaseCommand::Return, 6), CaseRefusal::OwnRequest);
    assert_eq!(refused(&case, desk(ANA), CaseCommand::Reject, 6), CaseRefusal::OwnRequest);
}

#[test]
fn auditor_and_admin_have_no_part_in_a_case() {
    let case = asked(&proven());
    for role in [Role::Auditor, Role::Admin] {
        let actor = CaseActor::Officer { id: CARLA, role };
        for command in [approval(&case, CARLA, 6), CaseCommand::Return, CaseCommand::Reject] {
            assert_eq!(refused(&case, actor, command, 6), CaseRefusal::RoleForbids);
        }
        let take = CaseCommand::Take { over: true };
        assert_eq!(refused(&proven(), actor, take, 6), CaseRefusal::RoleForbids);
    }
}

#[test]
fn an_approval_needs_a_fresh_touch_of_that_officer_for_exactly_this() {
    let case = asked(&proven());
    let digest = case.asked().unwrap().digest;
    let with = |touch| refused(&case, desk(BETO), CaseCommand::Approve { digest, touch }, 200);
    assert_eq!(with(touch(&case, CARLA, Decision::Approval, 199)), CaseRefusal::TouchForAnother);
    assert_eq!(with(touch(&case, BETO, Decision::HandOver, 199)), CaseRefusal::TouchForAnother);
    assert_eq!(with(touch(&case, BETO, Decision::Approval, 80)), CaseRefusal::TouchStale);
    assert_eq!(with(touch(&case, BETO, Decision::Approval, 201)), CaseRefusal::TouchStale);
    let twin = AssistedCase { id: CaseId([99; 16]), ..case.clone() };
    assert_eq!(with(touch(&twin, BETO, Decision::Approval, 199)), CaseRefusal::TouchForAnother);
}

#[test]
fn a_hand_over_that_is_started_again_needs_another_touch_and_ends_the_first() {
    let case = approved(&proven());
    let first = hand_over(&case, ANA, 7);
    let case = step(&case, desk(ANA), &first, 7);
    let facts = Facts { email: Some(NEW), ..FACTS };
    let policy = Policy::default();
    let again = |command| case.decide(desk(ANA), &command, moment(8, &facts, &policy));
    assert_eq!(again(first), Err(CaseRefusal::TouchForAnother));
    let second = again(hand_over(&case, ANA, 8)).unwrap();
    assert_eq!(second.effects[0], CaseEffect::EndActivation(RecoveryId([7; 16])));
    // Written over since by an import: an old approval does not bring it back.
    let stale = case.decide(desk(ANA), &hand_over(&case, ANA, 8), moment(8, &FACTS, &policy));
    assert_eq!(stale, Err(CaseRefusal::RegistryChanged));
}

#[test]
fn what_is_approved_is_what_was_asked_for() {
    let case = asked(&proven());
    let CaseCommand::Approve { touch, .. } = approval(&case, BETO, 6) else { unreachable!() };
    let other = CaseCommand::Approve { digest: [0; 32], touch };
    assert_eq!(refused(&case, desk(BETO), other, 6), CaseRefusal::FormChanged);
    let moved = Facts { email: Some(Mark([77; 16])), ..FACTS };
    let policy = Policy::default();
    let late = case.decide(desk(BETO), &approval(&case, BETO, 6), moment(6, &moved, &policy));
    assert_eq!(late, Err(CaseRefusal::RegistryChanged));
    // Everything that it rests on is part of the form.
    let base = checked(&proven());
    let form = |case: &AssistedCase| case.proposal(&FACTS).digest;
    let change = |command| form(&step(&base, desk(ANA), command, 6));
    let mut forms = vec![
        form(&base),
        change(found(0, Finding::OriginalSeen)),
        change(CaseCommand::CheckDocuments(vec![DocumentAnswer {
            place: 0,
            finding: Finding::CopyKept,
            remark: Some(NEW),
        }])),
        change(CaseCommand::Identify(Identification { whom: NEW, ..SEEN })),
        change(CaseCommand::Identify(Identification { how: IdentifiedBy::Passport, ..SEEN })),
        change(CaseCommand::GiveGround(NEW)),
        change(CaseCommand::GiveDetails(details(None))),
        change(CaseCommand::GiveDetails(Details { representative: Some(NEW), ..details(Some(NEW)) })),
        change(CaseCommand::GiveDetails(Details { contact: NEW, ..details(Some(NEW)) })),
    ];
    forms.sort_unstable();
    forms.dedup();
    assert_eq!(forms.len(), 9);
}

#[test]
fn nothing_is_asked_for_before_everything_is_there() {
    let ask = |case: &AssistedCase, facts: &Facts| {
        let command = CaseCommand::AskApproval { digest: case.proposal(facts).digest };
        case.decide(desk(ANA), &command, moment(9, facts, &Policy::default()))
    };
    let give = |case: &AssistedCase, details| step(case, desk(ANA), CaseCommand::GiveDetails(details), 8);
    let taken = step(&opened(1), desk(ANA), CaseCommand::Take { over: false }, 2);
    assert_eq!(ask(&taken, &FACTS), Err(CaseRefusal::DetailsMissing));
    let decoy = AssistedCase { matched: false, ..taken.clone() };
    assert_eq!(ask(&decoy, &FACTS), Err(CaseRefusal::DataMismatch));
    let told = give(&taken, details(None));
    assert_eq!(ask(&told, &FACTS), Err(CaseRefusal::NotIdentified));
    let seen = step(&told, desk(ANA), CaseCommand::Identify(SEEN), 8);
    assert_eq!(ask(&seen, &FACTS), Err(CaseRefusal::DocumentsMissing));
    let whole = step(&seen, desk(ANA), found(0, Finding::NotNeeded), 8);
    assert!(ask(&whole, &FACTS).is_ok());
    assert_eq!(ask(&give(&whole, details(Some(NEW))), &FACTS), Err(CaseRefusal::EmailUnverified));
    let third = Details { applicant: Applicant::ThirdParty, ..details(None) };
    let third = give(&whole, third);
    assert_eq!(ask(&third, &FACTS), Err(CaseRefusal::PowerMissing));
    // What a rule asks for cannot be waved away.
    let waved = step(&third, desk(ANA), found(1, Finding::NotNeeded), 8);
    assert_eq!(ask(&waved, &FACTS), Err(CaseRefusal::PowerMissing));
    let empowered = step(&third, desk(ANA), found(1, Finding::OriginalSeen), 8);
    assert!(ask(&empowered, &FACTS).is_ok());
    let successor = give(&whole, Details { representative: Some(NEW), ..details(None) });
    assert_eq!(ask(&successor, &FACTS), Err(CaseRefusal::AppointmentMissing));
    let unlisted = AssistedCase { documents: whole.documents[..2].to_vec(), ..successor.clone() };
    assert_eq!(ask(&unlisted, &FACTS), Err(CaseRefusal::AppointmentMissing));
    let appointed = step(&successor, desk(ANA), found(2, Finding::OriginalSeen), 8);
    assert!(ask(&appointed, &FACTS).is_ok());
    let closed = Facts { tax: TaxState::Closed, ..FACTS };
    assert_eq!(ask(&whole, &closed), Err(CaseRefusal::GroundMissing));
    let grounded = step(&whole, desk(ANA), CaseCommand::GiveGround(NEW), 8);
    assert!(ask(&grounded, &closed).is_ok());
    assert_eq!(refused(&whole, desk(ANA), found(3, Finding::Missing), 8), CaseRefusal::NoSuchDocument);
}

#[test]
fn a_second_officer_is_told_who_has_it_and_takes_over_late_or_as_a_supervisor() {
    let case = checked(&proven());
    let over = CaseCommand::Take { over: true };
    let held = CaseRefusal::HeldByAnother { officer: ANA, since: at(4), free_at: at(4 + 1_800) };
    assert_eq!(refused(&case, desk(BETO), CaseCommand::Take { over: false }, 5), held);
    assert_eq!(refused(&case, desk(BETO), &over, 4 + 1_799), held);
    assert_eq!(refused(&case, desk(BETO), CaseCommand::Identify(SEEN), 5), held);
    assert_eq!(decide(&case, desk(BETO), &over, 4 + 1_800).unwrap().act, Some(CaseAct::TakenOver));
    let taken = step(&case, supervisor(CARLA), over, 5);
    let lost = refused(&taken, desk(ANA), CaseCommand::Identify(SEEN), 6);
    assert!(matches!(lost, CaseRefusal::HeldByAnother { officer: CARLA, .. }));
}

#[test]
fn the_applicant_changes_nothing_once_an_officer_has_it() {
    let case = checked(&proven());
    let give = CaseCommand::GiveDetails(details(Some(Mark([66; 16]))));
    assert_eq!(refused(&case, CaseActor::Applicant, &give, 5), CaseRefusal::WrongState);
    assert_eq!(refused(&asked(&proven()), CaseActor::Applicant, give, 6), CaseRefusal::WrongState);
}

#[test]
fn another_address_has_to_be_proven_anew_and_no_code_of_the_first_counts() {
    let case = proven();
    assert!(case.mailbox.verified_at.is_some());
    let give = |email| CaseCommand::GiveDetails(details(Some(email)));
    let same = step(&case, CaseActor::Applicant, give(NEW), 2);
    assert!(same.mailbox.verified_at.is_some());
    let other = step(&case, CaseActor::Applicant, give(OLD), 2);
    assert_eq!(other.mailbox.verified_at, None);
    let guess = |case: &AssistedCase| decide(case, CaseActor::Applicant, CaseCommand::SpendAttempt, 3);
    assert_eq!(guess(&other), Err(CaseRefusal::NoCode));
    let sent = decide(&other, CaseActor::Applicant, CaseCommand::SendCode, 3).unwrap();
    assert_eq!(sent.effects, [CaseEffect::MailCode { counter: 2 }]);
}

#[test]
fn five_guesses_and_three_minutes_from_hand_off() {
    let case = step(&opened(1), CaseActor::Applicant, CaseCommand::GiveDetails(details(Some(NEW))), 0);
    let case = step(&case, CaseActor::Applicant, CaseCommand::SendCode, 0);
    assert_eq!(refused(&case, CaseActor::Applicant, CaseCommand::SpendAttempt, 1), CaseRefusal::NoCode);
    let case = step(&case, CaseActor::System, CaseCommand::AttemptCodeMail { counter: 1 }, 100);
    let case = step(&case, CaseActor::System, CaseCommand::RecordCodeAcceptance { counter: 1 }, 100);
    let early = CaseCommand::AcceptCode { counter: 1 };
    assert_eq!(refused(&case, CaseActor::Applicant, early, 101), CaseRefusal::NoCode, "never uncounted");
    let spend = |case: AssistedCase, second| {
        decide(&case, CaseActor::Applicant, CaseCommand::SpendAttempt, second).map(|next| next.case)
    };
    assert_eq!(spend(case.clone(), 280), Err(CaseRefusal::CodeExpired));
    let exhausted = (0..5).fold(case, |case, _| spend(case, 279).unwrap());
    assert_eq!(spend(exhausted, 279), Err(CaseRefusal::CodeExhausted));
}

#[test]
fn a_stopped_case_goes_on_by_a_supervisor_who_had_no_part_in_it_and_is_stopped_once() {
    let case = approved(&proven());
    let handed = step(&case, desk(ANA), hand_over(&case, ANA, 7), 7);
    let stop = |case: &AssistedCase| decide(case, CaseActor::OldMailbox, CaseCommand::Stop, 8).unwrap();
    let stopped = stop(&handed);
    assert_eq!(stopped.effects, [CaseEffect::EndActivation(RecoveryId([7; 16]))]);
    let frozen = stopped.case;
    let close = CaseCommand::Close { recovery: RecoveryId([7; 16]) };
    assert_eq!(refused(&frozen, CaseActor::System, close, 8), CaseRefusal::WrongState);
    assert_eq!(refused(&frozen, desk(ANA), hand_over(&handed, ANA, 8), 8), CaseRefusal::CaseFrozen);
    let unfreeze = CaseCommand::Unfreeze;
    assert_eq!(refused(&frozen, desk(CARLA), &unfreeze, 9), CaseRefusal::RoleForbids);
    assert_eq!(refused(&frozen, supervisor(ANA), &unfreeze, 9), CaseRefusal::OwnCase);
    assert_eq!(refused(&frozen, supervisor(BETO), CaseCommand::Reject, 9), CaseRefusal::OwnCase);
    let cleared = step(&frozen, supervisor(CARLA), unfreeze, 9);
    assert!(matches!(cleared.stage, CaseStage::Approved(_)), "it has to be handed over again");
    let again = stop(&cleared);
    assert_eq!((again.act, again.case.stage), (Some(CaseAct::Disputed), cleared.stage));
}

/// Found by the model: a mail that is dropped while the case is frozen is waited for in vain once it goes on.
#[test]
fn a_code_that_was_asked_for_before_a_stop_still_goes_out_and_waits_for_the_supervisor() {
    let case = step(&opened(1), CaseActor::Applicant, CaseCommand::GiveDetails(details(Some(NEW))), 1);
    let case = step(&case, CaseActor::Applicant, CaseCommand::SendCode, 1);
    let case = step(&case, CaseActor::OldMailbox, CaseCommand::Stop, 2);
    let case = step(&case, CaseActor::System, CaseCommand::AttemptCodeMail { counter: 1 }, 3);
    let case = step(&case, CaseActor::System, CaseCommand::RecordCodeAcceptance { counter: 1 }, 3);
    assert_eq!(refused(&case, CaseActor::Applicant, CaseCommand::SpendAttempt, 4), CaseRefusal::CaseFrozen);
    let case = step(&case, supervisor(CARLA), CaseCommand::Unfreeze, 5);
    let case = step(&case, CaseActor::Applicant, CaseCommand::SpendAttempt, 6);
    step(&case, CaseActor::Applicant, CaseCommand::AcceptCode { counter: 1 }, 6);
}

#[test]
fn while_one_case_is_frozen_no_other_of_that_employer_goes_on() {
    let facts = Facts { sibling_frozen: true, ..FACTS };
    let policy = Policy::default();
    let first = asked(&proven());
    let approve = first.decide(desk(BETO), &approval(&first, BETO, 6), moment(6, &facts, &policy));
    assert_eq!(approve, Err(CaseRefusal::SiblingFrozen));
    let ready = approved(&proven());
    let start = ready.decide(desk(ANA), &hand_over(&ready, ANA, 7), moment(7, &facts, &policy));
    assert_eq!(start, Err(CaseRefusal::SiblingFrozen));
}

#[test]
fn an_approval_rests_for_its_cooling_off() {
    let mut policy = Policy::default();
    policy.cases.cooling_off = Duration::from_hours(72);
    let case = approved(&proven());
    let until = at(6 + 72 * 3_600);
    assert_eq!(case.hand_over_from(&policy), Some(until));
    let start =
        |second| case.decide(desk(ANA), &hand_over(&case, ANA, second), moment(second, &FACTS, &policy));
    assert_eq!(start(6 + 72 * 3_600 - 1), Err(CaseRefusal::CoolingOff { until }));
    assert!(start(6 + 72 * 3_600).is_ok());
}

#[test]
fn a_slip_is_for_those_without_a_mailbox_and_ends() {
    let bare = step(&opened(1), CaseActor::Applicant, CaseCommand::GiveDetails(details(None)), 1);
    let case = approved(&bare);
    let by_mail = hand_over(&case, ANA, 7);
    assert_eq!(refused(&case, desk(ANA), by_mail, 7), CaseRefusal::WrongRoute);
    let slip = |case: &AssistedCase| CaseCommand::HandOver {
        touch: touch(case, ANA, Decision::HandOver, 7),
        start: Start::Slip { secret: [5; 32] },
    };
    let handed = step(&case, desk(ANA), slip(&case), 7);
    let using = |secret, recovery, second| {
        let command = CaseCommand::UseSlip { secret: [secret; 32], recovery: RecoveryId([recovery; 16]) };
        decide(&handed, CaseActor::Applicant, command, second)
    };
    assert_eq!(using(6, 1, 8), Err(CaseRefusal::SlipExpired));
    assert_eq!(using(5, 1, 7 + 86_400), Err(CaseRefusal::SlipExpired));
    let used = using(5, 1, 7 + 86_399).unwrap();
    assert_eq!(used.effects, [CaseEffect::OpenSlip(RecoveryId([1; 16]))]);
    let anew = CaseCommand::UseSlip { secret: [5; 32], recovery: RecoveryId([2; 16]) };
    let anew = decide(&used.case, CaseActor::Applicant, anew, 7 + 86_399).unwrap();
    let ended = CaseEffect::EndActivation(RecoveryId([1; 16]));
    assert_eq!(anew.effects, [ended, CaseEffect::OpenSlip(RecoveryId([2; 16]))]);
    // A slip that was lost is printed again.
    step(&handed, desk(ANA), slip(&handed), 8);
    let with_mailbox = approved(&proven());
    let wrong = slip(&with_mailbox);
    assert_eq!(refused(&with_mailbox, desk(ANA), wrong, 7), CaseRefusal::WrongRoute);
}

#[test]
fn the_words_of_acts_and_states_are_read_back() {
    for act in CaseAct::ALL {
        assert_eq!(CaseAct::parse(act.as_str()), Some(act));
    }
    for state in CaseState::ALL {
        assert_eq!(CaseState::parse(state.as_str()), Some(state));
    }
    for need in Need::ALL {
        assert_eq!(Need::parse(need.as_str()), Some(need));
    }
    for finding in Finding::ALL {
        assert_eq!(Finding::parse(finding.as_str()), Some(finding));
    }
    for way in IdentifiedBy::ALL {
        assert_eq!(IdentifiedBy::parse(way.as_str()), Some(way));
    }
    for applicant in [Applicant::InPerson, Applicant::ThirdParty] {
        assert_eq!(Applicant::parse(applicant.as_str()), Some(applicant));
    }
}

#[test]
fn a_check_list_is_saved_as_one_or_not_at_all() {
    let case = step(&proven(), desk(ANA), CaseCommand::Take { over: false }, 4);
    let answer = |place, finding| DocumentAnswer { place, finding, remark: None };
    let both = [answer(0, Finding::CopyKept), answer(1, Finding::NotNeeded)];
    let saved = decide(&case, desk(ANA), CaseCommand::CheckDocuments(both.to_vec()), 5).unwrap();
    assert_eq!(saved.act, Some(CaseAct::DocumentChecked));
    assert_eq!(saved.case.documents[1].found, Some((Finding::NotNeeded, None)));
    let again = decide(&saved.case, desk(ANA), CaseCommand::CheckDocuments(both.to_vec()), 6).unwrap();
    assert_eq!(again.act, None, "nothing changed, nothing is written down");
    let beyond = [answer(0, Finding::Missing), answer(99, Finding::CopyKept)].to_vec();
    let beyond = decide(&saved.case, desk(ANA), CaseCommand::CheckDocuments(beyond), 7);
    assert_eq!(beyond, Err(CaseRefusal::NoSuchDocument));
    let none = refused(&case, desk(BETO), CaseCommand::CheckDocuments(Vec::new()), 5);
    assert!(matches!(none, CaseRefusal::HeldByAnother { .. }), "{none:?}");
}
