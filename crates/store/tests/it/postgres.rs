//! What is the server engine's own.

use std::sync::Arc;

use clavero_postgres_fixture::Cluster;
use clavero_store::{Clock, Postgres, Store as _, StoreError};

use crate::world::{Place, TestClock, World};

/// The template's name: another one for another schema.
const TEMPLATE: &str = "clavero_1";

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
    assert_eq!(again.recovery(record.recovery.id).await.expect("a read"), Some(record));
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
