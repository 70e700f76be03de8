//! What becomes of what was answered when the program is killed, or asked to stop, in the midst of its work.

use std::{
    collections::VecDeque,
    future::pending,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use clavero_postgres_fixture::Cluster;
use clavero_smtp_fixture::SmtpFixture;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::{task::block_in_place, time::timeout};

use super::{
    chance::{Chance, how_many, say},
    journal::{Account, Client, Journal},
    post::Post,
};
use crate::{
    api::{Api, NEW_KEY},
    employers::{Employer, Registry},
    mail::Inbox,
    server::{Setup, TestServer},
};

/// Most of them wait, at any moment, for a mail that a killed process had taken up: its lease is half a minute.
const CLIENTS: usize = 60;
/// So many ask at once.
const AT_ONCE: usize = 16;
/// How long a kill waits for answers.
const FIRST_ANSWER: Duration = Duration::from_secs(3);
const OTHER_ANSWERS: Duration = Duration::from_millis(500);

/// Kills the service again and again while clients go on; checks every answer that anybody had.
async fn kill_again_and_again(database: Option<String>, name: &str, kills: usize) {
    let mut chance = Chance::seeded(name);
    let mut registry = Registry::default();
    let accounts = (0..(2 * CLIENTS).max(kills * 4)).map(|_| Account::of(registry.company())).collect();
    let accounts: Arc<Mutex<VecDeque<Account>>> = Arc::new(Mutex::new(accounts));
    let relay = Arc::new(SmtpFixture::start());
    let post = Post::carry(Arc::clone(&relay));
    // A start whose answer was lost is asked for again, which spends a code. A long run comes back to an employer after an hour.
    let setup = Setup::new(&registry, relay.port())
        .set("session.idle_ttl", "8h")
        .set("recovery.code_digits", "8")
        .set("recovery.codes_per_window", "100")
        .set("recovery.codes_per_day", "100")
        .set("recovery.codes_per_day_total", "10000000");
    let mut server = match database {
        Some(url) => setup.on(url),
        None => setup,
    }
    .start();
    let journal = Arc::new(Journal::new(AT_ONCE));
    let client = || {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let api = Api { http: http.build().unwrap(), ..Api::of(&server) };
        let (journal, post) = (Arc::clone(&journal), Arc::clone(&post));
        Client { api, address: server.address().to_owned(), journal, post }
    };
    let settling = client();
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(client().live(Arc::clone(&accounts)))).collect();
    for kill in 1..=kills {
        let answers = usize::try_from(1 + chance.below(30)).unwrap();
        let before = journal.acknowledged();
        // On a machine with much else to do one that answers nothing before it is killed again never gets anywhere. All clients may
        // be waiting for mails, though, that a killed process had taken up.
        for (answers, patience) in [(1, FIRST_ANSWER), (answers, OTHER_ANSWERS)] {
            let _ = timeout(patience, journal.reaches(before + answers)).await;
        }
        // The answer that was waited for is no more likely to be the last than any other.
        let _ = timeout(Duration::from_micros(chance.below(20_000)), pending::<()>()).await;
        let lines = usize::try_from(chance.below(6)).unwrap();
        block_in_place(|| {
            server.kill();
            if kill % 8 == 0 {
                server.kill_while_starting(lines);
            }
            server.restart();
        });
        assert!(journal.broken().is_empty(), "after kill {kill}: {:#?}", journal.broken());
    }
    journal.stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.unwrap();
    }
    let mut accounts = Arc::into_inner(accounts).unwrap().into_inner().unwrap();
    for account in &mut accounts {
        settling.settle(account).await;
    }
    let keys: usize = accounts.iter().map(Account::keys_set).sum();
    assert!(server.terminate().success());
    the_log_tells_of_as_many(&server, keys);
    let broken = journal.broken();
    say(&format!(
        "{name}: {kills} kills, {} acknowledged answers, {} journeys, {} requests without an answer, {} mails, {} of them late, \
         {} lost or done twice",
        journal.acknowledged(),
        journal.journeys.load(Ordering::SeqCst),
        journal.doubtful.load(Ordering::SeqCst),
        post.total(),
        journal.late.load(Ordering::SeqCst),
        broken.len(),
    ));
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The audit log holds, and has one entry for each key that was set.
fn the_log_tells_of_as_many(server: &TestServer, keys: usize) {
    let verified = server.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    let export = String::from_utf8(server.run(&["audit", "export"]).stdout).unwrap();
    let changes = export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let changes = changes.filter(|entry| entry["act"] == "credential.changed" && entry["refusal"].is_null());
    assert_eq!(changes.count(), keys, "one entry for each key that was set");
    let file = server.folder().join("clavero.db");
    if file.exists() {
        let database = rusqlite::Connection::open(file).unwrap();
        let told: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(told, "ok");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_answered_is_lost_or_done_twice_by_kills_on_sqlite() {
    kill_again_and_again(None, "SQLite", how_many("CLAVERO_KILLS", 50)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_answered_is_lost_or_done_twice_by_kills_on_postgresql() {
    let cluster = Cluster::shared();
    let url = cluster.url(&cluster.database());
    kill_again_and_again(Some(url), "PostgreSQL", how_many("CLAVERO_KILLS", 25)).await;
}

#[tokio::test]
async fn a_key_that_was_set_stays_set_after_a_kill_and_its_link_stays_used() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    server.kill_and_restart();
    let api = Api::of(&server);
    api.set_key(&link, "otra cosa muy distinta 99").await.assert_problem(410, "link-used");
    api.sign_in(&employer, NEW_KEY).await.ok(201);
    // The notice was in the same transaction.
    assert!(inbox.arrived(&employer.email, 3).await >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_finishes_what_it_began_and_ends_well() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..12).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut links = Vec::new();
    for employer in &employers {
        links.push(inbox.link_of(&api, employer).await);
    }
    let requests: Vec<_> = links
        .iter()
        .map(|link| {
            let (api, link) = (api.clone(), link.clone());
            tokio::spawn(async move { api.try_set_key(&link, NEW_KEY).await })
        })
        .collect();
    let first = stream::iter(requests).buffer_unordered(12);
    tokio::pin!(first);
    let mut statuses = vec![first.next().await.unwrap().unwrap()];
    let ended = server.terminate();
    assert!(ended.success(), "{ended:?}");
    statuses.extend(first.map(|status| status.unwrap()).collect::<Vec<_>>().await);
    // Whoever was let in was answered in full; the others met a closed door.
    let done = statuses.iter().filter(|status| **status == Some(204)).count();
    assert!(statuses.iter().all(|status| status.is_none() || *status == Some(204)), "{statuses:?}");
    server.restart();
    let api = Api::of(&server);
    let mut signed_in = 0;
    for employer in &employers {
        signed_in += usize::from(api.sign_in(employer, NEW_KEY).await.status == 201);
    }
    assert_eq!(signed_in, done, "what was answered is exactly what was done");
}

#[tokio::test]
async fn a_log_that_nobody_reads_any_more_stops_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    server.close_log();
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    for _ in 0..20 {
        assert_eq!(api.http.get(server.address()).send().await.unwrap().status(), 200);
    }
}
