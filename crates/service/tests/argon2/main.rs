//! The Argon2 that was chosen for its speed against the older one, and both against the RFC. `examples/argon2.rs` compares more,
//! and says what a hash takes.

use clavero_protocol::Hex;
use clavero_service::argon2::{Argon2, TAG, Variant, Vectorized, Work};

mod judge;

#[test]
fn two_implementations_agree_on_random_inputs() {
    judge::compare(1_000).unwrap();
}

/// RFC 9106 §5.1 to §5.3. Their associated data is what keys here never have, so they go past our seam.
#[test]
fn tags_are_those_of_the_rfc() {
    let tags = [
        (0, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"),
        (1, "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8"),
        (2, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
    ];
    let params =
        argon2_rust::Params::builder().memory(argon2_rust::params::Memory::kib(32)).passes(3).lanes(4);
    for (variant, expected) in tags {
        let algorithm = argon2_rust::Algorithm::from_u32(variant).unwrap();
        let argon2 =
            argon2_rust::Argon2::new(algorithm, argon2_rust::Version::V0x13, params.build().unwrap());
        let mut tag = [0; TAG];
        argon2.hash_into_with_ad(&[1; 32], &[2; 16], &[3; 8], &[4; 12], &mut tag).unwrap();
        assert_eq!(hex(tag), expected);
    }
}

/// `printf password | argon2 somesalt -d -t 2 -k 64 -p 1 -l 32 -r`, and `-i`, and `-id`: Debian's package `argon2`, the
/// reference implementation.
#[test]
fn tags_are_those_of_the_reference_implementation() {
    let tags = [
        (Variant::D, "f920d95538648465abeeba6ae06ea532ed26df314aff60150237d8fe116f62cd"),
        (Variant::I, "989da65458e8be1440ae555d0b3c8ac3a6584e0d2290b9dcc915a68a71e41c1e"),
        (Variant::Id, "16a1a498734609dd01456da406de9f3d9da93e6c86c300a12fc1465214ce4922"),
    ];
    for (variant, expected) in tags {
        let (memory, iterations, lanes) = (64, 2, 1);
        let (password, salt, pepper) = (&b"password"[..], &b"somesalt"[..], &[][..]);
        let work = Work { variant, memory, iterations, lanes, password, salt, pepper };
        assert_eq!(Vectorized::default().tag(&work).map(hex).as_deref(), Some(expected));
    }
}

fn hex(tag: [u8; TAG]) -> String {
    Hex(&tag).to_string()
}
