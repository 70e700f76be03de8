//! The suite's part on cases: where they meet the registry, the recoveries and the mails.

pub(crate) mod desk;

use std::{sync::Arc, time::Duration};

use clavero_protocol::{
    AssistedReason, CaseAct, CaseActor, CaseCommand, CaseRefusal, CaseState, Finding, Refusal,
    RepresentativeId, Role, Start, State,
};
use clavero_store::{
    CaseNotOpened, CaseNotTaken, CaseQuery, CaseStep, EmployerRecord, ImportCounts, MailKind, MailOutcome,
    NewRepresentative,
};

use self::desk::{ANA, BETO, CARLA, Desk, NEW, SEEN, claim, desk, dossier, found, officer, open, opening};
use crate::world::{LIFE, World, email, employer, record};

const DAY: i64 = 86_400;

async fn email_index(world: &World) -> (Option<u8>, u32) {
    let employer = world.store.employer(&employer()).await.expect("a read").expect("the employer");
    (employer.record.email.map(|email| email.index[0]), employer.email_version)
}

pub(crate) async fn a_case_ends_with_the_key_that_it_led_to(world: World) {
    let case = Desk::open(&world, 1).await;
    let session = world.sign_in().await;
    case.activate(NEW, 90).await;
    assert_eq!(email_index(&world).await, (Some(NEW), 2), "the approved mailbox stands in the registry");
    let link = case.mail_link().await;
    let found = world.store.link(link).await.expect("a read").expect("the link");
    assert_eq!(found.record.recovery.origin.case(), Some(case.id));
    world.store.redeem(world.redemption(link, "$new$")).await.expect("a transaction").expect("the key");
    assert_eq!(case.state().await, CaseState::Closed);
    assert!(world.store.session(session, LIFE).await.expect("a read").is_none());
    let again = world.store.redeem(world.redemption(link, "$other$")).await.expect("a transaction");
    assert_eq!(again, Err(Refusal::LinkUsed));
    let acts: Vec<CaseAct> =
        world.store.case_events(case.id).await.expect("a read").iter().map(|event| event.act).collect();
    assert_eq!(acts.first(), Some(&CaseAct::Opened));
    assert_eq!(
        acts[acts.len() - 4..],
        [CaseAct::ApprovalAsked, CaseAct::Approved, CaseAct::HandedOver, CaseAct::Closed]
    );
}

pub(crate) async fn a_first_time_employer_gets_a_first_key(world: World) {
    let newcomer = EmployerRecord { has_key: false, ..record(None) };
    world.store.import_employers(vec![(newcomer, None)]).await.expect("an import");
    open(&world, 1).await.expect("a case");
    let case = Desk { world: &world, id: clavero_protocol::CaseId([1; 16]) };
    assert!(case.facts().await.first_key);
    case.activate(NEW, 90).await;
    let link = case.mail_link().await;
    world.store.redeem(world.redemption(link, "$first$")).await.expect("a transaction").expect("the key");
    assert_eq!(case.state().await, CaseState::Closed);
    assert!(!case.facts().await.first_key);
}

pub(crate) async fn a_case_is_read_back_as_it_was_written_at_every_stage(world: World) {
    let case = Desk::open(&world, 1).await;
    let stop = case.step(CaseActor::OldMailbox, CaseCommand::Stop);
    case.prove(NEW).await;
    case.check().await;
    let asked = case.ask().await.expect("a request");
    assert_eq!(case.read().await, asked);
    let frozen = case.send(stop).await.expect("a stop");
    assert_eq!(case.read().await, frozen);
    let supervisor = officer(CARLA, Role::Supervisor);
    let cleared = case.take(supervisor, CaseCommand::Unfreeze).await.expect("a decision");
    assert_eq!((case.read().await, cleared.case.stage.clone()), (cleared, asked.case.stage));
    let approved = case.approve(BETO).await.expect("an approval");
    assert_eq!(case.read().await, approved);
    let handed = case.hand_over(90).await.expect("a hand-over");
    assert_eq!(case.read().await, handed);
    let returned = case.take(desk(BETO), CaseCommand::Return).await.expect("a return");
    assert_eq!(case.read().await, returned);
    let rejected = case.take(supervisor, CaseCommand::Reject).await.expect("a rejection");
    assert_eq!(case.read().await, rejected);
    assert_eq!(rejected.version, 16);
}

