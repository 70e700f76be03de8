//! Who gets in: adding, enrolling, disabling. One such act at a time: an admin always stays.

use clavero_protocol::{
    OfficerId, OfficerRefusal, may_ask_enrolment, may_confirm_enrolment, may_disable, may_withdraw_enrolment,
};

use super::{Stop, close_other_sessions, rows, told};
use crate::{
    Actor, AuditEntry, Digest, Enrolment, EnrolmentRequest, Inviter, Means, NewEnrolment, NewOfficer,
    Officer, OwnMeans, StoreError, binding, officer_acts, officer_entry,
    sql::{Tx, params},
    transactions::{Whole, hold},
};

/// What a transaction of this file answers.
type Ruled<T> = Result<Result<T, OfficerRefusal>, StoreError>;

async fn whom(tx: &dyn Tx, id: OfficerId) -> Result<Officer, Stop> {
    Ok(rows::officer(tx, id).await?.ok_or(OfficerRefusal::Unknown)?)
}

async fn by(tx: &dyn Tx, id: OfficerId) -> Result<Officer, Stop> {
    Ok(rows::officer(tx, id).await?.ok_or(OfficerRefusal::NotAllowed)?)
}

pub(crate) async fn add(tx: &dyn Tx, new: &NewOfficer, inviter: &Inviter) -> Ruled<OfficerId> {
    hold(tx, Whole::Officers)?;
    let asker = match inviter {
        Inviter::Operator(_) => None,
        Inviter::Admin(id) => Some(*id),
    };
    let namesake = rows::officer_by_email(tx, &new.email_index).await?;
    let id = namesake.as_ref().map_or(new.id, |namesake| namesake.id);
    let added = match (namesake, inviter) {
        (None, _) => insert(tx, new, inviter).await,
        // Whoever never enrolled gets another address at the machine: the first one ended, or was lost.
        (Some(namesake), Inviter::Operator(enrolment))
            if namesake.active && namesake.role == new.role && !namesake.is_enrolled() =>
        {
            open_enrolment(tx, id, enrolment).await
        }
        (Some(_), _) => Err(OfficerRefusal::EmailTaken.into()),
    };
    told(tx, &officer_entry(asker, officer_acts::ADDED, id), added.map(|()| id)).await
}

async fn insert(tx: &dyn Tx, new: &NewOfficer, inviter: &Inviter) -> Result<(), Stop> {
    let newcomer = clavero_protocol::Colleague { id: new.id, role: new.role, active: true };
    if let Inviter::Admin(asker) = inviter {
        may_ask_enrolment(Some(&by(tx, *asker).await?.colleague()), &newcomer)?;
    }
    let now = tx.now().await?.as_micros();
    tx.put(
        "INSERT INTO officer (id, name, email, email_index, role, mac, active, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, TRUE, ?7)",
        params![new.id.0, new.name, new.email, new.email_index, new.role.as_str(), new.mac, now],
    )?;
    match inviter {
        Inviter::Operator(enrolment) => open_enrolment(tx, new.id, enrolment).await,
        Inviter::Admin(asker) => open_request(tx, new.id, *asker).await,
    }
}

async fn open_enrolment(tx: &dyn Tx, officer: OfficerId, new: &NewEnrolment) -> Result<(), Stop> {
    close_enrolments(tx, officer)?;
    let enrolment = Enrolment { officer, expires_at: tx.now().await? + new.life, used: false };
    let mac = binding::bind(tx, rows::ENROLMENT, &rows::enrolment_says(&new.token, &enrolment))?;
    tx.put(
        "INSERT INTO enrolment (token, officer_id, expires_at, mac) VALUES (?1, ?2, ?3, ?4)",
        params![new.token, officer.0, enrolment.expires_at.as_micros(), mac],
    )?;
    Ok(())
}

/// An address that was not used works no longer: of several, only the newest is good.
fn close_enrolments(tx: &dyn Tx, officer: OfficerId) -> Result<(), StoreError> {
    tx.put("DELETE FROM enrolment WHERE officer_id = ?1 AND used_at IS NULL", params![officer.0])
}

