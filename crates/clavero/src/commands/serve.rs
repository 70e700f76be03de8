//! `clavero serve`.

use std::{fs, path::Path, sync::Arc};

use clavero_protocol::TaxSource;
use clavero_service::{
    Service, ServiceError,
    audit::{self, AuditLog, LogError, Sealer},
    mail::{Sender, SmtpIdentity, SmtpSettings, SmtpTransport},
};
use clavero_store::{Clock as _, SystemClock};
use clavero_web::{Institution, Logo, WebConfig};
use url::Url;

use crate::{
    config::{Fault, Problem, Secret, Settings, check_serving},
    failure::Failure,
    parts,
    server::{self, Renewal, Serving},
    tls::{self, Pair, Unfit},
};

/// Refuses an unsafe or inconsistent configuration, then serves until told to stop.
pub(crate) fn run(settings: Settings) -> Result<(), Failure> {
    let problems = check_serving(&settings);
    if !problems.is_empty() {
        return Err(Failure::Config(problems));
    }
    server::start_log(&settings)?;
    server::block_on(serve(settings))
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    // The connection pool needs the runtime from the first moment on.
    let transport = smtp(&settings)?;
    let metrics = server::start_metrics()?;
    let tls = renewal(&settings)?;
    let (public, bound) = server::bind("server.listen", settings.server.listen).await?;
    let (admin, admin_bound) = server::bind("server.admin_listen", settings.server.admin_listen).await?;
    let public_url = settings.server.public_url(bound);
    let service = start_service(&settings, service_settings(&settings, &public_url)).await?;
    let sealer = sealer(&settings, &service, &public_url).await?;
    let serving = Serving {
        service,
        sealer,
        web: web_config(&settings, &public_url, false)?,
        transport: Arc::new(transport),
        sender: sender(&settings, public_url)?,
        mailbox: None,
        metrics,
        public,
        admin,
        tls,
    };
    tracing::info!(listen = %bound, "public listener");
    tracing::info!(admin_listen = %admin_bound, "operator's listener");
    server::run(serving).await
}

fn renewal(settings: &Settings) -> Result<Option<Renewal>, Failure> {
    let begun = settings.server.tls().map(Renewal::begin).transpose();
    begun.map_err(|unfit| Failure::Config(vec![settings.origins.problem(unfit.key, unfit.fault)]))
}

/// Who seals the audit log, which is named after the host.
pub(super) async fn sealer(
    settings: &Settings,
    service: &Service,
    public_url: &str,
) -> Result<Sealer, Failure> {
    let host = Url::parse(public_url).ok().and_then(|url| url.host_str().map(ToOwned::to_owned));
    let origin = audit::origin_at(host.as_deref().unwrap_or("localhost"));
    let (store, keys) = (Arc::clone(service.store()), Arc::clone(service.keys()));
    let log = AuditLog::open(store, keys, Some(origin))
        .await
        .map_err(|error| parts::log_failure(settings, &error))?;
    let log = log.ok_or_else(|| Failure::say("failed-audit-name", []))?;
    let mut sealer = Sealer::new(log, settings.checkpoint_file());
    match sealer.check().await {
        // An older database would bring back what was secret in it. Any other damage stops the sealing, which is told.
        Err(error @ LogError::Older { .. }) => Err(parts::log_failure(settings, &error)),
        _ => Ok(sealer),
    }
}

/// Brings store, key ring and service together.
pub(super) async fn start_service(
    settings: &Settings,
    told: clavero_service::Settings,
) -> Result<Arc<Service>, Failure> {
    let (store, keys) = parts::open_with_keys(settings).await?;
    let breached = parts::breached(settings)?;
    Service::start(store, keys, breached, told).await.map_err(|error| match error {
        ServiceError::Tax(error) => unusable(settings, error),
        ServiceError::Press(error) => Failure::say("failed-press", [("why", &error)]),
        ServiceError::ForeignKeyRing => {
            Failure::say("failed-foreign-keys", [("path", &settings.key_file.display())])
        }
        ServiceError::OlderKeyRing(id) => {
            Failure::say("failed-older-keys", [("path", &settings.key_file.display()), ("id", &id)])
        }
        ServiceError::Unready(unready) => parts::unready_failure(&settings.database, unready),
        ServiceError::Store(error) => parts::store_failure(&settings.database, &error),
    })
}

/// What the service is told.
pub(super) fn service_settings(settings: &Settings, public_url: &str) -> clavero_service::Settings {
    let institution = &settings.institution;
    clavero_service::Settings {
        policy: settings.recovery.clone(),
        password: settings.password,
        foreigner: settings.foreigner,
        limits: settings.limits,
        sessions: settings.sessions,
        hashing: clavero_service::Hashing::default(),
        tax_authority: tax_authority(settings),
        centres: settings.assisted.centres.clone(),
        documents: settings.assisted.documents.clone(),
        institution_words: vec![
            institution.name.clone(),
            institution.name_en.clone(),
            institution.short_name.clone(),
        ],
        desk: clavero_service::DeskSettings {
            sessions: settings.desk.sessions,
            enrolment_life: settings.desk.enrolment_life,
            public_url: Url::parse(public_url).ok(),
            name: institution.name.clone(),
            demonstration: false,
        },
    }
}

