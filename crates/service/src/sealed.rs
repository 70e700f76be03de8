//! The form of what is sealed. Its head names form and key, and is bound to what follows: neither can be changed to mean another.
//!
//! - form `0x81`: `0x81`, length of the key's id, the id, 24 octets of nonce, XChaCha20-Poly1305 of the value under a key derived for its
//!   purpose; bound are the head and the owner.
//! - of before: the same without the first octet (an id is shorter than `0x80`), and bound is the owner alone.
//!
//! Another algorithm gets another first octet, and `clavero keys reseal` brings what is there into it.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use zeroize::Zeroizing;

use crate::{KeyRing, secrets::random};

/// The form in which values are sealed today.
const FORM: u8 = 0x81;

/// What something is sealed for: it opens for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealFor {
    /// An employer's mailbox, in the registry.
    EmployerEmail,
    /// The mailbox that a case names.
    CaseEmail,
    /// What persons typed in a case.
    CaseDossier,
    OfficerEmail,
    /// The secret of an officer's authenticator app.
    OfficerTotp,
    OfficerPasskey,
    /// A step with an authenticator that is under way.
    OfficerCeremony,
    /// The key of the personal data of an entry in the audit log.
    LogKey,
}

impl SealFor {
    const fn label(self) -> &'static str {
        match self {
            Self::EmployerEmail => "email-seal",
            Self::CaseEmail => "case-email-seal",
            Self::CaseDossier => "case-dossier",
            Self::OfficerEmail => "officer-email",
            Self::OfficerTotp => "officer-totp",
            Self::OfficerPasskey => "officer-passkey",
            Self::OfficerCeremony => "officer-ceremony",
            Self::LogKey => "audit-data-key",
        }
    }
}

/// A sealed value, read.
struct Parts<'a> {
    key_id: &'a str,
    /// Bound beside the owner.
    head: &'a [u8],
    nonce: [u8; 24],
    sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(whole: &'a [u8]) -> Option<Self> {
        let (length, rest, is_old) = match whole {
            [FORM, length, rest @ ..] => (length, rest, false),
            [length @ ..=0x7f, rest @ ..] => (length, rest, true),
            _ => return None,
        };
        let (id, rest) = rest.split_at_checked(usize::from(*length))?;
        let (nonce, sealed) = rest.split_at_checked(24)?;
        Some(Self {
            key_id: std::str::from_utf8(id).ok()?,
            head: if is_old { &[] } else { &whole[..2 + id.len()] },
            nonce: nonce.try_into().ok()?,
            sealed,
        })
    }
}

/// How a value begins that is sealed under this key: in the form of today, and in that of before.
pub(crate) fn heads(key_id: &str) -> [Vec<u8>; 2] {
    // The ring refuses longer names.
    let length = u8::try_from(key_id.len()).unwrap_or(u8::MAX);
    [[&[FORM, length], key_id.as_bytes()].concat(), [&[length], key_id.as_bytes()].concat()]
}

/// The id of the key that a value says to be sealed under.
pub(crate) fn key_id(whole: &[u8]) -> Option<&str> {
    Parts::read(whole).map(|parts| parts.key_id)
}

impl KeyRing {
    /// Seals bytes under the active key, for one purpose and of one owner only.
    pub(crate) fn seal(&self, purpose: SealFor, of: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
        let id = self.active();
        let [mut whole, _] = heads(id);
        let nonce = random::<24>();
        let bound = [&whole, of].concat();
        let payload = Payload { msg: bytes, aad: &bound };
        let sealed = self.cipher(id, purpose)?.encrypt(&XNonce::from(nonce), payload).ok()?;
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        Some(whole)
    }

