//! Requests that no browser sends, and headers that lie.

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

#[tokio::test]
async fn a_request_that_is_wrong_in_form_is_told_so() {
    let server = Setup::new(&Registry::default(), 9).start();
    let api = Api::of(&server);
    let post = |path: &str| api.request(Method::POST, path).header("content-type", "application/json");

    for broken in ["{", "", "[", "\"", "{\"ruc\": }", "nul"] {
        Api::send(post("/recoveries").body(broken)).await.assert_problem(400, "malformed");
    }
    let deep = "[".repeat(100_000);
    let answer = Api::send(post("/recoveries").body(deep)).await;
    assert!([400, 413].contains(&answer.status.as_u16()), "{answer:#?}");

    let form = api.request(Method::POST, "/recoveries").header("content-type", "text/plain").body("{}");
    Api::send(form).await.assert_problem(415, "unsupported-type");
    let none = api.request(Method::POST, "/recoveries").body("{}");
    Api::send(none).await.assert_problem(415, "unsupported-type");

    let wrong_method = Api::send(api.request(Method::DELETE, "/recoveries")).await;
    wrong_method.assert_problem(405, "method-not-allowed");
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    api.get("/nothing-here").await.assert_problem(404, "not-found");

    let oversize = json!({ "ruc": "1".repeat(2_000_000), "representative_id": "1", "sucursal": "1" });
    api.post("/recoveries", &oversize).await.assert_problem(413, "too-large");
}

#[tokio::test]
async fn a_value_of_the_wrong_shape_is_never_a_success_nor_a_fault_of_ours() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let shapes = [
        json!(null),
        json!(true),
        json!(0),
        json!([]),
        json!([employer.ruc]),
        json!({ "$gt": 0 }),
        json!(""),
        json!("\u{0}"),
        json!("1".repeat(5_000)),
        json!(1.5e300),
    ];
    for field in ["representative_id", "ruc", "sucursal"] {
        for shape in &shapes {
            let mut body = identifiers(&employer);
            body[field] = shape.clone();
            let answer = api.post("/recoveries", &body).await;
            answer.assert_problem(422, "invalid-fields");
            assert_eq!(answer.body["errors"][0]["field"], field, "{shape}: {answer:#?}");
        }
        let mut body = identifiers(&employer);
        body.as_object_mut().unwrap().remove(field);
        let answer = api.post("/recoveries", &body).await;
        assert!(answer.status.is_client_error(), "{answer:#?}");
    }
    // One key twice.
    let twice = format!(
        "{{\"ruc\":\"{0}\",\"ruc\":\"{0}\",\"representative_id\":\"{1}\",\"sucursal\":\"0001\"}}",
        employer.ruc, employer.representative
    );
    let answer = Api::send(
        api.request(Method::POST, "/recoveries").header("content-type", "application/json").body(twice),
    )
    .await;
    assert!(answer.status.is_client_error(), "{answer:#?}");
}

#[tokio::test]
async fn each_wrong_field_is_named_with_its_reason() {
    let server = Setup::new(&Registry::default(), 9).start();
    let body = json!({ "representative_id": "1714307104", "ruc": "17900", "sucursal": "12345" });
    let answer = Api::of(&server).post("/recoveries", &body).await;
    answer.assert_problem(422, "invalid-fields");
    let mut fields: Vec<&str> = Vec::new();
    for error in answer.body["errors"].as_array().unwrap() {
        fields.push(error["field"].as_str().unwrap());
        assert!(error["code"].as_str().is_some_and(|code| !code.is_empty()), "{error:#}");
        assert!(error["message"].as_str().is_some_and(|text| text.len() > 10), "{error:#}");
    }
    fields.sort_unstable();
    assert_eq!(fields, ["representative_id", "ruc", "sucursal"]);
}

#[tokio::test]
async fn another_representatives_number_and_an_unknown_ruc_get_one_answer() {
    let mut registry = Registry::default();
    let (one, other) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut unknown = Registry::default();
    for _ in 0..50 {
        unknown.company();
    }
    let stranger = unknown.company();
    let mut crossed = one.clone();
    crossed.representative = other.representative;
    let mut branch = one.clone();
    "0002".clone_into(&mut branch.sucursal);
    let mut bodies = Vec::new();
    for wrong in [&stranger, &crossed, &branch] {
        let answer = api.try_start(wrong).await;
        answer.assert_problem(422, "data-mismatch");
        bodies.push(answer.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0], bodies[2]);
    assert_eq!(inbox.total(), 0);
}

#[tokio::test]
async fn what_another_site_sends_in_a_persons_name_is_refused() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let form = [
        ("representative_id", employer.representative.as_str()),
        ("ruc", &employer.ruc),
        ("sucursal", &employer.sucursal),
    ];
    let url = format!("{}/empleadores/recuperar-clave", server.address());
    for headers in [
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        [("origin", "https://evil.example"), ("referer", "https://evil.example/")],
    ] {
        let mut request = api.http.post(&url).form(&form);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        assert_eq!(request.send().await.unwrap().status(), 403, "{headers:?}");
    }
    assert_eq!(inbox.total(), 0);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_secrets_in() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let page = |path: &str| format!("{}{path}", server.address());
    let paths = [
        "/",
        "/empleadores",
        "/empleadores/recuperar-clave",
        "/empleadores/ingresar",
        "/ayuda",
        "/no-such-page",
    ];
    let urls =
        paths.iter().map(|path| page(path)).chain([link, page("/clave/unknown"), page("/api/v1/session")]);
    for url in urls {
        let answer = api.http.get(&url).send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_else(|| panic!("{url} has no {name}"))
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") || policy.contains("default-src 'self'"),
            "{url}: {policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{url}: {policy}");
        assert!(!policy.contains("unsafe"), "{url}: {policy}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{url}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{url}");
        assert!(header("cache-control").contains("no-store"), "{url}");
        assert!(answer.headers().get("server").is_none(), "{url} tells what it runs on");
    }
}

#[tokio::test]
async fn a_key_that_policy_refuses_is_answered_with_every_reason_and_consumes_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let own_ruc = format!("{0}{0}", employer.ruc);
    let too_long = "ñ".repeat(129);
    for weak in ["corta", "aaaaaaaaaaaaaaaaaaaa", "passwordpassword", own_ruc.as_str(), too_long.as_str()] {
        let answer = api.set_key(&link, weak).await;
        answer.assert_problem(422, "weak-password");
        let reasons = answer.body["reasons"].as_array().unwrap();
        assert!(!reasons.is_empty(), "{weak}: {answer:#?}");
    }
    // 128 characters are taken whole: one less does not sign in.
    let words = "el ñandú cruzó despacio la quebrada mientras nadie miraba y dejó diecisiete huellas hondas junto al \
                 molino viejo de tía Zoila en Loja antigua";
    let longest: String = words.chars().take(128).collect();
    assert_eq!(longest.chars().count(), 128);
    assert_eq!(api.set_key(&link, &longest).await.status, 204);
    let shorter: String = longest.chars().take(longest.chars().count() - 1).collect();
    api.sign_in(&employer, &shorter).await.assert_problem(401, "invalid-credentials");
    api.sign_in(&employer, &longest).await.ok(201);
}
