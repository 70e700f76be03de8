//! What is remembered between two steps with an authenticator: kept for minutes, taken out once, sealed.

use std::time::Duration;

use clavero_passkeys::{Assertion, Begun, PasskeyError, Passkeys};
use clavero_protocol::OfficerId;
use clavero_store::{AuditEntry, Digest, OfficerProof, StoreError, StoredPasskey};
use serde::{Deserialize, Serialize};

use super::passkey_id;
use crate::{Service, sealed::SealFor, secrets::Token};

/// How long a person may take with their authenticator. A touch for a decision is good for no longer either.
const CEREMONY: Duration = Duration::from_mins(2);

/// What a ceremony is for; one cannot stand for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// Registering a passkey with an enrolment address.
    Enrol { enrolment: Digest },
    /// Signing in.
    SignIn,
    /// One decision of one officer.
    Decide { officer: [u8; 16], purpose: [u8; 32] },
}

#[derive(Serialize, Deserialize)]
struct Kept {
    v: u8,
    purpose: Purpose,
    state: String,
}

const VERSION: u8 = 1;

impl Service {
    pub(super) fn passkeys(&self) -> Option<&Passkeys> {
        self.passkeys.as_ref()
    }

    /// Keeps a ceremony; answers the token that finishes it.
    pub(super) async fn keep(&self, purpose: Purpose, begun: &Begun) -> Result<Option<String>, StoreError> {
        let token = Token::random();
        let kept = Kept { v: VERSION, purpose, state: begun.state.clone() };
        let sealed = serde_json::to_vec(&kept)
            .ok()
            .and_then(|json| self.keys.seal(SealFor::OfficerCeremony, &token.digest(), &json));
        let Some(sealed) = sealed else { return Ok(None) };
        self.store.keep_ceremony(token.digest(), sealed, CEREMONY).await?;
        Ok(Some(token.text()))
    }

    /// Takes a ceremony out: what it was for, and its state.
    pub(super) async fn taken(&self, token: &str) -> Result<Option<(Purpose, String)>, StoreError> {
        let Some(token) = Token::parse(token) else { return Ok(None) };
        let Some(sealed) = self.store.take_ceremony(token.digest()).await? else { return Ok(None) };
        let kept = self
            .keys
            .open_sealed(SealFor::OfficerCeremony, &token.digest(), &sealed)
            .and_then(|json| serde_json::from_slice::<Kept>(&json).ok())
            .filter(|kept| kept.v == VERSION);
        Ok(kept.map(|kept| (kept.purpose, kept.state)))
    }

    /// The passkey that an answer says to come from.
    pub(super) async fn answering(&self, answer: &Assertion) -> Result<Option<StoredPasskey>, StoreError> {
        let found = self.store.passkey(passkey_id(answer.credential_id())).await?;
        // Authenticators may leave the user handle out, but where there is one it must be the owner's.
        let owned =
            |passkey: &StoredPasskey| answer.user_handle().is_none_or(|user| user == passkey.officer.0);
        Ok(found.filter(owned))
    }

    /// The proof that an answer is, if it holds.
    pub(super) fn passkey_proof(
        &self,
        answer: &Assertion,
        state: &str,
        stored: &StoredPasskey,
    ) -> Result<OfficerProof, PasskeyError> {
        let passkeys = self.passkeys().ok_or(PasskeyError::Failed)?;
        let passkey = self.open_passkey(stored).ok_or(PasskeyError::Corrupt)?;
        let kept = passkeys.finish_authentication(answer, state, &passkey).inspect_err(|error| {
            if *error == PasskeyError::Cloned {
                tracing::error!("a passkey's counter did not grow: there may be a copy of it");
                metrics::counter!("clavero_passkeys_cloned_total").increment(1);
            }
        })?;
        let kept = self.seal_passkey(stored.officer, &kept).ok_or(PasskeyError::Failed)?;
        Ok(OfficerProof::Passkey { id: stored.id, checked: stored.credential.clone(), kept })
    }

    /// The credentials by which an officer may answer.
    pub(super) async fn credentials(&self, of: OfficerId) -> Result<Vec<Vec<u8>>, StoreError> {
        let stored = self.store.passkeys(of).await?;
        Ok(stored.iter().filter_map(|stored| Some(self.open_passkey(stored)?.id().to_vec())).collect())
    }

    /// Writes a refusal into the audit log; a log that cannot be written is told, and the refusal stands.
    pub(super) async fn refuse(&self, entry: AuditEntry, why: &'static str) {
        if let Err(error) = self.store.note_refusal(entry.refused(why)).await {
            crate::errors::failed(&error);
        }
    }
}

/// The audit log's word for a ceremony that failed.
pub(super) const fn word(error: PasskeyError) -> &'static str {
    match error {
        PasskeyError::Malformed => "malformed",
        PasskeyError::Refused => "proof_refused",
        PasskeyError::Cloned => "passkey_cloned",
        PasskeyError::Corrupt => "passkey_unreadable",
        PasskeyError::Failed => "ceremony_failed",
    }
}
