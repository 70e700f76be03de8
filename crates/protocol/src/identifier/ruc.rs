use std::fmt;

use super::{Cedula, FieldError, cedula::modulus_10, digits, is_province, modulus_11, normalise, number};

/// A RUC: thirteen digits of the tax authority, or the form that stands in its place for domestic employers (cédula + `000`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ruc([u8; 13]);

/// What a RUC tells of its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RucKind {
    /// Third digit 0–5: a cédula and the establishment.
    Natural,
    /// Third digit 6: a public body, or a person whose cédula has it.
    PublicBody,
    /// Third digit 9: a company, or a foreigner without cédula.
    PrivateBody,
    /// Cédula and `000`.
    Domestic,
}

impl Ruc {
    /// Reads a typed RUC.
    ///
    /// The cédula inside a natural person's or a domestic employer's number must be right. A body's check digit is
    /// advisory ([`Ruc::check_digit_holds`]): newer numbers exist that do not satisfy it; the registry is the authority.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = normalise(text)?;
        // The commonest slip: a person types the cédula, and a domestic employer forgets the 000.
        if text.len() == 10 && Cedula::parse(&text).is_ok() {
            return Err(FieldError::CedulaAlone);
        }
        Self::from_digits(digits(&text)?)
    }

    pub(crate) fn from_digits(digits: [u8; 13]) -> Result<Self, FieldError> {
        if !is_province(&digits) {
            return Err(FieldError::Province);
        }
        let ruc = Self(digits);
        if ruc.kind() == RucKind::Domestic {
            ruc.cedula()?;
            return Ok(ruc);
        }
        let establishment = match digits[2] {
            0..=5 => {
                ruc.cedula()?;
                &digits[10..]
            }
            // A public body's establishment has four digits.
            6 => &digits[9..],
            9 => &digits[10..],
            _ => return Err(FieldError::ThirdDigit),
        };
        if number(establishment) == 0 { Err(FieldError::Establishment) } else { Ok(ruc) }
    }

    /// The number that stands in a RUC's place for a domestic employer.
    #[must_use]
    pub fn domestic(cedula: &Cedula) -> Self {
        let mut digits = [0; 13];
        digits[..10].copy_from_slice(cedula.digits());
        Self(digits)
    }

    fn cedula(&self) -> Result<Cedula, FieldError> {
        let [digits @ .., _, _, _] = self.0;
        Cedula::from_digits(digits)
    }

    /// What the number tells of its holder.
    #[must_use]
    pub fn kind(&self) -> RucKind {
        match self.0[2] {
            0..=6 if number(&self.0[10..]) == 0 && self.cedula().is_ok() => RucKind::Domestic,
            6 => RucKind::PublicBody,
            9 => RucKind::PrivateBody,
            _ => RucKind::Natural,
        }
    }

    /// Whether the check digit follows from the others. Advisory for bodies; always so for the rest.
    #[must_use]
    pub fn check_digit_holds(&self) -> bool {
        let digits = &self.0;
        match self.kind() {
            RucKind::Natural | RucKind::Domestic => digits[9] == modulus_10(&digits[..9]),
            // A person's cédula may have a third digit 6 as well: either reading will do.
            RucKind::PublicBody => {
                modulus_11(&digits[..8], &[3, 2, 7, 6, 5, 4, 3, 2]) == Some(digits[8])
                    || digits[9] == modulus_10(&digits[..9])
            }
            RucKind::PrivateBody => modulus_11(&digits[..9], &[4, 3, 2, 7, 6, 5, 4, 3, 2]) == Some(digits[9]),
        }
    }

    /// The thirteen digits as a number.
    #[must_use]
    pub fn as_i64(&self) -> i64 {
        number(&self.0)
    }

    /// From the number that was stored.
    #[must_use]
    pub fn from_i64(number: i64) -> Option<Self> {
        let mut rest = u64::try_from(number).ok()?;
        let mut digits = [0; 13];
        for digit in digits.iter_mut().rev() {
            *digit = (rest % 10).to_le_bytes()[0];
            rest /= 10;
        }
        if rest == 0 { Self::from_digits(digits).ok() } else { None }
    }
}

impl fmt::Display for Ruc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
    }
}

impl fmt::Debug for Ruc {
    /// Without the number: a natural person's holds the cédula.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ruc(…)")
    }
}
