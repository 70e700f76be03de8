//! What the operator decides, as the service needs it.

use std::time::Duration;

use clavero_protocol::{ForeignerRule, PasswordPolicy, Policy};
use clavero_store::SessionLife;

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
    /// Whether a RUC that the tax register does not know goes online.
    pub unknown_ruc_goes_online: bool,
    /// The institution's words, that no key may lean on.
    pub institution_words: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            password: PasswordPolicy::default(),
            foreigner: ForeignerRule::default(),
            limits: Limits::default(),
            sessions: SessionLife { idle: Duration::from_mins(15), absolute: Duration::from_hours(12) },
            unknown_ruc_goes_online: true,
            institution_words: Vec::new(),
        }
    }
}
