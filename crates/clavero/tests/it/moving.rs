//! Moving house with everything in it: what employers and officers have in hand goes on working, there and back.

use std::process::{Child, Output, Stdio};

use clavero_postgres_fixture::Cluster;

use crate::{
    api::{Api, NEW_KEY, eventually},
    casework::{Desk, Way},
    employers::Registry,
    mail::Inbox,
    passkeys::ORIGIN,
    secrets::ARGON2_OF_OLD_KEY,
    server::{Setup, TestServer, clavero},
};

const OLD_KEY: &str = "la clave que ya tenía 1";
const PASSWORD: &str = "una-contrasena-de-prueba";

fn copy(from: &str, to: &str) -> Output {
    clavero(&["copy", "--from", from, "--to", to]).output().unwrap()
}

#[track_caller]
fn copied(from: &str, to: &str) -> String {
    let output = copy(from, to);
    assert!(output.status.success(), "{output:?}");
    assert_no_password(&output);
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains(why), "{output:?}");
    assert_no_password(output);
}

#[track_caller]
fn assert_no_password(output: &Output) {
    let all = [&output.stdout[..], &output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains(PASSWORD), "{output:?}");
}

/// A database of a server, its address with a password (which this server does not ask for).
fn server_database(cluster: &Cluster) -> (String, String) {
    let database = cluster.database();
    let url = cluster.url(&database).replace("postgres@", &format!("postgres:{PASSWORD}@"));
    (database, url)
}

fn verifies(server: &mut TestServer) {
    assert!(server.terminate().success());
    let verified = server.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_goes_on_in_the_new_house_and_in_the_old_one_again() {
    let mut registry = Registry::default();
    let signed_in = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let with_link = registry.company();
    let case = Way::by_mail(registry.company());
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN).start();
    let old = format!("sqlite:{}/clavero.db", server.folder().display());
    let cluster = Cluster::shared();
    let (_, new) = server_database(&cluster);

    let api = Api::of(&server);
    let session = api.sign_in(&signed_in, OLD_KEY).await.ok(201)["token"].as_str().unwrap().to_owned();
    let link = inbox.link_of(&api, &with_link).await;
    let desk = Desk::of(&server, &inbox).await;
    case.walk_until(&desk, "Se pidió aprobación").await;
    refused(&copy(&old, &new), "is in use");
    verifies(&mut server);

    let table = copied(&old, &new);
    assert!(table.lines().any(|line| line.starts_with("employer ") && line.contains(" 3 ")), "{table}");
    server.moves_to(&new);
    server.restart();
    api.session(&session).await.ok(200);
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&with_link, NEW_KEY).await.ok(201);
    case.walk_until(&desk, "Se inició la entrega").await;
    refused(&copy(&new, &format!("sqlite:{}/back.db", server.folder().display())), "is in use");
    verifies(&mut server);

    let back = format!("sqlite:{}/back/clavero.db", server.folder().display());
    copied(&new, &back);
    refused(&copy(&new, &back), "is not empty");
    server.moves_to(&back);
    server.restart();
    api.session(&session).await.ok(200);
    case.walk(&desk).await;
    api.sign_in(&case.employer, NEW_KEY).await.ok(201);
    verifies(&mut server);

    // The house that was left has an older log than what was signed since.
    server.moves_to(&old);
    refused(&server.run(&["serve"]), "the database is an older one");
}

/// Rows enough to be killed in the midst of.
fn with_many_rows(path: &std::path::Path) {
    let database = rusqlite::Connection::open(path).unwrap();
    let rows = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 120000) \
                INSERT INTO tax_register SELECT n, 0, 'ACTIVO', '2001-05-28 00:00:00' FROM numbers";
    database.execute_batch(rows).unwrap();
}

fn begin(from: &str, to: &str) -> Child {
    let mut command = clavero(&["copy", "--from", from, "--to", to]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_killed_goes_on_where_it_was() {
    let inbox = Inbox::open();
    let mut registry = Registry::default();
    registry.company();
    let mut server = Setup::new(&registry, inbox.port()).start();
    assert!(server.terminate().success());
    with_many_rows(&server.folder().join("clavero.db"));
    let old = format!("sqlite:{}/clavero.db", server.folder().display());
    let cluster = Cluster::shared();
    let (database, new) = server_database(&cluster);

    let mut child = begin(&old, &new);
    eventually("rows on the way", || async {
        let there = "SELECT count(*) FROM pg_class WHERE relname = 'tax_register'";
        let some = "SELECT count(*) FROM tax_register";
        let count = |sql| cluster.psql(&database, sql).trim().parse::<u64>().unwrap();
        if count(there) > 0 && count(some) > 0 { Ok(()) } else { Err("none yet") }
    })
    .await;
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was killed in the midst of it");
    let arrived: u64 = cluster.psql(&database, "SELECT count(*) FROM tax_register").trim().parse().unwrap();
    assert!((1..120_000).contains(&arrived), "{arrived}");
    server.moves_to(&new);
    refused(&server.run(&["serve"]), "another database is being copied");

    let output = copy(&old, &new);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.contains("were there already"), "{told}");
    assert_eq!(cluster.psql(&database, "SELECT count(*) FROM tax_register").trim(), "120000");
    server.restart();
    verifies(&mut server);

    // Back, killed, and the source has changed meanwhile.
    let back = server.folder().join("back.db");
    let url = format!("sqlite:{}", back.display());
    let mut child = begin(&new, &url);
    eventually("rows on the way back", || async {
        let length =
            |end: &str| std::fs::metadata(format!("{}{end}", back.display())).map_or(0, |file| file.len());
        if length("") + length("-wal") > 1_500_000 { Ok(()) } else { Err(length("-wal")) }
    })
    .await;
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was killed in the midst of it");
    drop(cluster.psql(&database, "DELETE FROM tax_register WHERE ruc = 119999"));
    let changed = copy(&new, &url);
    refused(&changed, "of this one as it was before");
    drop(
        cluster
            .psql(&database, "INSERT INTO tax_register VALUES (119999, 0, 'ACTIVO', '2001-05-28 00:00:00')"),
    );
    copied(&new, &url);
}
