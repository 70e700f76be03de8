//! T12: addresses that look alike, or that some system takes for the same.

use std::fs;

use crate::{
    api::Api,
    employers::{Employer, Registry},
    mail::Inbox,
    officers::{added, email_of},
    server::Setup,
};

/// Each beside the ordinary one that it could be taken for.
const FAMILY: [&str; 14] = [
    "mike@correo.example",
    "m\u{131}ke@correo.example",
    "MIKE@correo.example",
    "M\u{130}KE@correo.example",
    "mi\u{212a}e@correo.example",
    "m\u{456}ke@correo.example",
    "ｍｉｋｅ@correo.example",
    "mike@corre\u{43e}.example",
    "mike@correo\u{3002}example",
    "mike+clave@correo.example",
    "m.ike@correo.example",
    "stra\u{df}e@correo.example",
    "strasse@correo.example",
    "pen\u{303}a@correo.example",
];

#[tokio::test]
async fn each_address_of_a_family_of_look_alikes_gets_its_own_mail_or_none() {
    let mut registry = Registry::default();
    let owners: Vec<Employer> =
        FAMILY.iter().map(|email| registry.company_with(|row| (*email).clone_into(&mut row.email))).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut written_to = 0;
    for owner in &owners {
        let started = api.try_start(owner).await;
        let goes_online = started.status == 201 && started.body["state"] != "assisted";
        if goes_online {
            // To the bytes that stand in the registry, and to no reading of them.
            let mail = inbox.next(&owner.email).await;
            assert_eq!(mail.to, owner.email);
            written_to += 1;
        } else {
            // Not a mailbox that a code is sent to: in person, or not in the registry at all.
            assert!(
                started.body["assisted"]["reason"] == "no_valid_email" || started.status == 422,
                "{started:?}"
            );
        }
    }
    assert_eq!(inbox.total(), written_to, "nobody got another one's");
    assert!(written_to >= 5, "{written_to}: those of plain letters are all taken");
}

#[tokio::test]
async fn a_mailbox_in_capitals_is_one_that_stands_for_itself_and_a_domain_in_capitals_is_the_same_one() {
    let mut registry = Registry::default();
    let office = |email: &'static str| move |row: &mut Employer| email.clone_into(&mut row.email);
    let one = registry.company_with(office("contador@correo.example"));
    let same = registry.company_with(office("contador@CORREO.Example"));
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("limits.codes_per_mailbox_per_day", "1").start();
    let api = Api::of(&server);
    api.start(&one).await;
    api.try_start(&same).await.assert_problem(429, "too-many-requests");
}

#[tokio::test]
async fn an_officers_look_alike_is_nobody() {
    let server = Setup::new(&Registry::default(), 9).start();
    added(&server, "Mikel", "desk");
    let http = reqwest::Client::new();
    for look_alike in ["m\u{131}kel", "mi\u{212a}el", "m\u{456}kel", "ｍikel"] {
        let email = format!("{look_alike}@institucion.example");
        // Another one may be brought in beside her: she is not the same.
        let known = email_of("Mikel");
        assert_ne!(email, known);
        let form = [("email", email.as_str()), ("code", "000000")];
        let answer =
            http.post(format!("{}/ventanilla/ingresar", server.address())).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{look_alike}");
        let done = server.run(&["officer", "disable", "--email", &email]);
        assert_ne!(done.status.code(), Some(0), "{look_alike}: {done:?}");
    }
    assert!(fs::metadata(server.folder()).is_ok());
}
