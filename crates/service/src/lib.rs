//! What happens: recoveries, sessions, secrets, the outbox.
//!
//! [`Service`] is the one door for pages and API. It reads, asks the protocol, and writes through the store; it never
//! decides by itself what a recovery may do, and it has no sentence for people.

mod accounts;
pub mod audit;
mod brake;
mod breached;
mod budgets;
mod client;
pub mod desk;
mod errors;
mod even;
mod hasher;
mod held;
mod hotp;
mod identifiers;
mod keys;
mod links;
pub mod mail;
mod officers;
pub mod outbox;
mod phrase;
mod proof;
mod recoveries;
mod repeat;
mod reseal;
mod restore;
mod ring_file;
mod rows;
mod sealed;
mod secrets;
mod settings;
mod stamp;
mod tax;
mod views;
mod voucher;
mod way;

use std::sync::Arc;

use clavero_documents::{Press, PressSettings};
use clavero_passkeys::Passkeys;
use clavero_protocol::{BreachedPasswords, Policy, TaxSource};
use clavero_store::{Store, StoreError, Unready};

use brake::Brake;

pub use accounts::{SignIn, SignedIn};
pub use breached::{BreachFilter, BreachFilterError, BundledBreaches};
pub use client::Client;
pub use errors::{
    AccessError, ChangePasswordError, CurrentKeyError, LinkError, SetPasswordError, SignInError, StartError,
    StepError,
};
pub use hasher::{Busy, Cost, Hasher, Hashing, argon2, is_verifiable};
pub use held::{
    CaseHeld, CorrectionHeld, DocumentHeld, DossierHeld, EntryHeld, HeldView, KeyHeld, MailHeld, NotMeHeld,
    PersonHeld, RecoveryHeld, RegistryHeld, SessionHeld, StepHeld, TaxHeld,
};
pub use identifiers::{Field, Identifiers, RawIdentifiers};
pub use keys::{KeyRing, KeyRingError, RingKey};
pub use links::{KeySet, NewPassword, StrengthReport};
pub use officers::{
    AccessAct, Asked, DeskError, EnrolError, Enrolling, MeansView, NewStaff, OfficerAnswer,
    OfficerSessionView, OfficerSignInError, OfficerSignedIn, OfficerView, OtherSession, TouchAnswer,
    TouchError,
};
pub use phrase::suggest as suggest_phrase;
pub use proof::Challenge;
pub use recoveries::{StartRecovery, StartedRecovery};
pub use reseal::{ResealWatcher, ResealedIn, RetireError, UnderKey, reseal, retire, to_reseal, under_key};
pub use restore::{BroughtBack, ReplacedKey, RestoreError, bring_back, retire_keys};
pub use secrets::Token;
pub use settings::{DeskSettings, Limits, Settings};
pub use views::{
    CodeView, EmployerName, EmployerView, LinkMailView, LinkView, RecoveryView, SessionRow, SessionView,
};
pub use voucher::Voucher;

/// The service behind pages and API.
pub struct Service {
    store: Arc<dyn Store>,
    keys: Arc<KeyRing>,
    hasher: Hasher,
    breached: Box<dyn BreachedPasswords>,
    settings: Shared,
    epoch: u64,
    /// Officers' passkeys; none where the address has no domain name.
    passkeys: Option<Passkeys>,
    /// Where papers are set.
    press: Press,
    /// Whether the brake over all codes is on.
    brake: Brake,
    /// The tax authority; none where only its register is used.
    tax: Option<tax::Inquiries>,
}

/// The settings, with the policy where the store's transactions can hold it.
struct Shared {
    settings: Settings,
    policy: Arc<Policy>,
}

impl std::ops::Deref for Shared {
    type Target = Settings;
    fn deref(&self) -> &Settings {
        &self.settings
    }
}

impl Shared {
    fn policy_arc(&self) -> Arc<Policy> {
        Arc::clone(&self.policy)
    }
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The store says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database was used with another key ring.
    #[error(
        "the database belongs to another key ring; secrets.key_file must be the one that it was made with"
    )]
    ForeignKeyRing,
    /// The key ring is a copy from before a rotation.
    #[error("the key ring lacks the key {0}, under which the database was used")]
    OlderKeyRing(String),
    /// The database is a backup, or half of a copy.
    #[error("nothing may be served from this database yet")]
    Unready(Unready),
    /// The threads that set papers cannot be started.
    #[error("the press cannot be started: {0}")]
    Press(std::io::Error),
    /// The tax authority's address cannot be used.
    #[error("the tax authority cannot be asked: {0}")]
    Tax(#[from] clavero_tax::Unusable),
}

impl Service {
    /// Brings the parts together, and makes sure that the database and the key ring belong together.
    pub async fn start(
        store: Arc<dyn Store>,
        keys: Arc<KeyRing>,
        breached: Box<dyn BreachedPasswords>,
        settings: Settings,
    ) -> Result<Arc<Self>, ServiceError> {
        if store.key_ring_fingerprint(keys.fingerprint()).await? != keys.fingerprint() {
            return Err(ServiceError::ForeignKeyRing);
        }
        store.bind_rows(Arc::clone(&keys) as _);
        if let Some(unready) = store.unready().await? {
            return Err(ServiceError::Unready(unready));
        }
        if let Some(lacking) = store.active_key(keys.ids()).await? {
            return Err(ServiceError::OlderKeyRing(lacking));
        }
        if keys.is_due(store.now()) {
            tracing::warn!(key = keys.active(), "the active key of the ring is older than a year: rotate it");
        }
        let epoch = store.epoch().await?;
        let policy = Arc::new(settings.policy.clone());
        let desk = &settings.desk;
        let authority = settings.tax_authority.as_ref().filter(|_| policy.tax.source != TaxSource::Register);
        let tax =
            authority.map(|authority| tax::Inquiries::new(Arc::clone(&store), authority)).transpose()?;
        let passkeys = desk.public_url.as_ref().and_then(|url| Passkeys::new(url, &desk.name).ok());
        Ok(Arc::new(Self {
            hasher: Hasher::at(settings.hashing, Arc::clone(&keys)),
            store,
            keys,
            breached,
            settings: Shared { settings, policy },
            epoch,
            passkeys,
            press: Press::start(PressSettings::default()).map_err(ServiceError::Press)?,
            brake: Brake::default(),
            tax,
        }))
    }

    /// The settings it runs with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its store, for readiness and the operator's counts.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Its key ring, for sealing what an import brings.
    #[must_use]
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }

    fn budgets(&self) -> budgets::Budgets<'_> {
        budgets::Budgets { keys: &self.keys, settings: &self.settings }
    }

    /// The lane that decoys' mails wait in.
    fn decoy_lane(&self) -> i64 {
        let key = self.keys.budget("decoy-lane", &[]);
        i64::from_be_bytes([key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7]])
    }

    /// Forgets what has ended, a little at a time, for as long as the service lives.
    pub async fn sweep_forever(self: Arc<Self>) {
        const EVERY: std::time::Duration = std::time::Duration::from_mins(1);
        const ROWS: u32 = 1_000;
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let swept = self.store.sweep(self.settings.sessions, &self.settings.policy, ROWS).await;
            if let Err(error) = swept {
                errors::failed(&error);
            }
        }
    }
}
