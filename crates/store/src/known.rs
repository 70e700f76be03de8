//! All that is held of one employer, for whoever has to tell them; and the end of employers.

use async_trait::async_trait;
use clavero_protocol::{CaseId, EmployerKey, Policy, TaxState, Timestamp};

use crate::{CaseRecord, Employer, MailKind, RecoveryRecord, SealedEmail, Session, StoreError};

/// What the tables hold of an employer, but for the log. Ended rows that no sweep has taken yet are among them.
#[derive(Clone, Default)]
pub struct Holding {
    /// The registry's row with the key.
    pub employer: Option<Employer>,
    /// Whether the key came with an import.
    pub key_imported: bool,
    /// What a case changed in the registry.
    pub correction: Option<Correction>,
    /// Sessions, the newest first.
    pub sessions: Vec<Session>,
    /// When each known device last signed in.
    pub devices: Vec<Timestamp>,
    /// "No fui yo" links.
    pub repudiations: Vec<HeldRepudiation>,
    /// Recoveries, the oldest first.
    pub recoveries: Vec<RecoveryRecord>,
    /// Cases, the newest first, each with the mailbox that was on record when it was approved.
    pub cases: Vec<(CaseRecord, Option<SealedEmail>)>,
    /// Mails that wait.
    pub mails: Vec<(MailKind, Timestamp)>,
    /// Its RUC in the tax register, which has every RUC there is.
    pub register: Option<HeldTax>,
    /// The tax authority's last answer about its RUC.
    pub answer: Option<HeldTax>,
}

impl Holding {
    /// Whether any of it is there because of this employer.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let rows = [
            self.sessions.len(),
            self.devices.len(),
            self.repudiations.len(),
            self.recoveries.len(),
            self.cases.len(),
            self.mails.len(),
        ];
        self.employer.is_some() || self.correction.is_some() || rows.iter().any(|rows| *rows > 0)
    }
}

/// What a case changed in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Which case.
    pub case: CaseId,
    /// When.
    pub at: Timestamp,
    /// Whether the mailbox is the case's.
    pub email_changed: bool,
    /// The representative of before, where that was changed.
    pub representative_before: Option<String>,
}

/// A "no fui yo" link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRepudiation {
    /// When its notice was made.
    pub created_at: Timestamp,
    /// When the key was set that it speaks of.
    pub key_set_at: Timestamp,
    /// Whether it was used.
    pub used: bool,
}

/// What is known of a RUC from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTax {
    /// The state.
    pub state: TaxState,
    /// The source's own word for it.
    pub word: String,
    /// Since when, as the source writes it.
    pub since: String,
    /// When it was said, or taken into use.
    pub at: Option<Timestamp>,
}

/// What a removal does, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removal {
    /// Those who go.
    pub gone: Vec<EmployerKey>,
    /// Those who stay: a case of theirs has neither ended nor been handed over.
    pub staying: Vec<EmployerKey>,
    /// How many are not in the registry.
    pub unknown: u64,
}

/// What is held of an employer, and its end.
#[async_trait]
pub trait KnownEmployers: Send + Sync {
    /// All that the tables hold of an employer, of one moment.
    async fn holding(&self, employer: &EmployerKey) -> Result<Holding, StoreError>;

    /// What [`KnownEmployers::remove_employers`] would do. Changes nothing.
    async fn review_removal(
        &self,
        employers: Vec<EmployerKey>,
        policy: &Policy,
    ) -> Result<Removal, StoreError>;

    /// Removes employers, all in one transaction: registry row, key, corrections, sessions, devices, "no fui yo" links, waiting
    /// mails, links. Their recoveries and what was handed over to them end. What has ended, and the log, stay for their own terms.
    async fn remove_employers(
        &self,
        employers: Vec<EmployerKey>,
        policy: &Policy,
    ) -> Result<Removal, StoreError>;
}
