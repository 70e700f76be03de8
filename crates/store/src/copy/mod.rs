//! Moving house: a whole database from one engine to another, or from one place to another.
//!
//! Tables and columns are those that the two databases name themselves. Rows go in the order of their keys, a batch in one
//! transaction, so that whoever goes on after a crash begins behind the last row that arrived. Nothing is served from the target
//! before both sides have the same counts and digests.

pub(crate) mod catalogue;
pub(crate) mod cell;
mod end;
pub(crate) mod meta;

use std::path::PathBuf;

use clavero_protocol::Hex;
use sha2::{Digest as _, Sha256};

use self::{
    catalogue::Table,
    cell::{Cell, Digester, Row},
    end::End,
    meta::Form,
};
use crate::{StoreError, Unready};

/// Rows of one batch: some hundred kilobytes.
const ROWS: u32 = 2_000;
/// The mark of a target that is not whole.
const UNREADY: &str = "unready";
/// Entries that wait to be sealed, and the log.
const WAITING: &str = "audit";
const LOG: &str = "audit_entry";

/// One end of a copy. No `Debug`: an address may hold a password.
#[derive(Clone)]
pub enum Place {
    /// The embedded engine's file.
    Sqlite(PathBuf),
    /// A server's address.
    Postgres(String),
}

/// What a copy is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Rows go over.
    Copying,
    /// Both sides are read again and compared.
    Comparing,
}

/// Told how far a copy has come: rows done, and all of them.
pub type CopyWatcher<'a> = &'a mut dyn FnMut(Phase, u64, u64);

/// What has been copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Each table with its rows and the SHA-256 of them, which are the same on both sides.
    pub tables: Vec<(String, u64, [u8; 32])>,
    /// Rows that an interrupted copy had brought over.
    pub before: u64,
}

/// Why it is not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Somebody else has one of the databases open.
    #[error("one of the databases is in use")]
    InUse,
    /// Entries of the audit log wait to be sealed: the service was not ended in an orderly way.
    #[error("{0} entries of the audit log wait to be sealed")]
    Waiting(u64),
    /// The source itself is a copy that is not whole.
    #[error("the source is not whole")]
    Unready,
    /// There is something in the target.
    #[error("the target is not empty")]
    NotEmpty,
    /// The target has a part of another source, or of this one as it was before.
    #[error("the target has a part of another source")]
    OtherSource,
    /// The source's schema is an older one.
    #[error("the source has schema {found}, and {known} is needed")]
    OlderSchema {
        /// The source's.
        found: u32,
        /// This version's.
        known: u32,
    },
    /// A table or column that the other side does not have, or has otherwise.
    #[error("the two sides differ in {0}")]
    OtherSchema(String),
    /// What arrived is not what was sent.
    #[error("the table {0} is not the same on both sides")]
    Differs(String),
    /// A database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<tokio_postgres::Error> for CopyError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Copies all that `from` holds to `to`, which must be empty or have a part of the very same. Goes on where an earlier one was
/// interrupted. Memory does not grow with what is copied.
pub async fn copy(from: &Place, to: &Place, watch: CopyWatcher<'_>) -> Result<Copied, CopyError> {
    let source = End::source(from).await?;
    let schema = source.schema().await?;
    if schema.found != schema.known {
        return Err(CopyError::OlderSchema { found: schema.found, known: schema.known });
    }
    let target = End::target(to).await?;
    let tables = catalogue::same(&source.tables().await?, target.tables().await?)?;
    let meta = source.meta().await?;
    let mut counts = Vec::with_capacity(tables.len());
    for table in &tables {
        counts.push(source.count(table).await?);
    }
    let waiting = tables.iter().zip(&counts).find(|(table, count)| table.name == WAITING && **count > 0);
    if let Some((_, count)) = waiting {
        return Err(CopyError::Waiting(*count));
    }
    let mut move_ = Move { source, target, tables, counts, meta };
    let before = move_.begin().await?;
    move_.rows(before, watch).await?;
    move_.sequences().await?;
    let tables = move_.compare(watch).await?;
    move_.end().await?;
    Ok(Copied { tables, before })
}

/// A key of `meta` with its value's bytes.
pub(crate) type Known = (String, Box<[u8]>);

/// A copy under way.
struct Move {
    source: End,
    target: End,
    tables: Vec<Table>,
    /// Rows of each table in the source.
    counts: Vec<u64>,
    meta: Vec<Known>,
}

