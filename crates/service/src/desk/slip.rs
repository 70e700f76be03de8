//! The two things that strangers hold: the stop link of the old mailbox, and the printed slip.

use clavero_protocol::{CaseActor, CaseCommand, CaseReference, CaseState, Exceeded, RecoveryId};
use clavero_store::{Actor, AuditEntry, CaseRecord, CaseStep, acts};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{CaseError, SlipError, StopView, present::employer_name};
use crate::{Client, Identifiers, Service, errors::LinkError, proof::Scope, secrets::Token};

/// A printed slip on its way in.
#[derive(Clone)]
pub struct UseSlip<'a> {
    /// Who, as which employer.
    pub identifiers: Identifiers,
    /// The secret as typed.
    pub secret: &'a str,
    /// A solved task, where one was asked for.
    pub proof: Option<&'a str>,
}

impl Service {
    async fn stopping(&self, link: &str) -> Result<CaseRecord, LinkError> {
        let digest = Token::parse(link).ok_or(LinkError::Unknown)?.digest();
        let found = self.store.stop_link(digest).await?.ok_or(LinkError::Unknown)?;
        self.store.case(found.case).await?.ok_or(LinkError::Unknown)
    }

    /// What a stop link speaks of. Changes nothing.
    pub async fn read_stop(&self, link: &str) -> Result<StopView, LinkError> {
        let record = self.stopping(link).await?;
        self.stop_view(&record).await
    }

    async fn stop_view(&self, record: &CaseRecord) -> Result<StopView, LinkError> {
        let employer = self.employer_of_case(&record.case).await?;
        let state = record.case.state(self.store.now(), &self.settings.policy);
        let stopped = state == CaseState::Frozen;
        Ok(StopView {
            employer: employer_name(&record.case, employer.as_ref()),
            stops: !stopped && !state.has_ended() && record.case.cleared_by.is_none(),
            stopped,
        })
    }

    /// The mailbox on record says stop: the case is frozen, or where it is over a supervisor is told.
    pub async fn stop_case(&self, link: &str) -> Result<StopView, LinkError> {
        let record = self.stopping(link).await?;
        let step = self.plain_step(&record, CaseActor::OldMailbox, CaseCommand::Stop);
        let record = self.store.step_case(step).await?.map_err(|_| LinkError::Unknown)?;
        tracing::warn!("a case was stopped by the mailbox on record");
        metrics::counter!("clavero_cases_stopped_total").increment(1);
        self.stop_view(&record).await
    }

    /// The three identifiers and the slip's secret open the new-key form: answers the token of its link (`/clave/{token}`).
    ///
    /// One answer for every failure. A failure counts like a failed sign-in.
    pub async fn use_slip(&self, slip: UseSlip<'_>, client: &Client) -> Result<String, SlipError> {
        let budgets = self.budgets();
        let triggers = budgets.proof_triggers(&slip.identifiers, client)[..1].to_vec();
        let counted = vec![budgets.slips(client)];
        if let Some(Err(Exceeded { retry_at })) = self.store.peek(counted.clone()).await?.pop() {
            return Err(SlipError::TooMany { retry_after: retry_at.saturating_since(self.store.now()) });
        }
        let once = if self.store.peek(triggers.clone()).await?.iter().all(Result::is_ok) {
            None
        } else {
            Some(self.accept_proof(slip.proof, Scope::SignIn, client).map_err(SlipError::ProofRequired)?)
        };
        if let Some(step) = self.slip_step(&slip).await? {
            let token = Token::random();
            let step = CaseStep { link: Some(token.digest()), ..step };
            if self.store.step_case(step).await?.is_ok() {
                metrics::counter!("clavero_slips_total", "outcome" => "opened").increment(1);
                return Ok(token.text());
            }
        }
        metrics::counter!("clavero_slips_total", "outcome" => "refused").increment(1);
        let mut limits = counted;
        limits.extend(self.with_room(triggers).await?);
        let entry = AuditEntry::done(Actor::Visitor, acts::SLIP_TRIED).of(Some(&slip.identifiers.employer));
        let _counted = self.store.take(limits, once, entry.refused("invalid")).await?;
        Err(SlipError::Invalid)
    }

    /// What is stored of a slip of a case; for comparing with nothing, of none.
    pub(super) async fn slip_tag(
        &self,
        secret: &CaseReference,
        of: Option<&CaseRecord>,
    ) -> Result<[u8; 32], CaseError> {
        let text = Zeroizing::new(secret.as_str().as_bytes().to_vec());
        let (case, key_id) =
            of.map_or(([0; 16], self.keys.active()), |of| (of.case.id.0, of.key_id.as_str()));
        let tag = self.hasher.slip(text, case, key_id).await.map_err(|_| CaseError::Unavailable)?;
        tag.ok_or(CaseError::Unavailable)
    }

    /// The step that the slip would take, if it is one of this employer and representative.
    async fn slip_step(&self, slip: &UseSlip<'_>) -> Result<Option<CaseStep>, SlipError> {
        let Ok(secret) = CaseReference::parse(slip.secret) else { return Ok(None) };
        let record = self.store.case_with_slip(&slip.identifiers.employer).await?;
        // In the time of one hash, whether there is a slip or not.
        let digest = self.slip_tag(&secret, record.as_ref()).await.map_err(|_| SlipError::Unavailable)?;
        let Some(record) = record else { return Ok(None) };
        let employer = self.store.employer(&slip.identifiers.employer).await?;
        let representative = employer.map(|employer| employer.record.representative);
        let theirs = representative.as_ref() == Some(&slip.identifiers.representative);
        let recovery = RecoveryId(*Uuid::now_v7().as_bytes());
        let command = CaseCommand::UseSlip { secret: digest, recovery };
        Ok(theirs.then(|| self.plain_step(&record, CaseActor::Applicant, command)))
    }
}
