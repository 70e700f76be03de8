//! One end of a copy, whichever engine it is.

use super::{
    CopyError, Known, Place,
    catalogue::Table,
    cell::{Cell, Row},
};
use crate::{Schema, StoreError, postgres, sqlite};

pub(super) enum End {
    Sqlite(sqlite::CopyEnd),
    Postgres(postgres::CopyEnd),
}

/// The same of either engine; the embedded one has its answer at once.
macro_rules! either {
    ($end:expr, $name:ident($($argument:expr),*)) => {
        match $end {
            Self::Sqlite(end) => end.$name($($argument),*),
            Self::Postgres(end) => end.$name($($argument),*).await,
        }
    };
}

impl End {
    pub(super) async fn source(place: &Place) -> Result<Self, CopyError> {
        Ok(match place {
            Place::Sqlite(path) => Self::Sqlite(sqlite::CopyEnd::source(path)?),
            Place::Postgres(url) => Self::Postgres(postgres::CopyEnd::source(url).await?),
        })
    }

    pub(super) async fn target(place: &Place) -> Result<Self, CopyError> {
        Ok(match place {
            Place::Sqlite(path) => Self::Sqlite(sqlite::CopyEnd::target(path)?),
            Place::Postgres(url) => Self::Postgres(postgres::CopyEnd::target(url).await?),
        })
    }

    pub(super) async fn schema(&self) -> Result<Schema, StoreError> {
        either!(self, schema())
    }

    pub(super) async fn tables(&self) -> Result<Vec<Table>, CopyError> {
        either!(self, tables())
    }

    pub(super) async fn count(&self, table: &Table) -> Result<u64, CopyError> {
        either!(self, count(table))
    }

    pub(super) async fn page(
        &self,
        table: &Table,
        behind: Option<&[Cell]>,
        max: u32,
    ) -> Result<Vec<Row>, CopyError> {
        either!(self, page(table, behind, max))
    }

    pub(super) async fn last(&self, table: &Table) -> Result<Option<Row>, CopyError> {
        either!(self, last(table))
    }

    pub(super) async fn clear(&self, table: &Table) -> Result<(), CopyError> {
        either!(self, clear(table))
    }

    pub(super) async fn put(&mut self, table: &Table, rows: &[Row]) -> Result<(), CopyError> {
        either!(self, put(table, rows))
    }

    pub(super) async fn sequence(&self, table: &Table) -> Result<i64, CopyError> {
        either!(self, sequence(table))
    }

    pub(super) async fn set_sequence(&self, table: &Table, last: i64) -> Result<(), CopyError> {
        either!(self, set_sequence(table, last))
    }

    pub(super) async fn meta(&self) -> Result<Vec<Known>, CopyError> {
        either!(self, meta())
    }

    pub(super) async fn set_meta(&mut self, values: &[(String, Option<Box<[u8]>>)]) -> Result<(), CopyError> {
        either!(self, set_meta(values))
    }

    /// Leaves a target as it is to be found.
    pub(super) fn close(self) -> Result<(), CopyError> {
        match self {
            Self::Sqlite(end) => end.close(),
            Self::Postgres(_) => Ok(()),
        }
    }
}
