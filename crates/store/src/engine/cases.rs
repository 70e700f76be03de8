//! The cases on any engine.

use async_trait::async_trait;
use clavero_protocol::{CaseId, CaseReference, EmployerKey, Facts, Policy, RecoveryId, TaxPolicy, Timestamp};

use super::Engine;
use crate::{
    CaseCounts, CaseEvent, CaseList, CaseNotOpened, CaseNotTaken, CaseQuery, CaseRecord, CaseStep, Cases,
    Decided, Digest, OpenCase, StopLink, StoreError, transactions::cases,
};

#[async_trait]
impl<E: Engine> Cases for E {
    async fn open_case(&self, new: OpenCase) -> Decided<CaseRecord, CaseNotOpened> {
        self.write(new, |tx, new| Box::pin(cases::open(tx, new))).await
    }

    async fn case(&self, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
        self.read(id, |db, id| Box::pin(cases::find(db, *id))).await
    }

    async fn case_by_reference(&self, reference: CaseReference) -> Result<Option<CaseRecord>, StoreError> {
        self.read(reference, |db, reference| Box::pin(cases::by_reference(db, reference))).await
    }

    async fn case_from(&self, recovery: RecoveryId) -> Result<Option<CaseRecord>, StoreError> {
        self.read(recovery, |db, recovery| Box::pin(cases::from_recovery(db, *recovery))).await
    }

    async fn cases_of(&self, employer: &EmployerKey, max: u32) -> Result<Vec<CaseRecord>, StoreError> {
        self.read((*employer, max), |db, (employer, max)| Box::pin(cases::of_employer(db, employer, *max)))
            .await
    }

    async fn case_with_slip(&self, employer: &EmployerKey) -> Result<Option<CaseRecord>, StoreError> {
        self.read(*employer, |db, employer| Box::pin(cases::with_slip(db, employer))).await
    }

    async fn case_facts(&self, id: CaseId, tax: TaxPolicy) -> Result<Option<Facts>, StoreError> {
        let with = (id, tax, self.moment());
        self.read(with, |db, (id, tax, now)| Box::pin(cases::facts_of(db, *id, *tax, *now))).await
    }

    async fn step_case(&self, taken: CaseStep) -> Decided<CaseRecord, CaseNotTaken> {
        self.write(taken, |tx, taken| Box::pin(cases::step(tx, taken))).await
    }

    async fn case_events(&self, id: CaseId) -> Result<Vec<CaseEvent>, StoreError> {
        self.read(id, |db, id| Box::pin(cases::of_case(db, *id))).await
    }

    async fn list_cases(&self, query: CaseQuery, policy: &Policy) -> Result<CaseList, StoreError> {
        let with = (query, policy.clone(), self.moment());
        self.read(with, |db, (query, policy, now)| Box::pin(cases::page(db, query, policy, *now))).await
    }

    async fn desk_events(
        &self,
        from: Timestamp,
        until: Timestamp,
        max: u32,
    ) -> Result<Vec<CaseEvent>, StoreError> {
        self.read((from, until, max), |db, (from, until, max)| {
            Box::pin(cases::of_desk(db, *from, *until, *max))
        })
        .await
    }

    async fn disputed_cases(&self, since: Timestamp, max: u32) -> Result<Vec<CaseRecord>, StoreError> {
        self.read((since, max), |db, (since, max)| Box::pin(cases::disputed(db, *since, *max))).await
    }

    async fn case_counts(&self, from: Timestamp, until: Timestamp) -> Result<CaseCounts, StoreError> {
        self.read((from, until), |db, (from, until)| Box::pin(cases::counts(db, *from, *until))).await
    }

    async fn stop_link(&self, verifier: Digest) -> Result<Option<StopLink>, StoreError> {
        self.read(verifier, |db, verifier| Box::pin(cases::find_stop(db, verifier))).await
    }

    async fn remind(&self, policy: &Policy, max: u32) -> Result<u64, StoreError> {
        self.write((policy.clone(), max), |tx, (policy, max)| Box::pin(cases::remind(tx, policy, *max))).await
    }

    async fn forget_cases(&self, before: Timestamp, policy: &Policy, max: u32) -> Result<u64, StoreError> {
        self.write((before, policy.clone(), max), |tx, (before, policy, max)| {
            Box::pin(cases::forget(tx, *before, policy, *max))
        })
        .await
    }
}
