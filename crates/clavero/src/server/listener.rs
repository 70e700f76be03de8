//! A listener and its connections. axum's own `serve` grants a client all the time in the world to send its first
//! line; here every wait has an end, and the number of connections too.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    extract::ConnectInfo,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::Response,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tower::Layer as _;

use super::{linger::Lingering, renewal::Current};

/// Connections at once; more wait to be accepted.
const CONNECTIONS: usize = 8_192;
/// For a TLS handshake, all of it.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For a whole request head, and between two requests of a connection.
const HEAD: Duration = Duration::from_secs(15);
/// Bytes of a request head, and of what is read ahead.
const BUFFER: usize = 32 * 1024;
/// Before accepting is tried again where the system has no descriptors left.
const BREATH: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until told to stop, then until every request that was begun is answered.
///
/// HTTP/1.1 alone: HTTP/2 is the proxy's, which speaks HTTP/1.1 to what stands behind it. With `tls`, under TLS and not otherwise.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Current>,
    mut stop: watch::Receiver<bool>,
) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(BUFFER);
    let router = router.layer(middleware::map_response(end_with_unread_body));
    let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            stopped = stop.wait_for(|stop| *stop) => { drop(stopped); break; }
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // A client that has gone again is its own affair; running out of descriptors passes by itself.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(router.clone()));
        let (builder, watcher, stream) = (builder.clone(), graceful.watcher(), Lingering::new(stream));
        let acceptor = tls.as_ref().map(|current| TlsAcceptor::from(Arc::clone(&current.borrow())));
        let stop = stop.clone();
        // What ends a connection early is the client's or the network's doing: nothing to act on.
        tokio::spawn(async move {
            match acceptor {
                None => drop(watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await),
                Some(acceptor) => {
                    if let Some(stream) = shake_hands(&acceptor, stream, stop).await {
                        drop(watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await);
                    }
                }
            }
            drop(permit);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Begins TLS, unless the client takes too long or the service ends first: nothing was asked for yet.
async fn shake_hands(
    acceptor: &TlsAcceptor,
    stream: Lingering,
    mut stop: watch::Receiver<bool>,
) -> Option<TlsStream<Lingering>> {
    let shaken = tokio::select! {
        shaken = timeout(HANDSHAKE, acceptor.accept(stream)) => shaken,
        _ = stop.wait_for(|stop| *stop) => return None,
    };
    if let Ok(Ok(stream)) = shaken {
        return Some(stream);
    }
    metrics::counter!("clavero_tls_handshakes_failed_total").increment(1);
    None
}

/// A body that is too large is not read to its end, so the connection cannot be used again. A client that is not told so
/// would send its next request into the closing line.
async fn end_with_unread_body(mut response: Response) -> Response {
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}
