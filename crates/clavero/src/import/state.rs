//! What the tax register says of a RUC, as small numbers: a national register has millions of them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use clavero_protocol::TaxState;

/// A state's word, as the place that it has in [`Words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word(pub(super) u8);

impl Word {
    /// `ACTIVO`.
    pub(crate) const ACTIVE: Self = Self(0);
}

/// The words that the files have for states.
#[derive(Debug)]
pub(crate) struct Words(Mutex<Vec<String>>);

impl Default for Words {
    fn default() -> Self {
        Self(Mutex::new(vec!["ACTIVO".to_owned()]))
    }
}

impl Words {
    fn known(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a word in capitals. `None` once there are more than any register has.
    pub(super) fn number(&self, text: &str) -> Option<Word> {
        let mut known = self.known();
        let place = known.iter().position(|word| word == text).unwrap_or(known.len());
        let number = u8::try_from(place).ok()?;
        if place == known.len() {
            known.push(text.to_owned());
        }
        Some(Word(number))
    }

    /// All of them, each with the state that it means.
    pub(crate) fn all(&self) -> Vec<(TaxState, String)> {
        self.known().iter().map(|word| (TaxState::parse(word), word.clone())).collect()
    }
}

/// Since when: a day of the calendar, or that the register does not say. Later days are larger, and what is not said is largest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Since(u32);

impl Since {
    /// The register does not say.
    pub(crate) const UNSAID: Self = Self((1 << Self::BITS) - 1);
    /// Enough for the year 9999.
    pub(super) const BITS: u32 = 22;
    /// Longer than any month.
    const MONTH: u32 = 32;
    const YEAR: u32 = 12 * Self::MONTH;

    /// `2001-05-28`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u32, |number, digit| {
                digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
            })
        };
        let (year, month @ 1..=12, day @ 1..) =
            (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?)
        else {
            return None;
        };
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (day <= days).then(|| Self(year * Self::YEAR + (month - 1) * Self::MONTH + day))
    }

    pub(super) const fn of_number(number: u32) -> Self {
        Self(number)
    }

    pub(super) const fn number(self) -> u32 {
        self.0
    }
}

/// As the register writes it; empty where it does not say.
impl std::fmt::Display for Since {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Self::UNSAID {
            return Ok(());
        }
        let (year, rest) = (self.0 / Self::YEAR, self.0 % Self::YEAR);
        write!(to, "{year:04}-{:02}-{:02}", rest / Self::MONTH + 1, rest % Self::MONTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar_and_come_back_as_they_were() {
        for (text, holds) in [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2000-02-29", true),
            ("1900-02-29", false),
            ("2024-04-31", false),
            ("2024-13-01", false),
            ("2024-1-01", false),
            ("0000-00-00", false),
            ("9999-12-31", true),
            ("2024-01-01-", false),
            ("+024-01-01", false),
        ] {
            let since = Since::parse(text);
            assert_eq!(since.is_some(), holds, "{text}");
            assert!(since.is_none_or(|since| since.to_string() == text && since < Since::UNSAID), "{text}");
        }
        assert!(Since::parse("2023-12-31") < Since::parse("2024-01-01"));
        assert!(Since::UNSAID.number() >> Since::BITS == 0 && Since::UNSAID.to_string().is_empty());
    }

    #[test]
    fn a_word_has_one_number_and_there_are_no_more_than_a_register_has() {
        let words = Words::default();
        assert_eq!(words.number("ACTIVO"), Some(Word::ACTIVE));
        let closed = words.number("PASIVO");
        assert_eq!((closed, words.number("PASIVO")), (Some(Word(1)), closed));
        for number in 2..=255 {
            assert!(words.number(&format!("W{number}")).is_some());
        }
        assert_eq!(words.number("ONE MORE"), None);
        assert_eq!(words.number("W200"), Some(Word(200)));
    }
}
