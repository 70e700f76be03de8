//! The end of employers. What has ended of theirs, and the log, stay for their own terms: they say who got a key.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use clavero_protocol::{CaseActor, CaseCommand, CaseState, EmployerKey, Policy, Timestamp};

use super::{audit, cases, decision, employers};
use crate::{
    Actor, AuditEntry, CaseStep, Removal, StoreError, acts,
    dialect::{Lock, array},
    sql::{Query as _, Read, Tx, params},
};

/// What is an employer's alone: a table, and the column that says whose.
const PARTS: [(&str, &str); 6] = [
    ("session", "employer_id"),
    ("device", "employer_id"),
    ("repudiation", "employer_id"),
    ("employer_correction", "employer_id"),
    ("credential", "employer_id"),
    ("employer", "id"),
];

/// Theirs by way of something else; the employers' numbers stand for the question mark. Whoever opened a case by identifiers that do
/// not match is not the employer, and goes on getting mails. A link is one that was never there: it says no more than that.
const BEHIND: [&str; 2] = [
    "DELETE FROM outbox WHERE employer_id IN (?) AND NOT EXISTS \
     (SELECT 1 FROM assisted_case c WHERE c.id = outbox.case_id AND NOT c.matched)",
    "DELETE FROM link WHERE EXISTS \
     (SELECT 1 FROM recovery r WHERE r.id = link.recovery_id AND r.employer_id IN (?))",
];

/// Their numbers, as a JSON array.
fn ids<'a>(keys: impl IntoIterator<Item = &'a EmployerKey>) -> String {
    array(keys.into_iter().map(|key| key.as_i64().to_string()))
}

pub(crate) async fn review(
    db: &dyn Read,
    keys: &[EmployerKey],
    policy: &Policy,
    now: Timestamp,
) -> Result<Removal, StoreError> {
    let (these, ids) = (db.dialect().numbers(1), ids(keys));
    let sql = format!("SELECT id FROM employer WHERE id IN ({these})");
    let known: HashSet<i64> = db.all(&sql, params![ids], |row| row.get(0)).await?.into_iter().collect();
    let open: BTreeSet<EmployerKey> = cases::standing_of(db, &ids)
        .await?
        .into_iter()
        .map(|record| (record.case.employer, record.case.state(now, policy)))
        .filter(|(_, state)| !state.has_ended() && *state != CaseState::Activated)
        .map(|(employer, _)| employer)
        .collect();
    let mut removal = Removal::default();
    for key in keys.iter().copied().collect::<BTreeSet<_>>() {
        if !known.contains(&key.as_i64()) {
            removal.unknown += 1;
        } else if open.contains(&key) {
            removal.staying.push(key);
        } else {
            removal.gone.push(key);
        }
    }
    Ok(removal)
}

pub(crate) async fn remove(
    tx: &dyn Tx,
    keys: &[EmployerKey],
    policy: &Policy,
) -> Result<Removal, StoreError> {
    let all = ids(keys);
    hold_mails(tx, &all)?;
    employers::hold_all(tx, &all)?;
    let removal = review(tx, keys, policy, tx.now().await?).await?;
    let gone = ids(&removal.gone);
    end_handed_over(tx, &gone, policy).await?;
    for key in &removal.gone {
        decision::supersede_all(tx, key, policy).await?;
        audit::append(tx, &AuditEntry::done(Actor::System, acts::EMPLOYER_REMOVED).of(Some(key))).await?;
    }
    let these = tx.dialect().numbers(1);
    for part in BEHIND {
        tx.shred(&part.replace('?', &these), params![gone]).await?;
    }
    for (table, column) in PARTS {
        tx.shred(&format!("DELETE FROM {table} WHERE {column} IN ({these})"), params![gone]).await?;
    }
    Ok(removal)
}

/// Their mails come before they themselves, as for whoever takes mails up.
fn hold_mails(tx: &dyn Tx, ids: &str) -> Result<(), StoreError> {
    match tx.dialect().lock(Lock::Row) {
        "" => Ok(()),
        lock => {
            let these = tx.dialect().numbers(1);
            let sql = format!("SELECT id FROM outbox WHERE employer_id IN ({these}) ORDER BY id{lock}");
            tx.put(&sql, params![ids])
        }
    }
}

/// A link or a slip that is out would set the key of whoever comes back by an import.
async fn end_handed_over(tx: &dyn Tx, ids: &str, policy: &Policy) -> Result<(), StoreError> {
    let policy = Arc::new(policy.clone());
    for record in cases::standing_of(tx, ids).await? {
        let end =
            CaseStep::plain(record.case.id, CaseActor::System, CaseCommand::Supersede, Arc::clone(&policy));
        // One that has run out is over by itself.
        let _ended = cases::step(tx, &end).await?;
    }
    Ok(())
}
