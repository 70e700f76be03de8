//! T5: after whole journeys nothing that was secret stands in any file, log or metric.

use std::fs;

use serde_json::json;

use crate::{
    api::{Api, NEW_KEY, token_of},
    employers::Registry,
    mail::{Inbox, code_of},
    secrets::{contains, disguises},
    server::{Setup, TestServer},
};

/// Files of the server's folder that hold one of the secrets.
fn leaks(server: &TestServer, secrets: &[(&str, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(server.folder()).unwrap() {
        let path = entry.unwrap().path();
        // What the test itself put there.
        if path.extension().is_some_and(|extension| extension == "csv") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for (name, secret) in secrets {
            if disguises(secret).iter().any(|form| contains(&bytes, form)) {
                found.push(format!("{name} in {}", path.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_code_link_token_key_or_address_is_left_in_any_file() {
    let mut registry = Registry::default();
    let employers = [registry.company(), registry.company()];
    let abandoned = registry.company();
    let inbox = Inbox::open();
    // Eight digits, so that no number of another kind is one by chance.
    let setup = Setup::new(&registry, inbox.port()).set("recovery.code_digits", "8");
    // One code at a time, so that each brings a voucher.
    let mut server = setup.set("recovery.codes_per_window", "1").start();
    let api = Api::of(&server);
    let mut secrets = vec![("abandoned address", abandoned.email.clone())];

    let halfway = api.start(&abandoned).await;
    secrets.push(("abandoned token", halfway.token.clone()));
    secrets.push(("abandoned code", inbox.next_code(&abandoned.email).await));
    for employer in &employers {
        secrets.push(("address", employer.email.clone()));
        let flow = api.start(employer).await;
        let mail = inbox.next(&employer.email).await;
        let (code, voucher) = (code_of(&mail), mail.link("/reserva/").unwrap());
        api.http.get(&voucher).send().await.unwrap();
        flow.reaches("code_sent").await;
        flow.send_code(&code).await.ok(200);
        let link = inbox.next_link(&employer.email).await;
        let opened = api.read_link(&link).await.ok(200)["opened"].as_str().unwrap().to_owned();
        api.http.get(&link).send().await.unwrap();
        let path = format!("/links/{}/password", token_of(&link));
        let set = api.post(&path, &json!({ "password": NEW_KEY, "opened": opened })).await;
        assert_eq!(set.status, 204);
        let notice = inbox.next(&employer.email).await;
        let session = api.sign_in(employer, NEW_KEY).await.ok(201);
        api.sign_in(employer, "la clave de otra persona").await.assert_problem(401, "invalid-credentials");
        secrets.extend([
            ("flow token", flow.token),
            ("code", code),
            ("voucher", token_of(&voucher).to_owned()),
            ("link", token_of(&link).to_owned()),
            ("opened form", opened),
            ("no-fui-yo link", token_of(&notice.links()[0]).to_owned()),
            ("session", session["token"].as_str().unwrap().to_owned()),
            ("key", NEW_KEY.to_owned()),
            ("mistyped key", "la clave de otra persona".to_owned()),
        ]);
    }
    let metrics = api.http.get(format!("{}/metrics", server.admin())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for (name, secret) in &secrets {
        assert!(!metrics.contains(secret), "{name} in the metrics");
    }
    let log = server.log();
    for employer in &employers {
        for personal in [&employer.ruc, &employer.representative, &employer.name] {
            assert!(!log.contains(personal.as_str()), "{personal} in the log");
        }
    }
    assert_eq!(leaks(&server, &secrets), Vec::<String>::new(), "while it runs");
    server.terminate();
    assert_eq!(leaks(&server, &secrets), Vec::<String>::new(), "when it has ended");
}

#[cfg(unix)]
#[tokio::test]
async fn key_ring_and_database_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Setup::new(&Registry::default(), 9).start();
    for name in ["keys.toml", "clavero.db", "clavero.db-wal"] {
        let mode = fs::metadata(server.folder().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_crash_leaves_no_copy_of_the_memory_behind() {
    use std::{os::unix::process::ExitStatusExt as _, process::Command};

    use rustix::process::{Resource, getrlimit, setrlimit};
    // As on a machine that lets every process leave its core file.
    let mut limit = getrlimit(Resource::Core);
    limit.current = limit.maximum;
    setrlimit(Resource::Core, limit).unwrap();
    let mut server = Setup::new(&Registry::default(), 9).start();
    let crashed = server.ends_by("-ABRT");
    assert!(crashed.signal().is_some() && !crashed.core_dumped(), "{crashed:?}");
    // What shows that it could have: another process does.
    let other =
        Command::new("sh").args(["-c", "kill -ABRT $$"]).current_dir(server.folder()).status().unwrap();
    assert!(other.core_dumped() || limit.maximum == Some(0), "{other:?}");
}
