//! What is held of an employer, and the end of employers.

use std::time::Duration;

use clavero_protocol::{
    CaseActor, CaseCommand, CaseState, EmployerKey, FlowMail, RecoveryId, Refusal, Start, State, TaxState,
};
use clavero_store::{
    CaseNotTaken, CaseStep, Digest, EmployerRecord, Holding, MailKind, NewSession, OpenCase, Removal,
    TaxAnswer, TaxOutcome, TaxRow,
};

use crate::{
    cases::desk::{ANA, BETO, CARLA, Desk, NEW, claim, desk, opening},
    world::{LIFE, World, credential, email, employer, record},
};

const NOT_ME: Digest = [77; 32];

/// Another branch of the same RUC.
fn neighbour() -> EmployerKey {
    EmployerKey::from_i64(employer().as_i64() + 1).expect("a branch")
}

/// Registers the neighbour with a key, and signs in there.
async fn neighbour_signs_in(world: &World) -> Digest {
    let row = EmployerRecord { key: neighbour(), ..record(Some(email(9))) };
    let rows = vec![(row, Some(credential("$theirs$")))];
    world.store.import_employers(rows).await.expect("an import");
    let stands = world.store.employer(&neighbour()).await.expect("a read").expect("the branch");
    let session = NewSession {
        token: [90; 32],
        id: [90; 16],
        employer: neighbour(),
        key_set_at: stands.credential.expect("a key").changed_at,
        device: "Safari · iOS".to_owned(),
        device_token: [91; 32],
        clear: Vec::new(),
        give_back: Vec::new(),
        rehash: None,
        tell: false,
    };
    world.store.open_session(session).await.expect("a transaction").expect("a session");
    [90; 32]
}

async fn held(world: &World, of: &EmployerKey) -> Holding {
    world.store.holding(of).await.expect("a read")
}

async fn removed(world: &World, employers: &[EmployerKey]) -> Removal {
    world.store.remove_employers(employers.to_vec(), &world.policy).await.expect("a transaction")
}

fn gone(employers: &[EmployerKey]) -> Removal {
    Removal { gone: employers.to_vec(), ..Removal::default() }
}

async fn redeem(world: &World, link: Digest) -> Result<EmployerKey, Refusal> {
    world.store.redeem(world.redemption(link, "$late$")).await.expect("a transaction")
}

/// An employer with a key that was set by a link, a "no fui yo" link, a session, and another recovery whose mail waits.
async fn busy(world: &World) -> (RecoveryId, Digest) {
    let (done, link) = world.with_link().await;
    assert!(redeem(world, link).await.is_ok());
    assert_eq!(claim(world, NOT_ME).await[0].kind, MailKind::Changed);
    let session = world.sign_in().await;
    world.begin().await;
    (done, session)
}

pub(crate) async fn all_that_is_held_of_an_employer_is_found_and_of_nobody_else(world: World) {
    let case = Desk::open(&world, 1).await;
    case.activate(NEW, 90).await;
    let link = case.mail_link().await;
    assert!(redeem(&world, link).await.is_ok());
    claim(&world, NOT_ME).await;
    world.sign_in().await;
    world.begin().await;
    neighbour_signs_in(&world).await;
    let (store, ruc) = (&world.store, employer().ruc().as_i64());
    let row = TaxRow { ruc, state: TaxState::Active, word: "ACTIVO".to_owned(), since: "2024".to_owned() };
    store.replace_tax_register(vec![row]).await.expect("a register").expect("nobody else");
    let claim =
        clavero_store::ClaimTax { ruc, seen: None, limits: Vec::new(), lease: Duration::from_mins(1) };
    store.claim_tax(claim).await.expect("a claim");
    let answer = TaxAnswer { state: TaxState::Closed, word: "PASIVO".to_owned(), since: "2026".to_owned() };
    store.settle_tax(ruc, TaxOutcome::Answered(answer)).await.expect("an answer");

    let all = held(&world, &employer()).await;
    assert!(all.is_known() && !all.key_imported);
    assert_eq!(all.employer.expect("the row").credential.expect("a key").phc, "$late$");
    let correction = all.correction.expect("what the case changed");
    assert_eq!((correction.case, correction.email_changed), (case.id, true));
    assert_eq!((all.sessions.len(), all.devices.len(), all.recoveries.len()), (1, 1, 2));
    assert_eq!(all.repudiations.iter().map(|link| link.used).collect::<Vec<_>>(), [false]);
    let (of_case, old_email) = &all.cases[0];
    assert_eq!((of_case.case.id, old_email.clone().map(|email| email.index)), (case.id, Some([1; 16])));
    assert!(all.mails.iter().any(|(kind, _)| *kind == MailKind::Code), "{:?}", all.mails);
    let said = [all.register, all.answer].map(|said| said.map(|said| (said.state, said.word)));
    assert_eq!(
        said,
        [Some((TaxState::Active, "ACTIVO".to_owned())), Some((TaxState::Closed, "PASIVO".to_owned()))]
    );

    let other = held(&world, &neighbour()).await;
    assert!(other.key_imported && other.recoveries.is_empty() && other.cases.is_empty());
    assert!(other.correction.is_none() && other.repudiations.is_empty() && other.mails.is_empty());
    assert_eq!((other.sessions.len(), other.devices.len()), (1, 1));
    let nobody = EmployerKey::from_i64(employer().as_i64() + 2).expect("a branch");
    let nobody = held(&world, &nobody).await;
    assert!(!nobody.is_known() && nobody.register.is_some(), "the register has every RUC there is");
}

