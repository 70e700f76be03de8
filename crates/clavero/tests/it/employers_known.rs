//! What an owner who asks is answered with, and the end of an employer, as an operator does both beside a running service.

use std::{collections::BTreeSet, fs};

use clavero_postgres_fixture::Cluster;
use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    api::{Api, Flow, NEW_KEY, token_of},
    casework::{Desk, Way},
    employers::{Employer, Registry},
    mail::Inbox,
    passkeys::ORIGIN,
    secrets::{ARGON2_OF_OLD_KEY, contains, disguises},
    server::{Setup, TestServer},
};

const OLD_KEY: &str = "la clave que ya tenía 1";

fn start(registry: &Registry, inbox: &Inbox, database: Option<String>) -> TestServer {
    let setup = Setup::new(registry, inbox.port()).set("server.public_url", ORIGIN);
    match database {
        Some(url) => setup.on(url).start(),
        None => setup.start(),
    }
}

/// The exit code and what was said, to the one and to the other.
fn show(server: &TestServer, ruc: &str, sucursal: &str) -> (Option<i32>, String, String) {
    let done = server.run(&["employer", "show", "--ruc", ruc, "--sucursal", sucursal]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

#[track_caller]
fn shown(server: &TestServer, employer: &Employer) -> String {
    let (code, text, told) = show(server, &employer.ruc, &employer.sucursal);
    assert_eq!(code, Some(0), "{told}");
    text
}

/// Writes the list that an import would, and hands it to the command.
#[track_caller]
fn remove(server: &TestServer, list: &str, more: &[&str]) -> String {
    fs::write(server.folder().join("gone.csv"), list).unwrap();
    let done = server.run(&[&["employer", "remove", "gone.csv"], more].concat());
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap()
}

fn list<'a>(employers: impl IntoIterator<Item = &'a Employer>) -> String {
    let rows = employers.into_iter().map(|employer| format!("{},{}\n", employer.ruc, employer.sucursal));
    ["ruc,sucursal\n".to_owned()].into_iter().chain(rows).collect()
}

fn unknown(employer: &Employer) -> Employer {
    Employer { sucursal: "0009".to_owned(), ..employer.clone() }
}

fn acts(shown: &Value) -> BTreeSet<&str> {
    shown["log"].as_array().unwrap().iter().map(|entry| entry["act"].as_str().unwrap()).collect()
}

/// A case that ended in a key, a session, a recovery under way.
async fn all_is_shown_and_no_secret(database: Option<String>) {
    let mut registry = Registry::default();
    let (way, neighbour) = (Way::by_mail(registry.company()), registry.company());
    let inbox = Inbox::open();
    let server = start(&registry, &inbox, database);
    let api = Api::of(&server);
    let desk = Desk::of(&server, &inbox).await;
    way.walk(&desk).await;
    let (employer, mailbox) = (&way.employer, way.employer.email.replace("persona", "nuevo"));
    let link = inbox.link_after_a_crash(&mailbox).await;
    let session = api.sign_in(employer, NEW_KEY).await.ok(201);
    let flow = api.start(employer).await;
    let code = inbox.next_code(&mailbox).await;
    flow.reaches("code_sent").await;
    api.start(&neighbour).await;

    let text = shown(&server, employer);
    let all: Value = serde_json::from_str(&text).unwrap();
    let registry = &all["registry"];
    assert_eq!((&all["ruc"], &all["sucursal"]), (&employer.ruc.clone().into(), &"0001".into()));
    assert_eq!((&registry["email"], &registry["kind"]), (&mailbox.clone().into(), &"privada".into()));
    assert_eq!(registry["representative_id"], employer.representative.as_str(), "{text}");
    assert_eq!(registry["name"], employer.name.as_str());
    assert!(all["key"]["is_set"] == true && all["key"]["is_frozen"] == false, "{text}");
    assert!(all["key"]["set_at"].is_string() && all["corrected_by_case"]["email_changed"] == true, "{text}");
    assert_eq!(all["sessions"].as_array().unwrap().len(), 1, "{text}");
    let recoveries = all["recoveries"].as_array().unwrap();
    let of =
        |recovery: &Value| [&recovery["began"], &recovery["state"], &recovery["ended"]].map(Value::clone);
    assert_eq!(
        recoveries.iter().map(of).collect::<Vec<_>>(),
        [
            ["case_by_mail".into(), "completed".into(), "key_set".into()],
            ["online".into(), "code_sent".into(), Value::Null]
        ],
        "{text}"
    );
    let case = &all["cases"][0];
    assert_eq!((&case["state"], &case["matches_registry"]), (&"closed".into(), &true.into()), "{text}");
    let details = &case["details"];
    assert_eq!((&details["phone"], &details["email"]), (&"099 999 9999".into(), &mailbox.into()), "{text}");
    assert_eq!(details["email_on_record_then"], employer.email.as_str(), "{text}");
    assert_eq!(details["person_seen"]["name"], "María José Muñoz Peña", "{text}");
    assert!(case["history"].as_array().unwrap().len() >= way.steps.len(), "{text}");
    for act in ["case.opened", "credential.changed", "session.opened", "recovery.started"] {
        assert!(acts(&all).contains(act), "{act} in {text}");
    }
    assert!(!acts(&all).contains("employer.read"), "nobody had asked before");

    let secrets = [session["token"].as_str().unwrap(), flow.token.as_str(), token_of(&link), NEW_KEY];
    for form in secrets.into_iter().flat_map(disguises) {
        assert!(!contains(text.as_bytes(), &form), "{} in {text}", String::from_utf8_lossy(&form));
    }
    for secret in ["argon2", "digest", "mac\"", &format!("\"{code}\""), &neighbour.ruc, "Ana", "Luis"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let again: Value = serde_json::from_str(&shown(&server, employer)).unwrap();
    assert!(acts(&again).contains("employer.read"), "the log tells that it was read");
}

#[tokio::test]
async fn all_that_is_held_is_shown_and_no_secret_on_sqlite() {
    all_is_shown_and_no_secret(None).await;
}

#[tokio::test]
async fn all_that_is_held_is_shown_and_no_secret_on_postgres() {
    let cluster = Cluster::shared();
    all_is_shown_and_no_secret(Some(cluster.url(&cluster.database()))).await;
}

#[test]
fn of_nobody_nothing_is_shown_and_numbers_that_are_none_are_wrong_usage() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    for _ in 0..2 {
        let (code, text, told) = show(&server, &employer.ruc, "0009");
        assert_eq!((code, text.as_str()), (Some(1), ""), "{told}");
        assert!(told.contains("nothing is held"), "to have asked leaves nothing: {told}");
    }
    for (ruc, sucursal, option) in [
        ("1790011674", "0001", "--ruc"),
        (employer.ruc.as_str(), "0000", "--sucursal"),
        ("1714307103000", "0002", "--sucursal"),
    ] {
        let (code, text, told) = show(&server, ruc, sucursal);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{told}");
        assert!(told.contains(option) && !told.contains("1714307103"), "{told}");
    }
}

#[test]
fn a_list_with_a_bad_line_removes_nobody() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let bad = format!("{}{},\n1790011674001;0001\n", list([&employer]), employer.ruc);
    for (list, told) in [
        (bad.as_str(), "gone.csv: line 3, column sucursal:"),
        (bad.as_str(), "gone.csv: line 4:"),
        (&format!("{},0001\n", employer.ruc), "ruc,sucursal"),
        (&registry.csv(), "ruc,sucursal"),
    ] {
        fs::write(server.folder().join("gone.csv"), list).unwrap();
        let done = server.run(&["employer", "remove", "gone.csv", "--yes"]);
        assert_eq!(done.status.code(), Some(1), "{done:?}");
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains(told), "{told} in {said}");
    }
    let all: Value = serde_json::from_str(&shown(&server, &employer)).unwrap();
    assert!(all["registry"].is_object());
}

