//! The suite.

use std::{sync::Arc, time::Duration};

use clavero_protocol::{Command, Refusal, State};
use clavero_store::{
    Actor, AuditEntry, Denied, EmployerRecord, ImportCounts, MailKind, MailOutcome, NotAdvanced, Once,
};

use crate::world::{LIFE, Place, World, credential, email, employer, limit, record};

const ENTRY: AuditEntry = AuditEntry::done(Actor::Visitor, "test");

pub(crate) async fn a_thousand_parallel_guesses_spend_five(world: World) {
    let id = world.begin().await.recovery.id;
    world.mail_all().await;
    let world = Arc::new(world);
    let guesses = (0..1_000).map(|_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.step(id, Command::SpendAttempt).await })
    });
    let mut judged = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.expect("a task") {
            Ok(_) => judged += 1,
            Err(refused) => assert_eq!(refused, NotAdvanced::Refused(Refusal::CodeExhausted)),
        }
    }
    assert_eq!(judged, 5);
}

pub(crate) async fn sixteen_right_codes_at_once_pass_once_and_queue_one_mail(world: World) {
    let id = world.begin().await.recovery.id;
    world.mail_all().await;
    world.step(id, Command::SpendAttempt).await.expect("a guess");
    let world = Arc::new(world);
    let right = (0..16).map(|_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.step(id, Command::AcceptCode { counter: 1 }).await.is_ok() })
    });
    let mut passed = 0;
    for one in right.collect::<Vec<_>>() {
        passed += u32::from(one.await.expect("a task"));
    }
    assert_eq!(passed, 1);
    assert_eq!(world.claim(Vec::new()).await.len(), 1);
}

pub(crate) async fn forty_parallel_redemptions_set_one_key(world: World) {
    let (_, link) = world.with_link().await;
    let world = Arc::new(world);
    let tries = (0..40).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let phc = format!("$phc${number}");
            let redeemed = world.store.redeem(world.redemption(link, &phc)).await.expect("a transaction");
            (phc, redeemed)
        })
    });
    let mut winners = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        match one.await.expect("a task") {
            (phc, Ok(_)) => winners.push(phc),
            (_, Err(refusal)) => assert_eq!(refusal, Refusal::LinkUsed),
        }
    }
    let stored = world.store.employer(&employer()).await.expect("a read").expect("the employer");
    assert_eq!(winners, [stored.credential.expect("a key").phc]);
    let notices = world.claim(Vec::new()).await;
    assert_eq!(notices.iter().map(|mail| mail.kind).collect::<Vec<_>>(), [MailKind::Changed]);
}

pub(crate) async fn a_redemption_ends_sessions_other_flows_and_budgets(world: World) {
    let other = world.begin().await.recovery.id;
    let (id, link) = world.with_link().await;
    let session = world.sign_in().await;
    world.store.redeem(world.redemption(link, "$phc$")).await.expect("a transaction").expect("the key");
    let state = |id| {
        let world = &world;
        async move {
            let flow = world.store.recovery(id).await.expect("a read").expect("the flow");
            flow.recovery.state(world.store.now(), &world.policy)
        }
    };
    assert_eq!((state(id).await, state(other).await), (State::Completed, State::Expired));
    assert!(world.store.session(session, LIFE).await.expect("a read").is_none());
    let room = world.store.peek(vec![limit(200, 1)]).await.expect("a read");
    assert!(room[0].is_ok(), "the budget that the flows drew on is forgotten");
}

pub(crate) async fn a_key_that_was_changed_while_it_was_compared_opens_no_session(world: World) {
    world.register().await;
    let compared = world.key_set_at().await;
    world.clock.forward(1);
    let (_, link) = world.with_link().await;
    world.store.redeem(world.redemption(link, "$phc$")).await.expect("a transaction").expect("the key");
    assert!(world.sign_in_by(compared).await.is_none(), "the old key was right when it was compared");
    assert!(world.sign_in_by(world.key_set_at().await).await.is_some());
}

pub(crate) async fn limits_are_drawn_on_together_or_not_at_all(world: World) {
    let both = || vec![limit(1, 3), limit(2, 1)];
    world.store.take(both(), None, ENTRY).await.expect("a transaction").expect("room");
    let denied = world.store.take(both(), None, ENTRY).await.expect("a transaction");
    assert!(matches!(denied, Err(Denied::Exceeded { limit: 1, .. })), "{denied:?}");
    let first_alone = || vec![limit(1, 3)];
    for _ in 0..2 {
        world
            .store
            .take(first_alone(), None, ENTRY)
            .await
            .expect("a transaction")
            .expect("not charged in vain");
    }
    assert!(world.store.take(first_alone(), None, ENTRY).await.expect("a transaction").is_err());
    world.clock.forward(900);
    world.store.take(both(), None, ENTRY).await.expect("a transaction").expect("the window has passed");
}

