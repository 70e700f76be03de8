use std::fmt;

use super::{FieldError, normalise};

/// The institution's code for a foreigner without cédula.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignerCode(String);

/// What a foreigner's code may look like. No public rule was found, so it is configuration; the registry is the authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForeignerRule {
    /// Characters at least.
    pub min_length: usize,
    /// Characters at most.
    pub max_length: usize,
    /// Whether a number without any letter can be one. If not, it is read as a cédula.
    pub digits_only: bool,
}

impl Default for ForeignerRule {
    fn default() -> Self {
        Self { min_length: 5, max_length: 20, digits_only: false }
    }
}

impl ForeignerCode {
    /// Reads a typed code; letters become capitals.
    pub fn parse(text: &str, rule: &ForeignerRule) -> Result<Self, FieldError> {
        let text = normalise(text)?.to_ascii_uppercase();
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(FieldError::ForeignerForm);
        }
        let found = text.len();
        if found < rule.min_length {
            return Err(FieldError::TooShort { found, expected: rule.min_length });
        }
        if found > rule.max_length {
            return Err(FieldError::TooLong { found, expected: rule.max_length });
        }
        Ok(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ForeignerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForeignerCode(…)")
    }
}
