//! The reference of a case: what is printed, typed, spelt over the telephone, and read from the QR code.
//!
//! [Crockford's base 32](https://www.crockford.com/base32.html): no I, L, O or U, letters of any case, and a check
//! symbol (modulus 37) that finds every single wrong symbol and every swap of two neighbours.

use std::fmt;

use crate::identifier::normalise;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols that chance chooses: 75 bits.
const RANDOM: usize = 15;
/// With the check symbol.
const LENGTH: usize = RANDOM + 1;
/// Symbols of a group, as it is shown.
const GROUP: usize = 4;

/// Names a case: fifteen random symbols and one that checks them.
///
/// It opens the applicant's page of the case, and gives no power over any key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseReference([u8; LENGTH]);

/// Why a typed reference is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing was typed.
    #[error("reference-empty")]
    Empty,
    /// Not sixteen symbols.
    #[error("reference-length")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A sign that no reference has.
    #[error("reference-symbols")]
    Symbols,
    /// The check symbol does not fit: it has a slip.
    #[error("reference-slip")]
    Slip,
}

impl ReferenceError {
    /// The code, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "reference-empty",
            Self::Length { .. } => "reference-length",
            Self::Symbols => "reference-symbols",
            Self::Slip => "reference-slip",
        }
    }
}

impl CaseReference {
    /// A reference of 80 random bits, of which the first 75 are used. `None` for those whose check symbol would be one
    /// of the five odd signs: draw again (about one in seven).
    #[must_use]
    pub fn from_random(random: [u8; 10]) -> Option<Self> {
        let mut bits = [0; 16];
        bits[6..].copy_from_slice(&random);
        let number = u128::from_be_bytes(bits) >> 5;
        let check = (number % 37) as usize;
        let mut symbols = [*ALPHABET.get(check)?; LENGTH];
        for (place, symbol) in symbols[..RANDOM].iter_mut().rev().enumerate() {
            *symbol = ALPHABET[(number >> (5 * place)) as usize & 31];
        }
        Some(Self(symbols))
    }

    /// Reads a typed or scanned reference: small letters, spaces and dashes are fine, O is 0, I and L are 1.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let text = normalise(text).map_err(|error| match error {
            crate::FieldError::Empty => ReferenceError::Empty,
            crate::FieldError::Overlong => ReferenceError::Length { found: text.chars().count() },
            _ => ReferenceError::Symbols,
        })?;
        let mut symbols = Vec::with_capacity(LENGTH);
        for letter in text.chars() {
            symbols.push(value(letter).ok_or(ReferenceError::Symbols)?);
        }
        let found = symbols.len();
        let values: [u8; LENGTH] = symbols.try_into().map_err(|_| ReferenceError::Length { found })?;
        let remainder =
            values[..RANDOM].iter().fold(0_u32, |sum, symbol| (sum * 32 + u32::from(*symbol)) % 37);
        if remainder != u32::from(values[RANDOM]) {
            return Err(ReferenceError::Slip);
        }
        Ok(Self(values.map(|symbol| ALPHABET[usize::from(symbol)])))
    }

    /// The sixteen symbols without dashes, as they are stored and stand in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Made of `ALPHABET` only, which is ASCII.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    let place = ALPHABET.iter().position(|symbol| char::from(*symbol) == letter)?;
    u8::try_from(place).ok()
}

/// A slip's secret has the form of a reference.
impl zeroize::Zeroize for CaseReference {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Display for CaseReference {
    /// In groups of four with dashes, as people read it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, group) in self.0.chunks(GROUP).enumerate() {
            if place > 0 {
                f.write_str("-")?;
            }
            f.write_str(str::from_utf8(group).unwrap_or_default())?;
        }
        Ok(())
    }
}

impl fmt::Debug for CaseReference {
    /// It opens a page with a person's affairs: not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseReference(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn references() -> impl Strategy<Value = CaseReference> {
        any::<[u8; 10]>().prop_filter_map("an odd check symbol", CaseReference::from_random)
    }

    #[test]
    fn the_check_symbol_is_crockfords() {
        // 1234 in base 32 is 16J, and 1234 mod 37 = 13 = D: Crockford's own example.
        let mut random = [0; 10];
        random[8..].copy_from_slice(&(1234_u16 << 5).to_be_bytes());
        let reference = CaseReference::from_random(random).unwrap();
        assert_eq!(reference.to_string(), "0000-0000-0000-16JD");
        // 32 mod 37 is one of the five odd signs.
        random[8..].copy_from_slice(&(32_u16 << 5).to_be_bytes());
        assert_eq!(CaseReference::from_random(random), None);
    }

    #[test]
    fn what_is_no_reference_is_told_apart() {
        let parse = |text: &str| CaseReference::parse(text).map(|found| found.to_string());
        assert_eq!(parse(" oooo oooo-oooo i6jd\n"), Ok("0000-0000-0000-16JD".to_owned()));
        assert_eq!(parse("0000-0000-0000-L6JD"), Ok("0000-0000-0000-16JD".to_owned()));
        assert_eq!(parse(""), Err(ReferenceError::Empty));
        assert_eq!(parse("0000-0000-0000-16J"), Err(ReferenceError::Length { found: 15 }));
        assert_eq!(parse(&"0".repeat(2_000)).map_err(|error| error.code()), Err("reference-length"));
        assert_eq!(parse("0000-0000-0000-16JU"), Err(ReferenceError::Symbols));
        assert_eq!(parse("0000-0000-0000-16JE"), Err(ReferenceError::Slip));
    }

    #[test]
    fn a_slips_secret_can_be_wiped() {
        let mut secret = CaseReference::parse("0000-0000-0000-16JD").unwrap();
        zeroize::Zeroize::zeroize(&mut secret);
        assert_eq!(secret.as_str(), "\0".repeat(LENGTH));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(reference in references()) {
            prop_assert_eq!(CaseReference::parse(&reference.to_string()), Ok(reference));
            prop_assert_eq!(CaseReference::parse(&reference.as_str().to_lowercase()), Ok(reference));
        }

        /// So a slip never leads to somebody else's case.
        #[test]
        fn a_wrong_symbol_and_a_swap_of_neighbours_are_found(
            reference in references(), place in 0..LENGTH, other in 0..32_usize, swap in 0..RANDOM,
        ) {
            let mut wrong = reference.0;
            wrong[place] = ALPHABET[other];
            if wrong != reference.0 {
                let text = String::from_utf8(wrong.to_vec()).unwrap();
                prop_assert_eq!(CaseReference::parse(&text), Err(ReferenceError::Slip));
            }
            let mut swapped = reference.0;
            swapped.swap(swap, swap + 1);
            if swapped != reference.0 {
                let text = String::from_utf8(swapped.to_vec()).unwrap();
                prop_assert_eq!(CaseReference::parse(&text), Err(ReferenceError::Slip));
            }
        }
    }
}
