//! Starting a recovery, and its steps up to the link.

use clavero_protocol::{
    AssistedCause, AssistedReason, Command, Mismatch, Recovery, RecoveryId, Stage, Subject, TypedCode,
};
use clavero_store::{
    Actor, Advance, AuditEntry, Begin, BudgetKey, Denied, Employer, Limit, Once, RecoveryRecord, acts,
};
use clavero_words::Locale;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{
    Client, Identifiers, Service,
    errors::{AccessError, StartError, StepError},
    keys::CodeOf,
    proof::{self, Scope},
    repeat::{Begun, FlowName},
    secrets::{Token, random},
    views::{CodeView, LinkMailView, RecoveryView, is_delayed},
    way::Way,
};

/// Letters and digits that are not mistaken for one another.
const REFERENCE: &[u8; 30] = b"23456789ABCDEFGHJKLMNPQRSTVWXZ";
/// What a mailbox's hint looks like where nothing may be told.
const NO_HINT: &str = "••••••@••••••";

/// A request to start.
#[derive(Debug, Clone)]
pub struct StartRecovery {
    /// Who, as which employer.
    pub identifiers: Identifiers,
    /// The flow's language.
    pub locale: Locale,
    /// A solved task, where one was asked for.
    pub proof: Option<String>,
    /// The form's name ([`Service::form_name`]), or empty: sent twice, it begins one flow.
    pub form: String,
}

/// A started recovery.
#[derive(Debug, Clone)]
pub struct StartedRecovery {
    /// What the starter sees.
    pub view: RecoveryView,
    /// What opens it again; given this once.
    pub token: String,
}

impl Service {
    /// "Validar": checks the identifiers and queues the code, or leads to the assisted path.
    ///
    /// Under [`Mismatch::Hide`] every answer leaves on a tick after its arrival, so that the little which one kind of
    /// start works more than another does not show.
    pub async fn start_recovery(
        &self,
        request: StartRecovery,
        client: &Client,
    ) -> Result<StartedRecovery, StartError> {
        self.evenly(self.begin_with(request, client)).await
    }

    async fn begin_with(
        &self,
        request: StartRecovery,
        client: &Client,
    ) -> Result<StartedRecovery, StartError> {
        let mut name = self.flow_of_form(&request);
        if let Some(named) = &name {
            match self.begun_before(named).await? {
                Begun::Waits(started) => return Ok(*started),
                Begun::Over => name = None,
                Begun::Never => {}
            }
        }
        self.begin_once(request, name.as_ref(), client).await
    }

    async fn begin_once(
        &self,
        request: StartRecovery,
        name: Option<&FlowName>,
        client: &Client,
    ) -> Result<StartedRecovery, StartError> {
        let Toll { once, all_codes } = self.require_proof(&request, client).await?;
        match self.way_asking(&request.identifiers, client).await? {
            Way::Online(employer) => {
                let drawn = self.codes_for(&employer, client).await?;
                let codes = drawn.first().map(|log| log.key);
                let limits = [self.budgets().starts(client)].into_iter().chain(drawn).chain(all_codes);
                let limits = limits.collect();
                let subject = subject_of(&employer);
                let lane = employer.record.email.as_ref().map(|email| email.lane);
                let hint = self.hint_of(Some(&employer));
                self.begin(&request, subject, None, Start { name, lane, limits, codes, once, hint, client })
                    .await
            }
            Way::Assisted(employer, reason) if self.settings.policy.mismatch == Mismatch::Say => {
                let limits = vec![self.budgets().starts(client)];
                let hint = self.hint_of(Some(&employer));
                let start = Start { name, lane: None, limits, codes: None, once, hint, client };
                self.begin(&request, subject_of(&employer), Some(reason), start).await
            }
            Way::Mismatch if self.settings.policy.mismatch == Mismatch::Say => {
                self.note_mismatch(&request.identifiers, client, once).await?;
                metrics::counter!("clavero_recoveries_mismatched_total").increment(1);
                let ruc_looks_mistyped = request.identifiers.ruc_looks_mistyped();
                Err(StartError::DataMismatch { ruc_looks_mistyped })
            }
            // Told apart by nothing: the same page, as many tries, a mail that goes nowhere.
            Way::Assisted(..) | Way::Mismatch => {
                let limits = self.decoy_limits(&request.identifiers, client, all_codes);
                let codes = Some(self.budgets().decoy_codes(&request.identifiers).key);
                let hint = self.hint_of(None);
                let start = Start { name, lane: Some(self.decoy_lane()), limits, codes, once, hint, client };
                self.begin(&request, Subject::Decoy, None, start).await
            }
        }
    }

