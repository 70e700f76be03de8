//! T8: limits by address, and the work that stands in for a refusal.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    api::{Api, NEW_KEY, identifiers},
    employers::{Employer, Registry},
    mail::Inbox,
    secrets::hex,
    server::Setup,
};

/// Somebody whom no registry knows.
pub(super) fn stranger(serial: usize) -> Employer {
    let mut elsewhere = Registry::default();
    for _ in 0..500 + serial {
        elsewhere.company();
    }
    elsewhere.company()
}

/// What the work comes to, as it is sent.
pub(super) fn solution_of(challenge: &Value) -> Value {
    let text = |name: &str| challenge[name].as_str().unwrap_or_else(|| panic!("{name} in {challenge:#}"));
    let most = challenge["maxnumber"].as_u64().unwrap();
    let digest = |number: u64| hex(&Sha256::digest(format!("{}{number}", text("salt"))));
    let number = (0..=most).find(|number| digest(*number) == text("challenge")).unwrap();
    json!({
        "algorithm": text("algorithm"), "challenge": text("challenge"), "number": number, "salt": text("salt"),
        "signature": text("signature"),
    })
}

fn solve(challenge: &Value) -> String {
    STANDARD.encode(solution_of(challenge).to_string())
}

#[tokio::test]
async fn after_many_failures_an_address_works_for_its_next_try_and_an_honest_one_gets_through() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("limits.failures_before_proof", "3").start();
    let api = Api::of(&server);
    for serial in 0..3 {
        api.try_start(&stranger(serial)).await.assert_problem(422, "data-mismatch");
    }
    let asked = api.try_start(&employer).await;
    asked.assert_problem(428, "proof-required");
    let mut body = identifiers(&employer);
    body["proof"] = solve(&asked.body["challenge"]).into();
    api.post("/recoveries", &body).await.ok(201);
    // One solution pays for one try; the next one is told to work again, not to wait.
    let again = api.post("/recoveries", &body).await;
    again.assert_problem(428, "proof-required");
    assert_ne!(again.body["challenge"]["challenge"], asked.body["challenge"]["challenge"]);
    assert_eq!(inbox.arrived(&employer.email, 1).await, 1);
}

#[tokio::test]
async fn past_the_sum_of_all_codes_everybody_works_first_and_the_operator_is_told_once() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..13).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.codes_per_day_total", "10").start();
    let api = Api::of(&server);
    for employer in &employers[..10] {
        api.try_start(employer).await.ok(201);
    }
    for employer in &employers[10..] {
        let asked = api.try_start(employer).await;
        asked.assert_problem(428, "proof-required");
        let mut body = identifiers(employer);
        body["proof"] = solve(&asked.body["challenge"]).into();
        api.post("/recoveries", &body).await.ok(201);
        assert_eq!(inbox.arrived(&employer.email, 1).await, 1);
    }
    assert_eq!(server.log().matches("recovery.codes_per_day_total").count(), 1);
    let metrics = reqwest::get(format!("{}/metrics", server.admin())).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("clavero_codes_brake_engaged 1"), "{metrics}");
}

#[tokio::test]
async fn signing_in_answers_401_or_429_and_work_stands_in_for_waiting() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("limits.failures_before_proof", "3").start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    // Identifiers that nobody can have are told no more about than wrong ones.
    for (field, never) in [("ruc", "17"), ("representative_id", "1714307104"), ("sucursal", "")] {
        let mut body = identifiers(&employer);
        body["password"] = NEW_KEY.into();
        body[field] = never.into();
        api.post("/sessions", &body).await.assert_problem(401, "invalid-credentials");
    }
    for _ in 0..3 {
        api.sign_in(&employer, "no es esta clave").await.assert_problem(401, "invalid-credentials");
    }
    let asked = api.sign_in(&employer, NEW_KEY).await;
    asked.assert_problem(429, "too-many-requests");
    assert!(asked.retry_after() > 0);
    let mut body = identifiers(&employer);
    body["password"] = NEW_KEY.into();
    body["proof"] = solve(&asked.body["challenge"]).into();
    let session = api.post("/sessions", &body).await;
    assert_eq!(session.header("location"), Some("/api/v1/session"));
    session.ok(201);
    // The solution is spent: another task, not a wait without one.
    let again = api.post("/sessions", &body).await;
    again.assert_problem(429, "too-many-requests");
    assert_ne!(again.body["challenge"]["challenge"], asked.body["challenge"]["challenge"]);
    assert!(again.body["challenge"].is_object());
}

#[tokio::test]
async fn past_the_most_failures_an_address_waits_as_long_as_it_is_told() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("limits.failures_per_address", "3").start();
    let api = Api::of(&server);
    for serial in 0..3 {
        api.try_start(&stranger(serial)).await.assert_problem(422, "data-mismatch");
    }
    let refused = api.try_start(&stranger(3)).await;
    refused.assert_problem(429, "too-many-requests");
    assert!((1..=3_600).contains(&refused.retry_after()));
    let _ = employer;
}

#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
    let start = async |trusted: &str| {
        let mut registry = Registry::default();
        let employers: Vec<Employer> = (0..6).map(|_| registry.company()).collect();
        let inbox = Inbox::open();
        let mut setup = Setup::new(&registry, inbox.port()).set("limits.starts_per_address", "2");
        if !trusted.is_empty() {
            setup = setup.set("server.trusted_proxies", trusted);
        }
        let server = setup.start();
        let api = Api::of(&server);
        let mut accepted = 0;
        for (n, employer) in employers.iter().enumerate() {
            let request = api
                .request(reqwest::Method::POST, "/recoveries")
                .header("x-forwarded-for", format!("198.51.100.{n}"))
                .json(&identifiers(employer));
            accepted += usize::from(Api::send(request).await.status == 201);
        }
        accepted
    };
    assert_eq!(start("").await, 2, "a client cannot give itself addresses");
    assert_eq!(start("127.0.0.0/8").await, 6, "six clients behind our own proxy");
}

#[tokio::test]
async fn many_employers_that_share_a_mailbox_share_its_limit() {
    let mut registry = Registry::default();
    let office = |row: &mut Employer| "contador@correo.example".clone_into(&mut row.email);
    let employers: Vec<Employer> = (0..6).map(|_| registry.company_with(office)).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("limits.codes_per_mailbox_per_day", "4").start();
    let api = Api::of(&server);
    let mut accepted = 0;
    for employer in &employers {
        let answer = api.try_start(employer).await;
        if answer.status == 201 {
            accepted += 1;
        } else {
            answer.assert_problem(429, "too-many-requests");
        }
    }
    assert_eq!(accepted, 4);
    assert_eq!(inbox.arrived("contador@correo.example", 4).await, 4);
}
