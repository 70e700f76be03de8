//! A QR code (ISO/IEC 18004) as a vector: one path, sharp at every size.

use fast_qr::{ECL, QRBuilder};

/// Light modules around the code that readers need (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

/// The code of `text` as an `svg` element whose meaning is `label`, dark on white in every colour scheme. `None` where the
/// text is too long for one.
#[must_use]
pub fn qr_svg(text: &str, label: &str) -> Option<String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let modules = code.size;
    let dark = (0..modules).flat_map(|y| (0..modules).map(move |x| (x, y)));
    let path = dark
        .filter(|(x, y)| code[*y][*x].value())
        .fold(String::new(), |path, (x, y)| path + &format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
    let side = modules + 2 * QUIET;
    let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    Some(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_one_picture_with_a_name_and_a_quiet_edge() {
        let svg = qr_svg("otpauth://totp/a?secret=AAAA", "Código <de> \"prueba\"").unwrap();
        assert!(svg.contains("aria-label=\"Código &lt;de> &quot;prueba&quot;\""), "{svg}");
        // The finder's corner is the first dark module, four modules in.
        assert!(svg.contains("d=\"M4 4h1v1h-1z"), "{svg}");
        assert_eq!(qr_svg(&"x".repeat(5_000), "too long"), None);
    }
}
