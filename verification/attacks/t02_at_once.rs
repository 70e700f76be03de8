//! T2 and A5: redemptions of one link whose last bytes leave together, so that they arrive at one moment.

use std::env;

use serde_json::json;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::wire::{self, authority, connection};
use crate::{
    api::{Api, NEW_KEY, token_of},
    employers::{Employer, Registry},
    mail::Inbox,
    nodes::Two,
    server::Setup,
};

/// No more than the hashing pool takes in: none is put off, each is judged.
const STREAMS: usize = 30;

fn key(number: usize) -> String {
    format!("{NEW_KEY} número {number}")
}

/// How many rounds: `CLAVERO_ROUNDS`, or this many.
pub(super) fn rounds(usual: usize) -> usize {
    env::var("CLAVERO_ROUNDS").ok().map_or(usual, |rounds| rounds.parse().unwrap())
}

/// A redemption whose last byte has not left yet.
async fn all_but_a_byte(address: &str, link: &str, key: &str) -> TcpStream {
    let head = format!("Host: {}\r\n", authority(address));
    let target = format!("/api/v1/links/{}/password", token_of(link));
    let whole = wire::request(&target, &head, &json!({ "password": key }).to_string());
    let mut stream = connection(address).await;
    stream.write_all(&whole[..whole.len() - 1]).await.unwrap();
    stream
}

/// Redemptions at these services at one moment: one is done, and its key and no other's signs in.
async fn one_wins(addresses: &[&str], link: &str, employer: &Employer) {
    let mut streams = Vec::new();
    for number in 0..STREAMS {
        streams.push(all_but_a_byte(addresses[number % addresses.len()], link, &key(number)).await);
    }
    // None of these waits: one byte has room.
    for stream in &streams {
        assert_eq!(stream.try_write(b"}").unwrap(), 1);
    }
    let (mut winners, mut late, mut put_off) = (Vec::new(), 0, 0);
    for (number, stream) in streams.into_iter().enumerate() {
        let said = wire::rest(stream).await;
        match wire::statuses(&said)[..] {
            [204] => winners.push(number),
            [503] => put_off += 1,
            _ => late += usize::from(said.contains("urn:clavero:problem:link-used")),
        }
    }
    assert_eq!((winners.len(), late + put_off), (1, STREAMS - 1), "{winners:?}, {put_off} put off");
    for address in addresses {
        let api = Api::at(address);
        api.sign_in(employer, &key(winners[0])).await.ok(201);
        let loser = key((winners[0] + 1) % STREAMS);
        api.sign_in(employer, &loser).await.assert_problem(401, "invalid-credentials");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redemptions_that_end_at_one_moment_have_one_winner() {
    let mut registry = Registry::default();
    let employers: Vec<_> = (0..rounds(4)).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    for employer in &employers {
        let link = inbox.link_of(&api, employer).await;
        one_wins(&[server.address()], &link, employer).await;
        assert_eq!(inbox.arrived(&employer.email, 3).await, 3, "a code, a link and one notice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redemptions_that_end_at_one_moment_at_two_services_have_one_winner() {
    let two = Two::start(rounds(3));
    let apis = two.apis();
    for employer in &two.employers {
        let link = two.inbox.link_of(&apis[0], employer).await;
        one_wins(&two.addresses(), &link, employer).await;
        assert_eq!(two.inbox.arrived(&employer.email, 3).await, 3, "a code, a link and one notice");
    }
}
