//! `clavero restore`: a backup becomes the service's database, and what was secret in it or since is dead.

mod changes;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clavero_protocol::OfficerId;
use clavero_service::{
    BroughtBack, KeyRing, RestoreError,
    audit::{AuditLog, Sealer},
    bring_back, retire_keys,
};
use clavero_store::{Clock as _, Postgres, Sqlite, Store, StoreError, SystemClock};
use clavero_words::time;
use tokio::sync::watch;

use self::changes::Change;
use super::{audit, backup};
use crate::{
    cli::Restore,
    config::{Database, Settings},
    failure::Failure,
    parts,
    progress::Stretch,
    terminal::{self, Terminal},
};

/// Puts the file in place where one is named; then ends what was secret, and seals the entry that says so.
pub(crate) async fn run(command: &Restore, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let kept = kept(command, settings)?;
    // Another ring would make everything in the database unreadable, so none is made here.
    let keys = KeyRing::open(&settings.key_file);
    let keys = Arc::new(keys.map_err(|error| parts::keys_failure(&settings.key_file, &error))?);
    let placed = if let Some(file) = &command.file {
        Some(place(file, settings, terminal)?)
    } else {
        refuse_in_use(settings).await?;
        None
    };
    let store = parts::open_store(settings).await?;
    if let Err(failure) = parts::bind(settings, &*store, &keys).await {
        // What was put there is of no use with this ring, and would be in the way of the next try.
        placed.map(fs::remove_file).transpose().ok();
        return Err(failure);
    }
    let (changes, disabled) = changes::read(command, settings, (&store, &keys)).await?;
    let replaced: Vec<_> = changes.iter().map(Change::replaced).collect();
    let retired = retire_keys(&store, &keys, &replaced).await.map_err(|error| failed(settings, error))?;
    let disabled = disable(settings, &*store, disabled, terminal).await?;
    let mut progress = Stretch::new(terminal, "audit-progress");
    let verify = !command.unverified;
    let mut watch = |done, all| progress.at(done, all);
    let brought = bring_back(&store, &keys, &kept, verify, &mut watch).await;
    progress.finish();
    let brought = brought.map_err(|error| failed(settings, error))?;
    let aside = set_aside(settings)?;
    seal(settings, &store, &keys).await?;
    tell(&brought, terminal);
    if let Some(aside) = aside {
        terminal.tell("restore-aside", &[("path", &aside.display().to_string())]);
    }
    terminal.tell("restore-not-known", &[]);
    if command.changed_since.is_empty() {
        terminal.tell("restore-no-list", &[]);
    } else {
        terminal.tell("restore-officers", &[("count", &disabled.to_string())]);
        terminal.tell("restore-list", &[("count", &retired.len().to_string())]);
        changes.iter().filter(|change| retired.contains(&change.employer)).for_each(|change| {
            terminal::print(&change.line());
        });
    }
    Ok(())
}

/// Takes the access of officers away who had lost it before; says how many had it again.
async fn disable(
    settings: &Settings,
    store: &dyn Store,
    officers: BTreeSet<OfficerId>,
    terminal: Terminal,
) -> Result<u64, Failure> {
    let failed = |error: StoreError| parts::store_failure(&settings.database, &error);
    let mut count = 0;
    for id in officers {
        let Some(officer) = store.officer(id).await.map_err(failed)?.filter(|officer| officer.active) else {
            continue;
        };
        match store.disable_officer(id, None).await.map_err(failed)? {
            Ok(()) => count += 1,
            // The last admin: somebody has to let another one in first.
            Err(_) => terminal.tell("restore-officer-stays", &[("name", &officer.name)]),
        }
    }
    Ok(count)
}

/// All checkpoints that are known outside of the database.
fn kept(command: &Restore, settings: &Settings) -> Result<Vec<String>, Failure> {
    let mut kept = audit::read(&settings.checkpoint_file())?;
    for path in &command.checkpoint {
        let notes = audit::read(path)?;
        if notes.is_empty() {
            return Err(Failure::say("failed-audit-no-checkpoint", [("path", &path.display())]));
        }
        kept.extend(notes);
    }
    Ok(kept)
}

