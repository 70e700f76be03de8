//! The less travelled ways of a case: put back, sent back, rejected, stopped, run out, begun again.

use super::*;

const DAYS_30: u64 = 30 * 86_400;

#[test]
fn a_case_ends_after_thirty_days_and_what_was_handed_over_in_time_may_be_finished() {
    let policy = Policy::default();
    let case = opened(1);
    assert_eq!(case.state(at(DAYS_30 - 1), &policy), CaseState::Opened);
    assert_eq!(case.state(at(DAYS_30), &policy), CaseState::Expired);
    let take = CaseCommand::Take { over: false };
    assert!(decide(&case, desk(ANA), &take, DAYS_30 - 1).is_ok());
    assert_eq!(refused(&case, desk(ANA), &take, DAYS_30), CaseRefusal::CaseExpired);
    // By mail: the flow and its form. By slip: the secret, and the flow that its last use began.
    let last = DAYS_30 - 1;
    let by_mail = approved(&proven());
    let by_mail = step(&by_mail, desk(ANA), hand_over(&by_mail, ANA, last), last);
    let bare = step(&opened(1), CaseActor::Applicant, CaseCommand::GiveDetails(details(None)), 1);
    let by_slip = approved(&bare);
    let by_slip = step(&by_slip, desk(ANA), print(&by_slip, last), last);
    for (handed, life) in [(by_mail, 2_400), (by_slip, 86_400 + 2_400)] {
        assert_eq!(handed.state(at(last + life - 1), &policy), CaseState::Activated);
        assert_eq!(handed.state(at(last + life), &policy), CaseState::Expired);
    }
}

fn print(case: &AssistedCase, second: u64) -> CaseCommand {
    CaseCommand::HandOver {
        touch: touch(case, ANA, Decision::HandOver, second),
        start: Start::Slip { secret: [5; 32] },
    }
}

#[test]
fn what_has_ended_is_refused_by_its_name() {
    let rejected = step(&proven(), supervisor(CARLA), CaseCommand::Reject, 2);
    let superseded = step(&proven(), CaseActor::System, CaseCommand::Supersede, 2);
    let take = CaseCommand::Take { over: false };
    assert_eq!(refused(&rejected, desk(ANA), &take, 3), CaseRefusal::CaseClosed);
    assert_eq!(refused(&rejected, CaseActor::System, CaseCommand::Supersede, 3), CaseRefusal::CaseClosed);
    assert_eq!(refused(&superseded, desk(ANA), &take, 3), CaseRefusal::CaseExpired);
    let ended = [CaseState::Closed, CaseState::Rejected, CaseState::Expired];
    for state in CaseState::ALL {
        assert_eq!(state.has_ended(), ended.contains(&state), "{state:?}");
    }
}

#[test]
fn an_officer_puts_a_case_back_and_taking_ones_own_again_is_no_act() {
    let take = CaseCommand::Take { over: false };
    for (case, put_back) in [(opened(1), CaseState::Opened), (proven(), CaseState::Ready)] {
        let taken = step(&case, desk(ANA), &take, 2);
        assert_eq!(decide(&taken, desk(ANA), &take, 3).unwrap().act, None);
        let held = refused(&taken, desk(BETO), CaseCommand::Release, 3);
        assert!(matches!(held, CaseRefusal::HeldByAnother { .. }), "{held:?}");
        let released = decide(&taken, desk(ANA), CaseCommand::Release, 3).unwrap();
        assert_eq!(released.act, Some(CaseAct::Released));
        assert_eq!(released.case.state(at(3), &Policy::default()), put_back);
        step(&released.case, desk(BETO), &take, 4);
    }
    let auditor = CaseActor::Officer { id: CARLA, role: Role::Auditor };
    let give = CaseCommand::GiveDetails(details(Some(NEW)));
    assert_eq!(refused(&step(&proven(), desk(ANA), take, 2), auditor, give, 3), CaseRefusal::RoleForbids);
}

#[test]
fn what_a_colleague_sends_back_is_mended_and_asked_for_again() {
    let case = asked(&proven());
    let back = decide(&case, desk(BETO), CaseCommand::Return, 6).unwrap();
    assert_eq!(
        (back.act, back.effects),
        (Some(CaseAct::Returned), vec![CaseEffect::Tell(CaseNotice::Returned)])
    );
    assert_eq!(back.case.state(at(6), &Policy::default()), CaseState::Returned);
    let mended = step(&back.case, CaseActor::Applicant, CaseCommand::GiveDetails(details(Some(NEW))), 7);
    asked(&mended);
}

