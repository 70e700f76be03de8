//! `clavero retention`: the end of what the law or the institution lets be kept. Safe to run while the service runs, and again.

use clavero_store::{Sqlite, StoreError};

use crate::{config::Settings, failure::Failure, parts, terminal::Terminal};

/// Rows of one transaction: the service goes on between them.
const AT_ONCE: u32 = 200;

/// Deletes old recoveries and cases, destroys the keys of old personal data in the log, and says how many.
pub(crate) async fn run(settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let (store, keys) = parts::open_with_keys(settings).await?;
    parts::bind(settings, &*store, &keys).await?;
    let failed = |error: StoreError| parts::store_failure(&settings.database, &error);
    let (now, kept, policy) = (store.now(), &settings.retention, &settings.recovery);
    let before = now - kept.recoveries;
    let recoveries = all(|| store.forget_recoveries(before, policy, AT_ONCE)).await.map_err(failed)?;
    let before = now - kept.cases;
    let cases = all(|| store.forget_cases(before, policy, AT_ONCE)).await.map_err(failed)?;
    let before = now - kept.log;
    let entries = all(|| store.destroy_keys(before, AT_ONCE)).await.map_err(failed)?;
    if recoveries + cases + entries > 0
        && let Some(path) = settings.database.file()
    {
        Sqlite::scrub(path).map_err(failed)?;
    }
    terminal.print("retention-recoveries", &[("count", &recoveries.to_string())]);
    terminal.print("retention-cases", &[("count", &cases.to_string())]);
    terminal.print("retention-log", &[("count", &entries.to_string())]);
    Ok(())
}

/// One portion after the other, until one is not full.
async fn all<P>(portion: impl Fn() -> P) -> Result<u64, StoreError>
where
    P: Future<Output = Result<u64, StoreError>>,
{
    let mut all = 0;
    loop {
        let gone = portion().await?;
        all += gone;
        if gone < u64::from(AT_ONCE) {
            return Ok(all);
        }
    }
}
