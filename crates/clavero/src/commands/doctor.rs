//! `clavero doctor`: what can be checked before anybody is served, one line each.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path, sync::Arc};

use clavero_protocol::{Mismatch, Role, Timestamp};
use clavero_service::{BreachFilter, KeyRing};
use clavero_store::{Clock as _, Postgres, Security, Store, StoreError, SystemClock};
use clavero_tax::{Authority, Fault};
use clavero_words::time::{iso_date, rfc_3339};

use super::serve;
use crate::{
    cli::Doctor,
    config::{Database, Settings, check_serving, show_duration},
    failure::Failure,
    parts,
    speech::Value,
    terminal::{self, Terminal},
    tls::{Identity, Pair},
};

/// NIST SP 800-63B-4 §3.1.1.2, where the key is the only factor.
const RECOMMENDED_LENGTH: usize = 15;

/// A renewal that failed is seen, and mended, before the certificate ends.
const ENOUGH_DAYS: u64 = 14;

/// Entries of the audit log wait for a second while a service runs, and until one starts otherwise.
const LONGEST_UNSEALED: std::time::Duration = std::time::Duration::from_mins(1);

/// Officers of a role, so that there is another one.
const ENOUGH: usize = 2;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    /// Worth knowing, and no reason not to start.
    Hint,
    Failed,
}

/// Prints a line for each check and remembers whether one failed.
struct Checkup {
    terminal: Terminal,
    failed: bool,
}

impl Checkup {
    fn line(&mut self, verdict: Verdict, name: &str, text: &str) {
        self.failed |= verdict == Verdict::Failed;
        let word = self.terminal.speech().say(
            match verdict {
                Verdict::Fine => "doctor-fine",
                Verdict::Hint => "doctor-hint",
                Verdict::Failed => "doctor-failed",
            },
            &[],
        );
        let name = self.terminal.speech().say(&format!("doctor-name-{name}"), &[]);
        terminal::print(&format!("{word:<7} {name:<20} {text}"));
    }