pub(crate) async fn an_approved_change_of_mailbox_ends_what_went_to_the_old_one(world: World) {
    let (online, old_link) = world.with_link().await;
    open(&world, 1).await.expect("a case");
    let case = Desk { world: &world, id: clavero_protocol::CaseId([1; 16]) };
    case.activate(NEW, 90).await;
    let flow = world.store.recovery(online).await.expect("a read").expect("the flow");
    assert_eq!(flow.recovery.state(world.store.now(), &world.policy), State::Expired);
    let late = world.store.redeem(world.redemption(old_link, "$old$")).await.expect("a transaction");
    assert_eq!(late, Err(Refusal::LinkExpired));
    let link = case.mail_link().await;
    assert!(world.store.redeem(world.redemption(link, "$new$")).await.expect("a transaction").is_ok());
}

pub(crate) async fn a_case_outlives_an_online_recovery_and_the_officer_can_start_again(world: World) {
    let case = Desk::open(&world, 1).await;
    // The same mailbox as on record: nothing is replaced, so an online recovery goes on.
    case.activate(1, 90).await;
    let first = case.mail_link().await;
    let (_, online) = world.with_link().await;
    world.store.redeem(world.redemption(online, "$online$")).await.expect("a transaction").expect("the key");
    let late = world.store.redeem(world.redemption(first, "$late$")).await.expect("a transaction");
    assert_eq!(late, Err(Refusal::LinkExpired), "the key was set elsewhere: this way to it has ended");
    assert!(case.is_activated().await);
    case.hand_over(91).await.expect("another start");
}

pub(crate) async fn the_activation_of_one_case_ends_the_others(world: World) {
    let (first, second) = (Desk::open(&world, 1).await, Desk::open(&world, 2).await);
    second.prove(3).await;
    first.activate(NEW, 90).await;
    assert_eq!(second.state().await, CaseState::Expired);
    let take = second.take(desk(ANA), CaseCommand::Take { over: false }).await;
    assert_eq!(take, Err(CaseNotTaken::Refused(CaseRefusal::CaseExpired)));
}

pub(crate) async fn an_employer_has_three_open_cases_and_nobody_elses_reference(world: World) {
    for number in 1..=3 {
        Desk::open(&world, number).await;
    }
    assert_eq!(open(&world, 4).await, Err(CaseNotOpened::TooManyOpen));
    let mut walk_in = opening(&world, 8);
    walk_in.by = desk(ANA);
    let opened = world.store.open_case(walk_in).await.expect("a transaction");
    assert!(opened.is_ok(), "whoever comes in person is not shut out by strangers' cases");
    let mut taken = opening(&world, 5);
    taken.record.reference = desk::reference(1);
    let answer = world.store.open_case(taken).await.expect("a transaction");
    assert_eq!(answer, Err(CaseNotOpened::ReferenceTaken));
    world.clock.forward(30 * DAY);
    open(&world, 4).await.expect("the others have run out");
}

pub(crate) async fn of_sixteen_approvals_and_returns_at_once_one_stands(world: World) {
    let case = Desk::open(&world, 1).await;
    case.prove(NEW).await;
    case.check().await;
    case.ask().await.expect("a request");
    let touch = case.touch(BETO, clavero_protocol::Decision::Approval).await;
    let digest = case.read().await.case.asked().expect("a request").digest;
    let steps: Vec<CaseStep> = (0..16)
        .map(|number| match number % 2 {
            0 => case.step(desk(BETO), CaseCommand::Approve { digest, touch }),
            _ => case.step(officer(CARLA, Role::Supervisor), CaseCommand::Reject),
        })
        .collect();
    let store = Arc::clone(&world.store);
    let tasks: Vec<_> = steps
        .into_iter()
        .map(|step| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.step_case(step).await.expect("a transaction").is_ok() })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += u32::from(task.await.expect("a task"));
    }
    // An approval may be followed by a rejection; nothing follows that.
    assert!((1..=2).contains(&done), "{done} decisions");
    assert!(matches!(case.state().await, CaseState::Approved | CaseState::Rejected));
}

