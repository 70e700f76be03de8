//! Spans of time as an operator writes them: a whole number and one unit.

use std::time::Duration;

use super::problem::Fault;

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Reads `180s`, `3m`, `12h` or `7d`; `0s` is no time at all.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, Fault> {
    let fault = || Fault::new("duration");
    let text = text.trim();
    let (unit, seconds) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).ok_or_else(fault)?;
    let number = text.strip_suffix(unit).unwrap_or(text).trim_end();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(fault());
    }
    let number: u64 = number.parse().map_err(|_| fault())?;
    number.checked_mul(*seconds).map(Duration::from_secs).ok_or_else(fault)
}

/// Writes a span in the largest unit that leaves no remainder.
pub(crate) fn show_duration(span: Duration) -> String {
    let total = span.as_secs();
    UNITS
        .iter()
        .find(|(_, seconds)| total > 0 && total.is_multiple_of(*seconds))
        .map_or_else(|| format!("{total}s"), |(unit, seconds)| format!("{}{unit}", total / seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_written_back() {
        for (text, seconds, shown) in [
            ("180s", 180, "3m"),
            ("3m", 180, "3m"),
            (" 30 m ", 1_800, "30m"),
            ("90s", 90, "90s"),
            ("24h", 86_400, "1d"),
            ("7d", 604_800, "7d"),
            ("0s", 0, "0s"),
        ] {
            let span = parse_duration(text).unwrap();
            assert_eq!(span, Duration::from_secs(seconds), "{text}");
            assert_eq!(show_duration(span), shown);
        }
    }

    #[test]
    fn a_number_without_unit_a_fraction_a_sign_and_too_much_are_refused() {
        for text in [
            "180",
            "",
            "s",
            "-3m",
            "+3m",
            "1.5h",
            "3 minutes",
            "1h30m",
            "99999999999999999999s",
            "999999999999999999d",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
