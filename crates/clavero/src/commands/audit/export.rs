//! `clavero audit export`: entries for others to keep and to verify.
//!
//! JSON lines. The first names the log and what follows; each entry stands as its own bytes, which are the leaf; the last one
//! has the checkpoint and what lies around the entries, so that they give its root and nothing else does.

use clavero_service::audit::{AuditLog, Opened, texts};
use clavero_words::time;
use serde_json::{Map, Value, json};

use super::{NOTHING, Output};
use crate::{
    cli::ExportAudit, config::Settings, failure::Failure, parts, progress::Stretch, terminal::Terminal,
};

/// Entries that are read at once.
const PAGE: u32 = 512;

pub(super) async fn run(
    command: &ExportAudit,
    settings: &Settings,
    log: &AuditLog,
    terminal: Terminal,
) -> Result<(), Failure> {
    let failed = |error| parts::log_failure(settings, &error);
    let (checkpoint, note) = log.checkpoint().await.map_err(failed)?.ok_or(NOTHING)?;
    let size = checkpoint.head.size;
    let from = place(log, settings, command.from.as_deref()).await?.unwrap_or(0).min(size);
    let to = place(log, settings, command.to.as_deref()).await?.unwrap_or(size).clamp(from, size);
    let around = log.around(from, to, size).await.map_err(failed)?;
    let mut output = Output::open(command.out.as_deref())?;
    output.json(&json!({
        "kind": "clavero-audit-export", "v": 1, "vkey": log.verifier().vkey(), "from": from, "to": to,
    }))?;
    let mut progress = Stretch::new(terminal, "audit-progress");
    let mut next = from;
    while next < to {
        let entries = log.store().log_entries(next, PAGE).await;
        let entries = entries.map_err(|error| parts::store_failure(&settings.database, &error))?;
        let before = next;
        for entry in entries.into_iter().take_while(|entry| entry.place < to) {
            if entry.place != next {
                return Err(Failure::say("audit-found-missing", [("index", &next)]));
            }
            output.line(&entry.line)?;
            if command.open {
                output.json(&opened(next, log.personal(&entry)))?;
            }
            next += 1;
        }
        if next == before {
            return Err(Failure::say("audit-found-missing", [("index", &next)]));
        }
        progress.at(next - from, to - from);
    }
    progress.finish();
    output.json(&json!({
        "kind": "proof", "checkpoint": note, "before": texts(&around.before), "behind": texts(&around.behind),
    }))?;
    output.finish()?;
    terminal.tell("audit-exported", &[("count", &(to - from).to_string()), ("size", &size.to_string())]);
    Ok(())
}

/// The place of the first entry of a moment.
async fn place(log: &AuditLog, settings: &Settings, at: Option<&str>) -> Result<Option<u64>, Failure> {
    let Some(text) = at else { return Ok(None) };
    let at = time::parse(text).ok_or_else(|| Failure::say("failed-audit-moment", [("text", &text)]))?;
    let place = log.store().log_place(at).await;
    place.map(Some).map_err(|error| parts::store_failure(&settings.database, &error))
}

/// A line that follows an entry with what is personal in it. It is no part of the log and proves nothing.
fn opened(index: u64, personal: Opened) -> Value {
    let state = |word: &str| json!({ "kind": "opened", "index": index, "state": word });
    match personal {
        Opened::None => state("none"),
        Opened::Destroyed => state("destroyed"),
        Opened::Unreadable => state("unreadable"),
        Opened::Personal(personal) => {
            let fields: Map<String, Value> = personal
                .0
                .into_iter()
                .map(|(name, value)| match value {
                    clavero_audit::json::Value::Text(text) => (name, Value::from(text)),
                    clavero_audit::json::Value::Number(number) => (name, Value::from(number)),
                })
                .collect();
            json!({ "kind": "opened", "index": index, "state": "open", "personal": fields })
        }
    }
}
