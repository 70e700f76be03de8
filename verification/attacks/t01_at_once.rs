//! T1 and A5: guesses whose last bytes leave together, so that they are judged at one moment.
//!
//! The known form of this attack needs HTTP/2, which puts many requests into one packet. The service does not speak it:
//! here as many connections as requests wait for one byte each.

use serde_json::json;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{
    t01_guessing::wrong_codes,
    t02_at_once::rounds,
    wire::{self, authority, connection},
};
use crate::{
    api::{Api, Flow},
    employers::Registry,
    mail::Inbox,
    nodes::Two,
    server::Setup,
};

const STREAMS: usize = 30;

/// A guess whose last byte has not left yet.
async fn all_but_a_byte(address: &str, flow: &Flow, code: &str) -> TcpStream {
    let head = format!("Host: {}\r\nAuthorization: Bearer {}\r\n", authority(address), flow.token);
    let target = format!("/api/v1/recoveries/{}/code", flow.id);
    let whole = wire::request(&target, &head, &json!({ "code": code }).to_string());
    let mut stream = connection(address).await;
    stream.write_all(&whole[..whole.len() - 1]).await.unwrap();
    stream
}

/// Guesses at these services at one moment; how many were compared, and how many came too late.
async fn at_one_moment(addresses: &[&str], flow: &Flow, right: &str) -> (usize, usize) {
    let mut streams = Vec::new();
    for (number, guess) in wrong_codes(right).take(STREAMS).enumerate() {
        streams.push(all_but_a_byte(addresses[number % addresses.len()], flow, &guess).await);
    }
    // None of these waits: one byte has room.
    for stream in &streams {
        assert_eq!(stream.try_write(b"}").unwrap(), 1);
    }
    let (mut compared, mut late) = (0, 0);
    for stream in streams {
        let said = wire::rest(stream).await;
        compared += usize::from(said.contains("urn:clavero:problem:wrong-code"));
        late += usize::from(said.contains("urn:clavero:problem:code-exhausted"));
    }
    (compared, late)
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_that_end_at_one_moment_are_five_and_no_more() {
    let mut registry = Registry::default();
    let employers: Vec<_> = (0..rounds(20)).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    for employer in &employers {
        let flow = api.start(employer).await;
        let code = inbox.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        assert_eq!(at_one_moment(&[server.address()], &flow, &code).await, (5, STREAMS - 5));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_that_end_at_one_moment_at_two_services_are_five_and_no_more() {
    let two = Two::start(rounds(10));
    let apis = two.apis();
    let [first, second] = two.addresses();
    for employer in &two.employers {
        let flow = apis[0].start(employer).await;
        let code = two.inbox.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        assert_eq!(at_one_moment(&[first, second], &flow, &code).await, (5, STREAMS - 5));
    }
}

#[tokio::test]
async fn http_2_is_not_spoken() {
    let server = Setup::new(&Registry::default(), 9).start();
    // RFC 9113 §3.4: the preface, and an empty SETTINGS frame.
    let said = wire::answer(server.address(), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    assert!(wire::statuses(&said).iter().all(|status| *status == 400), "{said}");
    let upgrade = format!(
        "GET /ayuda HTTP/1.1\r\nHost: {}\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\
         Connection: close, Upgrade, HTTP2-Settings\r\n\r\n",
        authority(server.address())
    );
    assert_eq!(wire::statuses(&wire::answer(server.address(), upgrade.as_bytes()).await), [200]);
}
