//! Asking the tax authority: before Validar is answered where it must be, afterwards where that will do.
//!
//! What follows from a state and its age is the protocol's ([`clavero_protocol::TaxPolicy`]), the answers are the store's. Here is who may ask, and
//! when. Nobody is asked about who has not shown to know the employer's representative, and each query draws on limits first. Under
//! [`Mismatch::Hide`] no request waits for a query, and none begins one: what is due is asked about on the next whole second,
//! so that neither an answer's time nor the load after it tells who is registered.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clavero_protocol::{
    Eligibility, EmployerKey, EmployerKind, Inquiry, Mismatch, RepresentativeId, Ruc, Standing, TaxState,
    Timestamp, eligibility,
};
use clavero_store::{ClaimTax, Employer, Limit, Store, StoreError, TaxAnswer, TaxClaim, TaxOutcome};
use clavero_tax::{Authority, Unusable};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use crate::{Client, Service, errors};

/// A RUC whose query failed is left alone for so long.
const PAUSE: Duration = Duration::from_secs(10);
/// What a query may take beside the authority's time-out before it counts as lost.
const MARGIN: Duration = Duration::from_secs(5);
/// How often it is looked whether another's query about the same RUC has ended.
const LOOK: Duration = Duration::from_millis(100);
/// Employers that wait to be asked about; past it they wait for their next Validar.
const WAITING: usize = 1_024;
/// Queries at a time that nobody waits for: they leave turns to those that somebody does.
const UNHURRIED: usize = 2;
/// When those begin.
const TICK: Duration = Duration::from_secs(1);

/// The authority, and who is to be asked about.
pub(crate) struct Inquiries {
    inquirer: Inquirer,
    due: mpsc::Sender<EmployerKey>,
    /// Until somebody works on them.
    waiting: Mutex<Option<mpsc::Receiver<EmployerKey>>>,
}

/// What one query needs.
#[derive(Clone)]
struct Inquirer {
    store: Arc<dyn Store>,
    authority: Arc<Authority>,
}

/// One query.
struct About {
    ruc: Ruc,
    /// The moment of the answer that will not do.
    seen: Option<Timestamp>,
    limits: Vec<Limit>,
}

impl Inquiries {
    pub(crate) fn new(store: Arc<dyn Store>, settings: &clavero_tax::Settings) -> Result<Self, Unusable> {
        let (due, waiting) = mpsc::channel(WAITING);
        let authority = Arc::new(Authority::new(settings)?);
        Ok(Self { inquirer: Inquirer { store, authority }, due, waiting: Mutex::new(Some(waiting)) })
    }

    fn afterwards(&self, key: &EmployerKey) {
        // The next Validar brings it again.
        if self.due.try_send(*key).is_err() {
            metrics::counter!("clavero_tax_queries_total", "outcome" => "put_off").increment(1);
        }
    }

    /// Asks, for as long as a query may take. The query itself goes on if whoever waits for it does not.
    async fn first(&self, about: About) {
        let work = tokio::spawn(self.inquirer.clone().inquire(about));
        drop(timeout(self.inquirer.authority.timeout(), work).await);
    }
}

impl Inquirer {
    async fn inquire(self, about: About) {
        let End { outcome, failed } = self.claim_and_ask(&about).await;
        if let Some(outcome) = outcome {
            metrics::counter!("clavero_tax_queries_total", "outcome" => outcome).increment(1);
        }
        if let Some(error) = failed {
            errors::failed(&error);
        }
    }

    async fn claim_and_ask(&self, about: &About) -> End {
        loop {
            match self.claim(about).await {
                Ok(TaxClaim::Granted) => break,
                // Here or on another node: its answer will be there for both.
                Ok(TaxClaim::InFlight) => sleep(LOOK).await,
                Ok(TaxClaim::Answered) => return End::default(),
                Ok(TaxClaim::Paused) => return End::with("paused"),
                Ok(TaxClaim::Limited) => return End::with("limited"),
                Err(error) => return End { failed: Some(error), ..End::default() },
            }
        }
        let outcome = match self.authority.ask(&about.ruc).await {
            Ok(answer) => TaxOutcome::Answered(TaxAnswer {
                state: answer.state,
                word: answer.word,
                since: answer.since,
            }),
            Err(_) => TaxOutcome::Failed { pause: PAUSE },
        };
        let settled = self.store.settle_tax(about.ruc.as_i64(), outcome).await;
        End { failed: settled.err(), ..End::default() }
    }

