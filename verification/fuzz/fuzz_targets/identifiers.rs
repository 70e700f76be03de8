//! What is typed as cédula, RUC, sucursal, foreigner's code or code: what is taken obeys the rule of the procedure, written
//! down here a second time, is shown as it was typed but for separators, and is read back as itself.
#![no_main]

use clavero_protocol::{
    Cedula, EmployerKey, EmployerKind, ForeignerRule, RepresentativeId, Ruc, RucKind, Sucursal, TypedCode,
};
use clavero_service::{Identifiers, RawIdentifiers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    cedula(text);
    ruc(text);
    sucursal(text);
    representative(text);
    code(text);
    if let Ok(kind) = EmployerKind::parse(text) {
        assert_eq!(EmployerKind::parse(kind.as_str()), Ok(kind));
    }
    together(text);
});

fn number(digits: &[u8]) -> usize {
    digits.iter().fold(0, |number, digit| number * 10 + usize::from(*digit))
}

/// The digits of a text that has nothing else, as many as `N`.
fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(10).and_then(|digit| digit.try_into().ok()))
        .collect::<Option<_>>()?;
    digits.try_into().ok()
}

/// Province 01 to 24, 30 or 50; third digit to 6; Luhn's sum, from the right and with a table.
fn is_cedula(digits: &[u8; 10]) -> bool {
    const DOUBLED: [u8; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| u32::from(if at % 2 == 1 { DOUBLED[usize::from(*digit)] } else { *digit }))
        .sum();
    is_province(digits) && digits[2] < 7 && sum % 10 == 0
}

fn is_province(digits: &[u8]) -> bool {
    let province = number(&digits[..2]);
    (province > 0 && province < 25) || province == 30 || province == 50
}

/// The table of the procedure: a person's cédula and establishment, a body's number and establishment, or the cédula and `000`.
fn is_ruc(digits: &[u8; 13]) -> bool {
    let cedula = is_cedula(digits[..10].try_into().unwrap());
    let branch = number(&digits[10..]);
    is_province(digits)
        && match digits[2] {
            0..=5 => cedula,
            6 => number(&digits[9..]) > 0 && (branch > 0 || !cedula) || (branch == 0 && cedula),
            9 => branch > 0,
            _ => false,
        }
}

/// That a text is shown as it was typed, without what is put in for reading.
fn shown_as_typed(typed: &str, shown: &str) {
    if typed.is_ascii() {
        let rest: String = typed
            .chars()
            .filter(|c| !c.is_ascii_whitespace() && *c != '\u{b}' && !".-_/".contains(*c))
            .collect();
        assert_eq!(rest, shown);
    }
}

fn cedula(text: &str) {
    let read = Cedula::parse(text);
    if let Some(typed) = text.is_ascii().then(|| digits::<10>(text)).flatten() {
        assert_eq!(read.is_ok(), is_cedula(&typed), "{text}");
    }
    let Ok(cedula) = read else { return };
    let shown = cedula.to_string();
    assert!(is_cedula(&digits(&shown).expect("ten digits")));
    shown_as_typed(text, &shown);
    assert_eq!(Cedula::parse(&shown), Ok(cedula));
    let domestic = Ruc::domestic(&cedula);
    assert_eq!((domestic.kind(), domestic.to_string()), (RucKind::Domestic, format!("{shown}000")));
    assert_eq!(Ruc::parse(&format!("{shown}000")), Ok(domestic));
}

fn ruc(text: &str) {
    let read = Ruc::parse(text);
    if let Some(typed) = text.is_ascii().then(|| digits::<13>(text)).flatten() {
        assert_eq!(read.is_ok(), is_ruc(&typed), "{text}");
    }
    let Ok(ruc) = read else { return };
    let shown = ruc.to_string();
    let typed = digits::<13>(&shown).expect("thirteen digits");
    assert!(is_ruc(&typed), "{shown}");
    shown_as_typed(text, &shown);
    assert_eq!(Ruc::parse(&shown), Ok(ruc));
    assert_eq!(Ruc::from_i64(ruc.as_i64()), Some(ruc));
    let is_domestic = shown.ends_with("000") && is_cedula(typed[..10].try_into().unwrap());
    assert_eq!(ruc.kind() == RucKind::Domestic, is_domestic, "{shown}");
    assert!(
        ruc.check_digit_holds() || typed[2] == 6 || typed[2] == 9,
        "{shown}: a person's number is right or refused"
    );
}

fn sucursal(text: &str) {
    let Ok(sucursal) = Sucursal::parse(text) else { return };
    let shown = sucursal.to_string();
    assert!(digits::<4>(&shown).is_some() && shown != "0000", "{shown}");
    assert_eq!(Sucursal::parse(&shown), Ok(sucursal));
    let short = shown.trim_start_matches('0');
    assert_eq!(Sucursal::parse(short), Ok(sucursal));
}

fn representative(text: &str) {
    let rule = ForeignerRule::default();
    let Ok(id) = RepresentativeId::parse(text, &rule) else { return };
    let shown = id.to_string();
    shown_as_typed(&text.to_ascii_uppercase(), &shown);
    assert_eq!(RepresentativeId::parse(&shown, &rule).as_ref(), Ok(&id));
    assert_eq!(RepresentativeId::from_stored(&id.as_str()).as_ref(), Ok(&id));
    match id {
        RepresentativeId::Cedula(_) => assert!(is_cedula(&digits(&shown).expect("ten digits"))),
        RepresentativeId::Foreigner(_) => {
            assert!(
                (5..=20).contains(&shown.len()) && shown.bytes().any(|b| b.is_ascii_uppercase()),
                "{shown}"
            );
            assert!(shown.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{shown}");
        }
    }
}

fn code(text: &str) {
    for length in 6..=8 {
        let Ok(code) = TypedCode::parse(text, length) else { continue };
        assert!(
            code.as_str().len() == usize::from(length) && code.as_str().bytes().all(|b| b.is_ascii_digit())
        );
        shown_as_typed(text, code.as_str());
    }
}

/// The three fields of the form, a line each, as pages and API read them.
fn together(text: &str) {
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let raw =
        RawIdentifiers { representative_id: next(), ruc: next(), sucursal: next(), domestic: next() == "on" };
    let rule = ForeignerRule::default();
    match Identifiers::parse(&raw, &rule) {
        Err(errors) => {
            assert!(!errors.is_empty());
            for (at, (field, error)) in errors.iter().enumerate() {
                assert!(errors[..at].iter().all(|(other, _)| other != field), "{field:?} is told once");
                assert!(!error.code().is_empty());
            }
        }
        Ok(read) => {
            let key = read.employer;
            assert_eq!(EmployerKey::from_i64(key.as_i64()), Some(key));
            let domestic = key.ruc().kind() == RucKind::Domestic;
            assert!(!domestic || key.sucursal() == Sucursal::FIRST, "a household has one branch");
            assert!(!raw.domestic || domestic);
            let (id, ruc, branch) =
                (read.representative.to_string(), key.ruc().to_string(), key.sucursal().to_string());
            let shown =
                RawIdentifiers { representative_id: &id, ruc: &ruc, sucursal: &branch, domestic: false };
            assert_eq!(Identifiers::parse(&shown, &rule).as_ref(), Ok(&read));
        }
    }
}
