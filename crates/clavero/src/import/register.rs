//! The tax register that several files make together: each RUC once, whatever the order of the files.

use std::{io, iter::Peekable};

use clavero_protocol::TaxState;
use clavero_store::{Digest, TaxRow};
use sha2::{Digest as _, Sha256};

use super::{
    catastro::Stated,
    sorted::{Numbers, Sorted},
    state::{Since, Word, Words},
};

const RUC_AT: u32 = 84;
const SINCE_AT: u32 = RUC_AT - Since::BITS;
const WORD_AT: u32 = SINCE_AT - u8::BITS;
const LINE_BITS: u32 = 40;

/// Bytes that go into the digest at once.
const AT_ONCE: usize = 16 * 1024;

/// What a row of file number `file` says, as one number: by RUC, then by date. A file with more than 10^12 lines does not exist.
pub(crate) fn packed(file: u16, stated: &Stated) -> u128 {
    let Stated { ruc, word, since, line } = *stated;
    u128::from(ruc.unsigned_abs()) << RUC_AT
        | u128::from(since.number()) << SINCE_AT
        | u128::from(word.0) << WORD_AT
        | u128::from(file) << LINE_BITS
        | u128::from(line)
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: usize,
    pub(crate) line: u64,
}

#[derive(Debug, Clone, Copy)]
struct Unpacked {
    ruc: u64,
    since: Since,
    word: Word,
    place: Place,
}

fn unpacked(number: u128) -> Unpacked {
    let part = |at: u32, bits: u32| u64::try_from((number >> at) & ((1 << bits) - 1)).unwrap_or(u64::MAX);
    Unpacked {
        ruc: part(RUC_AT, u128::BITS - RUC_AT),
        since: Since::of_number(u32::try_from(part(SINCE_AT, Since::BITS)).unwrap_or(u32::MAX)),
        word: Word(u8::try_from(part(WORD_AT, u8::BITS)).unwrap_or(u8::MAX)),
        place: Place {
            file: usize::try_from(part(LINE_BITS, WORD_AT - LINE_BITS)).unwrap_or(usize::MAX),
            line: part(0, LINE_BITS),
        },
    }
}

/// The register.
#[derive(Debug)]
pub(crate) struct Register {
    rows: Sorted,
    words: Vec<(TaxState, String)>,
}

/// What is to be known of the whole of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// RUCs.
    pub(crate) size: u64,
    /// SHA-256 of what it says of each, in their order.
    pub(crate) digest: Digest,
}

impl Register {
    /// Of rows that were [`packed`].
    pub(crate) fn new(rows: Sorted, words: &Words) -> Self {
        Self { rows, words: words.all() }
    }

    /// Reads all of it. `differs` hears of each row that says something else of a RUC than the one that counts.
    pub(crate) fn contents(&self, mut differs: impl FnMut(Place)) -> io::Result<Contents> {
        let (mut size, mut hash, mut text) = (0, Sha256::new(), Vec::with_capacity(2 * AT_ONCE));
        text.extend_from_slice(b"clavero tax register 1\n");
        for row in self.each(&mut differs)? {
            let row = row?;
            size += 1;
            text.extend_from_slice(&row.ruc.to_be_bytes());
            text.extend_from_slice(&row.since.number().to_be_bytes());
            text.extend_from_slice(self.word(row.word).1.as_bytes());
            text.push(b'\n');
            if text.len() >= AT_ONCE {
                hash.update(&text);
                text.clear();
            }
        }
        hash.update(&text);
        Ok(Contents { size, digest: hash.finalize().into() })
    }

    /// Its rows, in the order of their RUCs.
    pub(crate) fn rows(&self) -> io::Result<impl Iterator<Item = io::Result<TaxRow>>> {
        Ok(self.each(|_| {})?.map(|row| row.map(|row| self.row(row))))
    }

    fn each<F: FnMut(Place)>(&self, differs: F) -> io::Result<Each<'_, F>> {
        Ok(Each { numbers: self.rows.numbers()?.peekable(), register: self, differs })
    }

    fn word(&self, word: Word) -> (TaxState, &str) {
        self.words.get(usize::from(word.0)).map_or((TaxState::Other, ""), |(state, text)| (*state, text))
    }

    fn row(&self, row: Unpacked) -> TaxRow {
        let (state, word) = self.word(row.word);
        let ruc = i64::try_from(row.ruc).unwrap_or(i64::MAX);
        TaxRow { ruc, state, word: word.to_owned(), since: row.since.to_string() }
    }

    /// The newest of two states of one RUC; of one day, the one that is looked at in person.
    fn counts(&self, one: Unpacked, other: Unpacked) -> (Unpacked, Unpacked) {
        let rank = |row: Unpacked| {
            let (state, word) = self.word(row.word);
            (row.since, state != TaxState::Active, word)
        };
        if rank(one) < rank(other) { (other, one) } else { (one, other) }
    }
}