/// One with everything that could be out, one whose case an officer has in hand, and one whom nobody named.
async fn a_removed_employer_is_a_stranger(database: Option<String>) {
    let mut registry = Registry::default();
    let (gone, other) = (registry.company(), registry.company());
    let stays = Way::by_mail(registry.company());
    let inbox = Inbox::open();
    let server = start(&registry, &inbox, database);
    let api = Api::of(&server);
    let desk = Desk::of(&server, &inbox).await;
    stays.walk_until(&desk, "Se pidió aprobación").await;
    let mut sessions = Vec::new();
    for employer in [&gone, &other] {
        let link = inbox.link_of(&api, employer).await;
        assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
        let session = api.sign_in(employer, NEW_KEY).await.ok(201);
        sessions.push(session["token"].as_str().unwrap().to_owned());
    }
    let not_me = inbox.next(&gone.email).await.links()[0].replace(ORIGIN, server.address());
    let link = inbox.link_of(&api, &gone).await;
    let flow = api.start(&gone).await;
    let code = inbox.next_code(&gone.email).await;
    flow.reaches("code_sent").await;
    let listed = list([&gone, &stays.employer, &unknown(&gone)]);
    let would = remove(&server, &listed, &[]);
    let counts = "removed: 1. Stay: 1. Not in the registry: 1.";
    assert!(would.contains(counts) && would.contains("Nothing was changed"), "{would}");
    api.session(&sessions[0]).await.ok(200);

    let told = remove(&server, &listed, &["--yes"]);
    assert!(told.contains("Removed: 1. Stay: 1. Were not in the registry: 1."), "{told}");
    let named = format!("{},0001: stays; has an open case", stays.employer.ruc);
    assert!(told.contains(&named) && !told.contains(&gone.ruc), "{told}");
    let nobody = unknown(&gone);
    let (theirs, nobodys) = (api.sign_in(&gone, NEW_KEY).await, api.sign_in(&nobody, NEW_KEY).await);
    theirs.assert_problem(401, "invalid-credentials");
    assert_eq!(theirs.body, nobodys.body);
    let (theirs, nobodys) = (api.try_start(&gone).await, api.try_start(&nobody).await);
    theirs.assert_problem(422, "data-mismatch");
    assert_eq!(theirs.body, nobodys.body);
    refused(&api, (&sessions[0], &link), (&flow, &code), &not_me).await;

    api.session(&sessions[1]).await.ok(200);
    api.sign_in(&other, NEW_KEY).await.ok(201);
    stays.walk(&desk).await;
    api.sign_in(&stays.employer, NEW_KEY).await.ok(201);

    let back = server.run(&["import", "employers", "employers.csv"]);
    assert!(String::from_utf8_lossy(&back.stdout).contains("1 new, 0 updated"), "{back:?}");
    api.sign_in(&gone, NEW_KEY).await.assert_problem(401, "invalid-credentials");
    refused(&api, (&sessions[0], &link), (&flow, &code), &not_me).await;
    let link = inbox.link_of(&api, &gone).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&gone, NEW_KEY).await.ok(201);
}

