//! What is wrong with a row or a header, in a form that the catalogue has sentences for.

use clavero_protocol::FieldError;

use crate::speech::{Speech, Value};

/// Why a row, or a whole file, is not taken. `code` is also the Fluent key `import-<code>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// Kebab-case.
    pub(crate) code: &'static str,
    args: Vec<(&'static str, String)>,
}

impl Reason {
    pub(super) const fn new(code: &'static str) -> Self {
        Self { code, args: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// The sentence, in the operator's language. It quotes no value of the row: rows are personal data.
    pub(crate) fn tell(&self, speech: Speech) -> String {
        let args: Vec<Value<'_>> = self.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        speech.say(&format!("import-{}", self.code), &args)
    }
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowError {
    /// The line on which it begins, from 1, the header being the first.
    pub(crate) line: u64,
    /// The column that is to blame, as the header calls it.
    pub(crate) column: Option<&'static str>,
    /// Why.
    pub(crate) reason: Reason,
}

impl RowError {
    pub(super) const fn whole(line: u64, reason: Reason) -> Self {
        Self { line, column: None, reason }
    }

    /// It says something else of its RUC than a row that counts more.
    pub(crate) const fn differs(line: u64) -> Self {
        Self::whole(line, Reason::new("differs"))
    }

    /// The employer was not there before.
    pub(crate) const fn new_employer(line: u64) -> Self {
        Self::whole(line, Reason::new("new-employer"))
    }

    /// The employer's value in this column is another one.
    pub(crate) const fn another_value(line: u64, column: &'static str) -> Self {
        Self { line, column: Some(column), reason: Reason::new("another-value") }
    }

    /// The file ends in the middle of it.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.reason.code == "truncated"
    }

    /// The sentence with its line and column.
    pub(crate) fn tell(&self, speech: Speech) -> String {
        let (line, reason) = (self.line.to_string(), self.reason.tell(speech));
        match self.column {
            Some(column) => {
                speech.say("import-row-column", &[("line", &line), ("column", column), ("reason", &reason)])
            }
            None => speech.say("import-row", &[("line", &line), ("reason", &reason)]),
        }
    }
}

/// A field's refusal by the protocol, as a reason of the catalogue.
pub(super) fn of_field(error: FieldError) -> Reason {
    let reason = Reason::new(error.code());
    match error.counts() {
        Some((found, expected)) => reason.with("found", found).with("expected", expected),
        None => reason,
    }
}
