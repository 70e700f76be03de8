//! `clavero officer`: the operator at the machine brings the first officers in. Later ones need two admins at the desk.

use clavero_protocol::OfficerRefusal;
use clavero_service::{DeskError, NewStaff, OfficerView};

use super::serve;
use crate::{
    cli::{AddOfficer, Officer},
    config::{Settings, show_duration},
    failure::Failure,
    terminal::{self, Terminal},
};

/// Runs one of the commands on the database of the configuration; a running service sees it at once.
pub(crate) async fn run(command: &Officer, settings: &Settings, terminal: Terminal) -> Result<(), Failure> {
    let public_url = settings.server.public_url(settings.server.listen);
    let service = serve::start_service(settings, serve::service_settings(settings, &public_url)).await?;
    match command {
        Officer::Add(new) => {
            let staff = NewStaff { name: &new.name, email: &new.email, role: new.role };
            let token = service.add_officer(staff).await.map_err(|error| refused(error, new))?;
            let life = show_duration(settings.desk.enrolment_life);
            terminal.tell("officer-added", &[("name", &new.name), ("life", &life)]);
            terminal::print(&format!("{public_url}/ventanilla/alta/{token}"));
        }
        Officer::List => {
            let officers = service.list_officers().await.map_err(|_| Failure::say("failed-officers", []))?;
            if officers.is_empty() {
                terminal.tell("officers-none", &[]);
            }
            for officer in &officers {
                terminal::print(&row(officer, terminal));
            }
        }
        Officer::Disable(whom) => {
            let name = service.disable_officer(&whom.email).await.map_err(|error| match error {
                DeskError::Refused(OfficerRefusal::LastAdmin) => {
                    Failure::say("failed-officer-last-admin", [])
                }
                DeskError::Refused(OfficerRefusal::Inactive) => Failure::say("failed-officer-inactive", []),
                DeskError::Unavailable => Failure::say("failed-officers", []),
                _ => Failure::say("failed-officer-unknown", [("email", &whom.email)]),
            })?;
            terminal.tell("officer-disabled", &[("name", &name)]);
        }
    }
    Ok(())
}

fn refused(error: DeskError, new: &AddOfficer) -> Failure {
    match error {
        DeskError::Name(_) => Failure::say("failed-officer-name", []),
        DeskError::Email(_) => Failure::say("failed-officer-email", [("email", &new.email)]),
        DeskError::Refused(OfficerRefusal::EmailTaken) => {
            Failure::say("failed-officer-taken", [("email", &new.email)])
        }
        _ => Failure::say("failed-officers", []),
    }
}

/// One line an officer, in columns that line up and that `cut -f` parts.
fn row(officer: &OfficerView, terminal: Terminal) -> String {
    let state = match officer {
        OfficerView { active: false, .. } => "officer-state-disabled",
        OfficerView { passkeys: 0, totp: false, .. } => "officer-state-waiting",
        OfficerView { passkeys: 0, .. } => "officer-state-totp",
        _ => "officer-state-passkey",
    };
    let state = terminal.speech().say(state, &[]);
    format!("{}\t{}\t{}\t{state}", officer.role.as_str(), officer.email, officer.name)
}
