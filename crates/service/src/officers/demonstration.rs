//! The demonstration's officers: one click is one of them. Every door here is shut unless the demonstration opened it.

use clavero_passkeys::TotpSecret;
use clavero_protocol::EmailAddress;
use clavero_store::{Inviter, NewEnrolment, OfficerProof};

use super::{OfficerSignInError, OfficerSignedIn, OfficerView, staff::NewStaff};
use crate::{AccessError, Service, secrets::random};

impl Service {
    /// Brings the demonstration's officers in, each with an app that nobody needs. Does nothing anywhere else.
    pub async fn seed_demonstration(&self, officers: &[NewStaff<'_>]) -> Result<(), AccessError> {
        if !self.settings.desk.demonstration {
            return Err(AccessError::Unauthorized);
        }
        for staff in officers {
            let officer = self.newcomer(*staff).map_err(|_| AccessError::NotFound)?;
            let id = officer.id;
            let token: [u8; 32] = random();
            let enrolment = NewEnrolment { token, life: self.settings.desk.enrolment_life };
            let secret = TotpSecret::from_bytes(random());
            let means = self.totp_means(id, &secret, 0).ok_or(AccessError::Unavailable)?;
            let added = self.store.add_officer(officer, Inviter::Operator(enrolment)).await?;
            added.map_err(|_| AccessError::Unavailable)?;
            self.store.enrol(token, means).await?.map_err(|_| AccessError::Unavailable)?;
        }
        Ok(())
    }

    /// The officers whom the demonstration lets one be. None anywhere else.
    pub async fn demonstration_officers(&self) -> Vec<OfficerView> {
        if !self.settings.desk.demonstration {
            return Vec::new();
        }
        let mut all = self.list_officers().await.unwrap_or_default();
        all.retain(|officer| officer.active && (officer.totp || officer.passkeys > 0));
        all.sort_by(|one, other| (one.role, &one.name).cmp(&(other.role, &other.name)));
        all
    }

    /// The demonstration's one click. Refused anywhere else.
    pub async fn demonstration_sign_in(&self, email: &str) -> Result<OfficerSignedIn, OfficerSignInError> {
        let email = EmailAddress::parse(email).ok().filter(|_| self.settings.desk.demonstration);
        let email = email.ok_or(OfficerSignInError::Refused)?;
        let officer = self.store.officer_by_email(self.officer_index(&email)).await?;
        self.open(officer.as_ref(), OfficerProof::Demonstration, Vec::new(), Vec::new()).await
    }

    /// The code that the demonstration shows beside a decision, as the officer's app would. None anywhere else.
    pub async fn demonstration_code(&self, token: &str) -> Option<String> {
        if !self.settings.desk.demonstration {
            return None;
        }
        let officer = self.living_officer(token).await.ok()?.officer;
        let secret = self.open_totp(&officer)?;
        let present = self.seconds() / clavero_passkeys::STEP_SECONDS;
        // The next one where the present one was taken: one step ahead is accepted.
        let step = officer.totp_step.map_or(present, |used| present.max(used + 1));
        Some(secret.code(step * clavero_passkeys::STEP_SECONDS)?.to_string())
    }
}
