//! The voucher of who reads the mailbox: a browser that has it draws on codes of its own, and tries keys of its own, when strangers
//! have spent those that anybody can ask for.
//!
//! It goes with the code after which no other can be asked for, and with a key that was set by its link. Nothing is stored of it and
//! nothing uses it up, so that a scanner which opens every link takes nothing away: what it opens is counted, by employer.

use std::time::Duration;

use clavero_protocol::Timestamp;
use clavero_store::{Employer, StoreError};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{Client, Service, errors::failed, stamp};

/// As long as what strangers spend stays spent.
const LIFE: Duration = Duration::from_hours(24);

const PURPOSE: &str = "voucher";

/// A fresh voucher.
pub struct Voucher {
    /// What the browser keeps.
    pub text: Zeroizing<String>,
    /// Until when it is one.
    pub ends_at: Timestamp,
}

impl Service {
    /// A voucher for whoever reads the employer's mailbox: another mailbox on record, and it is none.
    pub(crate) fn voucher(&self, employer: &Employer) -> Option<Voucher> {
        let of = subject(employer)?;
        let ends_at = self.store.now() + LIFE;
        let text = self.keys.stamp(PURPOSE, &[&of.0, &of.1], ends_at);
        Some(Voucher { text: Zeroizing::new(text), ends_at })
    }

    /// The same where nobody could ask for another code at this moment without it.
    pub(crate) async fn voucher_with_code(&self, employer: &Employer) -> Option<Voucher> {
        match self.has_codes_left(employer).await {
            Ok(true) => None,
            Ok(false) => self.voucher(employer),
            Err(error) => {
                failed(&error);
                None
            }
        }
    }

    /// Until when a text says to be a voucher, before anybody said of which employer; `None` where it is none, or was one.
    #[must_use]
    pub fn voucher_ends_at(&self, text: &str) -> Option<Timestamp> {
        let now = self.store.now();
        stamp::claimed(text).filter(|ends_at| now < *ends_at && *ends_at <= now + LIFE)
    }

    /// What a request's voucher is told apart by, where it is one of this employer's mailbox.
    pub(crate) fn voucher_of(&self, employer: &Employer, client: &Client) -> Option<[u8; 32]> {
        let (text, of) = (client.voucher.as_deref()?, subject(employer)?);
        let ends_at = self.keys.stamped(PURPOSE, &[&of.0, &of.1], text)?;
        (self.store.now() < ends_at).then(|| Sha256::digest(text).into())
    }

    /// Whether anybody can ask for a code to this employer at this moment.
    pub(crate) async fn has_codes_left(&self, employer: &Employer) -> Result<bool, StoreError> {
        let room = self.store.peek(self.budgets().usual_codes(employer)).await?;
        Ok(room.iter().all(Result::is_ok))
    }
}

/// The employer, and the mailbox that it has.
fn subject(employer: &Employer) -> Option<([u8; 8], [u8; 16])> {
    let record = &employer.record;
    Some((record.key.as_i64().to_be_bytes(), record.email.as_ref()?.index))
}
