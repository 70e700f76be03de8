//! The log's tables. Only [`seal`] and [`destroy_keys`] write them.

use async_trait::async_trait;
use clavero_audit::{Hash, tile::TileId};
use clavero_protocol::{OfficerId, RecoveryId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    Sqlite, audit, bytes,
    writer::{Tx, When},
};
use crate::{Actor, AuditEntry, Log, LogCensus, LogCheckpoint, LogEntry, Seal, StoreError, Unsealed, acts};

/// Nobody waits for a seal: it shares a commit where one comes soon.
const RIDES_WITHIN: std::time::Duration = std::time::Duration::from_millis(100);

/// Entries of which one checkpoint stays, beside the newest.
const KEPT_EVERY: i64 = 1_000;

/// What a place, a size or a number is as a column: they count entries, and stay far below 2^63.
fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column that counts.
fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

/// Text as it is, whatever somebody has made of it: an examination has to come past it and say what is wrong.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = row.get_ref(column)?.as_bytes().unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

pub(super) fn origin(tx: &Tx<'_>, proposed: Option<&str>) -> Result<Option<String>, StoreError> {
    if let Some(proposed) = proposed {
        tx.connection.execute(
            "INSERT INTO meta (key, value) VALUES ('audit_origin', ?1) ON CONFLICT DO NOTHING",
            [proposed],
        )?;
    }
    let mut statement = tx.connection.prepare_cached("SELECT value FROM meta WHERE key = 'audit_origin'")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

pub(super) fn unsealed(connection: &Connection, max: u32) -> Result<Vec<Unsealed>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at, actor, actor_id, act, employer_id, recovery_id, case_id, officer_id, form, reason, \
         refusal, personal FROM audit ORDER BY seq LIMIT ?1",
    )?;
    let mut rows = statement.query([max])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(waiting(row)?);
    }
    Ok(entries)
}

fn id<const N: usize>(row: &Row<'_>, name: &'static str) -> Result<Option<[u8; N]>, StoreError> {
    let value: Option<Vec<u8>> = row.get(name)?;
    value.map(|value| bytes(&value, name)).transpose()
}

fn waiting(row: &Row<'_>) -> Result<Unsealed, StoreError> {
    Ok(Unsealed {
        seq: row.get("seq")?,
        at: Timestamp::from_micros(row.get("at")?),
        actor: audit::actor(row.get("actor")?, id(row, "actor_id")?)?,
        act: row.get("act")?,
        employer: row.get("employer_id")?,
        recovery: id(row, "recovery_id")?.map(RecoveryId),
        case: id(row, "case_id")?,
        officer: id(row, "officer_id")?.map(OfficerId),
        form: id(row, "form")?,
        reason: row.get("reason")?,
        refusal: row.get("refusal")?,
        personal: row.get("personal")?,
    })
}

pub(super) fn seal(tx: &Tx<'_>, seal: &Seal) -> Result<bool, StoreError> {
    if sealed(tx.connection)? != seal.size {
        return Ok(false);
    }
    let (first, last) = seal.seqs;
    let waiting: u64 = tx
        .connection
        .prepare_cached("SELECT count(*) FROM audit WHERE seq BETWEEN ?1 AND ?2")?
        .query_row([first, last], |row| count(row, 0))?;
    if waiting != seal.entries.len() as u64 {
        return Ok(false);
    }
    delete(tx, "DELETE FROM audit WHERE seq BETWEEN ?1 AND ?2", [first, last])?;
    let mut put =
        tx.connection.prepare_cached("INSERT INTO audit_entry (place, at, line) VALUES (?1, ?2, ?3)")?;
    let mut lock =
        tx.connection.prepare_cached("INSERT OR REPLACE INTO audit_key (place, wrapped) VALUES (?1, ?2)")?;
    let mut size = seal.size;
    for entry in &seal.entries {
        let place = column(size);
        put.execute(params![place, entry.at.as_micros(), entry.line])?;
        if let Some(key) = &entry.key {
            lock.execute(params![place, key])?;
        }
        size += 1;
    }
    let mut tile = tx
        .connection
        .prepare_cached("INSERT OR REPLACE INTO audit_tile (level, number, hashes) VALUES (?1, ?2, ?3)")?;
    for (id, hashes) in &seal.tiles {
        tile.execute(params![id.level, column(id.number), hashes.as_flattened()])?;
    }
    keep(tx, seal.size, size, &seal.checkpoint)?;
    Ok(true)
}

/// Keeps the checkpoint of `size`. The one before goes where both are of the same thousand: years of one for each second
/// would take longer to verify than their entries, and the newer one speaks for all that the older one did.
fn keep(tx: &Tx<'_>, before: u64, size: u64, note: &str) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("DELETE FROM audit_checkpoint WHERE size = ?1 AND size / ?3 = ?2 / ?3")?
        .execute(params![column(before), column(size), KEPT_EVERY])?;
    tx.connection
        .prepare_cached("INSERT INTO audit_checkpoint (size, note) VALUES (?1, ?2)")?
        .execute(params![column(size), note])?;
    Ok(())
}

/// Deletes so that nothing is left of it in the file: what waited was plain, and a destroyed key must stay so.
fn delete(tx: &Tx<'_>, sql: &str, between: [i64; 2]) -> Result<usize, StoreError> {
    tx.connection.execute_batch("PRAGMA secure_delete = ON")?;
    let gone = tx.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(between));
    tx.connection.execute_batch("PRAGMA secure_delete = OFF")?;
    Ok(gone?)
}