pub(crate) async fn a_removed_employer_takes_along_what_is_theirs_alone(world: World) {
    let (done, session) = busy(&world).await;
    let theirs = neighbour_signs_in(&world).await;
    let key_set_at = world.key_set_at().await;
    let nobody = EmployerKey::from_i64(employer().as_i64() + 2).expect("a branch");
    let asked = vec![nobody, employer()];
    let review = world.store.review_removal(asked.clone(), &world.policy).await.expect("a review");
    assert_eq!(review, Removal { unknown: 1, ..gone(&[employer()]) });
    assert!(world.store.session(session, LIFE).await.expect("a read").is_some(), "nothing was changed");
    assert_eq!(removed(&world, &asked).await, review);

    assert!(world.store.session(session, LIFE).await.expect("a read").is_none());
    assert_eq!(world.sign_in_by(key_set_at).await, None, "whose key was compared a moment ago");
    assert!(!world.store.repudiate(NOT_ME, &world.policy).await.expect("a transaction"));
    assert!(world.claim(Vec::new()).await.is_empty(), "no mail goes out");
    let left = held(&world, &employer()).await;
    assert!(left.employer.is_none() && left.correction.is_none() && left.is_known());
    assert!(left.sessions.is_empty() && left.devices.is_empty());
    assert!(left.repudiations.is_empty() && left.mails.is_empty());
    let now = world.store.now();
    let states: Vec<_> = left.recoveries.iter().map(|flow| flow.recovery.state(now, &world.policy)).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&State::Completed) && states.contains(&State::Expired), "{states:?}");
    assert!(left.recoveries.iter().any(|flow| flow.recovery.id == done), "until its own term");
    let waiting = world.store.unsealed(200).await.expect("a read");
    let told = waiting.iter().filter(|entry| entry.act == "employer.removed");
    assert_eq!(told.map(|entry| entry.employer).collect::<Vec<_>>(), [Some(employer().as_i64())]);

    assert!(world.store.session(theirs, LIFE).await.expect("a read").is_some());
    assert!(world.store.knows_device(&neighbour(), [91; 32]).await.expect("a read"));
    assert!(held(&world, &neighbour()).await.employer.expect("the row").credential.is_some());
    assert_eq!(removed(&world, &[employer()]).await, Removal { unknown: 1, ..Removal::default() });
}

pub(crate) async fn whatever_is_out_of_a_removed_employer_sets_no_key_when_they_come_back(world: World) {
    let (_, used) = world.with_link().await;
    assert!(redeem(&world, used).await.is_ok());
    let session = world.sign_in().await;
    world.mail_all().await;
    let (flow, link) = world.with_link().await;
    let case = Desk::open(&world, 1).await;
    case.activate(NEW, 90).await;
    let handed_over = case.mail_link().await;
    assert_eq!(removed(&world, &[employer()]).await, gone(&[employer()]));
    assert_eq!(case.state().await, CaseState::Expired);
    world.register().await;
    let back = held(&world, &employer()).await;
    let row = back.employer.expect("the row");
    assert_eq!((row.credential.is_some(), row.email_version), (false, 1));
    assert_eq!(row.record.email.map(|email| email.index), Some([1; 16]), "the registry has its say again");
    for link in [used, link, handed_over] {
        assert!(world.store.link(link).await.expect("a read").is_none());
        assert_eq!(redeem(&world, link).await, Err(Refusal::LinkExpired));
    }
    let flow = world.store.recovery(flow).await.expect("a read").expect("the flow");
    assert_eq!(flow.recovery.state(world.store.now(), &world.policy), State::Expired);
    assert!(world.store.session(session, LIFE).await.expect("a read").is_none());
    assert!(world.claim(Vec::new()).await.is_empty());
    let (_, link) = world.with_link().await;
    assert_eq!(redeem(&world, link).await, Ok(employer()), "they recover as anybody does");
}

