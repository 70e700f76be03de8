//! The tax authority's bulk register, as one file or two: each line is a state of a RUC, a fault, or nothing; each RUC comes
//! once and in order; and the order of the files makes no difference.
#![no_main]
#![expect(dead_code, unused_imports, reason = "what the importer has beside its reading is not fuzzed")]

#[path = "../../../crates/clavero/src/import/mod.rs"]
mod import;
#[path = "../../../crates/clavero/src/speech.rs"]
mod speech;

use std::{collections::HashSet, io::BufReader, sync::Arc};

use clavero_protocol::{Ruc, TaxState};
use clavero_store::TaxRow;
use clavero_words::Locale;
use import::{Catastro, Register, Sorter, Unreadable, Words, packed};
use libfuzzer_sys::fuzz_target;
use speech::Speech;

fuzz_target!(|data: &[u8]| {
    // Two files, where a form feed stands alone on a line.
    let cut = data.windows(3).position(|three| three == b"\n\x0c\n");
    let files = cut.map_or(vec![data], |at| vec![&data[..=at], &data[at + 3..]]);
    let pieces = 1 + data.len() % 61;
    let rows = register(&files, 8_192);
    assert_eq!(rows, register(&files, pieces), "the pieces make a difference");
    let turned: Vec<&[u8]> = files.iter().rev().copied().collect();
    assert_eq!(rows, register(&turned, 8_192), "the order of the files makes a difference");
    assert!(rows.is_sorted_by(|one, next| one.ruc < next.ruc), "each RUC once, in order");
    for row in &rows {
        assert!(Ruc::from_i64(row.ruc).is_some());
        assert!(row.state == TaxState::parse(&row.word) && !row.word.is_empty(), "{row:?}");
        assert!(!row.word.chars().any(char::is_control), "{row:?}");
        assert!(row.since.is_empty() || row.since.len() == 10, "{row:?}");
    }
});

fn register(files: &[&[u8]], piece: usize) -> Vec<TaxRow> {
    let (words, mut sorter) = (Arc::new(Words::default()), Sorter::default());
    for (number, file) in (0..).zip(files) {
        let mut catastro = match Catastro::new(BufReader::with_capacity(piece, *file), Arc::clone(&words)) {
            Ok(catastro) => catastro,
            Err(Unreadable::Header(_)) => continue,
            Err(Unreadable::Io(error)) => panic!("{error}"),
        };
        let (lines, mut seen) = (file.split(|byte| *byte == b'\n').count() as u64, HashSet::new());
        while let Some(row) = catastro.next().expect("bytes in memory can be read") {
            let line = match &row {
                Ok(stated) => stated.line,
                Err(error) => error.line,
            };
            assert!((2..=lines).contains(&line) && seen.insert(line), "line {line} of {lines}");
            match row {
                Ok(stated) => sorter.push(packed(number, &stated)).expect("room"),
                Err(error) => {
                    let said = error.tell(Speech::new(Locale::EsEc));
                    assert!(said.contains(&line.to_string()) && !said.contains("import-"), "{said}");
                }
            }
        }
    }
    let register = Register::new(sorter.finish().expect("sorted"), &words);
    let contents = register.contents(|_| {}).expect("readable");
    let rows: Vec<TaxRow> = register.rows().expect("readable").map(|row| row.expect("readable")).collect();
    assert_eq!(contents.size, rows.len() as u64);
    rows
}