    fn say(&mut self, verdict: Verdict, name: &str, key: &str, args: &[Value<'_>]) {
        let text = self.terminal.speech().say(key, args);
        self.line(verdict, name, &text);
    }

    /// A failure's lines, under one name.
    fn failure(&mut self, name: &str, failure: &Failure) {
        for text in failure.lines(self.terminal.speech()) {
            self.line(Verdict::Failed, name, &text);
        }
    }

    fn end(self) -> Result<(), Failure> {
        if self.failed { Err(Failure::Told) } else { Ok(()) }
    }
}

/// Checks everything that can be checked.
pub(crate) async fn run(
    command: &Doctor,
    settings: Result<Settings, Failure>,
    terminal: Terminal,
) -> Result<(), Failure> {
    let mut checkup = Checkup { terminal, failed: false };
    let settings = match settings {
        Ok(settings) => settings,
        Err(failure) => {
            checkup.failure("config", &failure);
            return checkup.end();
        }
    };
    configuration(&mut checkup, &settings);
    tls(&mut checkup, &settings);
    let keys = key_ring(&mut checkup, &settings);
    database(&mut checkup, &settings, keys.as_ref()).await;
    breach_filter(&mut checkup, &settings);
    mail(&mut checkup, &settings, command.offline).await;
    tax(&mut checkup, &settings, command.offline).await;
    checkup.end()
}

fn configuration(checkup: &mut Checkup, settings: &Settings) {
    let problems = check_serving(settings);
    if problems.is_empty() {
        checkup.say(Verdict::Fine, "config", "doctor-config-fine", &[]);
    } else {
        checkup.failure("config", &Failure::Config(problems));
    }
    let server = &settings.server;
    let is_public = server.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    if is_public && server.trusted_proxies.is_empty() {
        checkup.say(Verdict::Hint, "proxies", "doctor-no-proxies", &[]);
    }
    let length = settings.password.min_length;
    if length < RECOMMENDED_LENGTH {
        checkup.say(Verdict::Hint, "password", "doctor-password-short", &[("length", &length.to_string())]);
    }
    if settings.recovery.form_ttl.is_zero() {
        let link = show_duration(settings.recovery.link_ttl);
        checkup.say(Verdict::Hint, "form", "doctor-no-form-ttl", &[("link", &link)]);
    }
}

/// What the listeners show, for how long still, and whether it is what people look for.
fn tls(checkup: &mut Checkup, settings: &Settings) {
    let server = &settings.server;
    let Some(files) = server.tls() else {
        let is_open = [server.listen, server.admin_listen].iter().any(|address| !address.ip().is_loopback());
        let (verdict, key) =
            if is_open { (Verdict::Hint, "doctor-tls-open") } else { (Verdict::Fine, "doctor-tls-none") };
        return checkup.say(verdict, "tls", key, &[]);
    };
    certificate(checkup, "tls", "doctor-tls-fine", &files.pair);
    // Why not is among the configuration's lines.
    let Ok(identity) = Identity::read(&files, SystemClock::new().now()) else { return };
    let host = server.public_url.as_ref().and_then(|url| url.host_str());
    if let Some(host) = host.filter(|host| !identity.names(host)) {
        // A proxy may know the service by a name of its own; a browser does not.
        let verdict = if server.trusted_proxies.is_empty() { Verdict::Failed } else { Verdict::Hint };
        let path = files.pair.certificate.display().to_string();
        checkup.say(verdict, "tls", "doctor-tls-name", &[("path", &path), ("host", host)]);
    }
    if let Some(clients) = &files.clients {
        let path = clients.display().to_string();
        checkup.say(Verdict::Fine, "tls", "doctor-tls-clients", &[("path", &path)]);
    }
}

/// A certificate that can be used, for how long still, and who else could use it.
fn certificate(checkup: &mut Checkup, name: &str, key: &str, pair: &Pair) {
    let now = SystemClock::new().now();
    let Ok((_, until)) = pair.read(now) else { return };
    let days = until.saturating_since(now).as_secs() / 86_400;
    let verdict = if days < ENOUGH_DAYS { Verdict::Hint } else { Verdict::Fine };
    let (path, until, days) = (pair.certificate.display().to_string(), rfc_3339(until), days.to_string());
    checkup.say(verdict, name, key, &[("path", &path), ("until", &until), ("days", &days)]);
    if fs::metadata(&pair.key).is_ok_and(|key| key.mode() & 0o007 != 0) {
        let path = pair.key.display().to_string();
        checkup.say(Verdict::Hint, name, "doctor-key-open", &[("path", &path)]);
    }
}

/// The ring, unless it cannot be used. None is made: that is the first start's work.
fn key_ring(checkup: &mut Checkup, settings: &Settings) -> Option<Arc<KeyRing>> {
    let path = settings.key_file.display().to_string();
    if !settings.key_file.exists() {
        folder(checkup, "keys", &settings.key_file);
        return None;
    }
    match KeyRing::open(&settings.key_file) {
        Ok(keys) => {
            checkup.say(Verdict::Fine, "keys", "doctor-keys-fine", &[("path", &path), ("id", keys.active())]);
            schedule(checkup, &keys);
            Some(Arc::new(keys))
        }
        Err(error) => {
            checkup.failure("keys", &parts::keys_failure(&settings.key_file, &error));
            None
        }
    }
}

/// Whether the ring's keys come and go as docs/security-decisions.md has it.
fn schedule(checkup: &mut Checkup, keys: &KeyRing) {
    let id = keys.active();
    match keys.active_made() {
        None => checkup.say(Verdict::Hint, "keys", "doctor-keys-undated", &[("id", id)]),
        Some(made) if keys.is_due(SystemClock::new().now()) => {
            let made = iso_date(made);
            checkup.say(Verdict::Hint, "keys", "doctor-keys-old", &[("id", id), ("made", &made)]);
        }
        Some(_) => {}
    }
    let ids = keys.ids();
    if let [earlier @ .., _] = ids.as_slice()
        && !earlier.is_empty()
    {
        checkup.say(Verdict::Hint, "keys", "doctor-keys-earlier", &[("ids", &earlier.join(", "))]);
    }
}

async fn database(checkup: &mut Checkup, settings: &Settings, keys: Option<&Arc<KeyRing>>) {
    let shown = settings.database.shown();
    if let Some(path) = settings.database.file().filter(|path| !path.exists()) {
        folder(checkup, "database", path);
        checkup.say(Verdict::Hint, "schema", "doctor-schema-none", &[]);
        return clock(checkup, SystemClock::new().now());
    }
    let schema = match parts::schema(settings).await {
        Ok(schema) => schema,
        Err(error) => return without_store(checkup, settings, &error),
    };
    if schema.found != schema.known {
        // Bringing it up to date is a start's work, or `clavero migrate`'s: an older service may be using it.
        let (found, known) = (schema.found.to_string(), schema.known.to_string());
        checkup.say(Verdict::Fine, "database", "doctor-database-there", &[("path", &shown)]);
        checkup.say(Verdict::Hint, "schema", "doctor-schema-older", &[("found", &found), ("known", &known)]);
        return clock(checkup, SystemClock::new().now());
    }
    let store = match parts::open_standing(settings).await {
        Ok(store) => store,
        Err(error) => return without_store(checkup, settings, &error),
    };
    let failed = |error: &StoreError| parts::store_failure(&settings.database, error);
    match store.check_writable().await {
        Ok(()) => checkup.say(Verdict::Fine, "database", "doctor-database-fine", &[("path", &shown)]),
        Err(error) => return checkup.failure("database", &failed(&error)),
    }
    if let Database::Postgres(url) = &settings.database {
        security(checkup, Postgres::security(url.reveal()).await);
    }
    if let Ok(Some(unready)) = store.unready().await {
        checkup.failure("database", &parts::unready_failure(&settings.database, unready));
    }
    checkup.say(Verdict::Fine, "schema", "doctor-schema-fine", &[]);
    clock(checkup, store.now());
    let bound = match keys {
        Some(keys) => parts::bind(settings, &*store, keys).await,
        None => parts::lacks_keys(settings, &*store)
            .await
            .and_then(|lacks| if lacks { Err(parts::no_keys(settings)) } else { Ok(()) }),
    };
    if let Err(failure) = bound {
        checkup.failure("keys", &failure);
    }
    audit_log(checkup, settings, &*store).await;
    desk(checkup, settings, &*store).await;
    match store.census().await {
        Ok(census) => {
            let (waiting, oldest) = (census.outbox.to_string(), show_duration(census.outbox_oldest));
            let verdict = if census.outbox_oldest.as_secs() > 60 { Verdict::Hint } else { Verdict::Fine };
            checkup.say(verdict, "outbox", "doctor-outbox", &[("waiting", &waiting), ("oldest", &oldest)]);
        }
        Err(error) => checkup.failure("outbox", &failed(&error)),
    }
}

/// How the way to a server is secured, and by what it knows this service.
fn security(checkup: &mut Checkup, found: Result<Security, StoreError>) {
    let mut say = |verdict, key, args: &[Value<'_>]| checkup.say(verdict, "database", key, args);
    match found {
        Ok(Security::Here) => say(Verdict::Fine, "doctor-database-here", &[]),
        Ok(Security::Clear) => say(Verdict::Hint, "doctor-database-clear", &[]),
        Ok(Security::Encrypted { version, client: Some(client) }) => {
            say(Verdict::Fine, "doctor-database-client", &[("version", &version), ("client", &client)]);
        }
        Ok(Security::Encrypted { version, client: None }) => {
            say(Verdict::Fine, "doctor-database-tls", &[("version", &version)]);
        }
        // A connection that was there a moment ago: the lines around this one tell what became of it.
        Err(_) => {}
    }
}

/// What can be said of a database that cannot be used: each of its lines, the one to blame with the reason.
fn without_store(checkup: &mut Checkup, settings: &Settings, error: &StoreError) {
    let blamed = match error {
        StoreError::NewerSchema { .. } | StoreError::ForeignMigration(_) => "schema",
        StoreError::ClockBehind { .. } => "clock",
        _ => "database",
    };
    for name in ["database", "schema", "clock"] {
        match name {
            _ if name == blamed => checkup.failure(name, &parts::store_failure(&settings.database, error)),
            "database" => {
                let shown = settings.database.shown();
                checkup.say(Verdict::Fine, name, "doctor-database-there", &[("path", &shown)]);
            }
            _ => checkup.say(Verdict::Hint, name, "doctor-not-looked-at", &[]),
        }
    }
}

fn clock(checkup: &mut Checkup, now: Timestamp) {
    checkup.say(Verdict::Fine, "clock", "doctor-clock-fine", &[("now", &rfc_3339(now))]);
}

/// The log's size and what waits. Whether it holds is `clavero audit verify`'s to say: that reads all of it.
async fn audit_log(checkup: &mut Checkup, settings: &Settings, store: &dyn Store) {
    let census = match store.log_census().await {
        Ok(census) => census,
        Err(error) => {
            return checkup.failure("audit", &parts::store_failure(&settings.database, &error));
        }
    };
    let file = settings.checkpoint_file();
    let (sealed, waiting) = (census.sealed.to_string(), census.waiting.to_string());
    let lag = census.oldest.map_or_else(Default::default, |oldest| store.now().saturating_since(oldest));
    let verdict = if census.sealed > 0 && !file.exists() || lag > LONGEST_UNSEALED {
        Verdict::Hint
    } else {
        Verdict::Fine
    };
    let path = file.display().to_string();
    checkup.say(
        verdict,
        "audit",
        "doctor-audit",
        &[("sealed", &sealed), ("waiting", &waiting), ("oldest", &show_duration(lag)), ("path", &path)],
    );
    if census.sealed > 0 && !file.exists() {
        checkup.say(Verdict::Hint, "audit", "audit-no-file", &[("path", &path)]);
    }
}

/// Whether there are enough officers for four eyes: who approved does not decide over an objection, and one admin lets nobody in.
async fn desk(checkup: &mut Checkup, settings: &Settings, store: &dyn Store) {
    let mut officers = match store.officers().await {
        Ok(officers) => officers,
        Err(error) => {
            return checkup.failure("desk", &parts::store_failure(&settings.database, &error));
        }
    };
    officers.retain(|officer| officer.active && officer.is_enrolled());
    let holding = |role| officers.iter().filter(|officer| officer.role == role).count();
    let [desk, supervisors, admins] = [Role::Desk, Role::Supervisor, Role::Admin].map(holding);
    let enough = supervisors >= ENOUGH && admins >= ENOUGH;
    let (verdict, key) =
        if enough { (Verdict::Fine, "doctor-desk") } else { (Verdict::Hint, "doctor-desk-few") };
    let [desk, supervisors, admins] = [desk, supervisors, admins].map(|count| count.to_string());
    checkup.say(verdict, "desk", key, &[("desk", &desk), ("supervisors", &supervisors), ("admins", &admins)]);
}

/// A file that the first start will make: whether it will be able to.
fn folder(checkup: &mut Checkup, name: &str, path: &Path) {
    let shown = path.display().to_string();
    let standing = path.ancestors().skip(1).find(|folder| folder.as_os_str().is_empty() || folder.exists());
    let folder = standing.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The one sure way to know is to try: a name that nothing else has, gone again at once.
    let probe = folder.join(format!(".clavero-doctor-{}", std::process::id()));
    match fs::File::create_new(&probe).and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => checkup.say(Verdict::Hint, name, "doctor-not-there-yet", &[("path", &shown)]),
        Err(error) => {
            let folder = folder.display();
            checkup.failure(name, &Failure::say("failed-write", [("path", &folder), ("why", &error)]));
        }
    }
}

fn breach_filter(checkup: &mut Checkup, settings: &Settings) {
    let Some(path) = &settings.breach_filter else {
        return checkup.say(Verdict::Hint, "breach-filter", "doctor-breach-bundled", &[]);
    };
    let shown = path.display().to_string();
    match BreachFilter::load(path) {
        Ok(_) => checkup.say(Verdict::Fine, "breach-filter", "doctor-breach-fine", &[("path", &shown)]),
        Err(error) => {
            let failure = Failure::say("failed-breach-filter", [("path", &shown), ("why", &error)]);
            checkup.failure("breach-filter", &failure);
        }
    }
}

async fn mail(checkup: &mut Checkup, settings: &Settings, offline: bool) {
    let Some(url) = &settings.mail.smtp_url else {
        return checkup.say(Verdict::Hint, "mail", "doctor-mail-none", &[]);
    };
    let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port().unwrap_or(25));
    if offline {
        return checkup.say(Verdict::Hint, "mail", "doctor-mail-offline", &[]);
    }
    let transport = match serve::smtp(settings) {
        Ok(transport) => transport,
        Err(failure) => return checkup.failure("mail", &failure),
    };
    if let Some(pair) = settings.mail.tls() {
        certificate(checkup, "mail", "doctor-mail-certificate", &pair);
    }
    match transport.diagnose().await {
        Ok(()) => checkup.say(Verdict::Fine, "mail", "doctor-mail-fine", &[("host", &host)]),
        Err(why) => {
            checkup.say(Verdict::Failed, "mail", "doctor-mail-failed", &[("host", &host), ("why", &why)]);
        }
    }
}

