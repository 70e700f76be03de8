//! Keys that an import brings: a hash that is taken stays within the bounds of memory and time, written down here a second time,
//! can be compared with, and matches no password by accident.
#![no_main]

use std::sync::{Arc, LazyLock};

use clavero_protocol::NormalizedPassword;
use clavero_service::{Hasher, KeyRing, is_verifiable};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

static HASHER: LazyLock<Hasher> =
    LazyLock::new(|| Hasher::start(Arc::new(KeyRing::ephemeral().expect("a ring"))));
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime"));

fuzz_target!(|text: &str| {
    if !is_verifiable(text) {
        return;
    }
    assert!(text.starts_with('$') && text.len() <= 512 && text.is_ascii(), "{text:?}");
    let Some(cost) = cost(text) else { panic!("{text} is taken and says no cost") };
    // As long as a comparison of a key of today at most: the longer ones are the other tests' matter.
    if cost > 20_000 {
        return;
    }
    let password = NormalizedPassword::new("tetera nube farol brisa cuento");
    let verdict =
        RUNTIME.block_on(HASHER.verify(password, Some(text.to_owned()))).expect("room in the queue");
    assert!(!verdict.matches, "{text} is nobody's hash of this password");
});

/// What a comparison costs: KiB times passes, rounds, or two to the cost. `None` past the bounds that the documents name.
fn cost(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.split('$').collect();
    if parts[1].starts_with('2') {
        let cost: u32 = parts[2].parse().ok()?;
        return (text.len() == 60 && cost <= 14).then_some(100 << cost);
    }
    let parameters = parts.iter().find(|part| part.contains('=') && !part.starts_with("v="))?;
    let number = |name: &str| -> Option<u64> {
        parameters.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    };
    match parts[1] {
        "argon2id" | "argon2i" | "argon2d" => {
            let (memory, passes, lanes) = (number("m")?, number("t")?, number("p")?);
            ((8..=131_072).contains(&memory) && (1..=16).contains(&passes) && (1..=8).contains(&lanes))
                .then_some(memory * passes)
        }
        "pbkdf2-sha256" | "pbkdf2-sha512" => number("i").filter(|rounds| (1..=5_000_000).contains(rounds)),
        _ => None,
    }
}
