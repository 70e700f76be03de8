//! An authority of a test's own, and the certificates that it issues.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
};

/// A certificate and its key.
pub(crate) struct Issued {
    certificate: Certificate,
    pub(crate) key: KeyPair,
}

impl Issued {
    pub(crate) fn der(&self) -> &CertificateDer<'static> {
        self.certificate.der()
    }

    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Writes both as PEM, in the place of what stood there; answers where.
    pub(crate) fn write(&self, folder: &Path) -> [PathBuf; 2] {
        let paths = [folder.join("certificate.pem"), folder.join("key.pem")];
        fs::write(&paths[0], self.pem()).unwrap();
        fs::write(&paths[1], self.key.serialize_pem()).unwrap();
        paths
    }
}

/// Whom the tests trust.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = called("an authority for tests");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Writes its certificate; answers where.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        fs::write(&path, self.pem()).unwrap();
        path
    }

    /// For these hosts, now.
    pub(crate) fn issue(&self, hosts: &[&str]) -> Issued {
        self.issue_for(hosts, KeyPair::generate().unwrap())
    }

    /// The same for a key of the caller's.
    pub(crate) fn issue_for(&self, hosts: &[&str], key: KeyPair) -> Issued {
        self.sign(&params(hosts), key)
    }

    /// For whoever is called so.
    pub(crate) fn issue_to(&self, name: &str) -> Issued {
        let mut params = params(&[]);
        params.distinguished_name = called(name);
        self.sign(&params, KeyPair::generate().unwrap())
    }

    /// Good from the first day of one year to that of another.
    pub(crate) fn issue_between(&self, hosts: &[&str], from: i32, until: i32) -> Issued {
        let mut params = params(hosts);
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
        self.sign(&params, KeyPair::generate().unwrap())
    }

    fn sign(&self, params: &CertificateParams, key: KeyPair) -> Issued {
        Issued { certificate: params.signed_by(&key, &self.0).unwrap(), key }
    }

    /// It alone, to be trusted.
    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        Arc::new(roots)
    }

    /// A client that trusts this authority alone, and shows `who`.
    pub(crate) fn client(&self, who: Option<&Issued>) -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots());
        match who {
            None => builder.with_no_client_auth(),
            Some(who) => {
                let key = PrivateKeyDer::try_from(who.key.serialize_der()).unwrap();
                builder.with_client_auth_cert(vec![who.der().clone()], key).unwrap()
            }
        }
    }
}

fn params(hosts: &[&str]) -> CertificateParams {
    CertificateParams::new(hosts.iter().map(|&host| host.to_owned()).collect::<Vec<_>>()).unwrap()
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}
