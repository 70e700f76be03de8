//! Restoring on any engine.

use async_trait::async_trait;
use clavero_protocol::EmployerKey;

use super::Engine;
use crate::{
    KeyState, Restore, Restored, Restores, Retire, StoreError, Unready,
    transactions::{meta, restore},
};

#[async_trait]
impl<E: Engine> Restores for E {
    async fn unready(&self) -> Result<Option<Unready>, StoreError> {
        self.read((), |db, ()| Box::pin(meta::unready(db))).await
    }

    async fn restore(&self, restore: Restore) -> Result<Restored, StoreError> {
        self.write(restore, |tx, restore| Box::pin(restore::run(tx, restore))).await
    }

    async fn key_states(&self, above: i64, max: u32) -> Result<Vec<KeyState>, StoreError> {
        self.read((above, max), |db, (above, max)| Box::pin(restore::key_states(db, *above, *max))).await
    }

    async fn retire_keys(&self, keys: Vec<Retire>) -> Result<Vec<EmployerKey>, StoreError> {
        self.write(keys, |tx, keys| Box::pin(restore::retire(tx, keys))).await
    }
}
