use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[test]
fn known_numbers_are_accepted() {
    for cedula in [
        "1714307103",
        "1710034065",
        // A nine that counts once stays a nine.
        "0926687856",
        "171430710-3",
        " 171 430 7103 ",
        "１７１４３０７１０３",
    ] {
        assert!(Cedula::parse(cedula).is_ok(), "{cedula}");
    }
    for (ruc, kind) in [
        ("1792060346001", RucKind::PrivateBody),
        ("1790011674001", RucKind::PrivateBody),
        ("1760001550001", RucKind::PublicBody),
        ("1714307103001", RucKind::Natural),
        ("1714307103000", RucKind::Domestic),
    ] {
        let parsed = Ruc::parse(ruc).unwrap();
        assert_eq!((parsed.kind(), parsed.check_digit_holds()), (kind, true), "{ruc}");
    }
}

#[test]
fn each_refusal_says_what_to_change() {
    let ruc = |text| Ruc::parse(text).unwrap_err();
    let cedula = |text| Cedula::parse(text).unwrap_err();
    let sucursal = |text| Sucursal::parse(text).unwrap_err();
    let representative = |text| RepresentativeId::parse(text, &ForeignerRule::default()).unwrap_err();
    let domestic = Ruc::domestic(&Cedula::parse("1714307103").unwrap());
    let second = Sucursal::parse("2").unwrap();
    let short = |found, expected| FieldError::TooShort { found, expected };
    let long = |found, expected| FieldError::TooLong { found, expected };
    let page = "1714307103 ".repeat(6);
    let table = [
        (cedula(""), FieldError::Empty),
        (cedula(" - "), FieldError::Empty),
        (cedula("171430710"), short(9, 10)),
        (cedula("17143071034"), long(11, 10)),
        (cedula("17143O7103"), FieldError::NotDigits),
        (cedula("1714307104"), FieldError::CheckDigit),
        (cedula("2514307103"), FieldError::Province),
        (cedula("0014307103"), FieldError::Province),
        (cedula("1774307103"), FieldError::ThirdDigit),
        (cedula(&page), FieldError::Overlong),
        (ruc("17900"), short(5, 13)),
        (ruc("17900116740011"), long(14, 13)),
        (ruc("1714307103"), FieldError::CedulaAlone),
        (ruc("1714307104"), short(10, 13)),
        (ruc("1714307104001"), FieldError::CheckDigit),
        (ruc("1714307104000"), FieldError::CheckDigit),
        (ruc("1790011674000"), FieldError::Establishment),
        (ruc("1760001560000"), FieldError::Establishment),
        (ruc("1780011674001"), FieldError::ThirdDigit),
        (ruc("2590011674001"), FieldError::Province),
        (sucursal("0000"), FieldError::SucursalZero),
        (sucursal("00001"), long(5, 4)),
        (sucursal("1a"), FieldError::NotDigits),
        (EmployerKey::new(domestic, second).unwrap_err(), FieldError::DomesticSucursal),
        (representative("AB12"), short(4, 5)),
        (representative(&"A".repeat(21)), long(21, 20)),
        (representative("EXT82#53"), FieldError::ForeignerForm),
        (representative("123456789"), short(9, 10)),
        (EmployerKind::parse("mixta").unwrap_err(), FieldError::UnknownWord),
        (crate::EmailAddress::parse("nadie").unwrap_err(), FieldError::EmailForm),
        (crate::EmailAddress::parse("josé@correo.example").unwrap_err(), FieldError::EmailNotAscii),
    ];
    for (found, expected) in &table {
        assert_eq!(found, expected);
    }
    let codes = |errors: Vec<FieldError>| errors.iter().map(FieldError::code).collect::<BTreeSet<_>>();
    let reached = codes(table.iter().map(|(found, _)| *found).collect());
    assert_eq!(reached, codes(FieldError::ALL.to_vec()));
    assert_eq!(reached.len(), FieldError::ALL.len());
}

#[test]
fn the_sentence_of_a_wrong_length_has_its_numbers() {
    assert_eq!(FieldError::TooShort { found: 9, expected: 10 }.counts(), Some((9, 10)));
    assert_eq!(FieldError::TooLong { found: 11, expected: 10 }.counts(), Some((11, 10)));
    assert_eq!(FieldError::CheckDigit.counts(), None);
}

