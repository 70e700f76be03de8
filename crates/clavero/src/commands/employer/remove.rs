//! `clavero employer remove`: the end of employers whom the registry's source no longer names. Safe to run while the service runs, and
//! again.

use std::io::BufReader;

use clavero_protocol::EmployerKey;
use clavero_store::{Removal, Sqlite, StoreError};

use crate::{
    cli::RemoveEmployers,
    commands::import,
    config::Settings,
    failure::Failure,
    import::{Listed, Unreadable, listed},
    parts,
    progress::Stretch,
    terminal::{self, Terminal},
};

/// Employers of one transaction: the service goes on between them.
const AT_ONCE: usize = 100;

/// Bad rows that are told one by one.
const MOST_TOLD: usize = 1_000;

pub(super) async fn run(
    command: &RemoveEmployers,
    settings: &Settings,
    terminal: Terminal,
) -> Result<(), Failure> {
    let employers = read(command, terminal)?;
    parts::require_database(&settings.database)?;
    let (store, keys) = parts::open_with_keys(settings).await?;
    parts::bind(settings, &*store, &keys).await?;
    let failed = |error: StoreError| parts::store_failure(&settings.database, &error);
    let mut whole = Removal::default();
    let mut progress = Stretch::new(terminal, "employer-progress");
    let all = employers.len() as u64;
    for (done, portion) in (1_u64..).zip(employers.chunks(AT_ONCE)) {
        let portion = portion.to_vec();
        let policy = &settings.recovery;
        let removal = if command.yes {
            store.remove_employers(portion, policy).await
        } else {
            store.review_removal(portion, policy).await
        };
        let removal = removal.map_err(failed)?;
        whole.gone.extend(removal.gone);
        whole.staying.extend(removal.staying);
        whole.unknown += removal.unknown;
        progress.at((done * AT_ONCE as u64).min(all), all);
    }
    progress.finish();
    if command.yes
        && !whole.gone.is_empty()
        && let Some(path) = settings.database.file()
    {
        Sqlite::scrub(path).map_err(failed)?;
    }
    tell(&whole, command.yes, terminal);
    Ok(())
}

/// Whom the file names. One bad row, and it may be another file than was meant.
fn read(command: &RemoveEmployers, terminal: Terminal) -> Result<Vec<EmployerKey>, Failure> {
    let (input, _) = import::open(&command.file)?;
    let path = command.file.display();
    let Listed { employers, bad } = listed(BufReader::new(input)).map_err(|error| {
        let why = match error {
            Unreadable::Io(error) => error.to_string(),
            Unreadable::Header(reason) => reason.tell(terminal.speech()),
        };
        Failure::say("failed-file", [("path", &path), ("why", &why)])
    })?;
    for error in bad.iter().take(MOST_TOLD) {
        terminal::tell(&format!("{path}: {}", error.tell(terminal.speech())));
    }
    match bad.len() {
        0 => Ok(employers.into_iter().collect()),
        bad => Err(Failure::say("failed-employer-list", [("path", &path), ("bad", &bad)])),
    }
}

fn tell(removal: &Removal, done: bool, terminal: Terminal) {
    for employer in &removal.staying {
        let (ruc, sucursal) = (employer.ruc().to_string(), employer.sucursal().to_string());
        terminal.print("employer-stays", &[("ruc", &ruc), ("sucursal", &sucursal)]);
    }
    let counts = [removal.gone.len() as u64, removal.staying.len() as u64, removal.unknown];
    let [gone, staying, unknown] = counts.map(|count| count.to_string());
    let key = if done { "employer-removed" } else { "employer-to-remove" };
    terminal.print(key, &[("gone", &gone), ("staying", &staying), ("unknown", &unknown)]);
}
