//! A backup that is taken under load, and a service that comes back from it: what was secret is dead, what stood stands.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Output,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clavero_postgres_fixture::Cluster;

use crate::{
    api::{Api, Flow, NEW_KEY, identifiers},
    casework::{Desk, Way},
    employers::{Employer, Registry},
    mail::Inbox,
    officers::email_of,
    passkeys::{ORIGIN, Officer},
    secrets::ARGON2_OF_OLD_KEY,
    server::{Setup, TestServer},
};

const OLD_KEY: &str = "la clave que ya tenía 1";

#[track_caller]
fn done(output: &Output) -> (String, String) {
    assert!(output.status.success(), "{output:?}");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains(why), "{told}");
}

/// What employers have in hand before a backup, and after the restore try to use.
struct InHand {
    session: String,
    code: (Flow, String),
    link: String,
}

struct World {
    server: TestServer,
    inbox: Inbox,
    /// Signed in; with a code; with a link; who changes the key after the backup.
    employers: [Employer; 4],
    others: Vec<Employer>,
}

impl World {
    fn start(database: Option<String>) -> Self {
        let mut registry = Registry::default();
        let with_key = |row: &mut Employer| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash);
        let employers = [(); 4].map(|()| registry.company_with(with_key));
        let others = (0..40).map(|_| registry.company()).collect();
        let inbox = Inbox::open();
        let mut setup = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN);
        if let Some(url) = database {
            setup = setup.on(url);
        }
        Self { server: setup.start(), inbox, employers, others }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.server.folder().join(name)
    }

    fn api(&self) -> Api {
        Api::of(&self.server)
    }

    async fn in_hand(&self) -> InHand {
        let api = self.api();
        let [signed_in, with_code, with_link, _] = &self.employers;
        let session = api.sign_in(signed_in, OLD_KEY).await.ok(201)["token"].as_str().unwrap().to_owned();
        let flow = api.start(with_code).await;
        let code = self.inbox.next_code(&with_code.email).await;
        flow.reaches("code_sent").await;
        let link = self.inbox.link_of(&api, with_link).await;
        InHand { session, code: (flow, code), link }
    }

    /// Sets a key, as somebody does after the backup was made.
    async fn change_key(&self) {
        let link = self.inbox.link_of(&self.api(), &self.employers[3]).await;
        assert_eq!(self.api().set_key(&link, NEW_KEY).await.status, 204);
    }

    /// Nothing that was secret works; what stood works.
    async fn came_back(&self, had: &InHand) {
        let api = self.api();
        let [signed_in, with_code, with_link, changed] = &self.employers;
        api.session(&had.session).await.assert_problem(401, "unauthorized");
        had.code.0.send_code(&had.code.1).await.assert_problem(409, "wrong-state");
        api.read_link(&had.link).await.assert_problem(404, "unknown-link");
        api.set_key(&had.link, NEW_KEY).await.assert_problem(404, "unknown-link");
        for key in [OLD_KEY, NEW_KEY] {
            api.sign_in(changed, key).await.assert_problem(401, "invalid-credentials");
        }
        for employer in [signed_in, with_code, with_link] {
            api.sign_in(employer, OLD_KEY).await.ok(201);
        }
        self.change_key().await;
        api.sign_in(changed, NEW_KEY).await.ok(201);
    }

    /// Ends the service, and answers what the examination of its log says.
    fn verified(&mut self, args: &[&str]) -> String {
        assert!(self.server.terminate().success());
        done(&self.server.run(&[&["audit", "verify"], args].concat())).0
    }

    /// The file of checkpoints that the restore has put aside.
    fn aside(&self) -> PathBuf {
        let mut files = fs::read_dir(self.server.folder()).unwrap().map(|entry| entry.unwrap().path());
        let is_aside = |path: &PathBuf| path.to_string_lossy().contains("checkpoints.log.before-restore-");
        files.find(is_aside).unwrap()
    }
}