impl Move {
    fn all(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn unready(&self) -> Option<&[u8]> {
        self.meta.iter().find(|(key, _)| key == UNREADY).map(|(_, value)| &**value)
    }

    /// Names the source as it is: each service that runs on it changes the newest moment that it has seen.
    fn mark(&self) -> Result<String, CopyError> {
        let mut hash = Sha256::new();
        for (key, value) in &self.meta {
            if meta::form(key)? != Form::Stays {
                hash.update((key.len() as u64).to_be_bytes());
                hash.update(key);
                hash.update((value.len() as u64).to_be_bytes());
                hash.update(value);
            }
        }
        self.counts.iter().for_each(|count| hash.update(count.to_be_bytes()));
        Ok(format!("{} {}", Unready::Copy.word(), Hex(&hash.finalize())))
    }

    /// Marks an empty target as one that is not whole, or finds the mark of an earlier try. Answers how many rows are there.
    async fn begin(&mut self) -> Result<u64, CopyError> {
        let source = self.unready().map(String::from_utf8_lossy);
        if source.is_some_and(|word| Unready::parse(&word) == Unready::Copy) {
            return Err(CopyError::Unready);
        }
        let mark = self.mark()?;
        let mut rows = 0;
        for table in self.tables.iter().filter(|table| !table.comes_filled()) {
            rows += self.target.count(table).await?;
        }
        let standing = self.target.meta().await?;
        let known = standing.iter().find(|(key, _)| key == UNREADY).map(|(_, value)| &**value);
        match known {
            Some(known) if known == mark.as_bytes() => return Ok(rows),
            Some(known) if known.starts_with(Unready::Copy.word().as_bytes()) => {
                return Err(CopyError::OtherSource);
            }
            Some(_) => return Err(CopyError::NotEmpty),
            None => {}
        }
        let is_new = |key: &str| matches!(meta::form(key), Ok(Form::Stays | Form::Number));
        if rows > 0 || !standing.iter().all(|(key, _)| is_new(key)) {
            return Err(CopyError::NotEmpty);
        }
        self.target.set_meta(&[(UNREADY.to_owned(), Some(mark.into_bytes().into()))]).await?;
        Ok(0)
    }

    async fn rows(&mut self, before: u64, watch: CopyWatcher<'_>) -> Result<(), CopyError> {
        let (mut done, all) = (before, self.all());
        watch(Phase::Copying, done, all);
        for table in self.tables.iter().filter(|table| table.comes_filled()) {
            self.target.clear(table).await?;
        }
        for table in &self.tables {
            let mut behind = self.target.last(table).await?;
            loop {
                let rows = self.source.page(table, behind.as_deref(), ROWS).await?;
                let Some(end) = rows.last() else { break };
                behind = Some(key_of(table, end));
                self.target.put(table, &rows).await?;
                done += rows.len() as u64;
                watch(Phase::Copying, done, all);
            }
        }
        Ok(())
    }

    /// Numbers go on where they were: none is given out twice.
    async fn sequences(&self) -> Result<(), CopyError> {
        for table in self.tables.iter().filter(|table| table.has_sequence) {
            let last = match (&self.source, &self.target) {
                // The embedded engine counts entries by it, and finds those that were taken out. A server's has gaps.
                (End::Postgres(_), End::Sqlite(_)) if table.name == WAITING => {
                    let log = self.tables.iter().position(|table| table.name == LOG);
                    log.map_or(0, |log| i64::try_from(self.counts[log]).unwrap_or(i64::MAX))
                }
                _ => self.source.sequence(table).await?,
            };
            self.target.set_sequence(table, last).await?;
            if self.target.sequence(table).await? != last {
                return Err(CopyError::Differs(table.name.clone()));
            }
        }
        Ok(())
    }

    async fn compare(&self, watch: CopyWatcher<'_>) -> Result<Vec<(String, u64, [u8; 32])>, CopyError> {
        let (mut done, all) = (0, self.all());
        let mut compared = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            let sent = digest(&self.source, table).await?;
            if digest(&self.target, table).await? != sent {
                return Err(CopyError::Differs(table.name.clone()));
            }
            done += sent.0;
            watch(Phase::Comparing, done, all);
            compared.push((table.name.clone(), sent.0, sent.1));
        }
        Ok(compared)
    }

    /// Brings over what is known as a whole, and last of all takes the mark away. A backup is one wherever it lies.
    async fn end(mut self) -> Result<(), CopyError> {
        let goes = |key: &str| matches!(meta::form(key), Ok(form) if form != Form::Stays) && key != UNREADY;
        let of =
            |meta: &[Known]| -> Vec<Known> { meta.iter().filter(|(key, _)| goes(key)).cloned().collect() };
        let sent = of(&self.meta);
        let values: Vec<_> = sent.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        self.target.set_meta(&values).await?;
        if of(&self.target.meta().await?) != sent {
            return Err(CopyError::Differs(catalogue::META.to_owned()));
        }
        let unready = self.unready().map(Into::into);
        self.target.set_meta(&[(UNREADY.to_owned(), unready)]).await?;
        self.target.close()
    }
}

/// The key of a row.
fn key_of(table: &Table, row: &[Cell]) -> Row {
    table.key().iter().map(|(place, _)| row[*place].clone()).collect()
}

/// How many rows a table has, and the SHA-256 of them.
async fn digest(end: &End, table: &Table) -> Result<(u64, [u8; 32]), CopyError> {
    let mut digester = Digester::default();
    let mut behind = None;
    loop {
        let rows = end.page(table, behind.as_deref(), ROWS).await?;
        let Some(end) = rows.last() else { return Ok(digester.end()) };
        behind = Some(key_of(table, end));
        for row in &rows {
            digester.row(row);
        }
    }
}
