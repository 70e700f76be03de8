//! Signing in at the desk, and the session: short, renewed at each sign-in, ended by idleness, age or hand.

use std::time::Duration;

use clavero_passkeys::Assertion;
use clavero_protocol::{EmailAddress, OfficerId, TypedCode};
use clavero_store::{
    Actor, AuditEntry, Denied, Limit, Officer, OfficerProof, OfficerSession, OfficerSignIn, officer_acts,
    officer_entry,
};

use super::{
    OfficerSessionView, OfficerSignInError,
    ceremony::{self, Purpose},
};
use crate::{AccessError, Client, Service, secrets::Token};

/// By what an officer signs in.
#[derive(Clone, Copy)]
pub enum OfficerAnswer<'a> {
    /// A passkey's answer to a ceremony.
    Passkey {
        /// The ceremony's token.
        ceremony: &'a str,
        /// The browser's answer, as JSON.
        answer: &'a str,
    },
    /// An authenticator app's code.
    Code {
        /// Whose.
        email: &'a str,
        /// As typed.
        code: &'a str,
        /// The mark of this device, where it has one.
        device: Option<&'a str>,
    },
}

/// An officer's open session.
#[derive(Debug, Clone)]
pub struct OfficerSignedIn {
    /// What carries the session.
    pub token: String,
    /// What tells this device from a stranger's the next time.
    pub device: String,
    /// The session.
    pub session: OfficerSessionView,
}

const ATTEMPT: AuditEntry = AuditEntry::done(Actor::Visitor, officer_acts::SIGN_IN_ATTEMPTED);

impl Service {
    /// Whether officers may use passkeys at this address, and the domain that theirs are bound to.
    #[must_use]
    pub fn passkey_domain(&self) -> Option<&str> {
        self.passkeys().map(clavero_passkeys::Passkeys::id)
    }

    /// Begins to sign in with a passkey: the ceremony's token, and what the browser is given. With an address, only that
    /// officer's passkeys answer; an address that nobody has is answered alike.
    pub async fn begin_officer_sign_in(
        &self,
        email: &str,
        client: &Client,
    ) -> Result<(String, String), OfficerSignInError> {
        let passkeys = self.passkeys().ok_or(OfficerSignInError::NoPasskeys)?;
        self.draw_on_desk(client, ATTEMPT).await.map_err(|retry_after| match retry_after {
            Some(retry_after) => OfficerSignInError::TooMany { retry_after },
            None => OfficerSignInError::Unavailable,
        })?;
        let allowed = match EmailAddress::parse(email.trim()) {
            Ok(email) => self.allowed(&email).await?,
            Err(_) => Vec::new(),
        };
        let begun = passkeys.begin_authentication(&allowed).map_err(|_| OfficerSignInError::Unavailable)?;
        let ceremony = self.keep(Purpose::SignIn, &begun).await?;
        Ok((ceremony.ok_or(OfficerSignInError::Unavailable)?, begun.options))
    }

    async fn allowed(&self, email: &EmailAddress) -> Result<Vec<Vec<u8>>, OfficerSignInError> {
        let index = self.officer_index(email);
        let officer = self.store.officer_by_email(index).await?;
        let known = match self.standing(officer.as_ref()) {
            Some(officer) => self.credentials(officer.id).await?,
            None => Vec::new(),
        };
        // One that no authenticator has, and the same each time: nobody learns who works here.
        let decoy = || vec![self.keys.index("officer-decoy", &[&index]).to_vec()];
        Ok(if known.is_empty() { decoy() } else { known })
    }

    /// Draws on what one network may begin at the desk. The error is when to come back, or none where that is unknown.
    pub(super) async fn draw_on_desk(
        &self,
        client: &Client,
        entry: AuditEntry,
    ) -> Result<(), Option<Duration>> {
        self.draw(vec![self.budgets().desk_of_network(client)], entry).await
    }

