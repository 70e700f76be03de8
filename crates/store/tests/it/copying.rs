//! Moving house, engine to engine: whole, once, and from a house that nobody is in.

use std::{path::Path, sync::Arc};

use clavero_postgres_fixture::Cluster;
use clavero_store::{Copied, CopyError, Place, Postgres, Restore, Restores as _, Sqlite, Store as _, copy};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::world::TestClock;

/// Tables that a copy leaves: what a migration has done, and what is copied by its keys.
const NOT_TABLES: [&str; 2] = ["meta", "migration"];
/// More than one batch.
const MANY: i64 = 4_100;

struct House {
    folder: TempDir,
    cluster: Cluster,
    database: String,
}

impl House {
    fn new() -> Self {
        let (folder, cluster) = (tempfile::tempdir().expect("a folder"), Cluster::shared());
        let database = cluster.database();
        Self { folder, cluster, database }
    }

    fn file(&self, name: &str) -> Place {
        Place::Sqlite(self.folder.path().join(name))
    }

    fn server(&self) -> Place {
        Place::Postgres(self.cluster.url(&self.database))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

async fn moved(from: &Place, to: &Place) -> Copied {
    copy(from, to, &mut |_, _, _| ()).await.expect("a copy")
}

async fn refused(from: &Place, to: &Place) -> CopyError {
    copy(from, to, &mut |_, _, _| ()).await.expect_err("a refusal")
}

/// An embedded database with its whole schema and what a service writes at its start.
async fn furnished(path: &Path) {
    let store = Sqlite::open(path, Arc::new(TestClock::default())).expect("a database");
    store.key_ring_fingerprint([7; 32]).await.expect("a key ring");
    store.restore(Restore { lost: None, totp_step: 0 }).await.expect("an epoch");
    drop(store);
    let connection = alone(path);
    connection.execute_batch("DELETE FROM audit").expect("a log at rest");
    for table in tables(&connection) {
        let rows = if ["device", "audit_tile", "recovery"].contains(&table.as_str()) { MANY } else { 3 };
        // What a migration has filled is not as it left it either.
        if table == "tax_register_state" {
            connection
                .execute_batch("UPDATE tax_register_state SET attempt = 7, digest = x'00ff'")
                .expect("a row");
        } else {
            fill(&connection, &table, if table == "audit" { 0 } else { rows });
        }
    }
}

/// A connection once the writer has ended.
fn alone(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("the database");
    connection.busy_timeout(std::time::Duration::from_secs(5)).expect("patience");
    connection
}

fn tables(connection: &Connection) -> Vec<String> {
    let sql =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = connection.prepare(sql).expect("the catalogue");
    let names = statement.query_map([], |row| row.get(0)).expect("names");
    let names: Vec<String> = names.collect::<Result<_, _>>().expect("names");
    names.into_iter().filter(|name| !NOT_TABLES.contains(&name.as_str())).collect()
}

/// Rows in which each kind of value occurs, and where it may, nothing at all.
fn fill(connection: &Connection, table: &str, rows: i64) {
    let mut columns = connection
        .prepare("SELECT name, type, pk, \"notnull\" FROM pragma_table_info(?1)")
        .expect("a reading");
    let columns = columns.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let columns: Vec<(String, String, i64, bool)> =
        columns.expect("a reading").collect::<Result<_, _>>().expect("a reading");
    let names: Vec<&str> = columns.iter().map(|(name, ..)| name.as_str()).collect();
    let value = |(name, kind, key, needed): &(String, String, i64, bool)| match (kind.as_str(), *key) {
        // Unique ones are filled like keys.
        ("INTEGER", 1..) => "n * 1000003 - 7".to_owned(),
        ("INTEGER", _) => "n % 2".to_owned(),
        ("TEXT", _) if *key > 0 || name == "reference" => "'ñ ' || n".to_owned(),
        ("TEXT", _) => "CASE n % 2 WHEN 0 THEN '' ELSE 'Compañía «Ñandú» 🐦' END".to_owned(),
        (_, _) if *key > 0 || name == "email_index" => "CAST(printf('%016d', n) AS BLOB)".to_owned(),
        _ if *needed => "x'00ff00'".to_owned(),
        _ => "CASE n % 2 WHEN 0 THEN NULL ELSE x'' END".to_owned(),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let sql = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) \
         INSERT INTO {table} ({}) SELECT {} FROM numbers WHERE {rows} > 0",
        names.join(", "),
        values.join(", ")
    );
    connection.execute(&sql, []).unwrap_or_else(|error| panic!("{table}: {error}"));
}

fn sequences(path: &Path) -> Vec<(String, i64)> {
    let connection = alone(path);
    let mut statement =
        connection.prepare("SELECT name, seq FROM sqlite_sequence ORDER BY name").expect("a reading");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("a reading");
    rows.collect::<Result<_, _>>().expect("a reading")
}

fn known_as_a_whole(path: &Path) -> Vec<(String, rusqlite::types::Value)> {
    let connection = alone(path);
    let sql = "SELECT key, value FROM meta WHERE key <> 'write_check' ORDER BY key";
    let mut statement = connection.prepare(sql).expect("a reading");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("a reading");
    rows.collect::<Result<_, _>>().expect("a reading")
}

/// Fails for a migration whose tables or columns a copy would lose: engines that differ, kinds that it does not know.
#[tokio::test]
async fn every_table_and_column_of_both_engines_goes_there_and_back() {
    let house = House::new();
    let (old, new) = (house.path("old.db"), house.path("new.db"));
    furnished(&old).await;
    let there = moved(&house.file("old.db"), &house.server()).await;
    let names: Vec<&str> = there.tables.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, tables(&alone(&old)));
    assert!(there.tables.iter().all(|(name, rows, _)| *rows > 0 || name == "audit"), "{:?}", there.tables);
    let back = moved(&house.server(), &house.file("new.db")).await;
    assert_eq!(back, there);
    let beside = moved(&house.file("new.db"), &house.file("third.db")).await;
    assert_eq!(beside, there);
    assert_eq!(known_as_a_whole(&new), known_as_a_whole(&old));
    assert_eq!(known_as_a_whole(&house.path("third.db")), known_as_a_whole(&old));
    // Entries are counted by their sequence: as many as the log has. The others go on where they were.
    let numbers = |path| sequences(path).into_iter().filter(|(name, _)| name != "audit").collect::<Vec<_>>();
    assert_eq!(numbers(&new), numbers(&old));
    assert_eq!(sequences(&new).first(), Some(&("audit".to_owned(), 3)));
    let next = "INSERT INTO outbox (kind, email_version, counter, lane, locale, queued_at, due_at, attempts) \
                VALUES (0, 1, 1, 1, 'es-EC', 1, 1, 0) RETURNING id > 3 * 1000003 - 7";
    assert_eq!(house.cluster.psql(&house.database, next).trim(), "t", "a number that was given out");
    // An engine that opens it finds what it left.
    let store = Sqlite::open(&new, Arc::new(TestClock::default())).expect("the database");
    assert_eq!(store.key_ring_fingerprint([8; 32]).await.expect("a read"), [7; 32]);
    assert!(store.unready().await.expect("a read").is_none());
}

