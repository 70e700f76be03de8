use std::io::Cursor;

use super::*;

const UTF_8: &[u8] = include_bytes!("../../tests/data/employers-utf8.csv");
const WINDOWS_1252: &[u8] = include_bytes!("../../tests/data/employers-windows-1252.csv");

const HEADER: &str =
    "ruc,sucursal,razon_social,tipo,representante_id,representante_nombre,correo,tiene_clave";
/// A company whose check digit holds, and its representative.
const GOOD: &str = "1792060346001,0001,Alfarería Ñusta,privada,1714307103,Inés Muñoz,ines@nusta.example,si";

fn read(bytes: &[u8]) -> (Vec<EmployerRow>, Vec<RowError>) {
    let mut employers = Employers::new(Cursor::new(bytes), ForeignerRule::default()).ok().unwrap();
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    while let Some(row) = employers.next().unwrap() {
        match row {
            Ok(row) => rows.push(row),
            Err(error) => errors.push(error),
        }
    }
    (rows, errors)
}

fn header_fault(bytes: &[u8]) -> &'static str {
    match Employers::new(Cursor::new(bytes), ForeignerRule::default()) {
        Err(Unreadable::Header(reason)) => reason.code,
        _ => panic!("the header was taken"),
    }
}

/// Column and code of the one fault of a row.
fn fault(row: &str) -> (Option<&'static str>, &'static str) {
    let (rows, errors) = read(format!("{HEADER},clave_hash\n{row}\n").as_bytes());
    assert!(rows.is_empty(), "{row} was taken");
    (errors[0].column, errors[0].reason.code)
}

#[test]
fn encoding_delimiter_and_order_of_columns_make_no_difference() {
    let (utf_8, errors) = read(UTF_8);
    assert_eq!(errors, []);
    assert_eq!(utf_8.len(), 6);
    let (windows, errors) = read(WINDOWS_1252);
    assert_eq!(errors, []);
    assert!(utf_8 == windows);
    let marked = [b"\xEF\xBB\xBF", UTF_8].concat();
    assert!(read(&marked).0 == utf_8);
}

#[test]
fn a_row_keeps_what_it_says() {
    let (rows, _) = read(UTF_8);
    assert_eq!(rows[0].name, "Ñañomarca Textil S.A.");
    assert_eq!(rows[0].representative_name, "Zoila Peñafiel Ibáñez");
    assert_eq!(rows[1].key.sucursal().to_string(), "0002");
    assert_eq!(rows[0].key.ruc(), rows[1].key.ruc());
    assert_eq!(rows[2].name, "Empresa Pública de Faroles \"La Luz\"");
    assert!(rows[3].email.is_none() && !rows[3].has_key);
    assert_eq!(rows[4].representative.to_string(), "EXT90417");
    assert_eq!(rows[5].kind, EmployerKind::Domestico);
    assert_eq!(rows[5].email.as_ref().map(EmailAddress::as_str), Some("ingrid@correo.example"));
}

#[test]
fn each_fault_is_named_with_its_column() {
    let replaced = |from: &str, to: &str| format!("{},", GOOD.replacen(from, to, 1));
    for (row, column, code) in [
        (replaced("1792060346001", "17920"), "ruc", "too-short"),
        (replaced("1792060346001", "9992060346001"), "ruc", "province"),
        (replaced("0001", "00001"), "sucursal", "too-long"),
        (replaced("0001", "0000"), "sucursal", "sucursal-zero"),
        (replaced("privada", "otra"), "tipo", "kind"),
        (replaced("privada", "domestico"), "tipo", "domestic-kind"),
        (replaced("1714307103", "1714307104"), "representante_id", "check-digit"),
        (replaced("1714307103", ""), "representante_id", "empty"),
        (replaced("Alfarería Ñusta", ""), "razon_social", "empty"),
        (replaced("Alfarería Ñusta", "A\u{202e}B"), "razon_social", "not-plain"),
        (replaced("Alfarería Ñusta", "\"A\nB\""), "razon_social", "not-plain"),
        (replaced("Alfarería Ñusta", &"x".repeat(501)), "razon_social", "too-long"),
        (replaced("ines@nusta.example", "\"a\r\nBcc: x@y.example\""), "correo", "email-form"),
        (replaced("ines@nusta.example", "ines@nusta"), "correo", "email-form"),
        (replaced(",si", ",quizá"), "tiene_clave", "yes-or-no"),
        (format!("{GOOD},md5$abc"), "clave_hash", "hash-form"),
        (
            replaced(",si", ",no") + "$2b$04$abcdefghijklmnopqrstuuJ1b6sXb0gZ5yQ8sWqf8l7p2o9xk3m1C",
            "clave_hash",
            "hash-without-key",
        ),
    ] {
        assert_eq!(fault(&row), (Some(column), code), "{row}");
    }
}

