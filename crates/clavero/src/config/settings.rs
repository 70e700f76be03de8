//! The settings as plain, typed data. What each means stands in `clavero.example.toml`.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use clavero_protocol::{EmailAddress, ForeignerRule, PasswordPolicy, Policy, TaxPolicy};
use clavero_service::{
    Limits,
    desk::{Centre, EnablingDocument},
};
use clavero_store::SessionLife;
use clavero_web::Network;
use url::Url;

use super::reader::Origins;
use crate::tls::{Pair, TlsFiles};

/// Everything that an operator decides.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) mail: Mail,
    pub(crate) key_file: PathBuf,
    /// `audit.checkpoint_file`.
    pub(crate) checkpoint_file: Option<PathBuf>,
    pub(crate) recovery: Policy,
    pub(crate) foreigner: ForeignerRule,
    pub(crate) sri: Sri,
    pub(crate) assisted: Assisted,
    pub(crate) password: PasswordPolicy,
    pub(crate) breach_filter: Option<PathBuf>,
    pub(crate) sessions: SessionLife,
    pub(crate) desk: Desk,
    pub(crate) retention: Retention,
    pub(crate) limits: Limits,
    pub(crate) institution: Institution,
    pub(crate) log: Log,
    /// Where each key was written.
    pub(crate) origins: Origins,
}

impl Settings {
    /// Where the audit log's checkpoints are kept outside the database.
    pub(crate) fn checkpoint_file(&self) -> PathBuf {
        self.checkpoint_file.clone().unwrap_or_else(|| self.key_file.with_file_name("checkpoints.log"))
    }
}

/// `[retention]`: how long `clavero retention` leaves what is personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Of a recovery, from its start on.
    pub(crate) recoveries: Duration,
    /// Of a case, from its latest step on.
    pub(crate) cases: Duration,
    /// Of an entry of the audit log; the entry itself stays.
    pub(crate) log: Duration,
}

/// `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) admin_listen: SocketAddr,
    /// As written; on a loopback listener it follows from `listen`.
    pub(crate) public_url: Option<Url>,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) tls_clients: Option<PathBuf>,
}

/// `[database]`.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// The file of the embedded engine.
    Sqlite(PathBuf),
    /// The address of a server, which may hold a password.
    Postgres(Secret),
}

impl Database {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Some(Self::Postgres(Secret::new(text.to_owned())));
        }
        let path = text.strip_prefix("sqlite:")?;
        // `sqlite:///var/x.db` is an absolute path, as URLs have it.
        let path = path.strip_prefix("//").unwrap_or(path);
        let is_file = !path.is_empty() && !path.starts_with(':') && !path.contains('?');
        is_file.then(|| Self::Sqlite(PathBuf::from(path)))
    }

    /// The file of the embedded engine.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// As it may be told: without user, password and options.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let address = url.reveal().split('?').next().unwrap_or_default();
                let place = address.rsplit_once('@').map(|(_, place)| place);
                let place = place.or_else(|| address.split_once("://").map(|(_, place)| place));
                format!("postgres://{}", place.unwrap_or_default())
            }
        }
    }
}

/// `[mail]`.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) smtp_url: Option<Url>,
    pub(crate) from: Option<EmailAddress>,
    /// Read from `mail.password_file`.
    pub(crate) password: Option<Secret>,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
}

impl Mail {
    /// What the mail server may know this service by.
    pub(crate) fn tls(&self) -> Option<Pair> {
        Some(Pair {
            keys: ["mail.tls_certificate_file", "mail.tls_key_file"],
            certificate: self.tls_certificate.clone()?,
            key: self.tls_key.clone()?,
        })
    }
}

/// `[sri]`: the tax authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sri {
    /// `source`, `max_age`, `recheck_after` and `unknown`.
    pub(crate) policy: TaxPolicy,
    pub(crate) base_url: Option<Url>,
    /// Of one query, all of it.
    pub(crate) timeout: Duration,
}

/// `[assisted]`; its spans and limits are part of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assisted {
    pub(crate) centres: Vec<Centre>,
    pub(crate) documents: Vec<EnablingDocument>,
}

/// `[desk]`: the officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Desk {
    pub(crate) sessions: SessionLife,
    pub(crate) enrolment_life: Duration,
}

/// `[institution]`: the deployer's brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Institution {
    pub(crate) name: String,
    pub(crate) name_en: String,
    pub(crate) short_name: String,
    pub(crate) logo_file: Option<PathBuf>,
    pub(crate) colour: String,
    pub(crate) colour_dark: String,
    pub(crate) contact_email: Option<EmailAddress>,
    pub(crate) phone: String,
    pub(crate) hours: String,
    pub(crate) legal_basis: Vec<String>,
}

/// `[log]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    pub(crate) level: tracing::Level,
}

/// `log.format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    Json,
    Text,
}

/// Text that no log or message shows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one who needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Server {
    /// The base of every link in a mail: as configured, or the address that the public listener was bound to.
    pub(crate) fn public_url(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls().is_some() { "https" } else { "http" };
        self.public_url.as_ref().map_or_else(
            || format!("{scheme}://{bound}"),
            |url| url.as_str().trim_end_matches('/').to_owned(),
        )
    }

    /// What both listeners prove themselves by, where they speak TLS.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        let pair = Pair {
            keys: ["server.tls_certificate_file", "server.tls_key_file"],
            certificate: self.tls_certificate.clone()?,
            key: self.tls_key.clone()?,
        };
        Some(TlsFiles { pair, clients: self.tls_clients.clone() })
    }
}
