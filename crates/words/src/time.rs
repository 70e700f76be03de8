//! Moments in words, as the clocks of the country show them (America/Guayaquil, UTC−5 all year).

use clavero_protocol::Timestamp;
use jiff::{Timestamp as Instant, tz::Offset};

/// Mainland Ecuador has no daylight saving time.
const OFFSET: Offset = Offset::constant(-5);

fn civil(at: Timestamp) -> jiff::civil::DateTime {
    let instant = Instant::from_microsecond(at.as_micros()).unwrap_or(Instant::UNIX_EPOCH);
    OFFSET.to_datetime(instant)
}

/// `10:42:05`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    civil(at).strftime("%H:%M:%S").to_string()
}

/// `10:42`.
#[must_use]
pub fn minute(at: Timestamp) -> String {
    civil(at).strftime("%H:%M").to_string()
}

/// `21/11/2026 10:42`.
#[must_use]
pub fn date_minute(at: Timestamp) -> String {
    civil(at).strftime("%d/%m/%Y %H:%M").to_string()
}

/// RFC 3339 in UTC, to the microsecond: what the API speaks.
#[must_use]
pub fn rfc_3339(at: Timestamp) -> String {
    Instant::from_microsecond(at.as_micros()).unwrap_or(Instant::UNIX_EPOCH).to_string()
}
