//! Asks the tax authority's query service for the state of a RUC.
//!
//! [`Authority`] is the whole of it: one query a call, within one time-out, a bounded number at once, behind a circuit
//! breaker. An answer is read strictly, and whatever is none is a [`Fault`]: it tells nothing of the RUC. What was answered
//! before, who may ask, and what follows from an answer are not its matter. No RUC goes into a log or a metric.

mod answer;
mod breaker;
mod fault;
mod query;

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use clavero_protocol::{Ruc, TaxState};
use tokio::{sync::Semaphore, time::timeout};
use url::Url;

pub use answer::Answer;
use breaker::{Admission, Breaker};
pub use fault::{Fault, Unusable};
use query::Query;

/// Queries under way at a time, from this process: a service that is slow is not made slower.
const AT_ONCE: usize = 8;

/// Where the authority is, and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Base of its addresses: https, or http on loopback. No user, query or fragment.
    pub base_url: Url,
    /// Of a query as a whole, the wait for its turn included.
    pub timeout: Duration,
}

/// The tax authority, as far as this process can reach it.
pub struct Authority {
    query: Query,
    timeout: Duration,
    turns: Semaphore,
    breaker: Mutex<Breaker>,
}

impl Authority {
    /// Reads the machine's own root certificates.
    pub fn new(settings: &Settings) -> Result<Self, Unusable> {
        Ok(Self {
            query: Query::new(&settings.base_url)?,
            timeout: settings.timeout,
            turns: Semaphore::new(AT_ONCE),
            breaker: Mutex::default(),
        })
    }

    /// How long a query takes at most.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Whether it is left alone at present, since it has failed too often of late.
    #[must_use]
    pub fn is_left_alone(&self) -> bool {
        self.breaker().is_open(Instant::now())
    }

    /// Asks for the state of a RUC. A caller who stops waiting leaves a fault.
    pub async fn ask(&self, ruc: &Ruc) -> Result<Answer, Fault> {
        let trial = match self.breaker().admit(Instant::now()) {
            Admission::Refused => return Err(counted(Fault::LeftAlone)),
            Admission::Granted { trial } => trial,
        };
        let mut outcome = Outcome { authority: self, trial, result: Err(Fault::Abandoned) };
        let begun = Instant::now();
        let work = async {
            let _turn = self.turns.acquire().await.map_err(|_| Fault::Abandoned)?;
            self.query.ask(ruc).await
        };
        let result = timeout(self.timeout, work).await.unwrap_or(Err(Fault::Slow));
        metrics::histogram!("clavero_tax_query_seconds").record(begun.elapsed().as_secs_f64());
        outcome.result = result.as_ref().map(|answer| answer.state).map_err(|fault| *fault);
        drop(outcome);
        result
    }

    /// Whether a connection can be made, and its certificate holds. Asks nothing.
    pub async fn probe(&self) -> Result<(), Fault> {
        timeout(self.timeout, self.query.connect()).await.unwrap_or(Err(Fault::Slow)).map(drop)
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the breaker how a query ended, in whatever way it does.
struct Outcome<'a> {
    authority: &'a Authority,
    trial: bool,
    result: Result<TaxState, Fault>,
}

impl Drop for Outcome<'_> {
    fn drop(&mut self) {
        let mut breaker = self.authority.breaker();
        let was_open = breaker.has_opened();
        match self.result {
            Ok(state) => {
                metrics::counter!("clavero_tax_queries_total", "outcome" => word(state)).increment(1);
                breaker.answered();
            }
            Err(fault) => {
                counted(fault);
                breaker.failed(Instant::now(), self.trial, fault.wait(), jitter());
            }
        }
        let is_open = breaker.has_opened();
        drop(breaker);
        metrics::gauge!("clavero_tax_breaker_open").set(if is_open { 1.0 } else { 0.0 });
        match (was_open, is_open, self.result) {
            (false, true, Err(fault)) => {
                let outcome = fault.as_str();
                tracing::warn!(outcome, "the tax authority does not answer; what is known of RUCs counts");
            }
            (true, false, _) => tracing::info!("the tax authority answers again"),
            _ => {}
        }
    }
}

fn counted(fault: Fault) -> Fault {
    metrics::counter!("clavero_tax_queries_total", "outcome" => fault.as_str()).increment(1);
    fault
}

const fn word(state: TaxState) -> &'static str {
    match state {
        TaxState::Active => "active",
        TaxState::Suspended => "suspended",
        TaxState::Closed => "closed",
        TaxState::Other => "other",
        TaxState::Unknown | TaxState::Unconfirmed => "no_such_ruc",
    }
}

/// Between 0 and 1, so that nodes do not come back all at the same moment.
fn jitter() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}
