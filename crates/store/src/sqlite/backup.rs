//! A whole database in one file of its own, taken while others use it: `SQLite`'s online backup.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use clavero_protocol::Timestamp;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension,
    backup::{Backup, StepResult},
};

use super::{configure, migrate};
use crate::{Contents, StoreError, Unready};

/// Pages between two reports: 16 MiB.
const STEP: i32 = 4_096;

/// Told how far it has come: pages done, and all of them.
pub type PageWatcher<'a> = &'a mut dyn FnMut(u64, u64);

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file already.
    #[error("there is a file already")]
    Exists,
    /// What is to be copied is no database of this service, or not whole.
    #[error("it is no whole database of this service: {0}")]
    Damaged(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error(transparent)]
    File(#[from] io::Error),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Copies the database at `from`, as it is at this moment, into a new file at `to` that nobody but its owner may read. It says
/// of itself that it is a backup, so that nothing is served from it before a restore. The file has its name once it is
/// whole, examined and on the disk.
pub(super) fn copy(
    from: &Path,
    to: &Path,
    at: Option<Timestamp>,
    watch: PageWatcher<'_>,
) -> Result<Contents, BackupError> {
    // A log of another database beside it would be played into this one.
    for end in ["", "-wal", "-shm", "-journal"] {
        if with_end(to, end).try_exists()? {
            return Err(BackupError::Exists);
        }
    }
    // Where it is written until it is whole.
    let beside = with_end(to, ".partial");
    let done = fill(from, &beside, at, watch).and_then(|contents| {
        // Whoever made one of this name meanwhile keeps it.
        if to.try_exists()? {
            return Err(BackupError::Exists);
        }
        fs::rename(&beside, to)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(contents)
    });
    if done.is_err() {
        drop(fs::remove_file(&beside));
    }
    done
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn fill(
    from: &Path,
    to: &Path,
    at: Option<Timestamp>,
    watch: PageWatcher<'_>,
) -> Result<Contents, BackupError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut source = Connection::open_with_flags(from, flags)?;
    configure(&mut source)?;
    // One moment for all pages and for the counts: writing goes on beside it, and no page is copied twice for it.
    source.execute_batch("BEGIN")?;
    let schema = migrate::standing(&source)?;
    if schema.found == 0 {
        return Err(BackupError::Damaged("it has no schema".to_owned()));
    }
    let expected = contents(&source)?;
    // What an interrupted one left.
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let mut target = Connection::open(to)?;
    configure(&mut target)?;
    pages(&source, &mut target, watch)?;
    // Without a log beside it: one file is all of it.
    target.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")?;
    mark(&target, at)?;
    examine(&target)?;
    let found = contents(&target)?;
    if found != expected {
        return Err(BackupError::Damaged("the copy has other counts".to_owned()));
    }
    target.close().map_err(|(_, error)| error)?;
    File::open(to)?.sync_all()?;
    Ok(found)
}

fn pages(source: &Connection, target: &mut Connection, watch: PageWatcher<'_>) -> Result<(), BackupError> {
    let backup = Backup::new(source, target)?;
    loop {
        match backup.step(STEP)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                let progress = backup.progress();
                let count = |pages: i32| u64::from(pages.unsigned_abs());
                watch(count(progress.pagecount - progress.remaining), count(progress.pagecount));
            }
            // Nobody else has the target, and the source is held.
            _ => return Err(StoreError::Engine("the database is locked".to_owned()).into()),
        }
    }
}

/// Says what it is. A backup of a backup is as old as the first one.
fn mark(target: &Connection, at: Option<Timestamp>) -> Result<(), BackupError> {
    let sql = "SELECT value FROM meta WHERE key = 'unready'";
    let standing: Option<String> = target.query_row(sql, [], |row| row.get(0)).optional()?;
    if standing.is_none() {
        let word = Unready::Backup(at).word();
        target.execute("INSERT INTO meta (key, value) VALUES ('unready', ?1)", [word])?;
    }
    Ok(())
}

fn examine(target: &Connection) -> Result<(), BackupError> {
    let verdict: String = target.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(BackupError::Damaged(verdict)) }
}

fn contents(connection: &Connection) -> Result<Contents, BackupError> {
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    };
    Ok(Contents {
        employers: count("employer")?,
        credentials: count("credential")?,
        cases: count("assisted_case")?,
        officers: count("officer")?,
        entries: count("audit_entry")?,
    })
}
