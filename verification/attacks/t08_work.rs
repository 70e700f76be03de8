//! T8 and A27: proof of work that was not done for this: prolonged, spliced (CVE-2025-68113), used again, brought from
//! another purpose, network or service, or made up.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::t08_limits::{solution_of, stranger};
use crate::{
    api::{Answer, Api, NEW_KEY, identifiers},
    employers::{Employer, Registry},
    mail::Inbox,
    secrets::hex,
    server::{Setup, TestServer},
};

/// Everybody works from the second failure of an address on, which the proxy tells.
fn service(registry: &Registry, inbox: &Inbox) -> TestServer {
    Setup::new(registry, inbox.port())
        .set("limits.failures_before_proof", "1")
        .set("server.trusted_proxies", "127.0.0.0/8")
        .start()
}

const HERE: &str = "198.51.100.7";

async fn start_from(address: &str, api: &Api, employer: &Employer, proof: Option<&str>) -> Answer {
    let mut body = identifiers(employer);
    if let Some(proof) = proof {
        body["proof"] = proof.into();
    }
    let request = api.request(Method::POST, "/recoveries").header("x-forwarded-for", address);
    Api::send(request.json(&body)).await
}

async fn sign_in_from(address: &str, api: &Api, employer: &Employer, proof: Option<&str>) -> Answer {
    let mut body = identifiers(employer);
    body["password"] = NEW_KEY.into();
    if let Some(proof) = proof {
        body["proof"] = proof.into();
    }
    let request = api.request(Method::POST, "/sessions").header("x-forwarded-for", address);
    Api::send(request.json(&body)).await
}

/// Fails until work is asked for, and gives the task.
async fn task(address: &str, api: &Api) -> Value {
    start_from(address, api, &stranger(0), None).await.assert_problem(422, "data-mismatch");
    let asked = start_from(address, api, &stranger(0), None).await;
    asked.assert_problem(428, "proof-required");
    asked.body["challenge"].clone()
}

fn encoded(solution: &Value) -> String {
    STANDARD.encode(solution.to_string())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value:#}"))
}

/// The solution with another salt and another number, whose digest goes where the service looks for it.
fn forged(solution: &Value, salt: &str, number: u64, challenge: Option<&str>) -> String {
    let mut forged = solution.clone();
    let digest = hex(&Sha256::digest(format!("{salt}{number}")));
    forged["salt"] = salt.into();
    forged["number"] = number.into();
    forged["challenge"] = challenge.unwrap_or(&digest).into();
    encoded(&forged)
}

/// With these members changed.
fn with(solution: &Value, members: &Value) -> String {
    let mut changed = solution.clone();
    for (name, value) in members.as_object().unwrap() {
        changed[name] = value.clone();
    }
    encoded(&changed)
}

/// What is no proof of this work, by what was done to it.
fn vectors(task: &Value, solution: &Value) -> Vec<(&'static str, String)> {
    let (salt, number) = (text(solution, "salt"), solution["number"].as_u64().unwrap());
    let genuine = text(solution, "challenge");
    let expires = salt.split_once("expires=").unwrap().1.split('&').next().unwrap();
    let later = salt.replace(expires, &(expires.parse::<u64>().unwrap() + 86_400).to_string());
    let digits = number.to_string();
    let ticket = text(task, "ticket");
    let (body, signature) = ticket.rsplit_once(':').unwrap();
    let ripe = body.split(':').nth(1).unwrap();
    let mut vectors = vec![
        ("a later end, its own digest", forged(solution, &later, number, None)),
        ("a later end, the old digest", forged(solution, &later, number, Some(genuine))),
        (
            "a second end behind the first",
            forged(solution, &format!("{salt}expires=9999999999&"), number, None),
        ),
        (
            "a second end, the old digest",
            forged(solution, &format!("{salt}expires=9999999999&"), number, Some(genuine)),
        ),
        ("another purpose", forged(solution, &salt.replace("scope=recovery", "scope=sign-in"), number, None)),
        ("no parameters", forged(solution, "made-up?", number, None)),
        ("a number that solves nothing", with(solution, &json!({ "number": number ^ 1 }))),
        ("a negative number", with(solution, &json!({ "number": -1 }))),
        ("the number as text", with(solution, &json!({ "number": digits }))),
        ("no algorithm", with(solution, &json!({ "algorithm": "none" }))),
        ("another algorithm", with(solution, &json!({ "algorithm": "SHA-1" }))),
        ("an empty signature", with(solution, &json!({ "signature": "" }))),
        ("half a signature", with(solution, &json!({ "signature": text(solution, "signature")[..32] }))),
        ("the signature of the ticket", with(solution, &json!({ "signature": signature }))),
        ("the ticket as the work", with(solution, &json!({ "challenge": body, "signature": signature }))),
        ("a ticket that is not ripe", ticket.to_owned()),
        ("a ticket made riper", ticket.replace(ripe, "1")),
        ("a ticket under the work's signature", format!("{body}:{}", text(solution, "signature"))),
        ("no JSON", STANDARD.encode("proof")),
        ("no Base64", "%%%".to_owned()),
        ("4 MiB would be too much; 3 KiB are", "A".repeat(3_072)),
    ];
    // Digits moved from the number to the end of the salt leave the digest as it was: the signature still holds.
    for split in 1..digits.len() {
        let (moved, rest) = digits.split_at(split);
        if let (Ok(rest), false) = (rest.parse(), rest.starts_with('0')) {
            let spliced = format!("{salt}{moved}");
            assert_eq!(hex(&Sha256::digest(format!("{spliced}{rest}"))), genuine);
            vectors.push(("digits moved into the salt", forged(solution, &spliced, rest, None)));
        }
    }
    vectors
}

