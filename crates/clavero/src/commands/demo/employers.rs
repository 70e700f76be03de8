//! The demonstration's employers: one for each way that a recovery can go.

use clavero_protocol::{
    EmailAddress, EmployerKey, EmployerKind, FieldError, ForeignerRule, RepresentativeId, Ruc, Sucursal,
    TaxState,
};
use clavero_service::KeyRing;
use clavero_store::{EmployerRecord, NewCredential, TaxRow};

/// A made-up employer. `case` is the key of its line in the catalogue: `demo-case-<case>`.
#[derive(Debug, Clone, Copy)]
pub(super) struct DemoEmployer {
    pub(super) case: &'static str,
    pub(super) representative: &'static str,
    pub(super) ruc: &'static str,
    pub(super) sucursal: &'static str,
    kind: EmployerKind,
    name: &'static str,
    representative_name: &'static str,
    email: &'static str,
    /// What the case that waits at the desk asks for; empty where none does, or where it says that there is no mailbox.
    pub(super) new_email: &'static str,
    has_key: bool,
    tax: TaxState,
}

const fn employer(
    case: &'static str,
    kind: EmployerKind,
    [representative, ruc, sucursal]: [&'static str; 3],
    [name, representative_name, email]: [&'static str; 3],
) -> DemoEmployer {
    let tax = TaxState::Active;
    DemoEmployer {
        case,
        representative,
        ruc,
        sucursal,
        kind,
        name,
        representative_name,
        email,
        new_email: "",
        has_key: true,
        tax,
    }
}

const PRIVADA: EmployerKind = EmployerKind::Privada;

/// All of them. The first is the one that the instructions walk through.
pub(super) const EMPLOYERS: [DemoEmployer; 15] = [
    employer(
        "company",
        PRIVADA,
        ["1714307103", "1790011674001", "0001"],
        ["Compañía Ñandú S.A.", "María José Muñoz Peña", "gerencia@nandu.example"],
    ),
    employer(
        "branch",
        PRIVADA,
        ["1710034065", "1792060346001", "0001"],
        ["Panadería La Espiga Cía. Ltda.", "Íngrid Güiza Ñauta", "administracion@espiga.example"],
    ),
    employer(
        "branch",
        PRIVADA,
        ["1710034065", "1792060346001", "0002"],
        ["Panadería La Espiga Cía. Ltda.", "Íngrid Güiza Ñauta", "administracion@espiga.example"],
    ),
    employer(
        "branch",
        PRIVADA,
        ["1710034065", "1792060346001", "0003"],
        ["Panadería La Espiga Cía. Ltda.", "Íngrid Güiza Ñauta", "norte@espiga.example"],
    ),
    employer(
        "public",
        EmployerKind::Publica,
        ["0509935185", "1761590810001", "0001"],
        ["Empresa Pública de Faroles", "Agustín Cevallos Peña", "talento@faroles.example"],
    ),
    employer(
        "natural",
        EmployerKind::Natural,
        ["0910166131", "0910166131001", "0001"],
        ["Begoña Núñez Ibáñez", "Begoña Núñez Ibáñez", "begona.nunez@correo.example"],
    ),
    employer(
        "foreigner",
        EmployerKind::Extranjera,
        ["EXT90417", "1091860917001", "0001"],
        ["Müller & Söhne Importaciones", "Jürgen Müller", "jm@muller.example"],
    ),
    employer(
        "domestic",
        EmployerKind::Domestico,
        ["0319099602", "0319099602000", "0001"],
        ["Rocío Zúñiga Ordóñez", "Rocío Zúñiga Ordóñez", "rocio.zuniga@correo.example"],
    ),
    DemoEmployer {
        has_key: false,
        ..employer(
            "first-time",
            PRIVADA,
            ["0118194828", "0195260184001", "0001"],
            ["Ñañomarca Textil S.A.S.", "Zoila Peñafiel Yáñez", "zoila@nanomarca.example"],
        )
    },
    DemoEmployer {
        tax: TaxState::Suspended,
        ..employer(
            "suspended",
            PRIVADA,
            ["0851909374", "0693082463001", "0001"],
            ["Importadora del Cañar Cía. Ltda.", "Óscar Argüello Lema", "oscar@importadora.example"],
        )
    },
    DemoEmployer {
        tax: TaxState::Closed,
        ..employer(
            "closed",
            PRIVADA,
            ["1758657975", "0992339411001", "0001"],
            ["Viñedos del Sur S.A.", "Úrsula Tigüilema Saltos", "ursula@vinedos.example"],
        )
    },
    employer(
        "no-email",
        EmployerKind::Natural,
        ["1718137159", "1718137159001", "0001"],
        ["Joaquín Íñiguez Farías", "Joaquín Íñiguez Farías", ""],
    ),
    DemoEmployer {
        tax: TaxState::Suspended,
        new_email: "contabilidad@quimbita.example",
        ..employer(
            "waiting",
            PRIVADA,
            ["1704258134", "1791045823001", "0001"],
            ["Ferretería Quimbita Cía. Ltda.", "Nelly Quimbita Toapanta", "info@quimbita.example"],
        )
    },
    DemoEmployer {
        has_key: false,
        new_email: "pedro.balon@correo.example",
        ..employer(
            "waiting",
            EmployerKind::Natural,
            ["1306712942", "1306712942001", "0001"],
            ["Pedro Balón Reyes", "Pedro Balón Reyes", "pedro@correo.example"],
        )
    },
    employer(
        "waiting",
        PRIVADA,
        ["0103827457", "0190234711001", "0001"],
        ["Tejidos Ñukanchik S.A.", "Sisa Guamán Quizhpi", "ventas@nukanchik.example"],
    ),
];

impl DemoEmployer {
    fn key(&self) -> Result<EmployerKey, FieldError> {
        EmployerKey::new(Ruc::parse(self.ruc)?, Sucursal::parse(self.sucursal)?)
    }

    /// The registry's row, with the key whose hash is `phc` where the employer has one.
    pub(super) fn record(
        &self,
        keys: &KeyRing,
        phc: &str,
    ) -> Result<(EmployerRecord, Option<NewCredential>), FieldError> {
        let key = self.key()?;
        let email = if self.email.is_empty() { None } else { Some(EmailAddress::parse(self.email)?) };
        let record = EmployerRecord {
            key,
            kind: self.kind,
            name: self.name.to_owned(),
            representative: RepresentativeId::parse(self.representative, &ForeignerRule::default())?,
            representative_name: self.representative_name.to_owned(),
            email: email.and_then(|email| keys.seal_email(&key, &email)),
            has_key: self.has_key,
        };
        let credential = self.has_key.then(|| keys.credential(&key, phc.to_owned()));
        Ok((record, credential))
    }

    /// The tax register's row; households are not in it.
    pub(super) fn tax_row(&self) -> Option<TaxRow> {
        let (word, since) = match self.tax {
            TaxState::Suspended => ("SUSPENDIDO", "2024-03-15"),
            TaxState::Closed => ("PASIVO", "2023-11-30"),
            _ => ("ACTIVO", "2001-05-28"),
        };
        let ruc = self.key().ok()?.ruc().as_i64();
        let listed = self.kind != EmployerKind::Domestico;
        listed.then(|| TaxRow { ruc, state: self.tax, word: word.to_owned(), since: since.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_demonstration_employer_holds_and_every_kind_is_there() {
        let keys = KeyRing::ephemeral().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for employer in EMPLOYERS {
            let (record, _) =
                employer.record(&keys, "$").unwrap_or_else(|error| panic!("{}: {error}", employer.case));
            assert!(record.key.ruc().check_digit_holds(), "{}", employer.case);
            assert!(seen.insert(record.key.as_i64()), "{}", employer.case);
            assert_eq!(record.email.is_none(), employer.case == "no-email");
        }
        for kind in EmployerKind::ALL {
            assert!(EMPLOYERS.iter().any(|employer| employer.kind == kind), "{kind:?}");
        }
    }
}
