//! Logs and metrics of a running service. Neither holds personal data or secrets, at any level.

use std::{io::IsTerminal as _, panic};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::{
    config::{LogFormat, Settings},
    failure::Failure,
};

/// Upper bounds of the buckets of every histogram, in seconds: from a page to a mail that waits for a slow relay.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];

/// The same for how old a state of the tax authority was when it decided: from a minute to a month.
const AGES: [f64; 9] =
    [60.0, 600.0, 3_600.0, 21_600.0, 86_400.0, 172_800.0, 345_600.0, 604_800.0, 2_592_000.0];

/// Starts logging to the standard error. `level` is our own packages'; of the others only warnings are kept, since what
/// they write at other levels nobody here has read.
pub(crate) fn start_log(settings: &Settings) -> Result<(), Failure> {
    let level = settings.log.level;
    let others = if level == tracing::Level::ERROR { "error" } else { "warn" };
    let filter = EnvFilter::new(format!("{others},clavero={level}"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // When nobody reads the log any more, complaining about it on the same broken pipe would end the process.
        .log_internal_errors(false);
    let watched = std::io::stderr().is_terminal();
    let started = match settings.log.format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Auto if !watched => builder.json().try_init(),
        LogFormat::Auto | LogFormat::Text => {
            let has_colour = watched && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            builder.with_ansi(has_colour).try_init()
        }
    };
    started.map_err(|error| Failure::say("failed-runtime", [("why", &error)]))?;
    panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// A panic's place, and its message where that is a constant: one that was put together may hold anything.
fn log_panic(panic: &panic::PanicHookInfo<'_>) {
    let message = panic.payload().downcast_ref::<&str>().copied().unwrap_or("(withheld)");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(message, place, "panic");
}

/// Starts counting.
pub(crate) fn start_metrics() -> Result<PrometheusHandle, Failure> {
    let ages = Matcher::Full("clavero_tax_age_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(ages, &AGES))
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Failure::say("failed-runtime", [("why", &error)]))
}
