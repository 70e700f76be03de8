//! The password policy: length, guessability in context, and what has been breached. No composition rules
//! (NIST SP 800-63B-4 §3.1.1.2).

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// zxcvbn's time grows with the square of the length; a strong beginning is strong enough.
const ESTIMATED: usize = 100;
/// Guesses that zxcvbn calls "safely unguessable".
const LEAST_SCORE: u8 = 3;

/// Lengths in characters (code points) after NFKC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// 15 where the password is the only factor.
    pub min_length: usize,
    /// At least 64.
    pub max_length: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_length: 15, max_length: 128 }
    }
}

/// Passwords that are known to attackers.
pub trait BreachedPasswords: Send + Sync {
    /// Whether the whole of `password` (normalised) is among them.
    fn contains(&self, password: &str) -> bool;
}

/// A password in the form that is compared and hashed: NFKC. Wiped when dropped, not printable.
#[derive(Clone)]
pub struct NormalizedPassword(Zeroizing<String>);

impl NormalizedPassword {
    /// Normalises without judging: for comparing with what is stored.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.nfkc().collect()))
    }

    /// The bytes to hash: all of them, never truncated.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Why a password is refused. The code is also the key of its sentence (`weak-CODE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeakReason {
    /// Too few characters.
    TooShort {
        /// How many are missing.
        missing: usize,
    },
    /// Too many characters.
    TooLong {
        /// How many there may be.
        max: usize,
    },
    /// Among those that were breached.
    Breached,
    /// It leans on the employer's own data or the institution's words.
    Context,
    /// Repeats or sequences carry it.
    Pattern,
    /// Too easily guessed for another reason.
    Guessable,
}

impl WeakReason {
    /// The code, kebab-case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::TooLong { .. } => "too-long",
            Self::Breached => "breached",
            Self::Context => "context",
            Self::Pattern => "pattern",
            Self::Guessable => "guessable",
        }
    }
}

/// How hard a password is to guess, in the five steps of zxcvbn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Strength(u8);

impl Strength {
    /// 0 (guessed at once) to 4 (very hard).
    #[must_use]
    pub const fn score(self) -> u8 {
        self.0
    }
}

impl PasswordPolicy {
    /// Judges a new password. `context` holds the words that an attacker of this employer would try first.
    pub fn check(
        &self,
        text: &str,
        context: &[&str],
        breached: &dyn BreachedPasswords,
    ) -> Result<NormalizedPassword, Vec<WeakReason>> {
        let password = NormalizedPassword::new(text);
        let length = password.0.chars().count();
        if length < self.min_length {
            return Err(vec![WeakReason::TooShort { missing: self.min_length - length }]);
        }
        if length > self.max_length {
            return Err(vec![WeakReason::TooLong { max: self.max_length }]);
        }
        let mut reasons = Vec::new();
        if breached.contains(&password.0) {
            reasons.push(WeakReason::Breached);
        }
        reasons.extend(guessable(&password.0, context));
        if reasons.is_empty() { Ok(password) } else { Err(reasons) }
    }

    /// How strong it is, for the words shown as one types.
    #[must_use]
    pub fn strength(&self, text: &str, context: &[&str]) -> Strength {
        let password = NormalizedPassword::new(text);
        Strength(score(&password.0, context))
    }
}

fn score(password: &str, context: &[&str]) -> u8 {
    u8::from(zxcvbn::zxcvbn(&head(password), context).score())
}

fn head(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.chars().take(ESTIMATED).collect())
}

fn guessable(password: &str, context: &[&str]) -> Option<WeakReason> {
    // What an attacker of this employer knows is worth nothing: the rest has to be strong without it. The estimator
    // alone is not enough, it lets three known words in a row pass.
    let rest = without(password, context);
    if score(&rest, context) >= LEAST_SCORE {
        return None;
    }
    if score(password, &[]) >= LEAST_SCORE {
        return Some(WeakReason::Context);
    }
    let distinct: std::collections::BTreeSet<char> = password.chars().collect();
    Some(if distinct.len() <= 6 { WeakReason::Pattern } else { WeakReason::Guessable })
}

/// The password in small letters without the context's words.
fn without(password: &str, context: &[&str]) -> Zeroizing<String> {
    /// Shorter ones occur in any phrase.
    const SHORTEST: usize = 4;
    let mut rest = Zeroizing::new(password.to_lowercase());
    for word in context.iter().map(|word| word.to_lowercase()).filter(|word| word.chars().count() >= SHORTEST)
    {
        if rest.contains(&word) {
            rest = Zeroizing::new(rest.replace(&word, ""));
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Breached(&'static str);
    impl BreachedPasswords for Breached {
        fn contains(&self, password: &str) -> bool {
            password == self.0
        }
    }

    fn check(text: &str, context: &[&str]) -> Vec<WeakReason> {
        PasswordPolicy::default()
            .check(text, context, &Breached("caballo correcto 1"))
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn length_is_counted_in_characters_after_nfkc() {
        assert_eq!(check("ñandú verde", &[]), [WeakReason::TooShort { missing: 4 }]);
        assert_eq!(check(&"ñ".repeat(129), &[]), [WeakReason::TooLong { max: 128 }]);
        let words = "tetera nube farol brisa cuento ".repeat(5);
        let first = |length| words.chars().take(length).collect::<String>();
        assert_eq!(check(&first(14), &[]), [WeakReason::TooShort { missing: 1 }]);
        assert_eq!(check(&first(15), &[]), []);
        assert_eq!(check(&first(128), &[]), []);
        // U+FB03 is three letters after NFKC.
        assert_eq!(check("ﬃﬃﬃ z9 kupa", &[]), []);
    }

    #[test]
    fn own_data_do_not_make_a_key() {
        let context = ["1790012345001", "Compañía", "Ñandú", "1714307103", "María", "Muñoz"];
        assert_eq!(check("1790012345001 1714307103", &context), [WeakReason::Context]);
        assert_eq!(check("aaaaaaaaaaaaaaaaaaaa", &context), [WeakReason::Pattern]);
        assert_eq!(check("tetera nube farol brisa cuento", &context), []);
    }

    #[test]
    fn what_was_breached_is_refused_however_long() {
        assert!(check("caballo correcto 1", &[]).contains(&WeakReason::Breached));
    }

    #[test]
    fn strength_is_told_from_guessed_at_once_to_very_hard() {
        let policy = PasswordPolicy::default();
        let score = |text| policy.strength(text, &["compañía"]).score();
        assert_eq!([score("123456"), score("tetera nube farol brisa cuento")], [0, 4]);
    }

    #[test]
    fn each_reason_has_the_code_of_its_sentence() {
        let reasons = [
            WeakReason::TooShort { missing: 1 },
            WeakReason::TooLong { max: 128 },
            WeakReason::Breached,
            WeakReason::Context,
            WeakReason::Pattern,
            WeakReason::Guessable,
        ];
        let codes = ["too-short", "too-long", "breached", "context", "pattern", "guessable"];
        assert_eq!(reasons.map(|reason| reason.code()), codes);
    }

    #[test]
    fn a_long_password_is_never_cut() {
        let long = "tetera nube farol brisa cuento ".repeat(4);
        let other = format!("{}x", &long[..long.len() - 1]);
        let policy = PasswordPolicy::default();
        let first = policy.check(&long, &[], &Breached("")).unwrap();
        let second = policy.check(&other, &[], &Breached("")).unwrap();
        assert_ne!(first.as_bytes(), second.as_bytes());
    }
}
