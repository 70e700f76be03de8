//! T13 and A31: every address of the desk tried by every role, and by nobody. Who decides what about a case, and that each try
//! is refused and written down, is in `crates/clavero/tests/it/desk.rs`.

use std::time::Duration;

use super::routes::{self, Route};
use crate::{
    api::{Api, within},
    employers::Registry,
    mail::Inbox,
    officers::Officer,
    server::Setup,
};

/// Letters of the roles that a page is for: desk, supervisor, auditor, admin.
fn readers(path: &str) -> Option<&'static str> {
    Some(match path {
        "/ventanilla/mi-acceso" => "dsua",
        "/ventanilla/registro"
        | "/ventanilla/registro/punto-de-control"
        | "/ventanilla/registro/pruebas/{index}"
        | "/ventanilla/supervision"
        | "/ventanilla/supervision/dia.pdf"
        | "/ventanilla/supervision/dia.csv" => "su",
        "/ventanilla/funcionarios" | "/ventanilla/funcionarios/{id}" => "a",
        "/ventanilla/casos" | "/ventanilla/casos/{reference}" | "/ventanilla/casos/{reference}/eventos" => {
            "dsu"
        }
        "/ventanilla/casos/nuevo" => "ds",
        // The entrance; and addresses of acts, which lead to the page that has them.
        _ => return None,
    })
}

/// The same for what is sent.
fn actors(path: &str) -> Option<&'static str> {
    Some(match path {
        path if path.starts_with("/ventanilla/mi-acceso") || path == "/ventanilla/toque" => "dsua",
        path if path.starts_with("/ventanilla/funcionarios") => "a",
        path if path.starts_with("/ventanilla/casos") => "ds",
        // Signing in and out, and enrolling: for who is not in.
        _ => return None,
    })
}

fn desk_routes() -> Vec<Route> {
    let desk: Vec<Route> =
        routes::of_pages().into_iter().filter(|route| route.path.starts_with("/ventanilla")).collect();
    assert!(desk.len() > 35, "{}", desk.len());
    desk
}

/// Whether an answer is that of a page one has no right to.
fn is_turned_away(status: u16, to: &str) -> bool {
    status == 403 || to.starts_with("/ventanilla?ir=")
}

#[tokio::test]
async fn every_address_of_the_desk_is_open_to_its_roles_and_closed_to_every_other() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let visitor = Officer::new(&server, "Nadie");
    let representative = employer.representative.as_str();
    let form =
        [("representative_id", representative), ("ruc", &employer.ruc), ("sucursal", &employer.sucursal)];
    let opened = visitor.post("/empleadores/clave-patronal", &form).await;
    let reference = opened.to.rsplit('/').next().unwrap().to_owned();
    let case = format!("/ventanilla/casos/{reference}");
    let roles = [("Dora", "desk"), ("Sara", "supervisor"), ("Ulises", "auditor"), ("Alba", "admin")];
    let mut officers = vec![(visitor, '-')];
    for ((name, role), letter) in roles.into_iter().zip("dsua".chars()) {
        let mut officer = Officer::enrolled(&server, name, role).await;
        officer.signs_in().await;
        officers.push((officer, letter));
    }
    let mut turned_away = 0;
    for (officer, letter) in &officers {
        for route in desk_routes() {
            let path = route.with(&reference);
            if let Some(may) = readers(&route.path) {
                // A stream has no end to wait for; its page has the same right.
                if !route.path.ends_with("/eventos") {
                    let page = officer.get(&path).await;
                    let away = is_turned_away(page.status, &page.to);
                    assert_eq!(
                        away,
                        !may.contains(*letter),
                        "GET {path} by {letter}: {} {}",
                        page.status,
                        page.to
                    );
                    turned_away += usize::from(away);
                }
            }
            if let (true, Some(may)) = (route.takes_posts, actors(&route.path))
                && !may.contains(*letter)
            {
                let page = officer.post(&path, &[("text", "por probar"), ("digest", &"0".repeat(64))]).await;
                // Who reads cases and works on none may be told first what the form lacks.
                let is_told = *letter == 'u' && [409, 422].contains(&page.status);
                let away = is_turned_away(page.status, &page.to);
                assert!(away || is_told, "POST {path} by {letter}: {} {}", page.status, page.to);
                turned_away += 1;
            }
        }
    }
    assert!(turned_away > 60, "{turned_away} tries were turned away");
    // All that was tried left the case as it was, and stands in the log.
    let supervisor = &officers[2].0;
    let page = supervisor.get(&case).await.text;
    assert!(page.contains("data-state=\"opened\""), "{page}");
    within(Duration::from_secs(20), "the log sealed", async || {
        let log = String::from_utf8(server.run(&["audit", "export"]).stdout).unwrap();
        let refused = log.lines().filter(|line| line.contains("\"refusal\":\"not_allowed\"")).count();
        if refused >= 20 { Ok(()) } else { Err(refused) }
    })
    .await;
    Api::of(&server).start(&employer).await;
}
