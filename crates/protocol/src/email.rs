//! Addresses of the registry: the only ones that mail ever goes to.

use std::fmt;

use crate::FieldError;

/// An e-mail address (RFC 5321 mailbox) in a conservative form: ASCII, no quoting, no comments, nothing that could end a header.
///
/// Two are equal when their bytes are, after lowering the domain's ASCII letters. No Unicode folding: look-alikes
/// (`ı` for `i`) must never meet.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress {
    text: String,
    at: usize,
}

/// RFC 5321 §4.5.3.1.
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

impl EmailAddress {
    /// Reads an address of the registry.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim_matches([' ', '\t']);
        if text.is_empty() {
            return Err(FieldError::Empty);
        }
        if text.len() > LONGEST {
            return Err(FieldError::TooLong { found: text.len(), expected: LONGEST });
        }
        if !text.is_ascii() {
            return Err(FieldError::EmailNotAscii);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(FieldError::EmailForm)?;
        if !is_local_part(local) || !is_domain(domain) {
            return Err(FieldError::EmailForm);
        }
        Ok(Self { text: format!("{local}@{}", domain.to_ascii_lowercase()), at: local.len() })
    }

    /// The address as mail is sent to it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain in small letters.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// What its owner recognises and nobody else learns much from: first letters, and a width that tells no length.
    #[must_use]
    pub fn hint(&self) -> String {
        let first = |text: &str| text.chars().next().unwrap_or('•');
        format!("{}•••••@{}•••••", first(&self.text), first(self.domain()))
    }
}

/// A dot-atom (RFC 5322 §3.2.3).
fn is_local_part(local: &str) -> bool {
    local.len() <= LONGEST_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
        })
}

/// At least two labels of letters, digits and inner hyphens, the last not a number (RFC 3696 §2): no bare IP address.
fn is_domain(domain: &str) -> bool {
    domain.rsplit_once('.').is_some_and(|(_, top)| !top.bytes().all(|b| b.is_ascii_digit()))
        && domain.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_that_could_end_a_header_is_refused() {
        for text in [
            "a\r\nBcc: x@y.example",
            "a b@c.example",
            "a@b",
            "a@-b.example",
            "a@b-.example",
            "a@b..example",
            "@b.example",
            "a@",
            "a",
            "\"a b\"@c.example",
            "<a@b.example>",
            "a@b.example\0",
            "a@192.0.2.1",
            "a@b.example.",
            "a@[192.0.2.1]",
            "a@b_c.example",
            "a(b)@c.example",
            "a,b@c.example",
            "a@b@c.example",
            "a\u{7f}@b.example",
            ".a@b.example",
            "a..b@c.example",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(FieldError::EmailForm), "{text:?}");
        }
    }

    #[test]
    fn letters_that_not_every_server_takes_have_their_own_refusal() {
        for text in ["josé@b.example", "a@bücher.example", "ａ@b.example", "a@b.example\u{a0}", "ı@b.example"]
        {
            assert_eq!(EmailAddress::parse(text), Err(FieldError::EmailNotAscii), "{text:?}");
        }
        assert!(EmailAddress::parse("a@xn--bcher-kva.example").is_ok());
    }

    #[test]
    fn lengths_are_those_of_the_rfc() {
        let long = |local: usize, label: usize| {
            format!("{}@{}.example", "l".repeat(local), vec!["d".repeat(label); 3].join("."))
        };
        assert!(EmailAddress::parse(&long(54, 63)).is_ok());
        assert_eq!(
            EmailAddress::parse(&long(55, 63)),
            Err(FieldError::TooLong { found: 255, expected: 254 })
        );
        assert!(EmailAddress::parse(&long(64, 10)).is_ok());
        assert_eq!(EmailAddress::parse(&long(65, 10)), Err(FieldError::EmailForm));
        assert_eq!(EmailAddress::parse(&long(10, 64)), Err(FieldError::EmailForm));
    }

    #[test]
    fn an_address_does_not_reach_debug_output() {
        let address = EmailAddress::parse("persona@correo.example").unwrap();
        assert!(!format!("{address:?}").contains("persona") && !format!("{address:?}").contains("correo"));
    }

    #[test]
    fn the_hint_has_one_width_for_every_address() {
        let hint = |text| EmailAddress::parse(text).unwrap().hint();
        assert_eq!(hint("persona@correo.example"), "p•••••@c•••••");
        assert_eq!(hint("p@c.example"), "p•••••@c•••••");
    }

    #[test]
    fn only_the_domain_ignores_case() {
        let parse = |text| EmailAddress::parse(text).unwrap();
        assert_eq!(parse("Ana@CORREO.Example").as_str(), "Ana@correo.example");
        assert_ne!(parse("Ana@correo.example"), parse("ana@correo.example"));
    }

    proptest! {
        #[test]
        fn anything_at_all_is_answered_and_what_is_taken_is_safe_in_a_header(
            text in any::<String>(), near in "[ -~\r\n\té]{1,12}@[a-zA-Z0-9.\r\n <>-]{1,20}",
        ) {
            for text in [text, near] {
                let Ok(address) = EmailAddress::parse(&text) else { continue };
                let stored = address.as_str();
                prop_assert!(stored.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"(),:;[]\\".contains(&b)), "{stored:?}");
                prop_assert_eq!(stored.matches('@').count(), 1);
                prop_assert_eq!(address.hint().chars().count(), 13);
                prop_assert_eq!(EmailAddress::parse(stored), Ok(address));
            }
        }
    }
}
