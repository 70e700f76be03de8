//! T15: rows that somebody wrote into the database of a running service, for secrets of their own and for other people's employers.

use std::fs;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};

use crate::{
    api::{Api, NEW_KEY, eventually, token_of},
    case_pages::{Browser, details, identifiers},
    employers::{Employer, Registry},
    mail::Inbox,
    officers::{Officer, added},
    server::{Setup, TestServer},
};

fn write(server: &TestServer, sql: &str, given: impl rusqlite::Params) -> usize {
    let database = Connection::open(server.folder().join("clavero.db")).unwrap();
    database.execute(sql, given).unwrap()
}

/// A secret of the thief's own, and what the service would look for.
fn secret(number: u8) -> (String, Vec<u8>) {
    (URL_SAFE_NO_PAD.encode([number; 32]), Sha256::digest([number; 32]).to_vec())
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(URL_SAFE_NO_PAD.decode(token).unwrap()).to_vec()
}

fn id(employer: &Employer) -> i64 {
    format!("{}{}", employer.ruc, employer.sucursal).parse().unwrap()
}

/// How often the alarm for rows of this kind was raised.
async fn alarms(server: &TestServer, kind: &str) -> u32 {
    let metrics = reqwest::get(format!("{}/metrics", server.admin())).await.unwrap().text().await.unwrap();
    let line = format!("clavero_rows_forged_total{{kind=\"{kind}\"}} ");
    metrics.lines().find_map(|found| found.strip_prefix(&line)).map_or(0, |count| count.parse().unwrap())
}

fn two() -> (Registry, Employer, Employer) {
    let mut registry = Registry::default();
    let (victim, thief) = (registry.company(), registry.company());
    (registry, victim, thief)
}

#[tokio::test]
async fn a_link_that_was_planted_or_moved_sets_no_key_and_raises_the_alarm() {
    let (registry, victim, thief) = two();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let (theirs, own) = (inbox.link_of(&api, &victim).await, inbox.link_of(&api, &thief).await);
    let (planted, verifier) = secret(1);
    let sql = "INSERT INTO link (verifier, recovery_id, counter, created_at, mac) \
               SELECT ?1, recovery_id, counter, created_at, mac FROM link WHERE verifier = ?2";
    assert_eq!(write(&server, sql, params![verifier, digest(token_of(&theirs))]), 1);
    let sql = "UPDATE link SET recovery_id = (SELECT recovery_id FROM link WHERE verifier = ?1) WHERE verifier = ?2";
    assert_eq!(write(&server, sql, params![digest(token_of(&theirs)), digest(token_of(&own))]), 1);
    for link in [&planted, &token_of(&own).to_owned()] {
        api.read_link(link).await.assert_problem(404, "unknown-link");
        api.set_key(link, NEW_KEY).await.assert_problem(404, "unknown-link");
    }
    assert_eq!(alarms(&server, "link").await, 4);
    assert!(server.log().contains("a stored row is not one that this ring made"));
    assert_eq!(api.set_key(&theirs, NEW_KEY).await.status, 204, "the owner goes on");
    assert_eq!(alarms(&server, "link").await, 4);
}

#[tokio::test]
async fn a_flow_that_was_moved_to_another_employer_or_past_its_code_leads_nowhere() {
    let (registry, victim, thief) = two();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    // The thief has shown who they are, as themselves: now their flow is the victim's.
    let link = inbox.link_of(&api, &thief).await;
    let sql = "UPDATE recovery SET employer_id = ?1 WHERE employer_id = ?2";
    assert_eq!(write(&server, sql, params![id(&victim), id(&thief)]), 1);
    api.set_key(&link, NEW_KEY).await.assert_problem(404, "unknown-link");
    // A flow that waits for its code, past it.
    let flow = api.start(&victim).await;
    inbox.next_code(&victim.email).await;
    flow.reaches("code_sent").await;
    assert!(write(&server, "UPDATE recovery SET stage = 1 WHERE stage = 0", []) >= 1);
    assert_eq!(flow.read().await.status, 404);
    assert!(alarms(&server, "recovery").await >= 2);
}

