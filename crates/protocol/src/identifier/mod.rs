//! Identifiers as types that cannot be wrong: what is typed is normalised, and each refusal says what to change.

mod cedula;
mod employer;
mod foreigner;
mod representative;
mod ruc;
mod sucursal;

pub use cedula::Cedula;
pub use employer::{EmployerKey, EmployerKind};
pub use foreigner::{ForeignerCode, ForeignerRule};
pub use representative::RepresentativeId;
pub use ruc::{Ruc, RucKind};
pub use sucursal::Sucursal;

use std::cmp::Ordering;

use crate::plain::without_separators;

/// What is typed longer than this is no identifier, whatever it holds.
const LONGEST_INPUT: usize = 64;

/// Why a field is refused. Each has a code that is also the key of its sentence (`field-error-CODE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FieldError {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// Something other than digits.
    #[error("not-digits")]
    NotDigits,
    /// Too few characters.
    #[error("too-short")]
    TooShort {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Too many characters.
    #[error("too-long")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many there may be.
        expected: usize,
    },
    /// More than any identifier could be: a whole line or page was pasted.
    #[error("overlong")]
    Overlong,
    /// A cédula where a RUC should be: its establishment is missing.
    #[error("cedula-alone")]
    CedulaAlone,
    /// The first two digits name no province.
    #[error("province")]
    Province,
    /// The third digit fits no kind of number.
    #[error("third-digit")]
    ThirdDigit,
    /// A cédula's last digit does not follow from the others (modulus 10).
    #[error("check-digit")]
    CheckDigit,
    /// The establishment of a RUC is zero where it must not be.
    #[error("establishment")]
    Establishment,
    /// `0000` is no sucursal.
    #[error("sucursal-zero")]
    SucursalZero,
    /// A domestic employer (cédula + `000`) has the sucursal `0001` and no other.
    #[error("domestic-sucursal")]
    DomesticSucursal,
    /// A foreigner's code has letters and digits only.
    #[error("foreigner-form")]
    ForeignerForm,
    /// Not an e-mail address that mail can be sent to.
    #[error("email-form")]
    EmailForm,
    /// An e-mail address with letters that not every mail server takes (RFC 6531); its domain may be written as `xn--…`.
    #[error("email-not-ascii")]
    EmailNotAscii,
    /// None of the known words.
    #[error("unknown-word")]
    UnknownWord,
}

impl FieldError {
    /// Every kind, for those who have a sentence for each. The counts are examples.
    pub const ALL: [Self; 16] = [
        Self::Empty,
        Self::NotDigits,
        Self::TooShort { found: 9, expected: 10 },
        Self::TooLong { found: 11, expected: 10 },
        Self::Overlong,
        Self::CedulaAlone,
        Self::Province,
        Self::ThirdDigit,
        Self::CheckDigit,
        Self::Establishment,
        Self::SucursalZero,
        Self::DomesticSucursal,
        Self::ForeignerForm,
        Self::EmailForm,
        Self::EmailNotAscii,
        Self::UnknownWord,
    ];

    /// The code, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotDigits => "not-digits",
            Self::TooShort { .. } => "too-short",
            Self::TooLong { .. } => "too-long",
            Self::Overlong => "overlong",
            Self::CedulaAlone => "cedula-alone",
            Self::Province => "province",
            Self::ThirdDigit => "third-digit",
            Self::CheckDigit => "check-digit",
            Self::Establishment => "establishment",
            Self::SucursalZero => "sucursal-zero",
            Self::DomesticSucursal => "domestic-sucursal",
            Self::ForeignerForm => "foreigner-form",
            Self::EmailForm => "email-form",
            Self::EmailNotAscii => "email-not-ascii",
            Self::UnknownWord => "unknown-word",
        }
    }

    /// The numbers of its sentence: how many characters there are, and how many there should be.
    #[must_use]
    pub const fn counts(&self) -> Option<(usize, usize)> {
        match *self {
            Self::TooShort { found, expected } | Self::TooLong { found, expected } => Some((found, expected)),
            _ => None,
        }
    }
}

/// What people type, without what they put in for reading: spaces, dots and dashes of every kind. Full-width forms
/// become plain ones (NFKC).
pub(crate) fn normalise(text: &str) -> Result<String, FieldError> {
    if text.chars().nth(LONGEST_INPUT).is_some() {
        return Err(FieldError::Overlong);
    }
    let plain = without_separators(text);
    if plain.is_empty() { Err(FieldError::Empty) } else { Ok(plain) }
}

/// Whether a normalised text is `expected` digits and nothing else.
pub(crate) fn check_digits(text: &str, expected: usize) -> Result<(), FieldError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FieldError::NotDigits);
    }
    let found = text.len();
    match found.cmp(&expected) {
        Ordering::Less => Err(FieldError::TooShort { found, expected }),
        Ordering::Greater => Err(FieldError::TooLong { found, expected }),
        Ordering::Equal => Ok(()),
    }
}

/// The digits of a normalised text, exactly `N` of them, as numbers.
pub(crate) fn digits<const N: usize>(text: &str) -> Result<[u8; N], FieldError> {
    check_digits(text, N)?;
    let mut digits = [0; N];
    for (digit, byte) in digits.iter_mut().zip(text.bytes()) {
        *digit = byte - b'0';
    }
    Ok(digits)
}

pub(crate) fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |number, digit| number * 10 + i64::from(*digit))
}

/// Provinces 01–24, 30 for the registered abroad, and 50 of some registers.
pub(crate) fn is_province(digits: &[u8]) -> bool {
    matches!(number(&digits[..2]), 1..=24 | 30 | 50)
}

/// The remainder that modulus 11 leaves for these coefficients, as the check digit.
pub(crate) fn modulus_11(digits: &[u8], coefficients: &[u8]) -> Option<u8> {
    let sum: u32 = digits.iter().zip(coefficients).map(|(d, c)| u32::from(*d) * u32::from(*c)).sum();
    match sum % 11 {
        0 => Some(0),
        // 11 - 1 = 10 is no digit: no number was given out with it.
        1 => None,
        rest => u8::try_from(11 - rest).ok(),
    }
}

#[cfg(test)]
mod tests;
