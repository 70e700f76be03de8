//! What lies sealed, on any engine.

use async_trait::async_trait;
use clavero_protocol::Policy;

use super::Engine;
use crate::{
    AuditEntry, KeyUses, Resealed, RowName, SealedIn, SealedValue, SealedValues, StoreError,
    transactions::{audit, meta, sealed},
};

#[async_trait]
impl<E: Engine> SealedValues for E {
    async fn sealed(
        &self,
        place: SealedIn,
        after: Option<RowName>,
        current: Vec<u8>,
        max: u32,
    ) -> Result<Vec<SealedValue>, StoreError> {
        self.glance((place, after, current, max), |db, (place, after, current, max)| {
            Box::pin(sealed::page(db, *place, after.as_ref(), (current, *max)))
        })
        .await
    }

    async fn reseal(&self, place: SealedIn, values: Vec<Resealed>) -> Result<u64, StoreError> {
        self.write((place, values), |tx, (place, values)| Box::pin(sealed::replace(tx, *place, values))).await
    }

    async fn sealed_census(&self, place: SealedIn, heads: Vec<Vec<u8>>) -> Result<Vec<u64>, StoreError> {
        self.glance((place, heads), |db, (place, heads)| Box::pin(sealed::census(db, *place, heads))).await
    }

    async fn key_uses(
        &self,
        key_id: String,
        in_hash: String,
        policy: &Policy,
    ) -> Result<KeyUses, StoreError> {
        let with = (key_id, in_hash, policy.clone(), self.moment());
        self.read(with, |db, (key_id, in_hash, policy, now)| {
            Box::pin(sealed::uses(db, (key_id, in_hash), policy, *now))
        })
        .await
    }

    async fn key_in_use(&self) -> Result<Option<String>, StoreError> {
        self.glance((), |db, ()| Box::pin(meta::key_in_use(db))).await
    }

    async fn note_keys(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(entry, |tx, entry| Box::pin(audit::append(tx, entry))).await
    }
}
