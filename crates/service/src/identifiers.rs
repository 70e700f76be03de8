//! The three identifiers of the form, read together.

use clavero_protocol::{
    Cedula, EmployerKey, FieldError, ForeignerRule, RepresentativeId, Ruc, RucKind, Sucursal,
};

/// The fields of the form and of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Cédula or foreigner's code of the legal representative.
    RepresentativeId,
    /// RUC, or cédula + `000`.
    Ruc,
    /// Branch.
    Sucursal,
}

impl Field {
    /// The field's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RepresentativeId => "representative_id",
            Self::Ruc => "ruc",
            Self::Sucursal => "sucursal",
        }
    }
}

/// What was typed.
#[derive(Debug, Clone, Copy)]
pub struct RawIdentifiers<'a> {
    /// See [`Field::RepresentativeId`].
    pub representative_id: &'a str,
    /// See [`Field::Ruc`].
    pub ruc: &'a str,
    /// See [`Field::Sucursal`].
    pub sucursal: &'a str,
    /// "Soy empleador de servicio doméstico": the other two follow from the cédula.
    pub domestic: bool,
}

/// Who recovers or signs in, and as which employer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifiers {
    /// The legal representative.
    pub representative: RepresentativeId,
    /// The record of the registry.
    pub employer: EmployerKey,
}

impl Identifiers {
    /// Reads all three, or says everything that is wrong at once.
    pub fn parse(raw: &RawIdentifiers<'_>, rule: &ForeignerRule) -> Result<Self, Vec<(Field, FieldError)>> {
        if raw.domestic {
            return Self::domestic(raw.representative_id);
        }
        let mut errors = Vec::new();
        let mut note = |field, error| errors.push((field, error));
        let representative = RepresentativeId::parse(raw.representative_id, rule)
            .map_err(|error| note(Field::RepresentativeId, error));
        let (ruc, sucursal) = split_username(raw.ruc, raw.sucursal);
        let ruc = Ruc::parse(ruc).map_err(|error| note(Field::Ruc, error));
        let sucursal = Sucursal::parse(sucursal).map_err(|error| note(Field::Sucursal, error));
        if let (Ok(representative), Ok(ruc), Ok(sucursal)) = (representative, ruc, sucursal) {
            match EmployerKey::new(ruc, sucursal) {
                Ok(employer) => return Ok(Self { representative, employer }),
                Err(error) => note(Field::Sucursal, error),
            }
        }
        Err(errors)
    }

    fn domestic(cedula: &str) -> Result<Self, Vec<(Field, FieldError)>> {
        let wrong = |error| vec![(Field::RepresentativeId, error)];
        let cedula = Cedula::parse(cedula).map_err(wrong)?;
        let employer = EmployerKey::new(Ruc::domestic(&cedula), Sucursal::FIRST).map_err(wrong)?;
        Ok(Self { representative: RepresentativeId::Cedula(cedula), employer })
    }

    /// Whether the RUC's check digit speaks against it: worth a second look, no reason to refuse.
    #[must_use]
    pub fn ruc_looks_mistyped(&self) -> bool {
        self.employer.ruc().kind() != RucKind::Domestic && !self.employer.ruc().check_digit_holds()
    }
}

/// What a password manager files a key under, which it later fills into the field of the RUC.
#[must_use]
pub(crate) fn username(employer: &EmployerKey) -> String {
    format!("{}-{}", employer.ruc(), employer.sucursal())
}

/// Takes a [`username`] apart where a password manager put it into the field of the RUC. What was typed into the field of
/// the branch counts more.
fn split_username<'a>(ruc: &'a str, sucursal: &'a str) -> (&'a str, &'a str) {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    match ruc.trim().split_once('-') {
        Some((ruc, branch)) if digits(ruc, 13) && digits(branch, 4) => {
            (ruc, if sucursal.trim().is_empty() { branch } else { sucursal })
        }
        _ => (ruc, sucursal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let raw = RawIdentifiers { representative_id: "17", ruc: "", sucursal: "x", domestic: false };
        let errors = Identifiers::parse(&raw, &ForeignerRule::default()).unwrap_err();
        assert_eq!(
            errors.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
            ["representative_id", "ruc", "sucursal"]
        );
    }

    #[test]
    fn what_a_password_manager_filled_in_is_taken_apart() {
        let read = |ruc: &str, sucursal: &str| {
            let raw = RawIdentifiers { representative_id: "1714307103", ruc, sucursal, domestic: false };
            Identifiers::parse(&raw, &ForeignerRule::default())
        };
        let plain = read("1790011674001", "0001").unwrap();
        let filled = username(&plain.employer);
        assert_eq!(read(&filled, "").unwrap(), plain);
        assert_eq!(read(" 1790011674001-0001 ", "1").unwrap(), plain);
        assert_eq!(read("1790011674001-0001", "0002").unwrap(), read("1790011674001", "0002").unwrap());
        assert!(read("1790011674001-00011", "").is_err());
        assert!(read("1790011674001-", "").is_err());
    }

    #[test]
    fn a_domestic_employer_types_the_cedula_alone() {
        let raw = RawIdentifiers { representative_id: "1714307103", ruc: "", sucursal: "", domestic: true };
        let identifiers = Identifiers::parse(&raw, &ForeignerRule::default()).unwrap();
        assert_eq!(identifiers.employer.ruc().to_string(), "1714307103000");
        assert_eq!(identifiers.employer.sucursal().to_string(), "0001");
    }
}
