//! A moment under the ring's signature, for one purpose and subject: what its holder carries about in place of a row.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use clavero_protocol::Timestamp;

use crate::KeyRing;

/// Octets of the moment, in microseconds, before those of the signature.
const MOMENT: usize = 8;
const BYTES: usize = MOMENT + 32;

impl KeyRing {
    /// `at`, signed for a purpose and what it is about (base64url, 54 characters).
    pub(crate) fn stamp(&self, purpose: &str, of: &[&[u8]], at: Timestamp) -> String {
        let micros = at.as_micros().to_be_bytes();
        let tag = self.sign(self.active(), purpose, &[of, &[&micros]].concat()).unwrap_or_default();
        BASE64.encode([&micros[..], &tag].concat())
    }

    /// The moment of a stamp that some key of this ring made for this purpose and subject.
    pub(crate) fn stamped(&self, purpose: &str, of: &[&[u8]], stamp: &str) -> Option<Timestamp> {
        let (micros, tag) = read(stamp)?;
        let genuine = self.verify(purpose, &[of, &[&micros]].concat(), &tag);
        genuine.then(|| Timestamp::from_micros(i64::from_be_bytes(micros)))
    }
}

/// The moment that a stamp claims; whether it is genuine only who knows its subject can tell.
pub(crate) fn claimed(stamp: &str) -> Option<Timestamp> {
    read(stamp).map(|(micros, _)| Timestamp::from_micros(i64::from_be_bytes(micros)))
}

fn read(stamp: &str) -> Option<([u8; MOMENT], [u8; BYTES - MOMENT])> {
    let bytes: [u8; BYTES] = BASE64.decode(stamp).ok()?.try_into().ok()?;
    let (micros, tag) = bytes.split_first_chunk()?;
    Some((*micros, tag.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_holds_for_its_purpose_and_subject_under_its_ring_and_whole() {
        let (ring, other) = (KeyRing::ephemeral().unwrap(), KeyRing::ephemeral().unwrap());
        let at = Timestamp::from_micros(1_800_000_000_000_000);
        let of: [&[u8]; 2] = [b"employer", b"mailbox"];
        let stamp = ring.stamp("voucher", &of, at);
        assert_eq!(ring.stamped("voucher", &of, &stamp), Some(at));
        assert_eq!(claimed(&stamp), Some(at));
        assert_eq!(ring.stamped("opened-form", &of, &stamp), None);
        assert_eq!(
            ring.stamped("voucher", &[b"employe", b"rmailbox"], &stamp),
            None,
            "parts are led by their length"
        );
        assert_eq!(other.stamped("voucher", &of, &stamp), None);
        let later = ring.stamp("voucher", &of, at + std::time::Duration::from_micros(1));
        let mixed = format!("{}{}", &later[..11], &stamp[11..]);
        assert!(claimed(&mixed).is_some());
        assert_eq!(ring.stamped("voucher", &of, &mixed), None, "another moment");
        assert_eq!(claimed(&stamp[..stamp.len() - 1]), None);
        assert_eq!(claimed(&format!("{stamp}A")), None);
    }
}
