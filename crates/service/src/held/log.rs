//! The entries of the log that tell of one employer.

use std::collections::{BTreeMap, HashSet};

use clavero_audit::{Entry, json};
use clavero_protocol::{EmployerKey, Timestamp};
use clavero_store::{Holding, LogEntry, Unsealed};
use clavero_words::time::rfc_3339;
use serde_json::Value;

use super::EntryHeld;
use crate::{
    Service,
    audit::{AuditLog, EMPLOYER, LogError, Opened, employer_text},
};

/// Entries that are read at once.
const PAGE: u32 = 512;

/// Whose entries are looked for: an entry whose personal part is gone, or that names nobody, is known by its recovery or case.
struct Wanted {
    employer: String,
    recoveries: HashSet<[u8; 16]>,
    cases: HashSet<[u8; 16]>,
}

impl Service {
    /// They, the oldest first; those that wait to be sealed are the last.
    pub(super) async fn entries_of(
        &self,
        employer: &EmployerKey,
        holding: &Holding,
        watch: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Vec<EntryHeld>, LogError> {
        let matched = holding.cases.iter().filter(|(record, _)| record.case.matched);
        let wanted = Wanted {
            employer: employer_text(employer.as_i64()),
            recoveries: holding.recoveries.iter().map(|record| record.recovery.id.0).collect(),
            cases: matched.map(|(record, _)| record.case.id.0).collect(),
        };
        // Read before those that are sealed: one that is sealed meanwhile is found twice, and not never.
        let waiting = self.store.unsealed(u32::MAX).await?;
        let mut found = Vec::new();
        if let Some(log) = AuditLog::open(self.store.clone(), self.keys.clone(), None).await? {
            let size = self.store.log_census().await?.entries;
            let mut next = 0;
            loop {
                let page = self.store.log_entries(next, PAGE).await?;
                let Some(last) = page.last() else { break };
                next = last.place + 1;
                found.extend(page.iter().filter_map(|entry| wanted.told(&log, entry)));
                watch(next.min(size), size);
            }
        }
        let sealed: HashSet<(i64, String)> =
            found.iter().map(|(at, entry): &Found| (*at, entry.act.clone())).collect();
        let waiting =
            waiting.iter().filter(|entry| !sealed.contains(&(entry.at.as_micros(), entry.act.clone())));
        let waiting: Vec<EntryHeld> = waiting.filter_map(|entry| wanted.waits(entry, employer)).collect();
        Ok(found.into_iter().map(|(_, entry)| entry).chain(waiting).collect())
    }
}

/// An entry with its moment, to the microsecond.
type Found = (i64, EntryHeld);

impl Wanted {
    fn told(&self, log: &AuditLog, entry: &LogEntry) -> Option<Found> {
        let line = Entry::parse(&entry.line).ok()?;
        let personal = match log.personal(entry) {
            Opened::Personal(personal) => personal.0,
            Opened::None | Opened::Destroyed | Opened::Unreadable => json::Object::new(),
        };
        let is_theirs = match personal.get(EMPLOYER) {
            Some(named) => *named == json::Value::from(self.employer.as_str()),
            None => {
                line.recovery.is_some_and(|id| self.recoveries.contains(&id))
                    || line.case.is_some_and(|id| self.cases.contains(&id))
            }
        };
        if !is_theirs {
            return None;
        }
        let at = i64::try_from(line.time).unwrap_or(i64::MAX);
        let held = EntryHeld {
            index: Some(line.index),
            at: rfc_3339(Timestamp::from_micros(at)),
            actor: line.actor,
            act: line.act,
            refusal: line.refusal,
            reason: line.reason,
            recovery: line.recovery.map(uuid),
            personal: fields(personal),
        };
        Some((at, held))
    }

    fn waits(&self, entry: &Unsealed, employer: &EmployerKey) -> Option<EntryHeld> {
        let is_theirs = match entry.employer {
            Some(named) => named == employer.as_i64(),
            None => {
                entry.recovery.is_some_and(|id| self.recoveries.contains(&id.0))
                    || entry.case.is_some_and(|id| self.cases.contains(&id))
            }
        };
        let personal = entry.personal.as_deref().and_then(|text| json::read(text).ok()).unwrap_or_default();
        is_theirs.then(|| EntryHeld {
            index: None,
            at: rfc_3339(entry.at),
            actor: entry.actor.as_str().to_owned(),
            act: entry.act.clone(),
            refusal: entry.refusal.clone(),
            reason: entry.reason.clone(),
            recovery: entry.recovery.map(|id| uuid(id.0)),
            personal: fields(personal),
        })
    }
}

fn uuid(id: [u8; 16]) -> String {
    uuid::Uuid::from_bytes(id).to_string()
}

fn fields(personal: json::Object) -> BTreeMap<String, Value> {
    let others = personal.into_iter().filter(|(name, _)| name != EMPLOYER);
    let told = others.map(|(name, value)| match value {
        json::Value::Text(text) => (name, Value::from(text)),
        json::Value::Number(number) => (name, Value::from(number)),
    });
    told.collect()
}
