//! The registers on any engine.

use async_trait::async_trait;
use clavero_protocol::EmployerKey;

use super::Engine;
use crate::{
    Decided, Digest, EmployerChange, EmployerRecord, ImportCounts, NewCredential, Overtaken, Registers,
    StoreError, TaxLoad, TaxRegister, TaxRow,
    transactions::{employers, import, tax_register},
};

#[async_trait]
impl<E: Engine> Registers for E {
    async fn import_employers(
        &self,
        rows: Vec<(EmployerRecord, Option<NewCredential>)>,
    ) -> Result<ImportCounts, StoreError> {
        self.write(rows, |tx, rows| Box::pin(import::employers(tx, rows))).await
    }

    async fn review_employers(&self, rows: Vec<EmployerRecord>) -> Result<Vec<EmployerChange>, StoreError> {
        self.read(rows, |db, rows| Box::pin(import::review(db, rows))).await
    }

    async fn employer_keys(&self, after: i64, max: u32) -> Result<Vec<EmployerKey>, StoreError> {
        self.read((after, max), |db, (after, max)| Box::pin(employers::keys(db, *after, *max))).await
    }

    async fn tax_register(&self) -> Result<TaxRegister, StoreError> {
        self.read((), |db, ()| Box::pin(tax_register::standing(db))).await
    }

    async fn tax_rows(&self, after: i64, max: u32) -> Result<Vec<TaxRow>, StoreError> {
        self.read((after, max), |db, (after, max)| Box::pin(tax_register::rows(db, *after, *max))).await
    }

    async fn begin_tax_load(&self) -> Result<TaxLoad, StoreError> {
        self.write((), |tx, ()| Box::pin(tax_register::begin(tx))).await
    }

    async fn clear_tax_load(&self, load: TaxLoad, after: i64, max: u32) -> Decided<Option<i64>, Overtaken> {
        self.write((load, after, max), |tx, (load, after, max)| {
            Box::pin(tax_register::clear(tx, *load, *after, *max))
        })
        .await
    }

    async fn load_tax_rows(&self, load: TaxLoad, rows: Vec<TaxRow>) -> Decided<(), Overtaken> {
        self.write((load, rows), |tx, (load, rows)| Box::pin(tax_register::load(tx, *load, rows))).await
    }

    async fn take_tax_register(&self, load: TaxLoad, size: u64, digest: Digest) -> Decided<(), Overtaken> {
        self.write((load, size, digest), |tx, (load, size, digest)| {
            Box::pin(tax_register::take(tx, *load, *size, digest))
        })
        .await
    }
}
