//! Group commit: one thread owns the writing connection, takes the transactions that wait together, gives each its
//! savepoint, and answers all of them after one durable `COMMIT`.
//!
//! What nobody waits for rides along with the next batch, and so costs no commit of its own.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use clavero_protocol::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection::{Db, WriterTx};
use crate::{Clock, StoreError};

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
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is dropped.
    pub(super) fn start(connection: Connection, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(&Mutex::new(connection), clock.as_ref(), &jobs))
            .map_err(|error| StoreError::Engine(error.to_string()))?;
        Ok(Self { queue })
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
        receiver.await.map_err(|_| StoreError::Unknown("the writer has stopped".to_owned()))?
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a transaction panicked: {}", text.unwrap_or("no message"))
}

/// The jobs of the next batch, and those that wait for one.
struct Waiting<'a> {
    jobs: &'a Receiver<Job>,
    now: Vec<Work>,
    riders: Vec<Rider>,
    mails_wait: &'a AtomicBool,
}

impl Waiting<'_> {
    /// Waits until there is something to do. Says whether there is; if not, nobody is left to ask.
    fn gather(&mut self) -> bool {
        loop {
            let first = match self.riders.iter().map(|rider| rider.by).min() {
                None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(by) => self.jobs.recv_timeout(by.saturating_duration_since(Instant::now())),
            };
            match first {
                Ok(job) => self.sort(job),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            while self.now.len() < BATCH
                && let Ok(job) = self.jobs.try_recv()
            {
                self.sort(job);
            }
            let now = Instant::now();
            let rider_goes = |rider: &Rider| {
                rider.by <= now || (rider.with_mail && self.mails_wait.load(Ordering::Relaxed))
            };
            if !self.now.is_empty() || self.riders.iter().any(rider_goes) {
                return true;
            }
        }
    }

    fn sort(&mut self, Job { work, when }: Job) {
        let (with_mail, patience) = match when {
            When::Now => return self.now.push(work),
            When::WithNext(patience) => (false, patience),
            When::WithMail(patience) => (true, patience),
        };
        self.riders.push(Rider { work, by: Instant::now() + patience, with_mail });
    }
}

fn run(connection: &Mutex<Connection>, clock: &dyn Clock, jobs: &Receiver<Job>) {
    let mut high_water = Timestamp::EPOCH;
    let mut answers: Vec<Answer> = Vec::with_capacity(BATCH);
    // What an earlier process left behind waits too.
    let mails_wait = AtomicBool::new(true);
    let db = || Db(connection);
    let mut waiting = Waiting { jobs, now: Vec::new(), riders: Vec::new(), mails_wait: &mails_wait };
    while waiting.gather() {
        let mut outcome = db().connection().execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from);
        let mut carry_out = |work: Work| {
            let tx = WriterTx { db: db(), now: clock.now(), mails_wait: &mails_wait };
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
        waiting.now.drain(..).for_each(&mut carry_out);
        // Riders last: a claim of mails sees what this very batch has queued.
        for rider in std::mem::take(&mut waiting.riders) {
            if rider.rides(&mails_wait) { carry_out(rider.work) } else { waiting.riders.push(rider) }
        }
        let outcome = outcome.and_then(|()| commit(&db().connection(), clock.now(), &mut high_water));
        if let Err(error) = &outcome {
            tracing::error!(%error, transactions = answers.len(), "a batch of transactions failed");
            roll_back(&db().connection());
        }
        for answer in answers.drain(..) {
            answer(outcome.as_ref().map_err(copy).copied());
        }
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

fn commit(connection: &Connection, now: Timestamp, high_water: &mut Timestamp) -> Result<(), StoreError> {
    if now.saturating_since(*high_water) >= HIGH_WATER_EVERY {
        connection
            .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('clock_high_water', ?1)")?
            .execute([now.as_micros()])?;
        *high_water = now;
    }
    connection.execute_batch("COMMIT").map_err(|error| StoreError::Unknown(error.to_string()))
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
