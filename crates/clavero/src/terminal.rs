//! Where words go: results to the standard output, everything else to the standard error.

use std::io::{self, IsTerminal as _, Write as _};

use crate::speech::{Speech, Value};

/// Prints a line of the result. A reader that has gone (`| head`) is no failure.
pub(crate) fn print(line: &str) {
    drop(writeln!(io::stdout().lock(), "{line}"));
}

/// Tells something beside the result.
pub(crate) fn tell(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// The operator's terminal, or the files and pipes that stand in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    speech: Speech,
    is_watched: bool,
}

impl Terminal {
    /// The one of this process.
    pub(crate) fn of_process(speech: Speech) -> Self {
        Self { speech, is_watched: io::stderr().is_terminal() }
    }

    pub(crate) const fn speech(self) -> Speech {
        self.speech
    }

    /// Whether a person watches the standard error.
    pub(crate) const fn is_watched(self) -> bool {
        self.is_watched
    }

    /// Prints the sentence of `key` as a line of the result.
    pub(crate) fn print(self, key: &str, args: &[Value<'_>]) {
        print(&self.speech.say(key, args));
    }

    /// Tells the sentence of `key` beside the result.
    pub(crate) fn tell(self, key: &str, args: &[Value<'_>]) {
        tell(&self.speech.say(key, args));
    }
}