pub(crate) async fn whoever_has_an_open_case_stays_and_whoever_has_a_strangers_does_not(world: World) {
    let stays = Removal { staying: vec![employer()], ..Removal::default() };
    let case = Desk::open(&world, 1).await;
    let session = world.sign_in().await;
    assert_eq!(removed(&world, &[employer()]).await, stays);
    case.prove(NEW).await;
    case.check().await;
    case.ask().await.expect("a request");
    case.approve(BETO).await.expect("an approval");
    assert_eq!(removed(&world, &[employer()]).await, stays);
    case.take(CaseActor::OldMailbox, CaseCommand::Stop).await.expect("a stop");
    assert_eq!(removed(&world, &[employer()]).await, stays, "a supervisor has to decide");
    assert!(world.store.session(session, LIFE).await.expect("a read").is_some());
    let supervisor = CaseActor::Officer { id: CARLA, role: clavero_protocol::Role::Supervisor };
    case.take(supervisor, CaseCommand::Reject).await.expect("an end");

    let mut strangers = opening(&world, 2);
    strangers.record.case.matched = false;
    let stranger = Desk { world: &world, id: strangers.record.case.id };
    open(&world, strangers).await;
    stranger.send(stranger.details(Some(email(8)))).await.expect("details");
    stranger.take(CaseActor::Applicant, CaseCommand::SendCode).await.expect("a code");
    assert_eq!(removed(&world, &[employer()]).await, gone(&[employer()]));
    assert_eq!(stranger.state().await, CaseState::Ready);
    let mails: Vec<_> = world.claim(Vec::new()).await.into_iter().map(|mail| mail.kind).collect();
    assert_eq!(mails, [MailKind::CaseCode], "the stranger's, and none of the employer's");
}

async fn open(world: &World, case: OpenCase) {
    world.store.open_case(case).await.expect("a transaction").expect("a case");
}

pub(crate) async fn a_slip_ends_with_its_employer(world: World) {
    let case = Desk::open(&world, 1).await;
    case.send(case.details(None)).await.expect("details");
    case.check().await;
    case.ask().await.expect("a request");
    case.approve(BETO).await.expect("an approval");
    let touch = case.touch(ANA, clavero_protocol::Decision::HandOver).await;
    let start = Start::Slip { secret: [60; 32] };
    case.take(desk(ANA), CaseCommand::HandOver { touch, start }).await.expect("a slip");
    let command = CaseCommand::UseSlip { secret: [60; 32], recovery: RecoveryId([170; 16]) };
    let use_slip = CaseStep { link: Some([170; 32]), ..case.step(CaseActor::Applicant, command) };
    case.send(use_slip.clone()).await.expect("the slip");
    assert_eq!(removed(&world, &[employer()]).await, gone(&[employer()]));
    world.register().await;
    assert!(world.store.case_with_slip(&employer()).await.expect("a read").is_none());
    assert!(matches!(case.send(use_slip).await, Err(CaseNotTaken::Refused(_))));
    assert_eq!(redeem(&world, [170; 32]).await, Err(Refusal::LinkExpired));
}

/// Whichever comes first: a key of nobody would be there for whoever comes back.
pub(crate) async fn a_key_that_is_set_while_its_employer_is_removed_is_not_left_behind(world: World) {
    for _ in 0..8 {
        let (flow, link) = world.with_link().await;
        let found = world.store.recovery(flow).await.expect("a read").expect("the flow");
        assert!(matches!(found.recovery.issue(), Some((FlowMail::Link, _))));
        let removal = async { removed(&world, &[employer()]).await };
        let (removal, _, mails) = tokio::join!(removal, redeem(&world, link), world.claim(Vec::new()));
        assert_eq!(removal, gone(&[employer()]));
        assert!(mails.iter().all(|mail| mail.kind == MailKind::Changed), "if the key was set before");
        world.register().await;
        let back = held(&world, &employer()).await;
        assert!(back.employer.expect("the row").credential.is_none());
        assert!(back.mails.is_empty() && back.cases.is_empty(), "{:?}", back.mails);
    }
}
