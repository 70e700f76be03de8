//! T4: what a request says of the host reaches no mail.

use reqwest::Method;
use serde_json::json;

use crate::{
    api::{Api, identifiers},
    employers::Registry,
    mail::{Inbox, link_of},
    server::Setup,
};

#[tokio::test]
async fn the_mailed_link_does_not_follow_a_lying_header() {
    let lies: [&[(&str, &str)]; 12] = [
        &[("host", "evil.example")],
        &[("host", "evil.example:80")],
        &[("host", "127.0.0.1@evil.example")],
        &[("x-forwarded-host", "evil.example")],
        &[("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https")],
        &[("forwarded", "for=1.2.3.4;host=evil.example;proto=https")],
        &[("forwarded", "for=\"x;host=evil.example\"")],
        &[("x-host", "evil.example")],
        &[("x-forwarded-server", "evil.example")],
        &[("x-original-url", "http://evil.example/")],
        &[("origin", "http://evil.example")],
        &[("referer", "http://evil.example/")],
    ];
    let mut registry = Registry::default();
    let employers: Vec<_> = lies.iter().map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut arrived = 0;
    for (headers, employer) in lies.iter().zip(&employers) {
        let with_lie = |mut request: reqwest::RequestBuilder| {
            for (name, value) in *headers {
                request = request.header(*name, *value);
            }
            request
        };
        let start = with_lie(api.request(Method::POST, "/recoveries")).json(&identifiers(employer));
        let started = Api::send(start).await;
        if started.status != 201 {
            assert!(started.status.is_client_error(), "{headers:?}: {started:#?}");
            continue;
        }
        arrived += 1;
        let code = inbox.next_code(&employer.email).await;
        let id = started.body["id"].as_str().unwrap();
        let send_code = with_lie(api.request(Method::POST, &format!("/recoveries/{id}/code")))
            .bearer_auth(started.body["token"].as_str().unwrap())
            .json(&json!({ "code": code }));
        Api::send(send_code).await.ok(200);
        let mail = inbox.next(&employer.email).await;
        assert!(link_of(&mail).starts_with(&format!("{}/clave/", server.address())), "{headers:?}");
        assert!(!mail.raw_text().contains("evil"), "{headers:?}");
    }
    assert!(arrived > 0);
}
