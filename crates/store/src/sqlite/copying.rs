//! The embedded engine as one end of a copy: read as of one moment, written a batch at a time. Nobody else has it meanwhile.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};

use super::{configure, connection::value, create_private, migrate};
use crate::{
    Schema, StoreError,
    copy::{
        CopyError, Known,
        catalogue::{Column, Table},
        cell::{Cell, Row},
        meta,
    },
    sql::Kind,
};

/// A database that a copy alone has open.
pub(crate) struct CopyEnd(Connection);

impl CopyEnd {
    /// The database that is copied: held from now on, as it is at this moment.
    pub(crate) fn source(path: &Path) -> Result<Self, CopyError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let end = Self::alone(Connection::open_with_flags(path, flags)?)?;
        end.0.execute_batch("BEGIN")?;
        Ok(end)
    }

    /// The database that is copied to, made where there is none, with this version's schema.
    pub(crate) fn target(path: &Path) -> Result<Self, CopyError> {
        create_private(path).map_err(|error| StoreError::Engine(error.to_string()))?;
        let mut end = Self::alone(Connection::open(path)?)?;
        end.0.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
        migrate::run(&mut end.0)?;
        Ok(end)
    }

    fn alone(mut connection: Connection) -> Result<Self, CopyError> {
        configure(&mut connection)?;
        connection.busy_timeout(std::time::Duration::from_secs(1))?;
        let alone = connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK");
        match alone {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Err(CopyError::InUse),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(Self(connection)),
        }
    }

    pub(crate) fn schema(&self) -> Result<Schema, StoreError> {
        migrate::standing(&self.0)
    }

    /// Every table, as `SQLite`'s own catalogue has it.
    pub(crate) fn tables(&self) -> Result<Vec<Table>, CopyError> {
        let sql = "SELECT name, sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name";
        let mut statement = self.0.prepare(sql)?;
        let names = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let names: Vec<(String, bool)> = names.collect::<Result<_, _>>()?;
        let mut tables = Vec::new();
        for (name, has_sequence) in names {
            tables.extend(Table::new(name.clone(), self.columns(&name)?, has_sequence));
        }
        Ok(tables)
    }

    fn columns(&self, table: &str) -> Result<Vec<Column>, CopyError> {
        let mut statement = self.0.prepare("SELECT name, type, pk FROM pragma_table_info(?1)")?;
        let mut rows = statement.query([table])?;
        let mut columns = Vec::new();
        while let Some(row) = rows.next()? {
            let (name, declared, key): (String, String, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let kind = match declared.as_str() {
                "INTEGER" => Kind::Integer,
                "BOOLEAN" => Kind::Truth,
                "TEXT" => Kind::Text,
                "BLOB" => Kind::Bytes,
                _ => return Err(CopyError::OtherSchema(format!("{table}.{name}"))),
            };
            columns.push(Column { name, kind, key: key as usize });
        }
        Ok(columns)
    }

    pub(crate) fn count(&self, table: &Table) -> Result<u64, CopyError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        Ok(self.0.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)?)
    }

    /// Rows behind a key, in its order.
    pub(crate) fn page(
        &self,
        table: &Table,
        behind: Option<&[Cell]>,
        max: u32,
    ) -> Result<Vec<Row>, CopyError> {
        let sql = table.page(behind.is_some(), "");
        let limit = Cell::Integer(i64::from(max));
        let bound = behind.unwrap_or_default().iter().chain([&limit]);
        self.rows(&sql, bound, table.columns.len())
    }

    /// The key of the last row.
    pub(crate) fn last(&self, table: &Table) -> Result<Option<Row>, CopyError> {
        Ok(self.rows(&table.last(""), [].into_iter(), table.key().len())?.pop())
    }

    fn rows<'a>(
        &self,
        sql: &str,
        bound: impl Iterator<Item = &'a Cell>,
        width: usize,
    ) -> Result<Vec<Row>, CopyError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(bound.map(Cell::value)))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..width).map(|column| value(row, column).map(Cell::new));
            found.push(cells.collect::<Result<_, _>>()?);
        }
        Ok(found)
    }

    /// Takes all rows out.
    pub(crate) fn clear(&self, table: &Table) -> Result<(), CopyError> {
        Ok(self.0.execute_batch(&format!("DELETE FROM {}", table.name))?)
    }

    /// Adds rows, all in one transaction.
    pub(crate) fn put(&mut self, table: &Table, rows: &[Row]) -> Result<(), CopyError> {
        let marks: Vec<String> = (1..=table.columns.len()).map(|number| format!("?{number}")).collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, table.list(), marks.join(", "));
        let transaction = self.0.transaction()?;
        {
            let mut statement = transaction.prepare_cached(&sql)?;
            for row in rows {
                statement.execute(params_from_iter(row.iter().map(Cell::value)))?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// The last number that a table's sequence has given out.
    pub(crate) fn sequence(&self, table: &Table) -> Result<i64, CopyError> {
        let sql = "SELECT max(seq) FROM sqlite_sequence WHERE name = ?1";
        let found: Option<i64> = self.0.query_row(sql, [&table.name], |row| row.get(0))?;
        Ok(found.unwrap_or(0))
    }

    pub(crate) fn set_sequence(&self, table: &Table, last: i64) -> Result<(), CopyError> {
        self.0.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [&table.name])?;
        let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
        self.0.execute(sql, (&table.name, last))?;
        Ok(())
    }

    /// What is known as a whole, as bytes.
    pub(crate) fn meta(&self) -> Result<Vec<Known>, CopyError> {
        let found = self.rows("SELECT key, value FROM meta ORDER BY key", [].into_iter(), 2)?;
        Ok(found.into_iter().filter_map(meta::pair).collect())
    }

    /// Writes down what is known as a whole, all in one transaction; what has no value goes.
    pub(crate) fn set_meta(&mut self, values: &[(String, Option<Box<[u8]>>)]) -> Result<(), CopyError> {
        let transaction = self.0.transaction()?;
        for (key, bytes) in values {
            transaction.execute("DELETE FROM meta WHERE key = ?1", [key])?;
            if let Some(bytes) = bytes {
                let cell = meta::cell(meta::form(key)?, bytes);
                let value = cell.value();
                let bound: [&dyn ToSql; 2] = [key, &value];
                transaction.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", bound)?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// Puts everything into the one file.
    pub(crate) fn close(self) -> Result<(), CopyError> {
        if self.0.is_autocommit() {
            self.0.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        }
        self.0.close().map_err(|(_, error)| error.into())
    }
}
