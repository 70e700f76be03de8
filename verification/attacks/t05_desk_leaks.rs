//! T5 at the desk and on PostgreSQL: whole cases with the log at its wordiest, then every file, page of the database and line.

use std::{fs, path::Path};

use clavero_postgres_fixture::Cluster;

use crate::{
    api::{Api, NEW_KEY, token_of},
    casework::{Desk, Way, walk_all},
    employers::Registry,
    mail::Inbox,
    passkeys::ORIGIN,
    secrets::{contains, disguises},
    server::{Setup, TestServer},
};

type Secrets = Vec<(&'static str, String)>;

/// Files under a folder that hold one of the secrets.
fn leaks(folder: &Path, secrets: &Secrets, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            leaks(&path, secrets, found);
        } else if path.extension().is_none_or(|extension| extension != "csv") {
            // What a running server has taken away meanwhile holds nothing.
            let Ok(bytes) = fs::read(&path) else { continue };
            for (name, secret) in secrets {
                if disguises(secret).iter().any(|form| contains(&bytes, form)) {
                    found.push(format!("{name} in {}", path.display()));
                }
            }
        }
    }
}

fn assert_kept(folders: &[&Path], secrets: &Secrets) {
    let mut found = Vec::new();
    for folder in folders {
        leaks(folder, secrets, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
}

/// A case by mail and one by slip, and a recovery online; what was secret in them.
async fn whole_journeys(
    registry: &mut Registry,
    inbox: &Inbox,
    setup: impl FnOnce(&Registry) -> Setup,
) -> (TestServer, Secrets) {
    let mail = Way::by_mail(registry.company());
    let slip = Way::by_slip(registry.company_with(|row| row.email.clear()));
    let online = registry.company();
    let server = setup(registry).set("server.public_url", ORIGIN).start();
    let desk = Desk::of(&server, inbox).await;
    let mut secrets: Secrets = vec![("telephone", "099 999 9999".to_owned())];
    for way in [&mail, &slip] {
        secrets.push(("street", format!("Calle Ñandú {}", way.employer.ruc)));
    }
    secrets.push(("new mailbox", mail.employer.email.replace("persona", "nuevo")));
    secrets.push(("old mailbox", mail.employer.email.clone()));
    slip.walk_until(&desk, "Se usó el sobre").await;
    let secret = slip.secret.borrow().clone();
    secrets.push(("slip", secret.replace('-', "")));
    secrets.push(("slip as printed", secret));
    walk_all(&[mail, slip], &desk).await;
    let api = Api::of(&server);
    let flow = api.start(&online).await;
    flow.send_code_from(inbox, &online).await;
    let link = inbox.next_link(&online.email).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let session = api.sign_in(&online, NEW_KEY).await.ok(201);
    secrets.extend([
        ("flow token", flow.token),
        ("link", token_of(&link).to_owned()),
        ("session", session["token"].as_str().unwrap().to_owned()),
        ("key", NEW_KEY.to_owned()),
    ]);
    (server, secrets)
}

#[tokio::test]
async fn nothing_that_was_told_at_the_desk_is_left_in_any_file_or_line_of_the_log() {
    let (mut registry, inbox) = (Registry::default(), Inbox::open());
    let (mut server, secrets) =
        whole_journeys(&mut registry, &inbox, |registry| Setup::new(registry, inbox.port())).await;
    assert!(server.log().contains("\"level\":\"DEBUG\""), "the log says as much as it can be told to");
    assert_kept(&[server.folder()], &secrets);
    server.terminate();
    assert_kept(&[server.folder()], &secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_postgresql_nor_its_write_ahead_log_holds_a_secret() {
    let cluster = Cluster::own();
    let database = cluster.database();
    let (mut registry, inbox) = (Registry::default(), Inbox::open());
    let url = cluster.url(&database);
    let (server, secrets) =
        whole_journeys(&mut registry, &inbox, |registry| Setup::new(registry, inbox.port()).on(url)).await;
    drop(cluster.psql(&database, "CHECKPOINT"));
    let folder = cluster.psql(&database, "SHOW data_directory");
    let base =
        cluster.psql(&database, "SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()");
    let folder = Path::new(folder.trim());
    let (base, log) = (folder.join(base.trim()), folder.join("pg_wal"));
    assert_kept(&[&base, &log, server.folder()], &secrets);
}
