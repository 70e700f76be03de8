//! The demonstration's officers: one or two of each role, so that four eyes can be tried by one person.

use clavero_protocol::Role;
use clavero_service::{NewStaff, Service};

use crate::{failure::Failure, speech::Speech, terminal};

const OFFICERS: [NewStaff<'_>; 6] = [
    officer("Rosa Quishpe", "rosa.quishpe@demostracion.example", Role::Desk),
    officer("Iván Ñáñez", "ivan.nanez@demostracion.example", Role::Desk),
    officer("Lucía Andrade", "lucia.andrade@demostracion.example", Role::Supervisor),
    officer("Óscar Güillín", "oscar.guillin@demostracion.example", Role::Auditor),
    officer("Elena Zambrano", "elena.zambrano@demostracion.example", Role::Admin),
    officer("Marco Tipán", "marco.tipan@demostracion.example", Role::Admin),
];

const fn officer(name: &'static str, email: &'static str, role: Role) -> NewStaff<'static> {
    NewStaff { name, email, role }
}

/// Brings them in.
pub(super) async fn seed(service: &Service) -> Result<(), Failure> {
    let seeded = service.seed_demonstration(&OFFICERS).await;
    seeded.map_err(|error| Failure::say("failed-demo-data", [("why", &format!("{error:?}"))]))
}

/// Who they are, and how one of them is tried.
pub(super) fn introduce(speech: Speech, public_url: &str) {
    terminal::print(&speech.say("demo-officers", &[("url", public_url)]));
    for officer in &OFFICERS {
        let role = speech.say(&format!("role-{}", officer.role.as_str()), &[]);
        terminal::print(&format!("  {:<16}{role}", officer.name));
    }
}
