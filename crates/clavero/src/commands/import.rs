//! `clavero import`: registers into the store, batch by batch, with a report of what was left out.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    time::Duration,
};

use clavero_service::KeyRing;
use clavero_store::{EmployerRecord, ImportCounts, NewCredential, StoreError, TaxRow};
use tokio::sync::mpsc;

use crate::{
    cli::{ImportCatastro, ImportEmployers, ImportOptions},
    config::Settings,
    failure::Failure,
    import::{Catastro, EmployerRow, Employers, RowError, Unreadable},
    parts,
    progress::Progress,
    terminal::Terminal,
};

/// Rows of one transaction: long enough to be quick, short enough that a running service hardly waits.
const BATCH: usize = 2_000;
/// Between two transactions: long enough for a running service to have its turn.
const TURN: Duration = Duration::from_millis(5);
/// Batches that wait for the store while the next is read.
const AHEAD: usize = 2;
/// Bad rows that are told one by one; a report file has them all.
const MOST_TOLD: u64 = 1_000;
/// Bytes read at a time.
const BUFFER: usize = 256 * 1024;

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
    let (input, progress) = open(&command.file, terminal)?;
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

/// `clavero import catastro`.
pub(crate) async fn catastro(
    command: &ImportCatastro,
    settings: &Settings,
    terminal: Terminal,
) -> Result<(), Failure> {
    let store = parts::open_store(settings).await?;
    let mut run = Run::new(&command.options, terminal)?;
    let write = async |rows| store.import_tax_register(rows).await;
    for file in &command.files {
        let (input, progress) = open(file, terminal)?;
        let read = move |steps: &Steps<TaxRow>| -> Result<(), Unreadable> {
            let mut catastro = Catastro::new(BufReader::with_capacity(BUFFER, input))?;
            let mut last: Option<TaxRow> = None;
            while let Some(row) = catastro.next()? {
                // A RUC's establishments follow each other and say the same of it.
                if row.as_ref().is_ok_and(|row| last.as_ref() == Some(row)) {
                    continue;
                }
                last = row.as_ref().ok().cloned();
                if !steps.send(row) {
                    break;
                }
            }
            Ok(())
        };
        run.file(file, read, progress, &write).await?;
    }
    run.end(&write).await
}

fn record(row: EmployerRow, keys: &KeyRing) -> Employer {
    let EmployerRow { key, kind, name, representative, representative_name, email, has_key, phc } = row;
    let email = email.and_then(|email| keys.seal_email(&key, &email));
    let credential = phc.map(|phc| keys.credential(&key, phc));
    (EmployerRecord { key, kind, name, representative, representative_name, email, has_key }, credential)
}

/// Opens a file, or the standard input for `-`.
fn open(path: &Path, terminal: Terminal) -> Result<(Box<dyn Read + Send>, Progress), Failure> {
    if path.as_os_str() == "-" {
        let progress = Progress::new(terminal, 0);
        return Ok((Box::new(progress.counted(io::stdin())), progress));
    }
    let unreadable =
        |error: io::Error| Failure::say("failed-file", [("path", &path.display()), ("why", &error)]);
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let progress = Progress::new(terminal, metadata.len());
    Ok((Box::new(progress.counted(file)), progress))
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
    report: Option<Report>,
    counts: ImportCounts,
    bad: u64,
    terminal: Terminal,
}

impl<T: Send + 'static> Run<T> {
    fn new(options: &ImportOptions, terminal: Terminal) -> Result<Self, Failure> {
        let report = options.report.as_deref().map(Report::create).transpose()?;
        let held = options.strict.then(Vec::new);
        Ok(Self { held, report, counts: ImportCounts::default(), bad: 0, terminal })
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
                Step::Bad(error) => self.bad(path, &error, &progress)?,
                Step::Failed(error) => {
                    progress.finish();
                    return Err(self.unreadable(path, &error));
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

    fn bad(&mut self, path: &Path, error: &RowError, progress: &Progress) -> Result<(), Failure> {
        self.bad += 1;
        let path = path.display().to_string();
        if self.bad <= MOST_TOLD {
            progress.tell(&format!("{path}: {}", error.tell(self.terminal.speech())));
        } else if self.bad == MOST_TOLD + 1 {
            progress.tell(&self.terminal.speech().say("import-more-bad", &[]));
        }
        match &mut self.report {
            Some(report) => report.add(&path, error, self.terminal),
            None => Ok(()),
        }
    }

    fn add(&mut self, counts: ImportCounts) {
        self.counts.new += counts.new;
        self.counts.updated += counts.updated;
        self.counts.unchanged += counts.unchanged;
    }

    fn unreadable(&self, path: &Path, error: &Unreadable) -> Failure {
        let path = path.display();
        let why = match error {
            Unreadable::Io(error) => error.to_string(),
            Unreadable::Header(reason) => reason.tell(self.terminal.speech()),
        };
        Failure::say("failed-file", [("path", &path), ("why", &why)])
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
        if let Some(held) = self.held.take().filter(|_| self.bad == 0) {
            self.add(write(held).await.map_err(|error| self.stopped(&error))?);
        }
        if let Some(report) = &mut self.report {
            report.flush()?;
        }
        let ImportCounts { new, updated, unchanged } = self.counts;
        let [new, updated, unchanged, bad] =
            [new, updated, unchanged, self.bad].map(|count| count.to_string());
        let counts = [("new", &*new), ("updated", &updated), ("unchanged", &unchanged), ("bad", &bad)];
        self.terminal.print("import-summary", &counts);
        if strict && self.bad > 0 {
            return Err(Failure::say("failed-strict", [("bad", &self.bad)]));
        }
        Ok(())
    }
}

/// The bad rows as a file: `file,line,column,code,reason`. It quotes no value of a row.
struct Report {
    path: String,
    writer: csv::Writer<File>,
}

impl Report {
    fn create(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let mut writer = csv::Writer::from_path(path).map_err(|error| unwritten(&shown, &error))?;
        writer
            .write_record(["file", "line", "column", "code", "reason"])
            .map_err(|error| unwritten(&shown, &error))?;
        Ok(Self { path: shown, writer })
    }

    fn add(&mut self, file: &str, error: &RowError, terminal: Terminal) -> Result<(), Failure> {
        let (line, reason) = (error.line.to_string(), error.reason.tell(terminal.speech()));
        let row = [file, &line, error.column.unwrap_or_default(), error.reason.code, &reason];
        self.writer.write_record(row).map_err(|error| unwritten(&self.path, &error))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|error| unwritten(&self.path, &error))
    }
}

fn unwritten(path: &str, why: &impl ToString) -> Failure {
    Failure::say("failed-write", [("path", &path), ("why", why)])
}
