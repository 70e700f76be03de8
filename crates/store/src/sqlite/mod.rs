//! The embedded engine: `SQLite` in WAL mode, one writer with group commit, a few readers.

mod audit;
mod budgets;
mod cases;
mod decision;
mod employers;
mod log;
mod migrate;
mod officers;
mod outbox;
mod readers;
mod recoveries;
mod sessions;
mod sweep;
mod writer;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use clavero_protocol::{EmployerKey, Exceeded, Policy, Recovery, RecoveryId, Refusal, Timestamp};
use rusqlite::{Connection, OptionalExtension, config::DbConfig};

use self::{
    readers::Readers,
    writer::{When, Writer},
};
use crate::{
    Advance, AuditEntry, Begin, Census, ChangeKey, Claim, ClaimedMail, Clock, Decided, Denied, Digest,
    Employer, EmployerRecord, ImportCounts, Limit, LinkRecord, NewCredential, NewSession, NotAdvanced, Once,
    RecoveryRecord, Redeem, Repudiation, Session, SessionLife, Settle, Store, StoreError, TaxRow,
    clock::LARGEST_STEP,
};

/// Older ones can corrupt a database when the log is reset (fixed in 3.51.3).
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long what a mail server said may wait for another's commit. Were it lost with the process, the mail would be sent once
/// more under its old name.
const SETTLE: Duration = Duration::from_millis(20);

/// The embedded engine.
pub struct Sqlite {
    writer: Writer,
    readers: Readers,
    clock: Arc<dyn Clock>,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error.to_string())
    }
}

/// Fixed-width bytes of a column.
fn bytes<const N: usize>(value: &[u8], column: &'static str) -> Result<[u8; N], StoreError> {
    value.try_into().map_err(|_| StoreError::Corrupt(column))
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
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(StoreError::Engine(format!(
                "SQLite {} is too old, 3.51.3 is needed",
                rusqlite::version()
            )));
        }
        let mut connection = Connection::open(path)?;
        configure(&mut connection)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; \
             PRAGMA journal_size_limit = 67108864",
        )?;
        migrate::run(&mut connection)?;
        refuse_the_past(&connection, clock.now())?;
        let readers =
            Readers::open(path, std::thread::available_parallelism().map_or(4, usize::from).max(4))?;
        let writer = Writer::start(connection, Arc::clone(&clock))?;
        Ok(Self { writer, readers, clock })
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

#[async_trait]
impl Store for Sqlite {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn clock_step(&self) -> Option<Duration> {
        self.clock.step()
    }

    async fn check_writable(&self) -> Result<(), StoreError> {
        self.writer
            .write(|tx| {
                tx.connection
                    .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('write_check', ?1)")?
                    .execute([tx.now.as_micros()])?;
                Ok(())
            })
            .await
    }

