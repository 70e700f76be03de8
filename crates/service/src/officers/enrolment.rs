//! Enrolling: an address that works once leads to a passkey, or to an authenticator app where none is possible.

use clavero_passkeys::{SECRET_BYTES, TotpSecret, User, qr_svg};
use clavero_protocol::OfficerId;
use clavero_store::{Digest, Enrolment, Means, Officer, officer_acts, officer_entry};

use super::{EnrolError, Enrolling, ceremony::Purpose, passkey_id};
use crate::{Client, Service, sealed::SealFor, secrets::Token};

impl Service {
    async fn enrolling(&self, token: &str) -> Result<(Digest, Enrolment, Officer), EnrolError> {
        let token = Token::parse(token).ok_or(EnrolError::Unknown)?.digest();
        let enrolment = self.store.enrolment(token).await?.ok_or(EnrolError::Unknown)?;
        if enrolment.used {
            return Err(EnrolError::Used);
        }
        if self.store.now() >= enrolment.expires_at {
            return Err(EnrolError::Expired);
        }
        let officer = self.store.officer(enrolment.officer).await?;
        let officer = self.standing(officer.as_ref()).cloned().ok_or(EnrolError::Unknown)?;
        Ok((token, enrolment, officer))
    }

    /// The secret that an enrolment address offers to an app: the same at each reading, so that a reload spoils nothing.
    fn offered(&self, enrolment: &Digest) -> TotpSecret {
        let bytes = self.keys.index("officer-totp-offer", &[enrolment]);
        let mut secret = [0; SECRET_BYTES];
        secret.copy_from_slice(&bytes[..SECRET_BYTES]);
        TotpSecret::from_bytes(secret)
    }

    /// Reads an enrolment address. Changes nothing. `qr_label` is what the QR code is called for those who do not see it.
    pub async fn read_enrolment(&self, token: &str, qr_label: &str) -> Result<Enrolling, EnrolError> {
        let (digest, enrolment, officer) = self.enrolling(token).await?;
        let (email, secret) = (self.officer_email(&officer), self.offered(&digest));
        let uri = secret.uri(&self.settings.desk.name, &email).ok_or(EnrolError::Unavailable)?;
        Ok(Enrolling {
            name: officer.name,
            role: officer.role,
            expires_at: enrolment.expires_at,
            passkeys: self.passkeys().is_some(),
            typed_secret: secret.typed(),
            qr: qr_svg(&uri, qr_label).ok_or(EnrolError::Unavailable)?,
            email,
        })
    }

    /// Begins to register a passkey: the ceremony's token, and what the browser is given.
    pub async fn begin_passkey(&self, token: &str, client: &Client) -> Result<(String, String), EnrolError> {
        let (enrolment, _, officer) = self.enrolling(token).await?;
        let passkeys = self.passkeys().ok_or(EnrolError::NoPasskeys)?;
        let entry = officer_entry(Some(officer.id), officer_acts::ENROLMENT_BEGUN, officer.id);
        self.draw_on_desk(client, entry).await.map_err(|retry_after| match retry_after {
            Some(retry_after) => EnrolError::TooMany { retry_after },
            None => EnrolError::Unavailable,
        })?;
        let registered = self.store.passkeys(officer.id).await?;
        let registered: Vec<_> = registered.iter().filter_map(|stored| self.open_passkey(stored)).collect();
        let email = self.officer_email(&officer);
        let user = User { id: officer.id.0, name: &email, display_name: &officer.name };
        let begun = passkeys.begin_registration(user, &registered).map_err(|_| EnrolError::Unavailable)?;
        let ceremony = self.keep(Purpose::Enrol { enrolment }, &begun).await?;
        Ok((ceremony.ok_or(EnrolError::Unavailable)?, begun.options))
    }

    /// Registers the passkey that the browser made, and uses the address up.
    pub async fn enrol_passkey(&self, token: &str, ceremony: &str, answer: &str) -> Result<(), EnrolError> {
        let (enrolment, _, officer) = self.enrolling(token).await?;
        let passkeys = self.passkeys().ok_or(EnrolError::NoPasskeys)?;
        let state = match self.taken(ceremony).await? {
            Some((Purpose::Enrol { enrolment: of }, state)) if of == enrolment => state,
            _ => return Err(EnrolError::Refused),
        };
        let passkey = passkeys.finish_registration(answer, &state).map_err(|_| EnrolError::Refused)?;
        let credential = self.seal_passkey(officer.id, &passkey).ok_or(EnrolError::Unavailable)?;
        let means = Means::Passkey { id: passkey_id(passkey.id()), credential };
        self.enrol(enrolment, means).await
    }

    /// Registers the authenticator app whose code was typed, and uses the address up.
    pub async fn enrol_totp(&self, token: &str, typed: &str) -> Result<(), EnrolError> {
        let (enrolment, _, officer) = self.enrolling(token).await?;
        let secret = self.offered(&enrolment);
        let typed = clavero_protocol::TypedCode::parse(typed, 6).map_err(|_| EnrolError::WrongCode)?;
        let step = secret.step(typed.as_str(), self.seconds(), None).ok_or(EnrolError::WrongCode)?;
        let means = self.totp_means(officer.id, &secret, step).ok_or(EnrolError::Unavailable)?;
        self.enrol(enrolment, means).await
    }

    pub(super) fn totp_means(&self, officer: OfficerId, secret: &TotpSecret, step: u64) -> Option<Means> {
        let secret = self.keys.seal(SealFor::OfficerTotp, &officer.0, secret.as_bytes())?;
        Some(Means::Totp { secret, step })
    }

    async fn enrol(&self, enrolment: Digest, means: Means) -> Result<(), EnrolError> {
        self.store.enrol(enrolment, means).await??;
        metrics::counter!("clavero_officers_enrolled_total").increment(1);
        Ok(())
    }
}
