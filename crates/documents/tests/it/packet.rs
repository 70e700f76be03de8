use clavero_words::Locale;

use crate::{
    extremes,
    reading::{Opened, assert_in_order, press},
    samples,
};

/// The margin of all papers in points: 22 mm.
const MARGIN: f64 = 22.0 / 25.4 * 72.0;

#[tokio::test]
async fn a_packet_is_tagged_titled_and_carries_its_fonts() {
    let press = press();
    for (locale, language, title) in [
        (Locale::EsEc, "es-EC", "Solicitud de clave patronal de acceso al portal"),
        (Locale::En, "en-US", "Request for the employer’s key to the portal"),
    ] {
        let opened = Opened::new(&press.packet(&samples::packet(locale)).await.unwrap());
        assert!(opened.is_marked() && opened.shows_title());
        assert_eq!(opened.language(), language);
        let metadata = opened.metadata();
        for said in [title, "<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"] {
            assert!(metadata.contains(said), "{said} in {metadata}");
        }
        assert_eq!(opened.embedded_fonts(), 2);
        assert_eq!(opened.pages(), 3);
    }
}

#[tokio::test]
async fn a_screen_reader_finds_headings_tables_lists_and_the_codes_meaning() {
    let opened = Opened::new(&press().packet(&samples::packet(Locale::EsEc)).await.unwrap());
    let elements = opened.elements();
    let tags: Vec<&str> = elements.iter().map(|element| element.tag.as_str()).collect();
    let headings: Vec<&str> = tags.iter().copied().filter(|tag| tag.starts_with('H')).collect();
    assert_eq!(headings, ["H1", "H2", "H2", "H2", "H2", "H1", "H2", "H1", "H2", "H2", "H2"]);
    let count = |tag: &str| tags.iter().filter(|found| **found == tag).count();
    assert_eq!(count("Table"), 4, "employer, representative, contact, centre");
    assert_eq!(count("TH"), count("TD"), "each field has its name");
    assert_eq!(count("L"), 3, "clauses, laws, documents");
    let figures: Vec<_> = elements.iter().filter(|element| element.tag == "Figure").collect();
    assert_eq!(figures.len(), 2);
    for figure in figures {
        assert!(figure.alt.as_deref().is_some_and(|alt| alt.ends_with(samples::CASE_URL)), "{figure:?}");
    }
}

#[tokio::test]
async fn the_words_stand_in_reading_order_with_their_accents() {
    let press = press();
    let spanish = Opened::new(&press.packet(&samples::packet(Locale::EsEc)).await.unwrap());
    assert_in_order(
        &spanish.spoken(),
        &[
            "Institución de Seguridad Social",
            "Solicitud de clave patronal",
            "7KQ2-M4XV-9D3T-H5RB",
            "Yo, Zoila Núñez Peña",
            "1790012345001",
            "0001",
            "Panadería Ñusta & Güiñansaca Cía. Ltda.",
            "Representante legal",
            "1714307103",
            "zoila.nunez@panaderia.example",
            "Es la primera vez",
            "Firma de quien presenta",
            "Acuerdo de uso de la información y responsabilidad",
            "LOPDP",
            "Código Orgánico Administrativo",
            "Qué llevar",
            "Nombramiento vigente",
            "Avenida de Ejemplo N12-34",
            "https:// clave.institucion.example/",
            "Nadie le pedirá su clave",
        ],
    );
    let english = Opened::new(&press.packet(&samples::packet(Locale::En)).await.unwrap());
    assert_in_order(
        &english.spoken(),
        &["Request for the employer’s key", "Registered name", "Güiñansaca", "Agreement on", "What to bring"],
    );
    assert!(!english.text().contains("Solicitud"));
    assert_in_order(&spanish.text(), &["Página 1 de 3", "Página 2 de 3", "Página 3 de 3"]);
    assert_in_order(&english.text(), &["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"]);
}

