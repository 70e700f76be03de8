//! Statements on a connection of the pool.

use std::{
    borrow::Cow,
    error::Error as _,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use deadpool_postgres::Object;
use futures_util::TryStreamExt as _;
use tokio::time::error::Elapsed;
use tokio_postgres::{Error, Statement, binary_copy::BinaryCopyInWriter, types::Type};

use crate::{
    StoreError,
    binding::Bound,
    dialect::Dialect,
    sql::{Read, Reply, Row, Take, Value},
};

/// A statement's text as this engine has it: parameters are `$1` here.
pub(super) fn text(sql: &str) -> Cow<'_, str> {
    if sql.contains('?') { Cow::Owned(sql.replace('?', "$")) } else { Cow::Borrowed(sql) }
}

/// An error with what the server said: its own text is one word. Never a value, which the server puts into its details.
pub(super) fn told(error: &Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => format!("{} (SQLSTATE {})", said.message(), said.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// A line may stand and pass nothing, when what is between is stuck. A lock is not waited for as long, and no statement that goes this
/// way works as long: what is many rows goes in portions.
const ANSWER: Duration = Duration::from_secs(15);
pub(super) const SILENT: &str = "the server does not answer";

pub(super) fn silent() -> StoreError {
    StoreError::Engine(SILENT.to_owned())
}

/// What the server answers, unless it is silent for too long: then its connection is of no use any more.
pub(super) async fn answered<T>(exchange: impl Future<Output = T>) -> Result<T, Elapsed> {
    tokio::time::timeout(ANSWER, exchange).await
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        Self::Engine(told(&error))
    }
}

/// All rows of a statement.
pub(super) async fn each_row(
    client: &tokio_postgres::Client,
    statement: &Statement,
    params: &[Value<'_>],
) -> Result<Vec<tokio_postgres::Row>, Error> {
    client.query_raw(statement, params.iter().copied()).await?.try_collect().await
}

/// Adds rows by the server's own way for many, in its binary form.
pub(super) async fn copy_in(
    client: &tokio_postgres::Client,
    (table, columns): (&str, &str),
    types: &[Type],
    cells: &[Value<'_>],
) -> Result<u64, Error> {
    let sql = format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
    let mut writer = pin!(BinaryCopyInWriter::new(client.copy_in(&sql).await?, types));
    for row in cells.chunks_exact(types.len()) {
        writer.as_mut().write_raw(row.iter()).await?;
    }
    writer.finish().await
}

/// A connection outside of any transaction, for a read of one statement: it sees what is committed when it begins.
pub(super) struct Db {
    client: Object,
    bound: Bound,
    used: AtomicBool,
}

impl Db {
    pub(super) const fn new(client: Object, bound: Bound) -> Self {
        Self { client, bound, used: AtomicBool::new(false) }
    }

    /// Ends the connection: one that failed is not used again.
    pub(super) fn close(self) {
        drop(Object::take(self.client));
    }
}

impl Read for Db {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn bound(&self) -> &Bound {
        &self.bound
    }

    fn each<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>], take: &'a mut Take<'a>) -> Reply<'a, ()> {
        let first = !self.used.swap(true, Ordering::Relaxed);
        debug_assert!(first, "a second statement sees another moment than the first: read in a transaction");
        Reply::Later(Box::pin(async move {
            let exchange = async {
                let statement = self.client.prepare_cached(&text(sql)).await?;
                each_row(&self.client, &statement, params).await
            };
            let rows = answered(exchange).await.map_err(|_| silent())??;
            rows.iter().try_for_each(|row| take(&Row::Postgres(row)))
        }))
    }
}