    async fn claim(&self, about: &About) -> Result<TaxClaim, StoreError> {
        let lease = self.authority.timeout() + MARGIN;
        let (ruc, seen, limits) = (about.ruc.as_i64(), about.seen, about.limits.clone());
        self.store.claim_tax(ClaimTax { ruc, seen, limits, lease }).await
    }
}

/// How it ended, where the authority was not asked.
#[derive(Default)]
struct End {
    outcome: Option<&'static str>,
    failed: Option<StoreError>,
}

impl End {
    fn with(outcome: &'static str) -> Self {
        Self { outcome: Some(outcome), failed: None }
    }
}

impl Service {
    /// The employer with what is known of its RUC once the authority has been asked, where that has to be first and
    /// may be: then nobody is told anything by an old word.
    pub(crate) async fn informed(
        &self,
        employer: Employer,
        claimed: &RepresentativeId,
        client: &Client,
    ) -> Result<Employer, StoreError> {
        let Some(tax) = &self.tax else { return Ok(employer) };
        let inquiry = self.inquiry(&employer, claimed);
        let may_wait = self.settings.policy.mismatch == Mismatch::Say;
        if inquiry == Inquiry::First && may_wait && !tax.inquirer.authority.is_left_alone() {
            let limits = vec![self.budgets().tax_queries_of(client), self.budgets().tax_queries()];
            tax.first(about(&employer, limits)).await;
            let key = employer.record.key;
            let employer = self.store.employer(&key).await?.unwrap_or(employer);
            self.note_age(&employer);
            return Ok(employer);
        }
        if inquiry != Inquiry::Needless {
            tax.afterwards(&employer.record.key);
        }
        self.note_age(&employer);
        Ok(employer)
    }

    /// Has the authority asked before long, without anybody waiting: for those who go on in person, and for the desk.
    pub(crate) fn ask_afterwards(&self, employer: &Employer, claimed: &RepresentativeId) {
        let Some(tax) = &self.tax else { return };
        if self.inquiry(employer, claimed) != Inquiry::Needless {
            tax.afterwards(&employer.record.key);
        }
    }

    /// Whether the authority has to be asked: only where its word decides.
    fn inquiry(&self, employer: &Employer, claimed: &RepresentativeId) -> Inquiry {
        let (tax, now) = (self.settings.policy.tax, self.store.now());
        let if_active = Standing { tax: TaxState::Active, ..employer.standing(&tax, now) };
        let decides = employer.record.kind != EmployerKind::Domestico
            && eligibility(Some(&if_active), claimed, true) == Eligibility::Online;
        if decides { tax.inquiry(&employer.tax, now) } else { Inquiry::Needless }
    }

    fn note_age(&self, employer: &Employer) {
        let now = self.store.now();
        let last = self.settings.policy.tax.last(&employer.tax, now);
        if let Some(at) = last.and_then(|word| word.at) {
            let age = now.saturating_since(at);
            metrics::histogram!("clavero_tax_age_seconds").record(age.as_secs_f64());
        }
    }

    /// Asks about those who wait to be asked about, for as long as the service lives. Where nobody is asked it ends at once.
    pub async fn inquire_forever(self: Arc<Self>) {
        let Some(tax) = &self.tax else { return };
        let waiting = tax.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut waiting) = waiting else { return };
        let mut asking = JoinSet::new();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let mut due = BTreeSet::new();
            while let Ok(key) = waiting.try_recv() {
                due.insert(key);
            }
            for key in due {
                while asking.len() >= UNHURRIED {
                    drop(asking.join_next().await);
                }
                asking.spawn(Arc::clone(&self).ask_unhurried(key));
            }
        }
    }

    async fn ask_unhurried(self: Arc<Self>, key: EmployerKey) {
        let Some(tax) = &self.tax else { return };
        if tax.inquirer.authority.is_left_alone() {
            return;
        }
        match self.store.employer(&key).await {
            Ok(Some(employer)) => {
                // Another may have asked meanwhile.
                if self.inquiry(&employer, &employer.record.representative) != Inquiry::Needless {
                    let limits = vec![self.budgets().tax_queries()];
                    tax.inquirer.clone().inquire(about(&employer, limits)).await;
                }
            }
            Ok(None) => {}
            Err(error) => errors::failed(&error),
        }
    }
}

fn about(employer: &Employer, limits: Vec<Limit>) -> About {
    let seen = employer.tax.answer.as_ref().and_then(|answer| answer.at);
    About { ruc: *employer.record.key.ruc(), seen, limits }
}
