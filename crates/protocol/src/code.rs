//! A one-time code as it is typed.

use crate::FieldError;

/// A typed code: the right number of digits, whatever was put between them. Not printable.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedCode(String);

impl TypedCode {
    /// Reads a typed code of `digits` digits. Spaces, dashes and full-width digits come from assistive technology and
    /// from pasting; they are accepted.
    pub fn parse(text: &str, digits: u8) -> Result<Self, FieldError> {
        let text = crate::identifier::normalise(text)?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FieldError::NotDigits);
        }
        let (found, expected) = (text.len(), usize::from(digits));
        match found.cmp(&expected) {
            std::cmp::Ordering::Less => Err(FieldError::TooShort { found, expected }),
            std::cmp::Ordering::Greater => Err(FieldError::TooLong { found, expected }),
            std::cmp::Ordering::Equal => Ok(Self(text)),
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_assistive_technology_and_pasting_add_is_taken_away() {
        for text in [
            "123456",
            " 123 456 ",
            "123-456",
            "１２３４５６",
            "1 2 3 4 5 6",
            "123\u{2011}456",
            "123\u{a0}456\n",
        ] {
            assert_eq!(TypedCode::parse(text, 6).map(|code| code.0), Ok("123456".to_owned()), "{text:?}");
        }
        assert_eq!(TypedCode::parse("12345", 6).err(), Some(FieldError::TooShort { found: 5, expected: 6 }));
        assert_eq!(TypedCode::parse("12345a", 6).err(), Some(FieldError::NotDigits));
        assert_eq!(TypedCode::parse("  ", 6).err(), Some(FieldError::Empty));
    }
}
