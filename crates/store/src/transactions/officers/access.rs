//! Who gets in: adding, enrolling, disabling.

use clavero_protocol::{
    OfficerId, OfficerRefusal, may_ask_enrolment, may_confirm_enrolment, may_disable, may_withdraw_enrolment,
};
use rusqlite::params;

use super::{Stop, rows, told};
use crate::{
    Actor, AuditEntry, Digest, Inviter, Means, NewEnrolment, NewOfficer, Officer, OwnMeans, StoreError,
    officer_acts, officer_entry, sqlite::writer::Tx,
};

/// What a transaction of this file answers.
type Ruled<T> = Result<Result<T, OfficerRefusal>, StoreError>;

fn whom(tx: &Tx<'_>, id: OfficerId) -> Result<Officer, Stop> {
    Ok(rows::officer(tx.connection, id)?.ok_or(OfficerRefusal::Unknown)?)
}

fn by(tx: &Tx<'_>, id: OfficerId) -> Result<Officer, Stop> {
    Ok(rows::officer(tx.connection, id)?.ok_or(OfficerRefusal::NotAllowed)?)
}

pub(super) fn add(tx: &Tx<'_>, new: &NewOfficer, inviter: &Inviter) -> Ruled<OfficerId> {
    let asker = match inviter {
        Inviter::Operator(_) => None,
        Inviter::Admin(id) => Some(*id),
    };
    let namesake = rows::officer_by_email(tx.connection, &new.email_index)?;
    let id = namesake.as_ref().map_or(new.id, |namesake| namesake.id);
    let added = match (namesake, inviter) {
        (None, _) => insert(tx, new, inviter),
        // Whoever never enrolled gets another address at the machine: the first one ended, or was lost.
        (Some(namesake), Inviter::Operator(enrolment))
            if namesake.active && namesake.role == new.role && !namesake.is_enrolled() =>
        {
            open_enrolment(tx, id, enrolment)
        }
        (Some(_), _) => Err(OfficerRefusal::EmailTaken.into()),
    };
    told(tx, &officer_entry(asker, officer_acts::ADDED, id), added.map(|()| id))
}

fn insert(tx: &Tx<'_>, new: &NewOfficer, inviter: &Inviter) -> Result<(), Stop> {
    let newcomer = clavero_protocol::Colleague { id: new.id, role: new.role, active: true };
    if let Inviter::Admin(asker) = inviter {
        may_ask_enrolment(Some(&by(tx, *asker)?.colleague()), &newcomer)?;
    }
    tx.connection
        .prepare_cached(
            "INSERT INTO officer (id, name, email, email_index, role, mac, active, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7)",
        )?
        .execute(params![
            new.id.0.as_slice(),
            new.name,
            new.email,
            new.email_index.as_slice(),
            new.role.as_str(),
            new.mac.as_slice(),
            tx.now.as_micros()
        ])?;
    match inviter {
        Inviter::Operator(enrolment) => open_enrolment(tx, new.id, enrolment),
        Inviter::Admin(asker) => open_request(tx, new.id, *asker),
    }
}

fn open_enrolment(tx: &Tx<'_>, officer: OfficerId, new: &NewEnrolment) -> Result<(), Stop> {
    close_enrolments(tx, officer)?;
    let ends = (tx.now + new.life).as_micros();
    tx.connection
        .prepare_cached("INSERT INTO enrolment (token, officer_id, expires_at) VALUES (?1, ?2, ?3)")?
        .execute(params![new.token.as_slice(), officer.0.as_slice(), ends])?;
    Ok(())
}

/// An address that was not used works no longer: of several, only the newest is good.
fn close_enrolments(tx: &Tx<'_>, officer: OfficerId) -> Result<(), Stop> {
    tx.connection
        .prepare_cached("DELETE FROM enrolment WHERE officer_id = ?1 AND used_at IS NULL")?
        .execute([officer.0.as_slice()])?;
    Ok(())
}

