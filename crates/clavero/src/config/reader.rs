//! Reads typed values out of the sources and keeps every problem, so that one run names them all.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    document::{Written, parse_document},
    nearest::nearest,
    problem::{Fault, Origin, Problem},
    sources::{Found, Sources},
};

/// Takes keys from the sources; what nobody took is unknown.
pub(crate) struct Reader {
    sources: Sources,
    known: BTreeSet<&'static str>,
    origins: BTreeMap<&'static str, (Origin, String)>,
    problems: Vec<Problem>,
}

/// A documented default that does not parse is a mistake of this program, which its tests find.
const DEFAULT_HOLDS: &str = "clavero.example.toml gives each key a default that parses, as its test proves";

impl Reader {
    pub(crate) fn new(sources: Sources) -> Self {
        Self { sources, known: BTreeSet::new(), origins: BTreeMap::new(), problems: Vec::new() }
    }

    /// A key that has a default.
    pub(crate) fn value<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, Fault>) -> T {
        self.optional(key, &parse).unwrap_or_else(|| {
            let default = self.sources.default_of(key).and_then(|found| one(found.value).ok());
            default.and_then(|text| parse(&text).ok()).expect(DEFAULT_HOLDS)
        })
    }

    /// A key that has none. The empty text stands for "none", so that a weaker source can be overruled.
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let found = self.take(key)?;
        let text = match one(found.value) {
            Ok(text) => text,
            Err(fault) => {
                self.refuse(key, found.origin, None, fault);
                return None;
            }
        };
        self.origins.insert(key, (found.origin.clone(), shown(&text)));
        if text.is_empty() && self.sources.default_of(key).is_none() {
            return None;
        }
        match parse(&text) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.refuse(key, found.origin, Some(text), fault);
                None
            }
        }
    }

    /// A list of scalars; from the environment, separated by commas or written as TOML (`["…", "…"]`).
    pub(crate) fn list<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, Fault>) -> Vec<T> {
        let Some(found) = self.take(key) else { return Vec::new() };
        let Some(texts) = scalars(found.value) else {
            self.refuse(key, found.origin, None, Fault::new("list"));
            return Vec::new();
        };
        self.origins.insert(key, (found.origin.clone(), shown(&texts.join(", "))));
        let mut values = Vec::new();
        for text in texts {
            match parse(&text) {
                Ok(value) => values.push(value),
                Err(fault) => self.refuse(key, found.origin.clone(), Some(text), fault),
            }
        }
        values
    }

    /// A list of tables; from the environment, written as TOML (`[{ name = "…" }]`).
    pub(crate) fn entries<T>(
        &mut self,
        key: &'static str,
        fields: &[&'static str],
        build: impl Fn(&Entry) -> Result<T, Fault>,
    ) -> Vec<T> {
        let Some(found) = self.take(key) else { return Vec::new() };
        let Some(tables) = tables(found.value) else {
            self.refuse(key, found.origin, None, Fault::new("entries"));
            return Vec::new();
        };
        let mut values = Vec::new();
        for table in tables {
            for name in table.keys().filter(|name| !fields.contains(&name.as_str())) {
                let fault = unknown(name, fields.iter().copied());
                self.refuse(&format!("{key}.{name}"), found.origin.clone(), None, fault);
            }
            match build(&Entry(table)) {
                Ok(value) => values.push(value),
                Err(fault) => self.refuse(key, found.origin.clone(), None, fault),
            }
        }
        values
    }

    fn take(&mut self, key: &'static str) -> Option<Found> {
        self.known.insert(key);
        self.sources.find(key)
    }

    fn refuse(&mut self, key: &str, origin: Origin, value: Option<String>, fault: Fault) {
        let value = value.map(|value| shown(&value));
        self.problems.push(Problem { key: key.to_owned(), origin, value, fault });
    }

    /// Ends the reading: where each key was written, and everything that is wrong.
    pub(crate) fn finish(mut self) -> (Origins, Vec<Problem>) {
        for (key, origin) in self.sources.unknown(&self.known) {
            let fault = unknown(&key, self.known.iter().copied());
            self.problems.push(Problem { key, origin, value: None, fault });
        }
        (Origins(self.origins), self.problems)
    }

    /// Every key asked for so far.
    #[cfg(test)]
    pub(crate) fn known(&self) -> &BTreeSet<&'static str> {
        &self.known
    }
}

