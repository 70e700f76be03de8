//! What is known of the database as a whole.

use std::time::Duration;

use clavero_protocol::Timestamp;

use crate::{
    Census, Digest, StoreError, Unready,
    sql::{Query as _, Read, ToValue, Tx, bytes, params},
};

pub(crate) async fn check_writable(tx: &dyn Tx) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO meta (key, value) VALUES ('write_check', ?1) \
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![now],
    )
}

pub(crate) async fn epoch(db: &dyn Read) -> Result<u64, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'epoch'";
    let epoch: Option<i64> = db.first(sql, params![], |row| row.get(0)).await?;
    Ok(epoch.map_or(1, i64::unsigned_abs))
}

/// Writes one of the values down.
pub(crate) fn put(tx: &dyn Tx, key: &str, value: impl ToValue) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    tx.put(sql, params![key, value])
}

pub(crate) async fn unready(db: &dyn Read) -> Result<Option<Unready>, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'unready'";
    let word: Option<String> = db.first(sql, params![], |row| row.get(0)).await?;
    Ok(word.map(|word| Unready::parse(&word)))
}

/// From here on the database may be served from.
pub(crate) fn ready(tx: &dyn Tx) -> Result<(), StoreError> {
    tx.put("DELETE FROM meta WHERE key = 'unready'", params![])
}

pub(crate) async fn has_key_ring(db: &dyn Read) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM meta WHERE key = 'key_ring'";
    Ok(db.first(sql, params![], |_| Ok(())).await?.is_some())
}

pub(crate) async fn key_ring(tx: &dyn Tx, fingerprint: &Digest) -> Result<Digest, StoreError> {
    let sql = "INSERT INTO meta (key, value) VALUES ('key_ring', ?1) ON CONFLICT DO NOTHING";
    tx.put(sql, params![fingerprint])?;
    let sql = "SELECT value FROM meta WHERE key = 'key_ring'";
    let standing: Vec<u8> = tx.one(sql, params![], |row| row.get(0)).await?;
    bytes(&standing, "meta.key_ring")
}

pub(crate) async fn active_key(tx: &dyn Tx, ring: &[String]) -> Result<Option<String>, StoreError> {
    let standing = key_in_use(tx).await?;
    if standing.as_ref() == ring.last() {
        return Ok(None);
    }
    let lacking = standing.filter(|standing| !ring.contains(standing));
    if let (None, Some(active)) = (&lacking, ring.last()) {
        put(tx, "active_key", active.as_str())?;
    }
    Ok(lacking)
}

pub(crate) async fn key_in_use(db: &dyn Read) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'active_key'";
    db.first(sql, params![], |row| row.get(0)).await
}

pub(crate) async fn census(db: &dyn Read, now: Timestamp) -> Result<Census, StoreError> {
    let sql = "SELECT count(*), min(queued_at) FROM outbox";
    let (outbox, oldest): (i64, Option<i64>) =
        db.one(sql, params![], |row| Ok((row.get(0)?, row.get(1)?))).await?;
    let outbox_oldest = oldest.map_or(Duration::ZERO, |at| now.saturating_since(Timestamp::from_micros(at)));
    Ok(Census { outbox: outbox.unsigned_abs(), outbox_oldest })
}
