//! The journey through the API, from three identifiers to a session.

use clavero_postgres_fixture::Cluster;
use serde_json::json;

use crate::{
    api::{Api, NEW_KEY, eventually, identifiers, token_of},
    employers::{Registry, catastro},
    mail::{Inbox, code_of, link_of},
    server::Setup,
};

#[tokio::test]
async fn an_employer_recovers_the_key_and_signs_in_with_it() {
    recovers(|setup| setup).await;
}

#[tokio::test]
async fn an_employer_recovers_the_key_and_signs_in_with_it_on_postgresql() {
    let cluster = Cluster::shared();
    recovers(|setup| setup.on(cluster.url(&cluster.database()))).await;
}

async fn recovers(on: impl FnOnce(Setup) -> Setup) {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = on(Setup::new(&registry, inbox.port())).start();
    let api = Api::of(&server);

    let flow = api.start(&employer).await;
    assert_eq!(flow.started["state"], "code_queued");
    assert_eq!(flow.started["email_hint"], "p•••••@c•••••");
    assert_eq!(flow.started["reference"].as_str().unwrap().chars().count(), 2);
    let mail = inbox.next(&employer.email).await;
    let code = code_of(&mail);
    let reference = flow.started["reference"].as_str().unwrap();
    assert_eq!(mail.subject(), format!("Código de verificación {reference} para recuperar su clave"));

    let waiting = flow.reaches("code_sent").await;
    assert_eq!(waiting["code"]["length"], 6);
    assert_eq!(waiting["code"]["attempts_left"], 5);
    assert!(waiting["code"]["expires_at"].as_str().unwrap().ends_with('Z'));
    assert!(waiting["token"].is_null(), "the token is told once");

    let accepted = flow.send_code(&code).await.ok(200);
    assert_eq!(accepted["state"], "link_queued");
    let mail = inbox.next(&employer.email).await;
    assert_eq!(mail.subject(), format!("Recuperación Clave para RUC {}", employer.ruc));
    let link = link_of(&mail);
    assert!(link.starts_with(&format!("{}/clave/", server.address())), "{link}");
    // One short path and no query, whole on its line: nothing that a mail program could cut or escape.
    assert!(!link.contains(['?', '&', '=', '#', '%']), "{link}");
    assert!(mail.text().lines().any(|line| line.trim() == link), "{}", mail.text());
    flow.reaches("link_sent").await;

    let opened = api.read_link(&link).await.ok(200);
    assert_eq!(opened["state"], "link_sent");
    assert!(!opened.to_string().contains(&employer.ruc), "the RUC is masked: {opened:#}");

    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    flow.reaches("completed").await;
    let notice = inbox.next(&employer.email).await;
    assert_eq!(notice.subject(), "Su clave de empleador fue cambiada");

    let session = api.sign_in(&employer, NEW_KEY).await.ok(201);
    let token = session["token"].as_str().unwrap();
    assert_eq!(session["employer"]["ruc"], employer.ruc.as_str());
    api.session(token).await.ok(200);
    let close = api.request(reqwest::Method::DELETE, "/session").bearer_auth(token);
    assert_eq!(Api::send(close).await.status, 204);
    assert_eq!(api.session(token).await.status, 401);
}

#[tokio::test]
async fn identifiers_are_taken_with_spaces_dots_and_hyphens() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let (ruc, cedula) = (&employer.ruc, &employer.representative);
    let body = json!({
        "representative_id": format!(" {}-{} ", &cedula[..9], &cedula[9..]),
        "ruc": format!("{} {}.{}", &ruc[..5], &ruc[5..10], &ruc[10..]),
        "sucursal": "1",
    });
    Api::of(&server).post("/recoveries", &body).await.ok(201);
    assert_eq!(inbox.next_code(&employer.email).await.len(), 6);
}

#[tokio::test]
async fn a_code_is_taken_with_the_spaces_and_dashes_that_people_and_their_tools_put_in() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    let code = inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;
    let full_width: String =
        code.chars().map(|digit| char::from_u32(0xFF10 + digit.to_digit(10).unwrap()).unwrap()).collect();
    let (first, last) = (&full_width[..9], &full_width[9..]);
    flow.send_code(&format!(" {first}\u{a0}-{last} ")).await.ok(200);
}

#[tokio::test]
async fn mails_speak_the_language_of_the_flow() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut body = identifiers(&employer);
    body["locale"] = "en".into();
    api.post("/recoveries", &body).await.ok(201);
    let mail = inbox.next(&employer.email).await;
    // The official procedure's subject stays in its own language for the link only; the code's is the person's.
    assert!(mail.text().contains("Valid until") || mail.text().contains("until"), "{}", mail.text());
    assert!(!mail.text().contains("Vale hasta"), "{}", mail.text());
}

