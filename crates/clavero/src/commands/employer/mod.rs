//! `clavero employer`: what is held of one, for whoever asks; and the end of those who are gone.

mod remove;
mod show;

use crate::{cli::Employer, config::Settings, failure::Failure, terminal::Terminal};

/// Runs one of the commands. A running service may go on meanwhile.
pub(crate) async fn run(command: &Employer, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    match command {
        Employer::Show(command) => show::run(command, settings, terminal).await,
        Employer::Remove(command) => remove::run(command, settings, terminal).await,
    }
}
