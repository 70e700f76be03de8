//! What each command does.

mod audit;
mod backup;
mod breach_filter;
mod copy;
mod demo;
mod doctor;
mod employer;
mod generate;
mod import;
mod keys;
mod officer;
mod restore;
mod retention;
mod serve;

use crate::{
    cli::{BreachFilter, Cli, Command, Import},
    config::Settings,
    failure::Failure,
    parts, server,
    terminal::{self, Terminal},
};

/// Runs a command to its end.
pub(crate) fn run(cli: &Cli, terminal: Terminal) -> Result<(), Failure> {
    let settings = || parts::settings(cli.config.clone());
    match &cli.command {
        Command::Import(Import::Employers(command)) => {
            block_on(import::employers(command, &settings()?, terminal))
        }
        Command::Import(Import::Catastro(command)) => {
            block_on(import::catastro(command, &settings()?, terminal))
        }
        Command::Keys(command) => block_on(keys::run(command, &settings()?, terminal)),
        Command::BreachFilter(BreachFilter::Build(command)) => breach_filter::build(command, terminal),
        Command::Audit(command) => block_on(audit::run(command, &settings()?, terminal)),
        Command::Employer(command) => block_on(employer::run(command, &settings()?, terminal)),
        Command::Officer(command) => block_on(officer::run(command, &settings()?, terminal)),
        Command::Backup(command) => backup::run(command, &settings()?, terminal),
        Command::Copy(command) => block_on(copy::run(command, terminal)),
        Command::Restore(command) => block_on(restore::run(command, &settings()?, terminal)),
        Command::Retention => block_on(retention::run(&settings()?, terminal)),
        Command::Generate(command) => generate::run(command),
        Command::Demo(command) => demo::run(command, settings()?, terminal),
        Command::Serve => serve::run(settings()?),
        Command::Migrate => block_on(migrate(&settings()?, terminal)),
        Command::Doctor(command) => server::block_on(doctor::run(command, settings(), terminal)),
        Command::Openapi => openapi(),
    }
}

/// `clavero migrate`: what each start does as well, by itself.
async fn migrate(settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    drop(parts::open_store(settings).await?);
    terminal.print("migrated", &[("path", &settings.database.shown())]);
    Ok(())
}

/// `clavero openapi`: the document as JSON.
fn openapi() -> Result<(), Failure> {
    let document = clavero_web::openapi().to_pretty_json();
    terminal::print(&document.map_err(|error| Failure::say("failed-runtime", [("why", &error)]))?);
    Ok(())
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::say("failed-runtime", [("why", &error)]))?.block_on(work)
}
