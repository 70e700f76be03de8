//! `clavero keys`: the ring's keys from their making to their end.

use std::sync::Arc;

use clavero_service::{
    KeyRing, ResealedIn, RetireError, RingKey, UnderKey, reseal, retire, to_reseal, under_key,
};
use clavero_store::{Clock as _, KeyUses, Sqlite, Store, StoreError, SystemClock};
use clavero_words::time;

use crate::{
    cli::{Keys, ResealKeys, RetireKey},
    config::Settings,
    failure::Failure,
    parts,
    progress::Stretch,
    terminal::{self, Terminal},
};

/// Runs one of the commands.
pub(crate) async fn run(command: &Keys, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    match command {
        Keys::List => list(settings, terminal).await,
        Keys::Rotate => rotate(settings, terminal),
        Keys::Reseal(command) => reseal_all(command, settings, terminal).await,
        Keys::Retire(command) => retire_one(command, settings, terminal).await,
    }
}

/// Adds a key to the ring. A running service goes on with the ring that it read at its start.
fn rotate(settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let path = settings.key_file.display().to_string();
    let id = KeyRing::rotate(&settings.key_file, SystemClock::new().now())
        .map_err(|error| parts::keys_failure(&settings.key_file, &error))?;
    terminal.print("keys-rotated", &[("id", &id), ("path", &path)]);
    terminal.tell("keys-restart", &[]);
    Ok(())
}

/// Database and ring, which belong together; none is made.
async fn standing(settings: &Settings) -> Result<(Arc<dyn Store>, Arc<KeyRing>), Failure> {
    let keys = KeyRing::open(&settings.key_file);
    let keys = Arc::new(keys.map_err(|error| parts::keys_failure(&settings.key_file, &error))?);
    let store = parts::open_store(settings).await?;
    parts::bind(settings, &*store, &keys).await?;
    Ok((store, keys))
}

/// A line for each key: its name, when it was made, what lies under it, and what it is.
async fn list(settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let (store, keys) = standing(settings).await?;
    terminal.tell("keys-columns", &[]);
    for key in keys.list() {
        let under = under_key(&store, &settings.recovery, &key.id).await;
        let under = under.map_err(|error| parts::store_failure(&settings.database, &error))?;
        terminal::print(&row(&key, under, key.id == keys.active(), terminal));
    }
    Ok(())
}

/// In columns that `cut -f` parts.
fn row(key: &RingKey, under: UnderKey, is_active: bool, terminal: Terminal) -> String {
    let state = match key {
        RingKey { retired: true, .. } => "keys-state-retired",
        _ if is_active => "keys-state-active",
        _ => "keys-state-old",
    };
    let state = terminal.speech().say(state, &[]);
    let made = key.made.map_or_else(|| "-".to_owned(), time::rfc_3339);
    let UnderKey { sealed, uses: KeyUses { recoveries, cases, credentials } } = under;
    format!("{}\t{made}\t{sealed}\t{recoveries}\t{cases}\t{credentials}\t{state}", key.id)
}

/// Nothing may be sealed anew, or taken out, before the service itself works with the ring that does it.
async fn in_use(settings: &Settings, store: &dyn Store, keys: &KeyRing) -> Result<(), Failure> {
    let standing = store.key_in_use().await;
    let path = settings.key_file.display();
    match standing.map_err(|error| parts::store_failure(&settings.database, &error))? {
        Some(id) if !keys.ids().contains(&id) => {
            Err(Failure::say("failed-older-keys", [("path", &path), ("id", &id)]))
        }
        Some(id) if id != keys.active() => {
            Err(Failure::say("failed-keys-restart", [("id", &keys.active()), ("before", &id)]))
        }
        _ => Ok(()),
    }
}

async fn reseal_all(command: &ResealKeys, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let (store, keys) = standing(settings).await?;
    in_use(settings, &*store, &keys).await?;
    let failed = |error: StoreError| parts::store_failure(&settings.database, &error);
    let all = to_reseal(&store, &keys).await.map_err(failed)?;
    let mut progress = Stretch::new(terminal, "keys-progress");
    let done = reseal(&store, &keys, command.dry_run, &mut |done| progress.at(done, all)).await;
    progress.finish();
    let done = done.map_err(|error| {
        Failure::say("failed-keys-reseal", [("path", &settings.database.shown()), ("why", &error)])
    })?;
    let sum = |count: fn(&ResealedIn) -> u64| done.iter().map(count).sum::<u64>();
    for count in done.iter().filter(|count| count.found + count.unopened > 0) {
        let ResealedIn { place, found, resealed, unopened } = count;
        terminal::print(&format!("{:<24} {found:>10} {resealed:>10} {unopened:>10}", place.name()));
    }
    let [found, resealed] =
        [sum(|count| count.found), sum(|count| count.resealed)].map(|sum| sum.to_string());
    let key = if command.dry_run { "keys-to-reseal" } else { "keys-resealed" };
    terminal.print(key, &[("found", &found), ("resealed", &resealed), ("id", keys.active())]);
    match sum(|count| count.unopened) {
        0 => Ok(()),
        unopened => Err(Failure::say("failed-keys-unopened", [("count", &unopened)])),
    }
}

async fn retire_one(command: &RetireKey, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let (store, keys) = standing(settings).await?;
    in_use(settings, &*store, &keys).await?;
    if !command.yes {
        return Err(Failure::say("failed-keys-retire-yes", [("id", &command.key)]));
    }
    let ring = (&*keys, settings.key_file.as_path());
    let left = retire(&store, ring, &settings.recovery, &command.key).await;
    let left = left.map_err(|error| not_retired(&error, settings, &command.key))?;
    // What was deleted or written over while the key was there still lies in the file's free pages.
    if let Some(file) = settings.database.file() {
        Sqlite::scrub(file).map_err(|error| parts::store_failure(&settings.database, &error))?;
    }
    let path = settings.key_file.display().to_string();
    terminal.print("keys-retired", &[("id", &command.key), ("path", &path)]);
    if left > 0 {
        terminal.tell("keys-pepper", &[("id", &command.key), ("count", &left.to_string())]);
    }
    terminal.tell("keys-retired-next", &[("id", &command.key)]);
    Ok(())
}

fn not_retired(error: &RetireError, settings: &Settings, id: &str) -> Failure {
    match error {
        RetireError::Store(error) => parts::store_failure(&settings.database, error),
        RetireError::Ring(error) => parts::keys_failure(&settings.key_file, error),
        RetireError::Unknown => {
            Failure::say("failed-keys-unknown", [("id", &id), ("path", &settings.key_file.display())])
        }
        RetireError::Active => Failure::say("failed-keys-active", [("id", &id)]),
        RetireError::InUse { sealed, uses } => {
            let KeyUses { recoveries, cases, credentials } = uses;
            Failure::say(
                "failed-keys-in-use",
                [
                    ("id", &id),
                    ("sealed", sealed),
                    ("recoveries", recoveries),
                    ("cases", cases),
                    ("credentials", credentials),
                ],
            )
        }
    }
}