fn open_request(tx: &Tx<'_>, officer: OfficerId, asker: OfficerId) -> Result<(), Stop> {
    let inserted = tx
        .connection
        .prepare_cached(
            "INSERT INTO enrolment_request (officer_id, asked_by, asked_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![officer.0.as_slice(), asker.0.as_slice(), tx.now.as_micros()])?;
    if inserted == 0 { Err(OfficerRefusal::AlreadyAsked.into()) } else { Ok(()) }
}

/// Takes a request out.
fn close_request(tx: &Tx<'_>, officer: OfficerId) -> Result<(), Stop> {
    tx.connection
        .prepare_cached("DELETE FROM enrolment_request WHERE officer_id = ?1")?
        .execute([officer.0.as_slice()])?;
    Ok(())
}

/// Ends everything that an officer proved themselves by, and their sessions.
fn revoke(tx: &Tx<'_>, officer: OfficerId) -> Result<(), Stop> {
    for sql in [
        "DELETE FROM passkey WHERE officer_id = ?1",
        "UPDATE officer SET totp = NULL WHERE id = ?1",
        "DELETE FROM officer_session WHERE officer_id = ?1",
    ] {
        tx.connection.prepare_cached(sql)?.execute([officer.0.as_slice()])?;
    }
    Ok(())
}

pub(super) fn disable(tx: &Tx<'_>, id: OfficerId, admin: Option<OfficerId>) -> Ruled<()> {
    let disabled = || {
        let admin = admin.map(|admin| by(tx, admin)).transpose()?;
        let others = rows::other_admins(tx.connection, id)?;
        let admin = admin.as_ref().map(Officer::colleague);
        may_disable(admin.as_ref(), &whom(tx, id)?.colleague(), others)?;
        revoke(tx, id)?;
        close_enrolments(tx, id)?;
        close_request(tx, id)?;
        tx.connection
            .prepare_cached("UPDATE officer SET active = 0 WHERE id = ?1")?
            .execute([id.0.as_slice()])?;
        Ok(())
    };
    told(tx, &officer_entry(admin, officer_acts::DISABLED, id), disabled())
}

pub(super) fn ask(tx: &Tx<'_>, id: OfficerId, admin: OfficerId) -> Ruled<()> {
    let asked = || {
        may_ask_enrolment(Some(&by(tx, admin)?.colleague()), &whom(tx, id)?.colleague())?;
        open_request(tx, id, admin)
    };
    told(tx, &officer_entry(Some(admin), officer_acts::ENROLMENT_ASKED, id), asked())
}

/// The admin who asked, where the request waits.
fn asked_by(tx: &Tx<'_>, id: OfficerId) -> Result<OfficerId, Stop> {
    let waiting = rows::requests(tx.connection)?.into_iter().find(|request| request.officer == id);
    Ok(waiting.ok_or(OfficerRefusal::NotWaiting)?.asked_by)
}

pub(super) fn confirm(tx: &Tx<'_>, id: OfficerId, admin: OfficerId, enrolment: &NewEnrolment) -> Ruled<()> {
    let confirmed = || {
        let (admin, whom) = (by(tx, admin)?, whom(tx, id)?);
        may_confirm_enrolment(&admin.colleague(), asked_by(tx, id)?, &whom.colleague())?;
        close_request(tx, id)?;
        revoke(tx, id)?;
        open_enrolment(tx, id, enrolment)
    };
    told(tx, &officer_entry(Some(admin), officer_acts::ENROLMENT_CONFIRMED, id), confirmed())
}

pub(super) fn withdraw(tx: &Tx<'_>, id: OfficerId, admin: OfficerId) -> Ruled<()> {
    let withdrawn = || {
        may_withdraw_enrolment(&by(tx, admin)?.colleague(), id)?;
        asked_by(tx, id)?;
        close_request(tx, id)
    };
    told(tx, &officer_entry(Some(admin), officer_acts::ENROLMENT_WITHDRAWN, id), withdrawn())
}

pub(super) fn enrol(tx: &Tx<'_>, token: &Digest, means: &Means) -> Ruled<OfficerId> {
    let act = match means {
        Means::Passkey { .. } => officer_acts::ENROLLED_PASSKEY,
        Means::Totp { .. } => officer_acts::ENROLLED_TOTP,
    };
    let holder = rows::enrolment(tx.connection, token)?.map(|enrolment| enrolment.officer);
    let entry = match holder {
        Some(id) => officer_entry(Some(id), act, id),
        None => AuditEntry::done(Actor::Visitor, act),
    };
    let enrolled = || {
        let enrolment = rows::enrolment(tx.connection, token)?.ok_or(OfficerRefusal::EnrolmentUnknown)?;
        if enrolment.used {
            return Err(OfficerRefusal::EnrolmentUsed.into());
        }
        if tx.now >= enrolment.expires_at {
            return Err(OfficerRefusal::EnrolmentExpired.into());
        }
        if !whom(tx, enrolment.officer)?.active {
            return Err(OfficerRefusal::Inactive.into());
        }
        register(tx, enrolment.officer, means)?;
        tx.connection
            .prepare_cached("UPDATE enrolment SET used_at = ?2 WHERE token = ?1")?
            .execute(params![token.as_slice(), tx.now.as_micros()])?;
        Ok(enrolment.officer)
    };
    told(tx, &entry, enrolled())
}

fn register(tx: &Tx<'_>, officer: OfficerId, means: &Means) -> Result<(), Stop> {
    match means {
        Means::Passkey { id, credential } => {
            let inserted = tx
                .connection
                .prepare_cached(
                    "INSERT INTO passkey (id, officer_id, credential, created_at) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![id.as_slice(), officer.0.as_slice(), credential, tx.now.as_micros()])?;
            // Registered here before, by whomever: a passkey is one person's.
            if inserted == 0 { Err(OfficerRefusal::StaleProof.into()) } else { Ok(()) }
        }
        Means::Totp { secret, step } => {
            tx.connection
                .prepare_cached("UPDATE officer SET totp = ?2, totp_step = ?3 WHERE id = ?1")?
                .execute(params![officer.0.as_slice(), secret, step.cast_signed()])?;
            Ok(())
        }
    }
}

pub(super) fn open_own(tx: &Tx<'_>, id: OfficerId, enrolment: &NewEnrolment) -> Ruled<()> {
    let opened = || {
        if !whom(tx, id)?.active {
            return Err(OfficerRefusal::Inactive.into());
        }
        open_enrolment(tx, id, enrolment)
    };
    told(tx, &officer_entry(Some(id), officer_acts::ENROLMENT_OWN, id), opened())
}

pub(super) fn give_up(tx: &Tx<'_>, id: OfficerId, means: OwnMeans) -> Ruled<()> {
    let given_up = || {
        let officer = whom(tx, id)?;
        if officer.passkeys + u32::from(officer.totp.is_some()) <= 1 {
            return Err(OfficerRefusal::LastMeans.into());
        }
        let gone = match means {
            OwnMeans::Passkey(passkey) => tx
                .connection
                .prepare_cached("DELETE FROM passkey WHERE officer_id = ?1 AND id = ?2")?
                .execute(params![id.0.as_slice(), passkey.as_slice()])?,
            OwnMeans::Totp => tx
                .connection
                .prepare_cached("UPDATE officer SET totp = NULL WHERE id = ?1 AND totp IS NOT NULL")?
                .execute([id.0.as_slice()])?,
        };
        if gone == 0 { Err(OfficerRefusal::Unknown.into()) } else { Ok(()) }
    };
    told(tx, &officer_entry(Some(id), officer_acts::MEANS_GIVEN_UP, id), given_up())
}
