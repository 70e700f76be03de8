//! Budgets: load, decide purely, save.

use clavero_protocol::{Exceeded, Gcra, SlidingLog, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::writer::Tx;
use crate::{Budget, BudgetKey, Denied, Limit, Once, StoreError};

fn load(connection: &Connection, key: &BudgetKey) -> Result<Vec<Timestamp>, StoreError> {
    let state: Option<Vec<u8>> = connection
        .prepare_cached("SELECT state FROM budget WHERE key = ?1")?
        .query_row([key.as_slice()], |row| row.get(0))
        .optional()?;
    let (times, rest) = state.as_deref().unwrap_or_default().as_chunks::<8>();
    if !rest.is_empty() {
        return Err(StoreError::Corrupt("budget.state"));
    }
    Ok(times.iter().map(|bytes| Timestamp::from_micros(i64::from_le_bytes(*bytes))).collect())
}

fn save(tx: &Tx<'_>, key: &BudgetKey, times: &[Timestamp], expires_at: Timestamp) -> Result<(), StoreError> {
    let state: Vec<u8> = times.iter().flat_map(|at| at.as_micros().to_le_bytes()).collect();
    tx.connection
        .prepare_cached("INSERT OR REPLACE INTO budget (key, state, expires_at) VALUES (?1, ?2, ?3)")?
        .execute(params![key.as_slice(), state, expires_at.as_micros()])?;
    Ok(())
}

/// What one more event would make of a budget: its times, and when the row may be forgotten.
fn after_one_more(
    budget: &Budget,
    times: Vec<Timestamp>,
    now: Timestamp,
) -> Result<(Vec<Timestamp>, Timestamp), Exceeded> {
    match budget {
        Budget::Log(rules) => {
            let log = SlidingLog::from_times(times).take(rules, now)?;
            let longest = rules.iter().map(|rule| rule.window).max().unwrap_or_default();
            let newest = log.times().last().copied().unwrap_or(now);
            Ok((log.times().to_vec(), newest + longest))
        }
        Budget::Rate(rule) => {
            let state = times.first().map(|tat| Gcra { tat: *tat });
            let next = Gcra::take(state, *rule, now)?;
            Ok((vec![next.tat], next.tat))
        }
    }
}

/// Whether each limit would allow one more event.
pub(super) fn peek(
    connection: &Connection,
    limits: &[Limit],
    now: Timestamp,
) -> Result<Vec<Result<(), Exceeded>>, StoreError> {
    limits
        .iter()
        .map(|limit| Ok(after_one_more(&limit.budget, load(connection, &limit.key)?, now).map(|_| ())))
        .collect()
}

/// Draws on all or none, and spends the proof with them.
pub(super) fn take(
    tx: &Tx<'_>,
    limits: &[Limit],
    once: Option<&Once>,
) -> Result<Result<(), Denied>, StoreError> {
    let mut drawn = Vec::with_capacity(limits.len());
    for (index, limit) in limits.iter().enumerate() {
        match after_one_more(&limit.budget, load(tx.connection, &limit.key)?, tx.now) {
            Ok(next) => drawn.push((limit.key, next)),
            Err(exceeded) => return Ok(Err(Denied::Exceeded { limit: index, exceeded })),
        }
    }
    if let Some(once) = once {
        let inserted = tx
            .connection
            .prepare_cached("INSERT INTO spent (digest, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![once.digest.as_slice(), once.expires_at.as_micros()])?;
        if inserted == 0 {
            return Ok(Err(Denied::SpentProof));
        }
    }
    for (key, (times, expires_at)) in drawn {
        save(tx, &key, &times, expires_at)?;
    }
    Ok(Ok(()))
}

/// Forgets what was counted.
pub(super) fn clear(tx: &Tx<'_>, keys: &[BudgetKey]) -> Result<(), StoreError> {
    for key in keys {
        tx.connection.prepare_cached("DELETE FROM budget WHERE key = ?1")?.execute([key.as_slice()])?;
    }
    Ok(())
}

/// Takes one event back from each budget of the rate kind.
pub(super) fn give_back(tx: &Tx<'_>, limits: &[Limit]) -> Result<(), StoreError> {
    for limit in limits {
        if let Budget::Rate(rule) = &limit.budget
            && rule.limit > 0
            && let Some(tat) = load(tx.connection, &limit.key)?.first()
        {
            let tat = *tat - rule.window / rule.limit;
            save(tx, &limit.key, &[tat], tat)?;
        }
    }
    Ok(())
}
