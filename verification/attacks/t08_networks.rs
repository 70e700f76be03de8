//! T8: addresses that cost nothing are one address.

use reqwest::Method;

use crate::{
    api::{Answer, Api, identifiers},
    employers::{Employer, Registry},
    mail::Inbox,
    server::Setup,
};

/// Starts recoveries of as many employers, each with its own header; how many were let.
async fn let_through(headers: &[String]) -> usize {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = headers.iter().map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port())
        .set("limits.starts_per_address", "2")
        .set("server.trusted_proxies", "127.0.0.0/8")
        .start();
    let api = Api::of(&server);
    let mut through = 0;
    for (employer, header) in employers.iter().zip(headers) {
        let start = api.request(Method::POST, "/recoveries").json(&identifiers(employer));
        let answer: Answer = Api::send(start.header("x-forwarded-for", header)).await;
        if answer.status == 201 {
            through += 1;
        } else {
            answer.assert_problem(429, "too-many-requests");
            assert!(answer.retry_after() > 0);
        }
    }
    through
}

#[tokio::test]
async fn all_addresses_of_one_ipv6_network_are_one_client() {
    let same: Vec<String> =
        (0..60).map(|n| format!("2001:db8:1:2:{:x}:{:x}::{:x}", n * 977, n, n + 1)).collect();
    assert_eq!(let_through(&same).await, 2);
    let others: Vec<String> = (0..8).map(|n| format!("2001:db8:1:{n:x}::1")).collect();
    assert_eq!(let_through(&others).await, 8, "another /64 is another client");
}

#[tokio::test]
async fn what_a_client_writes_before_the_proxys_word_counts_for_nothing() {
    let forged: Vec<String> = (0..20).map(|n| format!("10.0.0.{n}, 203.0.113.{n}, 198.51.100.7")).collect();
    assert_eq!(let_through(&forged).await, 2);
    let mapped: Vec<String> =
        (0..20).map(|n| if n % 2 == 0 { "198.51.100.7" } else { "::ffff:198.51.100.7" }.to_owned()).collect();
    assert_eq!(let_through(&mapped).await, 2, "one address in two notations");
}
