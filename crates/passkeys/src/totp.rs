//! One-time passwords by time (RFC 6238), as authenticator apps make them: HMAC-SHA-1, 30 seconds, six digits.

use subtle::ConstantTimeEq as _;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

/// Seconds that a code stands for (RFC 6238 §5.2).
pub const STEP_SECONDS: u64 = 30;
/// Bytes of a secret: as long as HMAC-SHA-1's output (RFC 4226 §4, R6).
pub const SECRET_BYTES: usize = 20;
/// Steps before and after the present one that are taken as well: for a clock that is off (RFC 6238 §5.2).
const SKEW: u64 = 1;
const DIGITS: u8 = 6;

/// The secret that an authenticator app and this service share. No `Debug`; it wipes itself.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl TotpSecret {
    /// From random bytes, or from those that were kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// As it is typed into an app where no camera is: base 32 in groups of four.
    #[must_use]
    pub fn typed(&self) -> String {
        let text = Zeroizing::new(Secret::new(self.0.to_vec().into()).to_base32());
        let groups: Vec<&str> =
            text.as_bytes().chunks(4).filter_map(|group| str::from_utf8(group).ok()).collect();
        groups.join(" ")
    }

    /// The address that apps read from a QR code (the "Key Uri Format"). `None` where issuer or account cannot stand in
    /// one.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> Option<Zeroizing<String>> {
        // A colon parts issuer and account there.
        let issuer = issuer.replace(':', " ");
        self.totp(Some(&issuer), account)?.to_url().ok().map(Zeroizing::new)
    }

    /// The code at a moment, in seconds since the Unix epoch.
    #[must_use]
    pub fn code(&self, seconds: u64) -> Option<Zeroizing<String>> {
        self.totp(None, "").map(|totp| Zeroizing::new(totp.generate(seconds).to_string()))
    }

    /// The step that a typed code stands for, at a moment in seconds since the Unix epoch: the present one, one before or
    /// one after, and always later than `used`, the latest that was taken. `None` for a wrong, stale or used code.
    ///
    /// The caller keeps the step in the same transaction as what the code opens (RFC 6238 §5.2: a code is taken once).
    #[must_use]
    pub fn step(&self, typed: &str, seconds: u64, used: Option<u64>) -> Option<u64> {
        let totp = self.totp(None, "")?;
        let present = seconds / STEP_SECONDS;
        let mut found = None;
        // Every step is compared, whichever it is: the time tells nothing.
        for step in present.saturating_sub(SKEW)..=present + SKEW {
            let code = Zeroizing::new(totp.generate(step * STEP_SECONDS).to_string());
            let is_it: bool = code.as_bytes().ct_eq(typed.as_bytes()).into();
            if is_it && used.is_none_or(|used| step > used) {
                found = Some(step);
            }
        }
        found
    }

    fn totp(&self, issuer: Option<&str>, account: &str) -> Option<Totp> {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP_SECONDS)
            .with_secret(Secret::new(self.0.to_vec().into()))
            .with_issuer(issuer)
            .with_account_name(account)
            .build()
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's appendix B.
    fn rfc() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().code(seconds).unwrap().as_str(), code, "at {seconds}");
        }
    }

    #[test]
    fn one_step_of_skew_is_taken_and_two_are_not() {
        let at = |step: u64| step * STEP_SECONDS + 7;
        let code = rfc().code(at(1_000)).unwrap();
        for (step, taken) in [(998, false), (999, true), (1_000, true), (1_001, true), (1_002, false)] {
            assert_eq!(rfc().step(&code, at(step), None).is_some(), taken, "at {step}");
        }
    }

    #[test]
    fn a_used_step_and_the_ones_before_it_are_never_taken_again() {
        let now = 1_000 * STEP_SECONDS;
        let (earlier, present) = (rfc().code(now - 30).unwrap(), rfc().code(now).unwrap());
        let used = rfc().step(&present, now, None).unwrap();
        assert_eq!(used, 1_000);
        assert_eq!(rfc().step(&present, now, Some(used)), None);
        assert_eq!(rfc().step(&earlier, now, Some(used)), None);
        let next = rfc().code(now + 30).unwrap();
        assert_eq!(rfc().step(&next, now, Some(used)), Some(1_001));
    }

    #[test]
    fn anything_but_the_six_digits_is_wrong() {
        let now = 59;
        for typed in ["", "28708", "2870822", "28708２", "287 082", "287083"] {
            assert_eq!(rfc().step(typed, now, None), None, "{typed:?}");
        }
    }

    #[test]
    fn an_app_can_read_the_address_and_a_person_can_type_the_secret() {
        let uri = rfc().uri("Institución: prueba", "ana@ventanilla.example").unwrap();
        assert!(uri.starts_with("otpauth://totp/"), "{}", uri.as_str());
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{}", uri.as_str());
        assert_eq!(rfc().typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
