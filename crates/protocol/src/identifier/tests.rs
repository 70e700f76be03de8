use proptest::prelude::*;

use super::*;

#[test]
fn known_numbers_are_accepted() {
    for cedula in ["1714307103", "1710034065", "171430710-3", " 171 430 7103 ", "１７１４３０７１０３"]
    {
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
    assert_eq!(cedula(""), FieldError::Empty);
    assert_eq!(cedula(" - "), FieldError::Empty);
    assert_eq!(cedula("171430710"), FieldError::TooShort { found: 9, expected: 10 });
    assert_eq!(cedula("17143071034"), FieldError::TooLong { found: 11, expected: 10 });
    assert_eq!(cedula("17143O7103"), FieldError::NotDigits);
    assert_eq!(cedula("1714307104"), FieldError::CheckDigit);
    assert_eq!(cedula("2514307103"), FieldError::Province);
    assert_eq!(cedula("1794307103"), FieldError::ThirdDigit);
    assert_eq!(ruc("17900"), FieldError::TooShort { found: 5, expected: 13 });
    assert_eq!(ruc("1714307104001"), FieldError::CheckDigit);
    assert_eq!(ruc("1790011674000"), FieldError::Establishment);
    assert_eq!(ruc("1780011674001"), FieldError::ThirdDigit);
    assert_eq!(Sucursal::parse("0000").unwrap_err(), FieldError::SucursalZero);
    assert_eq!(Sucursal::parse("00001").unwrap_err(), FieldError::TooLong { found: 5, expected: 4 });
    let domestic = Ruc::domestic(&Cedula::parse("1714307103").unwrap());
    assert_eq!(EmployerKey::new(domestic, Sucursal::parse("2").unwrap()), Err(FieldError::DomesticSucursal));
    let rule = ForeignerRule::default();
    assert_eq!(RepresentativeId::parse("AB1", &rule), Err(FieldError::TooShort { found: 3, expected: 5 }));
    assert_eq!(RepresentativeId::parse("EXT82#53", &rule), Err(FieldError::ForeignerForm));
    assert_eq!(
        RepresentativeId::parse("123456789", &rule),
        Err(FieldError::TooShort { found: 9, expected: 10 })
    );
}

#[test]
fn a_bodys_check_digit_is_only_advice() {
    let ruc = Ruc::parse("1792060347001").unwrap();
    assert!(!ruc.check_digit_holds());
}

#[test]
fn a_foreigners_code_is_stored_in_capitals() {
    let code = RepresentativeId::parse("ext-82553", &ForeignerRule::default()).unwrap();
    assert_eq!(code.as_str(), "EXT82553");
    assert_eq!(RepresentativeId::from_stored("EXT82553").unwrap(), code);
}

#[test]
fn numbers_do_not_reach_debug_output() {
    let key = EmployerKey::new(Ruc::parse("1714307103001").unwrap(), Sucursal::FIRST).unwrap();
    assert!(!format!("{key:?} {:?}", key.ruc()).contains("1714307103"));
}

proptest! {
    #[test]
    fn anything_at_all_is_answered_without_a_panic(text in "\\PC{0,80}") {
        let _ = (Cedula::parse(&text), Ruc::parse(&text), Sucursal::parse(&text));
        let _ = RepresentativeId::parse(&text, &ForeignerRule::default());
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
    fn an_employers_key_survives_being_a_number(body in 0_i64..10_000_000, branch in 1_u16..10_000) {
        let ruc = Ruc::parse(&format!("179{body:07}001")).unwrap();
        let key = EmployerKey::new(ruc, Sucursal::new(branch).unwrap()).unwrap();
        prop_assert_eq!(EmployerKey::from_i64(key.as_i64()), Some(key));
    }
}
