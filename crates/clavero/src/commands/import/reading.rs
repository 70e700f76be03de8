//! The files of the tax register, several at a time, into one sorted register.

use std::{
    io::BufReader,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use super::{
    BUFFER,
    catastro::{FEW, temporary},
    faults::Faults,
    open,
};
use crate::{
    cli::ImportCatastro,
    failure::Failure,
    import::{Catastro, Register, RowError, Sorter, Unreadable, Words, packed},
    progress::{Counted, Progress},
    terminal::Terminal,
};

/// Rows that a reader hands over at once.
const BATCH: usize = 8_192;
/// Batches that wait while those before are sorted.
const AHEAD: usize = 8;
/// Files that are read at a time at most.
const READERS: usize = 8;
/// One in so many rows of a file may be bad before somebody has to say that it is well so.
const SPOILS: u64 = 100;

/// A file that is open, its place among the files, and how its bytes are counted.
type Input = Counted<Box<dyn std::io::Read + Send>>;

/// What a reader hands over of file number so-and-so.
enum Step {
    Rows(Vec<u128>),
    Bad(RowError),
    Failed(Unreadable),
}

/// How many rows of a file hold, and how many do not.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    good: u64,
    bad: u64,
}

/// Reads all files, or says which of them makes the register one that should not serve.
pub(super) fn read(
    command: &ImportCatastro,
    faults: &mut Faults,
    terminal: Terminal,
) -> Result<Register, Failure> {
    let opened: Vec<_> = command.files.iter().map(|path| open(path)).collect::<Result<_, _>>()?;
    let mut progress = Progress::new(terminal, opened.iter().map(|(_, bytes)| bytes).sum());
    let inputs = opened.into_iter().map(|(input, _)| progress.counted(input)).collect();
    let words = Arc::new(Words::default());
    let work = Work { words: Arc::clone(&words), inputs: Inputs::new(inputs) };
    let mut sorter = Sorter::default();
    let tallies = thread::scope(|scope| {
        let (sender, steps) = sync_channel(AHEAD);
        let readers = thread::available_parallelism().map_or(1, usize::from).min(READERS);
        for _ in 0..readers.min(command.files.len()) {
            let (sender, work) = (sender.clone(), &work);
            scope.spawn(move || work.carry_out(&sender));
        }
        drop(sender);
        gather(&steps, &mut sorter, (&command.files, faults, &mut progress))
    });
    progress.finish();
    let tallies = tallies?;
    if command.options.strict {
        faults.none()?;
    }
    for (path, tally) in command.files.iter().zip(tallies) {
        judge(path, tally, command.accept_bad)?;
    }
    let rows = sorter.finish().map_err(|error| temporary(&error))?;
    Ok(Register::new(rows, &words))
}

/// A file of which much is bad is not the register, or not this version's.
fn judge(path: &std::path::Path, Tally { good, bad }: Tally, accept_bad: bool) -> Result<(), Failure> {
    if good == 0 {
        return Err(Failure::say("failed-catastro-empty", [("path", &path.display())]));
    }
    if bad > FEW && bad > (good + bad) / SPOILS && !accept_bad {
        let rows = good + bad;
        return Err(Failure::say(
            "failed-catastro-bad",
            [("path", &path.display()), ("bad", &bad), ("rows", &rows)],
        ));
    }
    Ok(())
}

/// Sorts what the readers hand over. Returning early stops them.
fn gather(
    steps: &Receiver<(usize, Step)>,
    sorter: &mut Sorter,
    (files, faults, progress): (&[PathBuf], &mut Faults, &mut Progress),
) -> Result<Vec<Tally>, Failure> {
    let mut tallies = vec![Tally::default(); files.len()];
    for (file, step) in steps {
        let (path, tally) = (&files[file], &mut tallies[file]);
        match step {
            Step::Rows(rows) => {
                tally.good += rows.len() as u64;
                progress.advance(rows.len() as u64);
                rows.into_iter().try_for_each(|row| sorter.push(row)).map_err(|error| temporary(&error))?;
            }
            // Whatever stood behind it is missing too.
            Step::Bad(error) if error.is_cut_off() => {
                faults.bad(path, &error, progress)?;
                return Err(Failure::say("failed-catastro-cut", [("path", &path.display())]));
            }
            Step::Bad(error) => {
                tally.bad += 1;
                faults.bad(path, &error, progress)?;
            }
            Step::Failed(error) => return Err(faults.unreadable(path, &error)),
        }
    }
    Ok(tallies)
}

/// The files that nobody reads yet.
struct Inputs {
    inputs: Vec<std::sync::Mutex<Option<Input>>>,
    next: AtomicUsize,
}

impl Inputs {
    fn new(inputs: Vec<Input>) -> Self {
        let inputs = inputs.into_iter().map(|input| std::sync::Mutex::new(Some(input))).collect();
        Self { inputs, next: AtomicUsize::new(0) }
    }

    fn take(&self) -> Option<(usize, Input)> {
        let file = self.next.fetch_add(1, Ordering::Relaxed);
        let mut input = self.inputs.get(file)?.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        input.take().map(|input| (file, input))
    }
}

/// What the readers share.
struct Work {
    words: Arc<Words>,
    inputs: Inputs,
}

impl Work {
    /// Reads one file after the other, until there is none or nobody takes rows any more.
    fn carry_out(&self, steps: &SyncSender<(usize, Step)>) {
        while let Some((file, input)) = self.inputs.take() {
            let send = |step| steps.send((file, step)).is_ok();
            match self.file(file, input, send) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => drop(send(Step::Failed(error))),
            }
        }
    }

    /// Reads a file; `false` when nobody takes rows any more.
    fn file(&self, file: usize, input: Input, send: impl Fn(Step) -> bool) -> Result<bool, Unreadable> {
        let number = u16::try_from(file).unwrap_or(u16::MAX);
        let input = BufReader::with_capacity(BUFFER, input);
        let mut catastro = Catastro::new(input, Arc::clone(&self.words))?;
        let mut rows = Vec::with_capacity(BATCH);
        while let Some(row) = catastro.next()? {
            let goes_on = match row {
                Err(error) => send(Step::Bad(error)),
                Ok(row) => {
                    rows.push(packed(number, &row));
                    rows.len() < BATCH
                        || send(Step::Rows(std::mem::replace(&mut rows, Vec::with_capacity(BATCH))))
                }
            };
            if !goes_on {
                return Ok(false);
            }
        }
        Ok(send(Step::Rows(rows)))
    }
}
