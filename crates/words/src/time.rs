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

/// `21/11/2026 10:42:05`.
#[must_use]
pub fn date_second(at: Timestamp) -> String {
    civil(at).strftime("%d/%m/%Y %H:%M:%S").to_string()
}

/// `21/11/2026`.
#[must_use]
pub fn date(at: Timestamp) -> String {
    civil(at).strftime("%d/%m/%Y").to_string()
}

/// `2026-11-21`: what a date field of a form holds (ISO 8601).
#[must_use]
pub fn iso_date(at: Timestamp) -> String {
    civil(at).strftime("%Y-%m-%d").to_string()
}

/// The day of a form's date field, from midnight to midnight. `None` for what is no date.
#[must_use]
pub fn day(iso: &str) -> Option<(Timestamp, Timestamp)> {
    let date: jiff::civil::Date = iso.parse().ok()?;
    let midnight = |date: jiff::civil::Date| {
        let instant = OFFSET.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Some(Timestamp::from_micros(instant.as_microsecond()))
    };
    Some((midnight(date)?, midnight(date.tomorrow().ok()?)?))
}

/// RFC 3339 in UTC, to the microsecond: what the API speaks.
#[must_use]
pub fn rfc_3339(at: Timestamp) -> String {
    Instant::from_microsecond(at.as_micros()).unwrap_or(Instant::UNIX_EPOCH).to_string()
}

/// The moment of `2026-11-21T10:42:05Z` (RFC 3339), or of `2026-11-21`: the beginning of that day here.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let instant = text.parse::<Instant>().ok().or_else(|| {
        let day = text.parse::<jiff::civil::Date>().ok()?;
        OFFSET.to_timestamp(day.at(0, 0, 0, 0)).ok()
    })?;
    Some(Timestamp::from_micros(instant.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_here_and_a_moment_is_what_it_says() {
        let said = |text| parse(text).map(rfc_3339);
        assert_eq!(said("2026-11-21").as_deref(), Some("2026-11-21T05:00:00Z"));
        assert_eq!(said("2026-11-21T10:42:05-05:00").as_deref(), Some("2026-11-21T15:42:05Z"));
        assert_eq!(said("yesterday"), None);
        assert_eq!(said("2026-11-31"), None);
    }
}
