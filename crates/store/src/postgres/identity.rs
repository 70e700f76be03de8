//! The certificate that the server may know this service by.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    SignatureScheme,
    client::ResolvesClientCert,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};

/// Files that are read for each connection, so that renewed ones need no restart.
#[derive(Debug)]
pub(super) struct ClientIdentity {
    certificate: PathBuf,
    key: PathBuf,
    /// Shown while the files cannot be used: one of the two may be new already.
    last: Mutex<Arc<CertifiedKey>>,
}

impl ClientIdentity {
    /// Reads the files for the first time, and tells why they cannot be used.
    pub(super) fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, String> {
        let last = Mutex::new(Arc::new(certified(&certificate, &key)?));
        Ok(Self { certificate, key, last })
    }
}

impl ResolvesClientCert for ClientIdentity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match certified(&self.certificate, &self.key) {
            Ok(found) => *last = Arc::new(found),
            Err(why) => {
                tracing::warn!(%why, "the database's client certificate cannot be used; the one before stays");
            }
        }
        Some(Arc::clone(&last))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn certified(certificate: &Path, key: &Path) -> Result<CertifiedKey, String> {
    let unusable = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| unusable(certificate, &error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, &error))?;
    // A chain without a certificate is no match for any key.
    CertifiedKey::from_der(chain, private, &aws_lc_rs::default_provider())
        .map_err(|error| unusable(key, &error))
}
