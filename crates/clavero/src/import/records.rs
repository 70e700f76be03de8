//! Delimited records out of a stream of bytes, with bounds on everything: a quote that nobody closes costs one row and not
//! the rest of the file.
//!
//! RFC 4180 in the lenient reading of the `csv` crate (a quote counts at a field's beginning only), which the tests
//! hold against it. That crate itself has no bound on a record's length and cannot resume inside one.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read as _},
};

/// Bytes of one record, line breaks inside quotes included.
const LONGEST_RECORD: usize = 64 * 1024;
/// Lines of one record.
const MOST_LINES: usize = 16;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Whether quotes hold fields together.
    pub(super) quoted: bool,
}

/// Why a record has no fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordFault {
    /// Longer than any honest one.
    TooLong,
    /// A quote is opened and not closed.
    UnclosedQuote,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    pub(super) fields: Result<Vec<Vec<u8>>, RecordFault>,
    /// No line break follows: the last line, perhaps cut off.
    pub(super) unterminated: bool,
}

struct Line {
    bytes: Vec<u8>,
    number: u64,
    terminated: bool,
    too_long: bool,
}

/// Reads records from `input`.
pub(super) struct Records<R> {
    input: R,
    dialect: Dialect,
    /// Fields of a whole record; tells a record over several lines from a quote that was never closed.
    columns: Option<usize>,
    lines_read: u64,
    pending: VecDeque<Line>,
}

impl<R: BufRead> Records<R> {
    /// Reads from the beginning of `input`; a byte order mark is passed over. `choose` names the dialect from the
    /// first line that holds something.
    pub(super) fn new(input: R, choose: impl FnOnce(&[u8]) -> Dialect) -> io::Result<Self> {
        let dialect = Dialect { delimiter: b',', quoted: true };
        let mut records = Self { input, dialect, columns: None, lines_read: 0, pending: VecDeque::new() };
        while let Some(mut line) = records.read_line()? {
            if line.number == 1 && line.bytes.starts_with(b"\xEF\xBB\xBF") {
                line.bytes.drain(..3);
            }
            if !line.bytes.is_empty() {
                records.dialect = choose(&line.bytes);
                records.pending.push_back(line);
                break;
            }
        }
        Ok(records)
    }

    pub(super) const fn expect_columns(&mut self, columns: usize) {
        self.columns = Some(columns);
    }

    /// The next record; blank lines are passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        loop {
            let Some(first) = self.next_line()? else { return Ok(None) };
            if !first.bytes.is_empty() || first.too_long {
                return self.record(first).map(Some);
            }
        }
    }

    fn record(&mut self, first: Line) -> io::Result<Record> {
        let line = first.number;
        let record = |fields, unterminated| Record { line, fields, unterminated };
        if first.too_long {
            return Ok(record(Err(RecordFault::TooLong), !first.terminated));
        }
        if let Some(split) = split(&first.bytes, self.dialect) {
            return Ok(record(Ok(split.fields), !first.terminated));
        }
        let mut bytes = first.bytes;
        let mut taken: Vec<Line> = Vec::new();
        while taken.len() < MOST_LINES && bytes.len() < LONGEST_RECORD {
            let Some(next) = self.next_line()? else { break };
            bytes.push(b'\n');
            bytes.extend_from_slice(&next.bytes);
            let unterminated = !next.terminated;
            taken.push(next);
            if let Some(split) = split(&bytes, self.dialect) {
                if split.neat && self.columns.is_none_or(|columns| columns == split.fields.len()) {
                    return Ok(record(Ok(split.fields), unterminated));
                }
                break;
            }
        }
        // Only the first line is to blame; the others are read again as records of their own.
        let unterminated = !first.terminated;
        for line in taken.into_iter().rev() {
            self.pending.push_front(line);
        }
        Ok(record(Err(RecordFault::UnclosedQuote), unterminated))
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        match self.pending.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.read_line(),
        }
    }

    fn read_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(LONGEST_RECORD as u64).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.lines_read += 1;
        let mut terminated = bytes.last() == Some(&b'\n');
        let too_long = !terminated && read == LONGEST_RECORD;
        if too_long {
            terminated = self.skip_line()?;
        }
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        Ok(Some(Line { bytes, number: self.lines_read, terminated, too_long }))
    }

    /// Passes over the rest of a line; answers whether a line break ended it.
    fn skip_line(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |at| at + 1);
            self.input.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// A record taken apart.
