//! Sealed values, column by column: read in portions, and written over only where nobody else has meanwhile.

use clavero_protocol::{Hex, Policy, Timestamp};

use super::cases;
use crate::{
    KeyUses, Resealed, RowName, SealedIn, SealedValue, StoreError,
    dialect::{Lock, array},
    sealed::Column,
    sql::{Query as _, Read, Row, ToValue as _, Tx, Value, params},
};

/// Before the first row.
const FIRST: [RowName; 2] = [RowName::Number(i64::MIN), RowName::Bytes(Vec::new())];

impl RowName {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Number(number) => Value::Integer(*number),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }

    fn read(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        Ok(match row.value(at)? {
            Value::Integer(number) => Self::Number(number),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
            _ => return Err(StoreError::Corrupt("the name of a sealed value's row")),
        })
    }

    /// As JSON, for [`crate::dialect::Dialect::replacements`].
    fn json(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Bytes(bytes) => format!("\"{}\"", Hex(bytes)),
        }
    }
}

pub(crate) async fn page(
    db: &dyn Read,
    place: SealedIn,
    after: Option<&RowName>,
    (current, max): (&[u8], u32),
) -> Result<Vec<SealedValue>, StoreError> {
    let Column { table, key, owner, sealed: column } = place.column();
    let length = current.len();
    let sql = format!(
        "SELECT {key}, {owner}, {column} FROM {table} WHERE {key} > ?1 AND {column} IS NOT NULL \
         AND substr({column}, 1, {length}) <> ?2 ORDER BY {key} LIMIT ?3"
    );
    let [number, bytes] = &FIRST;
    let after = after.unwrap_or(if place.is_numbered() { number } else { bytes });
    db.all(&sql, &[after.value(), current.to_value(), max.to_value()], |row| {
        Ok(SealedValue { row: RowName::read(row, 0)?, owner: RowName::read(row, 1)?, sealed: row.get(2)? })
    })
    .await
}

pub(crate) async fn replace(tx: &dyn Tx, place: SealedIn, values: &[Resealed]) -> Result<u64, StoreError> {
    let Column { table, key, sealed: column, .. } = place.column();
    let rows =
        array(values.iter().map(|value| {
            format!("[{},\"{}\",\"{}\"]", value.row.json(), Hex(&value.was), Hex(&value.becomes))
        }));
    let replacements = tx.dialect().replacements(1, place.is_numbered());
    // In the order of their keys, as everybody who holds several rows of a table does.
    let lock = tx.dialect().lock(Lock::Row);
    if !lock.is_empty() {
        let sql = format!(
            "SELECT {key} FROM {table} WHERE {key} IN (SELECT n.name FROM ({replacements}) n) ORDER BY {key}{lock}"
        );
        tx.put(&sql, params![rows])?;
    }
    let sql = format!(
        "UPDATE {table} SET {column} = n.becomes FROM ({replacements}) n \
         WHERE {table}.{key} = n.name AND {table}.{column} = n.was"
    );
    tx.execute(&sql, params![rows]).await
}

pub(crate) async fn census(
    db: &dyn Read,
    place: SealedIn,
    heads: &[Vec<u8>],
) -> Result<Vec<u64>, StoreError> {
    let Column { table, sealed: column, .. } = place.column();
    let counts: Vec<String> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            format!("count(CASE WHEN substr({column}, 1, {}) = ?{} THEN 1 END)", head.len(), at + 1)
        })
        .collect();
    let sql = format!("SELECT {} FROM {table}", counts.join(", "));
    let given: Vec<Value<'_>> = heads.iter().map(|head| head.to_value()).collect();
    db.one(&sql, &given, |row| {
        (0..heads.len()).map(|at| row.get::<_, i64>(at).map(i64::unsigned_abs)).collect()
    })
    .await
}

pub(crate) async fn uses(
    db: &dyn Read,
    (key_id, in_hash): (&str, &str),
    policy: &Policy,
    now: Timestamp,
) -> Result<KeyUses, StoreError> {
    let began = (now - policy.flow_ttl - policy.form_ttl).as_micros();
    let sql = "SELECT count(*) FROM recovery WHERE stage < 2 AND key_id = ?1 AND created_at > ?2";
    let recoveries: i64 = db.one(sql, params![key_id, began], |row| row.get(0)).await?;
    let like = format!("%{in_hash}%");
    let sql = "SELECT count(*) FROM credential WHERE phc LIKE ?1";
    let credentials: i64 = db.one(sql, params![like], |row| row.get(0)).await?;
    Ok(KeyUses {
        recoveries: recoveries.unsigned_abs(),
        cases: cases::alive_under(db, key_id, policy, now).await?,
        credentials: credentials.unsigned_abs(),
    })
}