#[tokio::test]
async fn every_reason_to_come_in_person_is_told_and_sends_no_mail() {
    let mut registry = Registry::default();
    let first = registry.company_with(|row| row.has_key = false);
    let suspended = registry.company();
    let closed = registry.company();
    let unknown_word = registry.company();
    let no_mail = registry.company_with(|row| row.email.clear());
    let states = catastro(&[
        (&suspended.ruc, "SUSPENDIDO"),
        (&closed.ruc, "PASIVO"),
        (&unknown_word.ruc, "EN LIQUIDACION"),
    ]);
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).catastro(states).start();
    let api = Api::of(&server);
    for (employer, reason) in [
        (&first, "first_time"),
        (&suspended, "ruc_suspended"),
        (&closed, "ruc_closed"),
        (&unknown_word, "ruc_suspended"),
        (&no_mail, "no_valid_email"),
    ] {
        let flow = api.start(employer).await;
        assert_eq!(flow.started["state"], "assisted", "{reason}");
        assert_eq!(flow.started["assisted"]["reason"], reason);
        let reread = flow.read().await.ok(200);
        assert_eq!(reread["assisted"]["reason"], reason);
        flow.send_code("123456").await.assert_problem(409, "wrong-state");
    }
    assert_eq!(inbox.total(), 0, "nobody was written to");
}

#[tokio::test]
async fn another_code_replaces_the_one_before() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.resend_after", "1s").start();
    let api = Api::of(&server);
    let flow = api.start(&employer).await;
    let first = inbox.next(&employer.email).await;
    flow.reaches("code_sent").await;
    let second = eventually("another code", || async {
        let answer = flow.resend_code().await;
        if answer.status == 202 { Ok(answer) } else { Err(answer) }
    })
    .await;
    assert_eq!(second.body["state"], "code_queued");
    let mail = inbox.next(&employer.email).await;
    assert_ne!(mail.message_id(), first.message_id());
    assert!(mail.text().contains("Reemplaza"), "it says what it replaces: {}", mail.text());
    flow.reaches("code_sent").await;
    // Once in a million the two are the same code.
    if code_of(&first) != code_of(&mail) {
        flow.send_code(&code_of(&first)).await.assert_problem(422, "wrong-code");
    }
    flow.send_code(&code_of(&mail)).await.ok(200);
}

#[tokio::test]
async fn another_link_replaces_the_one_before_and_needs_no_retyping() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.resend_after", "1s").start();
    let api = Api::of(&server);
    let flow = api.start(&employer).await;
    flow.send_code_from(&inbox, &employer).await;
    let first = inbox.next_link(&employer.email).await;
    flow.reaches("link_sent").await;
    eventually("another link", || async {
        let answer = flow.resend_link().await;
        if answer.status == 202 { Ok(()) } else { Err(answer) }
    })
    .await;
    let second = inbox.next_link(&employer.email).await;
    assert_ne!(first, second);
    flow.reaches("link_sent").await;
    api.read_link(&first).await.assert_problem(410, "link-expired");
    api.set_key(&first, NEW_KEY).await.assert_problem(410, "link-expired");
    assert_eq!(api.set_key(&second, NEW_KEY).await.status, 204);
}

#[tokio::test]
async fn three_minutes_count_from_the_mail_servers_word_and_not_from_the_click() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    inbox.mood(crate::mail::Mood::Greylists);
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    assert!(flow.started["code"]["expires_at"].is_null(), "nothing runs before it was sent");
    let sent = flow.reaches("code_sent").await;
    let minute_and_second = |field: &str| {
        let text = sent["code"][field].as_str().unwrap();
        let (minute, rest) = text.split_once(':').unwrap().1.split_once(':').unwrap();
        let (minute, second): (u32, u32) = (minute.parse().unwrap(), rest[..2].parse().unwrap());
        minute * 60 + second
    };
    let life = (minute_and_second("expires_at") + 3_600 - minute_and_second("sent_at")) % 3_600;
    assert_eq!(life, 180);
    assert_ne!(sent["code"]["sent_at"], sent["created_at"]);
}

#[tokio::test]
async fn another_code_too_soon_is_answered_with_the_wait() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    inbox.next(&employer.email).await;
    flow.reaches("code_sent").await;
    let answer = flow.resend_code().await;
    answer.assert_problem(429, "too-many-requests");
    assert!((1..=30).contains(&answer.retry_after()), "{answer:#?}");
}

#[tokio::test]
async fn the_employers_own_phc_string_signs_in_before_any_recovery() {
    let hash = crate::secrets::ARGON2_OF_OLD_KEY_ELSEWHERE;
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| hash.clone_into(&mut row.key_hash));
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    api.sign_in(&employer, "la clave que ya tenía 1").await.ok(201);
    api.sign_in(&employer, "la clave que ya tenía 2").await.assert_problem(401, "invalid-credentials");
    // And again, now that it was hashed anew under this program's parameters.
    api.sign_in(&employer, "la clave que ya tenía 1").await.ok(201);
}

#[tokio::test]
async fn reading_a_link_any_number_of_times_changes_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    for _ in 0..20 {
        api.read_link(&link).await.ok(200);
        let head = api.http.head(&link).send().await.unwrap();
        assert_eq!(head.status(), 200);
        let page = api.http.get(&link).send().await.unwrap();
        assert_eq!(page.status(), 200);
    }
    // A scanner that submits the form without typing, or with junk, does not consume it either.
    for junk in ["", "a", "12345678901234567890"] {
        api.set_key(&link, junk).await.assert_problem(422, "weak-password");
    }
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    assert!(token_of(&link).len() >= 43, "256 bits");
}