/// One row a RUC.
struct Each<'a, F> {
    numbers: Peekable<Numbers<'a>>,
    register: &'a Register,
    differs: F,
}

impl<F: FnMut(Place)> Iterator for Each<'_, F> {
    type Item = io::Result<Unpacked>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut counts = match self.numbers.next()? {
            Ok(number) => unpacked(number),
            Err(error) => return Some(Err(error)),
        };
        let ruc = counts.ruc;
        let same = |next: &io::Result<u128>| next.as_ref().is_ok_and(|next| unpacked(*next).ruc == ruc);
        while let Some(Ok(number)) = self.numbers.next_if(same) {
            let row = unpacked(number);
            if (row.since, row.word) != (counts.since, counts.word) {
                let (newer, older) = self.register.counts(counts, row);
                (self.differs)(older.place);
                counts = newer;
            }
        }
        Some(Ok(counts))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sorted::Sorter, *};

    fn register(words: &Words, rows: &[(i64, &str, &str)]) -> Register {
        let mut sorter = Sorter::default();
        for (line, (ruc, word, since)) in (2..).zip(rows) {
            let since = Since::parse(since).unwrap_or(Since::UNSAID);
            let stated = Stated { ruc: *ruc, word: words.number(word).unwrap(), since, line };
            sorter.push(packed(3, &stated)).unwrap();
        }
        Register::new(sorter.finish().unwrap(), words)
    }

    fn told(register: &Register) -> Vec<(i64, String, String)> {
        let rows = register.rows().unwrap().map(Result::unwrap);
        rows.map(|row| (row.ruc, row.word, row.since)).collect()
    }

    #[test]
    fn each_ruc_comes_once_in_order_and_the_digest_does_not_know_how_the_rows_came() {
        let rows = [
            (9_999_999_999_999, "PASIVO", ""),
            (7, "ACTIVO", "2001-05-28"),
            (1_790_000_000_001, "EN LIQUIDACIÓN", "2024-02-29"),
            (7, "ACTIVO", "2001-05-28"),
        ];
        let one = register(&Words::default(), &rows);
        let mut differing = Vec::new();
        let contents = one.contents(|place| differing.push(place)).unwrap();
        assert_eq!((contents.size, differing), (3, Vec::new()));
        let expected = [rows[1], rows[2], rows[0]];
        assert_eq!(told(&one), expected.map(|(ruc, word, since)| (ruc, word.to_owned(), since.to_owned())));
        let words = Words::default();
        words.number("EN LIQUIDACIÓN");
        let mut turned = rows;
        turned.reverse();
        assert_eq!(register(&words, &turned).contents(|_| {}).unwrap(), contents);
        turned[0].2 = "2001-05-29";
        assert_ne!(register(&words, &turned).contents(|_| {}).unwrap().digest, contents.digest);
    }

    #[test]
    fn the_newest_state_of_a_ruc_counts_and_of_one_day_the_one_for_a_person() {
        let rows = [
            (1, "SUSPENDIDO", "2024-01-01"),
            (1, "ACTIVO", "2001-01-01"),
            (2, "ACTIVO", "2024-01-02"),
            (2, "SUSPENDIDO", "2024-01-01"),
            (3, "PASIVO", "2024-01-01"),
            (3, "ACTIVO", "2024-01-01"),
            (4, "PASIVO", ""),
            (4, "ACTIVO", "2024-01-01"),
        ];
        let register = register(&Words::default(), &rows);
        let words: Vec<String> = told(&register).into_iter().map(|(_, word, _)| word).collect();
        assert_eq!(words, ["SUSPENDIDO", "ACTIVO", "PASIVO", "PASIVO"]);
        let mut lines = Vec::new();
        register.contents(|place| lines.push((place.file, place.line))).unwrap();
        assert_eq!(lines, [(3, 3), (3, 5), (3, 7), (3, 9)]);
    }
}