/// The tax authority, where it is to be asked.
pub(super) fn tax_authority(settings: &Settings) -> Option<clavero_tax::Settings> {
    let sri = &settings.sri;
    let base_url = sri.base_url.clone().filter(|_| sri.policy.source != TaxSource::Register)?;
    Some(clavero_tax::Settings { base_url, timeout: sri.timeout })
}

pub(super) fn unusable(settings: &Settings, error: clavero_tax::Unusable) -> Failure {
    let fault = Fault::new("sri-unusable").with("why", error);
    Failure::Config(vec![settings.origins.problem("sri.base_url", fault)])
}

/// What the pages are told.
pub(super) fn web_config(settings: &Settings, public_url: &str, demo: bool) -> Result<WebConfig, Failure> {
    let institution = &settings.institution;
    Ok(WebConfig {
        public_url: Url::parse(public_url).map_err(|_| {
            Failure::Config(vec![settings.origins.problem("server.public_url", Fault::new("web-url"))])
        })?,
        trusted_proxies: settings.server.trusted_proxies.clone(),
        institution: Institution {
            name: institution.name.clone(),
            name_en: institution.name_en.clone(),
            logo: institution.logo_file.as_deref().map(|file| logo(settings, file)).transpose()?,
            brand: institution.colour.clone(),
            brand_dark: institution.colour_dark.clone(),
            contact: institution
                .contact_email
                .as_ref()
                .map(|email| email.as_str().to_owned())
                .unwrap_or_default(),
            phone: institution.phone.clone(),
            hours: institution.hours.clone(),
            legal_basis: institution.legal_basis.clone(),
        },
        demo,
    })
}

/// Reads the logo once; a page shows it at some hundred pixels.
fn logo(settings: &Settings, file: &Path) -> Result<Logo, Failure> {
    const MOST: usize = 256 * 1024;
    let refuse =
        |why| Failure::Config(vec![settings.origins.problem("institution.logo_file", Fault::new(why))]);
    let bytes = fs::read(file).map_err(|_| refuse("logo-missing"))?;
    if bytes.len() > MOST {
        return Err(refuse("logo-large"));
    }
    let kind = match file.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("svg") => "image/svg+xml; charset=utf-8",
        Some(extension) if extension.eq_ignore_ascii_case("png") => "image/png",
        _ => "image/webp",
    };
    Ok(Logo { kind, bytes: bytes.into() })
}

/// Who writes the mails.
pub(super) fn sender(settings: &Settings, public_url: String) -> Result<Sender, Failure> {
    let from = settings.mail.from.as_ref().and_then(|from| from.as_str().parse().ok());
    match from {
        Some(from) => Ok(Sender { from, public_url }),
        None => Err(wrong_sender(settings)),
    }
}

fn wrong_sender(settings: &Settings) -> Failure {
    Failure::Config(vec![settings.origins.problem("mail.from", Fault::new("from-missing"))])
}

/// The way to the mail server.
pub(super) fn smtp(settings: &Settings) -> Result<SmtpTransport, Failure> {
    let mail = &settings.mail;
    let problem = |key, fault: Fault| -> Problem { settings.origins.problem(key, fault) };
    let (Some(url), Some(from)) = (&mail.smtp_url, &mail.from) else {
        return Err(Failure::Config(vec![problem("mail.smtp_url", Fault::new("smtp-url-missing"))]));
    };
    let from = from.as_str().parse().map_err(|_| wrong_sender(settings))?;
    let password = mail.password.as_ref().map(Secret::reveal).map(ToOwned::to_owned);
    let identity = mail.tls().map(|pair| smtp_identity(&pair)).transpose();
    let identity = identity.map_err(|unfit| Failure::Config(vec![problem(unfit.key, unfit.fault)]))?;
    SmtpTransport::new(&SmtpSettings { url: url.as_str().to_owned(), password, from, identity }).map_err(
        |error| {
            Failure::Config(vec![problem("mail.smtp_url", Fault::new("smtp-unusable").with("why", error))])
        },
    )
}

fn smtp_identity(pair: &Pair) -> Result<SmtpIdentity, Unfit> {
    let (certified, _) = pair.read(SystemClock::new().now())?;
    let certificate = certified.cert.first().map(|certificate| certificate.to_vec()).unwrap_or_default();
    Ok(SmtpIdentity { certificate, key: tls::read(pair.keys[1], &pair.key)? })
}