#[tokio::test]
async fn a_session_that_was_planted_or_moved_is_nobodys() {
    let (registry, victim, thief) = two();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &thief).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let session = api.sign_in(&thief, NEW_KEY).await.ok(201);
    let own = session["token"].as_str().unwrap();
    api.session(own).await.ok(200);
    let (planted, token) = secret(2);
    let sql = "INSERT INTO session (token, id, employer_id, device, created_at, last_seen_at, mac) \
               SELECT ?1, id, ?2, device, created_at, last_seen_at, mac FROM session";
    assert_eq!(write(&server, sql, params![token, id(&victim)]), 1);
    assert_eq!(write(&server, "UPDATE session SET employer_id = ?1", params![id(&victim)]), 2);
    for token in [own, &planted] {
        assert_eq!(api.session(token).await.status, 401);
    }
    assert_eq!(alarms(&server, "session").await, 2);
}

#[tokio::test]
async fn a_mailbox_that_only_a_case_names_gets_no_code_from_the_registry() {
    let (registry, victim, thief) = two();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    // Anybody can open a case for anybody, and name a mailbox: the service seals it.
    let browser = Browser::of(&server);
    let case = browser.sent("/empleadores/clave-patronal", &identifiers(&victim)).await;
    browser.sent(&format!("{case}/datos"), &details(&thief.email)).await;
    let sql = "UPDATE employer SET (email, email_index) = (SELECT email, email_mark FROM assisted_case) WHERE id = ?1";
    assert_eq!(write(&server, sql, params![id(&victim)]), 1);
    let flow = Api::of(&server).start(&victim).await;
    eventually("the alarm", async || {
        let log = server.log();
        if log.contains("a mail waits for something that is wrong here") { Ok(()) } else { Err(log) }
    })
    .await;
    assert_eq!(flow.read().await.body["state"], "code_queued");
    assert_eq!(inbox.total(), 0);
}

#[tokio::test]
async fn an_enrolment_address_or_a_desk_session_that_was_planted_lets_nobody_in() {
    let server = Setup::new(&Registry::default(), 9).start();
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    ana.signs_in().await;
    added(&server, "Elena", "admin");
    let thief = Officer::new(&server, "Mallory");
    let (unknown, _) = secret(3);
    let refused = thief.get(&format!("/ventanilla/alta/{unknown}")).await.status;
    let (planted, token) = secret(4);
    let sql = "INSERT INTO enrolment (token, officer_id, expires_at, mac) \
               SELECT ?1, officer_id, expires_at, mac FROM enrolment WHERE used_at IS NULL";
    assert_eq!(write(&server, sql, params![token]), 1);
    let page = thief.get(&format!("/ventanilla/alta/{planted}")).await;
    assert_eq!(page.status, refused, "as one that nobody made");
    assert_eq!(alarms(&server, "enrolment").await, 1);
    // The used address of a colleague, as if it had not been used.
    assert_eq!(write(&server, "UPDATE enrolment SET used_at = NULL WHERE used_at IS NOT NULL", []), 1);
    // An officer's own session in the name of an admin.
    assert_eq!(ana.get("/ventanilla").await.status, 200);
    let sql = "UPDATE officer_session SET officer_id = (SELECT id FROM officer WHERE role = 'admin')";
    assert_eq!(write(&server, sql, []), 1);
    let turned_away = ana.get("/ventanilla/funcionarios").await;
    assert_ne!(turned_away.status, 200, "{}", turned_away.text);
    assert_eq!(alarms(&server, "officer-session").await, 1);
}

#[tokio::test]
async fn what_was_bound_is_still_bound_after_a_rotation_and_a_restart() {
    let (registry, victim, _) = two();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let link = inbox.link_of(&Api::of(&server), &victim).await;
    assert!(server.run(&["keys", "rotate"]).status.success());
    assert!(server.terminate().success());
    assert!(fs::read_to_string(server.folder().join("keys.toml")).unwrap().contains("k2"));
    server.restart();
    let api = Api::of(&server);
    assert_eq!(api.set_key(token_of(&link), NEW_KEY).await.status, 204);
    assert_eq!(alarms(&server, "link").await + alarms(&server, "recovery").await, 0);
}
