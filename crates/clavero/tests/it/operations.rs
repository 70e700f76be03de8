//! What operators see and do: health, metrics, registers, keys.

use std::fs;

use clavero_smtp_fixture::{Rule, SmtpFixture, Step};
use reqwest::StatusCode;

use crate::{
    api::{Api, Flow, NEW_KEY},
    employers::Registry,
    mail::Inbox,
    officers::Officer,
    server::Setup,
};

#[tokio::test]
async fn health_readiness_and_metrics_are_on_the_inner_listener_only() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let get = async |base: &str, path: &str| {
        let answer = api.http.get(format!("{base}{path}")).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(get(server.admin(), path).await.0, StatusCode::OK, "{path}");
        assert_eq!(get(server.address(), path).await.0, StatusCode::NOT_FOUND, "{path} in public");
    }
    let metrics = get(server.admin(), "/metrics").await.1;
    assert!(metrics.lines().filter(|line| line.starts_with("clavero_")).count() > 5, "{metrics}");
}

#[tokio::test]
async fn every_answer_names_its_type_and_every_text_its_characters() {
    let server = Setup::new(&Registry::default(), 9).start();
    let api = Api::of(&server);
    let page = api.http.get(server.address()).send().await.unwrap().text().await.unwrap();
    let assets = page.split('"').filter(|quoted| quoted.starts_with("/recursos/"));
    let paths = ["/", "/empleadores", "/ayuda", "/ventanilla", "/no-such-page", "/api/v1/session"];
    let public = paths.into_iter().chain(assets).map(|path| format!("{}{path}", server.address()));
    let inner = ["/healthz", "/readyz", "/metrics"].map(|path| format!("{}{path}", server.admin()));
    let mut seen = std::collections::BTreeSet::new();
    for url in public.chain(inner) {
        let answer = api.http.get(&url).send().await.unwrap();
        let kind = answer.headers().get("content-type").unwrap_or_else(|| panic!("{url} says no type"));
        let kind = kind.to_str().unwrap().to_owned();
        let media = kind.split(';').next().unwrap();
        if media.starts_with("text/") || media.ends_with("+xml") {
            assert!(kind.ends_with("; charset=utf-8"), "{url}: {kind}");
        }
        seen.insert(media.to_owned());
    }
    let text = ["text/css", "text/html", "text/javascript", "text/plain", "image/svg+xml"];
    assert!(text.into_iter().all(|media| seen.contains(media)), "{seen:?}");
}

#[tokio::test]
async fn the_institutions_brand_is_on_every_page_in_both_languages_and_its_logo_runs_nothing() {
    let (folder, inbox) = (tempfile::tempdir().unwrap(), Inbox::open());
    let logo = folder.path().join("escudo.SVG");
    fs::write(&logo, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").unwrap();
    let server = Setup::new(&Registry::default(), inbox.port())
        .set("institution.name", "Caja de Ejemplo")
        .set("institution.name_en", "Example Fund")
        .set("institution.colour", "#123456")
        .set("institution.logo_file", logo.to_str().unwrap())
        .start();
    let api = Api::of(&server);
    let get = async |path: &str| {
        api.http.get(format!("{}{path}", server.address())).send().await.unwrap().error_for_status().unwrap()
    };
    for (path, name) in [("/?lang=es", "Caja de Ejemplo"), ("/ayuda?lang=en", "Example Fund")] {
        let page = get(path).await.text().await.unwrap();
        assert!(page.contains(&format!("{name}</a>")) && page.contains("/recursos/logo"), "{page}");
    }
    assert!(get("/recursos/institucion.css").await.text().await.unwrap().contains("#123456"));
    let image = get("/recursos/logo").await;
    assert_eq!(image.headers()["content-type"], "image/svg+xml; charset=utf-8");
    assert!(image.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
}

#[tokio::test]
async fn what_was_issued_under_the_old_key_works_until_it_ends() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let flow = api.start(&employer).await;
    let code = inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;
    let rotated = server.run(&["keys", "rotate"]);
    assert!(rotated.status.success(), "{rotated:?}");
    assert!(server.terminate().success());
    server.restart();
    let api = Api::of(&server);
    let flow = Flow::of(&api, &flow.started);
    flow.send_code(&code).await.ok(200);
    let link = inbox.next_link(&employer.email).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&employer, NEW_KEY).await.ok(201);
}

#[tokio::test]
async fn a_key_ring_from_before_a_rotation_is_refused() {
    let mut server = Setup::new(&Registry::default(), Inbox::open().port()).start();
    let ring = server.folder().join("keys.toml");
    let before = fs::read(&ring).unwrap();
    assert!(server.terminate().success());
    assert!(server.run(&["keys", "rotate"]).status.success());
    let after = fs::read(&ring).unwrap();
    server.restart();
    assert!(server.terminate().success());
    fs::write(&ring, before).unwrap();
    let refused = server.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("lacks the key k2"), "{said}");
    fs::write(&ring, after).unwrap();
    server.restart();
    assert!(server.terminate().success());
}

