//! The parts that several commands put together: settings, database, key ring, breached passwords.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clavero_protocol::BreachedPasswords;
use clavero_service::{BreachFilter, BundledBreaches, KeyRing, KeyRingError, audit::LogError};
use clavero_store::{Clock as _, Postgres, Schema, Sqlite, Store, StoreError, SystemClock, Unready};
use clavero_words::time::rfc_3339;

use crate::{
    config::{self, Database, Settings, Surroundings},
    failure::Failure,
};

/// The file that is read when none is named, if it is there.
const DEFAULT_FILE: &str = "clavero.toml";

/// Names it where no argument does.
const FILE_VARIABLE: &str = "CLAVERO_CONFIG";

/// The configuration file in force: the one that was named, or the usual one if it is there. A variable that is set to
/// nothing counts as not set, as with every other one.
fn config_file(named: Option<PathBuf>) -> Option<PathBuf> {
    named
        .or_else(|| std::env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from))
        .or_else(|| Path::new(DEFAULT_FILE).is_file().then(|| PathBuf::from(DEFAULT_FILE)))
}

/// The settings in force.
pub(crate) fn settings(named: Option<PathBuf>) -> Result<Settings, Failure> {
    config::load(config_file(named).as_deref(), Surroundings::of_process()).map_err(Failure::Config)
}

/// Opens the database, and brings its schema up to date. A file is made, and its folder, where there is none.
pub(crate) async fn open_store(settings: &Settings) -> Result<Arc<dyn Store>, Failure> {
    make_folder(&settings.database)?;
    open_standing(settings).await.map_err(|error| store_failure(&settings.database, &error))
}

/// That the database is there, for whoever would only find that a new one is empty.
pub(crate) fn require_database(database: &Database) -> Result<(), Failure> {
    match database.file().filter(|path| !path.exists()) {
        Some(path) => Err(Failure::say("failed-no-database", [("path", &path.display())])),
        None => Ok(()),
    }
}

/// Makes the folder of a file's database.
pub(crate) fn make_folder(database: &Database) -> Result<(), Failure> {
    let folder = database.file().and_then(Path::parent);
    if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::say("failed-folder", [("path", &folder.display()), ("why", &error)]))?;
    }
    Ok(())
}

/// The same where the folder stands, with the store's own word for why not.
pub(crate) async fn open_standing(settings: &Settings) -> Result<Arc<dyn Store>, StoreError> {
    open_at(&settings.database).await
}

/// The same of any database.
pub(crate) async fn open_at(database: &Database) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match database {
        Database::Sqlite(path) => Arc::new(Sqlite::open(path, Arc::new(SystemClock::new()))?),
        Database::Postgres(url) => Arc::new(Postgres::open(url.reveal()).await?),
    })
}

/// How the schema of the database stands. Changes nothing.
pub(crate) async fn schema(settings: &Settings) -> Result<Schema, StoreError> {
    match &settings.database {
        Database::Sqlite(path) => Sqlite::schema(path),
        Database::Postgres(url) => Postgres::schema(url.reveal()).await,
    }
}

/// Why the database cannot be used.
pub(crate) fn store_failure(database: &Database, error: &StoreError) -> Failure {
    let path = database.shown();
    match error {
        StoreError::Standby => Failure::say("failed-standby", [("path", &path)]),
        StoreError::NewerSchema { found, known } => {
            Failure::say("failed-newer-schema", [("path", &path), ("found", found), ("known", known)])
        }
        StoreError::ClockBehind { seconds } => {
            Failure::say("failed-clock-behind", [("path", &path), ("seconds", seconds)])
        }
        other => Failure::say("failed-database", [("path", &path), ("why", other)]),
    }
}

/// Why nothing may be served from the database yet.
pub(crate) fn unready_failure(database: &Database, unready: Unready) -> Failure {
    let path = database.shown();
    match unready {
        Unready::Backup(at) => {
            let at = at.map_or_else(|| "?".to_owned(), rfc_3339);
            Failure::say("failed-unready-backup", [("path", &path), ("at", &at)])
        }
        Unready::Copy => Failure::say("failed-unready-copy", [("path", &path)]),
    }
}