pub(crate) async fn a_proof_is_spent_once(world: World) {
    let expires_at = world.store.now() + Duration::from_mins(1);
    let once = || Some(Once { digest: [3; 32], expires_at });
    world.store.take(vec![limit(1, 9)], once(), ENTRY).await.expect("a transaction").expect("fresh");
    let again = world.store.take(vec![limit(1, 9)], once(), ENTRY).await.expect("a transaction");
    assert_eq!(again, Err(Denied::SpentProof));
}

pub(crate) async fn a_claimed_mail_is_nobody_elses_until_its_lease_ends(world: World) {
    world.begin().await;
    let first = world.claim(Vec::new()).await;
    assert_eq!((first.len(), first[0].attempts), (1, 1));
    assert!(world.claim(Vec::new()).await.is_empty(), "the lease holds");
    world.clock.forward(61);
    let second = world.claim(Vec::new()).await;
    assert_eq!((second[0].id, second[0].queued_at, second[0].attempts), (first[0].id, first[0].queued_at, 2));
    assert!(!world.settle(&first[0], MailOutcome::Accepted).await, "who lost the lease settles nothing");
    assert!(world.settle(&second[0], MailOutcome::Accepted).await);
    world.clock.forward(61);
    assert!(world.claim(Vec::new()).await.is_empty());
}

pub(crate) async fn what_a_dead_process_had_taken_up_is_due_at_once_where_nobody_else_can_have_it(
    world: World,
) {
    world.begin().await;
    let first = world.claim(Vec::new()).await;
    let recalled = world.store.recall_mails(1).await.expect("a transaction");
    let again = world.claim(Vec::new()).await;
    assert_eq!(recalled, again.len() as u64);
    // What several nodes share, another one may have in hand.
    let is_embedded = matches!(world.place(), Place::Folder(_));
    assert_eq!(again.len(), usize::from(is_embedded));
    if is_embedded {
        assert_eq!((again[0].id, again[0].attempts), (first[0].id, 2));
        assert!(!world.settle(&first[0], MailOutcome::Accepted).await, "the dead settle nothing");
    }
    assert_eq!(world.store.recall_mails(1).await.expect("a transaction"), 0, "it was tried twice");
}

pub(crate) async fn a_busy_lane_is_passed_over(world: World) {
    world.begin().await;
    assert!(world.claim(vec![1]).await.is_empty());
    assert_eq!(world.claim(vec![2]).await.len(), 1);
}

pub(crate) async fn a_claim_waits_for_a_mail_and_looks_again_when_told(world: World) {
    const LONG: Duration = Duration::from_hours(1);
    world.claim(Vec::new()).await;
    let world = Arc::new(world);
    let waiting = tokio::spawn({
        let world = Arc::clone(&world);
        async move { world.wait_for_mail(LONG, Vec::new()).await }
    });
    world.begin().await;
    let taken = waiting.await.expect("a claim");
    assert_eq!(taken.len(), 1);
    assert!(world.settle(&taken[0], MailOutcome::Retry { after: Duration::from_secs(30) }).await);
    let waiting = tokio::spawn({
        let world = Arc::clone(&world);
        async move { world.wait_for_mail(LONG, Vec::new()).await }
    });
    world.clock.forward(31);
    // Before the claim has arrived there is nobody to tell.
    while !waiting.is_finished() {
        world.store.look_for_mail().await.expect("a word");
        tokio::task::yield_now().await;
    }
    assert_eq!(waiting.await.expect("a claim")[0].id, taken[0].id);
}

pub(crate) async fn a_mail_follows_no_later_address(world: World) {
    let id = world.begin().await.recovery.id;
    world.store.import_employers(vec![(record(Some(email(2))), None)]).await.expect("an import");
    assert!(world.claim(Vec::new()).await.is_empty());
    let flow = world.store.recovery(id).await.expect("a read").expect("the flow");
    assert_eq!(flow.recovery.state(world.store.now(), &world.policy), State::Expired);
}

pub(crate) async fn an_import_changes_what_differs_and_never_a_key_that_was_set_here(world: World) {
    let import = |record: EmployerRecord, phc: Option<&'static str>| {
        let store = Arc::clone(&world.store);
        async move { store.import_employers(vec![(record, phc.map(credential))]).await.expect("an import") }
    };
    let one = |new, updated, unchanged| ImportCounts { new, updated, unchanged };
    assert_eq!(import(record(Some(email(1))), Some("$old$")).await, one(1, 0, 0));
    // The same address is sealed into other bytes each time.
    let resealed = clavero_store::SealedEmail { sealed: vec![99; 40], ..email(1) };
    assert_eq!(import(record(Some(resealed)), None).await, one(0, 0, 1));
    let renamed = EmployerRecord { name: "Otra S.A.".to_owned(), ..record(Some(email(1))) };
    assert_eq!(import(renamed, Some("$older$")).await, one(0, 1, 0));
    let stored = || async { world.store.employer(&employer()).await.expect("a read").expect("the employer") };
    assert_eq!(stored().await.email_version, 1);
    assert_eq!(stored().await.credential.expect("a key").phc, "$older$");
    let (_, link) = world.with_link().await;
    world.store.redeem(world.redemption(link, "$own$")).await.expect("a transaction").expect("the key");
    import(record(Some(email(2))), Some("$imported$")).await;
    assert_eq!(stored().await.email_version, 2);
    assert_eq!(stored().await.credential.expect("a key").phc, "$own$");
}

