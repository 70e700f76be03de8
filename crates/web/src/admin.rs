//! The operator's listener: alive, ready, metrics.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::WebState;

pub(crate) fn router() -> Router<WebState> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready when a transaction can be committed and the clock can be trusted.
async fn ready(State(state): State<WebState>) -> Response {
    let store = state.service().store();
    if let Err(error) = store.check_writable().await {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("database: {error}\n")).into_response();
    }
    if let Some(step) = store.clock_step() {
        let text = format!("clock: stepped by {} s; restart once it is right\n", step.as_secs());
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    }
    "ready\n".into_response()
}

async fn metrics(State(state): State<WebState>) -> Response {
    let Some(metrics) = &state.0.metrics else { return StatusCode::NOT_FOUND.into_response() };
    if let Ok(census) = state.service().store().census().await {
        // Counts far below 2^52.
        #[expect(clippy::cast_precision_loss, reason = "rows waiting are few")]
        metrics::gauge!("clavero_outbox_waiting").set(census.outbox as f64);
        metrics::gauge!("clavero_outbox_oldest_seconds").set(census.outbox_oldest.as_secs_f64());
    }
    if let Some(made) = state.service().keys().active_made() {
        let age = state.service().store().now().saturating_since(made);
        metrics::gauge!("clavero_key_age_seconds").set(age.as_secs_f64());
    }
    metrics.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}