#[test]
fn a_third_digit_of_six_may_be_a_persons() {
    // A cédula of the registry's newer numbers, and a number that is neither a person's nor a public body's.
    let person = Ruc::parse("1760000008001").unwrap();
    assert!(Cedula::parse("1760000008").is_ok() && person.check_digit_holds());
    let domestic = Ruc::parse("1760000008000").unwrap();
    assert_eq!((domestic.kind(), domestic.check_digit_holds()), (RucKind::Domestic, true));
    let neither = Ruc::parse("1760000009001").unwrap();
    assert_eq!((neither.kind(), neither.check_digit_holds()), (RucKind::PublicBody, false));
}

#[test]
fn a_number_of_digits_may_be_a_foreigners_code_where_the_rule_says_so() {
    let rule = ForeignerRule { digits_only: true, ..ForeignerRule::default() };
    let code = RepresentativeId::parse("1234567", &rule).unwrap();
    assert_eq!(code, RepresentativeId::Foreigner(ForeignerCode::parse("1234567", &rule).unwrap()));
    // Ten digits stay a cédula: a mistyped one must not pass as somebody's code.
    assert_eq!(RepresentativeId::parse("1714307104", &rule), Err(FieldError::CheckDigit));
}

#[test]
fn the_registrys_words_are_read_in_every_spelling() {
    for kind in EmployerKind::ALL {
        assert_eq!(EmployerKind::parse(kind.as_str()), Ok(kind));
        assert_eq!(EmployerKind::parse(&format!(" {} ", kind.as_str().to_uppercase())), Ok(kind));
    }
    for word in ["Doméstico", "DOMÉSTICO", "dome\u{301}stico"] {
        assert_eq!(EmployerKind::parse(word), Ok(EmployerKind::Domestico), "{word:?}");
    }
}

#[test]
fn a_bodys_check_digit_is_only_advice() {
    let ruc = Ruc::parse("1792060347001").unwrap();
    assert!(!ruc.check_digit_holds());
}

#[test]
fn a_foreigners_code_is_stored_in_capitals() {
    for shortest_or_longest in ["EXT82".to_owned(), "E".repeat(20)] {
        assert!(RepresentativeId::parse(&shortest_or_longest, &ForeignerRule::default()).is_ok());
    }
    let code = RepresentativeId::parse("ext-82553", &ForeignerRule::default()).unwrap();
    assert_eq!((code.as_str().as_ref(), code.to_string().as_str()), ("EXT82553", "EXT82553"));
    assert_eq!(RepresentativeId::from_stored("EXT82553").unwrap(), code);
}

#[test]
fn numbers_do_not_reach_debug_output() {
    let key = EmployerKey::new(Ruc::parse("1714307103001").unwrap(), Sucursal::FIRST).unwrap();
    assert!(!format!("{key:?} {:?}", key.ruc()).contains("1714307103"));
}

