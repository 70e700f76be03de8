//! T10: what browsers are given to keep, and what other sites can make of it.

use crate::{
    api::Api,
    employers::{Employer, Registry},
    mail::Inbox,
    secrets::ARGON2_OF_OLD_KEY,
    server::Setup,
};

const OLD_KEY: &str = "la clave que ya tenía 1";

fn identifiers(employer: &Employer) -> Vec<(&'static str, String)> {
    vec![
        ("representative_id", employer.representative.clone()),
        ("ruc", employer.ruc.clone()),
        ("sucursal", employer.sucursal.clone()),
    ]
}

/// A browser that follows nothing by itself, so that every answer is seen.
fn browser() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn set_cookies(answer: &reqwest::Response) -> Vec<String> {
    answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn behind_tls_every_cookie_is_bound_to_the_host_and_strict_transport_is_asked_for() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let inbox = Inbox::open();
    let server =
        Setup::new(&registry, inbox.port()).set("server.public_url", "https://clave.example").start();
    let start = browser().post(format!("{}/empleadores/recuperar-clave", server.address()));
    let started = start.form(&identifiers(&employer)).send().await.unwrap();
    let mut form = identifiers(&employer);
    form.push(("password", OLD_KEY.to_owned()));
    let sign_in = browser().post(format!("{}/empleadores/ingresar", server.address()));
    let signed_in = sign_in.form(&form).send().await.unwrap();
    for answer in [&started, &signed_in] {
        assert_eq!(answer.status(), 303, "{answer:?}");
        assert!(answer.headers().contains_key("strict-transport-security"));
        assert!(answer.headers()["location"].to_str().unwrap().starts_with("/empleadores/"));
        let cookies = set_cookies(answer);
        assert!(!cookies.is_empty());
        for cookie in cookies {
            assert!(cookie.starts_with("__Host-clavero_"), "{cookie}");
            for wanted in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
                assert!(cookie.split("; ").any(|part| part == wanted), "{wanted} in {cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_the_one_that_signing_in_opens() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let server = Setup::new(&registry, 9).start();
    let planted = "A".repeat(43);
    let mut form = identifiers(&employer);
    form.push(("password", OLD_KEY.to_owned()));
    let signed_in = browser()
        .post(format!("{}/empleadores/ingresar", server.address()))
        .header("cookie", format!("clavero_session={planted}"))
        .form(&form)
        .send()
        .await
        .unwrap();
    let session = set_cookies(&signed_in).into_iter().find(|cookie| cookie.starts_with("clavero_session="));
    assert!(!session.expect("a session of its own").contains(&planted));
    Api::of(&server).session(&planted).await.assert_problem(401, "unauthorized");
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let elsewhere = api.sign_in(&employer, OLD_KEY).await.ok(201);
    let here = api.sign_in(&employer, OLD_KEY).await.ok(201);
    let [elsewhere, here] = [&elsewhere, &here].map(|session| session["token"].as_str().unwrap().to_owned());
    let mut form = identifiers(&employer);
    form.push(("password", OLD_KEY.to_owned()));
    let signed_in = browser()
        .post(format!("{}/empleadores/ingresar", server.address()))
        .header("cookie", format!("clavero_session={here}"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.status(), 303, "{signed_in:?}");
    api.session(&here).await.assert_problem(401, "unauthorized");
    api.session(&elsewhere).await.ok(200);
}

#[tokio::test]
async fn the_flow_of_one_browser_is_closed_to_every_other() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let start = browser().post(format!("{}/empleadores/recuperar-clave", server.address()));
    let started = start.form(&identifiers(&employer)).send().await.unwrap();
    let flow = format!("{}{}", server.address(), started.headers()["location"].to_str().unwrap());
    let code = inbox.next_code(&employer.email).await;
    for (path, form) in [
        ("/codigo", vec![("code", code)]),
        ("/otro-codigo", vec![]),
        ("/otro-enlace", vec![]),
        ("/sin-acceso", vec![]),
    ] {
        let refused = browser().post(format!("{flow}{path}")).form(&form).send().await.unwrap();
        assert!(refused.status().is_client_error(), "{path}: {refused:?}");
    }
    let seen = browser().get(&flow).send().await.unwrap();
    let text = seen.text().await.unwrap();
    assert!(!text.contains("name=\"code\"") && !text.contains("p•••••@"), "{text}");
    assert_eq!(inbox.total(), 1, "nothing that a stranger sent did anything");
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
    let told = server.log().matches("another site made browsers send").count();
    assert_eq!(told, 1, "the operator is told, and the log is not filled");
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
