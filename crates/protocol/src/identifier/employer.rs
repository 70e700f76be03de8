use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::{FieldError, Ruc, RucKind, Sucursal};
use crate::plain::without_accent;

/// Names one record of the employer registry: a RUC and one of its branches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployerKey {
    ruc: Ruc,
    sucursal: Sucursal,
}

impl EmployerKey {
    /// Joins the two. A domestic employer has the sucursal `0001` and no other.
    pub fn new(ruc: Ruc, sucursal: Sucursal) -> Result<Self, FieldError> {
        if ruc.kind() == RucKind::Domestic && sucursal != Sucursal::FIRST {
            return Err(FieldError::DomesticSucursal);
        }
        Ok(Self { ruc, sucursal })
    }

    /// The RUC.
    #[must_use]
    pub const fn ruc(&self) -> &Ruc {
        &self.ruc
    }

    /// The branch.
    #[must_use]
    pub const fn sucursal(&self) -> Sucursal {
        self.sucursal
    }

    /// Both as one number: RUC × 10000 + sucursal, at most seventeen digits.
    #[must_use]
    pub fn as_i64(&self) -> i64 {
        self.ruc.as_i64() * 10_000 + i64::from(self.sucursal.number())
    }

    /// From the number that was stored.
    #[must_use]
    pub fn from_i64(number: i64) -> Option<Self> {
        let sucursal = u16::try_from(number.checked_rem(10_000)?).ok()?;
        Self::new(Ruc::from_i64(number / 10_000)?, Sucursal::new(sucursal).ok()?).ok()
    }
}

impl fmt::Debug for EmployerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmployerKey(…)")
    }
}

/// `tipo` of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmployerKind {
    /// A company.
    Privada,
    /// A public body.
    Publica,
    /// A citizen with a RUC.
    Natural,
    /// A foreigner.
    Extranjera,
    /// A household with domestic service.
    Domestico,
}

impl EmployerKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Privada, Self::Publica, Self::Natural, Self::Extranjera, Self::Domestico];

    /// The registry's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Privada => "privada",
            Self::Publica => "publica",
            Self::Natural => "natural",
            Self::Extranjera => "extranjera",
            Self::Domestico => "domestico",
        }
    }

    /// Reads the registry's word, in capitals or not, with its accent or without.
    pub fn parse(word: &str) -> Result<Self, FieldError> {
        if let Some(kind) = Self::ALL.into_iter().find(|kind| kind.as_str() == word) {
            return Ok(kind);
        }
        let word: String = word.trim().nfc().map(without_accent).collect::<String>().to_lowercase();
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(FieldError::UnknownWord)
    }
}
