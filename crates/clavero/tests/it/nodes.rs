//! Several services on one PostgreSQL, and what they do when one of them, or the server, goes.

use std::time::{Duration, Instant};

use clavero_postgres_fixture::Cluster;
use futures_util::{StreamExt as _, stream};

use crate::{
    api::{Answer, Api, Flow, within},
    attacks::t01_guessing::tally,
    employers::{Employer, Registry},
    mail::{Inbox, Mood},
    server::{Node, Setup, TestServer, clavero},
};

/// How long a service may take to be well again after its server was away: a test that takes longer has hung.
const RECOVERY: Duration = Duration::from_mins(1);
/// How long it may leave everybody without an answer, the server's own restart included: it is a part of a second.
const MOST_SILENT: Duration = Duration::from_secs(30);

/// Two services on a database of their own.
pub(crate) struct Two {
    first: TestServer,
    second: Node,
    pub(crate) inbox: Inbox,
    pub(crate) employers: Vec<Employer>,
    _cluster: Cluster,
}

impl Two {
    pub(crate) fn start(employers: usize) -> Self {
        let cluster = Cluster::shared();
        let mut registry = Registry::default();
        let employers = (0..employers).map(|_| registry.company()).collect();
        let inbox = Inbox::open();
        let first = Setup::new(&registry, inbox.port()).on(cluster.url(&cluster.database())).start();
        let second = first.node();
        Self { first, second, inbox, employers, _cluster: cluster }
    }

    pub(crate) fn addresses(&self) -> [&str; 2] {
        [self.first.address(), self.second.address()]
    }

    /// The client of one service or the other, turn by turn.
    pub(crate) fn apis(&self) -> [Api; 2] {
        [Api::of(&self.first), Api::at(self.second.address())]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_share_a_limit_and_each_mail_goes_out_once() {
    let two = Two::start(6);
    let apis = two.apis();
    let starts: Vec<(usize, &Employer)> = (0..10).flat_map(|_| &two.employers).enumerate().collect();
    let answers: Vec<Answer> = stream::iter(&starts)
        .map(|(number, employer)| apis[number % 2].try_start(employer))
        .buffer_unordered(32)
        .collect()
        .await;
    let counts = tally(&answers);
    assert_eq!(counts.get("201"), Some(&18), "three codes for each of six employers: {counts:?}");
    assert_eq!(counts.get("too-many-requests"), Some(&42), "{counts:?}");
    for employer in &two.employers {
        assert_eq!(two.inbox.arrived(&employer.email, 3).await, 3);
    }
    assert_eq!(two.inbox.total(), 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_of_a_service_that_was_killed_go_out_from_the_other() {
    let cluster = Cluster::shared();
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..2).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    inbox.mood(Mood::Stalls);
    let mut first = Setup::new(&registry, inbox.port()).on(cluster.url(&cluster.database())).start();
    let api = Api::of(&first);
    for employer in &employers {
        api.start(employer).await;
    }
    // All of them are in the hands of the first when it is killed, and are the other's when their leases end.
    inbox.holds(2).await;
    let _second = first.node();
    first.kill();
    inbox.mood(Mood::Friendly);
    for employer in &employers {
        inbox.code_after_a_crash(&employer.email).await;
    }
    assert_eq!(inbox.total(), employers.len(), "each mail once");
}

#[tokio::test]
async fn a_service_with_another_key_ring_is_refused() {
    let two = Two::start(1);
    let keys = two.first.folder().join("other-keys.toml");
    let config = two.first.folder().join("clavero.toml");
    let mut serve = clavero(&["serve", "--config", config.to_str().unwrap()]);
    let refused = serve.env("CLAVERO_SECRETS__KEY_FILE", &keys).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("key ring") && said.contains("other-keys.toml"), "{said}");
}

/// Starts one recovery after the other while `away` is carried out, and a few before and after. Gives those that were answered,
/// and the longest time without an answer.
async fn start_through(
    api: &Api,
    employers: &[Employer],
    away: impl FnOnce() + Send + 'static,
) -> (Vec<Flow>, Duration) {
    const AROUND: usize = 5;
    let mut flows: Vec<Flow> = Vec::new();
    let (mut going, mut away) = (None, Some(away));
    let (mut silent, mut answered, mut after) = (Duration::ZERO, Instant::now(), 0);
    for (number, employer) in employers.iter().enumerate() {
        if number == AROUND {
            going = away.take().map(tokio::task::spawn_blocking);
        }
        after += usize::from(going.as_ref().is_some_and(tokio::task::JoinHandle::is_finished));
        if after > AROUND {
            break;
        }
        let flow = within(RECOVERY, "an answer again", async || {
            let answer = api.try_start(employer).await;
            if answer.status == 201 { Ok(Flow::of(api, &answer.body)) } else { Err(answer.status) }
        })
        .await;
        flows.push(flow);
        silent = silent.max(answered.elapsed());
        answered = Instant::now();
    }
    assert!(after > AROUND, "it was over while some were started still");
    going.expect("it was carried out").await.unwrap();
    (flows, silent)
}

/// Whether the readiness of a service says so.
async fn is_ready(server: &TestServer) -> bool {
    let answer = reqwest::get(format!("{}/readyz", server.admin())).await;
    answer.is_ok_and(|answer| answer.status().is_success())
}

/// All that was answered is there, and its mail comes.
async fn nothing_is_lost(flows: &[Flow], inbox: &Inbox, employers: &[Employer]) {
    for flow in flows {
        flow.reaches("code_sent").await;
    }
    for employer in &employers[..flows.len()] {
        assert!(inbox.arrived(&employer.email, 1).await >= 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_and_restart_of_the_server_is_lived_through_and_loses_nothing() {
    let cluster = Cluster::own();
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..400).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).on(cluster.url(&cluster.database())).start();
    let api = Api::of(&server);
    let away = move || {
        cluster.stop("immediate");
        cluster.start();
        cluster
    };
    let (keep, kept) = std::sync::mpsc::channel();
    let (flows, silent) = start_through(&api, &employers, move || keep.send(away()).unwrap()).await;
    assert!(silent < MOST_SILENT, "no answer for {silent:?}");
    nothing_is_lost(&flows, &inbox, &employers).await;
    within(RECOVERY, "readiness", async || if is_ready(&server).await { Ok(()) } else { Err(()) }).await;
    drop(kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_takes_over_and_nothing_that_was_answered_is_lost() {
    let primary = Cluster::own();
    let database = primary.database();
    let standby = primary.standby();
    // An answer waits until the standby has it too.
    drop(primary.psql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'"));
    drop(primary.psql("postgres", "SELECT pg_reload_conf()"));
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..400).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).on(primary.url_with(&standby, &database)).start();
    let api = Api::of(&server);
    let (keep, kept) = std::sync::mpsc::channel();
    let away = move || {
        primary.stop("immediate");
        standby.promote();
        keep.send((primary, standby)).unwrap();
    };
    let (flows, silent) = start_through(&api, &employers, away).await;
    assert!(silent < MOST_SILENT, "no answer for {silent:?}");
    nothing_is_lost(&flows, &inbox, &employers).await;
    drop(kept);
}
