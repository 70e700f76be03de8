//! The log as an auditor sees it: its head, and its entries a page at a time. What is sealed stays sealed.

use std::collections::HashMap;

use clavero_audit::{Entry, entry::Id};
use clavero_protocol::{OfficerId, Timestamp};
use uuid::Uuid;

use super::{AuditLog, Inclusion, LogError};
use crate::Service;

/// Entries of a page.
const ROWS: u64 = 50;

/// A page of the log.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// Entries that the newest checkpoint speaks for.
    pub size: u64,
    /// Entries that wait to be sealed.
    pub waiting: u64,
    /// What the log is verified with.
    pub vkey: String,
    /// The newest checkpoint, a signed note; `None` while nothing is sealed.
    pub checkpoint: Option<String>,
    /// The entries, the newest first.
    pub rows: Vec<LogRow>,
    /// Where the page of older entries ends, when there are older ones.
    pub older: Option<u64>,
    /// Where the page of newer entries ends.
    pub newer: Option<u64>,
}

/// An entry in a list.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// Its number.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// What kind of actor.
    pub actor: String,
    /// An officer's name, or their id where they are not known any more.
    pub officer: Option<String>,
    /// What.
    pub act: String,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// On what ground.
    pub reason: Option<String>,
    /// Within which recovery.
    pub recovery: Option<String>,
    /// Within which case.
    pub case: Option<String>,
    /// Upon which officer.
    pub upon: Option<String>,
}

/// Every act that the log can tell of.
pub fn acts() -> impl Iterator<Item = &'static str> {
    let recoveries = clavero_protocol::Act::ALL.into_iter().map(clavero_protocol::Act::as_str);
    let cases = clavero_protocol::CaseAct::ALL.into_iter().map(clavero_protocol::CaseAct::as_str);
    let others = clavero_store::acts::ALL.iter().chain(clavero_store::officer_acts::ALL).copied();
    recoveries.chain(cases).chain(others)
}

impl Service {
    /// The log of this service; `None` while it has no name.
    async fn log(&self) -> Result<Option<AuditLog>, LogError> {
        AuditLog::open(self.store.clone(), self.keys.clone(), None).await
    }

    /// The page of the log that ends before entry `end`; the newest one without.
    pub async fn log_page(&self, end: Option<u64>) -> Result<Option<LogPage>, LogError> {
        let Some(log) = self.log().await? else { return Ok(None) };
        let census = self.store.log_census().await?;
        let end = end.unwrap_or(census.sealed).clamp(census.sealed.min(1), census.sealed);
        let start = end.saturating_sub(ROWS);
        let count = u32::try_from(end - start).unwrap_or_default();
        let entries = self.store.log_entries(start, count).await?;
        let names = self.officers_by_id().await?;
        let within = entries.into_iter().filter(|entry| entry.place < end);
        let mut rows: Vec<LogRow> =
            within.filter_map(|entry| row(&Entry::parse(&entry.line).ok()?, &names)).collect();
        rows.reverse();
        Ok(Some(LogPage {
            size: census.sealed,
            waiting: census.waiting,
            vkey: log.verifier().vkey(),
            checkpoint: self.store.log_checkpoint().await?.map(|newest| newest.note),
            rows,
            older: (start > 0).then_some(start),
            newer: (end < census.sealed).then(|| (end + ROWS).min(census.sealed)),
        }))
    }

    /// What the newest checkpoint says: how many entries there are, and the root that stands for them, in base 64 as
    /// checkpoints have it.
    pub async fn log_head(&self) -> Result<Option<(u64, String)>, LogError> {
        let Some(log) = self.log().await? else { return Ok(None) };
        let newest = log.checkpoint().await?;
        Ok(newest
            .map(|(checkpoint, _)| (checkpoint.head.size, super::texts(&[checkpoint.head.root]).concat())))
    }

    /// Proves an entry to whoever wants to verify it elsewhere; and what verifies the checkpoint.
    pub async fn prove_entry(&self, index: u64) -> Result<Option<(Inclusion, String)>, LogError> {
        let Some(log) = self.log().await? else { return Ok(None) };
        Ok(log.inclusion(index).await?.map(|proof| (proof, log.verifier().vkey())))
    }

    async fn officers_by_id(&self) -> Result<HashMap<Id, String>, LogError> {
        let officers = self.store.officers().await?;
        Ok(officers.into_iter().map(|officer| (officer.id.0, officer.name)).collect())
    }
}

fn row(entry: &Entry, names: &HashMap<Id, String>) -> Option<LogRow> {
    let text = |id: Option<Id>| id.map(|id| Uuid::from_bytes(id).simple().to_string());
    let name = |id: Option<Id>| {
        id.map(|id| names.get(&id).cloned().unwrap_or_else(|| format!("{:?}", OfficerId(id))))
    };
    Some(LogRow {
        index: entry.index,
        at: Timestamp::from_micros(i64::try_from(entry.time).ok()?),
        actor: entry.actor.clone(),
        officer: name(entry.actor_id),
        act: entry.act.clone(),
        refusal: entry.refusal.clone(),
        reason: entry.reason.clone(),
        recovery: text(entry.recovery),
        case: text(entry.case),
        upon: name(entry.officer),
    })
}
