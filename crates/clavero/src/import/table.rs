//! A file with a header as rows of named columns.

use std::{
    borrow::Cow,
    io::{self, BufRead},
};

use super::{
    records::{Dialect, Fields, Record, RecordFault, Records, split},
    row::{Reason, RowError},
    text::{Encoding, Letters},
};

/// What a file must look like.
pub(super) struct Shape {
    /// Columns that must be there, in the order in which [`Row::get`] knows them.
    pub(super) required: &'static [&'static str],
    /// Columns that may be there, after the required ones.
    pub(super) optional: &'static [&'static str],
    /// Whether columns of other names are passed over. Otherwise they are refused: one of them may be a misspelt one.
    pub(super) others_pass: bool,
    /// Delimiters that the file may have.
    pub(super) delimiters: &'static [u8],
    /// The delimiter with which quotes are letters like any other.
    pub(super) unquoted: Option<u8>,
}

impl Shape {
    fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }

    fn dialect(&self, delimiter: u8) -> Dialect {
        Dialect { delimiter, quoted: self.unquoted != Some(delimiter) }
    }

    /// The dialect in which the first line has the most columns that are known.
    fn choose(&self, line: &[u8]) -> Dialect {
        let known = |delimiter: &u8| {
            let mut fields = Fields::default();
            split(line, self.dialect(*delimiter), &mut fields);
            fields.iter().filter(|field| self.columns().any(|column| column == name(field))).count()
        };
        // The first of equals: the one that is written most.
        let delimiter = self.delimiters.iter().copied().rev().max_by_key(known);
        self.dialect(delimiter.unwrap_or(b','))
    }
}

/// A column's name as it is compared: small differences of spelling are not worth a refusal.
fn name(field: &[u8]) -> String {
    String::from_utf8_lossy(field).trim().trim_matches('"').trim().to_lowercase()
}

/// Reads rows of named columns.
pub(super) struct Table<R> {
    records: Records<R>,
    encoding: Encoding,
    /// For each column of the shape its place in the file.
    places: Vec<Option<usize>>,
    width: usize,
}

/// One row.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    fields: &'a Fields,
    letters: Letters,
    places: &'a [Option<usize>],
}

impl<'a> Row<'a> {
    /// The bytes of the shape's column number `index`; none where the file lacks the column.
    pub(super) fn raw(&self, index: usize) -> &'a [u8] {
        let place = self.places.get(index).copied().flatten();
        place.and_then(|place| self.fields.get(place)).unwrap_or_default()
    }

    /// The same as text, trimmed.
    pub(super) fn get(&self, index: usize) -> Cow<'a, str> {
        let blank = [' ', '\t', '\u{a0}'];
        match self.letters.decode(self.raw(index)) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(blank)),
            Cow::Owned(text) => Cow::Owned(text.trim_matches(blank).to_owned()),
        }
    }
}

/// Why a file cannot be read at all.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The disk, the pipe.
    Io(io::Error),
    /// The header.
    Header(Reason),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<R: BufRead> Table<R> {
    /// Reads the header.
    pub(super) fn new(input: R, shape: &Shape) -> Result<Self, Unreadable> {
        let mut records = Records::new(input, |line| shape.choose(line))?;
        let Some(Record { fields: Ok(header), .. }) = records.next()? else {
            return Err(Unreadable::Header(Reason::new("no-header").with("expected", expected(shape))));
        };
        let places = places(header, shape).map_err(Unreadable::Header)?;
        let width = header.len();
        records.expect_columns(width);
        Ok(Self { records, encoding: Encoding::default(), places, width })
    }

    /// The next row, or why it is none; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Row<'_>, RowError>>> {
        let Some(record) = self.records.next()? else { return Ok(None) };
        let (line, width) = (record.line, self.width);
        let fields = match record.fields {
            Ok(fields) => fields,
            Err(RecordFault::TooLong) => {
                return Ok(Some(Err(RowError::whole(line, Reason::new("record-too-long")))));
            }
            Err(RecordFault::UnclosedQuote) => {
                return Ok(Some(Err(RowError::whole(line, Reason::new("unclosed-quote")))));
            }
        };
        if fields.len() != width {
            let code = match fields.len() {
                found if found > width => "too-many-fields",
                _ if record.unterminated => "truncated",
                _ => "too-few-fields",
            };
            let reason = Reason::new(code).with("found", fields.len()).with("expected", width);
            return Ok(Some(Err(RowError::whole(line, reason))));
        }
        let Some(letters) = self.encoding.judge(fields.bytes()) else {
            return Ok(Some(Err(RowError::whole(line, Reason::new("encoding")))));
        };
        Ok(Some(Ok(Row { line, fields, letters, places: &self.places })))
    }
}

fn expected(shape: &Shape) -> String {
    let delimiter = shape.delimiters.first().map_or(',', |byte| char::from(*byte));
    shape.required.join(&delimiter.to_string())
}

fn places(header: &Fields, shape: &Shape) -> Result<Vec<Option<usize>>, Reason> {
    if header.get(0).is_some_and(|field| field.starts_with(b"\xFF\xFE") || field.starts_with(b"\xFE\xFF")) {
        return Err(Reason::new("utf-16"));
    }
    let names: Vec<String> = header.iter().map(name).collect();
    let place = |column: &str| names.iter().position(|name| name == column);
    let missing: Vec<&str> =
        shape.required.iter().copied().filter(|column| place(column).is_none()).collect();
    if !missing.is_empty() {
        return Err(Reason::new("columns-missing")
            .with("missing", missing.join(", "))
            .with("expected", expected(shape)));
    }
    for (at, name) in names.iter().enumerate() {
        if !shape.columns().any(|column| column == name) {
            if shape.others_pass {
                continue;
            }
            // Shown shortened: a file without header has a person's data here.
            let shown: String = name.chars().take(40).collect();
            return Err(Reason::new("column-unknown")
                .with("column", shown)
                .with("expected", expected(shape)));
        }
        if names[..at].contains(name) {
            return Err(Reason::new("column-twice").with("column", name));
        }
    }
    Ok(shape.columns().map(place).collect())
}
