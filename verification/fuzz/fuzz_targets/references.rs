//! References of cases and secrets of slips: what is taken has the check symbol that arithmetic gives it, is read back however
//! it is written, and is no longer taken once a symbol is wrong or two neighbours are swapped.
#![no_main]

use clavero_protocol::{CaseReference, ReferenceError};
use libfuzzer_sys::fuzz_target;

/// Crockford's thirty-two.
const SYMBOLS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fuzz_target!(|data: &[u8]| {
    if let Some((random, rest)) = data.split_first_chunk::<10>()
        && let Some(drawn) = CaseReference::from_random(*random)
    {
        holds(drawn);
        slips(drawn, rest);
    }
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(read) = CaseReference::parse(text) {
        holds(read);
        slips(read, data);
        if text.is_ascii() {
            let typed: String =
                text.to_ascii_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
            assert_eq!(typed.replace('O', "0").replace(['I', 'L'], "1"), read.as_str());
        }
    }
});

fn value(reference: &str) -> Vec<u128> {
    reference.chars().map(|c| SYMBOLS.find(c).expect("one of the thirty-two") as u128).collect()
}

fn holds(reference: CaseReference) {
    let text = reference.as_str();
    let values = value(text);
    let (number, check) = (values[..15].iter().fold(0, |number, symbol| number * 32 + symbol), values[15]);
    assert_eq!((values.len(), number % 37), (16, check), "{text}");
    let shown = reference.to_string();
    assert_eq!((shown.len(), shown.replace('-', "")), (19, text.to_owned()));
    for written in [
        text,
        &shown,
        &shown.to_lowercase(),
        &shown.replace('0', "o").replace('1', "l"),
        &shown.replace('-', " "),
    ] {
        assert_eq!(CaseReference::parse(written), Ok(reference), "{written}");
    }
}

/// One wrong symbol and one swap, wherever the bytes say.
fn slips(reference: CaseReference, data: &[u8]) {
    let [place, other, ..] = *data else { return };
    let (place, other) = (usize::from(place) % 16, SYMBOLS.as_bytes()[usize::from(other) % 32]);
    let right = reference.as_str().as_bytes();
    let mut wrong = right.to_vec();
    wrong[place] = other;
    let mut swapped = right.to_vec();
    swapped.swap(place, (place + 1) % 16);
    // The last symbol and the first are no neighbours.
    let swaps = if place == 15 { None } else { Some(swapped) };
    for slip in [Some(wrong), swaps].into_iter().flatten().filter(|slip| slip != right) {
        let text = str::from_utf8(&slip).expect("ASCII");
        assert_eq!(CaseReference::parse(text), Err(ReferenceError::Slip), "{text}");
    }
}
