//! Sealing: the product's own worker, on each node, in virtual time.

use std::{path::PathBuf, sync::Arc};

use clavero_service::audit::{AuditLog, LogError, Sealer, origin_at};
use clavero_store::Store;

use crate::world::World;

impl World {
    /// Where a node keeps its checkpoints outside the database. It survives every fault that the database survives.
    pub(crate) fn checkpoint_file(&self, place: usize) -> PathBuf {
        self.path.with_file_name(format!("checkpoints-{place}.log"))
    }

    /// The sealer of a node, which goes on only from the log that was signed; none while the store cannot be used.
    pub(crate) async fn sealer(&self, store: Arc<dyn Store>, place: usize) -> Option<Sealer> {
        match self.open_log(store, place).await {
            Ok(sealer) => sealer,
            Err(LogError::Store(_)) => None,
            Err(error) => {
                self.violation(format_args!("I14: node {place} does not go on with the log: {error}"));
                None
            }
        }
    }

    async fn open_log(&self, store: Arc<dyn Store>, place: usize) -> Result<Option<Sealer>, LogError> {
        let origin = origin_at("clave.example");
        let Some(log) = AuditLog::open(store, Arc::clone(&self.keys), Some(origin)).await? else {
            return Ok(None);
        };
        self.verifier.get_or_init(|| log.verifier());
        let mut sealer = Sealer::new(log, self.checkpoint_file(place)).here();
        sealer.check().await?;
        Ok(Some(sealer))
    }
}
