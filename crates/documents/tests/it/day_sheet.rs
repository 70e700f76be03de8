use clavero_words::Locale;

use crate::{
    extremes,
    reading::{Opened, assert_in_order, press},
    samples,
};

const MARGIN: f64 = 16.0 / 25.4 * 72.0;

#[tokio::test]
async fn the_columns_names_stand_on_every_page_and_are_spoken_once() {
    let opened = Opened::new(&press().day_sheet(&samples::day_sheet(Locale::EsEc, 31)).await.unwrap());
    assert!(opened.pages() > 2);
    assert_eq!(opened.text().matches("Segundo funcionario").count(), opened.pages());
    assert_eq!(opened.spoken().matches("Segundo funcionario").count(), 1);
    let tags: Vec<String> = opened.elements().into_iter().map(|element| element.tag).collect();
    let count = |tag: &str| tags.iter().filter(|found| *found == tag).count();
    assert_eq!((count("Table"), count("THead"), count("TBody")), (2, 2, 2));
    assert_eq!(count("TH"), 5 + 7);
    assert_eq!(count("TD"), 5 + 7 * 31);
}

#[tokio::test]
async fn a_sheet_is_read_from_its_sums_to_the_supervisors_signature() {
    let press = press();
    let spanish = Opened::new(&press.day_sheet(&samples::day_sheet(Locale::EsEc, 2)).await.unwrap());
    assert_in_order(
        &spanish.spoken(),
        &[
            "Hoja del día",
            "Centro de Atención Universal Norte, 21/11/2026",
            "Claves entregadas",
            "22",
            "08:00",
            "7KQ2-M4XV-9D3T-H5RB",
            "Güiñansaca",
            "Aprobación",
            "Ñ. Andrade Loor",
            "M. Quishpe Tenesaca",
            "Correo cambiado",
            "08:01",
            "18204",
            "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg=",
            "Firma del supervisor",
        ],
    );
    let english = Opened::new(&press.day_sheet(&samples::day_sheet(Locale::En, 2)).await.unwrap());
    assert_in_order(
        &english.spoken(),
        &["Day sheet", "Keys handed over", "Second officer", "Root", "Signature"],
    );
}

#[tokio::test]
async fn a_day_without_acts_says_so() {
    let mut sheet = samples::day_sheet(Locale::EsEc, 0);
    sheet.totals.clear();
    sheet.checkpoint = None;
    let opened = Opened::new(&press().day_sheet(&sheet).await.unwrap());
    assert!(opened.spoken().contains("No hubo actos en este día."));
    assert_eq!(opened.pages(), 1);
}

#[tokio::test]
async fn hostile_names_stay_in_their_columns() {
    let press = press();
    let mut sheet = samples::day_sheet(Locale::EsEc, 0);
    for (name, _) in extremes::hostile_names() {
        let mut row = samples::day_sheet(Locale::EsEc, 1).rows.remove(0);
        row.employer.clone_from(&name);
        row.act.clone_from(&name);
        row.officer.clone_from(&name);
        row.second.clone_from(&name);
        row.remark = name;
        sheet.rows.push(row);
    }
    let opened = Opened::new(&press.day_sheet(&sheet).await.unwrap());
    assert_eq!(opened.words_beyond(MARGIN), [""; 0]);
}

#[tokio::test]
async fn a_full_sheet_is_set_and_says_what_is_not_on_it() {
    let mut sheet = samples::day_sheet(Locale::EsEc, 60);
    sheet.cut = "Este papel tiene los primeros 60 de 1204 actos del día".to_owned();
    let opened = Opened::new(&press().day_sheet(&sheet).await.unwrap());
    assert!(opened.pages() > 3, "{}", opened.pages());
    assert_in_order(&opened.spoken(), &["Actos del día", "los primeros 60 de 1204", "Raíz"]);
}
