//! What is known of a RUC at the tax authority, how old that is, and when the authority has to be asked.
//!
//! | last known | its age | Validar | the authority does not answer |
//! |---|---|---|---|
//! | active | below half of `max_age`, at most a day | goes on at once | – |
//! | active | below `max_age` | goes on at once; asked afterwards | goes on |
//! | active | `max_age` or more | asks first | not confirmed |
//! | suspended, closed, another word; from the authority | below `recheck_after` | in person | – |
//! | suspended, closed, another word; from the authority | `recheck_after` or more | asks first | in person |
//! | suspended, closed, another word; from the register | any | asks first | in person |
//! | no such RUC | below `recheck_after` | as `unknown_goes_online` says | – |
//! | no such RUC | `recheck_after` or more | asks first | as `unknown_goes_online` says |
//! | nothing | – | asks first | not confirmed |
//!
//! "Not confirmed" goes where `unknown_goes_online` sends a RUC that the source does not know. A state that speaks against
//! the employer never lapses: an outage, or whoever brings one about, opens nothing that was closed. From the register
//! alone ([`TaxSource::Register`]) nobody is asked, and its word stands at any age.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::Timestamp;

const DAY: Duration = Duration::from_hours(24);

/// The RUC's state at the tax authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaxState {
    /// `ACTIVO`.
    Active,
    /// `SUSPENDIDO`.
    Suspended,
    /// `PASIVO`.
    Closed,
    /// A word that this version does not know: a person has to look at it.
    Other,
    /// The source has no such RUC.
    Unknown,
    /// Nothing recent enough is known, and the authority did not say.
    Unconfirmed,
}

impl TaxState {
    /// The state of the authority's word (`ESTADO_CONTRIBUYENTE`), whatever its case.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word.trim().to_uppercase().as_str() {
            "ACTIVO" => Self::Active,
            "SUSPENDIDO" => Self::Suspended,
            "PASIVO" => Self::Closed,
            _ => Self::Other,
        }
    }

    /// Whether the authority's word sends the employer in person.
    #[must_use]
    pub const fn speaks_against(self) -> bool {
        matches!(self, Self::Suspended | Self::Closed | Self::Other)
    }
}

/// Whose word counts: `sri.source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaxSource {
    /// The imported register's, at any age.
    Register,
    /// The authority's own answers.
    Live,
    /// The authority's answer while it is younger than `max_age`; before and after that the newer of both. The register
    /// alone sends nobody in person: nobody knows how old its file was when it was imported.
    Both,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaxOrigin {
    /// The imported register.
    Register,
    /// The authority's answer to a query.
    Authority,
}

/// A state with its source and moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxWord {
    /// The state.
    pub state: TaxState,
    /// Since when the RUC has it, as the source writes it; empty where it does not say.
    pub since: String,
    /// Who said it.
    pub origin: TaxOrigin,
    /// When: of the answer, or of the register's import. `None` for a register that was imported before this was noted.
    pub at: Option<Timestamp>,
}

impl TaxWord {
    fn age(&self, now: Timestamp) -> Duration {
        self.at.map_or(Duration::MAX, |at| now.saturating_since(at))
    }
}

/// All that is known of a RUC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxRecord {
    /// The register's row.
    pub register: Option<TaxWord>,
    /// The authority's latest answer.
    pub answer: Option<TaxWord>,
}

/// Whether the authority has to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inquiry {
    /// What is known will do.
    Needless,
    /// What is known will do for now; it is time to ask, without anybody waiting for it.
    Afterwards,
    /// Before the employer is told anything.
    First,
}

/// The rules about what is known, as `[sri]` of the configuration has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxPolicy {
    /// Whose word counts.
    pub source: TaxSource,
    /// How long an active state counts.
    pub max_age: Duration,
    /// How long an answer that sends somebody in person counts before the authority is asked again.
    pub recheck_after: Duration,
    /// Whether a RUC that the source does not know, or whose state cannot be confirmed, goes online.
    pub unknown_goes_online: bool,
}

impl Default for TaxPolicy {
    fn default() -> Self {
        Self {
            source: TaxSource::Register,
            max_age: 7 * DAY,
            recheck_after: Duration::from_hours(1),
            unknown_goes_online: true,
        }
    }
}

impl TaxPolicy {
    /// The last known word, of whatever age.
    #[must_use]
    pub fn last<'a>(&self, record: &'a TaxRecord, now: Timestamp) -> Option<&'a TaxWord> {
        let (register, answer) = (record.register.as_ref(), record.answer.as_ref());
        match self.source {
            TaxSource::Register => register,
            TaxSource::Live => answer,
            TaxSource::Both => match (register, answer) {
                (Some(row), Some(said)) => {
                    let counts = said.age(now) < self.max_age || said.at >= row.at;
                    // "No such RUC" says nothing against a row that the register has.
                    Some(if counts && said.state != TaxState::Unknown { said } else { row })
                }
                (row, said) => said.or(row),
            },
        }
    }

    /// What is gone by when the authority is not asked, or does not answer.
    #[must_use]
    pub fn settled(&self, record: &TaxRecord, now: Timestamp) -> TaxState {
        match self.last(record, now) {
            None if self.source == TaxSource::Register => TaxState::Unknown,
            None => TaxState::Unconfirmed,
            Some(word) if word.state == TaxState::Active && !self.counts(word, now) => TaxState::Unconfirmed,
            Some(word) => word.state,
        }
    }

    /// Whether, and when, the authority is asked. It never is when it has answered within `recheck_after`.
    #[must_use]
    pub fn inquiry(&self, record: &TaxRecord, now: Timestamp) -> Inquiry {
        let asked = record.answer.as_ref().is_some_and(|said| said.age(now) < self.recheck_after);
        if asked || self.source == TaxSource::Register {
            return Inquiry::Needless;
        }
        match self.last(record, now) {
            Some(word) if word.state == TaxState::Active && self.counts(word, now) => {
                let is_fresh = word.age(now) < DAY.min(self.max_age / 2);
                if is_fresh { Inquiry::Needless } else { Inquiry::Afterwards }
            }
            _ => Inquiry::First,
        }
    }

    fn counts(&self, word: &TaxWord, now: Timestamp) -> bool {
        self.source == TaxSource::Register || word.age(now) < self.max_age
    }
}
