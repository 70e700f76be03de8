//! A TOML document flattened to dotted keys, each with the line on which it stands.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// A value that no table splits any further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// Text, a number, `true` or `false`, as written.
    Scalar(String),
    /// A list of scalars.
    List(Vec<String>),
    /// A list of tables.
    Entries(Vec<BTreeMap<String, Written>>),
}

/// A value and its line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) value: Written,
    pub(crate) line: usize,
}

/// Dotted key → value.
pub(crate) type Document = BTreeMap<String, Placed>;

/// Why a document cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotToml {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The parser's own words (they are in English, whatever the language).
    pub(crate) message: String,
}

/// Reads `text` as TOML.
pub(crate) fn parse_document(text: &str) -> Result<Document, NotToml> {
    let table = DeTable::parse(text).map_err(|error| NotToml {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })?;
    let mut document = Document::new();
    flatten(text, "", table.get_ref(), &mut document);
    Ok(document)
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

fn flatten(text: &str, prefix: &str, table: &DeTable<'_>, into: &mut Document) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        match value.get_ref() {
            DeValue::Table(inner) => flatten(text, &key, inner, into),
            other => {
                let line = line_of(text, name.span().start);
                into.insert(key, Placed { value: written(other), line });
            }
        }
    }
}

fn written(value: &DeValue<'_>) -> Written {
    match value {
        DeValue::Array(items) if items.iter().any(|item| matches!(item.get_ref(), DeValue::Table(_))) => {
            Written::Entries(items.iter().map(|item| fields(item.get_ref())).collect())
        }
        DeValue::Array(items) => Written::List(items.iter().map(|item| scalar(item.get_ref())).collect()),
        other => Written::Scalar(scalar(other)),
    }
}

fn fields(value: &DeValue<'_>) -> BTreeMap<String, Written> {
    match value {
        DeValue::Table(table) => {
            table.iter().map(|(name, value)| (name.get_ref().to_string(), written(value.get_ref()))).collect()
        }
        // A scalar among tables: kept under an empty name, which no entry knows.
        other => BTreeMap::from([(String::new(), written(other))]),
    }
}

fn scalar(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.to_string(), |number| number.to_string()),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(_) => "[…]".to_owned(),
        DeValue::Table(_) => "{…}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_dotted_and_know_their_line() {
        let document = parse_document("# note\n[recovery]\ncode_ttl = \"3m\"\ncode_digits = 0x6\n").unwrap();
        assert_eq!(
            document["recovery.code_ttl"],
            Placed { value: Written::Scalar("3m".to_owned()), line: 3 }
        );
        assert_eq!(document["recovery.code_digits"].value, Written::Scalar("6".to_owned()));
    }

    #[test]
    fn a_list_of_tables_is_kept_together() {
        let document =
            parse_document("[[assisted.centres]]\nname = \"A\"\n[[assisted.centres]]\nname = \"B\"\n")
                .unwrap();
        let Written::Entries(entries) = &document["assisted.centres"].value else { panic!() };
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1]["name"], Written::Scalar("B".to_owned()));
    }

    #[test]
    fn a_broken_document_is_refused_with_its_line() {
        assert_eq!(parse_document("[server]\nlisten = \"x\nlisten = 1\n").unwrap_err().line, 2);
    }
}
