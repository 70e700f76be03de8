//! What happened, as a digest: two runs of one seed must agree in every line.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};

/// The events so far, and how often each fault was injected.
#[derive(Default)]
pub(crate) struct Trace {
    digest: Sha256,
    /// Events.
    pub(crate) events: u64,
    /// Faults by kind.
    pub(crate) faults: BTreeMap<&'static str, u64>,
    /// Outcomes of calls, by call and outcome.
    pub(crate) outcomes: BTreeMap<String, u64>,
    /// The lines themselves, where they are wanted.
    pub(crate) lines: Option<Vec<String>>,
    text: String,
}

impl Trace {
    /// Adds an event. It names nothing that is random: no token, no salt, no digest.
    pub(crate) fn event(&mut self, micros: u128, what: std::fmt::Arguments<'_>) {
        self.text.clear();
        // Writing to a string does not fail.
        let _ = write!(self.text, "{micros} {what}");
        self.digest.update(self.text.as_bytes());
        self.digest.update(b"\n");
        self.events += 1;
        if let Some(lines) = &mut self.lines {
            lines.push(self.text.clone());
        }
    }

    /// The digest of all events so far, in hexadecimal.
    #[must_use]
    pub(crate) fn digest(&self) -> String {
        self.digest.clone().finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