    /// Asks for work where failures or the sum of all codes call for it.
    pub(crate) async fn require_proof(
        &self,
        request: &StartRecovery,
        client: &Client,
    ) -> Result<Toll, StartError> {
        let mut triggers = self.budgets().proof_triggers(&request.identifiers, client);
        let part = self.part_of_all_codes(&request.identifiers.employer.as_i64().to_be_bytes());
        triggers.push(part.limit.clone());
        let room = self.store.peek(triggers).await?;
        let braked = room.last().is_some_and(Result::is_err);
        self.watch_brake(&part, braked);
        let all_codes = (!braked).then_some(part.limit);
        if room.iter().all(Result::is_ok) {
            return Ok(Toll { once: None, all_codes });
        }
        let for_everyone = braked && room.iter().rev().skip(1).all(Result::is_ok);
        self.accept_proof(request.proof.as_deref(), Scope::Recovery, client)
            .map(|once| Toll { once: Some(once), all_codes })
            .map_err(|task| StartError::ProofRequired(Box::new(proof::Challenge { for_everyone, ..*task })))
    }

    /// Checks a proof; answers a fresh challenge where there is none that holds.
    pub(crate) fn accept_proof(
        &self,
        proof: Option<&str>,
        scope: Scope,
        client: &Client,
    ) -> Result<Once, Box<proof::Challenge>> {
        let (network, now) = (self.network_of(client), self.store.now());
        proof
            .and_then(|proof| proof::check(&self.keys, proof, scope, &network, now))
            .ok_or_else(|| Box::new(self.ask_for_work(scope, client, proof)))
    }

    /// A fresh task; whoever waits already goes on waiting.
    pub(crate) fn ask_for_work(
        &self,
        scope: Scope,
        client: &Client,
        earlier: Option<&str>,
    ) -> proof::Challenge {
        metrics::counter!("clavero_proofs_required_total").increment(1);
        proof::challenge(&self.keys, scope, &self.network_of(client), self.store.now(), earlier)
    }

    /// What a proof is good for: this network, and this epoch. One that was spent before a restore is not good after it.
    fn network_of(&self, client: &Client) -> Vec<u8> {
        [&self.epoch.to_be_bytes()[..], &client.network()].concat()
    }

    /// Those of the limits that still have room: the others ask for work, they do not stop anyone.
    pub(crate) async fn with_room(
        &self,
        limits: Vec<Limit>,
    ) -> Result<Vec<Limit>, clavero_store::StoreError> {
        let room = self.store.peek(limits.clone()).await?;
        Ok(limits.into_iter().zip(room).filter(|(_, room)| room.is_ok()).map(|(limit, _)| limit).collect())
    }

    /// What the codes of a start draw on, the log of the employer's first. Where that has no room, a browser that is no stranger's
    /// draws on the reserve.
    async fn codes_for(
        &self,
        employer: &Employer,
        client: &Client,
    ) -> Result<Vec<Limit>, clavero_store::StoreError> {
        let key = &employer.record.key;
        if self.known_browser(key, client).await?.is_some() && !self.has_codes_left(employer).await? {
            metrics::counter!("clavero_codes_reserved_total").increment(1);
            return Ok(vec![self.budgets().reserved_codes(key)]);
        }
        Ok(self.budgets().usual_codes(employer))
    }

