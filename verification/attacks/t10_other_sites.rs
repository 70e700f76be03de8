//! T10: what other sites make a browser send, where redirects lead, and requests that hide another one.

use reqwest::{Client, redirect};
use serde_json::Value;

use super::{routes, wire};
use crate::{
    api::Api,
    employers::Registry,
    mail::Inbox,
    server::{Setup, TestServer, clavero},
};

fn follows_nothing() -> Client {
    Client::builder().redirect(redirect::Policy::none()).build().unwrap()
}

/// Each address of the API to which something is sent.
fn calls() -> Vec<(String, String)> {
    let printed = clavero(&["openapi"]).output().unwrap().stdout;
    let document: Value = serde_json::from_slice(&printed).unwrap();
    let mut calls = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys().filter(|method| *method != "get") {
            calls.push((method.to_uppercase(), path.replace("{id}", "x").replace("{token}", "x")));
        }
    }
    assert!(calls.len() > 8, "{calls:?}");
    calls
}

#[tokio::test]
async fn whatever_another_site_sends_to_any_address_is_refused_before_it_is_looked_at() {
    let server = Setup::new(&Registry::default(), 9).start();
    let http = follows_nothing();
    let pages = routes::of_pages();
    let posts =
        pages.iter().filter(|route| route.takes_posts).map(|route| ("POST".to_owned(), route.with("x")));
    let all: Vec<(String, String)> = posts.chain(calls()).collect();
    assert!(all.len() > 40, "{}", all.len());
    for (method, path) in &all {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:1"),
        ] {
            let url = format!("{}{path}", server.address());
            let request = http.request(method.parse().unwrap(), url).header(name, value);
            let answer = request.form(&[("a", "b")]).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{method} {path} with {name}: {value}");
        }
    }
}

#[tokio::test]
async fn no_address_whatever_stands_in_it_leads_to_another_site_or_to_a_fault() {
    let server = Setup::new(&Registry::default(), 9).start();
    let http = follows_nothing();
    let hostile = [
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "https:%2F%2Fevil.example",
        "%2e%2e%2F%2e%2e%2Fevil.example",
        "%0d%0aSet-Cookie:%20a=b",
        "%0d%0a%0d%0a%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%00",
        "%ff%fe",
        "%E2%80%AE",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "..",
        "@evil.example",
    ];
    let query = "ir=//evil.example&next=https://evil.example&to=//evil.example&lang=en%0d%0aX:y&alta=%3Cb%3E";
    let mut led = 0;
    for route in routes::of_pages() {
        for segment in hostile {
            let url = format!("{}{}?{query}", server.address(), route.with(segment));
            let mut requests = vec![http.get(&url)];
            if route.takes_posts {
                requests.push(
                    http.post(&url).form(&[("ir", "//evil.example"), ("next", "https://evil.example")]),
                );
            }
            for request in requests {
                let answer = request.send().await.unwrap();
                let status = answer.status().as_u16();
                assert!(status < 500, "{url}: {answer:?}");
                assert!(!answer.headers().contains_key("x"), "{url}: {answer:?}");
                if let Some(to) = answer.headers().get("location") {
                    let to = to.to_str().unwrap();
                    assert!(
                        to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\"),
                        "{url}: {to}"
                    );
                    led += 1;
                }
                assert!(!answer.text().await.unwrap().contains("<script>alert(1)"), "{url}");
            }
            if segment == route.with(segment) {
                break;
            }
        }
    }
    assert!(led > 100, "{led} redirects were looked at");
}

/// The answers to these bytes and to an ordinary request behind them.
async fn answers(server: &TestServer, bytes: &str) -> (Vec<u16>, String) {
    let host = wire::authority(server.address());
    let behind = format!("GET /ayuda HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let said = wire::answer(server.address(), (bytes.replace("HOST", host) + &behind).as_bytes()).await;
    (wire::statuses(&said), said)
}

#[tokio::test]
async fn a_request_whose_end_can_be_read_in_two_ways_hides_no_other() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let body = crate::api::identifiers(&employer).to_string();
    let hidden = format!(
        "POST /api/v1/recoveries HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let length = hidden.len();
    let post = "POST /no-hay HTTP/1.1\r\nHost: HOST\r\n";
    // Each would carry the hidden request out, were its end taken where a lax reader takes it.
    for lengths in [
        format!("Content-Length: 0\r\nContent-Length: {length}\r\n"),
        format!("Content-Length: 0, {length}\r\n"),
        "Content-Length: +0\r\n".to_owned(),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: 0x0\r\n".to_owned(),
        "Content-Length: 0 0\r\n".to_owned(),
        "Content-Length : 0\r\n".to_owned(),
        "Content-Length\r\n : 0\r\n".to_owned(),
        "Content-Length: 99999999999999999999999\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
        "Transfer-Encoding: \x0bchunked\r\n".to_owned(),
    ] {
        let (statuses, said) = answers(&server, &format!("{post}{lengths}\r\n{hidden}")).await;
        assert!(!statuses.contains(&201), "{lengths}: {said}");
    }
    assert_eq!(inbox.total(), 0);
}

#[tokio::test]
async fn length_and_chunks_together_are_read_as_chunks_or_refused_and_the_line_is_not_used_again() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let body = crate::api::identifiers(&employer).to_string();
    let hidden = format!(
        "POST /api/v1/recoveries HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let inside = hidden.replace("HOST", wire::authority(server.address()));
    // The length covers the hidden request: to a reader of lengths it is body, to a reader of chunks the next request.
    let both = format!(
        "POST /no-hay HTTP/1.1\r\nHost: HOST\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inside}",
        "0\r\n\r\n".len() + inside.len()
    );
    let (statuses, said) = answers(&server, &both).await;
    // RFC 9112 §6.3: whoever accepts both closes the line after its answer.
    assert_eq!(statuses.len(), 1, "{said}");
    assert_eq!(inbox.total(), 0);
    api.start(&employer).await;
}