/// Puts the backup where the database has to be.
fn place(file: &Path, settings: &Settings, terminal: Terminal) -> Result<PathBuf, Failure> {
    let Database::Sqlite(path) = &settings.database else {
        return Err(Failure::say("failed-restore-postgres", [("path", &settings.database.shown())]));
    };
    if !file.is_file() {
        return Err(Failure::say("failed-restore-no-file", [("path", &file.display())]));
    }
    parts::make_folder(&settings.database)?;
    let mut progress = Stretch::new(terminal, "backup-progress");
    let done = Sqlite::bring_back(file, path, &mut |done, all| progress.at(done, all));
    progress.finish();
    let contents = done.map_err(|error| backup::failure(&error, settings, path))?;
    backup::tell_contents(&contents, terminal);
    Ok(path.clone())
}

/// A service that runs would go on with what it has in memory.
async fn refuse_in_use(settings: &Settings) -> Result<(), Failure> {
    parts::require_database(&settings.database)?;
    let in_use = match &settings.database {
        Database::Sqlite(path) => Sqlite::is_in_use(path),
        Database::Postgres(url) => Postgres::is_in_use(url.reveal()).await,
    };
    let shown = settings.database.shown();
    match in_use {
        Ok(false) => Ok(()),
        Ok(true) => Err(Failure::say("failed-in-use", [("path", &shown)])),
        Err(error) => Err(parts::store_failure(&settings.database, &error)),
    }
}

fn failed(settings: &Settings, error: RestoreError) -> Failure {
    match error {
        RestoreError::Store(error) => parts::store_failure(&settings.database, &error),
        RestoreError::Log(error) => parts::log_failure(settings, &error),
        RestoreError::Found(finding) => audit::found::failure(&finding),
        RestoreError::Busy => Failure::say("failed-runtime", [("why", &error)]),
    }
}

/// The checkpoints of the log that was lost stay, under another name: an auditor may ask for them.
fn set_aside(settings: &Settings) -> Result<Option<PathBuf>, Failure> {
    let path = settings.checkpoint_file();
    if !path.exists() {
        return Ok(None);
    }
    let moment = time::rfc_3339(SystemClock::new().now());
    let digits: String = moment.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".before-restore-{digits}"));
    let aside = path.with_file_name(name);
    fs::rename(&path, &aside).map_err(|error| {
        Failure::say("failed-restore-aside", [("path", &path.display()), ("why", &error)])
    })?;
    Ok(Some(aside))
}

/// Seals what waits, so that the log says at once what was done.
async fn seal(settings: &Settings, store: &Arc<dyn Store>, keys: &Arc<KeyRing>) -> Result<(), Failure> {
    let log = AuditLog::open(Arc::clone(store), Arc::clone(keys), None).await;
    let log = log.map_err(|error| parts::log_failure(settings, &error))?;
    // Without a name there was never a service, and the first one seals.
    if let Some(log) = log {
        let (_stop, stopped) = watch::channel(true);
        Sealer::new(log, settings.checkpoint_file()).run(stopped).await;
    }
    Ok(())
}

fn tell(brought: &BroughtBack, terminal: Terminal) {
    let count = |number: u64| number.to_string();
    let ended = &brought.ended;
    terminal.tell(
        "restore-ended",
        &[
            ("sessions", &count(ended.sessions + ended.officer_sessions)),
            ("recoveries", &count(ended.recoveries)),
            ("links", &count(ended.links)),
            ("slips", &count(ended.slips)),
            ("enrolments", &count(ended.enrolments)),
            ("mails", &count(ended.mails)),
        ],
    );
    let entries = count(brought.entries);
    match &brought.lost {
        Some(lost) => {
            let (size, gone) = (count(lost.head.size), count(lost.head.size - lost.from));
            terminal.tell("restore-lost", &[("entries", &entries), ("size", &size), ("gone", &gone)]);
        }
        None => terminal.tell("restore-nothing-known", &[("entries", &entries)]),
    }
}
