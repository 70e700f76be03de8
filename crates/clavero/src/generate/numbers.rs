//! Numbers whose check digits hold, each of them once.

/// Coefficients of modulus 11 for a company's RUC and for a public body's.
const PRIVATE: [u64; 9] = [4, 3, 2, 7, 6, 5, 4, 3, 2];
const PUBLIC: [u64; 8] = [3, 2, 7, 6, 5, 4, 3, 2];

/// Walks over `0..size` in an order that looks like chance and meets each number once.
#[derive(Debug, Clone)]
pub(crate) struct Walk {
    at: u64,
    step: u64,
    size: u64,
}

impl Walk {
    pub(crate) const fn new(seed: u64, size: u64) -> Self {
        // A prime that divides none of the sizes below (24 × 6 × 10⁶ and parts of it) visits them all.
        Self { at: seed % size, step: 6_700_417 % size, size }
    }

    const fn next(&mut self) -> u64 {
        self.at = (self.at + self.step) % self.size;
        self.at
    }
}

/// Provinces 01 to 24 and six free digits of a cédula with its third from 0 to 5.
pub(crate) const CEDULAS: u64 = 24 * 6 * 1_000_000;
/// The same of a company's RUC, its third digit being 9.
pub(crate) const COMPANIES: u64 = 24 * 1_000_000;
/// The same of a public body's, with five free digits.
pub(crate) const BODIES: u64 = 24 * 100_000;

/// A cédula whose last digit holds.
pub(crate) fn cedula(walk: &mut Walk) -> String {
    let number = walk.next();
    let (province, third, rest) = (number % 24 + 1, number / 24 % 6, number / 144);
    let nine = format!("{province:02}{third}{rest:06}");
    let sum: u64 = digits(&nine)
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 - if digit > 4 { 9 } else { 0 } } else { digit })
        .sum();
    format!("{nine}{}", (10 - sum % 10) % 10)
}

/// A company's RUC whose check digit holds.
pub(crate) fn company(walk: &mut Walk) -> String {
    with_check_digit(walk, &PRIVATE, |number| format!("{:02}9{:06}", number % 24 + 1, number / 24)) + "001"
}

/// A public body's RUC whose check digit holds.
pub(crate) fn public_body(walk: &mut Walk) -> String {
    with_check_digit(walk, &PUBLIC, |number| format!("{:02}6{:05}", number % 24 + 1, number / 24)) + "0001"
}

/// Passes over the numbers whose check digit would be ten.
fn with_check_digit(walk: &mut Walk, coefficients: &[u64], write: impl Fn(u64) -> String) -> String {
    loop {
        let text = write(walk.next());
        let sum: u64 = digits(&text).zip(coefficients).map(|(digit, by)| digit * by).sum();
        match sum % 11 {
            1 => {}
            0 => return text + "0",
            rest => return format!("{text}{}", 11 - rest),
        }
    }
}

fn digits(text: &str) -> impl Iterator<Item = u64> {
    text.bytes().map(|byte| u64::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use clavero_protocol::{Cedula, Ruc, RucKind};

    use super::*;

    #[test]
    fn every_number_holds_and_none_comes_twice() {
        let (mut people, mut companies, mut bodies) =
            (Walk::new(7, CEDULAS), Walk::new(7, COMPANIES), Walk::new(7, BODIES));
        let mut seen = HashSet::new();
        for _ in 0..2_000 {
            let person = cedula(&mut people);
            assert!(Cedula::parse(&person).is_ok(), "{person}");
            for (ruc, kind) in [
                (person.clone() + "001", RucKind::Natural),
                (company(&mut companies), RucKind::PrivateBody),
                (public_body(&mut bodies), RucKind::PublicBody),
            ] {
                let parsed = Ruc::parse(&ruc).unwrap();
                assert!(parsed.kind() == kind && parsed.check_digit_holds(), "{ruc}");
                assert!(seen.insert(ruc));
            }
        }
    }
}
