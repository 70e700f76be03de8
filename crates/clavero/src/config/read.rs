//! From sources to settings, section by section.

use std::{net::SocketAddr, path::PathBuf};

use clavero_protocol::{
    CasePolicy, EmailAddress, EmployerKind, ForeignerRule, Mismatch, Need, PasswordPolicy, Policy, TaxPolicy,
    TaxSource,
};
use clavero_service::{
    Limits,
    desk::{Centre, EnablingDocument},
};
use clavero_store::SessionLife;
use url::Url;

use super::{
    duration::parse_duration,
    problem::{Fault, Problem},
    reader::{Entry, Reader},
    settings::{
        Assisted, Database, Desk, Institution, Log, LogFormat, Mail, Retention, Secret, Server, Settings, Sri,
    },
};

/// Reads every key; the problems are in the order of the sections.
pub(crate) fn read(mut reader: Reader) -> (Settings, Vec<Problem>) {
    let mut settings = settings(&mut reader);
    let (origins, problems) = reader.finish();
    settings.origins = origins;
    (settings, problems)
}

/// Asks for every key, and with that makes it known.
pub(super) fn settings(from: &mut Reader) -> Settings {
    let mut settings = sections(from);
    settings.recovery.tax = settings.sri.policy;
    settings
}

fn sections(from: &mut Reader) -> Settings {
    Settings {
        server: server(from),
        database: from.value("database.url", database),
        mail: mail(from),
        key_file: from.value("secrets.key_file", path),
        checkpoint_file: from.optional("audit.checkpoint_file", path),
        recovery: recovery(from),
        foreigner: foreigner(from),
        sri: sri(from),
        assisted: assisted(from),
        password: PasswordPolicy {
            min_length: from.value("password.min_length", number),
            max_length: from.value("password.max_length", number),
        },
        breach_filter: from.optional("password.breach_filter_file", path),
        sessions: SessionLife {
            idle: from.value("session.idle_ttl", parse_duration),
            absolute: from.value("session.absolute_ttl", parse_duration),
        },
        desk: Desk {
            sessions: SessionLife {
                idle: from.value("desk.session_idle", parse_duration),
                absolute: from.value("desk.session_life", parse_duration),
            },
            enrolment_life: from.value("desk.enrolment_ttl", parse_duration),
        },
        retention: Retention {
            recoveries: from.value("retention.recoveries", parse_duration),
            cases: from.value("retention.cases", parse_duration),
            log: from.value("retention.log", parse_duration),
        },
        limits: limits(from),
        institution: institution(from),
        log: Log { format: from.value("log.format", log_format), level: from.value("log.level", log_level) },
        origins: super::reader::Origins::default(),
    }
}

fn server(from: &mut Reader) -> Server {
    Server {
        listen: from.value("server.listen", socket),
        admin_listen: from.value("server.admin_listen", socket),
        public_url: from.optional("server.public_url", web_url),
        trusted_proxies: from
            .list("server.trusted_proxies", |text| text.trim().parse().map_err(|_| Fault::new("network"))),
        tls_certificate: from.optional("server.tls_certificate_file", path),
        tls_key: from.optional("server.tls_key_file", path),
        tls_clients: from.optional("server.tls_client_ca_file", path),
    }
}

fn mail(from: &mut Reader) -> Mail {
    Mail {
        smtp_url: from.optional("mail.smtp_url", smtp_url),
        from: from.optional("mail.from", email),
        password: from.optional("mail.password_file", password_file),
        tls_certificate: from.optional("mail.tls_certificate_file", path),
        tls_key: from.optional("mail.tls_key_file", path),
    }
}

fn recovery(from: &mut Reader) -> Policy {
    Policy {
        code_ttl: from.value("recovery.code_ttl", parse_duration),
        link_ttl: from.value("recovery.link_ttl", parse_duration),
        form_ttl: from.value("recovery.form_ttl", parse_duration),
        flow_ttl: from.value("recovery.flow_ttl", parse_duration),
        code_digits: from.value("recovery.code_digits", number),
        code_attempts: from.value("recovery.code_attempts", number),
        codes_per_window: from.value("recovery.codes_per_window", number),
        window: from.value("recovery.window", parse_duration),
        codes_per_day: from.value("recovery.codes_per_day", number),
        codes_per_day_total: from.value("recovery.codes_per_day_total", number),
        resend_after: from.value("recovery.resend_after", parse_duration),
        links_per_flow: from.value("recovery.links_per_flow", number),
        mismatch: from.value("recovery.mismatch", |text| match text {
            "say" => Ok(Mismatch::Say),
            "hide" => Ok(Mismatch::Hide),
            _ => Err(words(&["say", "hide"])),
        }),
        cases: cases(from),
        // Of `[sri]`: see below.
        tax: TaxPolicy::default(),
    }
}

