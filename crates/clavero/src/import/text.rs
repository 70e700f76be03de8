//! Text out of bytes whose encoding nobody wrote down: UTF-8 where it is UTF-8, else Windows-1252 (of which ISO-8859-1's
//! printable letters are a part).

use std::borrow::Cow;

/// What the file has shown itself to be so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// Nothing but ASCII yet.
    #[default]
    Open,
    /// A record had letters in UTF-8.
    Utf8,
    /// A record had letters that are no UTF-8.
    Windows1252,
}

/// How the letters of one record are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    Utf8,
    Windows1252,
}

impl Encoding {
    /// How a record is written; `None` where a file of UTF-8 has bytes that are none: damage, which guessing would turn
    /// into wrong names.
    ///
    /// Letters of Windows-1252 read as UTF-8 by accident do not occur in words, so each record is judged by itself.
    pub(super) fn judge(&mut self, record: &[u8]) -> Option<Letters> {
        if record.is_ascii() {
            return Some(Letters::Utf8);
        }
        match (std::str::from_utf8(record), *self) {
            (Ok(_), _) => {
                if *self == Self::Open {
                    *self = Self::Utf8;
                }
                Some(Letters::Utf8)
            }
            (Err(_), Self::Utf8) => None,
            (Err(_), _) => {
                *self = Self::Windows1252;
                Some(Letters::Windows1252)
            }
        }
    }
}

impl Letters {
    /// A field of a record that was judged so.
    pub(super) fn decode(self, field: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(field),
            Self::Windows1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(field).0,
        }
    }
}

/// Whether text can go into a page, a mail and a log line as it is: no control characters, no marks that turn the
/// direction of writing.
pub(super) fn is_plain(text: &str) -> bool {
    !text.chars().any(|letter| {
        letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(encoding: &mut Encoding, bytes: &[u8]) -> Option<String> {
        encoding.judge(bytes).map(|letters| letters.decode(bytes).into_owned())
    }

    #[test]
    fn both_encodings_are_recognised_by_their_letters() {
        let mut encoding = Encoding::default();
        assert_eq!(decode(&mut encoding, b"plain").as_deref(), Some("plain"));
        assert_eq!(encoding, Encoding::Open);
        assert_eq!(decode(&mut encoding, b"\xD1and\xFA \x80").as_deref(), Some("Ñandú €"));
        assert_eq!(encoding, Encoding::Windows1252);
        let mut encoding = Encoding::default();
        assert_eq!(decode(&mut encoding, "Ñandú".as_bytes()).as_deref(), Some("Ñandú"));
        assert_eq!(encoding, Encoding::Utf8);
    }

    #[test]
    fn damage_in_a_utf_8_file_is_told_and_not_guessed_at() {
        let mut encoding = Encoding::Utf8;
        assert_eq!(decode(&mut encoding, b"\xD1andu"), None);
    }

    #[test]
    fn marks_that_turn_or_break_lines_are_not_plain() {
        assert!(is_plain("Compañía Ñandú & Hijos <S.A.> =1+1"));
        for text in ["a\nb", "a\rb", "a\0", "a\u{202e}b", "a\u{2028}b", "a\u{85}b", "a\tb"] {
            assert!(!is_plain(text), "{text:?}");
        }
    }
}
