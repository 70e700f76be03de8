//! What is personal in an entry: sealed under a key of its own, which can be destroyed.
//!
//! The leaf holds the sealed bytes, so that the tree stays whole when the key is gone ("crypto-shredding"): the entry then
//! tells what happened and when, and no longer to whom.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::json::{self, Object};

/// Bytes of a nonce of XChaCha20-Poly1305.
const NONCE: usize = 24;

/// Personal data: fields by name. No `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Personal(pub Object);

/// The key of one entry's personal data. No `Debug`, and it wipes itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey(pub [u8; 32]);

/// Binds sealed bytes to their place in the log.
fn associated(index: u64) -> String {
    format!("clavero.audit/v1/{index}")
}

impl DataKey {
    fn cipher(&self) -> Option<XChaCha20Poly1305> {
        Some(XChaCha20Poly1305::new(self.0.as_slice().try_into().ok()?))
    }

    /// Seals personal data for entry `index`: nonce and ciphertext in base 64.
    #[must_use]
    pub fn seal(&self, index: u64, nonce: [u8; NONCE], personal: &Personal) -> Option<String> {
        let text = json::write(&personal.0);
        let associated = associated(index);
        let payload = Payload { msg: text.as_bytes(), aad: associated.as_bytes() };
        let mut sealed = nonce.to_vec();
        sealed.extend(self.cipher()?.encrypt(&XNonce::from(nonce), payload).ok()?);
        Some(BASE64.encode(sealed))
    }

    /// Opens what was sealed for entry `index`. `None` when it was not, or not with this key.
    #[must_use]
    pub fn open(&self, index: u64, sealed: &str) -> Option<Personal> {
        let sealed = BASE64.decode(sealed).ok()?;
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let associated = associated(index);
        let payload = Payload { msg: sealed, aad: associated.as_bytes() };
        let text = self.cipher()?.decrypt(&XNonce::from(nonce), payload).ok()?;
        json::read(std::str::from_utf8(&text).ok()?).ok().map(Personal)
    }
}