#[tokio::test]
async fn a_scanner_reads_the_case_from_the_request_and_from_the_sheet_to_keep() {
    let opened = Opened::new(&press().packet(&samples::packet(Locale::EsEc)).await.unwrap());
    assert_eq!(opened.scanned(1), [samples::CASE_URL]);
    assert_eq!(opened.scanned(3), [samples::CASE_URL]);
}

#[tokio::test]
async fn everybody_in_the_case_is_named_and_the_one_who_comes_signs() {
    let opened = Opened::new(&press().packet(&extremes::long_packet(Locale::EsEc)).await.unwrap());
    let text = opened.text();
    assert_in_order(
        &text,
        &[
            "Yo, Agnès L’Hôpital Müller",
            "con el poder que presento",
            "Representante legal registrado",
            "Zoila Núñez Peña",
            "Nuevo representante legal",
            "Íñigo Ordóñez de la Torre",
            "Persona que presenta la solicitud",
            "Agnès L’Hôpital Müller",
            "No dispone de correo electrónico",
            "Firma de quien presenta la solicitud",
            "Agnès L’Hôpital Müller",
            "Sobre de un solo uso.",
        ],
    );
    assert!(!text.contains("señala el correo"), "there is none");
    assert_eq!(opened.pages(), 4);
}

#[tokio::test]
async fn a_demonstration_says_so_on_every_page_and_the_real_thing_nowhere() {
    let press = press();
    let mut packet = samples::packet(Locale::EsEc);
    let shown = Opened::new(&press.packet(&packet).await.unwrap());
    assert_eq!(shown.text().matches("SIN VALIDEZ").count(), shown.pages());
    packet.demo = false;
    let real = Opened::new(&press.packet(&packet).await.unwrap());
    assert!(!real.text().contains("SIN VALIDEZ") && !real.text().contains("demostración"));
}

/// What must be read from the paper when `name` was typed.
fn as_printed(name: &str) -> String {
    let visible = name.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    let spaced: String = visible.map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `name` stands on the paper. Where a long word is broken over lines is no matter.
fn holds(text: &str, name: &str) -> bool {
    let squeezed = |text: &str| text.replace(' ', "");
    squeezed(text).contains(&squeezed(&as_printed(name)))
}

#[tokio::test]
async fn whatever_was_typed_is_shown_as_it_is_and_stays_on_the_paper() {
    let press = press();
    // Four to a packet, each in a place of its own and all of them in the list.
    for names in extremes::hostile_names().chunks(4) {
        let name = |at: usize| &names[at % names.len()].0;
        let mut packet = samples::packet(Locale::EsEc);
        packet.employer.name.clone_from(name(0));
        packet.representative.name.clone_from(name(1));
        packet.contact.address.clone_from(name(2));
        packet.documents.extend(names.iter().map(|(name, _)| name.clone()));
        packet.reason.clone_from(name(3));
        let opened = Opened::new(&press.packet(&packet).await.unwrap());
        assert_eq!(opened.words_beyond(MARGIN), [""; 0], "{names:?}");
        assert!((3..=8).contains(&opened.pages()), "{} pages for {names:?}", opened.pages());
        let text = opened.text();
        assert!(!text.contains(['\u{202e}', '\u{2066}']), "{names:?}");
        for (name, complete) in names {
            assert!(!complete || holds(&text, name), "{name:?} in {text}");
        }
        let all_complete = names.iter().all(|(_, complete)| *complete);
        assert_eq!(text.contains("El signo ◊ ocupa el lugar"), !all_complete, "{text}");
        assert_eq!(text.contains('◊'), !all_complete, "{text}");
    }
}

#[tokio::test]
async fn there_is_no_character_that_keeps_a_packet_from_being_made() {
    let everything: Vec<char> = ('\u{0}'..='\u{ffff}').chain('\u{1f300}'..='\u{1f6ff}').collect();
    let mut packet = samples::packet(Locale::EsEc);
    packet.documents = everything.chunks(1_900).map(|chars| chars.iter().collect()).collect();
    let opened = Opened::new(&press().packet(&packet).await.unwrap());
    assert_eq!(opened.words_beyond(MARGIN), [""; 0]);
    assert!(opened.text().contains('Ñ') && opened.text().contains('◊'));
}