fn cases(from: &mut Reader) -> CasePolicy {
    CasePolicy {
        case_ttl: from.value("assisted.case_ttl", parse_duration),
        cooling_off: from.value("assisted.cooling_off", parse_duration),
        slip_ttl: from.value("assisted.slip_ttl", parse_duration),
        email_changes_per_hour: from.value("assisted.email_changes_per_hour", number),
        email_changes_per_day: from.value("assisted.email_changes_per_day", number),
        ..CasePolicy::default()
    }
}

fn foreigner(from: &mut Reader) -> ForeignerRule {
    ForeignerRule {
        min_length: from.value("foreigner.min_length", number),
        max_length: from.value("foreigner.max_length", number),
        digits_only: from.value("foreigner.digits_only", truth),
    }
}

fn sri(from: &mut Reader) -> Sri {
    Sri {
        policy: TaxPolicy {
            source: from.value("sri.source", |text| match text {
                "register" => Ok(TaxSource::Register),
                "live" => Ok(TaxSource::Live),
                "both" => Ok(TaxSource::Both),
                _ => Err(words(&["register", "live", "both"])),
            }),
            max_age: from.value("sri.max_age", parse_duration),
            recheck_after: from.value("sri.recheck_after", parse_duration),
            unknown_goes_online: from.value("sri.unknown", |text| match text {
                "online" => Ok(true),
                "assisted" => Ok(false),
                _ => Err(words(&["online", "assisted"])),
            }),
        },
        base_url: from.optional("sri.base_url", web_url),
        timeout: from.value("sri.timeout", parse_duration),
    }
}

fn assisted(from: &mut Reader) -> Assisted {
    Assisted {
        centres: from.entries("assisted.centres", &["name", "city", "address", "hours", "phone"], centre),
        documents: from.entries("assisted.documents", &["applicants", "when", "es", "en"], document),
    }
}

fn centre(entry: &Entry) -> Result<Centre, Fault> {
    Ok(Centre {
        name: entry.text("name")?,
        city: entry.text("city")?,
        address: entry.text("address")?,
        hours: entry.optional_text("hours"),
        phone: entry.optional_text("phone"),
    })
}

fn document(entry: &Entry) -> Result<EnablingDocument, Fault> {
    let words = entry.list("applicants");
    if words.is_empty() {
        return Err(Fault::new("entry-field-missing").with("field", "applicants"));
    }
    let kinds = words.iter().map(|word| applicant(word)).collect::<Result<Vec<_>, _>>()?;
    let everyone = kinds.contains(&None);
    let applicants = if everyone { Vec::new() } else { kinds.into_iter().flatten().collect() };
    let es = entry.text("es")?;
    let en = match entry.optional_text("en") {
        text if text.is_empty() => es.clone(),
        text => text,
    };
    let when = match entry.optional_text("when").as_str() {
        "" => Need::Always,
        word => Need::parse(word).ok_or_else(|| {
            let allowed = Need::ALL.map(Need::as_str).join(", ");
            Fault::new("document-when").with("written", word).with("allowed", allowed)
        })?,
    };
    Ok(EnablingDocument { applicants, when, es, en })
}

/// One kind of employer; `None` stands for all of them.
fn applicant(word: &str) -> Result<Option<EmployerKind>, Fault> {
    if word == "todos" {
        return Ok(None);
    }
    EmployerKind::parse(word).map(Some).map_err(|_| {
        let kinds = EmployerKind::ALL.map(EmployerKind::as_str).join(", ");
        Fault::new("applicant").with("written", word).with("allowed", format!("todos, {kinds}"))
    })
}

fn limits(from: &mut Reader) -> Limits {
    Limits {
        starts_per_address: from.value("limits.starts_per_address", number),
        failures_before_proof: from.value("limits.failures_before_proof", number),
        failures_per_address: from.value("limits.failures_per_address", number),
        sign_in_failures_per_address: from.value("limits.sign_in_failures_per_address", number),
        sign_in_failures_per_employer: from.value("limits.sign_in_failures_per_employer", number),
        codes_per_mailbox_per_day: from.value("limits.codes_per_mailbox_per_day", number),
    }
}