    fn decoy_limits(
        &self,
        identifiers: &Identifiers,
        client: &Client,
        all_codes: Option<Limit>,
    ) -> Vec<Limit> {
        let budgets = self.budgets();
        let codes = budgets.decoy_codes(identifiers);
        let twin = budgets.decoy_mailbox(&codes.key);
        let mut limits = vec![budgets.starts(client), codes, twin];
        limits.extend(all_codes);
        limits
    }

    pub(crate) async fn note_mismatch(
        &self,
        identifiers: &Identifiers,
        client: &Client,
        once: Option<Once>,
    ) -> Result<(), StartError> {
        let budgets = self.budgets();
        let mut limits = vec![budgets.starts(client), budgets.failures(client)];
        limits.extend(self.with_room(budgets.proof_triggers(identifiers, client)).await?);
        let entry = AuditEntry::done(Actor::Visitor, acts::MISMATCHED).of(Some(&identifiers.employer));
        self.store.take(limits, once, entry).await?.map_err(|denied| self.denied(denied, client))
    }

    fn denied(&self, denied: Denied, client: &Client) -> StartError {
        metrics::counter!("clavero_recoveries_limited_total").increment(1);
        match denied {
            Denied::Exceeded { exceeded, .. } => {
                StartError::TooMany { retry_after: exceeded.retry_at.saturating_since(self.store.now()) }
            }
            // It paid for another request: work again, not waiting, is the way on.
            Denied::SpentProof => {
                StartError::ProofRequired(Box::new(self.ask_for_work(Scope::Recovery, client, None)))
            }
        }
    }

    async fn begin(
        &self,
        request: &StartRecovery,
        subject: Subject,
        assisted: Option<AssistedReason>,
        start: Start<'_>,
    ) -> Result<StartedRecovery, StartError> {
        let Start { name, lane, limits, codes, once, hint, client } = start;
        let fresh = FlowName::fresh();
        let FlowName { id, token } = name.unwrap_or(&fresh);
        let (id, now) = (*id, self.store.now());
        let recovery = match assisted {
            Some(reason) => Recovery::assisted(id, subject, reason, now),
            None => Recovery::begin(id, subject, now),
        };
        let letters: [u8; 2] = random();
        let record = RecoveryRecord {
            recovery,
            token: token.digest(),
            key_id: self.keys.active().to_owned(),
            reference: letters.map(|byte| REFERENCE[usize::from(byte) % REFERENCE.len()]),
            locale: request.locale.as_str().to_owned(),
            codes,
        };
        let begun = self.store.begin(Begin { record, lane, limits, once }).await;
        // Two at once: the slower one is told what the faster has begun.
        if !matches!(begun, Ok(Ok(_)))
            && let Some(name) = name
            && let Begun::Waits(started) = self.begun_before(name).await?
        {
            return Ok(*started);
        }
        let record = begun?.map_err(|denied| self.denied(denied, client))?;
        let step = if assisted.is_some() { "assisted" } else { "validated" };
        metrics::counter!("clavero_journey_total", "step" => step).increment(1);
        let view = self.view_with(&record, hint);
        Ok(StartedRecovery { view, token: token.text() })
    }

    /// One recovery, for whoever holds its token.
    pub async fn recovery(&self, id: &str, token: &str) -> Result<RecoveryView, AccessError> {
        let record = self.authorized(id, token).await?;
        self.view(&record).await
    }

    pub(crate) async fn authorized(&self, id: &str, token: &str) -> Result<RecoveryRecord, AccessError> {
        let id = Uuid::try_parse(id).map_err(|_| AccessError::NotFound)?;
        let token = Token::parse(token).ok_or(AccessError::Unauthorized)?;
        let record = self.store.recovery(RecoveryId(*id.as_bytes())).await?.ok_or(AccessError::NotFound)?;
        let opens: bool = token.digest().ct_eq(&record.token).into();
        if opens { Ok(record) } else { Err(AccessError::Unauthorized) }
    }