#[tokio::test]
async fn work_that_was_not_done_for_this_opens_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = service(&registry, &inbox);
    let api = Api::of(&server);
    let task = task(HERE, &api).await;
    let solution = solution_of(&task);
    let vectors = vectors(&task, &solution);
    for (what, proof) in &vectors {
        let refused = start_from(HERE, &api, &employer, Some(proof)).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (428, Some("proof-required")), "{what}");
    }
    let proof = encoded(&solution);
    let signing = sign_in_from(HERE, &api, &employer, Some(&proof)).await;
    signing.assert_problem(429, "too-many-requests");
    let of_sign_in = encoded(&solution_of(&signing.body["challenge"]));
    start_from(HERE, &api, &employer, Some(&of_sign_in)).await.assert_problem(428, "proof-required");
    let other = start_from("203.0.113.9", &api, &stranger(0), None).await;
    other.assert_problem(422, "data-mismatch");
    let other = start_from("203.0.113.9", &api, &employer, Some(&proof)).await;
    other.assert_problem(428, "proof-required");
    let elsewhere = service(&registry, &inbox);
    let foreign = self::task(HERE, &Api::of(&elsewhere)).await;
    let foreign = start_from(HERE, &api, &employer, Some(&encoded(&solution_of(&foreign)))).await;
    foreign.assert_problem(428, "proof-required");
    assert_eq!(inbox.total(), 0, "nobody was written to");
    // None of it spent the work: where it belongs it is taken.
    start_from(HERE, &api, &employer, Some(&proof)).await.ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_done_beforehand_pays_once_however_it_is_written_and_however_many_bring_it_at_once() {
    let mut registry = Registry::default();
    let employers: Vec<_> = (0..20).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = service(&registry, &inbox);
    let api = Api::of(&server);
    let solution = solution_of(&task(HERE, &api).await);
    let mut reordered: Vec<(&String, &Value)> = solution.as_object().unwrap().iter().collect();
    reordered.reverse();
    let members: Vec<String> =
        reordered.iter().map(|(name, value)| format!(" \"{name}\" :\t{value} ")).collect();
    let forms = [
        encoded(&solution),
        STANDARD.encode(format!("{{{}}}\n", members.join(","))),
        with(&solution, &json!({ "more": "members" })),
        with(&solution, &json!({ "signature": text(&solution, "signature").to_uppercase() })),
    ];
    let tries = employers.iter().enumerate();
    let tries =
        tries.map(|(turn, employer)| start_from(HERE, &api, employer, Some(&forms[turn % forms.len()])));
    let answers = join_all(tries).await;
    let paid = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(paid, 1, "{answers:#?}");
    assert!(answers.iter().filter(|answer| answer.status != 201).all(|answer| answer.status == 428));
    for form in &forms {
        start_from(HERE, &api, &employers[0], Some(form)).await.assert_problem(428, "proof-required");
    }
}
