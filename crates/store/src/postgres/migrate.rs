//! Numbered migrations with checksums, one node at a time.

use sha2::{Digest as _, Sha256};
use tokio_postgres::{Client, error::SqlState};

use crate::{Schema, StoreError};

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_codes_budget.sql"),
    include_str!("migrations/0003_tax_register.sql"),
    include_str!("migrations/0004_tax_answer.sql"),
    include_str!("migrations/0005_bound_rows.sql"),
];

/// Names the lock in the server: any number that nobody else uses. ("clavero" in ASCII.)
const LOCK: i64 = 0x63_6c61_7665_726f;

fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// How the schema stands.
pub(super) async fn standing(client: &Client) -> Result<Schema, StoreError> {
    Ok(Schema { found: applied(client).await?.unwrap_or(0), known: known() })
}

/// Brings the schema up to [`known`]; refuses one that is newer or that came about another way.
pub(super) async fn run(client: &Client) -> Result<(), StoreError> {
    if applied(client).await? == Some(known()) {
        return Ok(());
    }
    client.batch_execute("BEGIN").await?;
    let outcome = bring_up(client).await;
    client.batch_execute(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    outcome
}

async fn bring_up(client: &Client) -> Result<(), StoreError> {
    // Several nodes may start at once: one does it, the others find it done.
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    client
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, checksum BYTEA NOT NULL)",
        )
        .await?;
    let done = applied(client).await?.unwrap_or(0);
    for (number, sql) in (1_u32..).zip(MIGRATIONS).skip(done as usize) {
        client.batch_execute(sql).await?;
        let checksum = Sha256::digest(sql);
        client
            .execute(
                "INSERT INTO migration (number, checksum) VALUES ($1, $2)",
                &[&i64::from(number), &checksum.as_slice()],
            )
            .await?;
        tracing::info!(number, "migration applied");
    }
    Ok(())
}

/// The newest migration that the database has, each checked against ours; `None` for a new database.
async fn applied(client: &Client) -> Result<Option<u32>, StoreError> {
    let rows = match client.query("SELECT number, checksum FROM migration ORDER BY number", &[]).await {
        Ok(rows) => rows,
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut newest = 0;
    for row in rows {
        let (number, checksum): (i64, Vec<u8>) = (row.get(0), row.get(1));
        let number = u32::try_from(number).unwrap_or(u32::MAX);
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