/// Whatever was out before.
async fn refused(api: &Api, (session, link): (&str, &str), (flow, code): (&Flow, &str), not_me: &str) {
    api.session(session).await.assert_problem(401, "unauthorized");
    api.read_link(link).await.assert_problem(404, "unknown-link");
    api.set_key(link, NEW_KEY).await.assert_problem(404, "unknown-link");
    let answer = flow.send_code(code).await;
    assert!(answer.status.is_client_error(), "{answer:?}");
    assert_eq!(flow.read().await.ok(200)["state"], "expired");
    let made_up = not_me.replace(token_of(not_me), &"A".repeat(43));
    let click = async |address: &str| -> StatusCode {
        let request = api.http.post(address).form(&[("confirm", "yes")]);
        request.send().await.unwrap().status()
    };
    assert_eq!(click(not_me).await, click(&made_up).await, "as of a link that there never was");
}

#[tokio::test]
async fn a_removed_employer_is_a_stranger_until_an_import_on_sqlite() {
    a_removed_employer_is_a_stranger(None).await;
}

#[tokio::test]
async fn a_removed_employer_is_a_stranger_until_an_import_on_postgres() {
    let cluster = Cluster::shared();
    a_removed_employer_is_a_stranger(Some(cluster.url(&cluster.database()))).await;
}

fn number(employer: &Employer) -> i64 {
    format!("{}{}", employer.ruc, employer.sucursal).parse().unwrap()
}

