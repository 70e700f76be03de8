//! Made-up papers to look at, to measure and to test with.

use clavero_documents::{Applicant, Centre, Contact, Employer, Institution, Made, Packet, Person};
use clavero_words::Locale;

/// Where the samples' QR codes lead.
pub(crate) const CASE_URL: &str =
    "https://clave.institucion.example/empleadores/clave-patronal/7KQ2-M4XV-9D3T-H5RB";

fn text(locale: Locale, es: &str, en: &str) -> String {
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

/// A packet with everything that makes one long: a change of representative, somebody else who comes, no mailbox.
pub(crate) fn long_packet(locale: Locale) -> Packet {
    let mut packet = packet(locale);
    packet.new_representative =
        Some(Person { id: "1710034065".to_owned(), name: "Íñigo Ordóñez de la Torre".to_owned() });
    packet.applicant = Applicant::ThirdParty(Person {
        id: "FR12345".to_owned(),
        name: "Agnès L’Hôpital Müller".to_owned(),
    });
    packet.contact.email = None;
    packet.documents.push(text(
        locale,
        "Si viene otra persona en su nombre: poder notariado y cédula original de esa persona",
        "If another person comes in your name: a notarised power of attorney and that person's original identity card",
    ));
    packet
}

/// What people, registers and attackers put into fields, and whether the fonts have all of it.
pub(crate) fn hostile_names() -> Vec<(String, bool)> {
    let written = [
        ("#let x = read(\"data.json\")", true),
        ("\\ $ * _ ] [ } { \" ` ~ @ < > // /* */ # \\u{41}", true),
        ("$ sum_(i=0)^n $ #panic() = Título - lista + 1. /término: x", true),
        ("=HYPERLINK(\"http://evil.example\";\"a\"),'x'\t@SUM(1+1)", true),
        ("<script>alert(1)</script><b>&amp; {page} {pages}", true),
        ("ACME\u{0}\u{1b}[31m\u{7f}\r\nSubject: x", true),
        ("\u{202e}gnp.anomila\u{202c} \u{2066}x\u{2069}", true),
        ("Ñandú ñusta, ﬁdeos ª º № ½ L’Hôpital", true),
        ("四川公司 مرحبا שלום 🦀👩‍👩‍👧 Ελλάδα Київ S.A.", false),
        ("\u{e000}\u{f8ff}\u{10ffff} ACME", false),
        ("", true),
    ];
    let mut names: Vec<(String, bool)> =
        written.into_iter().map(|(name, complete)| (name.to_owned(), complete)).collect();
    names.push(("A".repeat(500), true));
    names.push(("W".repeat(44), true));
    names.push((format!("https://{}", "a".repeat(492)), true));
    names.push(("1/".repeat(250), true));
    names.push(("Ñandú y Compañía ".repeat(30), true));
    names
}
