//! What people type in the form that is compared: plain digits, no separators, no accents.

use unicode_normalization::UnicodeNormalization as _;

/// The zeros of the scripts whose digits compatibility normalisation leaves alone; nine more digits follow each
/// (Unicode 16, category Nd, basic plane).
const ZEROS: [u32; 35] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0,
    0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
];

/// The text without what is put in for reading, compatibility forms (full-width, superscript) and other scripts' digits
/// made plain.
pub(crate) fn without_separators(text: &str) -> String {
    // Most of what comes, and nearly all that is stored.
    if text.is_ascii() {
        return text.chars().filter(|c| !is_separator(*c)).collect();
    }
    text.nfkc().map(plain_digit).filter(|c| !is_separator(*c)).collect()
}

fn plain_digit(c: char) -> char {
    let code = u32::from(c);
    let after = ZEROS.partition_point(|zero| *zero <= code);
    let zero = after.checked_sub(1).map(|at| ZEROS[at]);
    zero.and_then(|zero| char::from_digit(code - zero, 10)).unwrap_or(c)
}

/// Spaces, dots and dashes of every kind, and the marks that copying brings along without showing them.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '.' | '-' | '_' | '/' | '\u{2212}' | '\u{02D7}' | '\u{2043}' | '\u{207B}')
        // Dots in the middle: middle dot, bullet, hyphenation point, dot operator, katakana.
        || matches!(c, '\u{00B7}' | '\u{2022}' | '\u{2027}' | '\u{22C5}' | '\u{30FB}')
        // Dashes (category Pd).
        || matches!(c, '\u{058A}' | '\u{05BE}' | '\u{1400}' | '\u{1806}' | '\u{2010}'..='\u{2015}')
        || matches!(c, '\u{2E17}' | '\u{2E1A}' | '\u{2E3A}' | '\u{2E3B}' | '\u{2E40}' | '\u{2E5D}')
        || matches!(c, '\u{301C}' | '\u{3030}' | '\u{30A0}')
        // Without a width: soft hyphen, joiners, marks of direction, byte order, variation and keycap.
        || matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}')
        || matches!(c, '\u{FEFF}' | '\u{20E3}')
}

/// The letter under the accent: `á` is `a`, `ñ` is `n`. One character for one, so that positions stay.
pub(crate) fn without_accent(c: char) -> char {
    let mut decomposed = None;
    unicode_normalization::char::decompose_canonical(c, |part| {
        decomposed.get_or_insert(part);
    });
    decomposed.unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_digits_of_every_kind_are_made_plain() {
        for text in [
            "12 34",
            "12\u{a0}34",
            "12\u{3000}34",
            "12–34",
            "12−34",
            "12‑34",
            "12．34",
            "12·34",
            "12\u{2e3a}34",
            "12\u{301c}34",
            "\u{202d}1234\u{202c}",
            "\u{feff}1234",
            "１２３４",
            "١٢٣٤",
            "१२३४",
            "1️⃣2️⃣3️⃣4️⃣",
            "1\u{ad}234\r\n\t",
            "¹²³⁴",
        ] {
            assert_eq!(without_separators(text), "1234", "{text:?}");
        }
        assert!(ZEROS.is_sorted());
    }

    #[test]
    fn an_accent_goes_and_its_letter_stays() {
        let plain: String = "Áéíóú Ñandú Ç ß ł 你".chars().map(without_accent).collect();
        assert_eq!(plain, "Aeiou Nandu C ß ł 你");
    }
}