    pub(super) async fn draw(&self, limits: Vec<Limit>, entry: AuditEntry) -> Result<(), Option<Duration>> {
        let now = self.store.now();
        match self.store.take(limits, None, entry).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Denied::Exceeded { exceeded, .. })) => Err(Some(exceeded.retry_at.saturating_since(now))),
            Ok(Err(Denied::SpentProof)) => Err(None),
            Err(error) => {
                crate::errors::failed(&error);
                Err(None)
            }
        }
    }

    /// Signs an officer in. One answer for every failure; a code is counted before it is compared.
    pub async fn officer_sign_in(
        &self,
        answer: OfficerAnswer<'_>,
        client: &Client,
    ) -> Result<OfficerSignedIn, OfficerSignInError> {
        let outcome = match answer {
            OfficerAnswer::Passkey { ceremony, answer } => {
                self.sign_in_by_passkey(ceremony, answer, client).await
            }
            OfficerAnswer::Code { email, code, device } => {
                self.sign_in_by_code((email, code), device, client).await
            }
        };
        let word = if outcome.is_ok() { "opened" } else { "refused" };
        metrics::counter!("clavero_officer_sign_ins_total", "outcome" => word).increment(1);
        outcome
    }

    async fn sign_in_by_passkey(
        &self,
        ceremony: &str,
        answer: &str,
        client: &Client,
    ) -> Result<OfficerSignedIn, OfficerSignInError> {
        let refused = Err(OfficerSignInError::Refused);
        let Some((Purpose::SignIn, state)) = self.taken(ceremony).await? else {
            self.refuse(ATTEMPT, "ceremony_ended").await;
            return refused;
        };
        let Ok(answer) = Assertion::parse(answer) else {
            self.refuse(ATTEMPT, "malformed").await;
            return refused;
        };
        let Some(stored) = self.answering(&answer).await? else {
            self.refuse(ATTEMPT, "passkey_unknown").await;
            return refused;
        };
        let proof = match self.passkey_proof(&answer, &state, &stored) {
            Ok(proof) => proof,
            Err(error) => {
                self.refuse(ATTEMPT.upon(stored.officer), ceremony::word(error)).await;
                return refused;
            }
        };
        let officer = self.store.officer(stored.officer).await?;
        let give_back = vec![self.budgets().desk_of_network(client)];
        self.open(officer.as_ref(), proof, Vec::new(), give_back).await
    }

    async fn sign_in_by_code(
        &self,
        (email, code): (&str, &str),
        device: Option<&str>,
        client: &Client,
    ) -> Result<OfficerSignedIn, OfficerSignInError> {
        let email = EmailAddress::parse(email.trim()).map_err(|_| OfficerSignInError::Refused)?;
        let code = TypedCode::parse(code, 6).map_err(|_| OfficerSignInError::Refused)?;
        let index = self.officer_index(&email);
        let officer = self.store.officer_by_email(index).await?;
        let known = officer.as_ref().and_then(|officer| self.marked_device(officer.id, device));
        let network = self.budgets().desk_of_network(client);
        let account = self.budgets().desk_codes(&index, known.as_ref().map(<[u8; 16]>::as_slice));
        let attempt = officer.as_ref().map_or(ATTEMPT, |officer| ATTEMPT.upon(officer.id));
        self.draw(vec![network.clone(), account.clone()], attempt.clone()).await.map_err(
            |retry| match retry {
                Some(retry_after) => OfficerSignInError::TooMany { retry_after },
                None => OfficerSignInError::Unavailable,
            },
        )?;
        let Some(proof) = officer.as_ref().and_then(|officer| self.code_proof(officer, &code)) else {
            self.refuse(attempt, "code_refused").await;
            return Err(OfficerSignInError::Refused);
        };
        self.open(officer.as_ref(), proof, vec![account], vec![network]).await
    }

    /// The proof that a code is, if it is the officer's and was not taken before.
    pub(super) fn code_proof(&self, officer: &Officer, code: &TypedCode) -> Option<OfficerProof> {
        let secret = self.open_totp(officer)?;
        let step = secret.step(code.as_str(), self.seconds(), officer.totp_step)?;
        Some(OfficerProof::Totp { step })
    }

    pub(super) async fn open(
        &self,
        officer: Option<&Officer>,
        proof: OfficerProof,
        clear: Vec<Limit>,
        give_back: Vec<Limit>,
    ) -> Result<OfficerSignedIn, OfficerSignInError> {
        let officer = self.standing(officer).ok_or(OfficerSignInError::Refused)?.id;
        let token = Token::random();
        let clear = clear.into_iter().map(|limit| limit.key).collect();
        let sign_in = OfficerSignIn { officer, proof, token: token.digest(), clear, give_back };
        let opened = self.store.open_officer_session(sign_in).await?;
        let session = opened.map_err(|_| OfficerSignInError::Refused)?;
        Ok(OfficerSignedIn {
            token: token.text(),
            device: self.mark_device(officer),
            session: self.officer_session_view(&session),
        })
    }

    fn officer_session_view(&self, session: &OfficerSession) -> OfficerSessionView {
        let life = self.settings.desk.sessions;
        OfficerSessionView {
            officer: session.officer.id,
            name: session.officer.name.clone(),
            role: session.officer.role,
            has_passkey: session.officer.passkeys > 0,
            has_totp: session.officer.totp.is_some(),
            expires_at: session.ends_at(life),
            ends_at: session.created_at + life.absolute,
        }
    }

    /// The living session of a token, with the officer's row.
    pub(super) async fn living_officer(&self, token: &str) -> Result<OfficerSession, AccessError> {
        let token = Token::parse(token).ok_or(AccessError::Unauthorized)?;
        let session = self.store.officer_session(token.digest(), self.settings.desk.sessions).await?;
        session
            .filter(|session| self.standing(Some(&session.officer)).is_some())
            .ok_or(AccessError::Unauthorized)
    }

    /// The session of a token.
    pub async fn officer_session(&self, token: &str) -> Result<OfficerSessionView, AccessError> {
        Ok(self.officer_session_view(&self.living_officer(token).await?))
    }

    /// Closes the session of a token.
    pub async fn officer_sign_out(&self, token: &str) -> Result<(), AccessError> {
        let token = Token::parse(token).ok_or(AccessError::Unauthorized)?;
        Ok(self.store.close_officer_session(token.digest()).await?)
    }

    /// Writes down that an officer was turned away from what their role does not have.
    pub async fn turn_officer_away(&self, officer: OfficerId) {
        self.refuse(officer_entry(Some(officer), officer_acts::TURNED_AWAY, officer), "not_allowed").await;
    }
}
