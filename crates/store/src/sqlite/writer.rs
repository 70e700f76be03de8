//! Group commit: one thread owns the writing connection, takes the transactions that wait together, gives each its
//! savepoint, and answers all of them after one durable `COMMIT`.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use clavero_protocol::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{Clock, StoreError};

/// Transactions that may wait; past it the caller is told to come back.
const QUEUE: usize = 4_096;
/// Transactions that share one commit at most, so that the first of them does not wait for ever.
const BATCH: usize = 512;
/// How far the high-water mark of time may lag behind.
const HIGH_WATER_EVERY: std::time::Duration = std::time::Duration::from_secs(10);

/// A transaction's view of the database: the connection inside its savepoint, and the one moment it happens at.
pub(super) struct Tx<'a> {
    pub(super) connection: &'a Connection,
    pub(super) now: Timestamp,
}

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Runs in its savepoint, or hears why there is none. Says whether its writes shall stay, and how to answer.
type Work = Box<dyn FnOnce(Result<&Tx<'_>, StoreError>) -> (bool, Answer) + Send>;

/// The hand that passes transactions to the writer thread.
#[derive(Clone)]
pub(super) struct Writer {
    queue: SyncSender<Work>,
}

impl Writer {
    /// Starts the thread. It ends when the last `Writer` is dropped.
    pub(super) fn start(connection: Connection, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(&connection, clock.as_ref(), &jobs))
            .map_err(|error| StoreError::Engine(error.to_string()))?;
        Ok(Self { queue })
    }

    /// Runs `work` in a transaction and answers once it is durable. When `work` fails, nothing of it remains.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let job: Work = Box::new(move |tx| {
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
        self.queue.try_send(job).map_err(|error| match error {
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

fn run(connection: &Connection, clock: &dyn Clock, jobs: &Receiver<Work>) {
    let mut high_water = Timestamp::EPOCH;
    let mut answers: Vec<Answer> = Vec::with_capacity(BATCH);
    while let Ok(first) = jobs.recv() {
        let mut outcome = connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from);
        for job in std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1)) {
            let tx = Tx { connection, now: clock.now() };
            let answer = match &outcome {
                Ok(()) => in_savepoint(&tx, job).unwrap_or_else(|(error, answer)| {
                    // The savepoint itself failed: nothing of this batch can be trusted.
                    outcome = Err(error);
                    answer
                }),
                Err(error) => job(Err(copy(error))).1,
            };
            answers.push(answer);
        }
        let outcome = outcome.and_then(|()| commit(connection, clock.now(), &mut high_water));
        if let Err(error) = &outcome {
            tracing::error!(%error, transactions = answers.len(), "a batch of transactions failed");
            roll_back(connection);
        }
        for answer in answers.drain(..) {
            answer(outcome.as_ref().map_err(copy).copied());
        }
    }
}

/// Runs one job inside a savepoint and undoes it when it fails.
fn in_savepoint(tx: &Tx<'_>, job: Work) -> Result<Answer, (StoreError, Answer)> {
    let run = |sql: &str| tx.connection.prepare_cached(sql)?.execute([]);
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
