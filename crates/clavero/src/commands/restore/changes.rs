//! Whose key was replaced, and who was disabled, in the time that was lost, from what is left of that time: an export of its audit log, or another
//! copy of its database.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
    sync::Arc,
};

use clavero_protocol::{EmployerKey, OfficerId, Ruc, Sucursal, Timestamp};
use clavero_service::{KeyRing, ReplacedKey};
use clavero_store::{Store, StoreError, acts, officer_acts};
use clavero_words::time;
use serde_json::Value;

use crate::{
    cli::Restore,
    config::{Database, Settings},
    failure::Failure,
    parts,
};

/// Keys that are read at once.
const PAGE: u32 = 1_000;

/// What became of an employer's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) employer: EmployerKey,
    at: Timestamp,
    frozen: bool,
}

impl Change {
    pub(super) const fn replaced(&self) -> ReplacedKey {
        ReplacedKey { employer: self.employer, frozen: self.frozen }
    }

    /// `ruc,sucursal,moment,what`.
    pub(super) fn line(&self) -> String {
        let what = if self.frozen { "frozen" } else { "changed" };
        let Self { employer, at, .. } = self;
        format!("{},{},{},{what}", employer.ruc(), employer.sucursal(), time::rfc_3339(*at))
    }
}

/// What the sources know of, by employer; the latest counts. An officer who was disabled stays so for ever.
#[derive(Default)]
struct Changes {
    keys: BTreeMap<i64, Change>,
    disabled: BTreeSet<OfficerId>,
}

/// All keys that were replaced and all officers who were disabled, as far as the sources know.
pub(super) async fn read(
    command: &Restore,
    settings: &Settings,
    restored: (&Arc<dyn Store>, &KeyRing),
) -> Result<(Vec<Change>, BTreeSet<OfficerId>), Failure> {
    let mut changes = Changes::default();
    for source in &command.changed_since {
        match Database::parse(source) {
            Some(database) => of_database(&database, settings, restored, &mut changes).await?,
            // An address that was mistyped may hold a password.
            None if source.contains("://") => {
                return Err(Failure::say("failed-copy-address", [("option", &"--changed-since")]));
            }
            None => of_export(Path::new(source), settings, restored.0, &mut changes).await?,
        }
    }
    Ok((changes.keys.into_values().collect(), changes.disabled))
}

fn note(changes: &mut Changes, change: Change) {
    let standing = changes.keys.entry(change.employer.as_i64()).or_insert(change);
    if standing.at <= change.at {
        *standing = change;
    }
}

/// Compares key by key with a copy of the database that was lost.
async fn of_database(
    database: &Database,
    settings: &Settings,
    (restored, keys): (&Arc<dyn Store>, &KeyRing),
    changes: &mut Changes,
) -> Result<(), Failure> {
    parts::require_database(database)?;
    let failed = |error: StoreError| parts::store_failure(database, &error);
    let lost = parts::open_at(database).await.map_err(failed)?;
    if lost.key_ring_fingerprint(keys.fingerprint()).await.map_err(failed)? != keys.fingerprint() {
        return Err(Failure::say("failed-foreign-keys", [("path", &settings.key_file.display())]));
    }
    let officers = lost.officers().await.map_err(failed)?;
    changes.disabled.extend(officers.iter().filter(|officer| !officer.active).map(|officer| officer.id));
    let mut above = 0;
    loop {
        let theirs = lost.key_states(above, PAGE).await.map_err(failed)?;
        let Some(end) = theirs.last() else { return Ok(()) };
        let ours = restored.key_states(above, PAGE).await;
        let ours = ours.map_err(|error| parts::store_failure(&settings.database, &error))?;
        let ours: BTreeMap<i64, _> = ours.into_iter().map(|state| (state.employer, state)).collect();
        let whole = ours.len() < PAGE as usize;
        // Up to here both pages are whole.
        let end = if whole { end.employer } else { end.employer.min(*ours.keys().next_back().unwrap_or(&0)) };
        for state in theirs.iter().filter(|state| state.employer <= end) {
            let Some(employer) = EmployerKey::from_i64(state.employer) else { continue };
            let stands = ours.get(&state.employer).map(|ours| (ours.changed_at, ours.frozen));
            if is_news(state.changed_at, state.frozen, stands) {
                note(changes, Change { employer, at: state.changed_at, frozen: state.frozen });
            }
        }
        above = end;
    }
}

/// Whether it happened after what stands now: that may be of the backup, or newer than all that was lost.
fn is_news(at: Timestamp, frozen: bool, stands: Option<(Timestamp, bool)>) -> bool {
    match stands {
        None => true,
        Some((_, true)) if frozen => false,
        Some((since, _)) => at > since || (at == since && frozen),
    }
}

/// Reads an export of the log that was lost, opened.
async fn of_export(
    path: &Path,
    settings: &Settings,
    restored: &Arc<dyn Store>,
    changes: &mut Changes,
) -> Result<(), Failure> {
    let unreadable =
        |error: std::io::Error| Failure::say("failed-file", [("path", &path.display()), ("why", &error)]);
    let no_export = || Failure::say("failed-restore-export", [("path", &path.display())]);
    let mut about = None;
    for line in BufReader::new(File::open(path).map_err(unreadable)?).lines() {
        let line: Value = serde_json::from_str(&line.map_err(unreadable)?).map_err(|_| no_export())?;
        if line["kind"] == "opened" {
            if let Some((at, frozen)) = about.take() {
                let employer = employer(&line["personal"]["employer"]).ok_or_else(no_export)?;
                let found = restored.employer(&employer).await;
                let found = found.map_err(|error| parts::store_failure(&settings.database, &error))?;
                let stands = found.and_then(|found| found.credential);
                if is_news(at, frozen, stands.map(|key| (key.changed_at, key.frozen))) {
                    note(changes, Change { employer, at, frozen });
                }
            }
        } else if about.is_some() {
            // An entry whose employer is not told: it was exported without opening it.
            return Err(no_export());
        } else {
            about = told(&line);
            changes.disabled.extend(disabled(&line));
        }
    }
    if about.is_some() { Err(no_export()) } else { Ok(()) }
}

/// When a key was replaced, and whether it was frozen, where a line tells of that.
fn told(line: &Value) -> Option<(Timestamp, bool)> {
    let act = line["act"].as_str()?;
    let is_change = [acts::KEY_CHANGED, acts::KEY_FROZEN, acts::KEY_RETIRED].contains(&act);
    let counts = is_change && line["refusal"].is_null();
    counts.then_some((Timestamp::from_micros(line["time"].as_i64()?), act == acts::KEY_FROZEN))
}

/// The officer whose access was taken away, where a line tells of that.
fn disabled(line: &Value) -> Option<OfficerId> {
    let is_done = line["act"] == officer_acts::DISABLED && line["refusal"].is_null();
    let id = u128::from_str_radix(line["officer"].as_str()?, 16).ok()?;
    is_done.then(|| OfficerId(id.to_be_bytes()))
}

/// An employer as the log names them.
fn employer(text: &Value) -> Option<EmployerKey> {
    let (ruc, sucursal) = text.as_str()?.split_once('-')?;
    EmployerKey::new(Ruc::parse(ruc).ok()?, Sucursal::parse(sucursal).ok()?).ok()
}
