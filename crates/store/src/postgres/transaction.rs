//! A transaction, in few round trips: statements whose outcome nobody asks for wait for the next one that is asked for, or for
//! the commit, and all of them go out together. The server carries them out in their order.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use clavero_protocol::Timestamp;
use deadpool_postgres::Object;
use futures_util::future::join3;
use tokio_postgres::{Error, Statement, error::SqlState, types::Type};

use super::{
    clock::Time,
    connection::{SILENT, answered, copy_in, each_row, silent, text, told},
    values::Kept,
};
use crate::{
    StoreError,
    binding::Bound,
    dialect::Dialect,
    sql::{Bulk, Read, Reply, Row, Take, Tx, Value, Working},
};

/// Statements of one kind that go out together; more wait for the answers to these.
const TOGETHER: usize = 64;

const WRITING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// One snapshot for all statements: a case and its check-list are never of two moments.
const READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Of the clock, not of the transaction's begin: a lock may have been waited for.
const CLOCK: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing has been said to the server.
    New,
    Open,
    /// The server was told to commit.
    Committing,
    Over,
    /// The server has stopped answering: the connection is closed, and it undoes what it was not told to commit.
    Lost,
}

struct State {
    phase: Phase,
    /// The moment that was decided by.
    now: Option<Timestamp>,
    /// The server's latest answer.
    read: Option<Timestamp>,
    later: Vec<Later>,
    mails_wait: bool,
    /// Whether it may be carried out once more: it lost a race for locks, or its connection, before the commit.
    again: bool,
    /// Whether a statement could not even be sent: nothing may be committed without it.
    unsent: bool,
}

/// A statement that waits.
struct Later {
    sql: Box<str>,
    params: Box<[Kept]>,
}

pub(super) struct PgTx {
    client: Option<Object>,
    begin: &'static str,
    time: Arc<Time>,
    bound: Bound,
    state: Mutex<State>,
}

impl PgTx {
    pub(super) fn new(client: Object, time: Arc<Time>, bound: Bound) -> Self {
        let state = State {
            phase: Phase::New,
            now: None,
            read: None,
            later: Vec::new(),
            mails_wait: false,
            again: false,
            unsent: false,
        };
        Self { client: Some(client), begin: WRITING, time, bound, state: Mutex::new(state) }
    }

    /// One that only reads. What time it is, nobody asks it.
    pub(super) fn reading(client: Object, time: Arc<Time>, bound: Bound) -> Self {
        let mut reading = Self::new(client, time, bound);
        reading.begin = READING;
        reading.state().now = Some(Timestamp::EPOCH);
        reading
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn client(&self) -> &Object {
        self.client.as_ref().expect("the client is taken out by `Drop` only")
    }

    /// Whether it queued a mail.
    pub(super) fn queued_mail(&self) -> bool {
        self.state().mails_wait
    }

    /// Whether it may be carried out once more.
    pub(super) fn may_try_again(&self) -> bool {
        self.state().again
    }

    /// Notes what an error means for the transaction.
    fn fail(&self, error: &Error) -> StoreError {
        let mut state = self.state();
        // A row that is there already was put there by another transaction since this one looked.
        let lost_race = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::UNIQUE_VIOLATION,
        ];
        let lost_connection = error.is_closed() || error.code().is_some_and(is_going_away);
        if error.code().is_some_and(|code| lost_race.contains(code)) {
            state.again = true;
        } else if lost_connection && state.phase == Phase::Committing {
            return StoreError::Unknown(told(error));
        } else if lost_connection {
            state.again = true;
        }
        StoreError::Engine(told(error))
    }

    async fn prepare(&self, sql: &str) -> Result<Statement, StoreError> {
        let text = text(sql);
        let Ok(prepared) = answered(self.client().prepare_cached(&text)).await else {
            return Err(self.lose());
        };
        prepared.map_err(|error| self.fail(&error))
    }

    /// Gives up a connection on which nothing comes any more.
    fn lose(&self) -> StoreError {
        let mut state = self.state();
        let committing = state.phase == Phase::Committing;
        state.phase = Phase::Lost;
        if committing { StoreError::Unknown(SILENT.to_owned()) } else { silent() }
    }

