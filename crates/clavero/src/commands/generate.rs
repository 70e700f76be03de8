//! `clavero generate`.

use std::io::{self, BufWriter};

use crate::{
    cli::{Generate, Generated},
    failure::Failure,
    generate::{write_catastro, write_employers},
};

/// Writes made-up data to the standard output.
pub(crate) fn run(command: &Generate) -> Result<(), Failure> {
    let output = BufWriter::with_capacity(256 * 1024, io::stdout().lock());
    let written = match command {
        Generate::Employers(Generated { count, seed }) => write_employers(*count, *seed, output),
        Generate::Catastro(Generated { count, seed }) => write_catastro(*count, *seed, output),
    };
    match written {
        // A reader that has gone (`| head`) has had enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::say("failed-write", [("path", &"-"), ("why", &error)]))
        }
        _ => Ok(()),
    }
}