/// The database and what lies beside it.
fn remove(database: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", database.display()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_comes_back_with_its_keys_and_without_its_secrets() {
    let mut world = World::start(None);
    let had = world.in_hand().await;
    let (backup, export) = (world.path("monday.db"), world.path("export.jsonl"));
    let (backup_text, export_text) = (backup.to_str().unwrap(), export.to_str().unwrap());

    let stop = Arc::new(AtomicBool::new(false));
    let (api, others, stopped) = (world.api(), world.others.clone(), Arc::clone(&stop));
    let load = tokio::spawn(async move {
        let mut starts = 0;
        while !stopped.load(Ordering::Relaxed) {
            let _ = api.try_start(&others[starts % others.len()]).await;
            starts += 1;
        }
        starts
    });
    let (stdout, stderr) = tokio::task::block_in_place(|| done(&world.server.run(&["backup", backup_text])));
    stop.store(true, Ordering::Relaxed);
    assert!(load.await.unwrap() > 0, "it was under load");
    assert!(stdout.contains(backup_text) && stderr.contains("44 employers, 4 keys"), "{stdout}{stderr}");
    assert!(stderr.contains("keys.toml is not in it"), "{stderr}");
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&backup).unwrap();
    refused(&world.server.run(&["backup", backup_text]), "is not touched");
    assert_eq!(fs::read(&backup).unwrap(), before);

    world.change_key().await;
    assert!(world.server.terminate().success());
    done(&world.server.run(&["audit", "export", "--open", "--out", export_text]));
    let database = world.path("clavero.db");
    refused(&world.server.run(&["restore", backup_text]), "is there already");

    // By hand and not by the command: it says what it is.
    remove(&database);
    fs::copy(&backup, &database).unwrap();
    refused(&world.server.run(&["serve"]), "clavero restore --in-place");
    let doctor = world.server.run(&["doctor", "--offline"]);
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("clavero restore --in-place"), "{doctor:?}");
    remove(&database);

    let restored = world.server.run(&["restore", backup_text, "--changed-since", export_text]);
    let (list, told) = done(&restored);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 1, "{list}");
    assert!(lines[0].starts_with(&format!("{},0001,", world.employers[3].ruc)), "{list}");
    assert!(lines[0].ends_with(",changed"), "{list}");
    assert!(told.contains("are lost"), "{told}");

    world.server.restart();
    world.came_back(&had).await;
    let aside = world.aside();
    let verified = world.verified(&["--checkpoint", aside.to_str().unwrap()]);
    assert!(verified.contains("holds") && verified.contains("a backup was restored"), "{verified}");
    let export = done(&world.server.run(&["audit", "export"])).0;
    assert_eq!(export.matches("\"act\":\"store.restored\"").count(), 1);
    assert_eq!(export.matches("\"act\":\"credential.retired\"").count(), 1);
}

#[tokio::test]
async fn an_older_copy_that_was_put_in_place_in_silence_is_not_served_from() {
    let mut world = World::start(None);
    assert!(world.server.terminate().success());
    let (database, copy) = (world.path("clavero.db"), world.path("copy.db"));
    done(&world.server.run(&["backup", copy.to_str().unwrap()]));
    world.server.restart();
    world.change_key().await;
    assert!(world.server.terminate().success());
    let newer = world.path("newer.db");
    done(&world.server.run(&["backup", newer.to_str().unwrap()]));
    remove(&database);
    // As one that some other program made: it does not say of itself that it is a backup.
    fs::copy(&copy, &database).unwrap();
    let unmarked = rusqlite::Connection::open(&database).unwrap();
    assert_eq!(unmarked.execute("DELETE FROM meta WHERE key = 'unready'", []).unwrap(), 1);
    drop(unmarked);
    refused(&world.server.run(&["serve"]), "the database is an older one");

    let mistyped = "postgress://clavero:una-contrasena@db/lost";
    let output = world.server.run(&["restore", "--in-place", "--changed-since", mistyped]);
    refused(&output, "neither sqlite:PATH nor postgres://");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("una-contrasena"));
    // A copy of the database that was lost tells as well whose key was changed.
    let newer = format!("sqlite:{}", newer.display());
    let (list, _) = done(&world.server.run(&["restore", "--in-place", "--changed-since", &newer]));
    assert!(list.starts_with(&world.employers[3].ruc) && list.lines().count() == 1, "{list}");
    world.server.restart();
    refused(&world.server.run(&["restore", "--in-place"]), "is in use");
    world.api().sign_in(&world.employers[3], OLD_KEY).await.assert_problem(401, "invalid-credentials");
    world.change_key().await;
    // What came after the restore is newer than all that was lost.
    assert!(world.server.terminate().success());
    let (list, _) = done(&world.server.run(&["restore", "--in-place", "--changed-since", &newer]));
    assert!(list.is_empty(), "{list}");
}

