//! T4: what a request says of the host reaches no mail.

use serde_json::{Value, json};

use super::wire;
use crate::{
    employers::{Employer, Registry},
    mail::{Inbox, link_of},
    server::{Setup, TestServer},
};

/// Heads with another host in them; `GOOD` stands for the true one.
const LIES: [&str; 36] = [
    "Host: evil.example",
    "Host: evil.example:80",
    "Host: evil.example:GOOD",
    "Host: GOOD@evil.example",
    "Host: evil.example@GOOD",
    "Host: evil.example#GOOD",
    "Host: GOOD, evil.example",
    "Host: GOOD\r\nHost: evil.example",
    "Host: evil.example\r\nHost: GOOD",
    "Host: GOOD\r\n evil.example",
    "Host : evil.example",
    "Host:",
    "X-No-Host: evil.example",
    "Host: GOOD\r\nX-Forwarded-Host: evil.example",
    "Host: GOOD\r\nX-Forwarded-Host: evil.example, GOOD",
    "Host: GOOD\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https",
    "Host: GOOD\r\nX-Forwarded-Proto: javascript",
    "Host: GOOD\r\nX-Forwarded-Port: 666",
    "Host: GOOD\r\nX-Forwarded-Prefix: //evil.example",
    "Host: GOOD\r\nX-Forwarded-Server: evil.example",
    "Host: GOOD\r\nForwarded: for=1.2.3.4;host=evil.example;proto=https",
    "Host: GOOD\r\nForwarded: host=evil.example",
    "Host: GOOD\r\nForwarded: for=\"x;host=evil.example\"",
    "Host: GOOD\r\nForwarded: for=x, host=evil.example",
    "Host: GOOD\r\nForwarded: for=\"_x\";by=\"evil.example\"",
    "Host: GOOD\r\nX-Host: evil.example",
    "Host: GOOD\r\nX-HTTP-Host-Override: evil.example",
    "Host: GOOD\r\nX-Original-Host: evil.example",
    "Host: GOOD\r\nX-Original-URL: http://evil.example/",
    "Host: GOOD\r\nX-Rewrite-URL: http://evil.example/",
    "Host: GOOD\r\nX-ProxyUser-Ip: evil.example",
    "Host: GOOD\r\nOrigin: http://evil.example",
    "Host: GOOD\r\nReferer: http://evil.example/",
    "Host: GOOD\r\nVia: 1.1 evil.example",
    "Host: GOOD\r\nTrue-Client-Host: evil.example",
    "Host: GOOD\r\nX-Forwarded-For: evil.example",
];

/// Targets that name a host themselves (RFC 9112 §3.2.2), with a good head each.
const TARGETS: [&str; 4] =
    ["http://evil.example", "https://evil.example:443", "http://GOOD@evil.example", "//evil.example"];

fn body_of(said: &str) -> Option<Value> {
    serde_json::from_str(said.split_once("\r\n\r\n")?.1).ok()
}

/// Walks up to the link with this in every request; whether it was let.
async fn linked(
    server: &TestServer,
    inbox: &Inbox,
    employer: &Employer,
    (prefix, head): (&str, &str),
) -> bool {
    let good = wire::authority(server.address());
    let (prefix, head) = (prefix.replace("GOOD", good), format!("{}\r\n", head.replace("GOOD", good)));
    let target = |path: &str| format!("{prefix}/api/v1/recoveries{path}");
    let started = wire::answer(server.address(), &wire::start(&target(""), &head, employer)).await;
    let status = wire::statuses(&started);
    if status != [201] {
        assert!(status.iter().all(|status| (400..500).contains(status)), "{prefix} {head}: {started}");
        return false;
    }
    let flow = body_of(&started).unwrap();
    let code = inbox.next(&employer.email).await;
    assert!(!code.raw_text().contains("evil"), "{prefix} {head}");
    let path = format!("/{}/code", flow["id"].as_str().unwrap());
    let head = format!("{head}Authorization: Bearer {}\r\n", flow["token"].as_str().unwrap());
    let body = json!({ "code": code.code().unwrap() }).to_string();
    let verified = wire::answer(server.address(), &wire::request(&target(&path), &head, &body)).await;
    assert_eq!(wire::statuses(&verified), [200], "{prefix} {head}: {verified}");
    let mail = inbox.next(&employer.email).await;
    let link = link_of(&mail);
    let token = link.strip_prefix(&format!("{}/clave/", server.address()));
    let token = token.unwrap_or_else(|| panic!("{prefix} {head}: {link}"));
    assert!(token.len() == 43 && !mail.raw_text().contains("evil"), "{prefix} {head}: {link}");
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailed_link_does_not_follow_a_lying_header() {
    let tries: Vec<(&str, &str)> = LIES
        .iter()
        .map(|head| ("", *head))
        .chain(TARGETS.iter().map(|target| (*target, "Host: GOOD")))
        .collect();
    let mut registry = Registry::default();
    let employers: Vec<Employer> = tries.iter().chain(&tries).map(|_| registry.company()).collect();
    let (untrusting, trusting) = employers.split_at(tries.len());
    let inbox = Inbox::open();
    // Also where the lie comes through a proxy that is believed: it is believed about addresses only.
    let setup = || Setup::new(&registry, inbox.port());
    for (setup, employers) in
        [(setup(), untrusting), (setup().set("server.trusted_proxies", "127.0.0.0/8"), trusting)]
    {
        let server = setup.start();
        let mut arrived = 0;
        for (lie, employer) in tries.iter().zip(employers) {
            arrived += usize::from(linked(&server, &inbox, employer, *lie).await);
        }
        assert!(arrived >= 20, "{arrived} of {} lies led to a mail", tries.len());
    }
}
