//! One query over one connection, which nobody else has used and nobody uses after it.
//!
//! So there are no cookies, no redirections that are followed, and nothing that an earlier answer could leave behind.

use std::{net::IpAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use clavero_protocol::Ruc;
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1,
    header::{ACCEPT, CONNECTION, HOST, RETRY_AFTER, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::{
    Fault, Unusable,
    answer::{self, Answer},
};

const PATH: &str = "ConsolidadoContribuyente/obtenerPorNumerosRuc";
/// An answer has some two kilobytes.
const LONGEST_BODY: usize = 64 * 1024;
/// Bytes of an answer's head.
const LONGEST_HEAD: usize = 16 * 1024;
/// Where it asks to wait and does not say for how long.
const SOME_TIME: Duration = Duration::from_secs(30);

pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Where queries go.
pub(crate) struct Query {
    /// Up to the number.
    address: Url,
    /// Of a URL, so an IPv6 address is in brackets.
    authority: String,
    host: Host,
    port: u16,
    /// None where it goes unencrypted, on this machine.
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Query {
    pub(crate) fn new(base: &Url) -> Result<Self, Unusable> {
        let is_plain = base.query().is_none()
            && base.fragment().is_none()
            && base.username().is_empty()
            && base.password().is_none();
        let host = base.host().filter(|_| is_plain).ok_or(Unusable::Base)?.to_owned();
        let port = base.port_or_known_default().ok_or(Unusable::Base)?;
        let tls = match base.scheme() {
            "https" => Some((connector()?, name(&host)?)),
            "http" if is_here(&host) => None,
            _ => return Err(Unusable::Base),
        };
        let mut address = base.clone();
        address.set_path(&format!("{}/{PATH}", base.path().trim_end_matches('/')));
        let authority = match base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        Ok(Self { address, authority, host, port, tls })
    }

    pub(crate) async fn ask(&self, ruc: &Ruc) -> Result<Answer, Fault> {
        let stream = TokioIo::new(self.connect().await?);
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(LONGEST_HEAD)
            .handshake(stream)
            .await
            .map_err(|_| Fault::Unreachable)?;
        let request = self.request(ruc)?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|error| of_exchange(&error))?;
            read(response, ruc).await
        };
        // The connection is driven here and not by a task of its own: both end together, whatever happens.
        tokio::pin!(connection);
        tokio::pin!(exchange);
        tokio::select! {
            biased;
            outcome = &mut exchange => outcome,
            // It has ended: whatever was received is there already.
            _ = &mut connection => exchange.await,
        }
    }

    /// A connection, encrypted unless it stays on this machine.
    pub(crate) async fn connect(&self) -> Result<Box<dyn Duplex>, Fault> {
        let stream = match &self.host {
            Host::Domain(name) => TcpStream::connect((name.as_str(), self.port)).await,
            Host::Ipv4(address) => TcpStream::connect((*address, self.port)).await,
            Host::Ipv6(address) => TcpStream::connect((*address, self.port)).await,
        }
        .map_err(|_| Fault::Unreachable)?;
        match &self.tls {
            None => Ok(Box::new(stream)),
            Some((tls, name)) => {
                let stream = tls.connect(name.clone(), stream).await.map_err(|_| Fault::Tls)?;
                Ok(Box::new(stream))
            }
        }
    }

    fn request(&self, ruc: &Ruc) -> Result<Request<Empty<Bytes>>, Fault> {
        // A RUC has digits only: nothing of it needs escaping.
        Request::get(format!("{}?ruc={ruc}", self.address.path()))
            .header(HOST, &self.authority)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("clavero/", env!("CARGO_PKG_VERSION")))
            .header(CONNECTION, "close")
            .body(Empty::new())
            .map_err(|_| Fault::Unreachable)
    }
}

async fn read(response: Response<Incoming>, ruc: &Ruc) -> Result<Answer, Fault> {
    match response.status() {
        StatusCode::NO_CONTENT => return Ok(Answer::NO_SUCH_RUC),
        StatusCode::OK => {}
        StatusCode::TOO_MANY_REQUESTS => return Err(Fault::Wait(wait(&response).unwrap_or(SOME_TIME))),
        StatusCode::SERVICE_UNAVAILABLE => {
            return Err(wait(&response).map_or(Fault::Status(503), Fault::Wait));
        }
        other => return Err(Fault::Status(other.as_u16())),
    }
    let body = Limited::new(response.into_body(), LONGEST_BODY).collect().await;
    let body = body
        .map_err(|error| if error.is::<LengthLimitError>() { Fault::TooLong } else { Fault::Unreachable })?;
    answer::read(&body.to_bytes(), ruc)
}

/// `Retry-After` in seconds; as a date it is not read.
fn wait(response: &Response<Incoming>) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

fn of_exchange(error: &hyper::Error) -> Fault {
    if error.is_parse() { Fault::Unreadable } else { Fault::Unreachable }
}

fn connector() -> Result<TlsConnector, Unusable> {
    let mut roots = RootCertStore::empty();
    // Those that cannot be read are not trusted; an authority that needs one of them is refused.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Unusable::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn name(host: &Host) -> Result<ServerName<'static>, Unusable> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| Unusable::Base),
        Host::Ipv4(address) => Ok(ServerName::from(IpAddr::V4(*address))),
        Host::Ipv6(address) => Ok(ServerName::from(IpAddr::V6(*address))),
    }
}

/// Whether the way to a host leads over no network.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}
