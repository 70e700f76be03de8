//! What the program proves itself by: a certificate and its key, to clients of its listeners and to the mail server. Read and judged
//! in one place, for the start, for `clavero doctor`, and for what takes their place while the service runs.

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
    sign::{CertifiedKey, SingleCertAndKey},
};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::config::Fault;

const CLIENTS: &str = "server.tls_client_ca_file";

/// A certificate and its key, as files, and the keys of the configuration that name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) keys: [&'static str; 2],
    /// The certificate and those that lead to its root, its own first.
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// The files of `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) pair: Pair,
    /// The authorities of the only clients that are let in.
    pub(crate) clients: Option<PathBuf>,
}

impl TlsFiles {
    /// Tells one state of the files from another. A file that cannot be read is a state as well.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for path in
            [Some(&self.pair.certificate), Some(&self.pair.key), self.clients.as_ref()].into_iter().flatten()
        {
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

impl Pair {
    /// Reads the files, and refuses what nobody would take at `now`. The moment is the certificate's end.
    pub(crate) fn read(&self, now: Timestamp) -> Result<(CertifiedKey, Timestamp), Unfit> {
        let [of_certificate, of_key] = self.keys;
        let chain = certificates(of_certificate, &self.certificate)?;
        let (from, until) = chain
            .first()
            .and_then(validity)
            .ok_or(Unfit::new(of_certificate, Fault::new("tls-no-certificate")))?;
        if now < from || now > until {
            let fault =
                Fault::new("tls-not-valid").with("from", rfc_3339(from)).with("until", rfc_3339(until));
            return Err(Unfit::new(of_certificate, fault));
        }
        let key = private_key(of_key, &self.key)?;
        let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        let certified = certified.map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                Unfit::new(of_key, Fault::new("tls-mismatch").with("other", of_certificate))
            }
            error => Unfit::new(of_certificate, Fault::new("tls-unusable").with("why", error)),
        })?;
        Ok((certified, until))
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
        let (certified, until) = files.pair.read(now)?;
        let unusable = |error| Unfit::new(files.pair.keys[0], Fault::new("tls-unusable").with("why", error));
        let certificate = certified.end_entity_cert().map_err(unusable)?.clone().into_owned();
        // TLS 1.2 and 1.3, forward secrecy only; of what both sides know, what stands first here.
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_client_cert_verifier(clients(files.clients.as_deref())?)
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        config.ignore_client_order = true;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), until, certificate })
    }

    /// Whether a client that looks for `host` takes the certificate.
    pub(crate) fn names(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']'])) else { return false };
        ParsedCertificate::try_from(&self.certificate)
            .is_ok_and(|certificate| rustls::client::verify_server_name(&certificate, &name).is_ok())
    }
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

fn private_key(key: &'static str, path: &Path) -> Result<PrivateKeyDer<'static>, Unfit> {
    let text = read(key, path)?;
    // PKCS #8 says so in its heading (RFC 7468 §11), the older forms in a line below it (RFC 1421 §4.6.1.1).
    if text.windows(9).any(|word| word == b"ENCRYPTED") {
        return Err(Unfit::new(key, Fault::new("tls-encrypted-key")));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| Unfit::new(key, Fault::new("tls-no-key")))
}

/// The bytes of a file that the configuration names by `key`.
pub(crate) fn read(key: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>, Unfit> {
    let unreadable = |error| Unfit::new(key, Fault::new("secret-unreadable").with("why", error));
    fs::read(path).map(Zeroizing::new).map_err(unreadable)
}

/// From when to when a certificate is good.
fn validity(certificate: &CertificateDer<'static>) -> Option<(Timestamp, Timestamp)> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let moment = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    let validity = certificate.validity();
    Some((moment(validity.not_before.timestamp()), moment(validity.not_after.timestamp())))
}
