//! `clavero audit`: checks the tamper-evident log, hands it to others, and proves entries of it.

mod export;
pub(super) mod found;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clavero_audit::{Checkpoint, proof::Head};
use clavero_service::audit::{AuditLog, LogError, Restoration, file};
use clavero_words::time::rfc_3339;
use serde_json::Value;

use crate::{
    cli::{Audit, ProveAudit, VerifyAudit},
    config::Settings,
    failure::Failure,
    parts,
    progress::Stretch,
    terminal::{self, Terminal},
};

/// Runs one of the commands. A running service may go on meanwhile.
pub(crate) async fn run(command: &Audit, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    match command {
        Audit::Verify(command) => verify(command, settings, terminal).await,
        Audit::Export(command) => {
            export::run(command, settings, &log(settings).await?.ok_or(NOTHING)?, terminal).await
        }
        Audit::Prove(command) => prove(command, settings, &log(settings).await?.ok_or(NOTHING)?).await,
    }
}

const NOTHING: Failure = Failure::Say { key: "failed-audit-nothing", args: Vec::new() };

/// The log, under the name that the database has for it or, when it has none, the one in the file of checkpoints.
async fn log(settings: &Settings) -> Result<Option<AuditLog>, Failure> {
    parts::require_database(&settings.database)?;
    let (store, keys) = parts::open_with_keys(settings).await?;
    parts::bind(settings, &*store, &keys).await?;
    let failed = |error: LogError| parts::log_failure(settings, &error);
    if let Some(log) = AuditLog::open(Arc::clone(&store), Arc::clone(&keys), None).await.map_err(failed)? {
        return Ok(Some(log));
    }
    let Some(name) = AuditLog::name_in(&settings.checkpoint_file()).map_err(failed)? else { return Ok(None) };
    AuditLog::named(store, keys, &name).map(Some).map_err(failed)
}

async fn verify(command: &VerifyAudit, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let own = settings.checkpoint_file();
    let mut kept = read(&own)?;
    if !own.exists() {
        terminal.tell("audit-no-file", &[("path", &own.display().to_string())]);
    }
    for path in &command.checkpoint {
        let notes = read(path)?;
        if notes.is_empty() {
            return Err(Failure::say("failed-audit-no-checkpoint", [("path", &path.display())]));
        }
        kept.extend(notes);
    }
    let Some(log) = log(settings).await? else {
        terminal.print("audit-empty", &[]);
        return Ok(());
    };
    let mut progress = Stretch::new(terminal, "audit-progress");
    let examined = log.verify(&kept, &mut |done, all| progress.at(done, all)).await;
    progress.finish();
    let verdict = examined.map_err(|error| parts::log_failure(settings, &error))?;
    let count = |number: u64| number.to_string();
    if verdict.unreadable > 0 {
        terminal.tell("audit-unreadable", &[("count", &count(verdict.unreadable))]);
    }
    for restoration in &verdict.restorations {
        tell_restoration(restoration, terminal);
    }
    let head = verdict.outcome.map_err(|finding| found::failure(&finding))?;
    let (size, root) = (count(head.size), root_of(&head));
    terminal.print("audit-holds", &[("size", &size), ("root", &root)]);
    terminal.print("audit-compared", &[("count", &count(verdict.compared))]);
    if verdict.waiting > 0 {
        terminal.print("audit-waiting", &[("count", &count(verdict.waiting))]);
    }
    terminal.print("audit-key", &[("vkey", &log.verifier().vkey())]);
    Ok(())
}

/// A restore is no damage, and nothing to be silent about either.
fn tell_restoration(restoration: &Restoration, terminal: Terminal) {
    let (index, at) = (restoration.index.to_string(), rfc_3339(restoration.at));
    match &restoration.lost {
        Some(lost) => {
            let (from, to) = (lost.from.to_string(), (lost.head.size - 1).to_string());
            let args = [("index", &*index), ("at", &*at), ("first", &*from), ("last", &*to)];
            terminal.print("audit-restored", &args);
        }
        None => terminal.print("audit-restored-unknown", &[("index", &index), ("at", &at)]),
    }
}

/// The notes in a file; none where there is no file.
pub(super) fn read(path: &Path) -> Result<Vec<String>, Failure> {
    file::read(path)
        .map_err(|error| Failure::say("failed-audit-read", [("path", &path.display()), ("why", &error)]))
}

/// The root as a checkpoint has it.
fn root_of(head: &Head) -> String {
    BASE64.encode(head.root)
}

/// Prints a proof as one line of JSON.
async fn prove(command: &ProveAudit, settings: &Settings, log: &AuditLog) -> Result<(), Failure> {
    let failed = |error: LogError| parts::log_failure(settings, &error);
    let proof = match (command.entry, &command.since) {
        (_, Some(path)) => {
            let old = newest(&read(path)?, log)
                .ok_or_else(|| Failure::say("failed-audit-no-checkpoint", [("path", &path.display())]))?;
            let proved = log.consistency(&old).await.map_err(failed)?;
            let proved = proved.ok_or_else(|| Failure::say("failed-audit-newer", []))?;
            proved.json(&log.verifier().vkey(), &old)
        }
        (entry, None) => {
            let index = entry.unwrap_or_default();
            let proved = log.inclusion(index).await.map_err(failed)?;
            let proved = proved.ok_or_else(|| Failure::say("failed-audit-no-entry", [("index", &index)]))?;
            proved.json(&log.verifier().vkey())
        }
    };
    terminal::print(&proof.to_string());
    Ok(())
}

/// The newest of the checkpoints that this log signed.
fn newest(notes: &[String], log: &AuditLog) -> Option<String> {
    let size = |note: &String| Checkpoint::open(note, &log.verifier()).ok().map(|at| at.head.size);
    let sized = notes.iter().filter_map(|note| Some((size(note)?, note)));
    sized.max_by_key(|(size, _)| *size).map(|(_, note)| note.clone())
}

/// Where lines go: a file, or the standard output.
struct Output {
    path: String,
    to: Box<dyn Write>,
}

impl Output {
    fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let shown = path.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
        let to: Box<dyn Write> = match path {
            Some(path) => {
                let file = File::create(path);
                Box::new(BufWriter::new(file.map_err(|error| failed_write(&shown, &error))?))
            }
            None => Box::new(BufWriter::new(io::stdout())),
        };
        Ok(Self { path: shown, to })
    }

    fn line(&mut self, line: &str) -> Result<(), Failure> {
        writeln!(self.to, "{line}").map_err(|error| failed_write(&self.path, &error))
    }

    fn json(&mut self, value: &Value) -> Result<(), Failure> {
        self.line(&value.to_string())
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.to.flush().map_err(|error| failed_write(&self.path, &error))
    }
}

fn failed_write(path: &str, error: &io::Error) -> Failure {
    Failure::say("failed-write", [("path", &path), ("why", error)])
}