fn institution(from: &mut Reader) -> Institution {
    Institution {
        name: from.value("institution.name", line_of_text),
        name_en: from.value("institution.name_en", line_of_text),
        short_name: from.value("institution.short_name", line_of_text),
        logo_file: from.optional("institution.logo_file", logo),
        colour: from.value("institution.colour", colour),
        colour_dark: from.value("institution.colour_dark", colour),
        contact_email: from.optional("institution.contact_email", email),
        phone: from.value("institution.phone", any_text),
        hours: from.value("institution.hours", any_text),
        legal_basis: from.list("institution.legal_basis", line_of_text),
    }
}

fn socket(text: &str) -> Result<SocketAddr, Fault> {
    // Only the name that every machine resolves alike; any other would bind whatever the resolver says today.
    let text =
        text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map_err(|_| Fault::new("socket"))
}

fn web_url(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| Fault::new("web-url"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Fault::new("web-url"));
    }
    Ok(url)
}

fn smtp_url(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| Fault::new("smtp-url"))?;
    if !matches!(url.scheme(), "smtp" | "smtps") || url.host_str().is_none_or(str::is_empty) {
        return Err(Fault::new("smtp-url"));
    }
    // A password with `#` or `/` that is not encoded ends up here, and would be cut off.
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.query_pairs().count() > 1 {
        return Err(Fault::new("smtp-url"));
    }
    for (name, value) in url.query_pairs() {
        let known = matches!(&*value, "required" | "opportunistic" | "none");
        if name != "tls" || !known || (url.scheme() == "smtps" && value != "required") {
            return Err(Fault::new("smtp-url-option").with("option", format!("{name}={value}")));
        }
    }
    Ok(url)
}

fn email(text: &str) -> Result<EmailAddress, Fault> {
    EmailAddress::parse(text).map_err(|_| Fault::new("email"))
}

fn password_file(text: &str) -> Result<Secret, Fault> {
    let unreadable = |why: String| Fault::new("secret-unreadable").with("why", why);
    let secret = std::fs::read_to_string(text).map_err(|error| unreadable(error.to_string()))?;
    let secret = secret.trim_end_matches(['\r', '\n']);
    if secret.is_empty() { Err(Fault::new("secret-empty")) } else { Ok(Secret::new(secret.to_owned())) }
}

fn database(text: &str) -> Result<Database, Fault> {
    Database::parse(text).ok_or_else(|| Fault::new("database"))
}

fn path(text: &str) -> Result<PathBuf, Fault> {
    if text.is_empty() { Err(Fault::new("empty")) } else { Ok(PathBuf::from(text)) }
}

/// A logo is served as it is, so only image forms that browsers show in `img` without running anything.
fn logo(text: &str) -> Result<PathBuf, Fault> {
    let path = PathBuf::from(text);
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    if !matches!(extension.as_deref(), Some("svg" | "png" | "webp")) {
        return Err(Fault::new("logo-form"));
    }
    if path.is_file() { Ok(path) } else { Err(Fault::new("logo-missing")) }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::new("number"))
}

fn truth(text: &str) -> Result<bool, Fault> {
    text.parse().map_err(|_| words(&["true", "false"]))
}

fn colour(text: &str) -> Result<String, Fault> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(Fault::new("colour"))
    }
}

fn line_of_text(text: &str) -> Result<String, Fault> {
    if text.is_empty() { Err(Fault::new("empty")) } else { any_text(text) }
}

/// Text that goes into pages and mail headers: one line.
fn any_text(text: &str) -> Result<String, Fault> {
    if text.chars().any(char::is_control) { Err(Fault::new("one-line")) } else { Ok(text.to_owned()) }
}

fn log_format(text: &str) -> Result<LogFormat, Fault> {
    match text {
        "auto" => Ok(LogFormat::Auto),
        "json" => Ok(LogFormat::Json),
        "text" => Ok(LogFormat::Text),
        _ => Err(words(&["auto", "json", "text"])),
    }
}

fn log_level(text: &str) -> Result<tracing::Level, Fault> {
    match text {
        "error" => Ok(tracing::Level::ERROR),
        "warn" => Ok(tracing::Level::WARN),
        "info" => Ok(tracing::Level::INFO),
        "debug" => Ok(tracing::Level::DEBUG),
        _ => Err(words(&["error", "warn", "info", "debug"])),
    }
}

/// One of a few words.
fn words(allowed: &[&str]) -> Fault {
    Fault::new("word").with("allowed", allowed.join(", "))
}
