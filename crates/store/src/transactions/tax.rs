//! What is known of a RUC: the register's row and the authority's answer, joined when they are read.

use clavero_protocol::{TaxOrigin, TaxRecord, TaxWord, Timestamp};

use super::{
    budgets,
    tax_register::{decode, encode},
};
use crate::{
    ClaimTax, HeldTax, StoreError, TaxClaim, TaxOutcome,
    dialect::Lock,
    sql::{Query as _, Read, Row, Tx, params},
};

/// The columns that [`record`] reads, of a `SELECT` with [`JOIN`].
pub(crate) const COLUMNS: &str = "coalesce(t.state, u.state), coalesce(t.since, u.since), s.taken_at, \
     a.state, a.since, a.answered_at";

/// Joins them to the employer `e`.
pub(crate) const JOIN: &str = "JOIN tax_register_state s ON s.id = 1 \
     LEFT JOIN tax_register t ON t.ruc = e.id / 10000 AND s.serving = 1 \
     LEFT JOIN tax_register_second u ON u.ruc = e.id / 10000 AND s.serving = 2 \
     LEFT JOIN tax_answer a ON a.ruc = e.id / 10000";

/// Reads what is known, from the column `first` on.
pub(crate) fn record(row: &Row<'_>, first: usize) -> Result<TaxRecord, StoreError> {
    let state = |at| Ok::<_, StoreError>(row.get::<_, Option<i64>>(first + at)?.map(decode));
    let since = |at| Ok::<_, StoreError>(row.get::<_, Option<String>>(first + at)?.unwrap_or_default());
    let at = |at| Ok::<_, StoreError>(row.get::<_, Option<i64>>(first + at)?.map(Timestamp::from_micros));
    let (mut register, mut answer) = (None, None);
    if let Some(state) = state(0)? {
        register = Some(TaxWord { state, since: since(1)?, origin: TaxOrigin::Register, at: at(2)? });
    }
    if let Some(state) = state(3)? {
        answer = Some(TaxWord { state, since: since(4)?, origin: TaxOrigin::Authority, at: at(5)? });
    }
    Ok(TaxRecord { register, answer })
}

/// The authority's last answer about a RUC, if it has ever given one.
pub(crate) async fn answer_of(db: &dyn Read, ruc: i64) -> Result<Option<HeldTax>, StoreError> {
    let sql = "SELECT state, word, since, answered_at FROM tax_answer WHERE ruc = ?1 AND state IS NOT NULL";
    db.first(sql, params![ruc], |row| {
        let at: Option<i64> = row.get(3)?;
        let (state, at) = (decode(row.get(0)?), at.map(Timestamp::from_micros));
        Ok(HeldTax { state, word: row.get(1)?, since: row.get(2)?, at })
    })
    .await
}

pub(crate) async fn claim(tx: &dyn Tx, claim: &ClaimTax) -> Result<TaxClaim, StoreError> {
    let ruc = claim.ruc;
    tx.put("INSERT INTO tax_answer (ruc) VALUES (?1) ON CONFLICT DO NOTHING", params![ruc])?;
    let sql = format!(
        "SELECT asking_until, paused_until, answered_at FROM tax_answer WHERE ruc = ?1{}",
        tx.dialect().lock(Lock::Row)
    );
    let read = |row: &Row<'_>| {
        let moment =
            |at: usize| Ok::<_, StoreError>(row.get::<_, Option<i64>>(at)?.map(Timestamp::from_micros));
        Ok((moment(0)?, moment(1)?, moment(2)?))
    };
    let (asking, paused, answered) = tx.one(&sql, params![ruc], read).await?;
    let now = tx.now().await?;
    if answered > claim.seen {
        return Ok(TaxClaim::Answered);
    }
    if asking.is_some_and(|until| now < until) {
        return Ok(TaxClaim::InFlight);
    }
    if paused.is_some_and(|until| now < until) {
        return Ok(TaxClaim::Paused);
    }
    if budgets::take(tx, &claim.limits, None).await?.is_err() {
        return Ok(TaxClaim::Limited);
    }
    let until = (now + claim.lease).as_micros();
    tx.put("UPDATE tax_answer SET asking_until = ?2 WHERE ruc = ?1", params![ruc, until])?;
    Ok(TaxClaim::Granted)
}

pub(crate) async fn settle(tx: &dyn Tx, ruc: i64, outcome: &TaxOutcome) -> Result<(), StoreError> {
    let now = tx.now().await?;
    match outcome {
        TaxOutcome::Answered(answer) => tx.put(
            "UPDATE tax_answer SET state = ?2, word = ?3, since = ?4, answered_at = ?5, \
             asking_until = NULL, paused_until = NULL WHERE ruc = ?1",
            params![ruc, encode(answer.state), answer.word, answer.since, now.as_micros()],
        ),
        TaxOutcome::Failed { pause } => tx.put(
            "UPDATE tax_answer SET asking_until = NULL, paused_until = ?2 WHERE ruc = ?1",
            params![ruc, (now + *pause).as_micros()],
        ),
    }
}
