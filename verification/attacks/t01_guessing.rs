//! T1: guesses at codes, at once, over many flows and at many services: counted before they are compared.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use reqwest::Method;

use crate::{
    api::{Answer, Api, Flow, identifiers},
    employers::Registry,
    mail::Inbox,
    nodes::Two,
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

/// Sends forty guesses at each of fifty flows, all mixed, 128 at a time.
async fn compared(flows: &[(Vec<Flow>, String)]) -> BTreeMap<String, usize> {
    let guesses: Vec<Vec<String>> =
        flows.iter().map(|(_, code)| wrong_codes(code).take(40).collect()).collect();
    let mixed = (0..40).flat_map(|turn| flows.iter().zip(&guesses).map(move |flow| (turn, flow)));
    let answers: Vec<Answer> = stream::iter(mixed)
        .map(async |(turn, ((at, _), guesses))| at[turn % at.len()].send_code(&guesses[turn]).await)
        .buffer_unordered(128)
        .collect()
        .await;
    tally(&answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_guesses_over_fifty_flows_spend_exactly_five_of_each() {
    let mut registry = Registry::default();
    let employers: Vec<_> = (0..50).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut flows = Vec::new();
    for employer in &employers {
        let flow = api.start(employer).await;
        let code = inbox.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        flows.push((vec![flow], code));
    }
    let counts = compared(&flows).await;
    assert_eq!((counts["wrong-code"], counts["code-exhausted"]), (250, 1_750), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_guesses_over_fifty_flows_at_two_services_spend_exactly_five_of_each() {
    let two = Two::start(50);
    let apis = two.apis();
    let mut flows = Vec::new();
    for employer in &two.employers {
        let flow = apis[0].start(employer).await;
        let code = two.inbox.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        flows.push((vec![flow.clone(), flow.at(&apis[1])], code));
    }
    let counts = compared(&flows).await;
    assert_eq!((counts["wrong-code"], counts["code-exhausted"]), (250, 1_750), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_guesses_at_two_services_at_once_spend_exactly_the_allowed_five() {
    let two = Two::start(1);
    let (employer, apis) = (&two.employers[0], two.apis());
    let flow = apis[0].start(employer).await;
    let code = two.inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;
    let flows = [flow.clone(), flow.at(&apis[1])];
    let guesses: Vec<_> = wrong_codes(&code).take(2_000).enumerate().collect();
    let answers: Vec<Answer> = stream::iter(&guesses)
        .map(|(number, guess)| flows[number % 2].send_code(guess))
        .buffer_unordered(128)
        .collect()
        .await;
    let counts = tally(&answers);
    assert_eq!((counts["wrong-code"], counts["code-exhausted"]), (5, 1_995), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_guesses_at_one_employer_is_fifty_however_many_flows_and_addresses() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    // The whole day's codes at once: the quarter of an hour does not stand in the way.
    let server = Setup::new(&registry, inbox.port())
        .set("recovery.codes_per_window", "10")
        .set("server.trusted_proxies", "127.0.0.0/8")
        .start();
    let api = Api::of(&server);
    let (mut flows, mut refused) = (Vec::new(), 0);
    for number in 0..100 {
        let request = api.request(Method::POST, "/recoveries").json(&identifiers(&employer));
        let from = format!("198.51.{}.{}", number / 256, number % 256);
        let started = Api::send(request.header("x-forwarded-for", from)).await;
        if started.status == 201 {
            flows.push(Flow::of(&api, &started.body));
        } else {
            started.assert_problem(429, "too-many-requests");
            refused += 1;
        }
    }
    assert_eq!((flows.len(), refused), (10, 90));
    let mut codes = Vec::new();
    for flow in &flows {
        flow.reaches("code_sent").await;
        let reference = flow.started["reference"].as_str().unwrap();
        codes.push(inbox.code_with_reference(&employer.email, reference).await);
    }
    // No code is right for any of the flows.
    let guesses = (0..1_000_000).map(|code| format!("{code:06}")).filter(|guess| !codes.contains(guess));
    let guesses: Vec<String> = guesses.take(100).collect();
    let mixed = guesses.iter().flat_map(|guess| flows.iter().map(move |flow| (flow, guess)));
    let answers: Vec<Answer> = stream::iter(mixed)
        .map(async |(flow, guess)| flow.send_code(guess).await)
        .buffer_unordered(64)
        .collect()
        .await;
    let counts = tally(&answers);
    assert_eq!((counts["wrong-code"], counts["code-exhausted"]), (50, 950), "{counts:?}");
}
