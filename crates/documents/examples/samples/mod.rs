//! Made-up papers to look at, to measure and to test with.

use clavero_documents::{
    Applicant, Centre, Checkpoint, Contact, DayRow, DaySheet, DayTotal, Employer, Institution, Made, Packet,
    Person, Slip,
};
use clavero_words::Locale;

/// Where the samples' QR codes lead.
pub(crate) const CASE_URL: &str =
    "https://clave.institucion.example/empleadores/clave-patronal/7KQ2-M4XV-9D3T-H5RB";

/// What stands on the papers in one language or the other.
pub(crate) fn text(locale: Locale, es: &str, en: &str) -> String {
    match locale {
        Locale::EsEc => es,
        Locale::En => en,
    }
    .to_owned()
}

/// An institution that does not exist.
pub(crate) fn institution(locale: Locale) -> Institution {
    Institution {
        name: text(locale, "Institución de Seguridad Social", "Social Security Institution"),
        contact: "ayuda@institucion.example".to_owned(),
        phone: "02 000 0000".to_owned(),
        hours: text(locale, "Lunes a viernes, 08:00 a 16:30", "Monday to Friday, 08:00 to 16:30"),
        colour: "#0b4f8a".to_owned(),
        legal_basis: [
            "Constitución de la República del Ecuador, arts. 3, 9, 11, 34, 66, 82, 226, 227 y 370",
            "Código Orgánico Administrativo",
            "Ley de Seguridad Social, arts. 16, 18, 25 y 247.1",
            "Ley Orgánica para la Optimización y Eficiencia de Trámites Administrativos",
            "Ley Orgánica de Protección de Datos Personales",
        ]
        .map(str::to_owned)
        .into(),
    }
}

/// Its centre.
pub(crate) fn centre(locale: Locale) -> Centre {
    Centre {
        name: "Centro de Atención Universal Norte".to_owned(),
        city: "Quito".to_owned(),
        address: "Avenida de Ejemplo N12-34 y Calle Primera".to_owned(),
        hours: institution(locale).hours,
        phone: "02 000 0000".to_owned(),
    }
}

/// When the samples are made.
pub(crate) fn made() -> Made {
    Made { text: "21/11/2026 10:42".to_owned(), micros: 1_795_275_720_000_000 }
}

/// An employer that does not exist.
pub(crate) fn employer(locale: Locale) -> Employer {
    Employer {
        ruc: "1790012345001".to_owned(),
        sucursal: "0001".to_owned(),
        name: "Panadería Ñusta & Güiñansaca Cía. Ltda.".to_owned(),
        kind: text(locale, "Persona jurídica privada", "Private legal entity"),
    }
}

/// A packet as most are: the representative comes and has a mailbox.
pub(crate) fn packet(locale: Locale) -> Packet {
    Packet {
        locale,
        institution: institution(locale),
        reference: "7KQ2-M4XV-9D3T-H5RB".to_owned(),
        case_url: CASE_URL.to_owned(),
        made: made(),
        valid_until: "21/12/2026".to_owned(),
        employer: employer(locale),
        representative: Person { id: "1714307103".to_owned(), name: "Zoila Núñez Peña".to_owned() },
        new_representative: None,
        applicant: Applicant::InPerson,
        contact: Contact {
            email: Some("zoila.nunez@panaderia.example".to_owned()),
            phone: "099 000 0000".to_owned(),
            address: "Calle Segunda 45 y Avenida de Ejemplo, Quito".to_owned(),
        },
        reason: text(
            locale,
            "Es la primera vez que el empleador obtiene su clave.",
            "The employer obtains the key for the first time.",
        ),
        centre: centre(locale),
        documents: documents(locale),
        demo: true,
    }
}

fn documents(locale: Locale) -> Vec<String> {
    vec![
        text(locale, "Solicitud de clave, impresa y firmada", "Key request form, printed and signed"),
        text(
            locale,
            "Acuerdo de uso de la información, impreso y firmado",
            "Agreement on the use of information, printed and signed",
        ),
        text(
            locale,
            "Cédula original del representante legal o empleador",
            "Original identity card (cédula) of the legal representative or employer",
        ),
        text(locale, "RUC actualizado", "Current tax registration (RUC)"),
        text(
            locale,
            "Nombramiento vigente del representante legal, inscrito en el Registro Mercantil",
            "Current appointment of the legal representative, entered in the Commercial Register",
        ),
    ]
}

/// The secret of the sample slip.
pub(crate) const SECRET: &str = "4HTN-8WQR-C2VZ-M6KE";

/// A slip for somebody without a mailbox.
pub(crate) fn slip(locale: Locale) -> Slip {
    let packet = packet(locale);
    Slip {
        locale,
        institution: packet.institution,
        reference: packet.reference,
        made: packet.made,
        valid_until: "22/11/2026 10:42".to_owned(),
        employer: packet.employer,
        recipient: packet.representative,
        centre: packet.centre,
        portal_url: "https://clave.institucion.example/empleadores/sobre".to_owned(),
        secret: SECRET.to_owned().into(),
        demo: true,
    }
}

/// A day with so many acts.
pub(crate) fn day_sheet(locale: Locale, acts: usize) -> DaySheet {
    let rows = (0..acts).map(|number| DayRow {
        time: format!("{:02}:{:02}", 8 + number / 60 % 9, number % 60),
        reference: "7KQ2-M4XV-9D3T-H5RB".to_owned(),
        employer: employer(locale).name,
        numbers: "1790012345001 · 0001".to_owned(),
        act: if number % 3 == 0 {
            text(locale, "Aprobación", "Approval")
        } else {
            text(locale, "Entrega de clave", "Hand-over of the key")
        },
        officer: "Ñ. Andrade Loor".to_owned(),
        second: if number % 3 == 0 { "M. Quishpe Tenesaca".to_owned() } else { String::new() },
        remark: if number % 4 == 0 {
            text(
                locale,
                "Correo cambiado; documentos originales vistos",
                "E-mail changed; original documents seen",
            )
        } else {
            String::new()
        },
    });
    let total = |es: &str, en: &str, count: u64| DayTotal { label: text(locale, es, en), count };
    DaySheet {
        locale,
        institution: institution(locale),
        centre: centre(locale).name,
        date: "21/11/2026".to_owned(),
        made: made(),
        rows: rows.collect(),
        cut: String::new(),
        totals: vec![
            total("Casos recibidos", "Cases received", 31),
            total("Aprobados", "Approved", 24),
            total("Devueltos", "Returned", 4),
            total("Rechazados", "Rejected", 1),
            total("Claves entregadas", "Keys handed over", 22),
        ],
        checkpoint: Some(Checkpoint {
            size: 18_204,
            root: "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg=".to_owned(),
        }),
        demo: true,
    }
}