#[test]
fn the_number_of_a_household_is_its_own_kind() {
    let household = "1714307103000,0001,Hogar,domestico,1714307103,Inés,i@c.example,si,";
    assert_eq!(read(format!("{HEADER},clave_hash\n{household}\n").as_bytes()).0.len(), 1);
    assert_eq!(fault(&household.replace("domestico", "privada")), (Some("tipo"), "domestic-kind"));
    assert_eq!(fault(&household.replace("0001", "0002")), (Some("sucursal"), "domestic-sucursal"));
}

#[test]
fn a_formula_is_a_name_like_any_other() {
    let row = GOOD.replace("Alfarería Ñusta", "\"=HYPERLINK(\"\"http://x.example\"\")\"");
    let (rows, errors) = read(format!("{HEADER}\n{row}\n").as_bytes());
    assert_eq!(errors, []);
    assert_eq!(rows[0].name, "=HYPERLINK(\"http://x.example\")");
}

#[test]
fn a_bad_row_leaves_the_others_alone_and_keeps_its_own_line() {
    let other = GOOD.replace("0001", "0002");
    let text = format!("{HEADER}\r\n\"a,b\r\n{GOOD}\r\n\r\nx,y\r\n{GOOD}\r\n{other},more\r\n{other}\r\n1792");
    let (rows, errors) = read(text.as_bytes());
    assert_eq!(rows.len(), 2);
    let told: Vec<_> = errors.iter().map(|error| (error.line, error.reason.code)).collect();
    assert_eq!(
        told,
        [
            (2, "unclosed-quote"),
            (5, "too-few-fields"),
            (6, "twice"),
            (7, "too-many-fields"),
            (9, "truncated")
        ]
    );
}

#[test]
fn a_hash_that_can_be_verified_comes_along() {
    let hashes = [
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Y2xhdmVyb2NsYXZlcm9jbGF2ZXJvY2xhdmVyb2NsYXY",
        "$pbkdf2-sha256$i=600000,l=32$c29tZXNhbHRzb21lc2FsdA$Y2xhdmVyb2NsYXZlcm9jbGF2ZXJvY2xhdmVyb2NsYXY",
    ];
    for hash in hashes {
        let (rows, errors) = read(format!("{HEADER},clave_hash\n{GOOD},\"{hash}\"\n").as_bytes());
        assert_eq!(errors, []);
        assert_eq!(rows[0].phc.as_deref(), Some(hash));
    }
}

#[test]
fn a_header_that_is_not_the_expected_one_is_refused() {
    assert_eq!(header_fault(b""), "no-header");
    assert_eq!(header_fault(GOOD.as_bytes()), "columns-missing");
    assert_eq!(header_fault(format!("{HEADER},clave_hsah\n").as_bytes()), "column-unknown");
    assert_eq!(header_fault(format!("{HEADER},correo\n").as_bytes()), "column-twice");
    assert_eq!(header_fault(b"\xFF\xFEr\0u\0c\0"), "utf-16");
    let spelt = HEADER.to_uppercase().replace(',', " , ");
    assert_eq!(read(format!("{spelt}\n{GOOD}\n").as_bytes()).0.len(), 1);
}