    async fn epoch(&self) -> Result<u32, StoreError> {
        self.readers.read(|connection| {
            let epoch: Option<u32> = connection
                .query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0))
                .optional()?;
            Ok(epoch.unwrap_or(1))
        })
    }

    async fn key_ring_fingerprint(&self, fingerprint: Digest) -> Result<Digest, StoreError> {
        self.writer
            .write(move |tx| {
                tx.connection.execute(
                    "INSERT INTO meta (key, value) VALUES ('key_ring', ?1) ON CONFLICT DO NOTHING",
                    [fingerprint.as_slice()],
                )?;
                let standing: Vec<u8> =
                    tx.connection
                        .query_row("SELECT value FROM meta WHERE key = 'key_ring'", [], |row| row.get(0))?;
                bytes(&standing, "meta.key_ring")
            })
            .await
    }

    async fn census(&self) -> Result<Census, StoreError> {
        let now = self.now();
        self.readers.read(|connection| {
            let (outbox, oldest): (i64, Option<i64>) = connection
                .prepare_cached("SELECT count(*), min(queued_at) FROM outbox")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let outbox_oldest =
                oldest.map_or(Duration::ZERO, |at| now.saturating_since(Timestamp::from_micros(at)));
            Ok(Census { outbox: outbox.unsigned_abs(), outbox_oldest })
        })
    }

    async fn sweep(&self, life: SessionLife, policy: &Policy, max: u32) -> Result<u64, StoreError> {
        let policy = policy.clone();
        self.writer.write(move |tx| sweep::run(tx, life, &policy, max)).await
    }

    async fn employer(&self, key: &EmployerKey) -> Result<Option<Employer>, StoreError> {
        self.readers.read(|connection| employers::find(connection, key))
    }

    async fn import_employers(
        &self,
        rows: Vec<(EmployerRecord, Option<NewCredential>)>,
    ) -> Result<ImportCounts, StoreError> {
        self.writer.write(move |tx| employers::import(tx, &rows)).await
    }

    async fn import_tax_register(&self, rows: Vec<TaxRow>) -> Result<ImportCounts, StoreError> {
        self.writer.write(move |tx| employers::import_tax(tx, &rows)).await
    }

    async fn peek(&self, limits: Vec<Limit>) -> Result<Vec<Result<(), Exceeded>>, StoreError> {
        let now = self.now();
        self.readers.read(|connection| budgets::peek(connection, &limits, now))
    }

    async fn take(&self, limits: Vec<Limit>, once: Option<Once>, entry: AuditEntry) -> Decided<(), Denied> {
        self.writer
            .write(move |tx| {
                let drawn = budgets::take(tx, &limits, once.as_ref())?;
                let entry = if drawn.is_ok() { entry } else { entry.refused("limit") };
                audit::append(tx, &entry)?;
                Ok(drawn)
            })
            .await
    }

    async fn begin(&self, begin: Begin) -> Decided<RecoveryRecord, Denied> {
        self.writer.write(move |tx| decision::begin(tx, begin)).await
    }

    async fn recovery(&self, id: RecoveryId) -> Result<Option<RecoveryRecord>, StoreError> {
        self.readers.read(|connection| recoveries::find(connection, id))
    }

    async fn advance(&self, advance: Advance) -> Decided<Recovery, NotAdvanced> {
        self.writer.write(move |tx| decision::advance(tx, &advance)).await
    }

    async fn link(&self, verifier: Digest) -> Result<Option<LinkRecord>, StoreError> {
        self.readers.read(|connection| recoveries::find_link(connection, &verifier))
    }

    async fn redeem(&self, redeem: Redeem) -> Decided<EmployerKey, Refusal> {
        self.writer.write(move |tx| decision::redeem(tx, &redeem)).await
    }

    async fn claim_mails(&self, claim: Claim) -> Result<Vec<ClaimedMail>, StoreError> {
        self.writer.write_when(When::WithMail(claim.wait), move |tx| outbox::claim(tx, &claim)).await
    }

    async fn look_for_mail(&self) -> Result<(), StoreError> {
        self.writer
            .write(|tx| {
                tx.mails_wait.set(true);
                Ok(())
            })
            .await
    }

    async fn settle_mail(&self, settle: Settle) -> Result<bool, StoreError> {
        self.writer.write_when(When::WithNext(SETTLE), move |tx| outbox::settle(tx, &settle)).await
    }

    async fn open_session(&self, session: NewSession) -> Result<Session, StoreError> {
        self.writer.write(move |tx| sessions::open(tx, &session)).await
    }

    async fn session(&self, token: Digest, life: SessionLife) -> Result<Option<Session>, StoreError> {
        let now = self.now();
        let found = self.readers.read(|connection| sessions::find(connection, &token))?;
        let Some(session) = found.filter(|session| now < session.ends_at(life)) else { return Ok(None) };
        if now.saturating_since(session.last_seen_at) >= sessions::NOTE_EVERY {
            self.writer.write(move |tx| sessions::note(tx, &token)).await?;
        }
        Ok(Some(session))
    }

    async fn sessions(&self, employer: &EmployerKey, life: SessionLife) -> Result<Vec<Session>, StoreError> {
        let now = self.now();
        self.readers.read(|connection| sessions::of_employer(connection, employer, life, now))
    }

    async fn close_sessions(
        &self,
        employer: &EmployerKey,
        id: Option<[u8; 16]>,
        keep: Option<Digest>,
    ) -> Result<u64, StoreError> {
        let employer = *employer;
        self.writer.write(move |tx| sessions::close(tx, &employer, id, keep)).await
    }

    async fn knows_device(&self, employer: &EmployerKey, device: Digest) -> Result<bool, StoreError> {
        self.readers.read(|connection| sessions::knows_device(connection, employer, &device))
    }

    async fn change_key(&self, change: ChangeKey) -> Result<bool, StoreError> {
        self.writer.write(move |tx| decision::change_key(tx, &change)).await
    }

    async fn repudiation(&self, token: Digest) -> Result<Option<Repudiation>, StoreError> {
        self.readers.read(|connection| sessions::find_repudiation(connection, &token))
    }

    async fn repudiate(&self, token: Digest, policy: &Policy) -> Result<bool, StoreError> {
        let policy = policy.clone();
        self.writer.write(move |tx| decision::freeze(tx, &token, &policy)).await
    }
}
