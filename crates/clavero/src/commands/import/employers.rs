//! `clavero import employers`: rows into the store, batch by batch.

use std::{io::BufReader, path::Path};

use clavero_service::KeyRing;
use clavero_store::{EmployerRecord, ImportCounts, NewCredential, StoreError};
use tokio::sync::mpsc;

use super::{BUFFER, TURN, faults::Faults, open};
use crate::{
    cli::{ImportEmployers, ImportOptions},
    config::Settings,
    failure::Failure,
    import::{EmployerRow, Employers, RowError, Unreadable},
    parts,
    progress::Progress,
    terminal::Terminal,
};

/// Rows of one transaction: long enough to be quick, short enough that a running service hardly waits.
const BATCH: usize = 2_000;
/// Batches that wait for the store while the next is read.
const AHEAD: usize = 2;

type Employer = (EmployerRecord, Option<NewCredential>);

/// What the reader hands over.
enum Step<T> {
    Batch(Vec<T>),
    Bad(RowError),
    Failed(Unreadable),
}

/// `clavero import employers`.
pub(crate) async fn employers(
    command: &ImportEmployers,
    settings: &Settings,
    terminal: Terminal,
) -> Result<(), Failure> {
    let (store, keys) = (parts::open_store(settings).await?, parts::open_keys(settings)?);
    parts::bind(settings, &*store, &keys).await?;
    let rule = settings.foreigner;
    let mut run = Run::new(&command.options, terminal)?;
    let (input, bytes) = open(&command.file)?;
    let progress = Progress::new(terminal, bytes);
    let input = progress.counted(input);
    let read = move |steps: &Steps<Employer>| -> Result<(), Unreadable> {
        let mut employers = Employers::new(BufReader::with_capacity(BUFFER, input), rule)?;
        while let Some(row) = employers.next()? {
            if !steps.send(row.map(|row| record(row, &keys))) {
                break;
            }
        }
        Ok(())
    };
    let write = async |rows| store.import_employers(rows).await;
    run.file(&command.file, read, progress, &write).await?;
    run.end(&write).await
}

fn record(row: EmployerRow, keys: &KeyRing) -> Employer {
    let EmployerRow { key, kind, name, representative, representative_name, email, has_key, phc } = row;
    let email = email.and_then(|email| keys.seal_email(&key, &email));
    let credential = phc.map(|phc| keys.credential(&key, phc));
    (EmployerRecord { key, kind, name, representative, representative_name, email, has_key }, credential)
}

/// The reading thread's side: gathers rows and hands them over.
struct Steps<T> {
    sender: mpsc::Sender<Step<T>>,
    batch: std::cell::RefCell<Vec<T>>,
}

impl<T> Steps<T> {
    /// Hands a row over; `false` when nobody takes rows any more.
    fn send(&self, row: Result<T, RowError>) -> bool {
        match row {
            Err(error) => self.sender.blocking_send(Step::Bad(error)).is_ok(),
            Ok(row) => {
                let mut batch = self.batch.borrow_mut();
                batch.push(row);
                batch.len() < BATCH
                    || self.sender.blocking_send(Step::Batch(std::mem::take(&mut batch))).is_ok()
            }
        }
    }
}

/// One import, over all its files.
struct Run<T> {
    /// With `--strict` the rows wait here until all files have ended without a bad one.
    held: Option<Vec<T>>,
    faults: Faults,
    counts: ImportCounts,
    terminal: Terminal,
}

impl<T: Send + 'static> Run<T> {
    fn new(options: &ImportOptions, terminal: Terminal) -> Result<Self, Failure> {
        let held = options.strict.then(Vec::new);
        let faults = Faults::new(options, terminal)?;
        Ok(Self { held, faults, counts: ImportCounts::default(), terminal })
    }

    /// Reads a file in a thread of its own and writes its batches as they come.
    async fn file(
        &mut self,
        path: &Path,
        read: impl FnOnce(&Steps<T>) -> Result<(), Unreadable> + Send + 'static,
        mut progress: Progress,
        write: &impl AsyncFn(Vec<T>) -> Result<ImportCounts, StoreError>,
    ) -> Result<(), Failure> {
        let (sender, mut receiver) = mpsc::channel(AHEAD);
        let reader = tokio::task::spawn_blocking(move || {
            let steps = Steps { sender, batch: std::cell::RefCell::default() };
            let last = match read(&steps) {
                Ok(()) => Step::Batch(steps.batch.take()),
                Err(error) => Step::Failed(error),
            };
            drop(steps.sender.blocking_send(last));
        });
        while let Some(step) = receiver.recv().await {
            match step {
                Step::Bad(error) => self.faults.bad(path, &error, &progress)?,
                Step::Failed(error) => {
                    progress.finish();
                    return Err(self.faults.unreadable(path, &error));
                }
                Step::Batch(rows) => {
                    progress.advance(rows.len() as u64);
                    if let Some(held) = &mut self.held {
                        held.extend(rows);
                    } else {
                        self.add(write(rows).await.map_err(|error| self.stopped(&error))?);
                        tokio::time::sleep(TURN).await;
                    }
                }
            }
        }
        progress.finish();
        // A panic there has been told already.
        reader.await.map_err(|_| Failure::Told)
    }

    fn add(&mut self, counts: ImportCounts) {
        self.counts.new += counts.new;
        self.counts.updated += counts.updated;
        self.counts.unchanged += counts.unchanged;
    }

    /// The store failed: what was committed before stays, and importing again goes on from it.
    fn stopped(&self, error: &StoreError) -> Failure {
        let done = self.counts.new + self.counts.updated + self.counts.unchanged;
        Failure::say("failed-import", [("done", &done), ("why", error)])
    }

    /// Writes what was held, and tells what the import did.
    async fn end(
        mut self,
        write: &impl AsyncFn(Vec<T>) -> Result<ImportCounts, StoreError>,
    ) -> Result<(), Failure> {
        let strict = self.held.is_some();
        if let Some(held) = self.held.take().filter(|_| self.faults.count() == 0) {
            self.add(write(held).await.map_err(|error| self.stopped(&error))?);
        }
        self.faults.end()?;
        let ImportCounts { new, updated, unchanged } = self.counts;
        let [new, updated, unchanged, bad] =
            [new, updated, unchanged, self.faults.count()].map(|count| count.to_string());
        let counts = [("new", &*new), ("updated", &updated), ("unchanged", &unchanged), ("bad", &bad)];
        self.terminal.print("import-summary", &counts);
        if strict { self.faults.none() } else { Ok(()) }
    }
}
