//! What the institution decided: lifetimes and budgets of a recovery.

use std::time::Duration;

use crate::{TaxPolicy, case::CasePolicy};

/// What is answered when the three identifiers do not match the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// Say so, as the official procedure does.
    Say,
    /// Go on with a decoy that looks the same and sends nothing.
    Hide,
}

/// The rules of a recovery, as `[recovery]` of the configuration has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Validity of a code, from the moment the mail server accepted its mail.
    pub code_ttl: Duration,
    /// Validity of a link, from the moment the mail server accepted its mail.
    pub link_ttl: Duration,
    /// How long the new-key form may be sent after a link that was opened in time.
    pub form_ttl: Duration,
    /// How long a flow goes on without retyping the identifiers.
    pub flow_ttl: Duration,
    /// Digits of a code, 6 to 8 (RFC 4226 §5.3).
    pub code_digits: u8,
    /// Wrong codes allowed per code.
    pub code_attempts: u8,
    /// Codes sent per employer in [`Policy::window`].
    pub codes_per_window: u32,
    /// The short window of [`Policy::codes_per_window`].
    pub window: Duration,
    /// Codes sent per employer in 24 hours.
    pub codes_per_day: u32,
    /// Codes sent over all employers in 24 hours before proof of work is asked of everyone.
    pub codes_per_day_total: u32,
    /// Wait before another mail of the same kind may be asked for.
    pub resend_after: Duration,
    /// Links sent per flow.
    pub links_per_flow: u32,
    /// What is answered to data that do not match.
    pub mismatch: Mismatch,
    /// The rules of the assisted path.
    pub cases: CasePolicy,
    /// The rules about the tax authority's word.
    pub tax: TaxPolicy,
}

impl Default for Policy {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self {
            code_ttl: minutes(3),
            link_ttl: minutes(3),
            form_ttl: minutes(10),
            flow_ttl: minutes(30),
            code_digits: 6,
            code_attempts: 5,
            codes_per_window: 3,
            window: minutes(15),
            codes_per_day: 10,
            codes_per_day_total: 20_000,
            resend_after: Duration::from_secs(30),
            links_per_flow: 5,
            mismatch: Mismatch::Say,
            cases: CasePolicy::default(),
            tax: TaxPolicy::default(),
        }
    }
}

impl Policy {
    /// How long what a hand-over at the desk began may be finished.
    #[must_use]
    pub fn activation_ttl(&self) -> Duration {
        self.flow_ttl + self.form_ttl
    }

    /// The least life a mail must still have to be worth sending: a third of its validity. One that would end
    /// sooner than that reaches the reader dead.
    #[must_use]
    pub fn least_useful(&self, ttl: Duration) -> Duration {
        ttl / 3
    }
}
