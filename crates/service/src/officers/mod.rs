//! The officers of the desk: how they are brought in, how they prove who they are, and their sessions.
//!
//! A passkey (or an authenticator app's code, where no passkey is possible) opens a session and, again, each decision. An
//! officer never has a password, and no admin alone lets anybody in.

mod ceremony;
mod demonstration;
mod device;
mod enrolment;
mod errors;
mod own;
mod sign_in;
mod staff;
mod touch;
mod views;

use clavero_passkeys::{Passkey, TotpSecret};
use clavero_protocol::{EmailAddress, OfficerId};
use clavero_store::{Digest, Officer, StoredPasskey};
use sha2::{Digest as _, Sha256};

use crate::{Service, sealed::SealFor};

pub use errors::{DeskError, EnrolError, OfficerSignInError, TouchError};
pub use own::{MeansView, OtherSession};
pub use sign_in::{OfficerAnswer, OfficerSignedIn};
pub use staff::NewStaff;
pub use touch::{AccessAct, TouchAnswer};
pub use views::{Asked, Enrolling, OfficerSessionView, OfficerView};

/// Names a passkey's row.
fn passkey_id(credential: &[u8]) -> Digest {
    Sha256::digest(credential).into()
}

impl Service {
    /// The name by which an officer is found. Letters in capitals or not: nobody shall fail on that.
    fn officer_index(&self, email: &EmailAddress) -> [u8; 16] {
        let name = self.keys.index("officer-email-index", &[email.as_str().to_lowercase().as_bytes()]);
        let mut index = [0; 16];
        index.copy_from_slice(&name[..16]);
        index
    }

    fn officer_email(&self, officer: &Officer) -> String {
        let text = self.keys.open_sealed(SealFor::OfficerEmail, &officer.id.0, &officer.email);
        text.and_then(|text| String::from_utf8(text.to_vec()).ok()).unwrap_or_default()
    }

    /// Binds a role to its officer, so that a row that was changed in the database acts in no role.
    fn officer_mac(&self, id: OfficerId, role: clavero_protocol::Role) -> [u8; 32] {
        self.keys.index("officer-role", &[&id.0, role.as_str().as_bytes()])
    }

    /// An officer who may act: active, in the role that was given to them here.
    fn standing<'a>(&self, officer: Option<&'a Officer>) -> Option<&'a Officer> {
        let officer = officer.filter(|officer| officer.active)?;
        let genuine = subtle::ConstantTimeEq::ct_eq(
            officer.mac.as_slice(),
            self.officer_mac(officer.id, officer.role).as_slice(),
        );
        if !bool::from(genuine) {
            tracing::error!("a stored officer is not one that this ring made; no access is given");
            metrics::counter!("clavero_officers_forged_total").increment(1);
            return None;
        }
        Some(officer)
    }

    fn open_passkey(&self, stored: &StoredPasskey) -> Option<Passkey> {
        let json = self.keys.open_sealed(SealFor::OfficerPasskey, &stored.officer.0, &stored.credential)?;
        Passkey::from_json(std::str::from_utf8(&json).ok()?).ok()
    }

    fn seal_passkey(&self, officer: OfficerId, passkey: &Passkey) -> Option<Vec<u8>> {
        self.keys.seal(SealFor::OfficerPasskey, &officer.0, passkey.to_json().ok()?.as_bytes())
    }

    fn open_totp(&self, officer: &Officer) -> Option<TotpSecret> {
        let bytes = self.keys.open_sealed(SealFor::OfficerTotp, &officer.id.0, officer.totp.as_deref()?)?;
        Some(TotpSecret::from_bytes(bytes.as_slice().try_into().ok()?))
    }

    fn seconds(&self) -> u64 {
        self.store.now().as_micros().unsigned_abs() / 1_000_000
    }
}