#[tokio::test]
async fn a_slip_that_was_printed_before_the_backup_opens_nothing_after_it_and_the_case_goes_on() {
    let mut registry = Registry::default();
    let way = Way::by_slip(registry.company_with(|row| row.email.clear()));
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN);
    let mut server = setup.start();
    let desk = Desk::of(&server, &inbox).await;
    let rosa = Officer::signed_in(&server, "Rosa", "desk").await;
    way.walk_until(&desk, "Se usó el sobre").await;
    let (backup, export) = (server.folder().join("monday.db"), server.folder().join("export.jsonl"));
    let (backup, export) = (backup.to_str().unwrap(), export.to_str().unwrap());
    done(&server.run(&["backup", backup]));
    done(&server.run(&["officer", "disable", "--email", &email_of("Rosa")]));
    assert!(server.terminate().success());
    done(&server.run(&["audit", "export", "--open", "--out", export]));
    remove(&server.folder().join("clavero.db"));
    let (_, told) = done(&server.run(&["restore", backup, "--changed-since", export]));
    assert!(told.contains("1 slips") && told.contains("2 sessions"), "{told}");
    assert!(told.contains("One officer who was disabled"), "{told}");
    server.restart();
    assert_ne!(rosa.signs_in().await, 303, "disabled stays disabled");

    assert_eq!(desk.ana.get("/ventanilla/casos").await.status, 303, "signed out");
    for officer in [&desk.ana, &desk.luis] {
        assert_eq!(officer.signs_in().await, 303, "the passkey stands");
    }
    let secret = way.secret.borrow().clone();
    let mut form = identifiers(&way.employer);
    form["slip"] = secret.into();
    let slip = Api::of(&server).http.post(format!("{}/clave/papeleta", server.address())).form(&form);
    let refused = slip.send().await.unwrap();
    assert!(!refused.url().path().starts_with("/clave/") || refused.url().path() == "/clave/papeleta");
    assert_eq!(refused.status(), 422);
    way.take(&desk, "Se inició la entrega").await;
    way.take(&desk, "Se usó el sobre").await;
    way.take(&desk, "La persona guardó su clave").await;
    assert!(way.history(&desk).await.contains("La persona guardó su clave"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_of_a_server_comes_back_with_its_keys_and_without_its_secrets() {
    let cluster = Cluster::shared();
    let database = cluster.database();
    let mut world = World::start(Some(cluster.url(&database)));
    refused(&world.server.run(&["backup", "monday.db"]), "pg_dump");
    let had = world.in_hand().await;
    let (dump, export) = (world.path("monday.dump"), world.path("export.jsonl"));
    let (dump, export) = (dump.to_str().unwrap(), export.to_str().unwrap());
    cluster.tool("pg_dump", &["--format=custom", "--file", dump, &database]);
    world.change_key().await;
    assert!(world.server.terminate().success());
    done(&world.server.run(&["audit", "export", "--open", "--out", export]));

    drop(cluster.psql("postgres", &format!("DROP DATABASE {database}")));
    drop(cluster.psql("postgres", &format!("CREATE DATABASE {database}")));
    cluster.tool("pg_restore", &["--exit-on-error", "--no-owner", "--dbname", &database, dump]);
    refused(&world.server.run(&["serve"]), "the database is an older one");
    refused(&world.server.run(&["restore", dump]), "pg_restore");
    let (list, _) = done(&world.server.run(&["restore", "--in-place", "--changed-since", export]));
    assert!(list.starts_with(&world.employers[3].ruc) && list.lines().count() == 1, "{list}");
    world.server.restart();
    world.came_back(&had).await;
    let aside = world.aside();
    let verified = world.verified(&["--checkpoint", aside.to_str().unwrap()]);
    assert!(verified.contains("holds") && verified.contains("a backup was restored"), "{verified}");
}
