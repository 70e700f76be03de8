//! `clavero breach-filter build`.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
};

use clavero_service::{BreachFilter, BreachFilterError};

use crate::{cli::BuildFilter, failure::Failure, progress::Progress, terminal::Terminal};

/// Lines between two looks at the progress.
const STEP: u64 = 100_000;

/// Makes a filter of a public list of `SHA1[:count]` lines.
pub(crate) fn build(command: &BuildFilter, terminal: Terminal) -> Result<(), Failure> {
    let path = command.list.display().to_string();
    let failed = |error: &BreachFilterError| match error {
        BreachFilterError::Line(line) => {
            Failure::say("failed-breach-line", [("path", &path), ("line", line)])
        }
        other => Failure::say("failed-breach-filter", [("path", &path), ("why", other)]),
    };
    let file = File::open(&command.list).map_err(|error| failed(&error.into()))?;
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let mut progress = Progress::new(terminal, bytes);
    let mut count = 0;
    let lines = BufReader::new(progress.counted(file)).lines().inspect(|_| {
        count += 1;
        if count % STEP == 0 {
            progress.advance(STEP);
        }
    });
    let built = BreachFilter::build(lines);
    progress.finish();
    let output = command.output.display().to_string();
    built
        .map_err(|error| failed(&error))?
        .save(&command.output)
        .map_err(|error| Failure::say("failed-write", [("path", &output), ("why", &error)]))?;
    terminal.print("breach-filter-built", &[("count", &count.to_string()), ("path", &output)]);
    Ok(())
}
