//! Group commit: one thread owns the writing connection, takes the transactions that wait together, gives each its
//! savepoint, and answers all of them after one durable `COMMIT`.
//!
//! What nobody waits for rides along with the next batch, and so costs no commit of its own.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

use clavero_protocol::Timestamp;
use rusqlite::Connection;
use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};

use super::connection::{Db, WriterTx};
use crate::{Clock, StoreError, binding::Bound};

/// Transactions that may wait; past it the caller is told to come back.
const QUEUE: usize = 4_096;
/// Transactions that share one commit at most, so that the first of them does not wait for ever.
const BATCH: usize = 512;
/// How far the high-water mark of time may lag behind.
const HIGH_WATER_EVERY: Duration = Duration::from_secs(10);

/// When a transaction is to happen.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// Now.
    Now,
    /// With the next batch; alone after so long.
    WithNext(Duration),
    /// With the batch that queues a mail, or at once where mails wait already; alone after so long.
    WithMail(Duration),
}

struct Job {
    work: Work,
    when: When,
}

/// A job that waits for a batch to ride with.
struct Rider {
    work: Work,
    by: Instant,
    with_mail: bool,
}

impl Rider {
    fn rides(&self, mails_wait: &AtomicBool) -> bool {
        !self.with_mail || mails_wait.load(Ordering::Relaxed) || self.by <= Instant::now()
    }
}

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Runs in its savepoint, or hears why there is none. Says whether its writes shall stay, and how to answer.
type Work = Box<dyn FnOnce(Result<&WriterTx<'_>, StoreError>) -> (bool, Answer) + Send>;

/// The hand that passes transactions to the writer thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: SyncSender<Job>,
    /// Rung for each transaction where no thread waits for them.
    bell: Option<Arc<Notify>>,
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is dropped.
    pub(super) fn start(
        connection: Connection,
        bound: Bound,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let (queue, mut batches) = Batches::new(connection, bound, clock);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                while batches.gather() {
                    let outcome = batches.carry_out(&mut |connection| connection.execute_batch("COMMIT"));
                    batches.answer(&outcome);
                }
            })
            .map_err(|error| StoreError::Engine(error.to_string()))?;
        Ok(Self { queue, bell: None })
    }

    /// Without a thread: the caller carries the batches out when `bell` rings, or a rider's time has come.
    pub(super) fn stepped(
        connection: Connection,
        bound: Bound,
        clock: Arc<dyn Clock>,
        bell: Arc<Notify>,
    ) -> (Self, Batches) {
        let (queue, batches) = Batches::new(connection, bound, clock);
        (Self { queue, bell: Some(bell) }, batches)
    }

    /// Runs `work` in a transaction, at its time, and answers once it is durable. When `work` fails, nothing of it remains.
    pub(super) async fn write_when<T: Send + 'static>(
        &self,
        when: When,
        work: impl FnOnce(&WriterTx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let work: Work = Box::new(move |tx| {
            let outcome = tx.and_then(|tx| {
                catch_unwind(AssertUnwindSafe(|| work(tx)))
                    .unwrap_or_else(|panic| Err(StoreError::Engine(panic_message(panic.as_ref()))))
            });
            let done = outcome.is_ok();
            let answer: Answer = Box::new(move |committed| {
                // The asker may have gone; the transaction stands all the same.
                drop(sender.send(committed.and(outcome)));
            });
            (done, answer)
        });
        self.queue.try_send(Job { work, when }).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Engine("the writer has stopped".to_owned()),
        })?;
        if let Some(bell) = &self.bell {
            bell.notify_one();
        }
        receiver.await.map_err(|_| StoreError::Unknown("the writer has stopped".to_owned()))?
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a transaction panicked: {}", text.unwrap_or("no message"))
}

/// The writing connection, the jobs of its next batch, and those that wait for one.
pub(super) struct Batches {
    connection: Mutex<Connection>,
    bound: Bound,
    clock: Arc<dyn Clock>,
    jobs: Receiver<Job>,
    now: Vec<Work>,
    riders: Vec<Rider>,
    mails_wait: AtomicBool,
    high_water: Timestamp,
    answers: Vec<Answer>,
}

impl Batches {
    fn new(connection: Connection, bound: Bound, clock: Arc<dyn Clock>) -> (SyncSender<Job>, Self) {
        let (queue, jobs) = sync_channel(QUEUE);
        let batches = Self {
            connection: Mutex::new(connection),
            bound,
            clock,
            jobs,
            now: Vec::new(),
            riders: Vec::new(),
            // What an earlier process left behind waits too.
            mails_wait: AtomicBool::new(true),
            high_water: Timestamp::EPOCH,
            answers: Vec::with_capacity(BATCH),
        };
        (queue, batches)
    }