pub(crate) async fn a_form_that_was_read_earlier_writes_nothing_over(world: World) {
    let case = Desk::open(&world, 1).await;
    case.take(desk(ANA), CaseCommand::Take { over: false }).await.expect("the case");
    let write = |read, written, finding| CaseStep {
        dossier: Some(dossier(read, written)),
        ..case.step(desk(ANA), found(0, finding))
    };
    assert_eq!(case.send(write(1, 77, Finding::OriginalSeen)).await.expect("the first").dossier, [77]);
    assert_eq!(case.send(write(1, 78, Finding::Missing)).await, Err(CaseNotTaken::Stale));
    assert_eq!(case.read().await.version, 2);
    // What moves beside it is no matter.
    case.take(desk(ANA), CaseCommand::Identify(SEEN)).await.expect("another step");
    assert_eq!(case.send(write(77, 79, Finding::Missing)).await.expect("the next").dossier, [79]);
}

pub(crate) async fn an_officer_asks_for_five_changes_of_mailbox_an_hour(world: World) {
    for number in 1..=6 {
        world.clock.forward(60);
        let case = Desk::open(&world, number).await;
        case.prove(NEW).await;
        case.check().await;
        let asked = case.ask().await;
        if number < 6 {
            asked.expect("a request");
            let reject = case.take(officer(CARLA, Role::Supervisor), CaseCommand::Reject).await;
            reject.expect("room for the next");
        } else {
            assert!(matches!(asked, Err(CaseNotTaken::EmailChanges(_))), "{asked:?}");
            assert_eq!(case.state().await, CaseState::AtDesk);
        }
    }
    let (from, until) = (world.store.now() - Duration::from_hours(1), world.store.now());
    let counts = world.store.case_counts(from, until + Duration::from_secs(1)).await.expect("a read");
    assert_eq!((counts.asked, counts.breaches), (5, vec![(ANA, 1)]));
}

pub(crate) async fn the_old_mailbox_is_told_at_once_and_its_link_stops_the_case(world: World) {
    let case = Desk::open(&world, 1).await;
    case.prove(NEW).await;
    case.check().await;
    case.ask().await.expect("a request");
    let mails = claim(&world, [150; 32]).await;
    let told: Vec<_> =
        mails.iter().map(|mail| (mail.kind, mail.case.as_ref().expect("a case").to.index[0])).collect();
    assert_eq!(told, [(MailKind::CaseStop, 1)]);
    assert_eq!(mails[0].verifier, Some(0));
    let link = world.store.stop_link([150; 32]).await.expect("a read").expect("the link");
    assert_eq!(link.case, case.id);
    case.approve(BETO).await.expect("an approval");
    case.hand_over(90).await.expect("a hand-over");
    let activation = case.mail_link().await;
    case.take(CaseActor::OldMailbox, CaseCommand::Stop).await.expect("a stop");
    assert_eq!(case.state().await, CaseState::Frozen);
    let late = world.store.redeem(world.redemption(activation, "$late$")).await.expect("a transaction");
    assert_eq!(late, Err(Refusal::LinkExpired), "what is frozen never activates");
    assert!(Desk::open(&world, 2).await.facts().await.sibling_frozen);
}

pub(crate) async fn the_old_mailbox_is_told_even_if_the_registry_was_changed_before_the_mail_left(
    world: World,
) {
    let case = Desk::open(&world, 1).await;
    case.activate(NEW, 90).await;
    let mails = claim(&world, [150; 32]).await;
    let stop = mails.iter().find(|mail| mail.kind == MailKind::CaseStop).expect("the notice");
    assert_eq!(stop.case.as_ref().expect("a case").to.index[0], 1);
}

pub(crate) async fn an_import_does_not_undo_what_a_case_changed_until_the_registry_has_news(world: World) {
    let case = Desk::open(&world, 1).await;
    case.activate(NEW, 90).await;
    let import = async |address: u8| {
        let rows = vec![(record(Some(email(address))), None)];
        world.store.import_employers(rows).await.expect("an import")
    };
    let counted = |updated, unchanged| ImportCounts { new: 0, updated, unchanged };
    assert_eq!(import(1).await, counted(0, 1), "what stood there before");
    assert_eq!(email_index(&world).await, (Some(NEW), 2));
    assert_eq!(import(9).await, counted(1, 0), "news");
    assert_eq!(email_index(&world).await, (Some(9), 3));
    assert_eq!(import(1).await, counted(1, 0), "the registry has its say again");
    assert_eq!(email_index(&world).await, (Some(1), 4));
}

