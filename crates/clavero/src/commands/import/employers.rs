//! `clavero import employers`: rows into the store, batch by batch; or, with `--dry-run`, what they would change.

use std::{io::BufReader, sync::Arc};

use clavero_service::KeyRing;
use clavero_store::{
    EmployerChange, EmployerField, EmployerRecord, ImportCounts, NewCredential, Store, StoreError,
};
use tokio::sync::mpsc;

use super::{BUFFER, TURN, faults::Faults, gone::find_gone, open};
use crate::{
    cli::ImportEmployers,
    config::Settings,
    failure::Failure,
    import::{EmployerRow, Employers, Mentioned, RowError, Unreadable},
    parts,
    progress::Progress,
    terminal::Terminal,
};

/// Rows of one transaction: long enough to be quick, short enough that a running service hardly waits.
const BATCH: usize = 2_000;
/// Batches that wait for the store while the next is read.
const AHEAD: usize = 2;

/// A row on its way: its line, and what it says.
type Row = (u64, EmployerRecord, Option<NewCredential>);

/// What the reader hands over.
enum Step {
    Batch(Vec<Row>),
    Bad(RowError),
    Failed(Unreadable),
    End(Mentioned),
}

/// Runs the command.
pub(crate) async fn employers(
    command: &ImportEmployers,
    settings: &Settings,
    terminal: Terminal,
) -> Result<(), Failure> {
    let (store, keys) = parts::open_with_keys(settings).await?;
    parts::bind(settings, &*store, &keys).await?;
    let rule = settings.foreigner;
    let (input, bytes) = open(&command.file)?;
    let progress = Progress::new(terminal, bytes);
    let input = BufReader::with_capacity(BUFFER, progress.counted(input));
    let (sender, steps) = mpsc::channel(AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        let last = Employers::new(input, rule)
            .and_then(|employers| read(employers, &keys, &sender))
            .unwrap_or_else(Step::Failed);
        // Whoever took the rows may have given up.
        drop(sender.blocking_send(last));
    });
    let mut run = Run {
        command,
        store,
        held: command.options.strict.then(Vec::new),
        faults: Faults::new(&command.options, terminal)?,
        counts: ImportCounts::default(),
        fields: [0; 2],
        progress,
        terminal,
    };
    let mentioned = run.take(steps).await?;
    // A panic there has been told already.
    reader.await.map_err(|_| Failure::Told)?;
    run.end(mentioned).await
}

/// Reads the file to its end; its last step.
fn read<R: std::io::BufRead>(
    mut employers: Employers<R>,
    keys: &KeyRing,
    to: &mpsc::Sender<Step>,
) -> Result<Step, Unreadable> {
    let mut batch = Vec::new();
    while let Some(row) = employers.next()? {
        let taken = match row {
            Err(error) => to.blocking_send(Step::Bad(error)),
            Ok(row) => {
                batch.push(record(row, keys));
                if batch.len() < BATCH {
                    Ok(())
                } else {
                    to.blocking_send(Step::Batch(std::mem::take(&mut batch)))
                }
            }
        };
        if taken.is_err() {
            break;
        }
    }
    drop(to.blocking_send(Step::Batch(batch)));
    Ok(Step::End(employers.mentioned()))
}

fn record(row: EmployerRow, keys: &KeyRing) -> Row {
    let EmployerRow { line, key, kind, name, representative, representative_name, email, has_key, phc } = row;
    let email = email.and_then(|email| keys.seal_email(&key, &email));
    let credential = phc.map(|phc| keys.credential(&key, phc));
    (
        line,
        EmployerRecord { key, kind, name, representative, representative_name, email, has_key },
        credential,
    )
}

/// The column that a field comes in.
const fn column(field: EmployerField) -> &'static str {
    match field {
        EmployerField::Kind => "tipo",
        EmployerField::Name => "razon_social",
        EmployerField::Representative => "representante_id",
        EmployerField::RepresentativeName => "representante_nombre",
        EmployerField::Email => "correo",
        EmployerField::HasKey => "tiene_clave",
    }
}

/// One import.
struct Run<'a> {
    command: &'a ImportEmployers,
    store: Arc<dyn Store>,
    /// With `--strict` the rows wait here until the file has ended without a bad one.
    held: Option<Vec<Row>>,
    faults: Faults,
    counts: ImportCounts,
    /// With `--dry-run`: how many bring another address, and how many another representative.
    fields: [u64; 2],
    progress: Progress,
    terminal: Terminal,
}

