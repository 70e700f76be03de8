//! Names from outside, as a mail may hold them.

/// Longer ones are cut: the RUC beside it says the rest.
const LONGEST: usize = 100;

/// Without anything that ends a line, hides, or turns the direction of reading.
pub(crate) fn in_one_line(name: &str) -> String {
    let visible = name.chars().map(|c| if c.is_control() || is_separator(c) { ' ' } else { c });
    let visible: String = visible.filter(|c| !is_invisible(*c)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As it stands in a paragraph. Mail programs make links of whatever looks like an address, and `CIA.LTDA` does: a space after
/// each mark that addresses are made of leaves the name readable and nothing to click on.
pub(super) fn in_text(name: &str) -> String {
    let name = in_one_line(name);
    let mut text = String::with_capacity(name.len() + 8);
    let mut marked = false;
    for c in name.chars().take(LONGEST) {
        if marked && !matches!(c, ' ' | '.' | ',' | ';' | ')') {
            text.push(' ');
        }
        marked = matches!(c, '.' | ':' | '/' | '\\' | '@');
        text.push(c);
    }
    if name.chars().count() > LONGEST {
        text.push('…');
    }
    text
}

/// Line and paragraph separators, which are no control characters.
const fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Zero-width characters and those that turn the direction of reading (Unicode Technical Report 36 §2.5.2).
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_letters_and_loses_what_is_no_name() {
        assert_eq!(
            in_one_line(" Ñandú\r\nBcc: x\0 & Cía.\u{2028}«Águila»\u{202e} "),
            "Ñandú Bcc: x & Cía. «Águila»"
        );
    }

    #[test]
    fn nothing_in_a_name_looks_like_an_address() {
        assert_eq!(in_text("COMERCIAL.COM S.A."), "COMERCIAL. COM S. A.");
        assert_eq!(in_text("https://malo.example/x"), "https: / / malo. example/ x");
        assert_eq!(in_text("a@malo.example"), "a@ malo. example");
        assert_eq!(in_text("CONSTRUCTORA ÑANDÚ CIA.LTDA."), "CONSTRUCTORA ÑANDÚ CIA. LTDA.");
    }

    #[test]
    fn a_name_without_end_is_cut() {
        assert_eq!(in_text(&"Ñ".repeat(10_000)).chars().count(), LONGEST + 1);
    }
}
