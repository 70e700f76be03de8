//! T6 and A16: the side doors. Under `hide` neither signing in, nor asking again, nor the papers of the assisted path, nor where a
//! flow stands tells who is registered: with the mail server up, slow, down, and taking no mail from us.

use std::time::Duration;

use clavero_smtp_fixture::{Act, Rule, SmtpFixture, Step};
use reqwest::{Client, redirect::Policy};

use super::t06_decoys::masked;
use crate::{
    api::{Api, Flow, eventually},
    case_pages::identifiers,
    employers::{Employer, Registry, catastro},
    server::{Setup, TestServer},
};

const DOOR: &str = "/empleadores/clave-patronal";

/// Everybody whom one might ask after, the registered one first.
fn classes(registry: &mut Registry) -> Vec<(&'static str, Employer)> {
    let known = registry.company();
    let first_time = registry.company_with(|row| row.has_key = false);
    let no_mail = registry.company_with(|row| row.email.clear());
    let closed = registry.company();
    let (mut unknown, mut crossed) = (known.clone(), known.clone());
    "0007".clone_into(&mut unknown.sucursal);
    crossed.representative.clone_from(&first_time.representative);
    vec![
        ("registered", known),
        ("unknown", unknown),
        ("another representative", crossed),
        ("no key yet", first_time),
        ("no mail", no_mail),
        ("closed", closed),
    ]
}

/// How often mails of this kind had this outcome.
async fn mails(server: &TestServer, kind: &str, outcome: &str) -> u64 {
    let metrics = reqwest::get(format!("{}/metrics", server.admin())).await.unwrap().text().await.unwrap();
    let ours = |line: &&str| {
        line.starts_with("clavero_mails_total{")
            && line.contains(&format!("kind=\"{kind}\""))
            && line.contains(&format!("outcome=\"{outcome}\""))
    };
    metrics.lines().find(ours).map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
}

/// Every letter that is not of the identifiers, the reference or the time.
fn letters(page: &str, reference: &str) -> String {
    let page = page.replace(reference, "REFERENCE");
    let grouped = reference.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned());
    let page = page.replace(&grouped.collect::<Vec<_>>().join("-"), "REFERENCE");
    page.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
}

/// The assisted path for these identifiers: what opening it says, its page, and what its packet is.
async fn assisted(server: &TestServer, employer: &Employer) -> Vec<(u16, String)> {
    let http = Client::builder().redirect(Policy::none()).build().unwrap();
    let at = |path: &str| format!("{}{path}", server.address());
    let opened = http.post(at(DOOR)).form(&identifiers(employer)).send().await.unwrap();
    let to = opened.headers().get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
    let reference = to.rsplit('/').next().unwrap().to_owned();
    let mut said = vec![(opened.status().as_u16(), to.replace(&reference, "REFERENCE"))];
    let page = http.get(at(&to)).send().await.unwrap();
    said.push((page.status().as_u16(), letters(&page.text().await.unwrap(), &reference)));
    said
}

/// All that somebody who has only the identifiers gets to see, once the outbox has tried each mail.
async fn told(server: &TestServer, flow: &Flow, employer: &Employer, state: &str) -> Vec<(u16, String)> {
    let api = Api::of(server);
    let shown = |answer: crate::api::Answer| (answer.status.as_u16(), masked(answer.body).to_string());
    let mut told = vec![(200, masked(flow.reaches(state).await).to_string())];
    told.push(shown(flow.resend_code().await));
    told.push(shown(flow.send_code("12345x").await));
    told.push(shown(flow.resend_link().await));
    told.push(shown(api.sign_in(employer, "no es esta clave").await));
    told.push(shown(api.try_start(employer).await));
    told.extend(assisted(server, employer).await);
    told
}

/// With the mail server in this mood, everybody is told what the registered one is.
async fn alike(mood: &str, rule: Option<Rule>, state: &str) {
    let mut registry = Registry::default();
    let classes = classes(&mut registry);
    let relay = SmtpFixture::start();
    if let Some(rule) = rule {
        relay.add(rule);
    }
    let closed = &classes.iter().find(|(class, _)| *class == "closed").unwrap().1;
    let server = Setup::new(&registry, relay.port())
        .catastro(catastro(&[(&closed.ruc, "PASIVO")]))
        .set("recovery.mismatch", "hide")
        .start();
    let api = Api::of(&server);
    let mut flows: Vec<Flow> = Vec::new();
    for (_, employer) in &classes {
        flows.push(api.start(employer).await);
    }
    eventually("a try at each mail", async || {
        let tried = |kind| {
            let server = &server;
            async move { mails(server, kind, "accepted").await + mails(server, kind, "deferred").await }
        };
        let (real, decoys) = (tried("code").await, tried("decoy").await);
        if real >= 1 && decoys >= classes.len() as u64 - 1 { Ok(()) } else { Err((real, decoys)) }
    })
    .await;
    let expected: Vec<(u16, String)> = told(&server, &flows[0], &classes[0].1, state).await;
    for ((class, employer), flow) in classes.iter().zip(&flows).skip(1) {
        let got = told(&server, flow, employer, state).await;
        for (got, expected) in got.iter().zip(&expected) {
            assert_eq!(got, expected, "{mood}: {class}");
        }
        assert_eq!(got.len(), expected.len(), "{mood}: {class}");
    }
}

#[tokio::test]
async fn hidden_side_doors_tell_nothing_while_mails_go_out() {
    alike("up", None, "code_sent").await;
}

#[tokio::test]
async fn hidden_side_doors_tell_nothing_while_the_mail_server_is_slow() {
    let slow = Rule::at(Step::Dot, Act::Drip(Duration::from_millis(20)));
    alike("slow", Some(slow), "code_sent").await;
}

#[tokio::test]
async fn hidden_side_doors_tell_nothing_while_the_mail_server_is_away() {
    alike("away", Some(Rule::reply(Step::Connect, "421 4.3.2 not now")), "code_queued").await;
}

#[tokio::test]
async fn hidden_side_doors_tell_nothing_while_the_mail_server_takes_nothing_from_us() {
    for (step, reply) in [(Step::Mail, "452 4.3.1 no room"), (Step::Data, "451 4.3.0 later")] {
        alike(reply, Some(Rule::reply(step, reply)), "code_queued").await;
    }
}
