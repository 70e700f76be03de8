//! Pages and API: turns requests into service calls and outcomes into pages. Decides nothing.

mod address;
mod admin;
mod api;
mod assets;
mod config;
mod cookies;
mod desk;
mod guard;
mod language;
mod live;
mod pages;
mod papers;
mod refused;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use clavero_service::{Service, mail::Mailbox};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

pub use address::{Network, client_address};
pub use config::{Institution, Logo, WebConfig};

/// Bytes that a request's body may have: forms and JSON here are small.
const BODY: usize = 16 * 1024;

/// What the handlers work with.
#[derive(Clone)]
pub struct WebState(Arc<Inner>);

struct Inner {
    service: Arc<Service>,
    config: WebConfig,
    mailbox: Option<Arc<Mailbox>>,
    metrics: Option<PrometheusHandle>,
    stop: watch::Receiver<bool>,
}

impl WebState {
    /// Brings the parts together. `mailbox` is the demonstration's; `stop` ends what streams.
    #[must_use]
    pub fn new(
        service: Arc<Service>,
        config: WebConfig,
        mailbox: Option<Arc<Mailbox>>,
        metrics: Option<PrometheusHandle>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self(Arc::new(Inner { service, config, mailbox, metrics, stop }))
    }

    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.0.service
    }

    pub(crate) fn config(&self) -> &WebConfig {
        &self.0.config
    }
}

/// Everything that is served to the public.
pub fn public_router(state: WebState) -> Router {
    Router::new()
        .merge(pages::router(&state))
        .merge(desk::router(&state))
        .nest("/api/v1", api::router())
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(state.clone(), guard::body_in_time))
        .layer(middleware::from_fn_with_state(state.clone(), guard::plain_address))
        .layer(middleware::from_fn_with_state(state.clone(), guard::same_origin))
        .layer(middleware::from_fn_with_state(state.clone(), language::negotiate))
        .layer(middleware::from_fn(guard::catch_panic))
        .layer(middleware::from_fn_with_state(state.clone(), guard::headers))
        .layer(middleware::from_fn(guard::observe))
        .with_state(state)
}

/// What the operator's listener serves, never the public one.
pub fn admin_router(state: WebState) -> Router {
    admin::router().with_state(state)
}

/// The `OpenAPI` 3.1 document of `/api/v1`.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    api::document()
}
