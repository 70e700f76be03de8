//! Delimited records out of a stream of bytes, with bounds on everything: a quote that nobody closes costs one row and not
//! the rest of the file.
//!
//! RFC 4180 in the lenient reading of the `csv` crate (a quote counts at a field's beginning only), which the tests
//! hold against it. That crate itself has no bound on a record's length and cannot resume inside one.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read as _},
    ops::Range,
};

use memchr::{memchr, memchr_iter};

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

/// The fields of a record.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    /// The fields without their quotes, a delimiter between them.
    bytes: Vec<u8>,
    /// Where each of them stands.
    places: Vec<Range<usize>>,
}

impl Fields {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&[u8]> {
        self.bytes.get(self.places.get(at)?.clone())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().filter_map(|place| self.bytes.get(place.clone()))
    }

    /// All of them, a delimiter between two.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }
}

/// One record.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    pub(super) fields: Result<&'a Fields, RecordFault>,
    /// No line break follows: the last line, perhaps cut off.
    pub(super) unterminated: bool,
}

#[derive(Debug, Default)]
struct Line {
    bytes: Vec<u8>,
    number: u64,
    terminated: bool,
    too_long: bool,
}

/// Reads records from `input`. What a record is read into is used again for the next one.
pub(super) struct Records<R> {
    input: R,
    dialect: Dialect,
    /// Fields of a whole record; tells a record over several lines from a quote that was never closed.
    columns: Option<usize>,
    lines_read: u64,
    pending: VecDeque<Line>,
    line: Line,
    fields: Fields,
}