pub(crate) async fn sessions_end_by_idleness_and_by_age(world: World) {
    world.register().await;
    let token = world.sign_in().await;
    for _ in 0..50 {
        world.clock.forward(800);
        assert!(world.store.session(token, LIFE).await.expect("a read").is_some());
    }
    // 40,000 s old: the absolute end comes before the idle one.
    world.clock.forward(890);
    assert!(world.store.session(token, LIFE).await.expect("a read").is_some());
    for _ in 0..3 {
        world.clock.forward(800);
        drop(world.store.session(token, LIFE).await.expect("a read"));
    }
    assert!(world.store.session(token, LIFE).await.expect("a read").is_none());
    let idle = world.sign_in().await;
    world.clock.forward(900);
    assert!(world.store.session(idle, LIFE).await.expect("a read").is_none());
}

pub(crate) async fn a_frozen_key_ends_everything_and_the_token_works_once(world: World) {
    let (_, link) = world.with_link().await;
    world.store.redeem(world.redemption(link, "$phc$")).await.expect("a transaction").expect("the key");
    let session = world.sign_in().await;
    let (lease, policy) = (Duration::from_mins(1), Arc::clone(&world.policy));
    let claim = clavero_store::Claim {
        max: 1,
        wait: Duration::ZERO,
        lease,
        busy_lanes: Vec::new(),
        verifiers: vec![[77; 32]],
        policy,
    };
    assert_eq!(world.store.claim_mails(claim).await.expect("a claim")[0].kind, MailKind::Changed);
    assert!(world.store.repudiate([77; 32], &world.policy).await.expect("a transaction"));
    let stored = world.store.employer(&employer()).await.expect("a read").expect("the employer");
    assert!(stored.is_frozen());
    assert!(world.store.session(session, LIFE).await.expect("a read").is_none());
    assert!(world.store.repudiation([77; 32]).await.expect("a read").expect("the token").used);
}

pub(crate) async fn what_has_ended_is_swept(world: World) {
    let (_, link) = world.with_link().await;
    world.sign_in().await;
    world.clock.forward(3 * 86_400);
    assert!(world.store.sweep(LIFE, &world.policy, 100).await.expect("a sweep") >= 3);
    assert!(world.store.link(link).await.expect("a read").is_none());
}

pub(crate) async fn old_recoveries_are_forgotten_and_no_other(world: World) {
    let (done, link) = world.with_link().await;
    world.store.redeem(world.redemption(link, "$phc$")).await.expect("a transaction").expect("the key");
    world.mail_all().await;
    // Nobody came back to it, and its mail has not left.
    let left = world.begin().await.recovery.id;
    world.clock.forward(100 * 86_400);
    let fresh = world.begin().await.recovery.id;
    let forget = async |before, max| {
        world.store.forget_recoveries(before, &world.policy, max).await.expect("a transaction")
    };
    let kept = world.store.now() - Duration::from_hours(90 * 24);
    assert_eq!((forget(kept, 1).await, forget(kept, 9).await, forget(kept, 9).await), (1, 1, 0));
    assert_eq!(forget(world.store.now() + Duration::from_hours(1), 9).await, 0, "it may still go on");
    for (id, expected) in [(done, false), (left, false), (fresh, true)] {
        assert_eq!(world.store.recovery(id).await.expect("a read").is_some(), expected, "{id:?}");
    }
    assert!(world.store.link(link).await.expect("a read").is_none());
    let stored = world.store.employer(&employer()).await.expect("a read").expect("the employer");
    assert_eq!(stored.credential.expect("a key").phc, "$phc$");
    let of_mails = |mails: Vec<clavero_store::ClaimedMail>| -> Vec<_> {
        mails.into_iter().map(|mail| mail.flow.map(|flow| flow.recovery.id)).collect()
    };
    assert_eq!(of_mails(world.claim(Vec::new()).await), [Some(fresh)], "the other has nothing to tell");
    let acts: Vec<_> =
        world.store.unsealed(100).await.expect("a read").into_iter().map(|entry| entry.act).collect();
    assert_eq!(acts.iter().filter(|act| *act == "recovery.forgotten").count(), 2, "{acts:?}");
    assert!(acts.iter().any(|act| act == "recovery.key_recovered"), "the log keeps its entries: {acts:?}");
}

pub(crate) async fn a_key_that_was_in_use_is_asked_for(world: World) {
    let ring = async |ids: &[&str]| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        world.store.active_key(ids).await.expect("a transaction")
    };
    assert_eq!(ring(&["k1"]).await, None);
    assert_eq!(ring(&["k1", "k2"]).await, None, "rotated");
    assert_eq!(ring(&["k1"]).await.as_deref(), Some("k2"), "a copy from before");
    assert_eq!(ring(&["k1"]).await.as_deref(), Some("k2"), "and still");
    assert_eq!(ring(&["k1", "k2", "k3"]).await, None);
}
