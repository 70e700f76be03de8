//! QR codes (ISO/IEC 18004) as one vector path.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// Light modules around the code, which the standard asks for.
const QUIET_ZONE: usize = 4;

/// An SVG of the code, or `None` when the text is longer than a code can hold (about 2,300 bytes at this level).
#[must_use]
pub fn svg(text: &str) -> Option<String> {
    // Paper is folded, stamped and copied: 15 % may be lost.
    let code = QRBuilder::new(text.as_bytes()).ecl(ECL::M).build().ok()?;
    let side = code.size + 2 * QUIET_ZONE;
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            if !code[y][x].value() {
                x += 1;
                continue;
            }
            // One rectangle for each run: no hairlines between neighbours on any printer.
            let run = code[y][x..].iter().take_while(|module| module.value()).count();
            // Writing to a string cannot fail.
            let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET_ZONE, y + QUIET_ZONE);
            x += run;
        }
    }
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path fill="#000" d="{path}"/></svg>"##
    ))
}
