//! Bars as SVG, made here: no script, no inline style, and the same in print. The numbers stand beside them in a table.

use clavero_words::{Locale, tr_args};

/// Units of the picture: as wide as a phone, so that its text keeps its size there.
const WIDTH: u64 = 320;
/// Of a bar with its name above it.
const STEP: u64 = 46;

/// A bar: name, value in words, its place and length in the picture's units.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) text_y: u64,
    pub(super) y: u64,
    pub(super) length: u64,
}

/// A picture with its table.
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) bars: Vec<Bar>,
    pub(super) height: u64,
}

impl Chart {
    /// Bars of these names, sizes and values in words; the longest fills the picture.
    pub(super) fn new(title: String, rows: Vec<(String, u64, String)>) -> Self {
        let most = rows.iter().map(|(_, size, _)| *size).max().unwrap_or_default().max(1);
        let bar = |(place, (name, size, value)): (u64, (String, u64, String))| Bar {
            name,
            value,
            text_y: place * STEP + 16,
            y: place * STEP + 24,
            // Something is always more than nothing.
            length: if size == 0 {
                0
            } else {
                u64::try_from(u128::from(size) * u128::from(WIDTH) / u128::from(most)).unwrap_or(WIDTH).max(2)
            },
        };
        let bars: Vec<Bar> = (0..).zip(rows).map(bar).collect();
        Self { title, height: bars.len() as u64 * STEP, bars }
    }
}

/// A span in the unit that fits it.
pub(super) fn span(locale: Locale, span: std::time::Duration) -> String {
    let minutes = span.as_secs().div_ceil(60);
    let (key, count) = match minutes {
        0..120 => ("desk-span-minutes", minutes),
        120..2_880 => ("desk-span-hours", minutes / 60),
        _ => ("desk-span-days", minutes / 1_440),
    };
    tr_args(locale, key, &[("count", &count.to_string()), ("days", &count.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_picture_and_a_small_one_is_seen() {
        let row = |size: u64| (String::new(), size, size.to_string());
        let chart = Chart::new(String::new(), vec![row(10_000), row(5_000), row(1), row(0)]);
        let lengths: Vec<u64> = chart.bars.iter().map(|bar| bar.length).collect();
        assert_eq!(lengths, [320, 160, 2, 0]);
        assert_eq!(chart.height, 4 * STEP);
        assert_eq!(Chart::new(String::new(), Vec::new()).height, 0);
        assert_eq!(Chart::new(String::new(), vec![row(u64::MAX)]).bars[0].length, 320);
    }
}
