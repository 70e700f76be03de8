use std::fmt;

use super::{FieldError, normalise};

/// A branch of an employer: `0001` to `9999`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sucursal(u16);

impl Sucursal {
    /// The one that a domestic employer has.
    pub const FIRST: Self = Self(1);

    /// Reads a typed sucursal; shorter input is padded on the left.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = normalise(text)?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FieldError::NotDigits);
        }
        if text.len() > 4 {
            return Err(FieldError::TooLong { found: text.len(), expected: 4 });
        }
        text.parse().map_err(|_| FieldError::NotDigits).and_then(Self::new)
    }

    pub(crate) const fn new(number: u16) -> Result<Self, FieldError> {
        match number {
            0 => Err(FieldError::SucursalZero),
            1..=9_999 => Ok(Self(number)),
            _ => Err(FieldError::TooLong { found: 5, expected: 4 }),
        }
    }

    pub(crate) const fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Sucursal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}