    /// Waits until there is something to do. Says whether there is; if not, nobody is left to ask.
    fn gather(&mut self) -> bool {
        loop {
            let first = match self.first_rider() {
                None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(by) => self.jobs.recv_timeout(by.saturating_duration_since(Instant::now())),
            };
            match first {
                Ok(job) => self.sort(job),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            if self.look() {
                return true;
            }
        }
    }

    /// When the first of those that wait for a batch goes alone.
    pub(super) fn first_rider(&self) -> Option<Instant> {
        self.riders.iter().map(|rider| rider.by).min()
    }

    /// Takes in what waits, without waiting for more, and says whether a batch is due.
    pub(super) fn look(&mut self) -> bool {
        while self.now.len() < BATCH
            && let Ok(job) = self.jobs.try_recv()
        {
            self.sort(job);
        }
        let now = Instant::now();
        let rider_goes =
            |rider: &Rider| rider.by <= now || (rider.with_mail && self.mails_wait.load(Ordering::Relaxed));
        !self.now.is_empty() || self.riders.iter().any(rider_goes)
    }

    fn sort(&mut self, Job { work, when }: Job) {
        let (with_mail, patience) = match when {
            When::Now => return self.now.push(work),
            When::WithNext(patience) => (false, patience),
            When::WithMail(patience) => (true, patience),
        };
        self.riders.push(Rider { work, by: Instant::now() + patience, with_mail });
    }

    /// Carries a batch out in one transaction, which `commit` ends. Nobody is answered yet.
    pub(super) fn carry_out(
        &mut self,
        commit: &mut dyn FnMut(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let Self { connection, bound, clock, now, riders, mails_wait, high_water, answers, .. } = self;
        let db = || Db { connection, bound };
        let mut outcome = db().connection().execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from);
        let mut carry_out = |work: Work| {
            let tx = WriterTx { db: db(), now: clock.now(), mails_wait };
            let answer = match &outcome {
                Ok(()) => in_savepoint(&tx, work).unwrap_or_else(|(error, answer)| {
                    // The savepoint itself failed: nothing of this batch can be trusted.
                    outcome = Err(error);
                    answer
                }),
                Err(error) => work(Err(copy(error))).1,
            };
            answers.push(answer);
        };
        now.drain(..).for_each(&mut carry_out);
        // Riders last: a claim of mails sees what this very batch has queued.
        for rider in std::mem::take(riders) {
            if rider.rides(mails_wait) { carry_out(rider.work) } else { riders.push(rider) }
        }
        let outcome = outcome.and_then(|()| {
            mark_time(&db().connection(), clock.now(), high_water)?;
            commit(&db().connection()).map_err(|error| StoreError::Unknown(error.to_string()))
        });
        if let Err(error) = &outcome {
            tracing::error!(%error, transactions = answers.len(), "a batch of transactions failed");
            roll_back(&db().connection());
        }
        outcome
    }

    /// Tells everybody in the batch what became of it.
    pub(super) fn answer(&mut self, outcome: &Result<(), StoreError>) {
        for answer in self.answers.drain(..) {
            answer(outcome.as_ref().map_err(copy).copied());
        }
    }

    /// The connection, while no batch is carried out.
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the batch up without a word to anybody, as a process that dies does.
    pub(super) fn forget(&mut self) {
        self.answers.clear();
    }
}

/// Runs one job inside a savepoint and undoes it when it fails.
fn in_savepoint(tx: &WriterTx<'_>, job: Work) -> Result<Answer, (StoreError, Answer)> {
    let run = |sql: &str| tx.db.connection().prepare_cached(sql)?.execute([]);
    if let Err(error) = run("SAVEPOINT job") {
        let error = StoreError::from(error);
        let answer = job(Err(copy(&error))).1;
        return Err((error, answer));
    }
    let (stays, answer) = job(Ok(tx));
    let undone = if stays { Ok(0) } else { run("ROLLBACK TO job") };
    match undone.and_then(|_| run("RELEASE job")) {
        Ok(_) => Ok(answer),
        Err(error) => Err((error.into(), answer)),
    }
}

fn mark_time(connection: &Connection, now: Timestamp, high_water: &mut Timestamp) -> Result<(), StoreError> {
    if now.saturating_since(*high_water) >= HIGH_WATER_EVERY {
        connection
            .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('clock_high_water', ?1)")?
            .execute([now.as_micros()])?;
        *high_water = now;
    }
    Ok(())
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "the rollback failed too");
    }
}

/// One failure is told to every transaction of its batch.
fn copy(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unknown(text) => StoreError::Unknown(text.clone()),
        other => StoreError::Engine(other.to_string()),
    }
}
