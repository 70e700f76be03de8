//! `clavero import`: registers into the store, with a report of what was left out.

mod catastro;
mod employers;
mod faults;
mod gone;
mod reading;

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    time::Duration,
};

pub(crate) use self::{catastro::catastro, employers::employers};
use crate::failure::Failure;

/// Between two transactions: long enough for a running service to have its turn, which looks for one each millisecond.
const TURN: Duration = Duration::from_millis(3);
/// Bytes read at a time.
const BUFFER: usize = 256 * 1024;

/// Opens a file, or the standard input for `-`, and says how many bytes it has (unknown: 0).
pub(super) fn open(path: &Path) -> Result<(Box<dyn Read + Send>, u64), Failure> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(io::stdin()), 0));
    }
    let unreadable =
        |error: io::Error| Failure::say("failed-file", [("path", &path.display()), ("why", &error)]);
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    Ok((Box::new(file), metadata.len()))
}
