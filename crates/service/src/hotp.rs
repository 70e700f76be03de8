//! The one-time code: HOTP (RFC 4226).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// The code for `counter` under `key`, `digits` long (6 to 8, RFC 4226 §5.3).
#[must_use]
pub(crate) fn hotp(key: &[u8], counter: u64, digits: u8) -> String {
    let mac = match Hmac::<Sha1>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(counter.to_be_bytes()).finalize().into_bytes(),
        Err(_) => unreachable!("HMAC takes keys of any length"),
    };
    // Dynamic truncation, RFC 4226 §5.4.
    let offset = usize::from(mac[19] & 0x0f);
    let binary =
        u32::from_be_bytes([mac[offset], mac[offset + 1], mac[offset + 2], mac[offset + 3]]) & 0x7fff_ffff;
    let code = binary % 10_u32.pow(u32::from(digits));
    format!("{code:0width$}", width = usize::from(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4226, appendix D.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, code) in (0..).zip(expected) {
            assert_eq!(hotp(b"12345678901234567890", counter, 6), code);
        }
    }
}