#[tokio::test]
async fn beside_a_database_that_has_a_key_ring_no_other_one_is_made() {
    let mut server = Setup::new(&Registry::default(), Inbox::open().port()).start();
    let ring = server.folder().join("keys.toml");
    assert!(server.terminate().success());
    let aside = ring.with_extension("aside");
    fs::rename(&ring, &aside).unwrap();
    for command in [["serve"].as_slice(), &["retention"], &["audit", "verify"], &["doctor"]] {
        let refused = server.run(command);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let said = [refused.stdout, refused.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("there is none at") && said.contains("keys.toml"), "{command:?}: {said}");
        assert!(!ring.exists(), "{command:?} made a ring");
    }
    fs::rename(&aside, &ring).unwrap();
    server.restart();
    assert!(server.terminate().success());
}

#[tokio::test]
async fn bad_rows_are_told_by_line_and_left_out_and_the_good_ones_load() {
    let mut registry = Registry::default();
    let (good, bad) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&Registry::default(), inbox.port()).start();
    let file = server.folder().join("with-errors.csv");
    let csv = registry.csv().replace(&format!(",{},", bad.representative), ",1714307104,");
    fs::write(&file, &csv).unwrap();
    let strict = server.run(&["import", "employers", "--strict", file.to_str().unwrap()]);
    assert_eq!(strict.status.code(), Some(1), "{strict:?}");
    let api = Api::of(&server);
    api.try_start(&good).await.assert_problem(422, "data-mismatch");
    let imported = server.run(&["import", "employers", file.to_str().unwrap()]);
    let said =
        String::from_utf8_lossy(&imported.stderr).into_owned() + &String::from_utf8_lossy(&imported.stdout);
    assert!(said.contains('3'), "the line is named: {said}");
    assert!(!said.contains(&good.email), "nobody's address is told: {said}");
    api.start(&good).await;
    api.try_start(&bad).await.assert_problem(422, "data-mismatch");
}

/// What `clavero doctor` says of a part.
fn told_of<'a>(said: &'a str, part: &str) -> &'a str {
    let line = said.lines().find(|line| line.get(8..).is_some_and(|rest| rest.starts_with(part)));
    line.unwrap_or_else(|| panic!("nothing of {part}: {said}"))
}

#[test]
fn the_doctor_finds_nothing_wrong_with_a_running_service_and_names_what_is_missing() {
    let inbox = Inbox::open();
    let server = Setup::new(&Registry::default(), inbox.port()).start();
    let well = server.run(&["doctor"]);
    assert!(well.status.success(), "{well:?}");
    inbox.mood(crate::mail::Mood::RefusesConnections);
    let ill = server.run(&["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{ill:?}");
}

#[test]
fn the_doctor_says_what_the_mail_server_has_against_us() {
    let relay = SmtpFixture::start();
    relay.add(Rule::reply(Step::Mail, "550 5.7.1 we do not know you"));
    let server = Setup::new(&Registry::default(), relay.port()).start();
    let ill = server.run(&["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{ill:?}");
    let said = String::from_utf8(ill.stdout).unwrap();
    assert!(told_of(&said, "mail").contains("mail from: 550 5.7.1"), "{said}");
}

#[tokio::test]
async fn the_doctor_says_when_nobody_could_decide_over_what_somebody_decided() {
    let server = Setup::new(&Registry::default(), 9).start();
    let desk = || {
        let said = String::from_utf8(server.run(&["doctor", "--offline"]).stdout).unwrap();
        told_of(&said, "desk").to_owned()
    };
    assert!(desk().starts_with("note"), "nobody at all: {}", desk());
    for (name, role) in [("Ada", "supervisor"), ("Bea", "supervisor"), ("Eva", "admin"), ("Ida", "admin")] {
        assert!(desk().starts_with("note"), "before {name}: {}", desk());
        Officer::enrolled(&server, name, role).await;
    }
    assert!(desk().starts_with("ok"), "{}", desk());
}

#[test]
fn the_doctor_has_a_line_for_every_part_and_changes_nothing() {
    let inbox = Inbox::open();
    let server = Setup::new(&Registry::default(), inbox.port()).start();
    let said = || String::from_utf8(server.run(&["doctor", "--offline"]).stdout).unwrap();
    let parts = ["configuration", "database", "schema", "clock", "mail server", "key ring"];
    let database = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    let newest =
        || -> u32 { database.query_row("SELECT max(number) FROM migration", [], |row| row.get(0)).unwrap() };
    let known = newest();
    for older in [false, true] {
        if older {
            database.execute("DELETE FROM migration WHERE number = ?1", [known]).unwrap();
        }
        let said = said();
        for part in parts {
            told_of(&said, part);
        }
        assert_eq!(told_of(&said, "schema").starts_with("note"), older, "{said}");
    }
    assert_eq!(newest(), known - 1, "bringing it up to date is not the doctor's work");
    let number = known + 1;
    database.execute("INSERT INTO migration VALUES (?1, x'00')", [number]).unwrap();
    let newer = said();
    assert!(told_of(&newer, "schema").contains(&number.to_string()), "{newer}");
    told_of(&newer, "clock");
}