async fn open_request(tx: &dyn Tx, officer: OfficerId, asker: OfficerId) -> Result<(), Stop> {
    let request = EnrolmentRequest { officer, asked_by: asker, asked_at: tx.now().await? };
    let mac = binding::bind(tx, rows::REQUEST, &rows::request_says(&request))?;
    let sql = "INSERT INTO enrolment_request (officer_id, asked_by, asked_at, mac) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO NOTHING";
    let inserted = tx.execute(sql, params![officer.0, asker.0, request.asked_at.as_micros(), mac]).await?;
    if inserted == 0 { Err(OfficerRefusal::AlreadyAsked.into()) } else { Ok(()) }
}

/// Takes a request out.
fn close_request(tx: &dyn Tx, officer: OfficerId) -> Result<(), StoreError> {
    tx.put("DELETE FROM enrolment_request WHERE officer_id = ?1", params![officer.0])
}

/// Ends everything that an officer proved themselves by, and their sessions.
fn revoke(tx: &dyn Tx, officer: OfficerId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM passkey WHERE officer_id = ?1",
        "UPDATE officer SET totp = NULL WHERE id = ?1",
        "DELETE FROM officer_session WHERE officer_id = ?1",
    ] {
        tx.put(sql, params![officer.0])?;
    }
    Ok(())
}

pub(crate) async fn disable(tx: &dyn Tx, id: OfficerId, admin: Option<OfficerId>) -> Ruled<()> {
    hold(tx, Whole::Officers)?;
    let disabled = async {
        let acting = match admin {
            Some(admin) => Some(by(tx, admin).await?.colleague()),
            None => None,
        };
        let others = rows::other_admins(tx, id).await?;
        may_disable(acting.as_ref(), &whom(tx, id).await?.colleague(), others)?;
        revoke(tx, id)?;
        close_enrolments(tx, id)?;
        close_request(tx, id)?;
        tx.put("UPDATE officer SET active = FALSE WHERE id = ?1", params![id.0])?;
        Ok(())
    };
    told(tx, &officer_entry(admin, officer_acts::DISABLED, id), disabled.await).await
}

pub(crate) async fn ask(tx: &dyn Tx, id: OfficerId, admin: OfficerId) -> Ruled<()> {
    hold(tx, Whole::Officers)?;
    let asked = async {
        may_ask_enrolment(Some(&by(tx, admin).await?.colleague()), &whom(tx, id).await?.colleague())?;
        open_request(tx, id, admin).await
    };
    told(tx, &officer_entry(Some(admin), officer_acts::ENROLMENT_ASKED, id), asked.await).await
}

/// The admin who asked, where the request waits.
async fn asked_by(tx: &dyn Tx, id: OfficerId) -> Result<OfficerId, Stop> {
    let waiting = rows::requests(tx).await?.into_iter().find(|request| request.officer == id);
    Ok(waiting.ok_or(OfficerRefusal::NotWaiting)?.asked_by)
}

pub(crate) async fn confirm(
    tx: &dyn Tx,
    id: OfficerId,
    admin: OfficerId,
    enrolment: &NewEnrolment,
) -> Ruled<()> {
    hold(tx, Whole::Officers)?;
    let confirmed = async {
        let (admin, whom) = (by(tx, admin).await?, whom(tx, id).await?);
        may_confirm_enrolment(&admin.colleague(), asked_by(tx, id).await?, &whom.colleague())?;
        close_request(tx, id)?;
        revoke(tx, id)?;
        open_enrolment(tx, id, enrolment).await
    };
    told(tx, &officer_entry(Some(admin), officer_acts::ENROLMENT_CONFIRMED, id), confirmed.await).await
}

pub(crate) async fn withdraw(tx: &dyn Tx, id: OfficerId, admin: OfficerId) -> Ruled<()> {
    hold(tx, Whole::Officers)?;
    let withdrawn = async {
        may_withdraw_enrolment(&by(tx, admin).await?.colleague(), id)?;
        asked_by(tx, id).await?;
        Ok(close_request(tx, id)?)
    };
    told(tx, &officer_entry(Some(admin), officer_acts::ENROLMENT_WITHDRAWN, id), withdrawn.await).await
}

