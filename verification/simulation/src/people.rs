//! Who lives in this world: employers with identifiers that are valid, and mailboxes.

use clavero_protocol::{
    EmailAddress, EmployerKey, EmployerKind, ForeignerRule, RepresentativeId, Ruc, Sucursal,
};
use clavero_service::{Identifiers, KeyRing};
use clavero_store::EmployerRecord;

/// Recipients' domains; each has a lane of its own.
const DOMAINS: [&str; 5] =
    ["correo.example", "empresa.example", "gremio.example", "lento.example", "notaria.example"];

/// One employer, as the registry knows it.
#[derive(Clone)]
pub(crate) struct Employer {
    /// Its place in the world.
    pub(crate) number: usize,
    /// Who, as which employer.
    pub(crate) identifiers: Identifiers,
    /// Where its mails go.
    pub(crate) address: String,
}

/// The employer with this number.
///
/// # Errors
/// When the world's own numbers are not valid, which is a fault of the simulation.
pub(crate) fn employer(number: usize) -> Result<Employer, String> {
    let cedula = cedula(number);
    let ruc = Ruc::parse(&format!("{cedula}001")).map_err(|error| format!("{error:?}"))?;
    let key = EmployerKey::new(ruc, Sucursal::FIRST).map_err(|error| format!("{error:?}"))?;
    let representative = RepresentativeId::parse(&cedula, &ForeignerRule::default());
    let representative = representative.map_err(|error| format!("{error:?}"))?;
    let address = format!("patrono{number}@{}", DOMAINS[number % DOMAINS.len()]);
    Ok(Employer { number, identifiers: Identifiers { representative, employer: key }, address })
}

/// A cédula of Pichincha with its check digit (modulus 10).
fn cedula(number: usize) -> String {
    let nine = format!("17{:07}", 1_000_000 + number);
    let sum: u32 = nine
        .bytes()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, coefficient)| u32::from(digit - b'0') * coefficient)
        .map(|product| if product > 9 { product - 9 } else { product })
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}

impl Employer {
    /// Its row of the registry.
    #[must_use]
    pub(crate) fn row(&self, keys: &KeyRing) -> EmployerRecord {
        let key = self.identifiers.employer;
        let email = EmailAddress::parse(&self.address).ok();
        EmployerRecord {
            key,
            kind: EmployerKind::Privada,
            name: format!("Taller {} Cía. Ltda.", self.number),
            representative: self.identifiers.representative.clone(),
            representative_name: "María José Muñoz Peña".to_owned(),
            email: email.and_then(|email| keys.seal_email(&key, &email)),
            has_key: true,
        }
    }
}
