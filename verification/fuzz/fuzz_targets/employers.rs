//! The registry of employers: whatever the file, each line of it is a row that holds, a fault with its line, or nothing; what
//! was taken can be written down and is read as the same rows, by whatever pieces the bytes come.
#![no_main]
#![expect(dead_code, unused_imports, reason = "what the importer has beside its reading is not fuzzed")]

#[path = "../../../crates/clavero/src/import/mod.rs"]
mod import;
#[path = "../../../crates/clavero/src/speech.rs"]
mod speech;

use std::{collections::HashSet, io::BufReader};

use clavero_protocol::{ForeignerRule, RucKind};
use clavero_words::Locale;
use import::{EMPLOYER_COLUMNS, EmployerRow, Employers, RowError, Unreadable};
use libfuzzer_sys::fuzz_target;
use speech::Speech;

type Read = (Vec<EmployerRow>, Vec<RowError>);

fuzz_target!(|data: &[u8]| {
    let Some(read) = read(data, 8_192) else { return };
    let in_pieces = self::read(data, 1 + data.len() % 61).expect("the same header");
    assert!(read.0 == in_pieces.0 && read.1 == in_pieces.1, "the pieces make a difference");
    let (rows, errors) = read;
    each_line_once(data, &rows, &errors);
    let mut keys = HashSet::new();
    for row in &rows {
        assert!(keys.insert(row.key.as_i64()), "an employer comes twice");
        plain(&row.name);
        plain(&row.representative_name);
        assert!(row.has_key || row.phc.is_none());
        assert_eq!(row.kind.as_str() == "domestico", row.key.ruc().kind() == RucKind::Domestic);
    }
    for error in &errors {
        told(error);
    }
    comes_back(&rows);
});

fn read(data: &[u8], piece: usize) -> Option<Read> {
    let input = BufReader::with_capacity(piece, data);
    let mut employers = match Employers::new(input, ForeignerRule::default()) {
        Ok(employers) => employers,
        Err(Unreadable::Header(reason)) => {
            assert!(reason.tell(Speech::new(Locale::En)).contains(' '));
            return None;
        }
        Err(Unreadable::Io(error)) => panic!("{error}"),
    };
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    while let Some(row) = employers.next().expect("bytes in memory can be read") {
        match row {
            Ok(row) => rows.push(row),
            Err(error) => errors.push(error),
        }
    }
    Some((rows, errors))
}

/// No two of them begin on one line, and none beyond the last or on the header's.
fn each_line_once(data: &[u8], rows: &[EmployerRow], errors: &[RowError]) {
    let lines = data.split(|byte| *byte == b'\n').count() as u64;
    let mut seen = HashSet::new();
    for line in rows.iter().map(|row| row.line).chain(errors.iter().map(|error| error.line)) {
        assert!((2..=lines).contains(&line) && seen.insert(line), "line {line} of {lines}");
    }
}

fn plain(name: &str) {
    assert!(
        !name.is_empty() && name.trim_matches([' ', '\t', '\u{a0}']) == name && name.chars().count() <= 500
    );
    assert!(!name.chars().any(char::is_control), "{name:?}");
}

/// Both languages have a sentence for it, and its line is in it.
fn told(error: &RowError) {
    for locale in Locale::ALL {
        let said = error.tell(Speech::new(locale));
        assert!(said.contains(&error.line.to_string()) && !said.contains("import-"), "{said}");
    }
}

fn comes_back(rows: &[EmployerRow]) {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(EMPLOYER_COLUMNS.iter().chain(&["clave_hash"])).expect("a header");
    for row in rows {
        let (ruc, sucursal) = (row.key.ruc().to_string(), row.key.sucursal().to_string());
        let record = [
            ruc.as_str(),
            &sucursal,
            &row.name,
            row.kind.as_str(),
            &row.representative.as_str(),
            &row.representative_name,
            row.email.as_ref().map_or("", |email| email.as_str()),
            if row.has_key { "si" } else { "no" },
            row.phc.as_deref().unwrap_or_default(),
        ];
        writer.write_record(record).expect("a record");
    }
    let (again, errors) = read(&writer.into_inner().expect("bytes"), 8_192).expect("our own header");
    assert_eq!(errors, [], "what was taken is refused");
    assert_eq!(again.len(), rows.len());
    for (again, row) in again.into_iter().zip(rows) {
        assert!(EmployerRow { line: row.line, ..again } == *row, "another row than was taken");
    }
}
