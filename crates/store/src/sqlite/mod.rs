//! The embedded engine: `SQLite` in WAL mode, one writer with group commit, a few readers.

mod backup;
mod connection;
mod copying;
mod migrate;
mod readers;
mod stepped;
mod writer;

use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt as _, path::Path, sync::Arc, time::Duration};

use clavero_protocol::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, config::DbConfig};

use self::{
    readers::Readers,
    writer::{When, Writer},
};
use crate::{
    Claim, ClaimedMail, Clock, Contents, Schema, StoreError,
    binding::Bound,
    clock::LARGEST_STEP,
    engine::{Engine, Look, Work},
    sql::at_once,
    transactions::outbox,
};

pub use backup::{BackupError, PageWatcher};
pub(crate) use connection::value;
pub(crate) use copying::CopyEnd;
pub use stepped::{Disk, Stepper};

/// Older ones can corrupt a database when the log is reset (fixed in 3.51.3).
const OLDEST_SQLITE: i32 = 3_051_003;

/// The embedded engine.
pub struct Sqlite {
    writer: Writer,
    readers: Readers,
    clock: Arc<dyn Clock>,
    bound: Bound,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error.to_string())
    }
}

/// Looks again every millisecond for up to five seconds. The engine's own handler looks ever more rarely, and so hardly
/// ever finds the short gap between two batches of an import in another process.
fn wait_for_other_process(looks: i32) -> bool {
    std::thread::sleep(Duration::from_millis(1));
    looks < 5_000
}

fn configure(connection: &mut Connection) -> Result<(), StoreError> {
    connection.busy_handler(Some(wait_for_other_process))?;
    connection.set_prepared_statement_cache_capacity(128);
    // Else each new value bound to a key has its statement prepared again, for the sake of statistics that are not kept.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection
        .execute_batch("PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0")?;
    Ok(())
}

impl Sqlite {
    /// Opens or creates the database at `path` and brings its schema up to date.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let (connection, readers, bound) = prepare(path, clock.now())?;
        let writer = Writer::start(connection, bound.clone(), Arc::clone(&clock))?;
        Ok(Self { writer, readers, clock, bound })
    }
}

/// Opens the writing connection and the readers.
fn prepare(path: &Path, now: Timestamp) -> Result<(Connection, Readers, Bound), StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StoreError::Engine(format!(
            "SQLite {} is too old, 3.51.3 is needed",
            rusqlite::version()
        )));
    }
    create_private(path).map_err(|error| StoreError::Engine(error.to_string()))?;
    let mut connection = Connection::open(path)?;
    configure(&mut connection)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; \
         PRAGMA journal_size_limit = 67108864",
    )?;
    migrate::run(&mut connection)?;
    refuse_the_past(&connection, now)?;
    let bound = Bound::default();
    let count = std::thread::available_parallelism().map_or(4, usize::from).max(4);
    let readers = Readers::open(path, count, bound.clone())?;
    Ok((connection, readers, bound))
}

impl Sqlite {
    /// How the schema of the database at `path` stands. Changes nothing, and makes no file.
    pub fn schema(path: &Path) -> Result<Schema, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        configure(&mut connection)?;
        migrate::standing(&connection)
    }

    /// Copies the database at `path`, which a service may use meanwhile, into a new file at `to`: a backup of the moment `now`.
    pub fn back_up(
        path: &Path,
        to: &Path,
        now: Timestamp,
        watch: PageWatcher<'_>,
    ) -> Result<Contents, BackupError> {
        backup::copy(path, to, Some(now), watch)
    }

    /// Whether another process, or another connection, has the database at `path` open. One that has is not disturbed.
    pub fn is_in_use(path: &Path) -> Result<bool, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        // Whoever has a database in WAL mode open holds a lock on the file, which shuts out one that wants it alone.
        let alone = connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK");
        match alone {
            Ok(()) => Ok(false),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts the backup `from` in place at `path`, where no database may be. Nothing is served from it before
    /// [`crate::Restores::restore`].
    pub fn bring_back(from: &Path, path: &Path, watch: PageWatcher<'_>) -> Result<Contents, BackupError> {
        backup::copy(from, path, None, watch)
    }

    /// Rewrites the database at `path` without what was deleted or written over: until then its traces lie in free pages. Others
    /// may use it meanwhile; their writing waits.
    pub fn scrub(path: &Path) -> Result<(), StoreError> {
        let mut connection = Connection::open(path)?;
        configure(&mut connection)?;
        Ok(connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?)
    }
}

/// Makes the file for nobody but its owner where it is not there yet: names and identifiers are in it. The files beside it
/// follow its mode.
fn create_private(path: &Path) -> io::Result<()> {
    let mut new = OpenOptions::new();
    match new.write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A start in the past would bring ended codes and sessions back.
fn refuse_the_past(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let high_water: Option<i64> = connection
        .query_row("SELECT value FROM meta WHERE key = 'clock_high_water'", [], |row| row.get(0))
        .optional()?;
    let behind = high_water.map_or(Duration::ZERO, |at| Timestamp::from_micros(at).saturating_since(now));
    if behind > LARGEST_STEP {
        return Err(StoreError::ClockBehind { seconds: behind.as_secs() });
    }
    Ok(())
}

impl Engine for Sqlite {
    fn moment(&self) -> Timestamp {
        self.clock.now()
    }

    fn bound(&self) -> &Bound {
        &self.bound
    }

    fn step(&self) -> Option<Duration> {
        self.clock.step()
    }

    async fn write<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        work: Work<A, T>,
    ) -> Result<T, StoreError> {
        self.writer.write_when(When::Now, move |tx| at_once(work(tx, &with))).await
    }

    async fn write_within<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        patience: Duration,
        with: A,
        work: Work<A, T>,
    ) -> Result<T, StoreError> {
        self.writer.write_when(When::WithNext(patience), move |tx| at_once(work(tx, &with))).await
    }

    async fn read<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        look: Look<A, T>,
    ) -> Result<T, StoreError> {
        self.readers.read(|db| at_once(look(db, &with)))
    }

    async fn glance<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        look: Look<A, T>,
    ) -> Result<T, StoreError> {
        self.read(with, look).await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<ClaimedMail>, StoreError> {
        let wait = When::WithMail(claim.wait);
        self.writer.write_when(wait, move |tx| at_once(Box::pin(outbox::claim(tx, &claim)))).await
    }

    async fn ring(&self) -> Result<(), StoreError> {
        self.write((), |tx, ()| {
            tx.mails_wait(true);
            Box::pin(std::future::ready(Ok(())))
        })
        .await
    }
}