    /// "Verificar": counts the guess, commits that, and only then compares.
    pub async fn verify_code(&self, id: &str, token: &str, typed: &str) -> Result<RecoveryView, StepError> {
        let record = self.authorized(id, token).await?;
        let digits = self.settings.policy.code_digits;
        let typed = TypedCode::parse(typed, digits).map_err(StepError::Malformed)?;
        let counted = self.step(&record, Command::SpendAttempt, Vec::new()).await.inspect_err(|error| {
            if *error == StepError::CodeExpired {
                metrics::counter!("clavero_journey_total", "step" => "code_expired").increment(1);
            }
        })?;
        let Stage::Code { issue, attempts } = &counted.stage else { return Err(StepError::WrongState) };
        let flow = CodeOf { key_id: &record.key_id, epoch: self.epoch, recovery: counted.id };
        let code = self.keys.code(&flow, issue.counter, digits).ok_or_else(|| {
            tracing::error!("the key ring lacks the key of a live recovery");
            StepError::Unavailable
        })?;
        let right: bool = typed.as_str().as_bytes().ct_eq(code.as_bytes()).into();
        if !right || counted.employer().is_none() {
            metrics::counter!("clavero_codes_wrong_total").increment(1);
            let attempts_left = self.settings.policy.code_attempts.saturating_sub(*attempts);
            return Err(StepError::WrongCode { attempts_left });
        }
        let recovery = self.step(&record, Command::AcceptCode { counter: issue.counter }, Vec::new()).await?;
        metrics::counter!("clavero_journey_total", "step" => "code_accepted").increment(1);
        Ok(self.view(&RecoveryRecord { recovery, ..record }).await?)
    }

    /// "Enviar otro código".
    pub async fn resend_code(&self, id: &str, token: &str) -> Result<RecoveryView, StepError> {
        let record = self.authorized(id, token).await?;
        let limits = self.resend_limits(&record).await?;
        self.step_view(record, Command::ResendCode, limits).await
    }

    /// "Enviar otro enlace".
    pub async fn resend_link(&self, id: &str, token: &str) -> Result<RecoveryView, StepError> {
        let record = self.authorized(id, token).await?;
        self.step_view(record, Command::ResendLink, Vec::new()).await
    }

    /// "No tengo acceso a ese correo".
    pub async fn lose_mail_access(&self, id: &str, token: &str) -> Result<RecoveryView, StepError> {
        let record = self.authorized(id, token).await?;
        self.step_view(record, Command::LoseMailAccess, Vec::new()).await
    }

    async fn resend_limits(&self, record: &RecoveryRecord) -> Result<Vec<Limit>, StepError> {
        let budgets = self.budgets();
        let Some(codes) = record.codes else { return Ok(Vec::new()) };
        let mut limits = vec![budgets.codes_under(codes)];
        match record.recovery.employer() {
            Some(key) if budgets.reserved_codes(key).key == codes => {
                limits = vec![budgets.reserved_codes(key)];
            }
            Some(key) => {
                let email = self.store.employer(key).await?.and_then(|employer| employer.record.email);
                limits.extend(email.map(|email| budgets.mailbox(&email)));
            }
            None => limits.push(budgets.decoy_mailbox(&codes)),
        }
        limits.extend(self.with_room(vec![self.part_of_all_codes(&codes).limit]).await?);
        Ok(limits)
    }

    async fn step_view(
        &self,
        record: RecoveryRecord,
        command: Command,
        limits: Vec<Limit>,
    ) -> Result<RecoveryView, StepError> {
        let recovery = self.step(&record, command, limits).await?;
        Ok(self.view(&RecoveryRecord { recovery, ..record }).await?)
    }

