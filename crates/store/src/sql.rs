//! The seam to the engines: statements, their values, and the rows that come back. All else is written once, for every engine.
//!
//! Statements number their parameters (`?1`) and keep to what `SQLite` and PostgreSQL both read; what they do not share is in
//! [`Dialect`]. An embedded engine answers at once: its replies are ready before they are asked for.

use std::{
    borrow::Cow,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use clavero_protocol::Timestamp;

use crate::{StoreError, binding::Bound, dialect::Dialect};

/// A value on its way into a statement, or out of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    /// UTF-8, unless somebody has tampered with a file.
    Text(&'a [u8]),
    Bytes(&'a [u8]),
}

/// What can be bound to a parameter.
pub(crate) trait ToValue {
    fn to_value(&self) -> Value<'_>;
}

macro_rules! bind {
    ($($type:ty: $this:ident => $value:expr),+ $(,)?) => {
        $(impl ToValue for $type {
            fn to_value(&self) -> Value<'_> {
                let $this = self;
                $value
            }
        })+
    };
}

bind! {
    bool: this => Value::Bool(*this),
    i64: this => Value::Integer(*this),
    u32: this => Value::Integer(i64::from(*this)),
    u16: this => Value::Integer(i64::from(*this)),
    u8: this => Value::Integer(i64::from(*this)),
    str: this => Value::Text(this.as_bytes()),
    String: this => Value::Text(this.as_bytes()),
    Cow<'_, str>: this => Value::Text(this.as_bytes()),
    [u8]: this => Value::Bytes(this),
    Vec<u8>: this => Value::Bytes(this),
}

impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

/// The parameters of a statement, in their order.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::sql::ToValue::to_value(&$value)),*]
    };
}
pub(crate) use params;

/// What a column can be read as.
pub(crate) trait Column: Sized {
    fn read(value: Value<'_>) -> Result<Self, StoreError>;
}

const MISFIT: StoreError = StoreError::Corrupt("a column of another type");

impl Column for i64 {
    fn read(value: Value<'_>) -> Result<Self, StoreError> {
        match value {
            Value::Integer(number) => Ok(number),
            Value::Bool(set) => Ok(Self::from(set)),
            // A column that holds anything, where the engine has no such thing: see `Dialect`.
            Value::Bytes(bytes) => bytes.try_into().map(Self::from_be_bytes).map_err(|_| MISFIT),
            Value::Null | Value::Text(_) => Err(MISFIT),
        }
    }
}

macro_rules! smaller {
    ($($type:ty),+) => {
        $(impl Column for $type {
            fn read(value: Value<'_>) -> Result<Self, StoreError> {
                i64::read(value)?.try_into().map_err(|_| MISFIT)
            }
        })+
    };
}

smaller!(u8, u16, u32);

impl Column for bool {
    fn read(value: Value<'_>) -> Result<Self, StoreError> {
        Ok(i64::read(value)? != 0)
    }
}

impl Column for String {
    fn read(value: Value<'_>) -> Result<Self, StoreError> {
        match value {
            Value::Text(bytes) | Value::Bytes(bytes) => Self::from_utf8(bytes.to_vec()).map_err(|_| MISFIT),
            _ => Err(MISFIT),
        }
    }
}

impl Column for Vec<u8> {
    fn read(value: Value<'_>) -> Result<Self, StoreError> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.to_vec()),
            _ => Err(MISFIT),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn read(value: Value<'_>) -> Result<Self, StoreError> {
        if value == Value::Null { Ok(None) } else { T::read(value).map(Some) }
    }
}

/// Names a column: its place, or its name.
pub(crate) trait At: rusqlite::RowIndex + tokio_postgres::row::RowIndex + std::fmt::Display {}

impl At for usize {}
impl At for &str {}

/// A row, for as long as the engine shows it.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    pub(crate) fn get<I: At, T: Column>(&self, at: I) -> Result<T, StoreError> {
        T::read(self.value(at)?)
    }

    /// The value as it is, whatever somebody has made of it: an examination has to come past it and say what is wrong.
    pub(crate) fn value(&self, at: impl At) -> Result<Value<'_>, StoreError> {
        match self {
            Self::Sqlite(row) => crate::sqlite::value(row, at),
            Self::Postgres(row) => crate::postgres::value(row, at),
        }
    }
}

