//! A few read-only connections, each used by one reader at a time.

use std::{
    path::Path,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rusqlite::{Connection, OpenFlags};

use super::connection::{Db, take};
use crate::{StoreError, binding::Bound, sql::Read};

/// A connection, and who uses it until a read of several statements is over.
struct Reader {
    used: Mutex<()>,
    connection: Mutex<Connection>,
}

/// A transaction that reads; over with its drop, whatever became of the work.
struct Moment<'a>(&'a Mutex<Connection>);

impl<'a> Moment<'a> {
    fn begin(connection: &'a Mutex<Connection>) -> Result<Self, StoreError> {
        take(connection).prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        // A connection whose transaction cannot be ended says so with its next BEGIN.
        let ended = take(self.0).prepare_cached("ROLLBACK").and_then(|mut end| end.execute([]));
        if let Err(error) = ended {
            tracing::error!(%error, "a reading could not be ended");
        }
    }
}

/// Reads are point look-ups of some ten microseconds, done on the calling thread: handing them to another one costs more.
pub(super) struct Readers {
    all: Vec<Reader>,
    bound: Bound,
    next: AtomicUsize,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize, bound: Bound) -> Result<Self, StoreError> {
        let all = (0..count)
            .map(|_| {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let mut connection = Connection::open_with_flags(path, flags)?;
                super::configure(&mut connection)?;
                Ok(Reader { used: Mutex::new(()), connection: Mutex::new(connection) })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Self { all, bound, next: AtomicUsize::new(0) })
    }

    /// All statements of one reading see one moment: a case and its check-list are never of two.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&dyn Read) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (reader, _used) = self.free();
        let _moment = Moment::begin(&reader.connection)?;
        work(&Db { connection: &reader.connection, bound: &self.bound })
    }

    fn free(&self) -> (&Reader, MutexGuard<'_, ()>) {
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.all.len();
        for offset in 0..count {
            let reader = &self.all[(start + offset) % count];
            match reader.used.try_lock() {
                Ok(used) => return (reader, used),
                Err(TryLockError::Poisoned(poisoned)) => return (reader, poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let reader = &self.all[start % count];
        (reader, reader.used.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
