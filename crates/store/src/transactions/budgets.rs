//! Budgets: load, decide purely, save.

use std::collections::BTreeMap;

use clavero_protocol::{Exceeded, Gcra, SlidingLog, Timestamp};

use crate::{
    Budget, BudgetKey, Denied, Limit, Once, StoreError,
    dialect::Lock,
    sql::{Query as _, Read, ToValue as _, Tx, Value, bytes, params},
};

/// The states of budgets, by their keys; of one that nothing was drawn on there is no row.
type States = BTreeMap<BudgetKey, Option<Vec<Timestamp>>>;

/// A budget as it is to be from now on.
struct Next {
    key: BudgetKey,
    /// Whether its row is there, and held.
    stands: bool,
    times: Vec<Timestamp>,
    /// When the row may be forgotten.
    expires_at: Timestamp,
}

/// Reads budgets, in the order of their keys: whoever locks more than one does so in the same order as all others.
async fn load(
    db: &dyn Read,
    keys: impl Iterator<Item = BudgetKey>,
    lock: Lock,
) -> Result<States, StoreError> {
    let mut states: States = keys.map(|key| (key, None)).collect();
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
        states.insert(bytes(&key, "budget.key")?, Some(times(&state)?));
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

/// The states of budgets that nobody else draws on until the transaction ends. What has no row cannot be locked: who puts
/// one in its place first is the one who does.
async fn hold(tx: &dyn Tx, limits: &[Limit]) -> Result<States, StoreError> {
    load(tx, limits.iter().map(|limit| limit.key), Lock::Row).await
}

/// Saves budgets that are held. A row that somebody else has put there meanwhile fails the transaction, which is carried
/// out again on what stands then.
fn save(tx: &dyn Tx, mut next: Vec<Next>) -> Result<(), StoreError> {
    next.sort_unstable_by_key(|one| one.key);
    // One writer at a time has nobody to lose against.
    let replaces = |one: &Next| one.stands || !tx.dialect().is_concurrent();
    let (standing, new): (Vec<Next>, Vec<Next>) = next.into_iter().partition(replaces);
    write(
        tx,
        &standing,
        " ON CONFLICT (key) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at",
    )?;
    write(tx, &new, "")
}

fn write(tx: &dyn Tx, rows: &[Next], else_: &str) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let places = places(rows.len(), |row| {
        let first = row * 3 - 2;
        format!("(?{first}, ?{}, ?{})", first + 1, first + 2)
    });
    let sql = format!("INSERT INTO budget (key, state, expires_at) VALUES {places}{else_}");
    let states: Vec<Vec<u8>> = rows.iter().map(Next::state).collect();
    let bound: Vec<Value<'_>> = rows
        .iter()
        .zip(&states)
        .flat_map(|(row, state)| {
            [row.key.to_value(), Value::Bytes(state), Value::Integer(row.expires_at.as_micros())]
        })
        .collect();
    tx.put(&sql, &bound)
}

impl Next {
    fn state(&self) -> Vec<u8> {
        self.times.iter().flat_map(|at| at.as_micros().to_le_bytes()).collect()
    }
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
    let state = |limit: &Limit| states.get(&limit.key).cloned().flatten().unwrap_or_default();
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
        let state = states.remove(&limit.key).flatten();
        let stands = state.is_some();
        match after_one_more(&limit.budget, state.unwrap_or_default(), now) {
            Ok((times, expires_at)) => drawn.push(Next { key: limit.key, stands, times, expires_at }),
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
    save(tx, drawn)?;
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
    let mut next = Vec::new();
    for limit in limits {
        if let Budget::Rate(rule) = &limit.budget
            && rule.limit > 0
            && let Some(Some(times)) = states.get(&limit.key)
            && let Some(tat) = times.first()
        {
            let tat = *tat - rule.window / rule.limit;
            next.push(Next { key: limit.key, stands: true, times: vec![tat], expires_at: tat });
        }
    }
    save(tx, next)
}