proptest! {
    #[test]
    fn anything_at_all_is_answered_without_a_panic(text in any::<String>(), digits in "[0-9 .-]{0,20}") {
        let rule = ForeignerRule::default();
        for text in [text, digits] {
            // What is taken is taken again in its stored form, as the same.
            if let Ok(cedula) = Cedula::parse(&text) {
                prop_assert_eq!(Cedula::parse(&cedula.to_string()), Ok(cedula));
            }
            if let Ok(ruc) = Ruc::parse(&text) {
                prop_assert_eq!(Ruc::parse(&ruc.to_string()), Ok(ruc));
            }
            if let Ok(sucursal) = Sucursal::parse(&text) {
                prop_assert_eq!(Sucursal::parse(&sucursal.to_string()), Ok(sucursal));
            }
            if let Ok(representative) = RepresentativeId::parse(&text, &rule) {
                let stored = representative.to_string();
                prop_assert_eq!(RepresentativeId::from_stored(&stored), Ok(representative.clone()));
                prop_assert_eq!(RepresentativeId::parse(&stored, &rule), Ok(representative));
            }
            let _ = EmployerKind::parse(&text);
        }
    }

    #[test]
    fn what_is_put_between_digits_changes_nothing(
        gaps in prop::collection::vec("[ .\\-_\u{a0}\u{2011}\u{2013}\u{200b}\u{202f}]{0,3}", 14), wide in any::<bool>(),
    ) {
        let mut typed = String::new();
        for (gap, digit) in gaps.iter().zip("1792060346001".chars()) {
            typed += gap;
            let wider = char::from_u32(u32::from(digit) + 0xFEE0).unwrap();
            typed.push(if wide { wider } else { digit });
        }
        typed += &gaps[13];
        prop_assert_eq!(Ruc::parse(&typed).map(|ruc| ruc.to_string()), Ok("1792060346001".to_owned()));
    }

    #[test]
    fn a_cedula_survives_printing_and_any_changed_digit_is_found(
        province in 1_u8..=24, middle in prop::array::uniform7(0_u8..10), third in 0_u8..6, at in 0_usize..10, by in 1_u8..10,
    ) {
        let mut digits = [province / 10, province % 10, third, 0, 0, 0, 0, 0, 0, 0];
        digits[3..9].copy_from_slice(&middle[..6]);
        digits[9] = cedula::modulus_10(&digits[..9]);
        let cedula = Cedula::from_digits(digits).unwrap();
        prop_assert_eq!(Cedula::parse(&cedula.to_string()), Ok(cedula));
        digits[at] = (digits[at] + by) % 10;
        prop_assert!(Cedula::from_digits(digits).is_err());
    }

    #[test]
    fn swapped_neighbours_in_a_cedula_are_found(middle in 0_u32..6_000_000, at in 0_usize..9) {
        let middle = format!("17{middle:07}");
        let check = cedula::modulus_10(&middle.bytes().map(|b| b - b'0').collect::<Vec<_>>());
        let mut digits: Vec<u8> = format!("{middle}{check}").into_bytes();
        // Modulus 10 with these coefficients cannot tell 09 from 90; nothing else escapes it.
        prop_assume!(digits[at] != digits[at + 1] && [digits[at], digits[at + 1]].iter().any(|d| !b"09".contains(d)));
        digits.swap(at, at + 1);
        prop_assert!(Cedula::parse(std::str::from_utf8(&digits).unwrap()).is_err());
    }

    #[test]
    fn a_mistyped_body_is_advised_and_not_refused(body in 0_u32..1_000_000, at in 3_usize..10, by in 1_u8..10) {
        let nine: Vec<u8> = format!("179{body:06}").bytes().map(|b| b - b'0').collect();
        let Some(check) = modulus_11(&nine, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) else { return Ok(()) };
        let mut digits: Vec<u8> = nine.into_iter().chain([check, 0, 0, 1]).collect();
        let text = |digits: &[u8]| digits.iter().map(u8::to_string).collect::<String>();
        prop_assert!(Ruc::parse(&text(&digits)).unwrap().check_digit_holds());
        digits[at] = (digits[at] + by) % 10;
        prop_assert!(!Ruc::parse(&text(&digits)).unwrap().check_digit_holds());
    }

    #[test]
    fn an_employers_key_survives_being_a_number(body in 0_i64..10_000_000, branch in 1_u16..10_000) {
        let ruc = Ruc::parse(&format!("179{body:07}001")).unwrap();
        let key = EmployerKey::new(ruc, Sucursal::new(branch).unwrap()).unwrap();
        prop_assert_eq!(EmployerKey::from_i64(key.as_i64()), Some(key));
    }

    #[test]
    fn no_stored_number_makes_a_key_that_could_not_be_typed(number in any::<i64>(), near in 0_i64..99_999_999_999_999_999) {
        for number in [number, near] {
            if let Some(key) = EmployerKey::from_i64(number) {
                prop_assert_eq!(key.as_i64(), number);
                prop_assert_eq!(Ruc::parse(&key.ruc().to_string()), Ok(*key.ruc()));
                prop_assert_eq!(EmployerKey::new(*key.ruc(), key.sucursal()), Ok(key));
            }
        }
    }
}
