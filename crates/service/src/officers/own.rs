//! An officer's own access: another passkey beside the first, giving one up, other sessions. Each act with a touch.

use std::time::Duration;

use clavero_protocol::{Hex, OfficerRefusal, Timestamp};
use clavero_store::{Digest, NewEnrolment, OfficerSession, OwnMeans};

use super::{AccessAct, DeskError, TouchAnswer};
use crate::{Service, secrets::Token};

/// How long an officer has to register what they have just touched for.
const OWN_ENROLMENT: Duration = Duration::from_mins(10);

/// The name of the app among an officer's means.
const APP: &str = "app";

/// Something that an officer proves themselves by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeansView {
    /// Names it in forms.
    pub id: String,
    /// Whether it is a passkey, or else the app.
    pub is_passkey: bool,
    /// When it was registered, where that is known.
    pub created_at: Option<Timestamp>,
    /// When it was touched last.
    pub used_at: Option<Timestamp>,
}

/// Another open session of an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherSession {
    /// When it began.
    pub created_at: Timestamp,
    /// The latest request, to the minute.
    pub last_seen_at: Timestamp,
}

impl Service {
    /// What the officer of a session proves themselves by.
    pub async fn own_means(&self, session: &str) -> Result<Vec<MeansView>, DeskError> {
        let officer = self.living_officer(session).await?.officer;
        let passkeys = self.store.passkeys(officer.id).await?;
        let mut all: Vec<MeansView> = passkeys
            .into_iter()
            .map(|passkey| MeansView {
                id: Hex(&passkey.id).to_string(),
                is_passkey: true,
                created_at: Some(passkey.created_at),
                used_at: passkey.used_at,
            })
            .collect();
        if officer.totp.is_some() {
            all.push(MeansView { id: APP.to_owned(), is_passkey: false, created_at: None, used_at: None });
        }
        Ok(all)
    }

    /// Opens an enrolment address for the officer of a session, with a touch; the answer is its token.
    pub async fn enrol_another(&self, session: &str, answer: TouchAnswer<'_>) -> Result<String, DeskError> {
        let officer = self.finish_touch(session, AccessAct::EnrolAnother.purpose(), answer).await?.officer;
        let token = Token::random();
        let enrolment = NewEnrolment { token: token.digest(), life: OWN_ENROLMENT };
        self.store.open_own_enrolment(officer, enrolment).await??;
        Ok(token.text())
    }

    /// The officer's sessions besides this one, the newest first.
    pub async fn other_officer_sessions(&self, session: &str) -> Result<Vec<OtherSession>, DeskError> {
        let officer = self.living_officer(session).await?.officer.id;
        let life = self.settings.desk.sessions;
        let all = self.store.other_officer_sessions(officer, session_digest(session)?, life).await?;
        let view = |session: OfficerSession| OtherSession {
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
        };
        Ok(all.into_iter().map(view).collect())
    }

    /// Closes the officer's sessions besides this one, with a touch.
    pub async fn close_other_officer_sessions(
        &self,
        session: &str,
        answer: TouchAnswer<'_>,
    ) -> Result<(), DeskError> {
        let officer = self.finish_touch(session, AccessAct::CloseSessions.purpose(), answer).await?.officer;
        Ok(self.store.close_other_officer_sessions(officer, session_digest(session)?).await?)
    }

    /// Gives up a passkey, or the app, with a touch. Every other session of the officer ends.
    pub async fn give_up(
        &self,
        session: &str,
        means: &str,
        answer: TouchAnswer<'_>,
    ) -> Result<(), DeskError> {
        let officer = self.finish_touch(session, AccessAct::GiveUp(means).purpose(), answer).await?.officer;
        let own = self.store.passkeys(officer).await?;
        let passkey: Option<Digest> = own.iter().map(|own| own.id).find(|id| Hex(id).to_string() == means);
        let means = match passkey {
            Some(id) => OwnMeans::Passkey(id),
            None if means == APP => OwnMeans::Totp,
            None => return Err(DeskError::Refused(OfficerRefusal::Unknown)),
        };
        Ok(self.store.give_up_means(officer, means, session_digest(session)?).await??)
    }
}

fn session_digest(session: &str) -> Result<Digest, DeskError> {
    Ok(Token::parse(session).ok_or(DeskError::Unauthorized)?.digest())
}