pub(crate) async fn a_new_representative_takes_the_place_of_the_one_who_was_shown(world: World) {
    let case = Desk::open(&world, 1).await;
    let person = |number: &str| RepresentativeId::from_stored(number).expect("a number");
    let CaseCommand::GiveDetails(mut details) = case.details(Some(email(NEW))).command else {
        unreachable!()
    };
    details.representative = Some(clavero_protocol::Mark([44; 16]));
    let give = CaseStep { command: CaseCommand::GiveDetails(details), ..case.details(Some(email(NEW))) };
    case.send(give).await.expect("details");
    case.take(CaseActor::Applicant, CaseCommand::SendCode).await.expect("a code");
    world.mail_all().await;
    case.take(CaseActor::Applicant, CaseCommand::SpendAttempt).await.expect("a guess");
    case.take(CaseActor::Applicant, CaseCommand::AcceptCode { counter: 1 }).await.expect("the code");
    case.check().await;
    assert_eq!(case.ask().await, Err(CaseNotTaken::Refused(CaseRefusal::AppointmentMissing)));
    case.take(desk(ANA), found(2, Finding::CopyKept)).await.expect("the appointment");
    case.ask().await.expect("a request");
    case.approve(BETO).await.expect("an approval");
    let change = |from: &str| {
        Some(NewRepresentative { from: person(from), to: person("1710034065"), name: "Zoë Ñ.".to_owned() })
    };
    let with = async |representative| case.send(CaseStep { representative, ..case.start(90).await }).await;
    let changed = Err(CaseNotTaken::Refused(CaseRefusal::RegistryChanged));
    assert_eq!(with(None).await, changed);
    assert_eq!(with(change("0102030400")).await, changed, "somebody else stands there");
    with(change("1714307103")).await.expect("a hand-over");
    let stored =
        || async { world.store.employer(&employer()).await.expect("a read").expect("the employer").record };
    assert_eq!(stored().await.representative, person("1710034065"));
    world.register().await;
    assert_eq!(
        stored().await.representative_name,
        "Zoë Ñ.",
        "an import that brings the old one changes nothing"
    );
}

pub(crate) async fn a_slip_opens_the_form_and_its_later_use_ends_the_earlier(world: World) {
    let case = Desk::open(&world, 1).await;
    case.send(case.details(None)).await.expect("details");
    case.check().await;
    case.ask().await.expect("a request");
    case.approve(BETO).await.expect("an approval");
    let touch = case.touch(ANA, clavero_protocol::Decision::HandOver).await;
    let start = Start::Slip { secret: [60; 32] };
    case.take(desk(ANA), CaseCommand::HandOver { touch, start }).await.expect("a slip");
    let found = world.store.case_with_slip(&employer()).await.expect("a read").expect("the case");
    assert_eq!(found.case.id, case.id);
    let using = async |number: u8| {
        let recovery = clavero_protocol::RecoveryId([number; 16]);
        let command = CaseCommand::UseSlip { secret: [60; 32], recovery };
        let step = case.step(CaseActor::Applicant, command);
        case.send(CaseStep { link: Some([number; 32]), ..step }).await.expect("the slip");
    };
    using(170).await;
    using(171).await;
    let redeem = async |number: u8| {
        world.store.redeem(world.redemption([number; 32], "$slip$")).await.expect("a transaction")
    };
    assert_eq!(redeem(170).await, Err(Refusal::LinkExpired));
    assert!(redeem(171).await.is_ok());
    assert_eq!(case.state().await, CaseState::Closed);
}

pub(crate) async fn a_refused_mailbox_has_no_code_to_wait_for(world: World) {
    let case = Desk::open(&world, 1).await;
    case.send(case.details(Some(email(NEW)))).await.expect("details");
    case.take(CaseActor::Applicant, CaseCommand::SendCode).await.expect("a code");
    let mails = claim(&world, [150; 32]).await;
    assert_eq!(
        (mails[0].kind, mails[0].case.as_ref().expect("a case").to.index[0]),
        (MailKind::CaseCode, NEW)
    );
    assert!(world.settle(&mails[0], MailOutcome::Refused).await);
    assert_eq!(case.read().await.case.mailbox.issue, None);
    let sent = case.take(CaseActor::Applicant, CaseCommand::SendCode).await.expect("another");
    assert_eq!(sent.case.mailbox.codes, 2);
    // Another address before it leaves: the mail goes to neither.
    case.send(case.details(Some(email(3)))).await.expect("details");
    assert!(claim(&world, [151; 32]).await.is_empty());
}