/// Whether the tax authority could be asked. It is asked nothing: a connection is made, and its certificate looked at.
async fn tax(checkup: &mut Checkup, settings: &Settings, offline: bool) {
    let Some(authority) = serve::tax_authority(settings) else {
        return checkup.say(Verdict::Fine, "tax", "doctor-tax-register", &[]);
    };
    let is_hidden = settings.recovery.mismatch == Mismatch::Hide;
    if is_hidden && !settings.sri.policy.unknown_goes_online {
        checkup.say(Verdict::Hint, "tax", "doctor-tax-hidden", &[]);
    }
    if offline {
        return checkup.say(Verdict::Hint, "tax", "doctor-tax-offline", &[]);
    }
    let host = authority.base_url.host_str().unwrap_or_default().to_owned();
    let probed = match Authority::new(&authority) {
        Ok(authority) => authority.probe().await,
        Err(error) => return checkup.failure("tax", &serve::unusable(settings, error)),
    };
    match probed {
        Ok(()) => checkup.say(Verdict::Fine, "tax", "doctor-tax-fine", &[("host", &host)]),
        Err(fault) => {
            let why = match fault {
                Fault::Slow => "doctor-tax-slow",
                Fault::Tls => "doctor-tax-tls",
                _ => "doctor-tax-unreachable",
            };
            let why = checkup.terminal.speech().say(why, &[]);
            checkup.say(Verdict::Failed, "tax", "doctor-tax-failed", &[("host", &host), ("why", &why)]);
        }
    }
}
