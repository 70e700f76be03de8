//! The registers as they come. The employers: updated. The tax register: whole, loaded beside the one that serves, and taken into use by one small transaction.

use async_trait::async_trait;
use clavero_protocol::EmployerKey;

use crate::{Decided, Digest, EmployerRecord, ImportCounts, NewCredential, StoreError, TaxRow};

/// What a row of the registry says that differs from what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmployerField {
    /// `tipo`.
    Kind,
    /// `razon_social`.
    Name,
    /// `representante_id`.
    Representative,
    /// `representante_nombre`.
    RepresentativeName,
    /// `correo`.
    Email,
    /// `tiene_clave`.
    HasKey,
}

/// What becomes of a row of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmployerChange {
    /// The employer was not there.
    New,
    /// Some of it differs.
    Updated(Vec<EmployerField>),
    /// It stands so already.
    Unchanged,
}

/// The tax register that serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxRegister {
    /// How many RUCs it has.
    pub size: u64,
    /// What [`Registers::take_tax_register`] was told of its contents; `None` where it came about another way.
    pub digest: Option<Digest>,
}

/// The right to load a tax register. It ends when somebody else begins to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxLoad(pub(crate) i64);

/// Somebody else has begun to load a tax register meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overtaken;

/// Rows that are cleared by one transaction, so that a running service hardly waits for it.
const CLEARED_AT_ONCE: u32 = 50_000;

/// The registers as they come: many rows at a time.
#[async_trait]
pub trait Registers: Send + Sync {
    /// Adds or updates employers, each once, all in one transaction. A credential comes in only where none was set here.
    async fn import_employers(
        &self,
        rows: Vec<(EmployerRecord, Option<NewCredential>)>,
    ) -> Result<ImportCounts, StoreError>;

    /// What [`Registers::import_employers`] would do with each of them. Changes nothing.
    async fn review_employers(&self, rows: Vec<EmployerRecord>) -> Result<Vec<EmployerChange>, StoreError>;

    /// At most `max` employers whose number is larger than `after`, in the order of their numbers.
    async fn employer_keys(&self, after: i64, max: u32) -> Result<Vec<EmployerKey>, StoreError>;

    /// The tax register that serves.
    async fn tax_register(&self) -> Result<TaxRegister, StoreError>;

    /// At most `max` of its rows whose RUC is larger than `after`, in the order of their RUCs.
    async fn tax_rows(&self, after: i64, max: u32) -> Result<Vec<TaxRow>, StoreError>;

    /// Begins to load a tax register. What an earlier load left half done, it will have to clear.
    async fn begin_tax_load(&self) -> Result<TaxLoad, StoreError>;

    /// Deletes at most `max` rows of the table that does not serve, from the smallest RUC that is larger than `after`. Answers how
    /// far it came, or nothing when there are no more: a server finds what it deleted last still in its way.
    async fn clear_tax_load(&self, load: TaxLoad, after: i64, max: u32) -> Decided<Option<i64>, Overtaken>;

    /// Adds rows to the table that does not serve. Each RUC comes once; in the order of RUCs is quickest.
    async fn load_tax_rows(&self, load: TaxLoad, rows: Vec<TaxRow>) -> Decided<(), Overtaken>;

    /// Takes what was loaded into use, all of it at one moment, for every node. What served until then can be cleared.
    async fn take_tax_register(&self, load: TaxLoad, size: u64, digest: Digest) -> Decided<(), Overtaken>;

    /// Empties the table that does not serve, a piece at a time.
    async fn empty_tax_load(&self, load: TaxLoad) -> Decided<(), Overtaken> {
        let mut after = Some(-1);
        while let Some(from) = after {
            after = match self.clear_tax_load(load, from, CLEARED_AT_ONCE).await? {
                Ok(after) => after,
                Err(overtaken) => return Ok(Err(overtaken)),
            };
        }
        Ok(Ok(()))
    }

    /// Takes a small register into use, one row a RUC.
    async fn replace_tax_register(&self, rows: Vec<TaxRow>) -> Decided<(), Overtaken> {
        let (load, size) = (self.begin_tax_load().await?, rows.len() as u64);
        if self.empty_tax_load(load).await?.is_err() || self.load_tax_rows(load, rows).await?.is_err() {
            return Ok(Err(Overtaken));
        }
        // No digest of anything: whatever comes next differs.
        self.take_tax_register(load, size, [0; 32]).await
    }
}