    /// Opens what [`Self::seal`] sealed, in any form that there was. `None` when it was for another purpose or owner, or by another
    /// ring.
    pub(crate) fn open_sealed(
        &self,
        purpose: SealFor,
        of: &[u8],
        whole: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let Parts { key_id, head, nonce, sealed } = Parts::read(whole)?;
        let bound = [head, of].concat();
        let payload = Payload { msg: sealed, aad: &bound };
        self.cipher(key_id, purpose)?.decrypt(&XNonce::from(nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self, key_id: &str, purpose: SealFor) -> Option<XChaCha20Poly1305> {
        let key = self.derive(key_id, purpose.label(), &[])?;
        Some(XChaCha20Poly1305::new(key.as_slice().try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSE: SealFor = SealFor::CaseDossier;

    /// As the program did it before values named their form.
    fn sealed_of_before(ring: &KeyRing, of: &[u8], bytes: &[u8]) -> Vec<u8> {
        let key = ring.derive(ring.active(), PURPOSE.label(), &[]).unwrap();
        let cipher = XChaCha20Poly1305::new(key.as_slice().try_into().unwrap());
        let nonce = [7; 24];
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: bytes, aad: of }).unwrap();
        [b"\x02k1".as_slice(), &nonce, &sealed].concat()
    }

    fn opened(ring: &KeyRing, of: &[u8], whole: &[u8]) -> Option<Vec<u8>> {
        ring.open_sealed(PURPOSE, of, whole).map(|opened| opened.to_vec())
    }

    #[test]
    fn a_value_names_its_form_and_its_key_and_opens_for_its_owner_and_purpose_only() {
        let ring = KeyRing::ephemeral().unwrap();
        let whole = ring.seal(PURPOSE, b"case 7", b"Calle Larga 1").unwrap();
        assert_eq!(whole[..4], *b"\x81\x02k1");
        assert_eq!(whole.len(), 4 + 24 + 13 + 16);
        assert_eq!(key_id(&whole), Some("k1"));
        assert_eq!(opened(&ring, b"case 7", &whole), Some(b"Calle Larga 1".to_vec()));
        assert_eq!(opened(&ring, b"case 8", &whole), None);
        assert!(ring.open_sealed(SealFor::CaseEmail, b"case 7", &whole).is_none());
        assert_eq!(opened(&KeyRing::ephemeral().unwrap(), b"case 7", &whole), None);
    }

    #[test]
    fn what_was_sealed_before_forms_were_named_opens() {
        let ring = KeyRing::ephemeral().unwrap();
        let whole = sealed_of_before(&ring, b"case 7", b"Calle Larga 1");
        assert_eq!(key_id(&whole), Some("k1"));
        assert_eq!(opened(&ring, b"case 7", &whole), Some(b"Calle Larga 1".to_vec()));
        assert_eq!(opened(&ring, b"case 8", &whole), None);
        let [today, before] = heads("k1");
        assert!(whole.starts_with(&before) && !whole.starts_with(&today));
    }

    #[test]
    fn neither_form_can_be_written_over_to_mean_the_other() {
        let ring = KeyRing::ephemeral().unwrap();
        let whole = ring.seal(PURPOSE, b"case 7", b"Calle Larga 1").unwrap();
        assert_eq!(opened(&ring, b"case 7", &whole[1..]), None, "as one of before");
        let old = sealed_of_before(&ring, b"case 7", b"Calle Larga 1");
        assert_eq!(opened(&ring, b"case 7", &[&[FORM], old.as_slice()].concat()), None, "as one of today");
    }

    #[test]
    fn whatever_lies_there_is_read_without_a_fault() {
        let ring = KeyRing::ephemeral().unwrap();
        let whole = ring.seal(PURPOSE, b"", b"x").unwrap();
        for end in 0..whole.len() {
            assert_eq!(opened(&ring, b"", &whole[..end]), None, "cut after {end}");
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            assert_eq!(opened(&ring, b"", &other), None, "changed at {at}");
        }
        for first in 0x80..=0xff {
            assert!(key_id(&[first; 64]).is_none(), "a form of {first:#x}");
        }
    }
}
