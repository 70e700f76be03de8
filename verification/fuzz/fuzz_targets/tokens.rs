//! The token of a link: exactly 43 characters of base64url, one text for each, and any other text is none or another one.
#![no_main]

use clavero_service::Token;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some((place, rest)) = data.split_first()
        && let Ok(text) = str::from_utf8(rest)
    {
        let read = Token::parse(text);
        assert_eq!(read.is_some(), is_token(text), "{text:?}");
        if let Some(token) = read {
            assert_eq!(token.text(), text);
            around(text, usize::from(*place), token.digest());
        }
    }
});

/// 256 bits in 43 characters of six: the last one's two lowest bits are none of the token's.
fn is_token(text: &str) -> bool {
    let last = |c: u8| b"AEIMQUYcgkosw048".contains(&c);
    text.len() == 43
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        && text.bytes().last().is_some_and(last)
}

/// Whatever differs in a character, or in length, opens nothing that this one opens.
fn around(text: &str, place: usize, digest: [u8; 32]) {
    for other in [
        text[1..].to_owned(),
        text[..42].to_owned(),
        format!("{text}A"),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
        changed(text, place),
    ] {
        assert!(Token::parse(&other).is_none_or(|other| other.digest() != digest), "{other:?}");
    }
}

fn changed(text: &str, place: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let place = place % bytes.len();
    bytes[place] = if bytes[place] == b'A' { b'E' } else { b'A' };
    String::from_utf8(bytes).expect("ASCII")
}