    /// Sends what waits, and `last`, and hears the answers.
    async fn send<T>(&self, last: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        let Ok(heard) = answered(self.exchange(last)).await else { return Err(self.lose()) };
        heard
    }

    /// Sends what waits, `last`, and where it is still wanted a question for the time, all at once.
    async fn exchange<T>(&self, last: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        let (mut begins, waiting, asks) = {
            let mut state = self.state();
            let begins = state.phase == Phase::New;
            if begins {
                state.phase = Phase::Open;
            }
            let asks = state.now.is_none() && matches!(*self.time, Time::Server(_));
            (begins, std::mem::take(&mut state.later), asks)
        };
        let mut statements = Vec::with_capacity(waiting.len());
        for later in &waiting {
            statements.push((self.prepare(&later.sql).await?, &*later.params));
        }
        let clock = if asks { Some(self.prepare(CLOCK).await?) } else { None };
        let ask = async {
            match &clock {
                Some(statement) => self.client().query_one(statement, &[]).await.map(Some),
                None => Ok(None),
            }
        };
        // All but the last few of a large batch go ahead.
        let (ahead, together) = statements.split_at(statements.len().saturating_sub(1) / TOGETHER * TOGETHER);
        for some in ahead.chunks(TOGETHER) {
            let ran = self.run(std::mem::take(&mut begins), some).await;
            ran.map_err(|error| self.fail(&error))?;
        }
        // Each is sent when it is polled first, and they are polled in this order.
        let (ran, outcome, answer) = join3(self.run(begins, together), last, ask).await;
        ran.map_err(|error| self.fail(&error))?;
        let outcome = outcome.map_err(|error| self.fail(&error))?;
        if let Some(row) = answer.map_err(|error| self.fail(&error))? {
            self.state().read = Some(Timestamp::from_micros(row.get(0)));
        }
        Ok(outcome)
    }

    /// Runs statements together, in their order, behind the transaction's begin where it is to begin. Answers the first failure.
    async fn run(&self, begins: bool, statements: &[(Statement, &[Kept])]) -> Result<(), Error> {
        let mut running: Vec<Running<'_>> = Vec::with_capacity(statements.len() + 1);
        if begins {
            running.push(Box::pin(self.client().batch_execute(self.begin)));
        }
        for (statement, params) in statements {
            let values: Vec<Value<'_>> = params.iter().map(Kept::value).collect();
            running.push(Box::pin(async move {
                let outcome = self.client().execute_raw(statement, values).await.map(|_| ());
                if outcome.as_ref().is_err_and(|error| error.as_db_error().is_none()) {
                    self.state().unsent = true;
                }
                outcome
            }));
        }
        in_order(running).await
    }

    async fn moment(&self) -> Result<Timestamp, StoreError> {
        if let Time::Server(clock) = &*self.time {
            if self.state().read.is_none() {
                self.send(async { Ok(()) }).await?;
            }
            let mut state = self.state();
            let read = state.read.ok_or(StoreError::Corrupt("the server's time"))?;
            return Ok(*state.now.get_or_insert_with(|| clock.follow(read)));
        }
        Ok(*self.state().now.get_or_insert_with(|| self.time.now()))
    }

