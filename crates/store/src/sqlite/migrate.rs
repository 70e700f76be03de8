//! Numbered migrations with checksums, applied under the database's own lock.

use rusqlite::{Connection, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

use crate::{Schema, StoreError};

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_officer.sql"),
    include_str!("migrations/0003_audit_tree.sql"),
    include_str!("migrations/0004_case.sql"),
    include_str!("migrations/0005_codes_budget.sql"),
    include_str!("migrations/0006_tax_register.sql"),
    include_str!("migrations/0007_tax_answer.sql"),
];

/// The newest schema that this version knows.
pub(super) fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// How the schema stands.
pub(super) fn standing(connection: &Connection) -> Result<Schema, StoreError> {
    Ok(Schema { found: applied(connection)?.unwrap_or(0), known: known() })
}

/// Brings the schema up to [`known`]; refuses one that is newer or that came about another way.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    if applied(connection)? == Some(known()) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, checksum BLOB NOT NULL)",
    )?;
    let done = applied(&transaction)?.unwrap_or(0);
    for (number, sql) in (1_u32..).zip(MIGRATIONS).skip(done as usize) {
        transaction.execute_batch(sql)?;
        let checksum = Sha256::digest(sql);
        transaction.execute("INSERT INTO migration VALUES (?1, ?2)", params![number, checksum.as_slice()])?;
        tracing::info!(number, "migration applied");
    }
    transaction.commit()?;
    Ok(())
}

/// The newest migration that the database has, each checked against ours; `None` for a new database.
fn applied(connection: &Connection) -> Result<Option<u32>, StoreError> {
    if !connection.table_exists(None, "migration")? {
        return Ok(None);
    }
    let mut statement = connection.prepare("SELECT number, checksum FROM migration ORDER BY number")?;
    let mut rows = statement.query([])?;
    let mut newest = 0;
    while let Some(row) = rows.next()? {
        let (number, checksum): (u32, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let Some(sql) = MIGRATIONS.get((number as usize).wrapping_sub(1)) else {
            return Err(StoreError::NewerSchema { found: number, known: known() });
        };
        if Sha256::digest(sql).as_slice() != checksum {
            return Err(StoreError::ForeignMigration(number));
        }
        newest = number;
    }
    Ok(Some(newest))
}
