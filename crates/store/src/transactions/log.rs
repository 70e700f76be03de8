//! The log's tables. Only [`seal`] and [`destroy_keys`] write them.

use clavero_audit::{Hash, tile::TileId};
use clavero_protocol::{OfficerId, RecoveryId, Timestamp};

use super::audit;
use crate::{
    Actor, AuditEntry, LogCensus, LogCheckpoint, LogEntry, Seal, StoreError, Unsealed, acts,
    sql::{Bulk, Kind, Query as _, Read, Row, ToValue as _, Tx, Value, bytes, params},
};

/// Entries of which one checkpoint stays, beside the newest.
const KEPT_EVERY: i64 = 1_000;

/// What a place, a size or a number is as a column: they count entries, and stay far below 2^63.
fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column that counts.
fn count(row: &Row<'_>, column: usize) -> Result<u64, StoreError> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

/// Text as it is, whatever somebody has made of it: an examination has to come past it and say what is wrong.
fn text(row: &Row<'_>, column: usize) -> Result<String, StoreError> {
    let value = row.value(column)?;
    let bytes = if let Value::Text(bytes) | Value::Bytes(bytes) = value { bytes } else { &[] };
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

pub(crate) async fn origin(tx: &dyn Tx, proposed: Option<&str>) -> Result<Option<String>, StoreError> {
    if let Some(proposed) = proposed {
        let sql = "INSERT INTO meta (key, value) VALUES ('audit_origin', ?1) ON CONFLICT DO NOTHING";
        tx.put(sql, params![proposed])?;
    }
    tx.first("SELECT value FROM meta WHERE key = 'audit_origin'", params![], |row| row.get(0)).await
}

pub(crate) async fn unsealed(db: &dyn Read, max: u32) -> Result<Vec<Unsealed>, StoreError> {
    let sql = "SELECT seq, at, actor, actor_id, act, employer_id, recovery_id, case_id, officer_id, form, reason, \
               refusal, personal FROM audit ORDER BY seq LIMIT ?1";
    db.all(sql, params![max], waiting).await
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

pub(crate) async fn seal(tx: &dyn Tx, seal: &Seal) -> Result<bool, StoreError> {
    super::hold(tx, super::Whole::Log)?;
    if sealed(tx).await? != seal.size {
        return Ok(false);
    }
    let (first, last) = seal.seqs;
    // Counted and deleted as of one moment: an entry that comes between others meanwhile is not among those made ready here.
    let gone = tx
        .shred(
            "DELETE FROM audit WHERE seq BETWEEN ?1 AND ?2 \
             AND (SELECT count(*) FROM audit WHERE seq BETWEEN ?1 AND ?2) = ?3",
            params![first, last, column(seal.entries.len() as u64)],
        )
        .await?;
    if gone == 0 {
        return Ok(false);
    }
    let size = append(tx, seal).await?;
    for (id, hashes) in &seal.tiles {
        tx.put(
            "INSERT INTO audit_tile (level, number, hashes) VALUES (?1, ?2, ?3) \
             ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
            params![id.level, column(id.number), hashes.as_flattened()],
        )?;
    }
    keep(tx, seal.size, size, &seal.checkpoint)?;
    Ok(true)
}

const ENTRIES: Bulk = Bulk {
    table: "audit_entry",
    columns: &[("place", Kind::Integer), ("at", Kind::Integer), ("line", Kind::Text)],
};

const KEYS: Bulk =
    Bulk { table: "audit_key", columns: &[("place", Kind::Integer), ("wrapped", Kind::Bytes)] };

/// Adds the entries, and answers the log's new size.
async fn append(tx: &dyn Tx, seal: &Seal) -> Result<u64, StoreError> {
    let places = || (seal.size..).map(|place| Value::Integer(column(place)));
    let entries: Vec<Value<'_>> = places()
        .zip(&seal.entries)
        .flat_map(|(place, entry)| [place, Value::Integer(entry.at.as_micros()), entry.line.to_value()])
        .collect();
    let keys: Vec<Value<'_>> = places()
        .zip(&seal.entries)
        .filter_map(|(place, entry)| entry.key.as_ref().map(|key| [place, key.to_value()]))
        .flatten()
        .collect();
    // Keys may be left of a longer log, whose end somebody has cut off.
    tx.put("DELETE FROM audit_key WHERE place >= ?1", params![column(seal.size)])?;
    tx.bulk(ENTRIES, &entries).await?;
    tx.bulk(KEYS, &keys).await?;
    Ok(seal.size + seal.entries.len() as u64)
}

/// Keeps the checkpoint of `size`. The one before goes where both are of the same thousand: years of one for each second
/// would take longer to verify than their entries, and the newer one speaks for all that the older one did.
fn keep(tx: &dyn Tx, before: u64, size: u64, note: &str) -> Result<(), StoreError> {
    tx.put(
        "DELETE FROM audit_checkpoint WHERE size = ?1 AND size / ?3 = ?2 / ?3",
        params![column(before), column(size), KEPT_EVERY],
    )?;
    tx.put("INSERT INTO audit_checkpoint (size, note) VALUES (?1, ?2)", params![column(size), note])
}

/// The size of the newest checkpoint.
async fn sealed(db: &dyn Read) -> Result<u64, StoreError> {
    db.one("SELECT coalesce(max(size), 0) FROM audit_checkpoint", params![], |row| count(row, 0)).await
}

pub(crate) async fn census(db: &dyn Read) -> Result<LogCensus, StoreError> {
    // One statement sees one moment.
    let sql = format!(
        "SELECT (SELECT coalesce(max(place) + 1, 0) FROM audit_entry), \
         (SELECT coalesce(max(size), 0) FROM audit_checkpoint), (SELECT count(*) FROM audit), \
         (SELECT at FROM audit ORDER BY seq LIMIT 1), {}",
        db.dialect().entries_written()
    );
    db.one(&sql, params![], |row| {
        Ok(LogCensus {
            entries: count(row, 0)?,
            sealed: count(row, 1)?,
            waiting: count(row, 2)?,
            oldest: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_micros),
            written: count(row, 4)?,
        })
    })
    .await
}

pub(crate) async fn entries(db: &dyn Read, from: u64, max: u32) -> Result<Vec<LogEntry>, StoreError> {
    let sql = "SELECT place, at, line, wrapped FROM audit_entry LEFT JOIN audit_key USING (place) WHERE place >= ?1 \
               ORDER BY place LIMIT ?2";
    db.all(sql, params![column(from), max], |row| {
        let at = if let Value::Integer(at) = row.value(1)? { at } else { 0 };
        let at = Timestamp::from_micros(at);
        Ok(LogEntry { place: count(row, 0)?, at, line: text(row, 2)?, key: row.get(3)? })
    })
    .await
}

pub(crate) async fn place(db: &dyn Read, at: Timestamp) -> Result<u64, StoreError> {
    let sql = "SELECT at FROM audit_entry WHERE place >= ?1 ORDER BY place LIMIT 1";
    let (mut low, mut high) = (0, census(db).await?.entries);
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Option<i64> = db.first(sql, params![column(middle)], |row| row.get(0)).await?;
        if found.is_some_and(|found| found < at.as_micros()) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn checkpoint(row: &Row<'_>) -> Result<LogCheckpoint, StoreError> {
    Ok(LogCheckpoint { size: count(row, 0)?, note: text(row, 1)? })
}

pub(crate) async fn checkpoints(
    db: &dyn Read,
    above: u64,
    max: u32,
) -> Result<Vec<LogCheckpoint>, StoreError> {
    let sql = "SELECT size, note FROM audit_checkpoint WHERE size > ?1 ORDER BY size LIMIT ?2";
    db.all(sql, params![column(above), max], checkpoint).await
}

pub(crate) async fn newest(db: &dyn Read) -> Result<Option<LogCheckpoint>, StoreError> {
    let sql = "SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1";
    db.first(sql, params![], checkpoint).await
}

pub(crate) async fn tiles(db: &dyn Read, wanted: &[TileId]) -> Result<Vec<Vec<Hash>>, StoreError> {
    let sql = "SELECT hashes FROM audit_tile WHERE level = ?1 AND number = ?2";
    let mut tiles = Vec::with_capacity(wanted.len());
    for id in wanted {
        let hashes = db
            .first(sql, params![id.level, column(id.number)], |row| match row.value(0)? {
                Value::Bytes(bytes) => Ok(bytes.as_chunks().0.to_vec()),
                _ => Ok(Vec::new()),
            })
            .await?;
        tiles.push(hashes.unwrap_or_default());
    }
    Ok(tiles)
}

pub(crate) async fn destroy_keys(tx: &dyn Tx, before: Timestamp, max: u32) -> Result<u64, StoreError> {
    let end = place(tx, before).await?;
    let gone = tx
        .shred(
            "DELETE FROM audit_key WHERE place IN \
             (SELECT place FROM audit_key WHERE place < ?1 ORDER BY place LIMIT ?2)",
            params![column(end), max],
        )
        .await?;
    if gone > 0 {
        audit::append(tx, &AuditEntry::done(Actor::System, acts::KEYS_DESTROYED)).await?;
    }
    Ok(gone)
}