/// Opens the database and reads the key ring. Makes either where there is none; but no ring beside a database that has one
/// already: that one would open nothing, and stand where the right one belongs.
pub(crate) async fn open_with_keys(settings: &Settings) -> Result<(Arc<dyn Store>, Arc<KeyRing>), Failure> {
    let store = open_store(settings).await?;
    if lacks_keys(settings, &*store).await? {
        return Err(no_keys(settings));
    }
    Ok((store, open_keys(settings)?))
}

/// Whether the database belongs to a ring, and there is none where it should be.
pub(crate) async fn lacks_keys(settings: &Settings, store: &dyn Store) -> Result<bool, Failure> {
    let has_ring = store.has_key_ring().await;
    let has_ring = has_ring.map_err(|error| store_failure(&settings.database, &error))?;
    Ok(has_ring && matches!(settings.key_file.try_exists(), Ok(false)))
}

/// That it is so.
pub(crate) fn no_keys(settings: &Settings) -> Failure {
    Failure::say("failed-no-keys", [("path", &settings.key_file.display())])
}

/// Reads the key ring; makes one where there is none.
fn open_keys(settings: &Settings) -> Result<Arc<KeyRing>, Failure> {
    let path = &settings.key_file;
    KeyRing::open_or_create(path, SystemClock::new().now())
        .map(Arc::new)
        .map_err(|error| keys_failure(path, &error))
}

/// Why the key ring at `path` cannot be used.
pub(crate) fn keys_failure(path: &Path, error: &KeyRingError) -> Failure {
    let path = path.display();
    match error {
        KeyRingError::Mode { mode } => {
            Failure::say("failed-keys-mode", [("path", &path), ("mode", &format!("{mode:o}"))])
        }
        KeyRingError::File(error) => Failure::say("failed-keys", [("path", &path), ("why", error)]),
        KeyRingError::Form(_) => Failure::say("failed-keys-form", [("path", &path)]),
    }
}

/// Why the audit log cannot be read or added to.
pub(crate) fn log_failure(settings: &Settings, error: &LogError) -> Failure {
    match error {
        LogError::Store(error) => store_failure(&settings.database, error),
        LogError::File(error) => Failure::say(
            "failed-audit-read",
            [("path", &settings.checkpoint_file().display()), ("why", error)],
        ),
        LogError::Older { size, signed } => {
            let path = settings.checkpoint_file().display().to_string();
            Failure::say("failed-audit-older", [("size", size), ("signed", signed), ("path", &path)])
        }
        LogError::Damaged => Failure::say("failed-audit-damaged", []),
        other => Failure::say("failed-audit", [("why", other)]),
    }
}

/// Makes sure that database and key ring belong together; a fresh database is bound to this ring, and so are its rows.
pub(crate) async fn bind(settings: &Settings, store: &dyn Store, keys: &Arc<KeyRing>) -> Result<(), Failure> {
    let standing = store.key_ring_fingerprint(keys.fingerprint()).await;
    let standing = standing.map_err(|error| store_failure(&settings.database, &error))?;
    if standing == keys.fingerprint() {
        store.bind_rows(Arc::clone(keys) as _);
        Ok(())
    } else {
        Err(Failure::say("failed-foreign-keys", [("path", &settings.key_file.display())]))
    }
}

/// The passwords that are known to attackers: the operator's own filter, or the bundled list.
pub(crate) fn breached(settings: &Settings) -> Result<Box<dyn BreachedPasswords>, Failure> {
    let Some(path) = &settings.breach_filter else { return Ok(Box::new(BundledBreaches)) };
    match BreachFilter::load(path) {
        Ok(filter) => Ok(Box::new(filter)),
        Err(error) => Err(Failure::say("failed-breach-filter", [("path", &path.display()), ("why", &error)])),
    }
}