pub(crate) async fn enrol(tx: &dyn Tx, token: &Digest, means: &Means) -> Ruled<OfficerId> {
    hold(tx, Whole::Officers)?;
    let act = match means {
        Means::Passkey { .. } => officer_acts::ENROLLED_PASSKEY,
        Means::Totp { .. } => officer_acts::ENROLLED_TOTP,
    };
    let enrolment = rows::enrolment(tx, token).await?;
    let entry = match &enrolment {
        Some(enrolment) => officer_entry(Some(enrolment.officer), act, enrolment.officer),
        None => AuditEntry::done(Actor::Visitor, act),
    };
    let enrolled = async {
        let enrolment = enrolment.ok_or(OfficerRefusal::EnrolmentUnknown)?;
        if enrolment.used {
            return Err(OfficerRefusal::EnrolmentUsed.into());
        }
        let now = tx.now().await?;
        if now >= enrolment.expires_at {
            return Err(OfficerRefusal::EnrolmentExpired.into());
        }
        if !whom(tx, enrolment.officer).await?.active {
            return Err(OfficerRefusal::Inactive.into());
        }
        register(tx, enrolment.officer, means).await?;
        tx.put(
            "UPDATE enrolment SET used_at = ?2, mac = NULL WHERE token = ?1",
            params![token, now.as_micros()],
        )?;
        Ok(enrolment.officer)
    };
    told(tx, &entry, enrolled.await).await
}

async fn register(tx: &dyn Tx, officer: OfficerId, means: &Means) -> Result<(), Stop> {
    match means {
        Means::Passkey { id, credential } => {
            let now = tx.now().await?.as_micros();
            let sql = "INSERT INTO passkey (id, officer_id, credential, created_at) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT DO NOTHING";
            let inserted = tx.execute(sql, params![id, officer.0, credential, now]).await?;
            // Registered here before, by whomever: a passkey is one person's.
            if inserted == 0 { Err(OfficerRefusal::StaleProof.into()) } else { Ok(()) }
        }
        Means::Totp { secret, step } => {
            tx.put(
                "UPDATE officer SET totp = ?2, totp_step = ?3 WHERE id = ?1",
                params![officer.0, secret, step.cast_signed()],
            )?;
            Ok(())
        }
    }
}

pub(crate) async fn open_own(tx: &dyn Tx, id: OfficerId, enrolment: &NewEnrolment) -> Ruled<()> {
    hold(tx, Whole::Officers)?;
    let opened = async {
        if !whom(tx, id).await?.active {
            return Err(OfficerRefusal::Inactive.into());
        }
        open_enrolment(tx, id, enrolment).await
    };
    told(tx, &officer_entry(Some(id), officer_acts::ENROLMENT_OWN, id), opened.await).await
}

pub(crate) async fn give_up(tx: &dyn Tx, id: OfficerId, means: OwnMeans, keep: &Digest) -> Ruled<()> {
    hold(tx, Whole::Officers)?;
    let given_up = async {
        let officer = whom(tx, id).await?;
        if officer.passkeys + u32::from(officer.totp.is_some()) <= 1 {
            return Err(OfficerRefusal::LastMeans.into());
        }
        let gone = match means {
            OwnMeans::Passkey(passkey) => {
                let sql = "DELETE FROM passkey WHERE officer_id = ?1 AND id = ?2";
                tx.execute(sql, params![id.0, passkey]).await?
            }
            OwnMeans::Totp => {
                let sql = "UPDATE officer SET totp = NULL WHERE id = ?1 AND totp IS NOT NULL";
                tx.execute(sql, params![id.0]).await?
            }
        };
        if gone == 0 {
            return Err(OfficerRefusal::Unknown.into());
        }
        Ok(close_other_sessions(tx, id, keep).await?)
    };
    told(tx, &officer_entry(Some(id), officer_acts::MEANS_GIVEN_UP, id), given_up.await).await
}
