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
    include_str!("migrations/0008_bound_rows.sql"),
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

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE_BINDING: usize = 7;

    /// A database as the last version left it that bound no rows.
    fn of_before() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE migration (number INTEGER PRIMARY KEY, checksum BLOB NOT NULL)")
            .unwrap();
        for (number, sql) in (1_u32..).zip(&MIGRATIONS[..BEFORE_BINDING]) {
            connection.execute_batch(sql).unwrap();
            let checksum = Sha256::digest(sql);
            connection
                .execute("INSERT INTO migration VALUES (?1, ?2)", params![number, checksum.as_slice()])
                .unwrap();
        }
        connection
    }

    fn case(connection: &Connection, id: u8, stage: i64, before: Option<i64>) {
        connection
            .execute(
                "INSERT INTO assisted_case (id, reference, employer_id, matched, reason, key_id, locale, created_at, updated_at, \
                 version, dossier, codes, code_attempts, starts, stage, stage_before, stage_at, stage_before_at, asked_by, asked_at, \
                 asked_digest, asked_first, approved_by, approved_at, started_by, started_at, slip) \
                 VALUES (?1, ?2, 1, 1, 'first_time', 'k1', 'es-EC', 1, 1, 1, x'00', 0, 0, 0, ?3, ?4, 50, 60, x'AA', 40, x'DD', 0, \
                 x'BB', 41, x'AA', 42, x'EE')",
                params![[id; 16], format!("R{id}"), stage, before],
            )
            .unwrap();
    }

    #[test]
    fn what_was_open_and_is_not_bound_ends_with_the_update_and_who_was_enrolled_stays() {
        let mut connection = of_before();
        connection
            .execute_batch(
                "INSERT INTO recovery (id, employer_id, email_version, token, key_id, reference, locale, created_at, stage, counter, \
                 queued_at, handoff, accepted_at, attempts) VALUES (x'01', 1, 1, x'09', 'k1', 'K7', 'es-EC', 10, 1, 1, 20, 2, 30, 0); \
                 INSERT INTO link VALUES (x'02', x'01', 1, 30); \
                 INSERT INTO session VALUES (x'03', x'04', 1, 'Firefox', 30, 30); \
                 INSERT INTO enrolment VALUES (x'05', x'AA', 99, NULL), (x'06', x'AA', 99, 50); \
                 INSERT INTO passkey VALUES (x'07', x'AA', x'08', 40, NULL)",
            )
            .unwrap();
        case(&connection, 1, 4, None);
        case(&connection, 2, 7, Some(5));
        case(&connection, 3, 0, None);
        run(&mut connection).unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM link") + count("SELECT count(*) FROM session"), 0);
        assert_eq!(
            count("SELECT count(*) FROM recovery WHERE stage = 4 AND ended_at = 20 AND accepted_at IS NULL"),
            1
        );
        assert_eq!(count("SELECT count(*) FROM enrolment") + count("SELECT count(*) FROM passkey"), 2);
        let cases = "SELECT count(*) FROM assisted_case WHERE asked_digest IS NULL AND approved_by IS NULL AND slip IS NULL";
        let at_desk =
            format!("{cases} AND stage = 2 AND officer = x'AA' AND stage_at = 40 AND stage_before IS NULL");
        assert_eq!(count(&at_desk), 1, "approved: with the officer who asked");
        let frozen = format!(
            "{cases} AND stage = 7 AND stage_before = 2 AND officer = x'AA' AND stage_before_at = 40 AND stage_at = 50"
        );
        assert_eq!(count(&frozen), 1, "stopped by the old mailbox: it stays so");
        assert_eq!(
            count("SELECT count(*) FROM assisted_case WHERE stage = 0 AND asked_digest IS NOT NULL"),
            1
        );
    }
}
