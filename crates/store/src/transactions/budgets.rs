//! Budgets: load, decide purely, save.

use std::collections::BTreeMap;

use clavero_protocol::{Exceeded, Gcra, SlidingLog, Timestamp};

use crate::{
    Budget, BudgetKey, Denied, Limit, Once, StoreError,
    dialect::Lock,
    sql::{Query as _, Read, ToValue as _, Tx, Value, bytes, params},
};

/// The states of budgets, by their keys.
type States = BTreeMap<BudgetKey, Vec<Timestamp>>;

/// Reads budgets, in the order of their keys: whoever locks more than one does so in the same order as all others.
async fn load(
    db: &dyn Read,
    keys: impl Iterator<Item = BudgetKey>,
    lock: Lock,
) -> Result<States, StoreError> {
    let mut states: States = keys.map(|key| (key, Vec::new())).collect();
    if states.is_empty() {
        return Ok(states);
    }
    let keys: Vec<BudgetKey> = states.keys().copied().collect();
    let sql = format!(
        "SELECT key, state FROM budget WHERE key IN ({}) ORDER BY key{}",
        places(keys.len(), |place| format!("?{place}")),
        db.dialect().lock(lock)
    );
    let bound: Vec<Value<'_>> = keys.iter().map(|key| key.to_value()).collect();
    let found = db.all(&sql, &bound, |row| Ok((row.get(0)?, row.get(1)?))).await?;
    for (key, state) in found {
        let (key, state): (Vec<u8>, Vec<u8>) = (key, state);
        states.insert(bytes(&key, "budget.key")?, times(&state)?);
    }
    Ok(states)
}

/// `count` places of a statement, numbered from one.
fn places(count: usize, place: impl Fn(usize) -> String) -> String {
    (1..=count).map(place).collect::<Vec<_>>().join(", ")
}

fn times(state: &[u8]) -> Result<Vec<Timestamp>, StoreError> {
    let (times, rest) = state.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(StoreError::Corrupt("budget.state"));
    }
    Ok(times.iter().map(|bytes| Timestamp::from_micros(i64::from_le_bytes(*bytes))).collect())
}

/// The states of budgets that nobody else draws on until the transaction ends.
async fn hold(tx: &dyn Tx, limits: &[Limit]) -> Result<States, StoreError> {
    let keys = || limits.iter().map(|limit| limit.key);
    if !tx.dialect().is_concurrent() || limits.is_empty() {
        return load(tx, keys(), Lock::None).await;
    }
    // A row that is not there cannot be locked: an empty one is put in its place. It has ended already, so that it is swept.
    let sorted: std::collections::BTreeSet<BudgetKey> = keys().collect();
    let rows = places(sorted.len(), |place| format!("(?{place}, '', 0)"));
    let sql = format!("INSERT INTO budget (key, state, expires_at) VALUES {rows} ON CONFLICT DO NOTHING");
    let bound: Vec<Value<'_>> = sorted.iter().map(|key| key.to_value()).collect();
    tx.put(&sql, &bound)?;
    load(tx, keys(), Lock::Row).await
}

fn save(tx: &dyn Tx, key: &BudgetKey, times: &[Timestamp], expires_at: Timestamp) -> Result<(), StoreError> {
    let state: Vec<u8> = times.iter().flat_map(|at| at.as_micros().to_le_bytes()).collect();
    tx.put(
        "INSERT INTO budget (key, state, expires_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (key) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at",
        params![key, state, expires_at.as_micros()],
    )
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
pub(crate) async fn peek(
    db: &dyn Read,
    limits: &[Limit],
    now: Timestamp,
) -> Result<Vec<Result<(), Exceeded>>, StoreError> {
    let states = load(db, limits.iter().map(|limit| limit.key), Lock::None).await?;
    let state = |limit: &Limit| states.get(&limit.key).cloned().unwrap_or_default();
    Ok(limits.iter().map(|limit| after_one_more(&limit.budget, state(limit), now).map(|_| ())).collect())
}

/// Draws on all or none, and spends the proof with them.
pub(crate) async fn take(
    tx: &dyn Tx,
    limits: &[Limit],
    once: Option<&Once>,
) -> Result<Result<(), Denied>, StoreError> {
    let mut states = hold(tx, limits).await?;
    let now = tx.now().await?;
    let mut drawn = Vec::with_capacity(limits.len());
    for (index, limit) in limits.iter().enumerate() {
        match after_one_more(&limit.budget, states.remove(&limit.key).unwrap_or_default(), now) {
            Ok(next) => drawn.push((limit.key, next)),
            Err(exceeded) => return Ok(Err(Denied::Exceeded { limit: index, exceeded })),
        }
    }
    if let Some(once) = once {
        let sql = "INSERT INTO spent (digest, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let inserted = tx.execute(sql, params![once.digest, once.expires_at.as_micros()]).await?;
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
pub(crate) fn clear(tx: &dyn Tx, keys: &[BudgetKey]) -> Result<(), StoreError> {
    let sorted: std::collections::BTreeSet<&BudgetKey> = keys.iter().collect();
    sorted.into_iter().try_for_each(|key| tx.put("DELETE FROM budget WHERE key = ?1", params![key]))
}

/// Takes one event back from each budget of the rate kind.
pub(crate) async fn give_back(tx: &dyn Tx, limits: &[Limit]) -> Result<(), StoreError> {
    let states = hold(tx, limits).await?;
    for limit in limits {
        if let Budget::Rate(rule) = &limit.budget
            && rule.limit > 0
            && let Some(tat) = states.get(&limit.key).and_then(|times| times.first())
        {
            let tat = *tat - rule.window / rule.limit;
            save(tx, &limit.key, &[tat], tat)?;
        }
    }
    Ok(())
}
