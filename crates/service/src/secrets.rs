//! Random tokens: what the holder carries, and the digest that is stored of it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use clavero_store::Digest;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of a token: 256 bits.
const BYTES: usize = 32;
/// Characters of its text (base64url, RFC 4648 §5, no padding).
const CHARACTERS: usize = 43;

/// A random 256-bit token. It has no `Debug`, and it wipes itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token([u8; BYTES]);

impl Token {
    /// A fresh one from the operating system's generator.
    #[must_use]
    pub fn random() -> Self {
        Self(random())
    }

    /// One that is derived from a secret, so that it can be derived again.
    #[must_use]
    pub(crate) const fn derived(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads the text of a token: exactly as many characters as [`Self::text`] gives, no more and no less.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != CHARACTERS {
            return None;
        }
        let mut token = Self([0; BYTES]);
        let length = BASE64.decode_slice(text, &mut token.0).ok()?;
        (length == BYTES).then_some(token)
    }

    /// What is stored of it: its SHA-256.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Sha256::digest(self.0).into()
    }

    /// The text that its holder gets.
    #[must_use]
    pub fn text(&self) -> String {
        BASE64.encode(self.0)
    }
}

/// Bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: nothing that this service does is safe then.
#[must_use]
#[expect(clippy::expect_used, reason = "without randomness there is no way on")]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_token_is_one() {
        let text = Token::random().text();
        assert_eq!(text.len(), CHARACTERS);
        assert!(Token::parse(&text).is_some());
        assert!(Token::parse(&text[..42]).is_none());
        assert!(Token::parse(&format!("{text}A")).is_none());
        assert!(Token::parse("").is_none());
    }
}