impl Run<'_> {
    /// Writes batches as they come.
    async fn take(&mut self, mut steps: mpsc::Receiver<Step>) -> Result<Mentioned, Failure> {
        let mut mentioned = Mentioned::default();
        while let Some(step) = steps.recv().await {
            match step {
                Step::Bad(error) => self.faults.bad(&self.command.file, &error, &self.progress)?,
                Step::Failed(error) => return Err(self.faults.unreadable(&self.command.file, &error)),
                Step::End(all) => mentioned = all,
                Step::Batch(rows) => {
                    self.progress.advance(rows.len() as u64);
                    match &mut self.held {
                        Some(held) => held.extend(rows),
                        None => self.write(rows).await?,
                    }
                }
            }
        }
        Ok(mentioned)
    }

    async fn write(&mut self, rows: Vec<Row>) -> Result<(), Failure> {
        if self.command.dry_run {
            return self.review(rows).await;
        }
        let rows = rows.into_iter().map(|(_, record, credential)| (record, credential)).collect();
        let counts = self.store.import_employers(rows).await.map_err(|error| self.stopped(&error))?;
        self.counts.new += counts.new;
        self.counts.updated += counts.updated;
        self.counts.unchanged += counts.unchanged;
        tokio::time::sleep(TURN).await;
        Ok(())
    }

    /// Says what a batch would change.
    async fn review(&mut self, rows: Vec<Row>) -> Result<(), Failure> {
        let (lines, records): (Vec<u64>, Vec<EmployerRecord>) =
            rows.into_iter().map(|(line, record, _)| (line, record)).unzip();
        let changes = self.store.review_employers(records).await.map_err(|error| self.stopped(&error))?;
        for (line, change) in lines.into_iter().zip(changes) {
            let notes = match change {
                EmployerChange::Unchanged => {
                    self.counts.unchanged += 1;
                    continue;
                }
                EmployerChange::New => {
                    self.counts.new += 1;
                    vec![RowError::new_employer(line)]
                }
                EmployerChange::Updated(fields) => {
                    self.counts.updated += 1;
                    self.fields[0] += u64::from(fields.contains(&EmployerField::Email));
                    self.fields[1] += u64::from(fields.contains(&EmployerField::Representative));
                    fields.into_iter().map(|field| RowError::another_value(line, column(field))).collect()
                }
            };
            for note in notes {
                self.faults.note(&self.command.file, &note, |said| self.progress.print(said))?;
            }
        }
        Ok(())
    }

    /// The store failed: what was committed before stays, and importing again goes on from it.
    fn stopped(&self, error: &StoreError) -> Failure {
        let done = self.counts.new + self.counts.updated + self.counts.unchanged;
        Failure::say("failed-import", [("done", &done), ("why", error)])
    }

    /// Writes what was held, and tells what the import did.
    async fn end(mut self, mentioned: Mentioned) -> Result<(), Failure> {
        let strict = self.held.is_some();
        if let Some(held) = self.held.take().filter(|_| self.faults.count() == 0) {
            self.write(held).await?;
        }
        self.faults.end()?;
        let command = self.command;
        let gone = if command.dry_run || command.gone.is_some() {
            find_gone(&self.store, &mentioned, command.gone.as_deref(), |error| self.stopped(error)).await?
        } else {
            0
        };
        self.progress.finish();
        let ImportCounts { new, updated, unchanged } = self.counts;
        let [email, representative] = self.fields;
        let counts = [new, updated, unchanged, self.faults.count(), email, representative, gone];
        let [new, updated, unchanged, bad, email, representative, gone] =
            counts.map(|count| count.to_string());
        let counts = [
            ("new", &*new),
            ("updated", &updated),
            ("unchanged", &unchanged),
            ("bad", &bad),
            ("email", &email),
            ("representative", &representative),
            ("gone", &gone),
        ];
        self.terminal.print(if command.dry_run { "import-review" } else { "import-summary" }, &counts);
        if let Some(path) = &command.gone {
            let path = path.display().to_string();
            self.terminal.tell("import-gone", &[("gone", &gone), ("path", &path)]);
        }
        if strict { self.faults.none() } else { Ok(()) }
    }
}