pub(crate) async fn applicants_are_reminded_at_half_time_and_on_the_last_day_but_one(world: World) {
    let case = Desk::open(&world, 1).await;
    case.prove(NEW).await;
    let remind = || async { world.store.remind(&world.policy, 100).await.expect("a transaction") };
    world.clock.forward(15 * DAY - 1);
    assert_eq!(remind().await, 0);
    world.clock.forward(1);
    assert_eq!((remind().await, remind().await), (1, 0));
    world.clock.forward(14 * DAY);
    assert_eq!((remind().await, remind().await), (1, 0));
    let mails = claim(&world, [150; 32]).await;
    assert_eq!(
        mails.iter().map(|mail| (mail.kind, mail.counter)).collect::<Vec<_>>(),
        [(MailKind::CaseReminder, 1), (MailKind::CaseReminder, 2)]
    );
    world.clock.forward(DAY);
    assert_eq!(remind().await, 0);
}

pub(crate) async fn the_queue_is_by_age_and_counts_each_state(world: World) {
    let mut policy = (*world.policy).clone();
    policy.cases.open_per_employer = 100;
    let mut world = world;
    world.policy = Arc::new(policy);
    let world = world;
    world.register().await;
    for number in 1..=7 {
        world.clock.forward(1);
        open(&world, number).await.expect("a case");
    }
    let at = |number: u8| Desk { world: &world, id: clavero_protocol::CaseId([number; 16]) };
    at(3).take(desk(ANA), CaseCommand::Take { over: false }).await.expect("the case");
    at(4).send(at(4).details(None)).await.expect("details");
    let list = async |query: CaseQuery| world.store.list_cases(query, &world.policy).await.expect("a read");
    let numbers =
        |list: &clavero_store::CaseList| list.rows.iter().map(|row| row.case.id.0[0]).collect::<Vec<_>>();
    let first = list(CaseQuery { rows: 4, ..CaseQuery::default() }).await;
    assert_eq!((numbers(&first), first.more), (vec![1, 2, 3, 4], true));
    let end = first.rows.last().expect("a row");
    let after = Some((end.case.created_at, end.case.id));
    let second = list(CaseQuery { rows: 4, after, ..CaseQuery::default() }).await;
    assert_eq!((numbers(&second), second.more), (vec![5, 6, 7], false));
    let count = |state| second.counts.iter().find(|(found, _)| *found == state).map(|(_, count)| *count);
    assert_eq!(
        [CaseState::Opened, CaseState::Ready, CaseState::AtDesk].map(count),
        [Some(5), Some(1), Some(1)]
    );
    let here = list(CaseQuery { centre: Some(1), rows: 9, ..CaseQuery::default() }).await;
    assert_eq!(numbers(&here), [4]);
    let state = Some(CaseState::AtDesk);
    assert_eq!(numbers(&list(CaseQuery { state, rows: 9, ..CaseQuery::default() }).await), [3]);
    world.clock.forward(31 * DAY);
    assert!(numbers(&list(CaseQuery { rows: 9, ..CaseQuery::default() }).await).is_empty());
}

pub(crate) async fn figures_and_pairs_are_those_of_the_span(world: World) {
    let start = world.store.now();
    let case = Desk::open(&world, 1).await;
    case.prove(NEW).await;
    case.check().await;
    case.ask().await.expect("a request");
    case.take(desk(BETO), CaseCommand::Return).await.expect("a return");
    let refused = case.take(officer(CARLA, Role::Auditor), CaseCommand::Return).await;
    assert_eq!(refused, Err(CaseNotTaken::Refused(CaseRefusal::RoleForbids)));
    case.take(desk(ANA), CaseCommand::Take { over: false }).await.expect("the case");
    case.ask().await.expect("a request");
    case.approve(BETO).await.expect("an approval");
    world.clock.forward(100);
    case.hand_over(90).await.expect("a hand-over");
    let link = case.mail_link().await;
    world.store.redeem(world.redemption(link, "$new$")).await.expect("a transaction").expect("the key");
    let until = world.store.now() + Duration::from_secs(1);
    let counts = world.store.case_counts(start, until).await.expect("a read");
    let reason = counts.by_reason.iter().find(|(reason, _)| *reason == AssistedReason::NoMailAccess);
    assert_eq!(reason, Some(&(AssistedReason::NoMailAccess, 1)));
    assert_eq!((counts.asked, counts.returned, counts.times_to_key), (2, 1, vec![Duration::from_secs(100)]));
    assert_eq!((counts.pairs, counts.breaches), (vec![(ANA, BETO, 1)], vec![(CARLA, 1)]));
    let day = world.store.desk_events(start, until, 1_000).await.expect("a read");
    assert!(
        day.iter()
            .all(|event| event.officer.is_some() || matches!(event.act, CaseAct::Opened | CaseAct::Closed))
    );
    assert_eq!(day.iter().filter(|event| event.refusal.is_some()).count(), 1);
    let none = world.store.case_counts(until, until + Duration::from_secs(1)).await.expect("a read");
    assert_eq!((none.asked, none.pairs.len()), (0, 0));
}

