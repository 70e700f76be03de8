//! `clavero demo`: everything with nothing installed. A fresh folder, made-up employers, a mailbox page.

mod cases;
mod employers;
mod officers;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use clavero_protocol::{EmailAddress, NormalizedPassword};
use clavero_service::{Hasher, KeyRing, Service, mail::Mailbox};
use clavero_store::{Clock as _, Store, SystemClock};
use clavero_words::Locale;
use tokio::net::TcpListener;

use self::employers::EMPLOYERS;
use super::serve;
use crate::{
    cli::Demo,
    config::{Database, LogFormat, Settings},
    failure::Failure,
    server::{self, Serving},
    speech::Speech,
    terminal::{self, Terminal},
};

/// The key that the demonstration's employers have before they recover another one.
const KEY: &str = "clave de la demostracion 2026";
/// Where demonstrations are kept.
const FOLDER: &str = "var";
/// Ports that are tried after the wanted one.
const NEXT_PORTS: u16 = 20;

/// Prepares and serves the demonstration.
pub(crate) fn run(command: &Demo, mut settings: Settings, terminal: Terminal) -> Result<(), Failure> {
    let listen = command.listen.unwrap_or(settings.server.listen);
    if !listen.ip().is_loopback() {
        return Err(Failure::say("failed-demo-open", [("address", &listen)]));
    }
    let clock = Arc::new(SystemClock::new());
    let folder = fresh_folder(&clock)?;
    settings.database = Database::Sqlite(folder.join("clavero.db"));
    settings.key_file = folder.join("keys.toml");
    // Beside that database: what a configuration names belongs to a service that is no game.
    settings.checkpoint_file = None;
    settings.mail.from = EmailAddress::parse("no-responder@clavero.example").ok();
    settings.log.format = LogFormat::Text;
    settings.log.level = settings.log.level.min(tracing::Level::WARN);
    server::start_log(&settings)?;
    server::block_on(demonstrate(
        settings,
        Asked { listen, insists: command.listen.is_some(), folder, clock },
        terminal,
    ))
}

/// What was asked for, and what was made for it.
struct Asked {
    listen: SocketAddr,
    /// `--listen` was given: no other port will do.
    insists: bool,
    folder: PathBuf,
    clock: Arc<SystemClock>,
}

async fn demonstrate(settings: Settings, asked: Asked, terminal: Terminal) -> Result<(), Failure> {
    let (public, bound) = bind(&asked, terminal).await?;
    let (admin, _) = server::bind("server.admin_listen", SocketAddr::new(bound.ip(), 0)).await?;
    // By name and not by number: browsers bind passkeys to names.
    let public_url = format!("http://localhost:{}", bound.port());
    let mut told = serve::service_settings(&settings, &public_url);
    told.desk.demonstration = true;
    let service = serve::start_service(&settings, told).await?;
    seed(&service).await?;
    officers::seed(&service).await?;
    cases::seed(&service).await?;
    let mailbox = Arc::new(Mailbox::new(asked.clock));
    let sealer = serve::sealer(&settings, &service, &public_url).await?;
    let serving = Serving {
        service,
        sealer,
        web: serve::web_config(&settings, &public_url, true)?,
        transport: Arc::clone(&mailbox) as _,
        sender: serve::sender(&settings, public_url.clone())?,
        mailbox: Some(mailbox),
        metrics: server::start_metrics()?,
        public,
        admin,
        tls: None,
    };
    for locale in [Locale::EsEc, Locale::En] {
        introduce(Speech::new(locale), &public_url, &asked.folder);
    }
    server::run(serving).await
}

/// Makes `var/demo-<microseconds>`; the exact moment keeps two demonstrations apart.
fn fresh_folder(clock: &SystemClock) -> Result<PathBuf, Failure> {
    let folder = PathBuf::from(FOLDER).join(format!("demo-{}", clock.now().as_micros()));
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::say("failed-folder", [("path", &folder.display()), ("why", &error)]))?;
    Ok(folder)
}

/// Binds the wanted port, or says which other one it took.
async fn bind(asked: &Asked, terminal: Terminal) -> Result<(TcpListener, SocketAddr), Failure> {
    let wanted = asked.listen;
    let refused = match server::bind("--listen", wanted).await {
        Ok(bound) => return Ok(bound),
        Err(failure) => failure,
    };
    if asked.insists {
        return Err(refused);
    }
    let next = (1..=NEXT_PORTS).filter_map(|step| wanted.port().checked_add(step)).chain([0]);
    for port in next {
        if let Ok((listener, bound)) = server::bind("--listen", SocketAddr::new(wanted.ip(), port)).await {
            let (taken, port) = (wanted.port().to_string(), bound.port().to_string());
            terminal.tell("demo-port-taken", &[("taken", &taken), ("port", &port)]);
            return Ok((listener, bound));
        }
    }
    Err(refused)
}

/// Loads the employers, their keys and their states at the tax authority.
async fn seed(service: &Service) -> Result<(), Failure> {
    let failed = |why: &dyn ToString| Failure::say("failed-demo-data", [("why", why)]);
    let keys: &Arc<KeyRing> = service.keys();
    let hasher = Hasher::start(Arc::clone(keys));
    let phc = hasher.hash(NormalizedPassword::new(KEY)).await.map_err(|_| failed(&"argon2"))?;
    let records = EMPLOYERS.iter().map(|employer| employer.record(keys, &phc)).collect::<Result<Vec<_>, _>>();
    let records = records.map_err(|error| failed(&error))?;
    let store: &Arc<dyn Store> = service.store();
    store.import_employers(records).await.map_err(|error| failed(&error))?;
    let mut register: Vec<_> = EMPLOYERS.iter().filter_map(employers::DemoEmployer::tax_row).collect();
    register.sort_by_key(|row| row.ruc);
    register.dedup_by_key(|row| row.ruc);
    let taken = store.replace_tax_register(register).await.map_err(|error| failed(&error))?;
    taken.map_err(|_| failed(&"catastro"))
}

/// Where to go, who to be, and what to do first.
fn introduce(speech: Speech, public_url: &str, folder: &std::path::Path) {
    let say = |key: &str, args: &[(&'static str, &str)]| terminal::print(&speech.say(key, args));
    let folder = folder.display().to_string();
    say("demo-title", &[]);
    say("demo-address", &[("url", public_url)]);
    say("demo-mailbox-at", &[("url", public_url)]);
    say("demo-folder", &[("folder", &folder)]);
    terminal::print("");
    let columns =
        ["demo-column-representative", "demo-column-ruc", "demo-column-sucursal", "demo-column-case"];
    let [representative, ruc, sucursal, case] = columns.map(|key| speech.say(key, &[]));
    terminal::print(&format!("  {representative:<16}{ruc:<15}{sucursal:<10}{case}"));
    for employer in &EMPLOYERS {
        let case = speech.say(&format!("demo-case-{}", employer.case), &[]);
        let (representative, ruc, sucursal) = (employer.representative, employer.ruc, employer.sucursal);
        terminal::print(&format!("  {representative:<16}{ruc:<15}{sucursal:<10}{case}"));
    }
    terminal::print("");
    let first = EMPLOYERS[0];
    let identifiers = [
        ("representative", first.representative),
        ("ruc", first.ruc),
        ("sucursal", first.sucursal),
        ("url", public_url),
    ];
    say("demo-first-step", &identifiers);
    say("demo-key", &[("key", KEY)]);
    terminal::print("");
    officers::introduce(speech, public_url);
    terminal::print("");
    say("demo-end", &[]);
    terminal::print("");
}
