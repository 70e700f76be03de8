//! A phrase of random words: strong, and possible to remember.

use crate::secrets::random;

/// The Spanish list of BIP 39: 2,048 words, told apart by their first four letters.
const WORDS: &str = include_str!("../data/palabras.txt");
/// Five words of 2,048 are 55 bits.
const COUNT: usize = 5;

/// Five words, chosen evenly.
#[must_use]
pub fn suggest() -> String {
    let words: Vec<&str> = WORDS.lines().collect();
    let choices: [[u8; 2]; COUNT] = std::array::from_fn(|_| random());
    // 65,536 is a multiple of 2,048: every word is as likely as any other.
    choices.map(|bytes| words[usize::from(u16::from_be_bytes(bytes)) % words.len()]).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_divides_the_random_numbers_evenly() {
        assert_eq!(WORDS.lines().count(), 2_048);
        assert_eq!(suggest().split(' ').count(), COUNT);
        assert_ne!(suggest(), suggest());
    }
}
