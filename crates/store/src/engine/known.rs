//! What is held of employers, and their end, on any engine.

use async_trait::async_trait;
use clavero_protocol::{EmployerKey, Policy};

use super::Engine;
use crate::{
    Holding, KnownEmployers, Removal, StoreError,
    transactions::{holding, removal},
};

#[async_trait]
impl<E: Engine> KnownEmployers for E {
    async fn holding(&self, employer: &EmployerKey) -> Result<Holding, StoreError> {
        self.read(*employer, |db, employer| Box::pin(holding::of(db, employer))).await
    }

    async fn review_removal(
        &self,
        employers: Vec<EmployerKey>,
        policy: &Policy,
    ) -> Result<Removal, StoreError> {
        let with = (employers, policy.clone(), self.moment());
        self.read(with, |db, (employers, policy, now)| Box::pin(removal::review(db, employers, policy, *now)))
            .await
    }

    async fn remove_employers(
        &self,
        employers: Vec<EmployerKey>,
        policy: &Policy,
    ) -> Result<Removal, StoreError> {
        self.write((employers, policy.clone()), |tx, (employers, policy)| {
            Box::pin(removal::remove(tx, employers, policy))
        })
        .await
    }
}
