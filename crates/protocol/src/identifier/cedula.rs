use std::fmt;

use super::{FieldError, digits, is_province, normalise};

/// A cédula: the ten-digit number of a person in the civil registry, check digit verified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cedula([u8; 10]);

impl Cedula {
    /// Reads a typed cédula. A wrong check digit is a refusal: the civil registry guarantees it.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        Self::from_digits(digits(&normalise(text)?)?)
    }

    pub(crate) fn from_digits(digits: [u8; 10]) -> Result<Self, FieldError> {
        if !is_province(&digits) {
            return Err(FieldError::Province);
        }
        if digits[2] > 6 {
            return Err(FieldError::ThirdDigit);
        }
        if digits[9] != modulus_10(&digits[..9]) {
            return Err(FieldError::CheckDigit);
        }
        Ok(Self(digits))
    }

    pub(crate) const fn digits(&self) -> &[u8; 10] {
        &self.0
    }
}

/// Modulus 10 with the coefficients 2,1,2,1,2,1,2,1,2; products over nine count less nine.
pub(crate) fn modulus_10(digits: &[u8]) -> u8 {
    let sum: u8 = digits
        .iter()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, coefficient)| digit * coefficient)
        .map(|product| if product > 9 { product - 9 } else { product })
        .sum();
    (10 - sum % 10) % 10
}

impl fmt::Display for Cedula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
    }
}

impl fmt::Debug for Cedula {
    /// Without the number: it is personal data, and what is printed for debugging ends in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cedula(…)")
    }
}
