//! Statements on a connection. They are over before they are asked for.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use clavero_protocol::Timestamp;
use rusqlite::{Connection, ToSql, params_from_iter, types::ToSqlOutput, types::ValueRef};

use crate::{
    StoreError,
    binding::Bound,
    dialect::Dialect,
    sql::{At, Bulk, Read, Reply, Row, Take, Tx, Value},
};

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Bool(set) => ValueRef::Integer(i64::from(*set)),
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A column as it stands in the file.
pub(crate) fn value<'a>(row: &'a rusqlite::Row<'_>, at: impl At) -> Result<Value<'a>, StoreError> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => Value::Text(text),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
        ValueRef::Real(_) => return Err(StoreError::Corrupt("a column with a fraction")),
    })
}

/// A connection that is used by one at a time.
pub(super) struct Db<'a> {
    pub(super) connection: &'a Mutex<Connection>,
    pub(super) bound: &'a Bound,
}

/// The connection, by whoever has the right to it at present.
pub(super) fn take(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Db<'_> {
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        take(self.connection)
    }

    fn rows(&self, sql: &str, params: &[Value<'_>], take: &mut Take<'_>) -> Result<(), StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            take(&Row::Sqlite(row))?;
        }
        Ok(())
    }

    fn run(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let connection = self.connection();
        let touched = connection.prepare_cached(sql)?.execute(params_from_iter(params))?;
        Ok(touched as u64)
    }

    fn add(&self, into: Bulk, cells: &[Value<'_>]) -> Result<u64, StoreError> {
        let width = into.columns.len();
        let marks = vec!["?"; width].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", into.table, into.names());
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut added = 0;
        for row in cells.chunks_exact(width) {
            added += statement.execute(params_from_iter(row))?;
        }
        Ok(added as u64)
    }
}

impl Read for Db<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn bound(&self) -> &Bound {
        self.bound
    }

    fn each<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>], take: &'a mut Take<'a>) -> Reply<'a, ()> {
        Reply::ready(self.rows(sql, params, take))
    }
}

/// A transaction's view of the database: the connection inside its savepoint, and the one moment it happens at.
pub(super) struct WriterTx<'a> {
    pub(super) db: Db<'a>,
    pub(super) now: Timestamp,
    /// Whether mails were queued that no claim has looked for.
    pub(super) mails_wait: &'a AtomicBool,
}

impl Read for WriterTx<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn bound(&self) -> &Bound {
        self.db.bound
    }

    fn each<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>], take: &'a mut Take<'a>) -> Reply<'a, ()> {
        self.db.each(sql, params, take)
    }
}

impl Tx for WriterTx<'_> {
    fn execute<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, u64> {
        Reply::ready(self.db.run(sql, params))
    }

    fn put(&self, sql: &str, params: &[Value<'_>]) -> Result<(), StoreError> {
        self.db.run(sql, params).map(|_| ())
    }

    fn bulk<'a>(&'a self, into: Bulk, cells: &'a [Value<'a>]) -> Reply<'a, u64> {
        Reply::ready(self.db.add(into, cells))
    }

    fn now(&self) -> Reply<'_, Timestamp> {
        Reply::ready(Ok(self.now))
    }

    fn shred<'a>(&'a self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, u64> {
        let secure_delete = |to: &str| self.db.connection().execute_batch(to).map_err(StoreError::from);
        let gone = secure_delete("PRAGMA secure_delete = ON").and_then(|()| self.db.run(sql, params));
        Reply::ready(secure_delete("PRAGMA secure_delete = OFF").and(gone))
    }

    fn mails_wait(&self, wait: bool) {
        self.mails_wait.store(wait, Ordering::Relaxed);
    }
}
