//! `clavero import catastro`: all the files make one register. It is read, sorted and compared before anything is written; loaded
//! beside the one that serves; and taken into use at one moment. Until then, and whatever goes wrong, the old one serves.

use std::{
    collections::VecDeque,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clavero_store::{Decided, Overtaken, Store, StoreError, TaxRow};
use tokio::sync::mpsc;

use super::{TURN, faults::Faults, reading::read};
use crate::{
    cli::ImportCatastro,
    config::Settings,
    failure::Failure,
    import::{Contents, Place, Register, RowError},
    parts,
    progress::Stretch,
    terminal::{self, Terminal},
};

/// Rows of one transaction: long enough to be quick, short enough that a running service hardly waits.
const BATCH: usize = 32_768;
/// Batches that wait for the store while the next is made.
const AHEAD: usize = 1;
/// Rows of the register that serves, read at a time to compare.
const PAGE: u32 = 8_192;
/// One in so many rows may be missing from a register, or bad in a file, before somebody has to say that it is well so.
const SHRINKS: u64 = 10;
/// As many rows may be missing in any case.
pub(super) const FEW: u64 = 100;

/// Runs the command.
pub(crate) async fn catastro(
    command: &ImportCatastro,
    settings: &Settings,
    terminal: Terminal,
) -> Result<(), Failure> {
    let store = parts::open_store(settings).await?;
    let mut faults = Faults::new(&command.options, terminal)?;
    let outcome = match read(command, &mut faults, terminal) {
        Ok(register) => look(&register, &command.files, &mut faults).map(|seen| (register, seen)),
        Err(failure) => Err(failure),
    };
    // The report is there whether or not the files are refused.
    faults.end()?;
    let (register, (contents, differing)) = outcome?;
    if differing > 0 {
        terminal.tell("import-differing", &[("count", &differing.to_string())]);
    }
    let serving = store.tax_register().await.map_err(|error| failed(&error))?;
    let (size, bad) = (contents.size.to_string(), faults.count().to_string());
    if serving.digest == Some(contents.digest) {
        terminal.print("import-catastro-same", &[("size", &size), ("bad", &bad)]);
        return Ok(());
    }
    let missing = serving.size.saturating_sub(contents.size);
    if missing > FEW && missing > serving.size / SHRINKS && !command.accept_smaller {
        let counts: [(&'static str, &dyn ToString); 2] =
            [("size", &contents.size), ("serving", &serving.size)];
        return Err(Failure::say("failed-catastro-smaller", counts));
    }
    let turn = settings.database.file().map(|_| TURN);
    let counts = load(&store, register, &contents, (turn, terminal)).await?;
    let [new, changed, unchanged, gone] = counts.map(|count| count.to_string());
    terminal.print(
        "import-catastro-summary",
        &[("new", &new), ("changed", &changed), ("unchanged", &unchanged), ("gone", &gone), ("bad", &bad)],
    );
    Ok(())
}

/// Goes through the whole register once: what it holds, and how many rows say something else than the one that counts.
fn look(register: &Register, files: &[PathBuf], faults: &mut Faults) -> Result<(Contents, u64), Failure> {
    let (mut differing, mut told) = (0, Ok(()));
    let contents = register.contents(|Place { file, line }| {
        differing += 1;
        let path = files.get(file).map_or(Path::new(""), PathBuf::as_path);
        if told.is_ok() {
            told = faults.note(path, &RowError::differs(line), terminal::tell);
        }
    });
    told?;
    Ok((contents.map_err(|error| temporary(&error))?, differing))
}

/// The folder for temporary files is full, or gone.
pub(super) fn temporary(error: &io::Error) -> Failure {
    Failure::say("failed-temporary", [("path", &std::env::temp_dir().display()), ("why", error)])
}

fn failed(error: &StoreError) -> Failure {
    Failure::say("failed-catastro", [("why", error)])
}

fn decided<T>(outcome: Result<Result<T, Overtaken>, StoreError>) -> Result<T, Failure> {
    outcome.map_err(|error| failed(&error))?.map_err(|Overtaken| Failure::say("failed-overtaken", []))
}

/// Loads the register, takes it into use, and clears the old one away. Answers how many RUCs are new, changed, unchanged, gone.
async fn load(
    store: &Arc<dyn Store>,
    register: Register,
    contents: &Contents,
    (turn, terminal): (Option<Duration>, Terminal),
) -> Result<[u64; 4], Failure> {
    let load = store.begin_tax_load().await.map_err(|error| failed(&error))?;
    // What an import left that did not come to its end.
    decided(empty(store, load, turn).await)?;
    let (sender, mut batches) = mpsc::channel(AHEAD);
    let maker = tokio::task::spawn_blocking(move || make_batches(&register, &sender));
    let mut progress = Stretch::told_at_once(terminal, "import-loading");
    let (mut old, mut done) = (Old::new(store), 0);
    while let Some(batch) = batches.recv().await {
        let rows: Vec<TaxRow> = batch.map_err(|error| temporary(&error))?;
        done += rows.len() as u64;
        old.compare(&rows).await.map_err(|error| failed(&error))?;
        decided(store.load_tax_rows(load, rows).await)?;
        progress.at(done, contents.size);
        rest(turn).await;
    }
    // A panic there has been told already.
    maker.await.map_err(|_| Failure::Told)?;
    progress.finish();
    if done != contents.size {
        return Err(temporary(&io::ErrorKind::UnexpectedEof.into()));
    }
    let changes = old.end().await.map_err(|error| failed(&error))?;
    decided(store.take_tax_register(load, contents.size, contents.digest).await)?;
    decided(empty(store, load, turn).await)?;
    Ok(changes)
}

/// A running service of another process has its turn.
async fn rest(turn: Option<Duration>) {
    if let Some(turn) = turn {
        tokio::time::sleep(turn).await;
    }
}

/// Empties the table that does not serve, a piece at a time.
async fn empty(
    store: &Arc<dyn Store>,
    load: clavero_store::TaxLoad,
    turn: Option<Duration>,
) -> Decided<(), Overtaken> {
    let max = u32::try_from(BATCH).unwrap_or(u32::MAX);
    let mut after = Some(-1);
    while let Some(from) = after {
        after = match store.clear_tax_load(load, from, max).await? {
            Ok(after) => after,
            Err(overtaken) => return Ok(Err(overtaken)),
        };
        rest(turn).await;
    }
    Ok(Ok(()))
}

fn make_batches(register: &Register, to: &mpsc::Sender<io::Result<Vec<TaxRow>>>) {
    let send = |batch| to.blocking_send(batch).is_ok();
    let mut rows = match register.rows() {
        Ok(rows) => rows,
        Err(error) => {
            send(Err(error));
            return;
        }
    };
    loop {
        let batch: io::Result<Vec<TaxRow>> = rows.by_ref().take(BATCH).collect();
        let is_last = batch.is_err();
        if batch.as_ref().is_ok_and(Vec::is_empty) || !send(batch) || is_last {
            return;
        }
    }
}

/// The register that serves, as it is compared with the new one.
struct Old<'a> {
    store: &'a Arc<dyn Store>,
    page: VecDeque<TaxRow>,
    /// The last RUC of the page; `None` after the last page.
    after: Option<i64>,
    new: u64,
    changed: u64,
    unchanged: u64,
    gone: u64,
}

impl<'a> Old<'a> {
    fn new(store: &'a Arc<dyn Store>) -> Self {
        let page = VecDeque::new();
        Self { store, page, after: Some(0), new: 0, changed: 0, unchanged: 0, gone: 0 }
    }

    /// The next row of it, if its RUC is not larger than this.
    async fn next_to(&mut self, ruc: i64) -> Result<Option<TaxRow>, StoreError> {
        if let (true, Some(after)) = (self.page.is_empty(), self.after) {
            self.page = self.store.tax_rows(after, PAGE).await?.into();
            self.after = self.page.back().map(|row| row.ruc);
        }
        Ok(self.page.pop_front_if(|row| row.ruc <= ruc))
    }

    async fn compare(&mut self, rows: &[TaxRow]) -> Result<(), StoreError> {
        for row in rows {
            let mut old = self.next_to(row.ruc).await?;
            while old.as_ref().is_some_and(|old| old.ruc < row.ruc) {
                self.gone += 1;
                old = self.next_to(row.ruc).await?;
            }
            match old {
                None => self.new += 1,
                Some(old) if old == *row => self.unchanged += 1,
                Some(_) => self.changed += 1,
            }
        }
        Ok(())
    }

    /// All of the new one was compared.
    async fn end(mut self) -> Result<[u64; 4], StoreError> {
        while self.next_to(i64::MAX).await?.is_some() {
            self.gone += 1;
        }
        Ok([self.new, self.changed, self.unchanged, self.gone])
    }
}
