//! The proof of a mailbox: which code counts, until when, and what a late word of the mail server does.

use super::*;

/// A case that names a mailbox, and where it stands after these steps, which are all taken.
fn after(steps: &[(u64, CaseCommand)]) -> AssistedCase {
    let case = step(&opened(1), CaseActor::Applicant, CaseCommand::GiveDetails(details(Some(NEW))), 0);
    steps.iter().fold(case, |case, (second, command)| {
        let by_system =
            matches!(command, CaseCommand::AttemptCodeMail { .. } | CaseCommand::RecordCodeAcceptance { .. });
        step(&case, if by_system { CaseActor::System } else { CaseActor::Applicant }, command, *second)
    })
}

const fn attempt(counter: u32) -> CaseCommand {
    CaseCommand::AttemptCodeMail { counter }
}

const fn accepted(counter: u32) -> CaseCommand {
    CaseCommand::RecordCodeAcceptance { counter }
}

const fn right(counter: u32) -> CaseCommand {
    CaseCommand::AcceptCode { counter }
}

#[test]
fn another_code_is_sent_half_a_minute_after_one_that_left() {
    let send = |case: &AssistedCase, second| {
        decide(case, CaseActor::Applicant, CaseCommand::SendCode, second).map(|next| next.effects)
    };
    let queued = after(&[(0, CaseCommand::SendCode)]);
    assert_eq!(send(&queued, 1_799), Ok(vec![]), "it waits in the outbox and is the newest");
    assert_eq!(send(&queued, 1_800), Ok(vec![CaseEffect::MailCode { counter: 2 }]));
    let gone = after(&[(0, CaseCommand::SendCode), (1, attempt(1)), (1, accepted(1))]);
    assert_eq!(send(&gone, 29), Err(CaseRefusal::TooSoon { retry_at: at(30) }));
    assert_eq!(send(&gone, 30), Ok(vec![CaseEffect::MailCode { counter: 2 }]));
    assert_eq!(send(&proven(), 60), Err(CaseRefusal::AlreadyVerified));
}

#[test]
fn a_case_has_twenty_codes() {
    let mut case = after(&[]);
    for counter in 1..=20 {
        let second = u64::from(counter) * 30;
        case = step(&case, CaseActor::Applicant, CaseCommand::SendCode, second);
        case = step(&case, CaseActor::System, attempt(counter), second);
        case = step(&case, CaseActor::System, accepted(counter), second);
    }
    assert_eq!(refused(&case, CaseActor::Applicant, CaseCommand::SendCode, 700), CaseRefusal::CodesExhausted);
}

#[test]
fn only_the_newest_code_counts() {
    let steps = [
        (0, CaseCommand::SendCode),
        (1, attempt(1)),
        (1, accepted(1)),
        (30, CaseCommand::SendCode),
        (31, attempt(2)),
        (32, CaseCommand::SpendAttempt),
    ];
    let case = after(&steps);
    assert_eq!(refused(&case, CaseActor::Applicant, right(1), 32), CaseRefusal::NoCode);
    assert!(decide(&case, CaseActor::Applicant, right(2), 32).is_ok());
    for stale in [attempt(1), accepted(1), CaseCommand::RecordCodeRejection { counter: 1 }] {
        assert_eq!(refused(&case, CaseActor::System, &stale, 33), CaseRefusal::StaleMail, "{stale:?}");
    }
}

#[test]
fn a_code_that_was_counted_in_time_is_not_accepted_late() {
    let steps =
        [(0, CaseCommand::SendCode), (1, attempt(1)), (1, accepted(1)), (180, CaseCommand::SpendAttempt)];
    let case = after(&steps);
    assert!(decide(&case, CaseActor::Applicant, right(1), 180).is_ok());
    assert_eq!(refused(&case, CaseActor::Applicant, right(1), 181), CaseRefusal::CodeExpired);
}

#[test]
fn a_code_that_would_arrive_dead_is_not_sent() {
    let queued = after(&[(0, CaseCommand::SendCode)]);
    assert!(decide(&queued, CaseActor::System, attempt(1), 1_739).is_ok());
    assert_eq!(refused(&queued, CaseActor::System, attempt(1), 1_740), CaseRefusal::DeadMail);
}

#[test]
fn a_refused_mailbox_has_no_code_to_wait_for_and_another_may_be_asked_for_at_once() {
    let sent = after(&[(0, CaseCommand::SendCode), (1, attempt(1))]);
    let rejection = CaseCommand::RecordCodeRejection { counter: 1 };
    let told = decide(&sent, CaseActor::System, &rejection, 2).unwrap();
    assert_eq!(told.act, Some(CaseAct::CodeMailRejected));
    assert_eq!(refused(&told.case, CaseActor::Applicant, CaseCommand::SpendAttempt, 3), CaseRefusal::NoCode);
    let again = decide(&told.case, CaseActor::Applicant, CaseCommand::SendCode, 3).unwrap();
    assert_eq!(again.effects, [CaseEffect::MailCode { counter: 2 }]);
    assert_eq!(refused(&sent, CaseActor::Applicant, rejection, 2), CaseRefusal::RoleForbids);
}

/// The code was typed before the worker wrote down what the mail server said.
#[test]
fn what_is_heard_of_a_mail_after_the_proof_changes_nothing() {
    let steps = [(0, CaseCommand::SendCode), (1, attempt(1)), (2, CaseCommand::SpendAttempt), (2, right(1))];
    let case = after(&steps);
    assert_eq!(case.mailbox.verified_at, Some(at(2)));
    assert_eq!(case.mailbox.code_ends_at(&Policy::default()), None);
    for late in [attempt(1), accepted(1), CaseCommand::RecordCodeRejection { counter: 1 }] {
        assert_eq!(refused(&case, CaseActor::System, &late, 3), CaseRefusal::StaleMail, "{late:?}");
    }
    let guess = refused(&case, CaseActor::Applicant, CaseCommand::SpendAttempt, 3);
    assert_eq!(guess, CaseRefusal::AlreadyVerified);
}

#[test]
fn the_code_may_be_typed_by_the_applicant_at_the_desk_and_by_the_officer_for_them() {
    let sent = after(&[(0, CaseCommand::SendCode), (1, attempt(1)), (1, accepted(1))]);
    let taken = step(&sent, desk(ANA), CaseCommand::Take { over: false }, 2);
    for actor in [CaseActor::Applicant, desk(ANA)] {
        let counted = step(&taken, actor, CaseCommand::SpendAttempt, 3);
        assert!(step(&counted, actor, right(1), 3).mailbox.verified_at.is_some());
    }
    let auditor = CaseActor::Officer { id: CARLA, role: Role::Auditor };
    assert_eq!(refused(&taken, auditor, CaseCommand::SpendAttempt, 3), CaseRefusal::RoleForbids);
    let none = step(&opened(1), CaseActor::Applicant, CaseCommand::GiveDetails(details(None)), 0);
    assert_eq!(refused(&none, CaseActor::Applicant, CaseCommand::SendCode, 1), CaseRefusal::NoEmail);
}
