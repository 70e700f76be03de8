//! Configuration: typed settings out of defaults, file, credentials and environment, and everything that is wrong with
//! them, named at once.

mod check;
mod document;
mod duration;
mod nearest;
mod problem;
mod read;
mod reader;
mod settings;
mod sources;
#[cfg(test)]
mod tests;

use std::path::Path;

pub(crate) use self::{
    check::check_serving,
    duration::show_duration,
    problem::{Fault, Problem},
    settings::{Database, LogFormat, Secret, Settings},
    sources::Surroundings,
};
use self::{reader::Reader, sources::Sources};

/// Reads the settings: `file` over the defaults, `surroundings` over both.
pub(crate) fn load(file: Option<&Path>, surroundings: Surroundings) -> Result<Settings, Vec<Problem>> {
    let sources = Sources::read(file, surroundings).map_err(|problem| vec![problem])?;
    let (settings, problems) = read::read(Reader::new(sources));
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}
