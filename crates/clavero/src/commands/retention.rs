//! `clavero retention`: the end of what the law or the institution lets be kept. Safe to run while the service runs, and again.

use clavero_protocol::Timestamp;
use clavero_store::{Sqlite, Store, StoreError};

use crate::{config::Settings, failure::Failure, parts, terminal::Terminal};

/// Rows of one transaction: the service goes on between them.
const AT_ONCE: u32 = 200;

/// Deletes old cases and destroys the keys of old personal data in the log, and says how many.
pub(crate) async fn run(settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let (store, keys) = (parts::open_store(settings).await?, parts::open_keys(settings)?);
    parts::bind(settings, &*store, &keys).await?;
    let failed = |error: StoreError| parts::store_failure(&settings.database, &error);
    let now = store.now();
    let cases = forget(settings, &*store, now - settings.retention.cases).await.map_err(failed)?;
    let entries = destroy(&*store, now - settings.retention.log).await.map_err(failed)?;
    if cases + entries > 0
        && let Some(path) = settings.database.file()
    {
        Sqlite::scrub(path).map_err(failed)?;
    }
    terminal.print("retention-cases", &[("count", &cases.to_string())]);
    terminal.print("retention-log", &[("count", &entries.to_string())]);
    Ok(())
}

async fn forget(settings: &Settings, store: &dyn Store, before: Timestamp) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let gone = store.forget_cases(before, &settings.recovery, AT_ONCE).await?;
        all += gone;
        if gone < u64::from(AT_ONCE) {
            return Ok(all);
        }
    }
}

async fn destroy(store: &dyn Store, before: Timestamp) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let gone = store.destroy_keys(before, AT_ONCE).await?;
        all += gone;
        if gone < u64::from(AT_ONCE) {
            return Ok(all);
        }
    }
}
