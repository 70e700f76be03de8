//! An officer's own access: another passkey beside the first, and giving one up. Each with a touch.

use std::time::Duration;

use clavero_protocol::{Hex, OfficerId, OfficerRefusal, Timestamp, Touch};
use clavero_store::{Digest, NewEnrolment, OfficerSession, OwnMeans};
use sha2::{Digest as _, Sha256};

use super::{DeskError, TouchError, ceremony::CEREMONY};
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

    /// What a touch for an act upon one's own access is bound to.
    #[must_use]
    pub fn own_purpose(act: &str, means: &str) -> [u8; 32] {
        Self::purpose_of(&["clavero-own-access", act, means])
    }

    /// What a touch is bound to: SHA-256 of parts led by their lengths, so that no two lists of parts read the same.
    pub(super) fn purpose_of(parts: &[&str]) -> [u8; 32] {
        let hash = parts.iter().fold(Sha256::new(), |hash, part| {
            hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part)
        });
        hash.finalize().into()
    }

    /// Whether a touch is this officer's, for this purpose, and fresh.
    pub(super) fn check_touch(
        &self,
        touch: Touch,
        officer: OfficerId,
        purpose: [u8; 32],
    ) -> Result<(), DeskError> {
        let fresh = self.store.now().saturating_since(touch.at) <= CEREMONY;
        if touch.officer == officer && touch.purpose == purpose && fresh {
            Ok(())
        } else {
            Err(DeskError::Touch(TouchError::Refused))
        }
    }

    /// Opens an enrolment address for the officer of a session; the answer is its token.
    pub async fn enrol_another(&self, session: &str, touch: Touch) -> Result<String, DeskError> {
        let officer = self.living_officer(session).await?.officer.id;
        self.check_touch(touch, officer, Self::own_purpose("add", ""))?;
        let token = Token::random();
        let enrolment = NewEnrolment { token: token.digest(), life: OWN_ENROLMENT };
        self.store.open_own_enrolment(officer, enrolment).await??;
        Ok(token.text())
    }

    /// The officer's sessions besides this one, the newest first.
    pub async fn other_officer_sessions(&self, session: &str) -> Result<Vec<OtherSession>, DeskError> {
        let (officer, token) = self.own(session).await?;
        let life = self.settings().desk.sessions;
        let all = self.store.other_officer_sessions(officer, token, life).await?;
        let view = |session: OfficerSession| OtherSession {
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
        };
        Ok(all.into_iter().map(view).collect())
    }

    /// Closes the officer's sessions besides this one.
    pub async fn close_other_officer_sessions(&self, session: &str, touch: Touch) -> Result<(), DeskError> {
        let (officer, token) = self.own(session).await?;
        self.check_touch(touch, officer, Self::own_purpose("close-sessions", ""))?;
        Ok(self.store.close_other_officer_sessions(officer, token).await?)
    }

    /// Who has a session, and its token's digest.
    async fn own(&self, session: &str) -> Result<(OfficerId, Digest), DeskError> {
        let officer = self.living_officer(session).await?.officer.id;
        let token = Token::parse(session).ok_or(DeskError::Touch(TouchError::Unauthorized))?.digest();
        Ok((officer, token))
    }

    /// Gives up a passkey, or the app. Every other session of the officer ends.
    pub async fn give_up(&self, session: &str, means: &str, touch: Touch) -> Result<(), DeskError> {
        let (officer, keep) = self.own(session).await?;
        self.check_touch(touch, officer, Self::own_purpose("give-up", means))?;
        let own = self.store.passkeys(officer).await?;
        let passkey: Option<Digest> = own.iter().map(|own| own.id).find(|id| Hex(id).to_string() == means);
        let means = match passkey {
            Some(id) => OwnMeans::Passkey(id),
            None if means == APP => OwnMeans::Totp,
            None => return Err(DeskError::Refused(OfficerRefusal::Unknown)),
        };
        Ok(self.store.give_up_means(officer, means, keep).await??)
    }
}
