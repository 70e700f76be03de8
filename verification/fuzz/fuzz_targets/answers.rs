//! The tax authority's answer: whatever it says, it is a state of the very RUC that was asked about, in words that a page can
//! show, or a fault.
#![no_main]
#![expect(dead_code, reason = "a reading has few of the faults that a query has")]

#[path = "../../../crates/tax/src/answer.rs"]
mod answer;
#[path = "../../../crates/tax/src/fault.rs"]
mod fault;

use std::sync::LazyLock;

use clavero_protocol::{Ruc, TaxState};
use fault::Fault;
use libfuzzer_sys::fuzz_target;

static ASKED: LazyLock<Ruc> = LazyLock::new(|| Ruc::parse("1790011674001").expect("a RUC"));

fuzz_target!(|body: &[u8]| {
    let Ok(answer) = answer::read(body, &ASKED) else { return };
    if answer.state == TaxState::Unknown && answer.word.is_empty() {
        let plain: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        assert!(plain.is_empty() || plain == b"[]", "{answer:?}");
        return;
    }
    assert_eq!(answer.state, TaxState::parse(&answer.word));
    assert!(!answer.word.is_empty() && !answer.word.chars().any(char::is_control), "{answer:?}");
    assert!(answer.since.is_ascii() && !answer.since.contains(['<', '>', '&', '"', '\'']), "{answer:?}");
    // What decides nothing is passed over unread: it may be Latin-1, or nested deeper than the other reader goes.
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&String::from_utf8_lossy(body)) else { return };
    assert_eq!(json[0]["numeroRuc"], "1790011674001", "an answer about another RUC");
    assert_eq!(json.as_array().map(Vec::len), Some(1));
});
