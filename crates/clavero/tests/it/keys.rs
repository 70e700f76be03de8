//! The life of a ring's key, on both engines: new things under the next one, everything sealed anew under that, and out.

use std::{fs, process::Stdio};

use clavero_postgres_fixture::Cluster;

use crate::{
    api::{Api, Flow, NEW_KEY, eventually},
    casework::{Desk, Way},
    employers::{Employer, Registry},
    mail::Inbox,
    passkeys::ORIGIN,
    secrets::{ARGON2_OF_OLD_KEY, contains},
    server::{Setup, TestServer, clavero},
};

const OLD_KEY: &str = "la clave que ya tenía 1";

/// What a command said that did it.
#[track_caller]
fn done(server: &TestServer, args: &[&str]) -> String {
    let output = server.run(args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// What a command said that did not.
#[track_caller]
fn refused(server: &TestServer, args: &[&str], why: &str) -> String {
    let output = server.run(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(said.contains(why), "{args:?}: {said}");
    said
}

/// The columns of a key: its name, when it was made, sealed values, recoveries, cases, employers' keys, what it is.
#[track_caller]
fn listed(server: &TestServer, id: &str) -> Vec<String> {
    let said = done(server, &["keys", "list"]);
    let line = said.lines().find(|line| line.starts_with(&format!("{id}\t")));
    let line = line.unwrap_or_else(|| panic!("no {id}: {said}"));
    line.split('\t').map(ToOwned::to_owned).collect()
}

fn ring(server: &TestServer) -> String {
    fs::read_to_string(server.folder().join("keys.toml")).unwrap()
}

async fn recovers(api: &Api, inbox: &Inbox, employer: &Employer) {
    let link = inbox.link_of(api, employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(employer, NEW_KEY).await.ok(201);
}

/// A rotation as the operator does it: the service reads the new ring at its next start.
fn rotates(server: &mut TestServer) {
    done(server, &["keys", "rotate"]);
    refused(server, &["keys", "reseal"], "still works with the key k1");
    refused(server, &["keys", "retire", "k1", "--yes"], "still works with the key k1");
    assert!(server.terminate().success());
    server.restart();
}

/// Everything that a ring opens or checks, from before a rotation to after the end of the key of before.
async fn a_key_lives_and_ends(database: Option<String>) -> TestServer {
    let mut registry = Registry::default();
    let imported = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let [early, under_way, late] = [(); 3].map(|()| registry.company());
    let busy: Vec<Employer> = (0..4).map(|_| registry.company()).collect();
    let case = Way::by_mail(registry.company());
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN);
    let mut server = match database {
        Some(url) => setup.on(url).start(),
        None => setup.start(),
    };
    let api = Api::of(&server);
    recovers(&api, &inbox, &early).await;
    let desk = Desk::of(&server, &inbox).await;
    case.walk_until(&desk, "Se pidió aprobación").await;
    let flow = api.start(&under_way).await;
    let code = inbox.next_code(&under_way.email).await;
    rotates(&mut server);

    let api = Api::of(&server);
    let before = listed(&server, "k1");
    assert_eq!(before[3..], ["1", "1", "1", "earlier"], "{before:?}");
    let all: u64 = before[2].parse().unwrap();
    assert!(all > 12, "mailboxes, a case, officers, their passkeys, entries of the log: {before:?}");
    refused(&server, &["keys", "retire", "k1", "--yes"], &format!("sealed values: {all},"));
    let told = done(&server, &["keys", "reseal", "--dry-run"]);
    assert!(told.contains(&format!("in another form: {all}.")), "{told}");
    assert_eq!(listed(&server, "k1"), before, "that changed nothing");

    // Sealed anew while people recover.
    let told = std::thread::scope(|scope| {
        let resealing = scope.spawn(|| done(&server, &["keys", "reseal"]));
        let people = async {
            for employer in &busy {
                recovers(&api, &inbox, employer).await;
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(people));
        resealing.join().unwrap()
    });
    assert!(told.contains("employer.email") && told.contains("assisted_case.dossier"), "{told}");
    let told = done(&server, &["keys", "reseal"]);
    assert!(told.contains("sealed anew under the key k2: 0,"), "once is enough: {told}");
    let after = listed(&server, "k1");
    assert_eq!(after[2..], ["0", "1", "1", "1", "earlier"], "{after:?}");

    // What is under way ends under the key that it began under.
    refused(&server, &["keys", "retire", "k1", "--yes"], "recoveries under way: 1, cases under way: 1,");
    let flow = Flow::of(&api, &flow.started);
    flow.send_code(&code).await.ok(200);
    let link = inbox.next_link(&under_way.email).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    case.walk(&desk).await;
    refused(&server, &["keys", "retire", "k1"], "--yes");
    refused(&server, &["keys", "retire", "k2", "--yes"], "is the active key");
    refused(&server, &["keys", "retire", "k7", "--yes"], "there is no key k7");
    assert_eq!(listed(&server, "k1")[2..], ["0", "0", "0", "1", "earlier"]);
    let told = done(&server, &["keys", "retire", "k1", "--yes"]);
    assert!(told.contains("key k1 taken out") && told.contains("stored under k1: 1."), "{told}");
    ended(&mut server, &inbox, [&early, &imported, &late], (&case, &desk)).await;
    server
}

/// After the key's end: nothing that anybody needs was lost, and nothing of it is left but what checks passwords.
async fn ended(
    server: &mut TestServer,
    inbox: &Inbox,
    [early, imported, late]: [&Employer; 3],
    (case, desk): (&Way, &Desk<'_>),
) {
    // A service that still has the key in memory goes on.
    recovers(&Api::of(server), inbox, late).await;
    assert!(server.terminate().success());
    let kept = ring(server);
    assert_eq!(kept.matches("secret = ").count(), 1, "one key: {}", kept.matches("id = ").count());
    server.restart();
    let api = Api::of(server);
    assert_eq!(
        listed(server, "k1")[2..],
        ["0", "0", "0", "1", "retired; what checks employers' keys is left"]
    );
    refused(server, &["keys", "retire", "k1", "--yes"], "employers' keys: 1.");
    for (employer, key) in [(early, NEW_KEY), (imported, OLD_KEY), (&case.employer, NEW_KEY)] {
        api.sign_in(employer, key).await.ok(201);
    }
    assert_eq!(desk.ana.signs_in().await, 303);
    let address = case.case.borrow().clone();
    let page = desk.luis.get(&address).await;
    assert!(page.status == 200 && page.text.contains("nuevo"), "a case's dossier opens: {}", page.text);
    done(server, &["keys", "retire", "k1", "--yes"]);
    assert!(!ring(server).contains("k1"), "nobody's key rests on it any more");
    assert!(server.terminate().success());
    server.restart();
    recovers(&Api::of(server), inbox, early).await;
    assert!(server.terminate().success());
    done(server, &["audit", "verify"]);
    let export = done(server, &["audit", "export", "--open"]);
    assert!(export.contains(&early.ruc) && !export.contains("\"state\":\"unreadable\""));
    assert_eq!(export.matches("\"act\":\"keys.resealed\"").count(), 1, "one that changed something");
    assert_eq!(export.matches("\"act\":\"keys.retired\"").count(), 2);
}

/// Ten portions.
const MANY: &str = "5000";

/// Registers many employers and rotates; `count` says how many mailboxes begin with these octets.
async fn killed_and_run_again(mut server: TestServer, count: impl Fn(&str) -> u64) {
    let file = server.folder().join("many.csv");
    let many = done(&server, &["generate", "employers", "--count", MANY]);
    fs::write(&file, many).unwrap();
    done(&server, &["import", "employers", file.to_str().unwrap()]);
    let all = count("81026b31");
    assert!(all > 4_000, "{all} mailboxes");
    rotates(&mut server);

    let config = server.folder().join("clavero.toml");
    let mut resealing = clavero(&["keys", "reseal", "--config", config.to_str().unwrap()]);
    let mut resealing = resealing.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("the first portion", || async {
        if count("81026b32") > 0 { Ok(()) } else { Err("none yet") }
    })
    .await;
    resealing.kill().unwrap();
    assert!(!resealing.wait().unwrap().success(), "it was killed in the midst of it");
    let (left, new) = (count("81026b31"), count("81026b32"));
    assert!(left > 0 && new > 0 && left + new == all, "{left} and {new} of {all}");
    let told = done(&server, &["keys", "reseal"]);
    assert!(told.contains("sealed anew under the key k2: "), "{told}");
    assert_eq!((count("81026b31"), count("81026b32")), (0, all));
    assert_eq!(listed(&server, "k1")[2], "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_killed_while_resealing_goes_on_on_sqlite() {
    let server = Setup::new(&Registry::default(), Inbox::open().port()).start();
    let file = server.folder().join("clavero.db");
    let count = move |head: &str| {
        let sql = "SELECT count(*) FROM employer WHERE substr(email, 1, 4) = unhex(?1)";
        rusqlite::Connection::open(&file)
            .unwrap()
            .query_row(sql, [head], |row| row.get::<_, u32>(0))
            .unwrap()
            .into()
    };
    killed_and_run_again(server, count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_killed_while_resealing_goes_on_on_postgres() {
    let cluster = Cluster::shared();
    let database = cluster.database();
    let server = Setup::new(&Registry::default(), Inbox::open().port()).on(cluster.url(&database)).start();
    let count = |head: &str| {
        let sql =
            format!("SELECT count(*) FROM employer WHERE substr(email, 1, 4) = decode('{head}', 'hex')");
        cluster.psql(&database, &sql).trim().parse().unwrap()
    };
    killed_and_run_again(server, count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_key_opens_is_told_and_stands_and_keeps_no_key_in_the_ring() {
    let mut registry = Registry::default();
    let [spoiled, strange, whole] = [(); 3].map(|()| registry.company());
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let file = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    let id = |employer: &Employer| format!("{}{}", employer.ruc, employer.sucursal).parse::<i64>().unwrap();
    let sealed = |employer: &Employer| -> Vec<u8> {
        let sql = "SELECT email FROM employer WHERE id = ?1";
        file.query_row(sql, [id(employer)], |row| row.get(0)).unwrap()
    };
    let put = |employer: &Employer, bytes: &[u8]| {
        let sql = "UPDATE employer SET email = ?2 WHERE id = ?1";
        file.execute(sql, rusqlite::params![id(employer), bytes]).unwrap();
    };
    // Another employer's, and one of a ring that nobody has.
    put(&spoiled, &sealed(&whole));
    put(&strange, &[b"\x81\x02z9".as_slice(), &[7; 60]].concat());
    let before = [&spoiled, &strange].map(sealed);
    rotates(&mut server);
    let told = refused(&server, &["keys", "reseal"], "open with no key of this ring: 2.");
    assert!(told.contains("employer.email"), "{told}");
    assert_eq!([&spoiled, &strange].map(sealed), before, "they stand as they were");
    assert!(sealed(&whole).starts_with(b"\x81\x02k2"));
    done(&server, &["keys", "retire", "k1", "--yes"]);
    recovers(&Api::of(&server), &inbox, &whole).await;
    assert_eq!(server.run(&["keys", "reseal"]).status.code(), Some(1), "as long as they are there");
}

#[tokio::test]
async fn the_doctor_asks_for_rotation_after_a_year_and_for_the_end_of_the_keys_of_before() {
    let server = Setup::new(&Registry::default(), 9).start();
    let path = server.folder().join("keys.toml");
    let said = || String::from_utf8(server.run(&["doctor", "--offline"]).stdout).unwrap();
    let lines = || said().lines().filter(|line| line.contains("key ring ")).map(ToOwned::to_owned).collect();
    let fresh: Vec<String> = lines();
    assert!(fresh.len() == 1 && fresh[0].starts_with("ok"), "{fresh:?}");
    let text = ring(&server);
    let made = text.split("made = \"").nth(1).unwrap().split('"').next().unwrap();
    fs::write(&path, text.replace(made, "2020-01-01T00:00:00Z")).unwrap();
    let old: Vec<String> = lines();
    assert!(old.iter().any(|line| line.starts_with("note") && line.contains("keys rotate")), "{old:?}");
    fs::write(&path, text.replace(&format!("made = \"{made}\"\n"), "")).unwrap();
    let undated: Vec<String> = lines();
    assert!(
        undated.iter().any(|line| line.starts_with("note") && line.contains("keys rotate")),
        "{undated:?}"
    );
    done(&server, &["keys", "rotate"]);
    let rotated: Vec<String> = lines();
    assert!(
        rotated.iter().any(|line| line.starts_with("note") && line.contains("keys reseal")),
        "{rotated:?}"
    );
    assert!(rotated.iter().any(|line| line.starts_with("ok") && line.contains("k2")), "{rotated:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_lives_and_ends_on_sqlite_and_leaves_nothing_sealed_in_the_file() {
    let server = a_key_lives_and_ends(None).await;
    let file = fs::read(server.folder().join("clavero.db")).unwrap();
    let head = |id: &str| [b"\x81\x02", id.as_bytes()].concat();
    assert!(contains(&file, &head("k2")) && !contains(&file, &head("k1")), "not in its free pages either");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_lives_and_ends_on_postgres() {
    let cluster = Cluster::shared();
    a_key_lives_and_ends(Some(cluster.url(&cluster.database()))).await;
}
