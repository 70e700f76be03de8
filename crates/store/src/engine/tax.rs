//! The tax authority's answers on any engine.

use async_trait::async_trait;

use super::Engine;
use crate::{ClaimTax, StoreError, TaxAnswers, TaxClaim, TaxOutcome, transactions::tax};

#[async_trait]
impl<E: Engine> TaxAnswers for E {
    async fn claim_tax(&self, claim: ClaimTax) -> Result<TaxClaim, StoreError> {
        self.write(claim, |tx, claim| Box::pin(tax::claim(tx, claim))).await
    }

    async fn settle_tax(&self, ruc: i64, outcome: TaxOutcome) -> Result<(), StoreError> {
        self.write((ruc, outcome), |tx, (ruc, outcome)| Box::pin(tax::settle(tx, *ruc, outcome))).await
    }
}
