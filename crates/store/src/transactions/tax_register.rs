//! The tax register: two tables, of which one serves while the other is loaded.

use clavero_protocol::{TaxState, Timestamp};

use super::audit;
use crate::{
    Actor, AuditEntry, Decided, Digest, HeldTax, Overtaken, StoreError, TaxLoad, TaxRegister, TaxRow, acts,
    dialect::Lock,
    sql::{Bulk, Kind, Query as _, Read, ToValue as _, Tx, bytes, params},
};

const COLUMNS: &[(&str, Kind)] =
    &[("ruc", Kind::Integer), ("state", Kind::Integer), ("word", Kind::Text), ("since", Kind::Text)];

/// The two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    First,
    Second,
}

impl Table {
    fn serving(number: i64) -> Result<Self, StoreError> {
        match number {
            1 => Ok(Self::First),
            2 => Ok(Self::Second),
            _ => Err(StoreError::Corrupt("tax_register_state.serving")),
        }
    }

    const fn number(self) -> i64 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::First => "tax_register",
            Self::Second => "tax_register_second",
        }
    }
}

pub(crate) const fn encode(state: TaxState) -> i64 {
    match state {
        TaxState::Active => 0,
        TaxState::Suspended => 1,
        TaxState::Closed => 2,
        TaxState::Other => 3,
        // Of answers only: a register has no row for a RUC that it does not have.
        TaxState::Unknown | TaxState::Unconfirmed => 4,
    }
}

pub(crate) const fn decode(state: i64) -> TaxState {
    match state {
        0 => TaxState::Active,
        1 => TaxState::Suspended,
        2 => TaxState::Closed,
        4 => TaxState::Unknown,
        _ => TaxState::Other,
    }
}

pub(crate) async fn standing(db: &dyn Read) -> Result<TaxRegister, StoreError> {
    let sql = "SELECT size, digest FROM tax_register_state WHERE id = 1";
    db.one(sql, params![], |row| {
        let digest: Option<Vec<u8>> = row.get(1)?;
        Ok(TaxRegister {
            size: row.get::<_, i64>(0)?.unsigned_abs(),
            digest: digest.map(|digest| bytes(&digest, "tax_register_state.digest")).transpose()?,
        })
    })
    .await
}

/// Rows of the register that serves, in the order of their RUCs.
pub(crate) async fn rows(db: &dyn Read, after: i64, max: u32) -> Result<Vec<TaxRow>, StoreError> {
    let sql = "SELECT serving FROM tax_register_state WHERE id = 1";
    let table = Table::serving(db.one(sql, params![], |row| row.get(0)).await?)?.name();
    let sql = format!("SELECT ruc, state, word, since FROM {table} WHERE ruc > ?1 ORDER BY ruc LIMIT ?2");
    db.all(&sql, params![after, max], |row| {
        Ok(TaxRow { ruc: row.get(0)?, state: decode(row.get(1)?), word: row.get(2)?, since: row.get(3)? })
    })
    .await
}

/// The row of one RUC in the register that serves.
pub(crate) async fn row_of(db: &dyn Read, ruc: i64) -> Result<Option<HeldTax>, StoreError> {
    let sql = "SELECT serving, taken_at FROM tax_register_state WHERE id = 1";
    let (serving, at): (i64, Option<i64>) =
        db.one(sql, params![], |row| Ok((row.get(0)?, row.get(1)?))).await?;
    let table = Table::serving(serving)?.name();
    let sql = format!("SELECT state, word, since FROM {table} WHERE ruc = ?1");
    db.first(&sql, params![ruc], |row| {
        let state = decode(row.get(0)?);
        Ok(HeldTax { state, word: row.get(1)?, since: row.get(2)?, at: at.map(Timestamp::from_micros) })
    })
    .await
}

pub(crate) async fn begin(tx: &dyn Tx) -> Result<TaxLoad, StoreError> {
    tx.put("UPDATE tax_register_state SET attempt = attempt + 1 WHERE id = 1", params![])?;
    let sql = "SELECT attempt FROM tax_register_state WHERE id = 1";
    tx.one(sql, params![], |row| row.get(0)).await.map(TaxLoad)
}

/// The table that serves, if nobody else has begun to load the other one. Until the transaction ends nobody does.
async fn hold(tx: &dyn Tx, load: TaxLoad) -> Decided<Table, Overtaken> {
    let lock = tx.dialect().lock(Lock::Row);
    let sql = format!("SELECT serving, attempt FROM tax_register_state WHERE id = 1{lock}");
    let (serving, attempt): (i64, i64) =
        tx.one(&sql, params![], |row| Ok((row.get(0)?, row.get(1)?))).await?;
    Ok(if attempt == load.0 { Ok(Table::serving(serving)?) } else { Err(Overtaken) })
}

pub(crate) async fn load(tx: &dyn Tx, load: TaxLoad, rows: &[TaxRow]) -> Decided<(), Overtaken> {
    let serving = match hold(tx, load).await? {
        Ok(serving) => serving,
        Err(overtaken) => return Ok(Err(overtaken)),
    };
    let states: Vec<i64> = rows.iter().map(|row| encode(row.state)).collect();
    let mut cells = Vec::with_capacity(rows.len() * COLUMNS.len());
    for (row, state) in rows.iter().zip(&states) {
        cells.extend([row.ruc.to_value(), state.to_value(), row.word.to_value(), row.since.to_value()]);
    }
    tx.bulk(Bulk { table: serving.other().name(), columns: COLUMNS }, &cells).await?;
    Ok(Ok(()))
}

pub(crate) async fn clear(
    tx: &dyn Tx,
    load: TaxLoad,
    after: i64,
    max: u32,
) -> Decided<Option<i64>, Overtaken> {
    let table = match hold(tx, load).await? {
        Ok(serving) => serving.other().name(),
        Err(overtaken) => return Ok(Err(overtaken)),
    };
    let sql = format!("SELECT ruc FROM {table} WHERE ruc > ?1 ORDER BY ruc LIMIT 1 OFFSET ?2");
    let end: Option<i64> = tx.first(&sql, params![after, max], |row| row.get(0)).await?;
    // No RUC is as large.
    let before = end.unwrap_or(i64::MAX);
    tx.put(&format!("DELETE FROM {table} WHERE ruc > ?1 AND ruc < ?2"), params![after, before])?;
    Ok(Ok(end.map(|end| end - 1)))
}

pub(crate) async fn take(tx: &dyn Tx, load: TaxLoad, size: u64, digest: &Digest) -> Decided<(), Overtaken> {
    let serving = match hold(tx, load).await? {
        Ok(serving) => serving,
        Err(overtaken) => return Ok(Err(overtaken)),
    };
    let now = tx.now().await?.as_micros();
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    tx.put(
        "UPDATE tax_register_state SET serving = ?1, size = ?2, digest = ?3, taken_at = ?4 WHERE id = 1",
        params![serving.other().number(), size, digest, now],
    )?;
    audit::append(tx, &AuditEntry::done(Actor::System, acts::IMPORTED)).await?;
    Ok(Ok(()))
}
