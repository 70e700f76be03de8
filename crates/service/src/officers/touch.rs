//! A fresh proof for one decision: bound to exactly what is decided, good once and for two minutes.

use clavero_passkeys::Assertion;
use clavero_protocol::{OfficerId, Touch, TypedCode};
use clavero_store::{AuditEntry, Limit, OfficerProof, OfficerTouch, officer_acts, officer_entry};
use sha2::{Digest as _, Sha256};

use super::{
    TouchError,
    ceremony::{self, Purpose},
};
use crate::{AccessError, Service};

/// What comes with a decision's form. An empty text is none.
#[derive(Clone, Copy, Default)]
pub struct TouchAnswer<'a> {
    /// The ceremony's token.
    pub ceremony: &'a str,
    /// The browser's answer, as JSON.
    pub assertion: &'a str,
    /// An authenticator app's code, as typed.
    pub code: &'a str,
}

/// What an officer does about who gets in, to which a touch is bound. The text names an officer, or something that one proves
/// oneself by.
#[derive(Debug, Clone, Copy)]
pub enum AccessAct<'a> {
    /// Something more to prove oneself by.
    EnrolAnother,
    /// One thing less.
    GiveUp(&'a str),
    /// One's other sessions end.
    CloseSessions,
    /// A second admin lets an officer enrol.
    ConfirmEnrolment(&'a str),
    /// An admin takes an officer's access away.
    Disable(&'a str),
}

impl AccessAct<'_> {
    /// SHA-256 of the act's parts, each led by its length, so that no two acts read the same.
    #[must_use]
    pub fn purpose(self) -> [u8; 32] {
        let (act, of) = match self {
            Self::EnrolAnother => ("enrol-another", ""),
            Self::GiveUp(means) => ("give-up", means),
            Self::CloseSessions => ("close-sessions", ""),
            Self::ConfirmEnrolment(officer) => ("confirm-enrolment", officer),
            Self::Disable(officer) => ("disable", officer),
        };
        let hash = ["clavero-access", act, of].iter().fold(Sha256::new(), |hash, part| {
            hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part)
        });
        hash.finalize().into()
    }
}

fn entry(officer: OfficerId, purpose: [u8; 32]) -> AuditEntry {
    officer_entry(Some(officer), officer_acts::TOUCHED, officer).shown(purpose)
}

impl From<AccessError> for TouchError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Unauthorized | AccessError::NotFound => Self::Unauthorized,
            AccessError::Unavailable => Self::Unavailable,
        }
    }
}

impl Service {
    /// Begins to ask for a touch for `purpose` (SHA-256 of what is decided): the ceremony's token, and what the browser is
    /// given.
    pub async fn begin_touch(
        &self,
        session: &str,
        purpose: [u8; 32],
    ) -> Result<(String, String), TouchError> {
        let officer = self.living_officer(session).await?.officer;
        let passkeys = self.passkeys().ok_or(TouchError::NoPasskeys)?;
        let credentials = self.credentials(officer.id).await?;
        if credentials.is_empty() {
            return Err(TouchError::Refused);
        }
        let begun = passkeys.begin_authentication(&credentials).map_err(|_| TouchError::Unavailable)?;
        let purpose = Purpose::Decide { officer: officer.id.0, purpose };
        let ceremony = self.keep(purpose, &begun).await?;
        Ok((ceremony.ok_or(TouchError::Unavailable)?, begun.options))
    }

    /// The touch that came with a decision's form, for `purpose` as this side computes it from what is decided.
    pub async fn finish_touch(
        &self,
        session: &str,
        purpose: [u8; 32],
        answer: TouchAnswer<'_>,
    ) -> Result<Touch, TouchError> {
        let officer = self.living_officer(session).await?.officer;
        let (proof, clear) = if !answer.assertion.is_empty() {
            (self.touch_by_passkey(officer.id, purpose, answer).await?, Vec::new())
        } else if !answer.code.trim().is_empty() {
            let account = self.budgets().desk_codes(&officer.id.0, Some(b"touch"));
            let code = TypedCode::parse(answer.code, 6).map_err(|_| TouchError::Refused)?;
            self.count_code(&account, entry(officer.id, purpose)).await?;
            let Some(proof) = self.code_proof(&officer, &code) else {
                self.refuse(entry(officer.id, purpose), "code_refused").await;
                return Err(TouchError::Refused);
            };
            (proof, vec![account.key])
        } else {
            return Err(TouchError::Absent);
        };
        let touch = OfficerTouch { officer: officer.id, proof, purpose, clear };
        self.store.touch(touch).await?.map_err(|_| TouchError::Refused)
    }

    async fn count_code(&self, account: &Limit, entry: AuditEntry) -> Result<(), TouchError> {
        let attempt = AuditEntry { act: officer_acts::TOUCH_ATTEMPTED, ..entry };
        self.draw(vec![account.clone()], attempt).await.map_err(|retry| match retry {
            Some(retry_after) => TouchError::TooMany { retry_after },
            None => TouchError::Unavailable,
        })
    }

    async fn touch_by_passkey(
        &self,
        officer: OfficerId,
        purpose: [u8; 32],
        answer: TouchAnswer<'_>,
    ) -> Result<OfficerProof, TouchError> {
        let expected = Purpose::Decide { officer: officer.0, purpose };
        let refused = async |why| {
            self.refuse(entry(officer, purpose), why).await;
            Err(TouchError::Refused)
        };
        let Some((found, state)) = self.taken(answer.ceremony).await? else {
            return refused("ceremony_ended").await;
        };
        if found != expected {
            return refused("other_purpose").await;
        }
        let Ok(assertion) = Assertion::parse(answer.assertion) else { return refused("malformed").await };
        let stored = self.answering(&assertion).await?.filter(|stored| stored.officer == officer);
        let Some(stored) = stored else { return refused("passkey_unknown").await };
        match self.passkey_proof(&assertion, &state, &stored) {
            Ok(proof) => Ok(proof),
            Err(error) => refused(ceremony::word(error)).await,
        }
    }
}
