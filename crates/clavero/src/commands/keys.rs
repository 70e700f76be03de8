//! `clavero keys rotate`.

use clavero_service::KeyRing;

use crate::{config::Settings, failure::Failure, parts, terminal::Terminal};

/// Adds a key to the ring. A running service goes on with the ring that it read at its start.
pub(crate) fn rotate(settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let path = settings.key_file.display().to_string();
    let id = KeyRing::rotate(&settings.key_file)
        .map_err(|error| parts::keys_failure(&settings.key_file, &error))?;
    terminal.print("keys-rotated", &[("id", &id), ("path", &path)]);
    terminal.tell("keys-restart", &[]);
    Ok(())
}
