//! Encryption under a certificate made for one server.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
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
    /// Fresh, for these names.
    pub(crate) fn new(encryption: Encryption, names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(names).expect("a self-signed certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions that the provider has")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a certificate that fits its key");
        Self { encryption, acceptor: TlsAcceptor::from(Arc::new(config)), certificate: made.cert.pem() }
    }
}
