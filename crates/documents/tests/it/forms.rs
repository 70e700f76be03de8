use clavero_documents::{FormKind, Forms};
use clavero_words::Locale;

use crate::{
    reading::{Opened, assert_in_order, press},
    samples,
};

/// Forms for one kind of employer.
fn forms(locale: Locale) -> Forms {
    Forms {
        locale,
        institution: samples::institution(locale),
        made: samples::made(),
        page_url: "https://clave.institucion.example/empleadores/clave-patronal".to_owned(),
        kinds: vec![FormKind {
            name: samples::text(locale, "Empresa privada", "Private company"),
            always: samples::packet(locale).documents,
            third_party: vec![samples::text(locale, "Poder notariado", "Notarised power of attorney")],
            change: Vec::new(),
        }],
        centres: vec![samples::centre(locale)],
        demo: false,
    }
}

#[tokio::test]
async fn the_forms_hold_request_agreement_and_list_and_nobodys_data() {
    let press = press();
    for (locale, language, words) in [
        (
            Locale::EsEc,
            "es-EC",
            [
                "Solicitud de clave patronal",
                "RUC",
                "Nuevo representante legal",
                "Es la primera clave",
                "Firma de quien presenta",
                "Acuerdo de uso de la información",
                "Qué llevar al centro",
                "Empresa privada",
                "Solicitud de clave, impresa",
                "Si viene otra persona",
                "Centro de Atención Universal Norte",
            ],
        ),
        (
            Locale::En,
            "en-US",
            [
                "Request for the employer’s key",
                "RUC",
                "New legal representative",
                "It is the first key",
                "Signature of",
                "Agreement",
                "What to bring",
                "Private company",
                "Key request form, printed",
                "If somebody else comes",
                "Centro de Atención Universal Norte",
            ],
        ),
    ] {
        let opened = Opened::new(&press.forms(&forms(locale)).await.unwrap());
        assert!(opened.is_marked() && opened.shows_title());
        assert_eq!(opened.language(), language);
        let metadata = opened.metadata();
        for said in ["<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"] {
            assert!(metadata.contains(said), "{said} in {metadata}");
        }
        let spoken = opened.spoken();
        assert_in_order(&spoken, &words);
        assert!(!spoken.contains('{') && !spoken.contains("Zoila"), "{spoken}");
    }
}

#[tokio::test]
async fn equal_forms_are_one_paper() {
    let press = press();
    let first = press.forms(&forms(Locale::EsEc)).await.unwrap();
    let again = press.forms(&forms(Locale::EsEc)).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &again));
    let mut other = forms(Locale::EsEc);
    other.kinds[0].always.push("Otro documento".to_owned());
    assert_ne!(**first, **press.forms(&other).await.unwrap());
}