#[tokio::test]
async fn nobody_moves_into_a_house_that_is_not_empty_or_out_of_one_that_is_lived_in() {
    let house = House::new();
    furnished(&house.path("old.db")).await;
    let lived_in = Sqlite::open(&house.path("old.db"), Arc::new(TestClock::default())).expect("the database");
    assert!(matches!(refused(&house.file("old.db"), &house.server()).await, CopyError::InUse));
    drop(lived_in);
    drop(alone(&house.path("old.db")));
    moved(&house.file("old.db"), &house.server()).await;
    assert!(matches!(refused(&house.file("old.db"), &house.server()).await, CopyError::NotEmpty));
    let url = house.cluster.url(&house.database);
    let store = Postgres::open_with(&url, Some(Arc::new(TestClock::default()))).await.expect("the database");
    assert!(matches!(refused(&house.server(), &house.file("new.db")).await, CopyError::InUse));
    drop(store);
    let waiting = "INSERT INTO audit (at, actor, act) VALUES (1, 0, 'one')";
    alone(&house.path("old.db")).execute_batch(waiting).expect("an entry");
    assert!(matches!(refused(&house.file("old.db"), &house.file("new.db")).await, CopyError::Waiting(1)));
    let other = "DELETE FROM audit; ALTER TABLE device ADD COLUMN unheard_of TEXT";
    alone(&house.path("old.db")).execute_batch(other).expect("a column");
    let error = refused(&house.file("old.db"), &house.file("new.db")).await;
    assert!(matches!(&error, CopyError::OtherSchema(what) if what == "device"), "{error:?}");
}

#[tokio::test]
async fn a_part_of_another_source_is_noticed() {
    let house = House::new();
    furnished(&house.path("old.db")).await;
    moved(&house.file("old.db"), &house.server()).await;
    // As if the copy of another source had been interrupted.
    let mark = "INSERT INTO meta (key, value) VALUES ('unready', 'copy 00')";
    drop(house.cluster.psql(&house.database, mark));
    assert!(matches!(refused(&house.file("old.db"), &house.server()).await, CopyError::OtherSource));
    // Nor is what is half there copied on.
    assert!(matches!(refused(&house.server(), &house.file("new.db")).await, CopyError::Unready));
}