impl<R: BufRead> Records<R> {
    /// Reads from the beginning of `input`; a byte order mark is passed over. `choose` names the dialect from the
    /// first line that holds something.
    pub(super) fn new(input: R, choose: impl FnOnce(&[u8]) -> Dialect) -> io::Result<Self> {
        let mut records = Self {
            input,
            dialect: Dialect { delimiter: b',', quoted: true },
            columns: None,
            lines_read: 0,
            pending: VecDeque::new(),
            line: Line::default(),
            fields: Fields::default(),
        };
        let mut line = Line::default();
        while records.read_line(&mut line)? {
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
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        let mut line = std::mem::take(&mut self.line);
        loop {
            if !self.next_line(&mut line)? {
                return Ok(None);
            }
            if !line.bytes.is_empty() || line.too_long {
                break;
            }
        }
        let (number, mut unterminated) = (line.number, !line.terminated);
        let fault = if line.too_long {
            Some(RecordFault::TooLong)
        } else if split(&line.bytes, self.dialect, &mut self.fields).is_some() {
            None
        } else if let Some(cut_off) = self.over_several_lines(&line.bytes)? {
            unterminated = cut_off;
            None
        } else {
            Some(RecordFault::UnclosedQuote)
        };
        self.line = line;
        Ok(Some(Record { line: number, fields: fault.map_or(Ok(&self.fields), Err), unterminated }))
    }

    /// Takes further lines to the one that ends inside quotes, until they are closed; answers whether the last is cut off.
    /// `None` where they never are.
    fn over_several_lines(&mut self, first: &[u8]) -> io::Result<Option<bool>> {
        let mut bytes = first.to_vec();
        let mut taken: Vec<Line> = Vec::new();
        while taken.len() < MOST_LINES && bytes.len() < LONGEST_RECORD {
            let mut next = Line::default();
            if !self.next_line(&mut next)? {
                break;
            }
            bytes.push(b'\n');
            bytes.extend_from_slice(&next.bytes);
            let unterminated = !next.terminated;
            taken.push(next);
            if let Some(neat) = split(&bytes, self.dialect, &mut self.fields) {
                if neat && self.columns.is_none_or(|columns| columns == self.fields.len()) {
                    return Ok(Some(unterminated));
                }
                break;
            }
        }
        // Only the first line is to blame; the others are read again as records of their own.
        for line in taken.into_iter().rev() {
            self.pending.push_front(line);
        }
        Ok(None)
    }

    fn next_line(&mut self, into: &mut Line) -> io::Result<bool> {
        match self.pending.pop_front() {
            Some(line) => {
                *into = line;
                Ok(true)
            }
            None => self.read_line(into),
        }
    }

    /// Answers whether there was one.
    fn read_line(&mut self, line: &mut Line) -> io::Result<bool> {
        line.bytes.clear();
        let read = self.input.by_ref().take(LONGEST_RECORD as u64).read_until(b'\n', &mut line.bytes)?;
        if read == 0 {
            return Ok(false);
        }
        self.lines_read += 1;
        line.number = self.lines_read;
        line.terminated = line.bytes.last() == Some(&b'\n');
        line.too_long = !line.terminated && read == LONGEST_RECORD;
        if line.too_long {
            line.terminated = self.skip_line()?;
        }
        while matches!(line.bytes.last(), Some(b'\n' | b'\r')) {
            line.bytes.pop();
        }
        Ok(true)
    }

    /// Passes over the rest of a line; answers whether a line break ended it.
    fn skip_line(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let end = memchr(b'\n', buffer);
            let used = end.map_or(buffer.len(), |at| at + 1);
            self.input.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// Takes a record apart; `None` when it ends inside quotes. Answers whether nothing stands between a closing quote and the next
/// delimiter. Where something does, a record over several lines is two that share a stray quote.
pub(super) fn split(record: &[u8], dialect: Dialect, into: &mut Fields) -> Option<bool> {
    into.clear();
    if !dialect.quoted || memchr(b'"', record).is_none() {
        into.bytes.extend_from_slice(record);
        let mut start = 0;
        for end in memchr_iter(dialect.delimiter, record) {
            into.places.push(start..end);
            start = end + 1;
        }
        into.places.push(start..record.len());
        return Some(true);
    }
    let (mut rest, mut neat) = (record, true);
    loop {
        let start = into.bytes.len();
        let mut tail = rest;
        if rest.first() == Some(&b'"') {
            tail = quoted_part(&rest[1..], &mut into.bytes)?;
            neat &= tail.first().is_none_or(|byte| *byte == dialect.delimiter);
        }
        let end = memchr(dialect.delimiter, tail);
        into.bytes.extend_from_slice(&tail[..end.unwrap_or(tail.len())]);
        into.places.push(start..into.bytes.len());
        match end {
            Some(at) => {
                into.bytes.push(dialect.delimiter);
                rest = &tail[at + 1..];
            }
            None => return Some(neat),
        }
    }
}

/// Takes over what stands between an opening quote and its closing one; answers what follows that. `None` when it is not closed.
fn quoted_part<'a>(text: &'a [u8], into: &mut Vec<u8>) -> Option<&'a [u8]> {
    let mut at = 0;
    loop {
        let quote = at + memchr(b'"', text.get(at..)?)?;
        into.extend_from_slice(&text[at..quote]);
        if text.get(quote + 1) != Some(&b'"') {
            return Some(&text[quote + 1..]);
        }
        into.push(b'"');
        at = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quoted: true };

    struct Kept {
        line: u64,
        fields: Result<Vec<String>, RecordFault>,
        unterminated: bool,
    }

    fn all(text: &str, columns: usize) -> Vec<Kept> {
        let mut records = Records::new(Cursor::new(text.as_bytes()), |_| COMMA).unwrap();
        records.expect_columns(columns);
        let mut kept = Vec::new();
        while let Some(Record { line, fields, unterminated }) = records.next().unwrap() {
            let text = |field: &[u8]| String::from_utf8(field.to_vec()).unwrap();
            let fields = fields.map(|fields| fields.iter().map(text).collect());
            kept.push(Kept { line, fields, unterminated });
        }
        kept
    }

    fn fields(record: &Kept) -> &[String] {
        record.fields.as_ref().unwrap()
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
        assert_eq!((fields(&records[2]), records[2].line), (&["c".to_owned(), "d".to_owned()][..], 3));
    }

    proptest::proptest! {
        #[test]
        fn one_line_splits_as_the_csv_crate_splits_it(line in "[a,\" ñ]{1,40}") {
            let mut fields = Fields::default();
            if split(line.as_bytes(), COMMA, &mut fields).is_some() {
                let fields: Vec<Vec<u8>> = fields.iter().map(<[u8]>::to_vec).collect();
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line.as_bytes());
                let mut expected = csv::ByteRecord::new();
                proptest::prop_assert!(reader.read_byte_record(&mut expected).unwrap());
                let expected: Vec<Vec<u8>> = expected.iter().map(<[u8]>::to_vec).collect();
                proptest::prop_assert_eq!(fields, expected);
            }
        }
    }
}
