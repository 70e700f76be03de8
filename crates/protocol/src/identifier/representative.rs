use std::{borrow::Cow, fmt};

use super::{Cedula, FieldError, ForeignerCode, ForeignerRule, normalise};

/// Who stands for the employer: the number or code of the legal representative.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepresentativeId {
    /// A cédula.
    Cedula(Cedula),
    /// "Código de identificación para extranjero".
    Foreigner(ForeignerCode),
}

impl RepresentativeId {
    /// Reads what was typed into the one field for both: digits only are a cédula (unless the rule says that codes may
    /// be so too), anything with a letter is a foreigner's code.
    pub fn parse(text: &str, rule: &ForeignerRule) -> Result<Self, FieldError> {
        let text = normalise(text)?;
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && (text.len() == 10 || !rule.digits_only) {
            return Cedula::parse(&text).map(Self::Cedula);
        }
        ForeignerCode::parse(&text, rule).map(Self::Foreigner)
    }

    /// Reads what was stored, whatever rule was in force when it came in.
    pub fn from_stored(text: &str) -> Result<Self, FieldError> {
        Self::parse(text, &ForeignerRule { min_length: 1, max_length: 64, digits_only: true })
    }

    /// The stored form.
    #[must_use]
    pub fn as_str(&self) -> Cow<'_, str> {
        match self {
            Self::Cedula(cedula) => Cow::Owned(cedula.to_string()),
            Self::Foreigner(code) => Cow::Borrowed(code.as_str()),
        }
    }
}

impl fmt::Display for RepresentativeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str())
    }
}