pub(super) struct Split {
    pub(super) fields: Vec<Vec<u8>>,
    /// Nothing stands between a closing quote and the next delimiter. Where something does, a record over several
    /// lines is two that share a stray quote.
    neat: bool,
}

/// The fields of a record; `None` when it ends inside quotes.
pub(super) fn split(record: &[u8], dialect: Dialect) -> Option<Split> {
    let mut split = Split { fields: Vec::with_capacity(24), neat: true };
    let mut rest = record;
    loop {
        let mut field = Vec::new();
        let mut tail = rest;
        if dialect.quoted && rest.first() == Some(&b'"') {
            (field, tail) = quoted_part(&rest[1..])?;
            split.neat &= tail.first().is_none_or(|byte| *byte == dialect.delimiter);
        }
        let end = tail.iter().position(|byte| *byte == dialect.delimiter);
        field.extend_from_slice(&tail[..end.unwrap_or(tail.len())]);
        split.fields.push(field);
        match end {
            Some(at) => rest = &tail[at + 1..],
            None => return Some(split),
        }
    }
}

/// What stands between an opening quote and its closing one, and what follows that. `None` when it is not closed.
fn quoted_part(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut field = Vec::new();
    let mut at = 0;
    loop {
        let byte = *text.get(at)?;
        match (byte, text.get(at + 1)) {
            (b'"', Some(b'"')) => {
                field.push(b'"');
                at += 2;
            }
            (b'"', _) => return Some((field, &text[at + 1..])),
            _ => {
                field.push(byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quoted: true };

    fn all(text: &str, columns: usize) -> Vec<Record> {
        let mut records = Records::new(Cursor::new(text.as_bytes()), |_| COMMA).unwrap();
        records.expect_columns(columns);
        std::iter::from_fn(|| records.next().unwrap()).collect()
    }

    fn fields(record: &Record) -> Vec<String> {
        let fields = record.fields.as_ref().unwrap();
        fields.iter().map(|field| String::from_utf8(field.clone()).unwrap()).collect()
    }

    #[test]
    fn a_mark_blank_lines_and_windows_line_ends_do_not_matter() {
        let records = all("\u{feff}a,b\r\n\r\nc,d\r\n", 2);
        assert_eq!(records.iter().map(|record| record.line).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(fields(&records[0]), ["a", "b"]);
        assert_eq!(fields(&records[1]), ["c", "d"]);
        assert!(!records[1].unterminated);
    }

    #[test]
    fn a_quoted_field_may_hold_delimiters_quotes_and_line_breaks() {
        let records = all("a,\"b,\"\"c\"\"\nd\"\ne,f", 2);
        assert_eq!(fields(&records[0]), ["a", "b,\"c\"\nd"]);
        assert_eq!((records[1].line, records[1].unterminated), (3, true));
    }

    #[test]
    fn a_quote_that_nobody_closes_costs_its_own_line_only() {
        let records = all("a,\"b\nc,\"d\"\ne,f\n", 2);
        assert_eq!(records[0].fields, Err(RecordFault::UnclosedQuote));
        assert_eq!(fields(&records[1]), ["c", "d"]);
        assert_eq!(fields(&records[2]), ["e", "f"]);
        assert_eq!(records.iter().map(|record| record.line).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn a_line_without_end_is_passed_over_in_bounded_memory() {
        let long = "x".repeat(LONGEST_RECORD * 3);
        let records = all(&format!("a,b\n{long}\nc,d\n"), 2);
        assert_eq!(records[1].fields, Err(RecordFault::TooLong));
        assert_eq!((fields(&records[2]), records[2].line), (vec!["c".to_owned(), "d".to_owned()], 3));
    }

    proptest::proptest! {
        #[test]
        fn one_line_splits_as_the_csv_crate_splits_it(line in "[a,\" ñ]{1,40}") {
            if let Some(Split { fields, .. }) = split(line.as_bytes(), COMMA) {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line.as_bytes());
                let mut expected = csv::ByteRecord::new();
                proptest::prop_assert!(reader.read_byte_record(&mut expected).unwrap());
                let expected: Vec<Vec<u8>> = expected.iter().map(<[u8]>::to_vec).collect();
                proptest::prop_assert_eq!(fields, expected);
            }
        }
    }
}
