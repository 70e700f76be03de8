//! Encryption under a certificate made for one server.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject as _},
        server::WebPkiClientVerifier,
    },
};

/// How a server encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// It offers STARTTLS (RFC 3207).
    StartTls,
    /// From the first byte on (RFC 8314).
    Wrapped,
}

/// A connection, encrypted or not.
pub(crate) type Stream = Box<dyn Duplex>;

pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Who the server says it is, and how it proves that.
pub(crate) struct Identity {
    pub(crate) encryption: Encryption,
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) certificate: String,
}

impl Identity {
    /// Fresh, for these names. With an authority's certificate (PEM), only its clients are spoken to.
    pub(crate) fn new(encryption: Encryption, names: &[&str], clients: Option<&str>) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(names).expect("a self-signed certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let clients = match clients {
            None => WebPkiClientVerifier::no_client_auth(),
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                roots
                    .add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM"))
                    .expect("an authority");
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
                verifier.build().expect("an authority")
            }
        };
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions that the provider has")
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a certificate that fits its key");
        Self { encryption, acceptor: TlsAcceptor::from(Arc::new(config)), certificate: made.cert.pem() }
    }
}
