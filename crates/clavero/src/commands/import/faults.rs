//! Rows that were left out: told as they come, and written into a report.

use std::{fs::File, path::Path};

use crate::{
    cli::ImportOptions,
    failure::Failure,
    import::{RowError, Unreadable},
    progress::Progress,
    terminal::Terminal,
};

/// Rows that are told one by one; a report file has them all.
const MOST_TOLD: u64 = 1_000;

/// What was wrong in the files of one import.
pub(super) struct Faults {
    report: Option<Report>,
    bad: u64,
    told: u64,
    terminal: Terminal,
}

impl Faults {
    pub(super) fn new(options: &ImportOptions, terminal: Terminal) -> Result<Self, Failure> {
        let report = options.report.as_deref().map(Report::create).transpose()?;
        Ok(Self { report, bad: 0, told: 0, terminal })
    }

    /// How many rows were left out.
    pub(super) const fn count(&self) -> u64 {
        self.bad
    }

    /// A row is left out.
    pub(super) fn bad(&mut self, path: &Path, error: &RowError, progress: &Progress) -> Result<(), Failure> {
        self.bad += 1;
        self.note(path, error, |line| progress.tell(line))
    }

    /// Tells of a row, by `tell` where somebody may be watching a bar.
    pub(super) fn note(&mut self, path: &Path, error: &RowError, tell: impl Fn(&str)) -> Result<(), Failure> {
        self.told += 1;
        let path = path.display().to_string();
        if self.told <= MOST_TOLD {
            tell(&format!("{path}: {}", error.tell(self.terminal.speech())));
        } else if self.told == MOST_TOLD + 1 {
            tell(&self.terminal.speech().say("import-more-bad", &[]));
        }
        match &mut self.report {
            Some(report) => report.add(&path, error, self.terminal),
            None => Ok(()),
        }
    }

    /// A file that cannot be read at all.
    pub(super) fn unreadable(&self, path: &Path, error: &Unreadable) -> Failure {
        let path = path.display();
        let why = match error {
            Unreadable::Io(error) => error.to_string(),
            Unreadable::Header(reason) => reason.tell(self.terminal.speech()),
        };
        Failure::say("failed-file", [("path", &path), ("why", &why)])
    }

    /// For `--strict`: not one row is left out.
    pub(super) fn none(&self) -> Result<(), Failure> {
        match self.bad {
            0 => Ok(()),
            bad => Err(Failure::say("failed-strict", [("bad", &bad)])),
        }
    }

    /// The report is whole.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.report.as_mut().map_or(Ok(()), Report::flush)
    }
}

/// The bad rows as a file: `file,line,column,code,reason`. It quotes no value of a row.
struct Report {
    path: String,
    writer: csv::Writer<File>,
}

impl Report {
    fn create(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let mut writer = csv::Writer::from_path(path).map_err(|error| unwritten(&shown, &error))?;
        writer
            .write_record(["file", "line", "column", "code", "reason"])
            .map_err(|error| unwritten(&shown, &error))?;
        Ok(Self { path: shown, writer })
    }

    fn add(&mut self, file: &str, error: &RowError, terminal: Terminal) -> Result<(), Failure> {
        let (line, reason) = (error.line.to_string(), error.reason.tell(terminal.speech()));
        let row = [file, &line, error.column.unwrap_or_default(), error.reason.code, &reason];
        self.writer.write_record(row).map_err(|error| unwritten(&self.path, &error))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(|error| unwritten(&self.path, &error))
    }
}

pub(super) fn unwritten(path: &str, why: &impl ToString) -> Failure {
    Failure::say("failed-write", [("path", &path), ("why", why)])
}