#[test]
fn a_colleague_rejects_what_was_asked_for_and_a_supervisor_whatever_stands_there() {
    let reject = CaseCommand::Reject;
    for case in [asked(&proven()), approved(&proven())] {
        assert_eq!(decide(&case, desk(CARLA), &reject, 7).unwrap().act, Some(CaseAct::Rejected));
        assert_eq!(refused(&case, supervisor(ANA), &reject, 7), CaseRefusal::OwnRequest);
    }
    let taken = checked(&proven());
    assert_eq!(refused(&taken, desk(BETO), &reject, 7), CaseRefusal::RoleForbids);
    assert_eq!(decide(&taken, supervisor(CARLA), &reject, 7).unwrap().act, Some(CaseAct::Rejected));
}

#[test]
fn over_a_stop_decides_a_supervisor_who_had_no_hand_in_the_case() {
    let stop = |case: &AssistedCase| decide(case, CaseActor::OldMailbox, CaseCommand::Stop, 8).unwrap().case;
    for case in [checked(&proven()), asked(&proven()), approved(&proven())] {
        let frozen = stop(&case);
        assert_eq!(frozen.disputed_at, Some(at(8)));
        assert_eq!(frozen.state(at(2 * DAYS_30), &Policy::default()), CaseState::Frozen);
        for decision in [CaseCommand::Unfreeze, CaseCommand::Reject] {
            assert_eq!(refused(&frozen, supervisor(ANA), &decision, 9), CaseRefusal::OwnCase);
            assert_eq!(refused(&frozen, desk(CARLA), &decision, 9), CaseRefusal::RoleForbids);
            assert!(decide(&frozen, supervisor(CARLA), &decision, 9).is_ok());
        }
    }
    // Too late to stop anything: it is noted.
    let rejected = step(&proven(), supervisor(CARLA), CaseCommand::Reject, 7);
    let noted = decide(&rejected, CaseActor::OldMailbox, CaseCommand::Stop, 8).unwrap();
    assert_eq!(
        (noted.act, noted.case.stage, noted.case.disputed_at),
        (Some(CaseAct::Disputed), rejected.stage, Some(at(8)))
    );
}

#[test]
fn a_row_that_was_written_over_is_neither_approved_nor_handed_over() {
    let planted = |case: AssistedCase| AssistedCase { ground: Some(NEW), ..case };
    let case = planted(asked(&proven()));
    assert_eq!(refused(&case, desk(BETO), approval(&case, BETO, 6), 6), CaseRefusal::FormChanged);
    let case = planted(approved(&proven()));
    assert_eq!(refused(&case, desk(ANA), hand_over(&case, ANA, 7), 7), CaseRefusal::FormChanged);
    let first_key = Facts { first_key: true, ..FACTS };
    let case = asked(&proven());
    let policy = Policy::default();
    let moved = case.decide(desk(BETO), &approval(&case, BETO, 6), moment(6, &first_key, &policy));
    assert_eq!(moved, Err(CaseRefusal::RegistryChanged));
}

#[test]
fn the_mailbox_on_record_is_told_when_the_key_goes_elsewhere() {
    let case = checked(&proven());
    let ask = |email| {
        let facts = Facts { email, ..FACTS };
        let digest = case.proposal(&facts).digest;
        let policy = Policy::default();
        case.decide(desk(ANA), &CaseCommand::AskApproval { digest }, moment(5, &facts, &policy))
            .unwrap()
            .effects
    };
    let charge = CaseEffect::ChargeEmailChange(ANA);
    assert_eq!(ask(Some(OLD)), [charge, CaseEffect::TellOldMailbox]);
    assert_eq!(ask(None), [charge]);
    assert_eq!(ask(Some(NEW)), []);
}

#[test]
fn a_ground_is_asked_for_where_the_ruc_speaks_or_spoke_against_it() {
    let of = |reason, tax| AssistedCase { reason, ..opened(1) }.needs_ground(&Facts { tax, ..FACTS });
    assert!(of(AssistedReason::RucSuspended, TaxState::Active));
    assert!(of(AssistedReason::NoMailAccess, TaxState::Suspended));
    assert!(!of(AssistedReason::NoMailAccess, TaxState::Unknown));
}

#[test]
fn a_supervisor_is_shown_what_a_dishonest_officer_would_try() {
    let breaches = [CaseRefusal::RoleForbids, CaseRefusal::OwnRequest, CaseRefusal::TouchForAnother];
    assert!(breaches.iter().all(CaseRefusal::is_breach));
    assert!(![CaseRefusal::TouchStale, CaseRefusal::DocumentsMissing].iter().any(CaseRefusal::is_breach));
    // The audit log has the word that the refusal has elsewhere.
    for refusal in breaches {
        assert_eq!(refusal.as_str(), refusal.to_string());
    }
    assert_eq!(desk(ANA).officer(), Some(ANA));
    assert_eq!(CaseActor::Applicant.officer(), None);
}
