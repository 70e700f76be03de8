//! What the listeners prove themselves by: a certificate, its key, and whom they let in. Read and judged in one place, for the
//! start, for `clavero doctor`, and for what takes their place while the service runs.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clavero_protocol::Timestamp;
use clavero_words::time::rfc_3339;
use rustls::{
    InconsistentKeys, RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    server::{ParsedCertificate, WebPkiClientVerifier, danger::ClientCertVerifier},
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::config::Fault;

const CERTIFICATE: &str = "server.tls_certificate_file";
const KEY: &str = "server.tls_key_file";
const CLIENTS: &str = "server.tls_client_ca_file";

/// The files of `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    /// The certificate and those that lead to its root, the server's first.
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// The authorities of the only clients that are let in.
    pub(crate) clients: Option<PathBuf>,
}

impl TlsFiles {
    /// Tells one state of the files from another. A file that cannot be read is a state as well.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for path in [Some(&self.certificate), Some(&self.key), self.clients.as_ref()].into_iter().flatten() {
            match fs::read(path).map(Zeroizing::new) {
                Ok(bytes) => hash.update(Sha256::digest(&*bytes)),
                Err(error) => hash.update(error.kind().to_string()),
            }
        }
        hash.finalize().into()
    }
}

/// Why files cannot be used, and the key of the configuration that names the one to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) key: &'static str,
    pub(crate) fault: Fault,
}

impl Unfit {
    const fn new(key: &'static str, fault: Fault) -> Self {
        Self { key, fault }
    }
}

/// Files that can be served with.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) config: Arc<ServerConfig>,
    /// The certificate's end.
    pub(crate) until: Timestamp,
    certificate: CertificateDer<'static>,
}

impl Identity {
    /// Reads the files, and refuses what no client would take at `now`.
    pub(crate) fn read(files: &TlsFiles, now: Timestamp) -> Result<Self, Unfit> {
        let chain = certificates(CERTIFICATE, &files.certificate)?;
        let certificate =
            chain.first().cloned().ok_or(Unfit::new(CERTIFICATE, Fault::new("tls-no-certificate")))?;
        let (from, until) =
            validity(&certificate).ok_or(Unfit::new(CERTIFICATE, Fault::new("tls-no-certificate")))?;
        if now < from || now > until {
            let fault =
                Fault::new("tls-not-valid").with("from", rfc_3339(from)).with("until", rfc_3339(until));
            return Err(Unfit::new(CERTIFICATE, fault));
        }
        let config = server_config(chain, private_key(&files.key)?, clients(files.clients.as_deref())?)?;
        Ok(Self { config: Arc::new(config), until, certificate })
    }

    /// Whether a client that looks for `host` takes the certificate.
    pub(crate) fn names(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']'])) else { return false };
        ParsedCertificate::try_from(&self.certificate)
            .is_ok_and(|certificate| rustls::client::verify_server_name(&certificate, &name).is_ok())
    }
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    clients: Arc<dyn ClientCertVerifier>,
) -> Result<ServerConfig, Unfit> {
    let unusable = |error: rustls::Error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            Unfit::new(KEY, Fault::new("tls-mismatch").with("other", CERTIFICATE))
        }
        error => Unfit::new(CERTIFICATE, Fault::new("tls-unusable").with("why", error)),
    };
    // TLS 1.2 and 1.3, forward secrecy only; of what both sides know, what stands first here.
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .map_err(unusable)?;
    config.ignore_client_order = true;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn clients(file: Option<&Path>) -> Result<Arc<dyn ClientCertVerifier>, Unfit> {
    let Some(path) = file else { return Ok(WebPkiClientVerifier::no_client_auth()) };
    let unusable = |error: &dyn std::fmt::Display| {
        Unfit::new(CLIENTS, Fault::new("tls-unusable").with("why", error.to_string()))
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(CLIENTS, path)? {
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
    verifier.map(|verifier| verifier as _).map_err(|error| unusable(&error))
}

fn certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Unfit> {
    let text = read(key, path)?;
    let found = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let found = found.ok().filter(|found| !found.is_empty());
    found.ok_or(Unfit::new(key, Fault::new("tls-no-certificate")))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, Unfit> {
    let text = read(KEY, path)?;
    // PKCS #8 says so in its heading (RFC 7468 §11), the older forms in a line below it (RFC 1421 §4.6.1.1).
    if text.windows(9).any(|word| word == b"ENCRYPTED") {
        return Err(Unfit::new(KEY, Fault::new("tls-encrypted-key")));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| Unfit::new(KEY, Fault::new("tls-no-key")))
}

fn read(key: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>, Unfit> {
    let unreadable = |error| Unfit::new(key, Fault::new("secret-unreadable").with("why", error));
    fs::read(path).map(Zeroizing::new).map_err(unreadable)
}

/// From when to when a certificate is good.
fn validity(certificate: &CertificateDer<'_>) -> Option<(Timestamp, Timestamp)> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let moment = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    let validity = certificate.validity();
    Some((moment(validity.not_before.timestamp()), moment(validity.not_after.timestamp())))
}