/// The size of the newest checkpoint.
fn sealed(connection: &Connection) -> Result<u64, StoreError> {
    let size = connection
        .prepare_cached("SELECT coalesce(max(size), 0) FROM audit_checkpoint")?
        .query_row([], |row| count(row, 0))?;
    Ok(size)
}

pub(super) fn census(connection: &Connection) -> Result<LogCensus, StoreError> {
    // One statement sees one moment.
    let census = connection
        .prepare_cached(
            "SELECT (SELECT coalesce(max(place) + 1, 0) FROM audit_entry), \
             (SELECT coalesce(max(size), 0) FROM audit_checkpoint), (SELECT count(*) FROM audit), \
             (SELECT at FROM audit ORDER BY seq LIMIT 1), \
             (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit')",
        )?
        .query_row([], |row| {
            Ok(LogCensus {
                entries: count(row, 0)?,
                sealed: count(row, 1)?,
                waiting: count(row, 2)?,
                oldest: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_micros),
                written: count(row, 4)?,
            })
        })?;
    Ok(census)
}

pub(super) fn entries(connection: &Connection, from: u64, max: u32) -> Result<Vec<LogEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT place, at, line, wrapped FROM audit_entry LEFT JOIN audit_key USING (place) WHERE place >= ?1 \
         ORDER BY place LIMIT ?2",
    )?;
    let rows = statement.query_map(params![column(from), max], |row| {
        let at = Timestamp::from_micros(row.get_ref(1)?.as_i64().unwrap_or_default());
        Ok(LogEntry { place: count(row, 0)?, at, line: text(row, 2)?, key: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn place(connection: &Connection, at: Timestamp) -> Result<u64, StoreError> {
    let mut moment =
        connection.prepare_cached("SELECT at FROM audit_entry WHERE place >= ?1 ORDER BY place LIMIT 1")?;
    let (mut low, mut high) = (0, census(connection)?.entries);
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Option<i64> = moment.query_row([column(middle)], |row| row.get(0)).optional()?;
        if found.is_some_and(|found| found < at.as_micros()) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<LogCheckpoint> {
    Ok(LogCheckpoint { size: count(row, 0)?, note: text(row, 1)? })
}

pub(super) fn checkpoints(
    connection: &Connection,
    above: u64,
    max: u32,
) -> Result<Vec<LogCheckpoint>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT size, note FROM audit_checkpoint WHERE size > ?1 ORDER BY size LIMIT ?2")?;
    let rows = statement.query_map(params![column(above), max], checkpoint)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn newest(connection: &Connection) -> Result<Option<LogCheckpoint>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")?;
    Ok(statement.query_row([], checkpoint).optional()?)
}

pub(super) fn tiles(connection: &Connection, wanted: &[TileId]) -> Result<Vec<Vec<Hash>>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT hashes FROM audit_tile WHERE level = ?1 AND number = ?2")?;
    let mut tile = |id: &TileId| -> Result<Vec<Hash>, StoreError> {
        let key = params![id.level, column(id.number)];
        let bytes = |row: &Row<'_>| Ok(row.get_ref(0)?.as_bytes().unwrap_or_default().to_vec());
        let hashes: Option<Vec<u8>> = statement.query_row(key, bytes).optional()?;
        Ok(hashes.as_deref().unwrap_or_default().as_chunks().0.to_vec())
    };
    wanted.iter().map(&mut tile).collect()
}

pub(super) fn destroy_keys(tx: &Tx<'_>, before: Timestamp, max: u32) -> Result<u64, StoreError> {
    let end = place(tx.connection, before)?;
    let gone = delete(
        tx,
        "DELETE FROM audit_key WHERE place IN (SELECT place FROM audit_key WHERE place < ?1 ORDER BY place LIMIT ?2)",
        [column(end), i64::from(max)],
    )?;
    if gone > 0 {
        audit::append(tx, &AuditEntry::done(Actor::System, acts::KEYS_DESTROYED))?;
    }
    Ok(gone as u64)
}

#[async_trait]
impl Log for Sqlite {
    async fn log_origin(&self, proposed: Option<String>) -> Result<Option<String>, StoreError> {
        self.writer.write(move |tx| origin(tx, proposed.as_deref())).await
    }

    async fn unsealed(&self, max: u32) -> Result<Vec<Unsealed>, StoreError> {
        self.readers.read(|connection| unsealed(connection, max))
    }

    async fn seal(&self, batch: Seal) -> Result<bool, StoreError> {
        self.writer.write_when(When::WithNext(RIDES_WITHIN), move |tx| seal(tx, &batch)).await
    }

    async fn log_census(&self) -> Result<LogCensus, StoreError> {
        self.readers.read(census)
    }

    async fn log_entries(&self, from: u64, max: u32) -> Result<Vec<LogEntry>, StoreError> {
        self.readers.read(|connection| entries(connection, from, max))
    }

    async fn log_place(&self, at: Timestamp) -> Result<u64, StoreError> {
        self.readers.read(|connection| place(connection, at))
    }

    async fn log_checkpoints(&self, above: u64, max: u32) -> Result<Vec<LogCheckpoint>, StoreError> {
        self.readers.read(|connection| checkpoints(connection, above, max))
    }

    async fn log_checkpoint(&self) -> Result<Option<LogCheckpoint>, StoreError> {
        self.readers.read(newest)
    }

    async fn log_tiles(&self, wanted: Vec<TileId>) -> Result<Vec<Vec<Hash>>, StoreError> {
        self.readers.read(|connection| tiles(connection, &wanted))
    }

    async fn destroy_keys(&self, before: Timestamp, max: u32) -> Result<u64, StoreError> {
        self.writer.write(move |tx| destroy_keys(tx, before, max)).await
    }
}
