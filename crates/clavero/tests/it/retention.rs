//! What is left of a recovery, of a case, and of the log, when retention has ended.

use crate::{
    api::{Api, Flow, eventually},
    casework::{Desk, Way},
    employers::Registry,
    mail::Inbox,
    passkeys::ORIGIN,
    server::{Setup, TestServer},
};

/// Everything that is stored of a case beyond its numbers: sealed parts, marks of what was typed, its reference.
fn stored(server: &TestServer, reference: &str) -> Vec<Vec<u8>> {
    let file = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    // The marks of the mailboxes stand in the registry as well, which needs them for as long as there is the employer.
    let columns = "dossier, old_email, contact, identified, CAST(reference AS BLOB)";
    let sql = format!("SELECT {columns} FROM assisted_case WHERE reference = ?1");
    let parts = file.query_row(&sql, [reference], |row| (0..5).map(|column| row.get(column)).collect());
    parts.unwrap()
}

/// Whether any piece of it is there: a long value lies on several pages.
fn is_in_the_files(server: &TestServer, bytes: &[u8]) -> bool {
    let read = |name| std::fs::read(server.folder().join(name)).unwrap_or_default();
    let files = [read("clavero.db"), read("clavero.db-wal")];
    let mut pieces = bytes.chunks_exact(12);
    pieces.any(|piece| files.iter().any(|file| file.windows(12).any(|window| window == piece)))
}

#[tokio::test]
async fn when_retention_ends_nothing_of_an_old_case_is_left_and_the_log_still_verifies() {
    let mut registry = Registry::default();
    let (closed, open) = (Way::by_mail(registry.company()), Way::by_mail(registry.company()));
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN);
    let mut server = setup.set("retention.cases", "1s").set("retention.log", "1s").start();
    let desk = Desk::of(&server, &inbox).await;
    closed.walk(&desk).await;
    open.walk_until(&desk, "Se aprobó").await;
    let reference = |way: &Way| way.case.borrow().rsplit('/').next().unwrap().to_owned();
    let (old, standing) = (stored(&server, &reference(&closed)), stored(&server, &reference(&open)));
    assert!(server.terminate().success());
    assert!(old.iter().all(|part| is_in_the_files(&server, part)));

    eventually("the end of a second", || async {
        let told = String::from_utf8(server.run(&["retention"]).stdout).unwrap();
        if told.contains("one case that ended") { Ok(()) } else { Err(told) }
    })
    .await;
    assert!(old.iter().all(|part| !is_in_the_files(&server, part)), "something is left of it");
    assert_eq!(stored(&server, &reference(&open)), standing, "the open one is whole");
    let again = String::from_utf8(server.run(&["retention"]).stdout).unwrap();
    assert!(again.contains("no case"), "{again}");

    server.restart();
    assert!(server.terminate().success());
    let verified = server.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    let export = String::from_utf8(server.run(&["audit", "export", "--open"]).stdout).unwrap();
    assert_eq!(export.matches("\"act\":\"case.forgotten\"").count(), 1, "{export}");
    assert!(export.contains("\"state\":\"destroyed\""), "{export}");
    assert!(!export.contains(&closed.employer.ruc), "nobody can read any more of whom it tells");
}

#[tokio::test]
async fn a_recovery_is_forgotten_after_ninety_days_and_the_log_still_tells_of_it() {
    let mut registry = Registry::default();
    let (past, present) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let (old, new) = (api.start(&past).await, api.start(&present).await);
    old.reaches("code_sent").await;
    assert!(server.terminate().success());
    let told = String::from_utf8(server.run(&["retention"]).stdout).unwrap();
    assert!(told.contains("no recovery"), "{told}");

    let file = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    let days_ago = "UPDATE recovery SET created_at = created_at - 90 * 86400000000 WHERE employer_id = ?1";
    let id: i64 = format!("{}{}", past.ruc, past.sucursal).parse().unwrap();
    assert_eq!(file.execute(days_ago, [id]).unwrap(), 1);
    let token = "SELECT token FROM recovery WHERE employer_id = ?1";
    let token: Vec<u8> = file.query_row(token, [id], |row| row.get(0)).unwrap();
    drop(file);
    assert!(is_in_the_files(&server, &token));
    let told = String::from_utf8(server.run(&["retention"]).stdout).unwrap();
    assert!(told.contains("one recovery"), "{told}");
    assert!(!is_in_the_files(&server, &token), "something is left of it");

    server.restart();
    let api = Api::of(&server);
    assert_eq!(Flow::of(&api, &old.started).read().await.status, 404);
    assert_eq!(Flow::of(&api, &new.started).read().await.status, 200);
    assert!(server.terminate().success());
    assert!(server.run(&["audit", "verify"]).status.success());
    let export = String::from_utf8(server.run(&["audit", "export", "--open"]).stdout).unwrap();
    assert_eq!(export.matches("\"act\":\"recovery.forgotten\"").count(), 1, "{export}");
    assert!(export.contains(&past.ruc), "the log has a retention of its own");
}

#[test]
fn every_table_stands_on_the_page_of_personal_data() {
    let inbox = Inbox::open();
    let server = Setup::new(&Registry::default(), inbox.port()).start();
    let file = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    let mut tables = file
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .unwrap();
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let page = include_str!("../../../../docs/personal-data.md");
    let missing = tables
        .iter()
        .filter(|table| !page.contains(&format!("`{table}`")) && !page.contains(&format!("`{table}.")));
    assert_eq!(
        missing.collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "say what they hold of people, and until when"
    );
}
