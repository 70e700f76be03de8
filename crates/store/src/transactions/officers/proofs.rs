//! Being proven: ceremonies, sessions, touches. Each proof is taken by the transaction that it opens.

use std::time::Duration;

use clavero_protocol::{OfficerId, OfficerRefusal, Touch};

use super::{Stop, rows, told};
use crate::{
    Digest, Officer, OfficerProof, OfficerSession, OfficerSignIn, OfficerTouch, StoreError, binding,
    officer_acts, officer_entry,
    sql::{Query as _, Row, Tx, params},
    transactions::{audit, budgets},
};

pub(crate) async fn keep_ceremony(
    tx: &dyn Tx,
    token: &Digest,
    state: &[u8],
    life: Duration,
) -> Result<(), StoreError> {
    let ends = (tx.now().await? + life).as_micros();
    tx.put("INSERT INTO ceremony (token, state, expires_at) VALUES (?1, ?2, ?3)", params![token, state, ends])
}

pub(crate) async fn take_ceremony(tx: &dyn Tx, token: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "DELETE FROM ceremony WHERE token = ?1 RETURNING state, expires_at";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found: Option<(Vec<u8>, i64)> = tx.first(sql, params![token], read).await?;
    let now = tx.now().await?.as_micros();
    Ok(found.and_then(|(state, expires_at)| (now < expires_at).then_some(state)))
}

/// Takes a proof: none that was taken before, and none older than one that was.
async fn spend(tx: &dyn Tx, officer: OfficerId, proof: &OfficerProof) -> Result<Officer, Stop> {
    let standing = rows::officer(tx, officer).await?.ok_or(OfficerRefusal::Unknown)?;
    if !standing.active {
        return Err(OfficerRefusal::Inactive.into());
    }
    let now = tx.now().await?.as_micros();
    let taken = match proof {
        OfficerProof::Passkey { id, checked, kept } => {
            let sql = "UPDATE passkey SET credential = ?4, used_at = ?5 \
                       WHERE id = ?1 AND officer_id = ?2 AND credential = ?3";
            tx.execute(sql, params![id, officer.0, checked, kept, now]).await?
        }
        OfficerProof::Totp { step } => {
            let sql = "UPDATE officer SET totp_step = ?2 \
                       WHERE id = ?1 AND totp IS NOT NULL AND (totp_step IS NULL OR totp_step < ?2)";
            tx.execute(sql, params![officer.0, step.cast_signed()]).await?
        }
        OfficerProof::Demonstration => 1,
    };
    if taken == 0 { Err(OfficerRefusal::StaleProof.into()) } else { Ok(standing) }
}

pub(crate) async fn open_session(
    tx: &dyn Tx,
    new: &OfficerSignIn,
) -> Result<Result<OfficerSession, OfficerRefusal>, StoreError> {
    let opened = async {
        let officer = spend(tx, new.officer, &new.proof).await?;
        budgets::give_back(tx, &new.give_back).await?;
        budgets::clear(tx, &new.clear)?;
        let now = tx.now().await?;
        let mac = binding::bind(tx, rows::SESSION, &rows::session_says(&new.token, &new.officer, now))?;
        tx.put(
            "INSERT INTO officer_session (token, officer_id, created_at, last_seen_at, mac) \
             VALUES (?1, ?2, ?3, ?3, ?4)",
            params![new.token, new.officer.0, now.as_micros(), mac],
        )?;
        Ok(OfficerSession { officer, created_at: now, last_seen_at: now })
    };
    let entry = officer_entry(Some(new.officer), officer_acts::SIGNED_IN, new.officer);
    told(tx, &entry, opened.await).await
}

pub(crate) async fn note_session(tx: &dyn Tx, token: &Digest) -> Result<(), StoreError> {
    let now = tx.now().await?.as_micros();
    let sql = "UPDATE officer_session SET last_seen_at = ?2 WHERE token = ?1 AND last_seen_at < ?2";
    tx.put(sql, params![token, now])
}

pub(crate) async fn close_session(tx: &dyn Tx, token: &Digest) -> Result<(), StoreError> {
    let Some(session) = rows::session(tx, token).await? else { return Ok(()) };
    tx.put("DELETE FROM officer_session WHERE token = ?1", params![token])?;
    let id = session.officer.id;
    audit::append(tx, &officer_entry(Some(id), officer_acts::SIGNED_OUT, id)).await
}

/// Closes the officer's sessions but the one of this token.
pub(crate) async fn close_other_sessions(
    tx: &dyn Tx,
    of: OfficerId,
    than: &Digest,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM officer_session WHERE officer_id = ?1 AND token <> ?2";
    if tx.execute(sql, params![of.0, than]).await? > 0 {
        audit::append(tx, &officer_entry(Some(of), officer_acts::SIGNED_OUT, of)).await?;
    }
    Ok(())
}

pub(crate) async fn touch(
    tx: &dyn Tx,
    new: &OfficerTouch,
) -> Result<Result<Touch, OfficerRefusal>, StoreError> {
    let &OfficerTouch { officer, purpose, .. } = new;
    let touched = async {
        spend(tx, officer, &new.proof).await?;
        budgets::clear(tx, &new.clear)?;
        Ok(Touch { officer, purpose, at: tx.now().await? })
    };
    let entry = officer_entry(Some(officer), officer_acts::TOUCHED, officer).shown(purpose);
    told(tx, &entry, touched.await).await
}
