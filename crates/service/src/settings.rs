//! What the operator decides, as the service needs it.

use std::time::Duration;

use clavero_protocol::{ForeignerRule, PasswordPolicy, Policy};
use clavero_store::SessionLife;
use url::Url;

use crate::{
    Hashing,
    desk::{Centre, EnablingDocument},
};

/// Limits by address, mailbox and account; zero turns one off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Recoveries started from one network in ten minutes.
    pub starts_per_address: u32,
    /// Failures from one network in ten minutes before proof of work is asked for.
    pub failures_before_proof: u32,
    /// Failures from one network in an hour.
    pub failures_per_address: u32,
    /// Failed sign-ins from one network in ten minutes.
    pub sign_in_failures_per_address: u32,
    /// Failed sign-ins of one employer in 24 hours, from devices that never signed in before.
    pub sign_in_failures_per_employer: u32,
    /// Codes to one mailbox in 24 hours, over all employers that share it.
    pub codes_per_mailbox_per_day: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            starts_per_address: 600,
            failures_before_proof: 10,
            failures_per_address: 300,
            sign_in_failures_per_address: 100,
            sign_in_failures_per_employer: 100,
            codes_per_mailbox_per_day: 40,
        }
    }
}

/// The officers' desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskSettings {
    /// How long an officer's session lasts.
    pub sessions: SessionLife,
    /// How long an enrolment address works.
    pub enrolment_life: Duration,
    /// The base of the service's own address; passkeys are bound to it.
    pub public_url: Option<Url>,
    /// What authenticators call the service.
    pub name: String,
    /// The demonstration's officers sign in by one click. Only the demonstration sets it.
    pub demonstration: bool,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            sessions: SessionLife { idle: Duration::from_mins(15), absolute: Duration::from_hours(8) },
            enrolment_life: Duration::from_hours(24),
            public_url: None,
            name: "Clavero".to_owned(),
            demonstration: false,
        }
    }
}

/// Everything that the service is told at its start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Lifetimes and budgets of a recovery.
    pub policy: Policy,
    /// Lengths of a key.
    pub password: PasswordPolicy,
    /// What a foreigner's code may look like.
    pub foreigner: ForeignerRule,
    /// Limits by address, mailbox and account.
    pub limits: Limits,
    /// How long sessions last.
    pub sessions: SessionLife,
    /// Where keys are hashed.
    pub hashing: Hashing,
    /// Where the tax authority is asked, if `policy.tax` wants it asked.
    pub tax_authority: Option<clavero_tax::Settings>,
    /// The service centres, in the order in which cases name them.
    pub centres: Vec<Centre>,
    /// What to bring to a desk.
    pub documents: Vec<EnablingDocument>,
    /// The institution's words, that no key may lean on.
    pub institution_words: Vec<String>,
    /// The officers' desk.
    pub desk: DeskSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            password: PasswordPolicy::default(),
            foreigner: ForeignerRule::default(),
            limits: Limits::default(),
            sessions: SessionLife { idle: Duration::from_mins(15), absolute: Duration::from_hours(12) },
            hashing: Hashing::default(),
            tax_authority: None,
            centres: Vec::new(),
            documents: Vec::new(),
            institution_words: Vec::new(),
            desk: DeskSettings::default(),
        }
    }
}
