//! What is known of a database as a whole. Where the embedded engine has a number or text, a server has its bytes.

use super::{CopyError, Known, cell::Cell};

/// How a key's value stands in an engine that has more than bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Number,
    Text,
    Bytes,
    /// It belongs to the place and not to the data.
    Stays,
}

/// Every key that there is.
const KEYS: &[(&str, Form)] = &[
    ("active_key", Form::Text),
    ("audit_origin", Form::Text),
    ("clock_high_water", Form::Number),
    ("epoch", Form::Number),
    ("hold_log", Form::Stays),
    ("hold_officers", Form::Stays),
    ("key_ring", Form::Bytes),
    ("unready", Form::Text),
    ("write_check", Form::Stays),
];

/// How a key's value stands; a key that is not known cannot be copied.
pub(crate) fn form(key: &str) -> Result<Form, CopyError> {
    let found = KEYS.iter().find(|(known, _)| *known == key);
    found.map(|(_, form)| *form).ok_or_else(|| CopyError::OtherSchema(format!("meta.{key}")))
}

/// A value as its bytes, which is how it goes from one engine to the other.
pub(crate) fn bytes(cell: Cell) -> Option<Box<[u8]>> {
    match cell {
        Cell::Null => None,
        Cell::Integer(number) => Some(number.to_be_bytes().into()),
        Cell::Text(bytes) | Cell::Bytes(bytes) => Some(bytes),
    }
}

/// A row of key and value.
pub(crate) fn pair(row: Vec<Cell>) -> Option<Known> {
    let mut cells = row.into_iter();
    let (Some(Cell::Text(key) | Cell::Bytes(key)), Some(value)) = (cells.next(), cells.next()) else {
        return None;
    };
    Some((String::from_utf8_lossy(&key).into_owned(), bytes(value)?))
}

/// The bytes as the embedded engine has them.
pub(crate) fn cell(form: Form, bytes: &[u8]) -> Cell {
    match (form, bytes.try_into().map(i64::from_be_bytes)) {
        (Form::Number, Ok(number)) => Cell::Integer(number),
        (Form::Text, _) => Cell::Text(bytes.into()),
        _ => Cell::Bytes(bytes.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    /// The keys that a file names in its statements.
    fn named(text: &str) -> Vec<String> {
        let starts = ["meta WHERE key = '", "meta (key, value) VALUES ('", "meta::put(tx, \""];
        let mut found = Vec::new();
        for start in starts {
            for rest in text.split(start).skip(1) {
                found.extend(rest.split(['\'', '"']).next().map(ToOwned::to_owned));
            }
        }
        found
    }

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.extend(named(&fs::read_to_string(&path).unwrap()));
            }
        }
    }

    #[test]
    fn every_key_that_a_statement_names_is_known() {
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 5, "{found:?}");
        // What the patterns above look like themselves.
        found.retain(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !key.is_empty());
        for key in found {
            assert!(form(&key).is_ok(), "copy/meta.rs does not know meta.{key}");
        }
    }

    #[test]
    fn a_value_is_the_same_after_a_way_through_bytes() {
        for (form, value) in [
            (Form::Number, Cell::Integer(-7)),
            (Form::Text, Cell::Text((*b"eight by").into())),
            (Form::Bytes, Cell::Bytes([7; 32].into())),
        ] {
            assert_eq!(cell(form, &bytes(value.clone()).unwrap()), value);
        }
    }
}
