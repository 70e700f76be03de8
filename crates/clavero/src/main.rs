//! Clavero: gives employers their portal key back.

mod cli;
mod commands;
mod config;
mod failure;
mod generate;
mod import;
mod parts;
mod progress;
mod server;
mod speech;
mod terminal;
mod tls;

use std::process::ExitCode;

use crate::{cli::Cli, speech::Speech, terminal::Terminal};

/// Quicker than the system's under many small allocations from many threads, and steadier in its resident memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(unix)]
    forgo_core_files();
    let speech = Speech::of_variables(|name| std::env::var(name).ok());
    let terminal = Terminal::of_process(speech);
    match commands::run(&Cli::of_process(speech), terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.lines(speech) {
                terminal::tell(&line);
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

/// The key ring, codes and links are in memory: a crash leaves no copy of that behind, however the machine is set.
#[cfg(unix)]
fn forgo_core_files() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Less is always allowed.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}
