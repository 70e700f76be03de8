//! Registers from files, as an operator loads them.

use std::{fs, os::unix::fs::PermissionsExt as _};

use clavero_postgres_fixture::Cluster;

use crate::{
    api::{Api, NEW_KEY},
    employers::Registry,
    mail::Inbox,
    server::{Setup, clavero},
};

/// The summary of an import of made-up employers into an empty folder.
fn summaries(commands: &[&[&str]]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let made = clavero(&["generate", "employers", "--count", "7000", "--seed", "3"]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    fs::write(folder.path().join("employers.csv"), made.stdout).unwrap();
    let run = |args: &&[&str]| {
        let done = clavero(args).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    commands.iter().map(run).collect()
}

#[test]
fn a_second_import_of_the_same_file_changes_nothing() {
    let import: &[&str] = &["import", "employers", "employers.csv"];
    assert_eq!(
        summaries(&[import, import]),
        ["7000 new, 0 updated, 0 unchanged, 0 bad", "0 new, 0 updated, 7000 unchanged, 0 bad"]
    );
}

#[test]
fn the_report_names_file_line_column_and_reason_and_quotes_nobody() {
    let mut registry = Registry::default();
    let bad = registry.company_with(|employer| employer.representative = "1714307104".to_owned());
    registry.company();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("employers.csv"), registry.csv()).unwrap();
    let args = ["import", "employers", "employers.csv", "--report", "bad.csv"];
    let done = clavero(&args).current_dir(folder.path()).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let report = fs::read_to_string(folder.path().join("bad.csv")).unwrap();
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 2, "{report}");
    assert!(lines[1].starts_with("employers.csv,2,representante_id,check-digit,"), "{report}");
    assert!(!report.contains(&bad.email) && !report.contains("1714307104"), "{report}");
}

#[test]
fn a_file_that_is_none_changes_nothing_and_says_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("other.csv"), "a;b\n1;2\n").unwrap();
    for (kind, expected) in [("employers", "representante_id"), ("catastro", "numero_ruc|razon_social")] {
        let done = clavero(&["import", kind, "other.csv"]).current_dir(folder.path()).output().unwrap();
        assert_eq!(done.status.code(), Some(1));
        let told = String::from_utf8(done.stderr).unwrap();
        assert!(told.contains("other.csv") && told.contains(expected), "{told}");
        assert!(done.stdout.is_empty());
    }
}

#[tokio::test]
async fn an_import_updates_the_row_and_leaves_the_key_that_the_employer_chose() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let file = server.folder().join("again.csv");
    let changed = registry.csv().replace(&employer.email, "otra@correo.example");
    fs::write(&file, changed).unwrap();
    // Beside the running service.
    let imported = server.run(&["import", "employers", file.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&imported.stdout).trim(), "0 new, 1 updated, 0 unchanged, 0 bad");
    api.sign_in(&employer, NEW_KEY).await.ok(201);
    api.start(&employer).await;
    assert_eq!(inbox.next_code("otra@correo.example").await.len(), 6);
}

/// Imports four employers, and then a file that changes two, names a third in a bad row only, leaves out the fourth and adds a fifth.
async fn a_dry_run_says_what_would_change_and_a_real_one_leaves_alone_who_is_gone(database: Option<String>) {
    let mut registry = Registry::default();
    let [mail, head, spoilt, gone] = std::array::from_fn(|_| registry.company());
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port());
    let server = match database {
        Some(url) => setup.on(url),
        None => setup,
    }
    .start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &gone).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let another = registry.company();
    let text = registry.csv();
    let lines = text.lines().filter(|line| !line.contains(&gone.ruc)).map(|line| {
        let changed = line.replace(&mail.email, "otra@correo.example").replace(&spoilt.representative, "1");
        changed.replace(&head.representative, &another.representative)
    });
    fs::write(server.folder().join("next.csv"), lines.collect::<Vec<_>>().join("\n")).unwrap();
    for _ in 0..2 {
        let review = server.run(&["import", "employers", "next.csv", "--dry-run", "--report", "all.csv"]);
        let said = String::from_utf8(review.stdout).unwrap();
        assert_eq!(
            said.lines().collect::<Vec<_>>(),
            [
                "next.csv: line 2, column correo: another value than the registry has",
                "next.csv: line 3, column representante_id: another value than the registry has",
                "next.csv: line 5: a new employer",
                "1 new, 2 updated (1 with another address, 1 with another representative), 0 unchanged, 1 not in the \
                 file, 1 bad. Nothing was changed",
            ]
        );
        let report = fs::read_to_string(server.folder().join("all.csv")).unwrap();
        assert_eq!(report.lines().count(), 5, "{report}");
        assert!(!report.contains("otra@correo.example"), "{report}");
    }
    let done = server.run(&["import", "employers", "next.csv", "--gone", "gone.csv"]);
    assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), "1 new, 2 updated, 0 unchanged, 1 bad");
    let list = fs::read_to_string(server.folder().join("gone.csv")).unwrap();
    assert_eq!(list, format!("ruc,sucursal\n{},{}\n", gone.ruc, gone.sucursal));
    let mode = fs::metadata(server.folder().join("gone.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    api.sign_in(&gone, NEW_KEY).await.ok(201);
    api.start(&mail).await;
    assert_eq!(inbox.next_code("otra@correo.example").await.len(), 6);
}

#[tokio::test]
async fn a_dry_run_and_whoever_is_gone() {
    a_dry_run_says_what_would_change_and_a_real_one_leaves_alone_who_is_gone(None).await;
}

#[tokio::test]
async fn a_dry_run_and_whoever_is_gone_on_postgresql() {
    let cluster = Cluster::shared();
    let url = cluster.url(&cluster.database());
    a_dry_run_says_what_would_change_and_a_real_one_leaves_alone_who_is_gone(Some(url)).await;
}
