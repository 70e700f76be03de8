//! The embedded engine without a thread of its own: whoever holds the [`Stepper`] says when a batch is carried out, and how the
//! disk takes it. A simulation does so, on the calling thread and in its own time (`tokio`'s, which it may have paused).

use std::{path::Path, sync::Arc};

use rusqlite::ffi;
use tokio::{sync::Notify, time::sleep_until};

use super::{
    Sqlite, prepare,
    writer::{Batches, Writer},
};
use crate::{Clock, StoreError};

/// How the disk takes a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disk {
    /// As it should.
    Works,
    /// It has no page left: a statement that needs one fails with `SQLITE_FULL`, the engine's own.
    Full,
    /// `COMMIT` fails, and nothing was saved. Nobody can know that.
    Loses,
    /// `COMMIT` fails, and all was saved. Nobody can know that either.
    Mumbles,
    /// All was saved, and then the process died: nobody hears of it.
    Dies,
}

/// Carries out the batches of a [`Sqlite`] that has no writer thread.
pub struct Stepper {
    batches: Batches,
    bell: Arc<Notify>,
}

impl Sqlite {
    /// [`Sqlite::open`], without a writer thread: nothing is written unless the stepper is asked to.
    pub fn open_stepped(path: &Path, clock: Arc<dyn Clock>) -> Result<(Self, Stepper), StoreError> {
        let (connection, readers, bound) = prepare(path, clock.now())?;
        let bell = Arc::new(Notify::new());
        let (writer, batches) =
            Writer::stepped(connection, bound.clone(), Arc::clone(&clock), Arc::clone(&bell));
        Ok((Self { writer, readers, clock, bound }, Stepper { batches, bell }))
    }
}

impl Stepper {
    /// Waits until a batch is due.
    pub async fn due(&mut self) {
        while !self.batches.look() {
            match self.batches.first_rider() {
                None => self.bell.notified().await,
                Some(by) => tokio::select! {
                    biased;
                    () = self.bell.notified() => {}
                    () = sleep_until(by) => {}
                },
            }
        }
    }

    /// Carries out all that is due as one batch.
    pub fn step(&mut self, disk: Disk) -> Result<(), StoreError> {
        self.batches.look();
        if disk == Disk::Full {
            // Never below what there is: it stays as it is.
            self.batches.connection().execute_batch("PRAGMA max_page_count = 1")?;
        }
        let failed = || rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), None);
        let outcome = self.batches.carry_out(&mut |connection| match disk {
            Disk::Works | Disk::Full | Disk::Dies => connection.execute_batch("COMMIT"),
            Disk::Loses => Err(failed()),
            Disk::Mumbles => connection.execute_batch("COMMIT").and(Err(failed())),
        });
        if disk == Disk::Dies {
            self.batches.forget();
        } else {
            self.batches.answer(&outcome);
        }
        if disk == Disk::Full {
            self.batches.connection().execute_batch("PRAGMA max_page_count = 4294967294")?;
        }
        outcome
    }
}
