//! How far long work has come: a bar on a terminal, now and then a plain line anywhere else.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal::{self, Terminal};

/// Rows between two plain lines.
const ROWS_PER_LINE: u64 = 100_000;

/// Counts the bytes that are read through it.
pub(crate) struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Shows the way through a file.
pub(crate) struct Progress {
    terminal: Terminal,
    read: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
    rows: u64,
}

impl Progress {
    /// Of a file of `bytes` (unknown: 0).
    pub(crate) fn new(terminal: Terminal, bytes: u64) -> Self {
        let bar = terminal.is_watched().then(|| {
            let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(10));
            let template = "{wide_bar} {percent:>3} %  {msg}  {elapsed_precise} / {duration_precise}";
            match ProgressStyle::with_template(template) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self { terminal, read: Arc::default(), bar, rows: 0 }
    }

    /// A reader whose bytes count.
    pub(crate) fn counted<R: Read>(&self, inner: R) -> Counted<R> {
        Counted { inner, read: Arc::clone(&self.read) }
    }

    /// So many more rows are done.
    pub(crate) fn advance(&mut self, rows: u64) {
        let before = self.rows / ROWS_PER_LINE;
        self.rows += rows;
        let shown = self.rows.to_string();
        if let Some(bar) = &self.bar {
            bar.set_position(self.read.load(Ordering::Relaxed));
            bar.set_message(self.terminal.speech().say("import-progress", &[("rows", &shown)]));
        } else if self.rows / ROWS_PER_LINE > before {
            self.terminal.tell("import-progress", &[("rows", &shown)]);
        }
    }

    /// A line that stands above the bar.
    pub(crate) fn tell(&self, line: &str) {
        self.aside(|| terminal::tell(line));
    }

    /// A line of the result, which stands above the bar too where both go to one terminal.
    pub(crate) fn print(&self, line: &str) {
        self.aside(|| terminal::print(line));
    }

    fn aside(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows the way through something whose length is known and may still grow.
pub(crate) struct Stretch {
    terminal: Terminal,
    bar: Option<ProgressBar>,
    key: &'static str,
    /// What the last plain line said.
    told: Option<u64>,
}

impl Stretch {
    /// `key` is the sentence of a plain line; it has `done` and `all`.
    pub(crate) fn new(terminal: Terminal, key: &'static str) -> Self {
        let bar = terminal.is_watched().then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
            let template = "{wide_bar} {percent:>3} %  {pos} / {len}  {elapsed_precise} / {duration_precise}";
            match ProgressStyle::with_template(template) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self { terminal, bar, key, told: Some(0) }
    }

    /// The same, with a plain line as soon as something is done.
    pub(crate) fn told_at_once(terminal: Terminal, key: &'static str) -> Self {
        Self { told: None, ..Self::new(terminal, key) }
    }

    /// So much of it is done.
    pub(crate) fn at(&mut self, done: u64, all: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
        } else if self.told.is_none_or(|told| done / ROWS_PER_LINE > told / ROWS_PER_LINE) {
            self.told = Some(done);
            self.terminal.tell(self.key, &[("done", &done.to_string()), ("all", &all.to_string())]);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