pub(crate) async fn a_case_is_found_by_the_recovery_that_led_to_it(world: World) {
    world.register().await;
    let begun = world.begin().await;
    let mut new = opening(&world, 1);
    new.from = Some(begun.recovery.id);
    world.store.open_case(new).await.expect("a transaction").expect("a case");
    let found = world.store.case_from(begun.recovery.id).await.expect("a read").expect("the case");
    assert_eq!(found.reference, desk::reference(1));
    let by_name = world.store.case_by_reference(desk::reference(1)).await.expect("a read");
    assert_eq!(by_name.map(|found| found.case.id), Some(found.case.id));
    assert_eq!(world.store.case_by_reference(desk::reference(9)).await.expect("a read"), None);
}

pub(crate) async fn a_case_that_ended_long_ago_is_forgotten_and_no_other(world: World) {
    let closed = Desk::open(&world, 1).await;
    closed.activate(NEW, 90).await;
    let link = closed.mail_link().await;
    world.store.redeem(world.redemption(link, "$new$")).await.expect("a transaction").expect("the key");
    let expired = Desk::open(&world, 2).await;
    let frozen = Desk::open(&world, 3).await;
    frozen.take(CaseActor::OldMailbox, CaseCommand::Stop).await.expect("a stop");
    world.clock.forward(100 * DAY);
    let (rejected, open) = (Desk::open(&world, 4).await, Desk::open(&world, 5).await);
    let reject = rejected.take(officer(CARLA, Role::Supervisor), CaseCommand::Reject).await;
    reject.expect("the end of it");
    let forget = async |before, max| {
        world.store.forget_cases(before, &world.policy, max).await.expect("a transaction")
    };
    let hour_ago = world.store.now() - Duration::from_hours(1);
    assert_eq!((forget(hour_ago, 1).await, forget(hour_ago, 9).await), (1, 1));
    assert_eq!(forget(hour_ago, 9).await, 0);
    let exists = async |case: &Desk<'_>| world.store.case(case.id).await.expect("a read").is_some();
    for (case, expected) in
        [(&closed, false), (&expired, false), (&frozen, true), (&rejected, true), (&open, true)]
    {
        assert_eq!(exists(case).await, expected, "{:?}", case.id);
    }
    assert!(world.store.case_events(closed.id).await.expect("a read").is_empty());
    world.clock.forward(1);
    assert_eq!(forget(world.store.now(), 9).await, 1, "the rejected one, once it is old enough");
    assert!(exists(&open).await && exists(&frozen).await);
}

pub(crate) async fn a_case_goes_on_when_the_recoveries_behind_it_are_forgotten(world: World) {
    let begun = world.begin().await.recovery.id;
    let from = clavero_store::OpenCase { from: Some(begun), ..opening(&world, 1) };
    world.store.open_case(from).await.expect("a transaction").expect("a case");
    let case = Desk { world: &world, id: clavero_protocol::CaseId([1; 16]) };
    case.activate(NEW, 90).await;
    case.mail_link().await;
    world.clock.forward(3 * DAY);
    let (now, policy) = (world.store.now(), &world.policy);
    assert_eq!(world.store.forget_recoveries(now, policy, 9).await.expect("a transaction"), 2);
    assert!(case.is_activated().await);
    case.hand_over(91).await.expect("another start, whatever became of the first");
    let link = case.mail_link().await;
    world.store.redeem(world.redemption(link, "$new$")).await.expect("a transaction").expect("the key");
    assert_eq!(case.state().await, CaseState::Closed);
}