    /// All that waits goes ahead: this statement is followed by nothing but its rows.
    async fn copy(&self, into: Bulk, cells: &[Value<'_>]) -> Result<u64, StoreError> {
        let ahead: Working<'_, ()> = Box::pin(self.send(async { Ok(()) }));
        ahead.await?;
        let types: Vec<Type> = into.columns.iter().map(|(_, kind)| kind.into()).collect();
        copy_in(self.client(), (into.table, &into.names()), &types, cells)
            .await
            .map_err(|error| self.fail(&error))
    }

    /// Commits. When it fails, it is told apart whether that is known.
    pub(super) async fn commit(&self) -> Result<(), StoreError> {
        {
            let mut state = self.state();
            if state.phase == Phase::New && state.later.is_empty() {
                state.phase = Phase::Over;
                return Ok(());
            }
            // There is nothing left to decide.
            state.now.get_or_insert(Timestamp::EPOCH);
        }
        let commit = async {
            let unsent = {
                let mut state = self.state();
                state.phase = Phase::Committing;
                state.unsent
            };
            self.client().batch_execute(if unsent { "ROLLBACK" } else { "COMMIT" }).await
        };
        self.send(commit).await?;
        self.state().phase = Phase::Over;
        Ok(())
    }

    /// Undoes it all. A connection that does not take that is closed, which undoes it too.
    pub(super) async fn roll_back(&self) {
        if matches!(self.state().phase, Phase::Open | Phase::Committing)
            && answered(self.client().batch_execute("ROLLBACK")).await.is_ok_and(|undone| undone.is_ok())
        {
            self.state().phase = Phase::Over;
        }
    }
}

/// What time it is there.
pub(super) async fn server_time(client: &tokio_postgres::Client) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_micros(client.query_one(CLOCK, &[]).await?.get(0)))
}

/// Whether the server says that it, or this connection to it, is about to end, or that it is no primary any more.
fn is_going_away(code: &SqlState) -> bool {
    ["57P01", "57P02", "57P03", "25006"].contains(&code.code()) || code.code().starts_with("08")
}

/// A statement on its way.
type Running<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// Polls all of them in their order each time, so that they are sent in it; waits for all, and answers the first failure.
async fn in_order(running: Vec<Running<'_>>) -> Result<(), Error> {
    let mut running: Vec<_> = running.into_iter().map(Some).collect();
    let mut failed: Option<(usize, Error)> = None;
    poll_fn(|context| {
        let mut waits = false;
        for (place, slot) in running.iter_mut().enumerate() {
            let Some(one) = slot else { continue };
            match one.as_mut().poll(context) {
                Poll::Pending => waits = true,
                Poll::Ready(outcome) => {
                    *slot = None;
                    if let Err(error) = outcome
                        && failed.as_ref().is_none_or(|(earlier, _)| place < *earlier)
                    {
                        failed = Some((place, error));
                    }
                }
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    failed.map_or(Ok(()), |(_, error)| Err(error))
}

impl Drop for PgTx {
    fn drop(&mut self) {
        let over = matches!(self.state().phase, Phase::New | Phase::Over);
        if let Some(client) = self.client.take()
            && !over
        {
            // Nobody else may come into this transaction. Closing the connection ends it.
            drop(Object::take(client));
        }
    }
}

impl Read for PgTx {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn bound(&self) -> &Bound {
        &self.bound
    }

    fn each<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>], take: &'a mut Take<'a>) -> Reply<'a, ()> {
        let work: Working<'a, ()> = Box::pin(async move {
            let statement = self.prepare(sql).await?;
            let rows = self.send(each_row(self.client(), &statement, params)).await?;
            rows.iter().try_for_each(|row| take(&Row::Postgres(row)))
        });
        Reply::Later(work)
    }
}

impl Tx for PgTx {
    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, u64> {
        Reply::Later(Box::pin(async move {
            let statement = self.prepare(sql).await?;
            self.send(self.client().execute_raw(&statement, params.iter().copied())).await
        }))
    }

    fn put(&self, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        let params = params.iter().map(|value| Kept::new(*value)).collect();
        self.state().later.push(Later { sql: sql.into(), params });
        Ok(())
    }

    fn bulk<'a>(&'a self, into: Bulk, cells: &'a [Value<'a>]) -> Reply<'a, u64> {
        Reply::Later(Box::pin(self.copy(into, cells)))
    }

    fn now(&self) -> Reply<'_, Timestamp> {
        let known = self.state().now;
        match known {
            Some(now) => Reply::ready(Ok(now)),
            None => Reply::Later(Box::pin(self.moment())),
        }
    }

    fn shred<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, u64> {
        self.execute(sql, params)
    }

    fn mails_wait(&self, wait: bool) {
        self.state().mails_wait = wait;
    }
}
