//! Keys that are known beforehand, and the forms in which a secret could be lying about.

use std::{fmt::Write as _, io::BufRead as _};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// Argon2id of "la clave que ya tenía 1", made by another program with the parameters that this one has too.
pub(crate) const ARGON2_OF_OLD_KEY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$xUbWrpWni3mD1SsAgMSxNQ$c+W/Z56VCbp4URKswZAB4g1YEHuiFd9dmTV4rwav2ho";

/// The same key with parameters of its own.
pub(crate) const ARGON2_OF_OLD_KEY_ELSEWHERE: &str =
    "$argon2id$v=19$m=8192,t=3,p=2$FSmbJH/bBrMMZD3vTCY7Rg$MYNjDtZubZ85HhXYqLTUo0qVHeLiHICzifdjCwkNg1M";

/// Two small digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

/// The forms in which a secret could be lying about.
pub(crate) fn disguises(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.as_bytes().to_vec()];
    let mut raw = vec![secret.as_bytes().to_vec()];
    // A token is the text of 256 bits; its bytes are as good as the text.
    if let Some(bytes) = URL_SAFE_NO_PAD.decode(secret).ok().filter(|bytes| bytes.len() >= 16) {
        forms.push(bytes.clone());
        raw.push(bytes);
    }
    for bytes in raw {
        forms.push(hex(&bytes).into_bytes());
        forms.push(hex(&bytes).to_uppercase().into_bytes());
        // Without its last characters, which depend on what follows.
        for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.push(text.as_bytes()[..text.len() - 1].to_vec());
        }
    }
    forms
}

/// Whether the bytes stand there.
pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let mut rest = haystack;
    loop {
        // Reading on to a byte is the library's own fast loop; these tests are not compiled for speed.
        let mut after = rest;
        let read = after.skip_until(needle[0]).expect("memory can be read");
        if read == 0 || rest[read - 1] != needle[0] {
            return false;
        }
        if rest[read - 1..].starts_with(needle) {
            return true;
        }
        rest = after;
    }
}
