//! A one-time code as it is typed.

use zeroize::Zeroizing;

use crate::{
    FieldError,
    identifier::{check_digits, normalise},
};

/// A typed code: the right number of digits, whatever was put between them. Not printable, not comparable but in constant
/// time by those who know the right one, wiped when dropped.
pub struct TypedCode(Zeroizing<String>);

impl TypedCode {
    /// Reads a typed code of `digits` digits. Spaces, dashes, full-width digits and those of other scripts come from
    /// assistive technology, foreign keyboards and pasting; they are accepted.
    pub fn parse(text: &str, digits: u8) -> Result<Self, FieldError> {
        let text = Zeroizing::new(normalise(text)?);
        check_digits(&text, usize::from(digits))?;
        Ok(Self(text))
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
            "١٢٣٤٥٦",
            "1 2 3 4 5 6",
            "123\u{2011}456",
            "123\u{a0}456\n",
        ] {
            let code = TypedCode::parse(text, 6).map(|code| code.as_str().to_owned());
            assert_eq!(code, Ok("123456".to_owned()), "{text:?}");
        }
        assert_eq!(TypedCode::parse("12345", 6).err(), Some(FieldError::TooShort { found: 5, expected: 6 }));
        assert_eq!(TypedCode::parse("12345a", 6).err(), Some(FieldError::NotDigits));
        assert_eq!(TypedCode::parse("1234567", 6).err(), Some(FieldError::TooLong { found: 7, expected: 6 }));
        assert_eq!(TypedCode::parse("  ", 6).err(), Some(FieldError::Empty));
        assert_eq!(TypedCode::parse(&" 1".repeat(40), 6).err(), Some(FieldError::Overlong));
    }
}
