use clavero_words::Locale;

use crate::{
    reading::{Opened, assert_in_order, press},
    samples,
};

const MARGIN: f64 = 22.0 / 25.4 * 72.0;

#[tokio::test]
async fn a_slip_is_one_tagged_sheet_with_the_address_outside_and_the_secret_inside() {
    let press = press();
    for (locale, words) in [
        (Locale::EsEc, ["Para entregar a", "Su código de un solo uso", "Cómo usarlo"]),
        (Locale::En, ["To be handed to", "Your one-time code", "How to use it"]),
    ] {
        let opened = Opened::new(&press.slip(&samples::slip(locale)).await.unwrap());
        assert_eq!(opened.pages(), 1);
        assert!(opened.is_marked() && opened.shows_title());
        let spoken = opened.spoken();
        let [outside, inside, use_it] = words;
        let portal = "https://clave.institucion.example/empleadores/sobre";
        assert_in_order(
            &spoken,
            &[
                outside,
                "Zoila Núñez Peña",
                "1714307103",
                "22/11/2026 10:42",
                inside,
                samples::SECRET,
                use_it,
                portal,
            ],
        );
        assert_eq!(spoken.matches(samples::SECRET).count(), 1, "{spoken}");
        let tags: Vec<String> = opened.elements().into_iter().map(|element| element.tag).collect();
        let headings: Vec<&str> =
            tags.iter().map(String::as_str).filter(|tag| tag.starts_with('H')).collect();
        assert_eq!(headings, ["H1", "H2"]);
    }
}

/// The panels are as long as a third of the sheet, in points.
const PANEL: f64 = 99.0 / 25.4 * 72.0;
/// What stays free before each fold.
const FREE: f64 = 3.0 / 25.4 * 72.0;

#[tokio::test]
async fn however_long_the_names_the_folds_stay_free_and_the_secret_stands_in_its_panel() {
    let press = press();
    for name in
        ["W".repeat(500), "A".repeat(500), "Ñandú y Compañía ".repeat(30), "四川公司 #panic() ] $".to_owned()]
    {
        let mut slip = samples::slip(Locale::EsEc);
        slip.employer.name.clone_from(&name);
        slip.recipient.name.clone_from(&name);
        slip.centre.name.clone_from(&name);
        slip.centre.city.clone_from(&name);
        slip.institution.name.clone_from(&name);
        let opened = Opened::new(&press.slip(&slip).await.unwrap());
        assert_eq!(opened.pages(), 1, "{name}");
        assert_eq!(opened.words_beyond(MARGIN), [""; 0], "{name}");
        let numbers = opened.words().into_iter().find(|word| word.text == slip.recipient.id);
        assert!(numbers.is_some_and(|word| word.bottom < PANEL), "{name}");
        for word in opened.words() {
            for fold in [PANEL, 2.0 * PANEL, 3.0 * PANEL] {
                let crosses = word.top < fold && word.bottom > fold - FREE;
                assert!(!crosses, "{word:?} stands on the fold at {fold}");
            }
            let is_secret = word.text.contains(samples::SECRET);
            assert!(!is_secret || (word.top > PANEL && word.bottom < 2.0 * PANEL), "{word:?}");
        }
    }
}

#[tokio::test]
async fn no_debug_output_shows_the_secret() {
    let slip = samples::slip(Locale::EsEc);
    assert!(!format!("{slip:?}").contains(samples::SECRET));
}

#[tokio::test]
async fn a_slip_is_not_kept() {
    let press = press();
    let slip = samples::slip(Locale::EsEc);
    let (first, second) = (press.slip(&slip).await.unwrap(), press.slip(&slip).await.unwrap());
    assert!(!std::sync::Arc::ptr_eq(&first, &second), "it was set twice");
}
