//! What the tax authority answered, so that all nodes share it: the cache of the live query.

use std::time::Duration;

use async_trait::async_trait;
use clavero_protocol::{TaxState, Timestamp};

use crate::{Limit, StoreError};

/// What the authority said of a RUC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxAnswer {
    /// The state; [`TaxState::Unknown`] where it has no such RUC.
    pub state: TaxState,
    /// The authority's own word for it; empty where it has no such RUC.
    pub word: String,
    /// Since when, as it writes it; empty where it does not say.
    pub since: String,
}

/// Asks for leave to query the authority about one RUC.
#[derive(Debug, Clone)]
pub struct ClaimTax {
    /// The 13 digits as a number.
    pub ruc: i64,
    /// The moment of the answer that was found wanting; a later one needs no query any more.
    pub seen: Option<Timestamp>,
    /// What the query draws on.
    pub limits: Vec<Limit>,
    /// After this the query counts as lost, and another may begin.
    pub lease: Duration,
}

/// Whether the authority may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxClaim {
    /// Yes, and by nobody else until this is settled.
    Granted,
    /// Somebody is asking at this moment.
    InFlight,
    /// It has answered meanwhile.
    Answered,
    /// The last query failed a moment ago.
    Paused,
    /// A limit is spent.
    Limited,
}

/// How a query ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxOutcome {
    /// With an answer, which counts from now on.
    Answered(TaxAnswer),
    /// Without: what was known stays, and this RUC is not asked about for so long.
    Failed {
        /// How long.
        pause: Duration,
    },
}

/// The answers of the tax authority. They are read with the employer ([`crate::Employer::tax`]).
#[async_trait]
pub trait TaxAnswers {
    /// Takes up the query about a RUC, for one asker over all nodes. The limits are drawn on only where it is granted.
    async fn claim_tax(&self, claim: ClaimTax) -> Result<TaxClaim, StoreError>;

    /// Ends a query.
    async fn settle_tax(&self, ruc: i64, outcome: TaxOutcome) -> Result<(), StoreError>;
}