/// An engine's answer: there already, or on its way.
pub(crate) enum Reply<'a, T> {
    Ready(std::future::Ready<Result<T, StoreError>>),
    Later(Working<'a, T>),
}

impl<T> Reply<'_, T> {
    pub(crate) fn ready(outcome: Result<T, StoreError>) -> Self {
        Self::Ready(std::future::ready(outcome))
    }
}

impl<T> Future for Reply<'_, T> {
    type Output = Result<T, StoreError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Ready(reply) => Pin::new(reply).poll(context),
            Self::Later(reply) => reply.as_mut().poll(context),
        }
    }
}

/// A whole transaction or read on its way.
pub(crate) type Working<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Drives work on an embedded engine: it has never anything to wait for.
pub(crate) fn at_once<T>(mut work: Working<'_, T>) -> Result<T, StoreError> {
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(StoreError::Engine("the embedded engine was made to wait".to_owned())),
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Truth,
    Text,
    Bytes,
}

/// Where many rows go at once: a table and its columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bulk {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

impl Bulk {
    /// The names of its columns, as a statement has them.
    pub(crate) fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// Takes the rows of a statement one by one.
pub(crate) type Take<'a> = dyn FnMut(&Row<'_>) -> Result<(), StoreError> + Send + 'a;

/// Something to read from: a connection, or a transaction on it. All statements of one reading see one moment, so that a case
/// and its check-list are never of two.
pub(crate) trait Read: Sync {
    fn dialect(&self) -> Dialect;

    /// What binds rows here.
    fn bound(&self) -> &Bound;

    /// Shows each row to `take`.
    fn each<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>], take: &'a mut Take<'a>) -> Reply<'a, ()>;
}

/// A transaction: reads see its own writes, and nothing stays of one that fails.
pub(crate) trait Tx: Read {
    /// Runs a statement and answers how many rows it touched.
    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, u64>;

    /// Runs a statement whose count nobody asks for. Its failure may show as late as the transaction's end.
    fn put(&self, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError>;

    /// Adds rows of a table, whose cells follow each other: the quickest way that the engine has. Answers how many.
    fn bulk<'a>(&'a self, into: Bulk, cells: &'a [Value<'a>]) -> Reply<'a, u64>;

    /// The moment that the transaction happens at, by the engine's clock: asked for once the rows that are decided upon are
    /// locked, it is later than whatever stands in them.
    fn now(&self) -> Reply<'_, Timestamp>;

    /// Deletes so that nothing is left of it in the file, where the engine can.
    fn shred<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, u64>;

    /// Says whether mails wait that no claim has looked for.
    fn mails_wait(&self, wait: bool);
}

/// Rows as values.
pub(crate) trait Query: Read {
    /// All rows.
    fn all<T: Send>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut decode: impl FnMut(&Row<'_>) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send {
        async move {
            let mut found = Vec::new();
            let mut take = |row: &Row<'_>| {
                found.push(decode(row)?);
                Ok(())
            };
            self.each(sql, params, &mut take).await?;
            Ok(found)
        }
    }

    /// The first row.
    fn first<T: Send>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut decode: impl FnMut(&Row<'_>) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send {
        async move {
            let mut found = None;
            let mut take = |row: &Row<'_>| {
                if found.is_none() {
                    found = Some(decode(row)?);
                }
                Ok(())
            };
            self.each(sql, params, &mut take).await?;
            Ok(found)
        }
    }

    /// The one row that there always is.
    fn one<T: Send>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        decode: impl FnMut(&Row<'_>) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        async move { self.first(sql, params, decode).await?.ok_or(StoreError::Corrupt("a row is missing")) }
    }
}

impl<R: Read + ?Sized> Query for R {}

/// Fixed-width bytes of a column.
pub(crate) fn bytes<const N: usize>(value: &[u8], column: &'static str) -> Result<[u8; N], StoreError> {
    value.try_into().map_err(|_| StoreError::Corrupt(column))
}
