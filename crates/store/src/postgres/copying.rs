//! A server as one end of a copy: read as of one moment, written a batch at a time by `COPY`.

use tokio::task::JoinHandle;
use tokio_postgres::{Client, types::Type};

use super::{
    Address,
    connection::{copy_in, each_row, text},
    migrate, refuse_old,
    values::value,
};
use crate::{
    Schema, StoreError,
    copy::{
        CopyError, Known,
        catalogue::{Column, Table},
        cell::{Cell, Row},
        meta,
    },
    sql::{Kind, Value},
};

/// Whatever takes long here is wanted. Whoever looks at the server sees what it is.
const PATIENT: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
                       SET application_name = 'clavero copy'";
/// Text in the order of its bytes.
const COLLATE: &str = " COLLATE \"C\"";

/// A database on a server, by a connection of its own.
pub(crate) struct CopyEnd {
    client: Client,
    connection: JoinHandle<()>,
}

impl Drop for CopyEnd {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl CopyEnd {
    async fn connect(url: &str) -> Result<Self, CopyError> {
        let address = Address::read(url)?;
        let connected = address.for_writing().connect(address.tls.clone()).await;
        let (client, connection) = connected?;
        let connection = tokio::spawn(async move { drop(connection.await) });
        let end = Self { client, connection };
        end.run(PATIENT).await?;
        refuse_old(&end.client).await?;
        Ok(end)
    }

    /// The database that is copied: no service can start on it from now on, and it is read as it is at this moment.
    pub(crate) async fn source(url: &str) -> Result<Self, CopyError> {
        Self::refuse_in_use(url).await?;
        let end = Self::connect(url).await?;
        // Each start writes there. The lock comes before the snapshot.
        end.run("BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE meta IN SHARE MODE").await?;
        Self::refuse_in_use(url).await?;
        Ok(end)
    }

    /// The database that is copied to, with this version's schema.
    pub(crate) async fn target(url: &str) -> Result<Self, CopyError> {
        Self::refuse_in_use(url).await?;
        let end = Self::connect(url).await?;
        migrate::run(&end.client).await?;
        Ok(end)
    }

    async fn refuse_in_use(url: &str) -> Result<(), CopyError> {
        if super::Postgres::is_in_use(url).await? { Err(CopyError::InUse) } else { Ok(()) }
    }

    async fn run(&self, sql: &str) -> Result<(), CopyError> {
        Ok(self.client.batch_execute(sql).await?)
    }

    pub(crate) async fn schema(&self) -> Result<Schema, StoreError> {
        migrate::standing(&self.client).await
    }

    /// Every table, as the server's own catalogue has it.
    pub(crate) async fn tables(&self) -> Result<Vec<Table>, CopyError> {
        let sql = "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_identity = 'YES', \
                   coalesce((SELECT k.ordinal_position::bigint FROM information_schema.table_constraints p \
                   JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) \
                   WHERE p.constraint_type = 'PRIMARY KEY' AND p.table_schema = c.table_schema \
                   AND p.table_name = c.table_name AND k.column_name = c.column_name), 0) \
                   FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
                   WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1";
        let rows = self.client.query(sql, &[]).await?;
        let mut tables: Vec<(String, Vec<Column>, bool)> = Vec::new();
        for row in &rows {
            let (table, name, declared): (String, String, String) = (row.get(0), row.get(1), row.get(2));
            let (is_identity, key): (bool, i64) = (row.get(3), row.get(4));
            let kind = match declared.as_str() {
                "bigint" => Kind::Integer,
                "boolean" => Kind::Truth,
                "text" => Kind::Text,
                "bytea" => Kind::Bytes,
                _ => return Err(CopyError::OtherSchema(format!("{table}.{name}"))),
            };
            if tables.last().is_none_or(|(last, ..)| *last != table) {
                tables.push((table, Vec::new(), false));
            }
            if let Some((_, columns, has_sequence)) = tables.last_mut() {
                *has_sequence |= is_identity;
                columns.push(Column { name, kind, key: usize::try_from(key).unwrap_or(0) });
            }
        }
        Ok(tables
            .into_iter()
            .filter_map(|(name, columns, sequence)| Table::new(name, columns, sequence))
            .collect())
    }

    pub(crate) async fn count(&self, table: &Table) -> Result<u64, CopyError> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let count: i64 = self.client.query_one(&sql, &[]).await?.get(0);
        Ok(count.unsigned_abs())
    }