fn unknown<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    match nearest(typed, known) {
        Some(suggestion) => Fault::new("unknown-key-near").with("suggestion", suggestion),
        None => Fault::new("unknown-key"),
    }
}

fn one(value: Written) -> Result<String, Fault> {
    match value {
        Written::Scalar(text) => Ok(text.trim().to_owned()),
        Written::List(_) | Written::Entries(_) => Err(Fault::new("scalar")),
    }
}

fn scalars(value: Written) -> Option<Vec<String>> {
    match value {
        Written::Entries(_) => None,
        Written::List(texts) => Some(texts),
        Written::Scalar(text) if text.trim_start().starts_with('[') => scalars(written_list(&text)?),
        Written::Scalar(text) => {
            Some(text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
        }
    }
}

fn tables(value: Written) -> Option<Vec<BTreeMap<String, Written>>> {
    match value {
        Written::Entries(tables) => Some(tables),
        Written::List(list) if list.is_empty() => Some(Vec::new()),
        Written::List(_) => None,
        Written::Scalar(text) => tables(written_list(&text)?),
    }
}

/// A list that one text holds, as a variable of the environment does.
fn written_list(text: &str) -> Option<Written> {
    match parse_document(&format!("list = {text}")).ok()?.remove("list")?.value {
        Written::Scalar(_) => None,
        value => Some(value),
    }
}

/// A value as it may be told: an address without the password that it may hold, whatever key it was written to.
fn shown(value: &str) -> String {
    let (Some(scheme), Some(at)) = (value.find("://"), value.rfind('@')) else { return value.to_owned() };
    match value.get(..scheme + 3).zip(value.get(at..)) {
        Some((before, after)) if at > scheme => format!("{before}…{after}"),
        _ => value.to_owned(),
    }
}

/// Where each key was written and as what, for problems that show only when keys are compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins(BTreeMap<&'static str, (Origin, String)>);

impl Origins {
    /// A problem of this key.
    pub(crate) fn problem(&self, key: &'static str, fault: Fault) -> Problem {
        let (origin, value) = self.0.get(key).cloned().map_or((Origin::Default, None), |(o, v)| (o, Some(v)));
        Problem { key: key.to_owned(), origin, value, fault }
    }
}

/// One table of a list.
pub(crate) struct Entry(BTreeMap<String, Written>);

impl Entry {
    /// A text that must be there.
    pub(crate) fn text(&self, field: &'static str) -> Result<String, Fault> {
        match self.optional_text(field) {
            text if text.is_empty() => Err(Fault::new("entry-field-missing").with("field", field)),
            text => Ok(text),
        }
    }

    /// A text that may be absent: then empty.
    pub(crate) fn optional_text(&self, field: &'static str) -> String {
        match self.0.get(field) {
            Some(Written::Scalar(text)) => text.trim().to_owned(),
            _ => String::new(),
        }
    }

    /// A list of texts; one text stands for a list of one.
    pub(crate) fn list(&self, field: &'static str) -> Vec<String> {
        match self.0.get(field) {
            Some(Written::Scalar(text)) => vec![text.clone()],
            Some(Written::List(texts)) => texts.clone(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_from_a_variable_in_either_way_of_writing() {
        let read = |text: &str| scalars(Written::Scalar(text.to_owned()));
        let list = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        assert_eq!(read("10.0.0.0/8, ::1 ,"), list(&["10.0.0.0/8", "::1"]));
        assert_eq!(read(r#"["Ley A, arts. 1, 2", "Ley B"]"#), list(&["Ley A, arts. 1, 2", "Ley B"]));
        assert_eq!(read("[]"), list(&[]));
        assert_eq!(
            read(r#"["Ley A"#),
            None,
            "a list that does not end is refused, and not cut at its commas"
        );
    }

    #[test]
    fn a_password_in_an_address_is_never_told() {
        assert_eq!(shown("smtps://ana:s3cr@et@mail.example:465"), "smtps://…@mail.example:465");
        assert_eq!(shown("postgres://u:p@db/clavero"), "postgres://…@db/clavero");
        assert_eq!(shown("smtp://mail.example"), "smtp://mail.example");
        assert_eq!(shown("3x"), "3x");
    }
}
