//! A running service: listeners, outbox worker, sweeper, and an end in which nothing that was answered is lost.

mod linger;
mod listener;
mod renewal;
mod telemetry;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use clavero_service::{
    Service,
    audit::Sealer,
    mail::{Mailbox, Sender, Transport},
    outbox::Worker,
};
use clavero_web::{WebConfig, WebState, admin_router, public_router};
use metrics_exporter_prometheus::PrometheusHandle;
use sd_notify::NotifyState;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
};

pub(crate) use self::{
    renewal::Renewal,
    telemetry::{start_log, start_metrics},
};
use crate::failure::Failure;

/// What was begun may take so long to end; after that the process goes, and what is durable goes on at the next start.
const GRACE: Duration = Duration::from_secs(30);

/// The parts of a running service.
pub(crate) struct Serving {
    pub(crate) service: Arc<Service>,
    pub(crate) sealer: Sealer,
    pub(crate) web: WebConfig,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) sender: Sender,
    /// The demonstration's.
    pub(crate) mailbox: Option<Arc<Mailbox>>,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) public: TcpListener,
    pub(crate) admin: TcpListener,
    /// Of both listeners.
    pub(crate) tls: Option<Renewal>,
}

/// Binds a listener; `key` is the setting that names its address.
pub(crate) async fn bind(
    key: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |error: std::io::Error| {
        Failure::say("failed-bind", [("key", &key), ("address", &address), ("why", &error)])
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Runs work on all cores.
pub(crate) fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    // Fails only where a provider stands already, which serves as well.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::say("failed-runtime", [("why", &error)]))?;
    let done = runtime.block_on(work);
    // A hash that is being made, or a reader of the standard input, is not waited for.
    runtime.shutdown_background();
    done
}

/// Serves until SIGTERM or SIGINT, then ends in order.
pub(crate) async fn run(serving: Serving) -> Result<(), Failure> {
    let (stop, stopped) = watch::channel(false);
    let ending = end_signal()?;
    let Serving { service, sealer, web, transport, sender, mailbox, metrics, public, admin, tls } = serving;
    let state = WebState::new(Arc::clone(&service), web, mailbox, Some(metrics), stopped.clone());
    service.recall_mails().await;
    let mut parts = JoinSet::new();
    let current = || tls.as_ref().map(Renewal::current);
    parts.spawn(listener::serve(public, public_router(state.clone()), current(), stopped.clone()));
    parts.spawn(Worker::new(Arc::clone(&service), transport, sender).run(stopped.clone()));
    let admin = tokio::spawn(listener::serve(admin, admin_router(state), current(), stopped));
    let renewal = tls.map(|tls| tokio::spawn(tls.watch()));
    let (stop_sealing, sealing) = watch::channel(false);
    let sealer = tokio::spawn(sealer.run(sealing));
    let sweeper = tokio::spawn(Arc::clone(&service).sweep_forever());
    let reminder = tokio::spawn(Arc::clone(&service).remind_forever());
    let inquirer = tokio::spawn(Arc::clone(&service).inquire_forever());
    let watchdog = tokio::spawn(watchdog());
    notify(&[NotifyState::Ready]);
    tracing::info!("ready");

    let signal = ending.await;
    tracing::info!(signal, "stopping: finishing what was begun");
    notify(&[NotifyState::Stopping]);
    sweeper.abort();
    reminder.abort();
    inquirer.abort();
    stop.send_replace(true);
    let ended = async {
        while parts.join_next().await.is_some() {}
        // Last of all: what the others did on their way out is sealed with the rest.
        stop_sealing.send_replace(true);
        drop(sealer.await);
    };
    let in_time = tokio::time::timeout(GRACE, ended).await.is_ok();
    admin.abort();
    watchdog.abort();
    renewal.inspect(tokio::task::JoinHandle::abort);
    if in_time {
        tracing::info!("stopped");
    } else {
        tracing::warn!(
            seconds = GRACE.as_secs(),
            "stopped with work unfinished; mails go on at the next start"
        );
    }
    Ok(())
}

/// Which signal asks for the end. Handlers are in place when this returns, not when it is first awaited.
fn end_signal() -> Result<impl Future<Output = &'static str>, Failure> {
    let failed = |error: std::io::Error| Failure::say("failed-runtime", [("why", &error)]);
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}

/// Tells systemd, where there is one.
fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd could not be told");
    }
}

/// Shows systemd twice in its interval that the threads still turn.
async fn watchdog() {
    let Some(interval) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = tokio::time::interval(interval / 2);
    loop {
        ticks.tick().await;
        notify(&[NotifyState::Watchdog]);
    }
}
