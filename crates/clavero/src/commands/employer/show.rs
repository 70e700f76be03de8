//! `clavero employer show`: all that is held of one employer, as JSON.

use crate::{
    cli::ShowEmployer,
    commands::serve,
    config::Settings,
    failure::Failure,
    import::employer_key,
    parts,
    progress::Stretch,
    terminal::{self, Terminal},
};

pub(super) async fn run(
    command: &ShowEmployer,
    settings: &Settings,
    terminal: Terminal,
) -> Result<(), Failure> {
    let employer = employer_key(&command.ruc, &command.sucursal).map_err(|(option, reason)| {
        let reason = reason.tell(terminal.speech());
        Failure::usage("failed-employer-option", [("option", &option), ("reason", &reason)])
    })?;
    // One that would be made here knows nobody, and that is no answer.
    parts::require_database(&settings.database)?;
    let public_url = settings.server.public_url(settings.server.listen);
    let service = serve::start_service(settings, serve::service_settings(settings, &public_url)).await?;
    let mut progress = Stretch::new(terminal, "audit-progress");
    let held = service.held(&employer, &mut |done, all| progress.at(done, all)).await;
    progress.finish();
    let held = held.map_err(|error| parts::log_failure(settings, &error))?;
    let held = held.ok_or_else(|| {
        let (ruc, sucursal) = (employer.ruc(), employer.sucursal());
        Failure::say("failed-employer-unknown", [("ruc", ruc), ("sucursal", &sucursal)])
    })?;
    let text = serde_json::to_string_pretty(&held);
    terminal::print(&text.map_err(|error| Failure::say("failed-runtime", [("why", &error)]))?);
    Ok(())
}