    pub(crate) async fn step(
        &self,
        record: &RecoveryRecord,
        command: Command,
        limits: Vec<Limit>,
    ) -> Result<Recovery, StepError> {
        let advance = Advance { id: record.recovery.id, command, policy: self.settings.policy_arc(), limits };
        self.store.advance(advance).await?.map_err(|error| StepError::of(error, self.store.now()))
    }

    pub(crate) async fn view(&self, record: &RecoveryRecord) -> Result<RecoveryView, AccessError> {
        let employer = match record.recovery.employer() {
            Some(key) => self.store.employer(key).await?,
            None => None,
        };
        let mut view = self.view_with(record, self.hint_of(employer.as_ref()));
        if let Some(reason) = view.assisted {
            let standing = employer.as_ref().map(|employer| self.standing_of(employer));
            view.cause = Some(AssistedCause::of(reason, standing.as_ref()));
            let case = self.store.case_from(record.recovery.id).await?;
            view.case_reference = case.map(|case| case.reference.as_str().to_owned());
        }
        Ok(view)
    }

    /// The masked address of an employer; the same for everyone where nothing may be told.
    fn hint_of(&self, employer: Option<&Employer>) -> Option<String> {
        let Some(record) = employer.map(|employer| &employer.record) else { return Some(NO_HINT.to_owned()) };
        if self.settings.policy.mismatch == Mismatch::Hide {
            return Some(NO_HINT.to_owned());
        }
        let email = record.email.as_ref()?;
        self.keys.open_email(&record.key, email).map(|email| email.hint())
    }

    fn view_with(&self, record: &RecoveryRecord, hint: Option<String>) -> RecoveryView {
        let (recovery, policy, now) = (&record.recovery, &self.settings.policy, self.store.now());
        let (mut code, mut link, mut assisted) = (None, None, None);
        match &recovery.stage {
            Stage::Code { issue, attempts } => {
                code = Some(CodeView {
                    length: policy.code_digits,
                    counter: issue.counter,
                    sent_at: issue.sent_at(),
                    expires_at: issue.sent_at().and_then(|_| recovery.code_ends_at(policy)),
                    attempts_left: policy.code_attempts.saturating_sub(*attempts),
                    resend_at: issue.queued_at + policy.resend_after,
                });
            }
            Stage::Link { issue } => {
                link = Some(LinkMailView {
                    counter: issue.counter,
                    sent_at: issue.sent_at(),
                    expires_at: issue.sent_at().and_then(|_| recovery.link_ends_at(policy)),
                    resend_at: issue.queued_at + policy.resend_after,
                });
            }
            Stage::Assisted { reason, .. } => assisted = Some(*reason),
            Stage::Completed { .. } | Stage::Superseded { .. } => {}
        }
        RecoveryView {
            id: Uuid::from_bytes(recovery.id.0).to_string(),
            state: recovery.state(now, policy),
            reference: String::from_utf8_lossy(&record.reference).into_owned(),
            email_hint: hint,
            created_at: recovery.created_at,
            expires_at: recovery.ends_at(policy),
            code,
            link,
            assisted,
            case_reference: None,
            cause: assisted.map(AssistedCause::Reason),
            another: recovery.can_send_another(now, policy),
            mail_delayed: is_delayed(recovery, now),
            locale: Locale::parse(&record.locale).unwrap_or_default(),
        }
    }
}

/// What was paid at the door.
pub(crate) struct Toll {
    /// The proof to spend, where one was asked for.
    pub(crate) once: Option<Once>,
    /// What a start draws on the sum of all codes; nothing while the brake is on.
    all_codes: Option<Limit>,
}

/// What a start brings with it.
struct Start<'a> {
    name: Option<&'a FlowName>,
    lane: Option<i64>,
    limits: Vec<Limit>,
    /// The budget of its codes.
    codes: Option<BudgetKey>,
    once: Option<Once>,
    /// The masked address, where one may be told.
    hint: Option<String>,
    client: &'a Client,
}

fn subject_of(employer: &Employer) -> Subject {
    Subject::Employer { key: employer.record.key, email_version: employer.email_version }
}
