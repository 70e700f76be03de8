use std::{io::Cursor, sync::Arc};

use super::*;

const LATIN_1: &[u8] = include_bytes!("../../tests/data/catastro-latin1.csv");
const LOST_ZEROS: &[u8] = include_bytes!("../../tests/data/catastro-lost-zeros-utf8.csv");

/// Line, column and code of a fault.
type Told = (u64, Option<&'static str>, &'static str);

/// RUC, word and date of a row.
type Read = (i64, String, String);

fn read(bytes: &[u8]) -> (Vec<Read>, Vec<Told>) {
    let words = Arc::new(Words::default());
    let mut catastro = Catastro::new(Cursor::new(bytes), Arc::clone(&words)).ok().unwrap();
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    while let Some(row) = catastro.next().unwrap() {
        match row {
            Ok(row) => {
                let word = words.all().remove(usize::from(row.word.0)).1;
                rows.push((row.ruc, word, row.since.to_string()));
            }
            Err(error) => errors.push((error.line, error.column, error.reason.code)),
        }
    }
    (rows, errors)
}

/// A file of these (RUC, state, started, suspended, resumed) rows.
fn file(delimiter: &str, rows: &[[&str; 5]]) -> String {
    let header = COLUMNS.map(str::to_uppercase).join(delimiter);
    rows.iter().fold(header + "\n", |text, [ruc, state, started, suspended, resumed]| {
        let mut fields = ["x"; 21];
        for (column, value) in
            [(RUC, ruc), (STATE, state), (STARTED, started), (SUSPENDED, suspended), (RESUMED, resumed)]
        {
            fields[column] = value;
        }
        text + &fields.join(delimiter) + "\n"
    })
}

#[test]
fn the_authoritys_file_gives_each_ruc_its_state_and_since_when() {
    let (rows, errors) = read(LATIN_1);
    assert_eq!(errors, []);
    let told: Vec<_> = rows.iter().map(|(_, word, since)| (word.as_str(), since.as_str())).collect();
    assert_eq!(
        told,
        [
            ("ACTIVO", "2003-02-11"),
            ("ACTIVO", "2003-02-11"),
            ("PASIVO", "2019-12-31"),
            ("SUSPENDIDO", "2022-02-28"),
            ("ACTIVO", "2021-09-01"),
            ("EN LIQUIDACIÓN", ""),
        ]
    );
    assert_eq!(rows[0].0, rows[1].0, "one row per establishment");
}

#[test]
fn a_lost_leading_zero_is_put_back() {
    assert_eq!(read(LOST_ZEROS), read(LATIN_1));
}

#[test]
fn commas_semicolons_and_quotes_around_every_field_are_read_too() {
    let rows = [["1792060346001", "SUSPENDIDO", "", "2020-01-31 00:00:00", ""]];
    let expected = read(file("|", &rows).as_bytes());
    assert_eq!(expected.0.len(), 1);
    for delimiter in [",", ";"] {
        assert_eq!(read(file(delimiter, &rows).as_bytes()), expected);
    }
    let wrapped = file("\"|\"", &rows).lines().fold(String::new(), |text, line| text + "\"" + line + "\"\n");
    assert_eq!(read(wrapped.as_bytes()), expected);
}

#[test]
fn a_quote_within_a_name_is_a_letter_where_the_delimiter_is_the_authoritys_own() {
    let text = file("|", &[["1792060346001", "ACTIVO", "2001-05-28 00:00:00", "", ""]]).replacen(
        "|x|",
        "|\"EL REY|",
        1,
    );
    let (rows, errors) = read(text.as_bytes());
    assert_eq!((rows.len(), errors.len()), (1, 0));
}

#[test]
fn each_fault_is_named_with_its_line_and_column() {
    let good = ["1792060346001", "ACTIVO", "2001-05-28 00:00:00", "", ""];
    let text = file(
        "|",
        &[
            ["17920603460", "ACTIVO", "", "", ""],
            ["1792060346001", "", "", "", ""],
            ["1792060346001", "ACTIVO", "28/05/2001", "", ""],
            ["1792060346001", "PASIVO", "", "2019-02-29 00:00:00", ""],
            ["1.79206E+12", "ACTIVO", "", "", ""],
            good,
        ],
    );
    let text = text + "a|b\n" + &["x"; 22].join("|") + "\n1792060346001|cut o";
    let (rows, errors) = read(text.as_bytes());
    assert_eq!(rows.len(), 1);
    assert_eq!(
        errors,
        [
            (2, Some("NUMERO_RUC"), "too-short"),
            (3, Some("ESTADO_CONTRIBUYENTE"), "empty"),
            (4, Some("FECHA_INICIO_ACTIVIDADES"), "date"),
            (5, Some("FECHA_SUSPENSION_DEFINITIVA"), "date"),
            (6, Some("NUMERO_RUC"), "not-digits"),
            (8, None, "too-few-fields"),
            (9, None, "too-many-fields"),
            (10, None, "truncated"),
        ]
    );
}

#[test]
fn another_header_is_refused_and_a_further_column_is_not() {
    let text = file("|", &[["1792060346001", "ACTIVO", "", "", ""]]);
    let without = text.replacen("ESTADO_CONTRIBUYENTE|", "", 1);
    let Err(Unreadable::Header(reason)) = Catastro::new(Cursor::new(without.as_bytes()), Arc::default())
    else {
        panic!()
    };
    assert_eq!(reason.code, "columns-missing");
    let more = text.lines().fold(String::new(), |text, line| text + "NUEVA|" + line + "\n");
    assert_eq!(read(more.as_bytes()).0.len(), 1);
}

#[test]
fn after_a_date_stands_a_time_or_nothing() {
    assert!(is_time(" 00:00:00") && is_time("T08:15:00.0") && is_time("") && !is_time("x") && !is_time(" "));
}
