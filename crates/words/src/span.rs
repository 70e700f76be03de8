//! Lengths of time in words: the operator decides them, so no sentence may hold one.

use std::time::Duration;

use crate::{Locale, tr_args};

/// The units, from the longest.
const UNITS: [(u64, &str); 4] =
    [(86_400, "span-days"), (3_600, "span-hours"), (60, "span-minutes"), (1, "span-seconds")];

/// `3 minutos`, `1 hora y 30 minutos`, `24 horas`: to the second, with the two longest units that it has.
#[must_use]
pub fn span(locale: Locale, length: Duration) -> String {
    let mut left = length.as_secs();
    // A day is a date to most people; what ends in a day ends in 24 hours.
    let units = if left < 2 * UNITS[0].0 { &UNITS[1..] } else { &UNITS[..] };
    let mut parts = Vec::new();
    for (unit, key) in units {
        let count = left / unit;
        left %= unit;
        if count > 0 {
            parts.push(tr_args(locale, key, &[("count", &count.to_string())]));
        }
    }
    parts.truncate(2);
    match parts.as_slice() {
        [] => tr_args(locale, "span-seconds", &[("count", "0")]),
        [one] => one.clone(),
        [first, second, ..] => tr_args(locale, "span-both", &[("first", first), ("second", second)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_said_with_its_units_and_their_numbers() {
        let said =
            |seconds| [Locale::EsEc, Locale::En].map(|locale| span(locale, Duration::from_secs(seconds)));
        assert_eq!(said(180), ["3 minutos", "3 minutes"]);
        assert_eq!(said(60), ["1 minuto", "1 minute"]);
        assert_eq!(said(1), ["1 segundo", "1 second"]);
        assert_eq!(said(90), ["1 minuto y 30 segundos", "1 minute and 30 seconds"]);
        assert_eq!(said(5_400), ["1 hora y 30 minutos", "1 hour and 30 minutes"]);
        assert_eq!(said(86_400), ["24 horas", "24 hours"]);
        assert_eq!(said(864_000), ["10 días", "10 days"]);
        assert_eq!(said(0), ["0 segundos", "0 seconds"]);
    }
}
