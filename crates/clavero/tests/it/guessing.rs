//! Guesses at codes and links: counted before they are compared, whatever comes at once.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};

use crate::{
    api::{Answer, Api, NEW_KEY, eventually},
    employers::Registry,
    mail::Inbox,
    server::Setup,
};

/// How many answers of each kind there were.
pub(crate) fn tally(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        let kind = answer.problem().map_or_else(|| answer.status.as_str().to_owned(), str::to_owned);
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

/// Every code but the right one.
pub(crate) fn wrong_codes(right: &str) -> impl Iterator<Item = String> {
    let right: u32 = right.parse().unwrap();
    (1..).map(move |offset| format!("{:06}", (right + offset * 7) % 1_000_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_guesses_at_once_spend_exactly_the_allowed_five() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    let code = inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;

    let guesses: Vec<String> = wrong_codes(&code).take(2_000).collect();
    let answers: Vec<Answer> =
        stream::iter(&guesses).map(|guess| flow.send_code(guess)).buffer_unordered(128).collect().await;
    let counts = tally(&answers);
    assert_eq!(counts.get("wrong-code"), Some(&5), "{counts:?}");
    assert_eq!(counts.get("code-exhausted"), Some(&1_995), "{counts:?}");
    let mut left: Vec<u64> =
        answers.iter().filter_map(|answer| answer.body["attempts_left"].as_u64()).collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4], "each guess was told another number");
    // The right one comes too late.
    flow.send_code(&code).await.assert_problem(410, "code-exhausted");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_over_many_flows_of_one_employer_share_its_codes() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let starts: Vec<Answer> =
        stream::iter(0..50).map(|_| api.try_start(&employer)).buffer_unordered(50).collect().await;
    let counts = tally(&starts);
    assert_eq!(
        counts.get("201"),
        Some(&3),
        "three codes in a quarter of an hour, however many ask: {counts:?}"
    );
    assert_eq!(counts.get("too-many-requests"), Some(&47), "{counts:?}");
    for refused in starts.iter().filter(|answer| answer.status == 429) {
        assert!((1..=900).contains(&refused.retry_after()), "{refused:#?}");
    }
    assert_eq!(inbox.arrived(&employer.email, 3).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_right_code_sixteen_times_at_once_queues_one_link() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    let code = inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;
    let answers: Vec<Answer> =
        stream::iter(0..16).map(|_| flow.send_code(&code)).buffer_unordered(16).collect().await;
    assert!(answers.iter().any(|answer| answer.status == 200), "{:?}", tally(&answers));
    assert!(answers.iter().all(|answer| answer.status.as_u16() < 500), "{:?}", tally(&answers));
    flow.reaches("link_sent").await;
    assert_eq!(inbox.arrived(&employer.email, 2).await, 2, "one code, one link");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_redemptions_at_once_have_one_winner() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let keys: Vec<String> = (0..200).map(|n| format!("{NEW_KEY} número {n}")).collect();
    let answers: Vec<(String, Answer)> = stream::iter(keys)
        .map(|key| async {
            // The hashing pool answers "busy" to what it cannot queue: asked again, as a client would.
            let answer = eventually("an answer", || async {
                let answer = api.set_key(&link, &key).await;
                if answer.status == 503 { Err(answer) } else { Ok(answer) }
            })
            .await;
            (key, answer)
        })
        .buffer_unordered(200)
        .collect()
        .await;
    let winners: Vec<&String> =
        answers.iter().filter(|(_, answer)| answer.status == 204).map(|(key, _)| key).collect();
    assert_eq!(winners.len(), 1);
    for (_, loser) in answers.iter().filter(|(_, answer)| answer.status != 204) {
        loser.assert_problem(410, "link-used");
    }
    api.sign_in(&employer, winners[0]).await.ok(201);
    for (key, _) in answers.iter().filter(|(key, _)| key != winners[0]).take(10) {
        api.sign_in(&employer, key).await.assert_problem(401, "invalid-credentials");
    }
    assert_eq!(inbox.arrived(&employer.email, 3).await, 3, "one notice");
}

#[tokio::test]
async fn codes_tokens_and_links_open_nothing_but_their_own() {
    let mut registry = Registry::default();
    let (ours, theirs) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let (flow, other) = (api.start(&ours).await, api.start(&theirs).await);
    let code = inbox.next_code(&ours.email).await;
    let other_code = inbox.next_code(&theirs.email).await;
    // Two mails to one address may come in either order.
    let again = api.start(&ours).await;
    let again_code = inbox.next_code(&ours.email).await;
    for each in [&flow, &other, &again] {
        each.reaches("code_sent").await;
    }
    // A code of another employer, or of another flow of the same employer.
    for (wrong, right) in [(&other_code, &code), (&again_code, &code)] {
        if wrong != right {
            flow.send_code(wrong).await.assert_problem(422, "wrong-code");
        }
    }
    // A token of another flow.
    let mut crossed = flow.clone();
    crossed.token.clone_from(&other.token);
    crossed.read().await.assert_problem(401, "unauthorized");
    crossed.send_code(&code).await.assert_problem(401, "unauthorized");
    // The code or the flow's token where a link's belongs.
    for wrong in [&code, &flow.token, &flow.id, &"A".repeat(43)] {
        api.set_key(wrong, NEW_KEY).await.assert_problem(404, "unknown-link");
        api.read_link(wrong).await.assert_problem(404, "unknown-link");
        api.session(wrong).await.assert_problem(401, "unauthorized");
    }
    flow.send_code(&code).await.ok(200);
    let link = inbox.next_link(&ours.email).await;
    // A shortened or lengthened token.
    let token = crate::api::token_of(&link);
    for wrong in [&token[..token.len() - 1], &token[..22], &format!("{token}A")] {
        api.read_link(wrong).await.assert_problem(404, "unknown-link");
    }
    // A link sets its own employer's key, and no other.
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&theirs, NEW_KEY).await.assert_problem(401, "invalid-credentials");
    api.sign_in(&ours, NEW_KEY).await.ok(201);
    // The employer's other recovery ended with it.
    assert_eq!(again.read().await.ok(200)["state"], "expired");
    again.send_code(&again_code).await.assert_problem(409, "wrong-state");
}

#[tokio::test]
async fn a_form_that_was_shown_for_one_link_carries_no_other() {
    let mut registry = Registry::default();
    let (ours, theirs) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.link_ttl", "2s").start();
    let api = Api::of(&server);
    let ours_link = inbox.link_of(&api, &ours).await;
    let opened = api.read_link(&ours_link).await.ok(200)["opened"].as_str().unwrap().to_owned();
    let theirs_link = inbox.link_of(&api, &theirs).await;
    for link in [&ours_link, &theirs_link] {
        eventually("the link's end", || async {
            let answer = api.read_link(link).await;
            if answer.status == 410 { Ok(()) } else { Err(answer) }
        })
        .await;
    }
    let send = |link: String, opened: String| {
        let path = format!("/links/{}/password", crate::api::token_of(&link));
        let api = api.clone();
        async move { api.post(&path, &serde_json::json!({ "password": NEW_KEY, "opened": opened })).await }
    };
    api.set_key(&ours_link, NEW_KEY).await.assert_problem(410, "link-expired");
    send(theirs_link, opened.clone()).await.assert_problem(410, "link-expired");
    let mut forged = opened.clone().into_bytes();
    forged[5] ^= 1;
    send(ours_link.clone(), String::from_utf8_lossy(&forged).into_owned())
        .await
        .assert_problem(410, "link-expired");
    // Opened in time, sent later: the ten minutes for choosing a good key.
    assert_eq!(send(ours_link, opened).await.status, 204);
}
