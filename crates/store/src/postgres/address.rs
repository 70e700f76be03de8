//! Where the server is, and how the way there is secured.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio_postgres::{
    Config,
    config::{Host, SslMode, TargetSessionAttrs},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::identity::ClientIdentity;
use crate::StoreError;

const CONNECT: Duration = Duration::from_secs(5);
/// A server that has gone without a word is noticed within this.
const SILENCE: Duration = Duration::from_secs(10);

/// What every connection asks of the server: no lock outlives a node that has gone by much, and nobody waits for ever. Every
/// row is found by an index: a plan that was made while a table was small is kept when it has grown.
const ASKED: &str = "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=15s \
     -c enable_seqscan=off";

/// A server's address as read from a URL.
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Address {
    /// Reads `postgres://…`. `sslrootcert` names a file of certificates to trust in place of the machine's own, `sslcert` and
    /// `sslkey` name those that the server may know this service by, as libpq has them. The `sslmode`s `verify-ca` and
    /// `verify-full` mean what `require` does here: a certificate is verified in any case.
    pub(super) fn read(url: &str) -> Result<Self, StoreError> {
        let refused = |why: String| StoreError::Engine(format!("the database's address: {why}"));
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut roots, mut certificate, mut key) = (None, None, None);
        let file = |path: &str| Some(PathBuf::from(path.replace("%2F", "/")));
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", path)) => roots = file(path),
                Some(("sslcert", path)) => certificate = file(path),
                Some(("sslkey", path)) => key = file(path),
                Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require".to_owned()),
                _ => kept.push(pair.to_owned()),
            }
        }
        let mut config: Config = format!("{base}?{}", kept.join("&"))
            .parse()
            .map_err(|error: tokio_postgres::Error| refused(super::connection::told(&error)))?;
        let options = config.get_options().map_or_else(|| ASKED.to_owned(), |own| format!("{ASKED} {own}"));
        config.options(options).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        if !query.contains("sslmode=") && !config.get_hosts().iter().all(is_here) {
            config.ssl_mode(SslMode::Require);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("clavero");
        }
        let identity = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(ClientIdentity::read(certificate, key).map_err(refused)?),
            (Some(_), None) => return Err(refused("sslcert without sslkey".to_owned())),
            (None, Some(_)) => return Err(refused("sslkey without sslcert".to_owned())),
        };
        let roots = root_certificates(roots.as_deref()).map_err(refused)?;
        Ok(Self { config, tls: connector(roots, identity).map_err(refused)? })
    }

    /// Whether the way to every host of it leads over no network.
    pub(super) fn is_here(&self) -> bool {
        self.config.get_hosts().iter().all(is_here)
    }

    /// What connections say they are.
    pub(super) fn name(&self) -> &str {
        self.config.get_application_name().unwrap_or_default()
    }

    /// The same, for connections that have to be able to write: of several hosts, the one that is primary.
    pub(super) fn for_writing(&self) -> Config {
        let mut config = self.config.clone();
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config
    }
}

/// Whether the way to a host leads over no network.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
    }
}

fn root_certificates(file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(path) => {
            let unreadable = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
        None => {
            // Those that cannot be read are not trusted; a server that needs one of them is refused.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(roots)
}

fn connector(roots: RootCertStore, identity: Option<ClientIdentity>) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = builder.with_root_certificates(roots);
    Ok(MakeRustlsConnect::new(match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder.with_client_cert_resolver(Arc::new(identity)),
    }))
}
