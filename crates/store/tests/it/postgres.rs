//! What is the server engine's own.

use std::{sync::Arc, time::Duration};

use clavero_postgres_fixture::Cluster;
use clavero_store::{Clock, Postgres, Store as _, StoreError};

use crate::world::{Place, TestClock, TestRing, World};

/// The template's name: another one for another schema.
const TEMPLATE: &str = "clavero_3";

async fn open(url: &str, clock: Arc<TestClock>) -> Result<Postgres, StoreError> {
    Postgres::open_with(url, Some(clock as Arc<dyn Clock>)).await
}

/// Makes a schema at an address, away from the test's own runtime.
fn prepare(url: String) {
    let work = move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async { open(&url, Arc::default()).await.map(drop) })
    };
    std::thread::spawn(work).join().expect("a thread").expect("a schema");
}

/// A fresh database with a clock of the test's own.
pub(crate) async fn world() -> World {
    let cluster = Cluster::shared();
    let database = cluster.copy_of(TEMPLATE, prepare);
    let clock = Arc::new(TestClock::default());
    let store = open(&cluster.url(&database), Arc::clone(&clock)).await.expect("a database");
    World::new(Arc::new(store), clock, Place::Server(cluster, database))
}

#[tokio::test]
async fn an_acknowledged_transaction_is_there_after_a_restart() {
    let world = world().await;
    let record = world.begin().await;
    let (place, clock, store) = world.into_parts();
    drop(store);
    let (cluster, database) = place.server();
    let again = open(&cluster.url(database), clock).await.expect("the database");
    again.bind_rows(Arc::new(TestRing));
    assert_eq!(again.recovery(record.recovery.id).await.expect("a read"), Some(record));
}

/// Changes a case and its check-list as soon as somebody has read the one and waits for the other.
const BETWEEN: &str = "DO $$ BEGIN \
    LOCK TABLE case_document IN ACCESS EXCLUSIVE MODE; \
    LOOP EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'case_document'::regclass); END LOOP; \
    UPDATE assisted_case SET version = version + 1; \
    UPDATE case_document SET finding = 'missing'; END $$";

#[tokio::test(flavor = "multi_thread")]
async fn a_case_and_its_check_list_are_of_one_moment() {
    let world = world().await;
    let case = crate::cases::desk::open(&world, 1).await.expect("a case");
    let (place, _clock, store) = world.into_parts();
    let (cluster, database) = place.server();
    let (seen, ()) = std::thread::scope(|scope| {
        let between = scope.spawn(|| drop(cluster.psql(database, BETWEEN)));
        let locked = "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' \
             AND relation = 'case_document'::regclass";
        while cluster.psql(database, locked).trim() == "0" {}
        let reading = store.case(case.case.id);
        let seen = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(reading));
        (seen, between.join().expect("a change"))
    });
    assert_eq!(seen.expect("a read"), Some(case));
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_refused() {
    let (place, clock, store) = world().await.into_parts();
    drop(store);
    let (cluster, database) = place.server();
    drop(cluster.psql(database, "INSERT INTO migration VALUES (99, '')"));
    let refused = open(&cluster.url(database), clock).await;
    assert!(matches!(refused.err(), Some(StoreError::NewerSchema { found: 99, .. })));
}

#[tokio::test]
async fn a_schema_that_came_about_another_way_is_refused() {
    let (place, clock, store) = world().await.into_parts();
    drop(store);
    let (cluster, database) = place.server();
    drop(cluster.psql(database, "UPDATE migration SET checksum = '' WHERE number = 1"));
    let refused = open(&cluster.url(database), clock).await;
    assert!(matches!(refused.err(), Some(StoreError::ForeignMigration(1))));
}

#[tokio::test]
async fn nodes_that_start_at_once_on_an_empty_database_make_one_schema() {
    let cluster = Cluster::shared();
    let url = cluster.url(&cluster.database());
    let starts = (0..4).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { Postgres::open(&url).await.map(drop) })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.expect("a task").expect("a start");
    }
}

#[tokio::test]
async fn a_start_in_the_past_is_refused() {
    let (place, clock, store) = world().await.into_parts();
    let (cluster, database) = place.server();
    let marked = "SELECT count(*) FROM meta WHERE key = 'clock_high_water'";
    while cluster.psql(database, marked).trim() == "0" {
        tokio::task::yield_now().await;
    }
    drop(store);
    clock.back(3_600);
    let refused = open(&cluster.url(database), clock).await;
    assert!(matches!(refused.err(), Some(StoreError::ClockBehind { seconds: 3_600 })));
}

#[tokio::test]
async fn the_servers_clock_decides_where_no_other_is_given() {
    let cluster = Cluster::shared();
    let database = cluster.database();
    let store = Postgres::open(&cluster.url(&database)).await.expect("a database");
    let server = || {
        let sql = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
        cluster.psql(&database, sql).trim().parse::<i64>().expect("a moment")
    };
    let before = server();
    store.check_writable().await.expect("a transaction");
    let now = store.now().as_micros();
    // Reckoned from the answer, which is as old as its way here.
    assert!((before - 1_000_000..=server()).contains(&now), "{now} after {before}");
}

#[tokio::test]
async fn a_standby_that_is_given_as_primary_is_told_to_be_one() {
    let primary = Cluster::own();
    let database = primary.database();
    drop(Postgres::open(&primary.url(&database)).await.expect("a primary"));
    let standby = primary.standby();
    let refused = Postgres::open(&standby.url(&database)).await;
    assert!(matches!(refused.err(), Some(StoreError::Standby)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_hears_of_a_mail_that_another_node_queued() {
    let world = world().await;
    let (cluster, database) = world.place().server();
    let other = open(&cluster.url(database), Arc::clone(&world.clock)).await.expect("another node");
    let other = World::new(Arc::new(other), Arc::clone(&world.clock), Place::Elsewhere);
    let waits = tokio::spawn(async move { other.wait_for_mail(Duration::from_hours(1), Vec::new()).await });
    world.begin().await;
    assert_eq!(waits.await.expect("a claim").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_whose_connection_was_cut_before_its_commit_is_carried_out_anew() {
    let world = world().await;
    let (cluster, database) = world.place().server();
    world.begin().await;
    for _ in 0..3 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                   AND pid <> pg_backend_pid()";
        drop(cluster.psql(database, cut));
        world.begin().await;
    }
}
