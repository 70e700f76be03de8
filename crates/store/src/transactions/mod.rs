//! What the store does, once for every engine: load, let the protocol decide, save.

pub(crate) mod audit;
pub(crate) mod budgets;
pub(crate) mod cases;
pub(crate) mod decision;
pub(crate) mod employers;
pub(crate) mod holding;
pub(crate) mod import;
pub(crate) mod log;
pub(crate) mod meta;
pub(crate) mod officers;
pub(crate) mod outbox;
pub(crate) mod recoveries;
pub(crate) mod removal;
pub(crate) mod restore;
pub(crate) mod sealed;
pub(crate) mod sessions;
pub(crate) mod sweep;
pub(crate) mod tax;
pub(crate) mod tax_register;

use crate::{
    StoreError,
    dialect::Lock,
    sql::{Tx, params},
};

/// What is changed by one transaction at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whole {
    /// The sealed log.
    Log,
    /// Who gets in at the desk.
    Officers,
}

/// Waits for the transactions that change the same whole. What is read is to be read after it.
pub(crate) fn hold(tx: &dyn Tx, whole: Whole) -> Result<(), StoreError> {
    let key = match whole {
        Whole::Log => "hold_log",
        Whole::Officers => "hold_officers",
    };
    match tx.dialect().lock(Lock::Row) {
        "" => Ok(()),
        lock => tx.put(&format!("SELECT key FROM meta WHERE key = ?1{lock}"), params![key]),
    }
}
