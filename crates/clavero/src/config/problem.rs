//! What is wrong with a configuration: which key, where it was written, which value, and how to mend it.

use std::{fmt, path::PathBuf};

use crate::speech::{Speech, Value};

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An environment variable.
    Environment(String),
    /// A file in `$CREDENTIALS_DIRECTORY` (systemd's `LoadCredential=`).
    Credential(PathBuf),
    /// A line of the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Nowhere: the documented default.
    Default,
}

/// Why a value cannot be taken. `code` is also the Fluent key `config-<code>`, whose text says the mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Kebab-case.
    pub(crate) code: &'static str,
    /// What the sentence needs besides key, value and origin.
    pub(crate) args: Vec<(&'static str, String)>,
}

impl Fault {
    pub(crate) const fn new(code: &'static str) -> Self {
        Self { code, args: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The key with its section: `recovery.code_ttl`.
    pub(crate) key: String,
    /// Where it was written.
    pub(crate) origin: Origin,
    /// The value as written; `None` where there is none or it may hold a password.
    pub(crate) value: Option<String>,
    /// What is wrong.
    pub(crate) fault: Fault,
}

impl Problem {
    /// One sentence for the operator: place, key, value, reason and mend.
    pub(crate) fn tell(&self, speech: Speech) -> String {
        let mut args: Vec<Value<'_>> =
            self.fault.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        args.push(("key", self.key.as_str()));
        args.push(("value", self.value.as_deref().unwrap_or_default()));
        let sentence = speech.say(&format!("config-{}", self.fault.code), &args);
        let place = match &self.origin {
            Origin::Environment(name) => name.clone(),
            Origin::Credential(path) => path.display().to_string(),
            Origin::File { path, line } => format!("{}:{line}", path.display()),
            Origin::Default => return sentence,
        };
        format!("{place}: {sentence}")
    }
}