/// The forms in which the file holds an employer's number: as a column, as the name of a row, and as people write it.
fn numbers(employer: &Employer) -> Vec<Vec<u8>> {
    let number = number(employer);
    // Eight digits of seven bits each, as `SQLite` writes the names of rows.
    let row = (0..8_u8).rev().map(|digit| {
        let bits = (number >> (7 * i64::from(digit))).to_le_bytes()[0] & 0x7f;
        if digit == 0 { bits } else { bits | 0x80 }
    });
    vec![number.to_be_bytes().to_vec(), row.collect(), employer.ruc.clone().into_bytes()]
}

/// The tables that hold something of an employer.
fn tables_of(server: &TestServer, employer: &Employer) -> Vec<String> {
    let file = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    let sql = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
               WHERE m.type = 'table' AND (c.name = 'employer_id' OR (m.name = 'employer' AND c.name = 'id')) ORDER BY 1";
    let mut tables = file.prepare(sql).unwrap();
    let tables: Vec<(String, String)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 8, "{tables:?}");
    let holds = |(table, column): &(String, String)| {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = ?1");
        file.query_row(&sql, [number(employer)], |row| row.get::<_, u32>(0)).unwrap() > 0
    };
    tables.into_iter().filter(holds).map(|(table, _)| table).collect()
}

#[tokio::test]
async fn nothing_of_a_removed_employer_is_left_in_the_file_but_what_has_a_term_of_its_own() {
    let mut registry = Registry::default();
    let imported = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let (recovered, other) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let mut server = start(&registry, &inbox, None);
    let api = Api::of(&server);
    api.sign_in(&imported, OLD_KEY).await.ok(201);
    let link = inbox.link_of(&api, &recovered).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    inbox.next(&recovered.email).await;
    api.sign_in(&recovered, NEW_KEY).await.ok(201);
    let mut traces = Vec::new();
    for employer in [&imported, &recovered] {
        let file = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
        let sql = "SELECT e.email, CAST(e.name AS BLOB), CAST(e.representative AS BLOB), CAST(c.phc AS BLOB), s.token \
                   FROM employer e JOIN credential c ON c.employer_id = e.id JOIN session s ON s.employer_id = e.id \
                   WHERE e.id = ?1";
        let found: Vec<Vec<u8>> = file
            .query_row(sql, [number(employer)], |row| (0..5).map(|column| row.get(column)).collect())
            .unwrap();
        traces.extend(found);
    }
    let read = |server: &TestServer| {
        let read = |name| fs::read(server.folder().join(name)).unwrap_or_default();
        [read("clavero.db"), read("clavero.db-wal")].concat()
    };
    let before = read(&server);
    assert!(traces.iter().chain(&numbers(&imported)[..2]).all(|trace| contains(&before, trace)));

    let told = remove(&server, &list([&imported, &recovered]), &["--yes"]);
    assert!(told.contains("Removed: 2."), "{told}");
    // The entries that tell of it are sealed on the way out; the pages where they waited are written over with the next checkpoint.
    assert!(server.terminate().success());
    let file = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(file);
    let export = String::from_utf8(server.run(&["audit", "export", "--open"]).stdout).unwrap();
    let after = read(&server);
    for trace in traces.iter().chain(&numbers(&imported)) {
        assert!(!contains(&after, trace), "{}", String::from_utf8_lossy(trace));
    }
    assert!(tables_of(&server, &imported).is_empty());
    assert_eq!(tables_of(&server, &recovered), ["recovery"], "until retention.recoveries");
    let [column, row, written] = numbers(&recovered).try_into().unwrap();
    assert!(contains(&after, &column) && !contains(&after, &row) && !contains(&after, &written));
    assert!(contains(&after, &numbers(&other)[1]));
    assert_eq!(export.matches("\"act\":\"employer.removed\"").count(), 2);
    assert!(export.contains(&imported.ruc), "until retention.log");
    let left: Value = serde_json::from_str(&shown(&server, &recovered)).unwrap();
    assert!(left["registry"].is_null() && left["recoveries"][0]["ended"] == "key_set", "{left:#}");
}
