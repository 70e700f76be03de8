//! Being proven: ceremonies, sessions, touches. Each proof is taken by the transaction that it opens.

use std::time::Duration;

use clavero_protocol::{OfficerId, OfficerRefusal, Touch};
use rusqlite::{OptionalExtension, params};

use super::{Stop, rows, told};
use crate::{
    Digest, Officer, OfficerProof, OfficerSession, OfficerSignIn, OfficerTouch, StoreError, officer_acts,
    officer_entry,
    sqlite::{audit, budgets, writer::Tx},
};

pub(super) fn keep_ceremony(
    tx: &Tx<'_>,
    token: &Digest,
    state: &[u8],
    life: Duration,
) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("INSERT INTO ceremony (token, state, expires_at) VALUES (?1, ?2, ?3)")?
        .execute(params![token.as_slice(), state, (tx.now + life).as_micros()])?;
    Ok(())
}

pub(super) fn take_ceremony(tx: &Tx<'_>, token: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(tx
        .connection
        .prepare_cached("DELETE FROM ceremony WHERE token = ?1 RETURNING state, expires_at")?
        .query_row([token.as_slice()], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))
        .optional()?
        .and_then(|(state, expires_at)| (tx.now.as_micros() < expires_at).then_some(state)))
}

/// Takes a proof: none that was taken before, and none older than one that was.
fn spend(tx: &Tx<'_>, officer: OfficerId, proof: &OfficerProof) -> Result<Officer, Stop> {
    let standing = rows::officer(tx.connection, officer)?.ok_or(OfficerRefusal::Unknown)?;
    if !standing.active {
        return Err(OfficerRefusal::Inactive.into());
    }
    let taken = match proof {
        OfficerProof::Passkey { id, checked, kept } => tx
            .connection
            .prepare_cached(
                "UPDATE passkey SET credential = ?4, used_at = ?5 WHERE id = ?1 AND officer_id = ?2 AND credential = ?3",
            )?
            .execute(params![id.as_slice(), officer.0.as_slice(), checked, kept, tx.now.as_micros()])?,
        OfficerProof::Totp { step } => tx
            .connection
            .prepare_cached(
                "UPDATE officer SET totp_step = ?2 WHERE id = ?1 AND totp IS NOT NULL AND (totp_step IS NULL OR totp_step < ?2)",
            )?
            .execute(params![officer.0.as_slice(), step.cast_signed()])?,
        OfficerProof::Demonstration => 1,
    };
    if taken == 0 { Err(OfficerRefusal::StaleProof.into()) } else { Ok(standing) }
}

pub(super) fn open_session(
    tx: &Tx<'_>,
    new: &OfficerSignIn,
) -> Result<Result<OfficerSession, OfficerRefusal>, StoreError> {
    let opened = || {
        let officer = spend(tx, new.officer, &new.proof)?;
        budgets::clear(tx, &new.clear)?;
        budgets::give_back(tx, &new.give_back)?;
        tx.connection
            .prepare_cached(
                "INSERT INTO officer_session (token, officer_id, created_at, last_seen_at) VALUES (?1, ?2, ?3, ?3)",
            )?
            .execute(params![new.token.as_slice(), new.officer.0.as_slice(), tx.now.as_micros()])?;
        Ok(OfficerSession { officer, created_at: tx.now, last_seen_at: tx.now })
    };
    told(tx, &officer_entry(Some(new.officer), officer_acts::SIGNED_IN, new.officer), opened())
}

pub(super) fn note_session(tx: &Tx<'_>, token: &Digest) -> Result<(), StoreError> {
    tx.connection
        .prepare_cached("UPDATE officer_session SET last_seen_at = max(last_seen_at, ?2) WHERE token = ?1")?
        .execute(params![token.as_slice(), tx.now.as_micros()])?;
    Ok(())
}

pub(super) fn close_session(tx: &Tx<'_>, token: &Digest) -> Result<(), StoreError> {
    let Some(session) = rows::session(tx.connection, token)? else { return Ok(()) };
    tx.connection
        .prepare_cached("DELETE FROM officer_session WHERE token = ?1")?
        .execute([token.as_slice()])?;
    let id = session.officer.id;
    audit::append(tx, &officer_entry(Some(id), officer_acts::SIGNED_OUT, id))
}

pub(super) fn touch(tx: &Tx<'_>, new: &OfficerTouch) -> Result<Result<Touch, OfficerRefusal>, StoreError> {
    let &OfficerTouch { officer, purpose, .. } = new;
    let touched = || {
        spend(tx, officer, &new.proof)?;
        budgets::clear(tx, &new.clear)?;
        Ok(Touch { officer, purpose, at: tx.now })
    };
    let entry = officer_entry(Some(officer), officer_acts::TOUCHED, officer).shown(purpose);
    told(tx, &entry, touched())
}
