//! Makes text fit for print: what a font cannot show, what turns the direction of writing and what cannot be seen at all
//! never reaches the page, where it would break the file's standard or deceive its reader.

use serde_json::Value;
use typst::text::Coverage;
use unicode_normalization::UnicodeNormalization as _;

/// Stands for a character that the fonts do not have.
pub(crate) const UNSHOWN: char = '◊';

/// More than any field holds, and little enough for a page or two.
const LONGEST: usize = 2_000;

/// Cleans every string within, and tells whether a character had to be replaced.
pub(crate) fn make_legible(value: &mut Value, has: &dyn Fn(char) -> bool) -> bool {
    match value {
        Value::String(text) => {
            let (clean, replaced) = legible(text, has);
            *text = clean;
            replaced
        }
        Value::Array(values) => values.iter_mut().fold(false, |any, value| make_legible(value, has) | any),
        Value::Object(values) => values.values_mut().fold(false, |any, value| make_legible(value, has) | any),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn legible(text: &str, has: &dyn Fn(char) -> bool) -> (String, bool) {
    let mut clean = String::with_capacity(text.len());
    let mut replaced = false;
    let mut length = 0;
    // Composed, since the fonts have Ñ but not every base with every mark.
    for c in text.nfc().filter(|c| !is_invisible(*c)) {
        if length == LONGEST {
            clean.push('…');
            break;
        }
        if c.is_whitespace() || c.is_control() {
            if clean.is_empty() || clean.ends_with(' ') {
                continue;
            }
            clean.push(' ');
        } else if has(c) {
            clean.push(c);
        } else {
            clean.push(UNSHOWN);
            replaced = true;
        }
        length += 1;
    }
    clean.truncate(clean.trim_end().len());
    (clean, replaced)
}

/// Format characters (Unicode's Cf) and variation selectors: joiners, marks and overrides of direction, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether all of the fonts have a character that means the same to everybody.
pub(crate) fn covered(coverages: &[Coverage], c: char) -> bool {
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    !private && coverages.iter().all(|coverage| coverage.contains(c.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(c: char) -> bool {
        c < '\u{180}' || c == UNSHOWN
    }

    #[test]
    fn names_as_people_write_them_stay_as_they_are() {
        for name in ["Peña & Núñez Cía. Ltda.", "#let x = 1 \\ $ * ] \" <b>", "=1+1;\"a\",'b'"] {
            assert_eq!(legible(name, &latin), (name.to_owned(), false));
        }
        assert_eq!(legible("Pen\u{303}a", &latin), ("Peña".to_owned(), false));
    }

    #[test]
    fn marks_of_direction_and_invisible_ones_are_gone_and_breaks_are_spaces() {
        let (clean, replaced) = legible("\u{202e}\n ACME\u{200f}\r\n\t\u{0}S.A.\u{2028}\u{feff} ", &latin);
        assert_eq!((clean.as_str(), replaced), ("ACME S.A.", false));
    }

    #[test]
    fn what_the_fonts_lack_is_seen_to_be_lacking() {
        let (clean, replaced) = legible("四川 مرحبا 🦀 S.A.", &latin);
        assert_eq!((clean.as_str(), replaced), ("◊◊ ◊◊◊◊◊ ◊ S.A.", true));
    }

    #[test]
    fn a_text_without_end_has_one() {
        let (clean, _) = legible(&"ñ".repeat(100_000), &latin);
        assert_eq!(clean.chars().count(), LONGEST + 1);
        assert!(clean.ends_with('…'));
    }
}