    /// Rows behind a key, in its order.
    pub(crate) async fn page(
        &self,
        table: &Table,
        behind: Option<&[Cell]>,
        max: u32,
    ) -> Result<Vec<Row>, CopyError> {
        let mut bound: Vec<Value<'_>> = behind.unwrap_or_default().iter().map(Cell::value).collect();
        bound.push(Value::Integer(i64::from(max)));
        self.rows(&table.page(behind.is_some(), COLLATE), &bound, table.columns.len()).await
    }

    /// The key of the last row.
    pub(crate) async fn last(&self, table: &Table) -> Result<Option<Row>, CopyError> {
        Ok(self.rows(&table.last(COLLATE), &[], table.key().len()).await?.pop())
    }

    async fn rows(&self, sql: &str, bound: &[Value<'_>], width: usize) -> Result<Vec<Row>, CopyError> {
        let statement = self.client.prepare(&text(sql)).await?;
        let rows = each_row(&self.client, &statement, bound).await?;
        let cells = |row: &tokio_postgres::Row| {
            (0..width).map(|column| value(row, column).map(Cell::new)).collect::<Result<_, _>>()
        };
        Ok(rows.iter().map(cells).collect::<Result<_, StoreError>>()?)
    }

    /// Takes all rows out.
    pub(crate) async fn clear(&self, table: &Table) -> Result<(), CopyError> {
        self.run(&format!("DELETE FROM {}", table.name)).await
    }

    /// Adds rows: a `COPY` is one transaction.
    pub(crate) async fn put(&self, table: &Table, rows: &[Row]) -> Result<(), CopyError> {
        let types: Vec<Type> = table.columns.iter().map(|column| (&column.kind).into()).collect();
        let cells: Vec<Value<'_>> =
            rows.iter().flat_map(|row| row.iter().zip(&table.columns)).map(as_column).collect();
        copy_in(&self.client, (&table.name, &table.list()), &types, &cells).await?;
        Ok(())
    }

    /// The last number that a table's sequence has given out.
    pub(crate) async fn sequence(&self, table: &Table) -> Result<i64, CopyError> {
        let sequence = self.sequence_of(table).await?;
        let sql = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}");
        Ok(self.client.query_one(&sql, &[]).await?.get(0))
    }

    async fn sequence_of(&self, table: &Table) -> Result<String, CopyError> {
        let column = table.key().first().map_or("", |(_, column)| column.name.as_str());
        let sql = "SELECT pg_get_serial_sequence($1, $2)";
        let found = self.client.query_one(sql, &[&table.name, &column]).await?;
        found.get::<_, Option<String>>(0).ok_or_else(|| CopyError::OtherSchema(table.name.clone()))
    }

    pub(crate) async fn set_sequence(&self, table: &Table, last: i64) -> Result<(), CopyError> {
        if last > 0 {
            let sequence = self.sequence_of(table).await?;
            let sql = "SELECT setval(CAST(CAST($1 AS TEXT) AS regclass), $2)";
            self.client.query_one(sql, &[&sequence, &last]).await?;
        }
        Ok(())
    }

    /// What is known as a whole, as bytes.
    pub(crate) async fn meta(&self) -> Result<Vec<Known>, CopyError> {
        let sql = "SELECT key, value FROM meta ORDER BY key COLLATE \"C\"";
        Ok(self.rows(sql, &[], 2).await?.into_iter().filter_map(meta::pair).collect())
    }

    /// Writes down what is known as a whole, all in one transaction; what has no value goes.
    pub(crate) async fn set_meta(&mut self, values: &[(String, Option<Box<[u8]>>)]) -> Result<(), CopyError> {
        let transaction = self.client.transaction().await?;
        for (key, bytes) in values {
            transaction.execute("DELETE FROM meta WHERE key = $1", &[key]).await?;
            if let Some(bytes) = bytes {
                let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)";
                transaction.execute(sql, &[key, &&**bytes]).await?;
            }
        }
        Ok(transaction.commit().await?)
    }
}

/// A truth value goes as one.
fn as_column<'a>((cell, column): (&'a Cell, &Column)) -> Value<'a> {
    match (cell, column.kind) {
        (Cell::Integer(number), Kind::Truth) => Value::Bool(*number != 0),
        _ => cell.value(),
    }
}
