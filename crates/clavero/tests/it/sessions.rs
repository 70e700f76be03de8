//! Signing in, what a new key ends, and "no fui yo".

use crate::{
    api::{Api, NEW_KEY, identifiers},
    employers::Registry,
    mail::Inbox,
    secrets::ARGON2_OF_OLD_KEY,
    server::Setup,
};

const OLD_KEY: &str = "la clave que ya tenía 1";

#[tokio::test]
async fn a_new_key_ends_every_session_and_the_old_key() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let session = api.sign_in(&employer, OLD_KEY).await.ok(201);
        tokens.push(session["token"].as_str().unwrap().to_owned());
    }
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    for token in &tokens {
        api.session(token).await.assert_problem(401, "unauthorized");
    }
    api.sign_in(&employer, OLD_KEY).await.assert_problem(401, "invalid-credentials");
    api.sign_in(&employer, NEW_KEY).await.ok(201);
}

#[tokio::test]
async fn a_key_is_changed_by_who_knows_it_and_every_other_session_ends() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let session = api.sign_in(&employer, OLD_KEY).await.ok(201);
        tokens.push(session["token"].as_str().unwrap().to_owned());
    }
    let change = async |current: &str| {
        let form = [("current_password", current), ("password", NEW_KEY), ("password_confirmation", NEW_KEY)];
        let request = api.http.post(format!("{}/empleadores/mi-cuenta/clave", server.address()));
        let request = request.header("cookie", format!("clavero_session={}", tokens[0])).form(&form);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(change("no es la clave de ahora").await, 422);
    api.session(&tokens[1]).await.ok(200);
    assert_eq!(change(OLD_KEY).await, 200);
    api.session(&tokens[0]).await.ok(200);
    api.session(&tokens[1]).await.assert_problem(401, "unauthorized");
    api.sign_in(&employer, OLD_KEY).await.assert_problem(401, "invalid-credentials");
}

#[tokio::test]
async fn signing_in_has_one_answer_for_every_cause() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let no_key = registry.company_with(|row| row.has_key = false);
    let never_set = registry.company();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let mut unknown = employer.clone();
    "0009".clone_into(&mut unknown.sucursal);
    let mut stranger = employer.clone();
    stranger.representative.clone_from(&no_key.representative);
    let mut answers = Vec::new();
    for (who, key) in [
        (&employer, "otra clave, la equivocada"),
        (&employer, ""),
        (&unknown, OLD_KEY),
        (&stranger, OLD_KEY),
        (&no_key, OLD_KEY),
        (&never_set, OLD_KEY),
    ] {
        let answer = api.sign_in(who, key).await;
        answer.assert_problem(401, "invalid-credentials");
        let mut headers = answer.headers.clone();
        headers.remove("date");
        answers.push((answer.body, headers));
    }
    for answer in &answers[1..] {
        assert_eq!(answer, &answers[0]);
    }
}

#[tokio::test]
async fn the_same_key_sent_twice_is_answered_as_done() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204, "a double click");
    api.set_key(&link, "otra cosa muy distinta 99").await.assert_problem(410, "link-used");
    api.read_link(&link).await.assert_problem(410, "link-used");
    assert_eq!(inbox.arrived(&employer.email, 3).await, 3, "one notice");
}

#[tokio::test]
async fn who_did_not_ask_for_it_blocks_the_key_with_one_link() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let notice = inbox.next(&employer.email).await;
    let session = api.sign_in(&employer, NEW_KEY).await.ok(201);
    let repudiation = notice.links()[0].clone();
    assert!(repudiation.starts_with(server.address()), "{repudiation}");

    // A scanner opens it: nothing happens.
    assert_eq!(api.http.get(&repudiation).send().await.unwrap().status(), 200);
    api.session(session["token"].as_str().unwrap()).await.ok(200);

    let confirmed = api.http.post(&repudiation).form(&[("confirm", "yes")]).send().await.unwrap();
    assert!(confirmed.status().is_success(), "{confirmed:?}");
    api.session(session["token"].as_str().unwrap()).await.assert_problem(401, "unauthorized");
    api.sign_in(&employer, NEW_KEY).await.assert_problem(401, "invalid-credentials");
    let next = api.start(&employer).await;
    assert_eq!(next.started["state"], "assisted", "the way on is in person");
}

#[tokio::test]
async fn the_owner_hears_of_a_right_key_after_many_wrong_ones_from_a_browser_that_nobody_knows() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let browser = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let signs_in = async || {
        let mut form = identifiers(&employer);
        form["password"] = OLD_KEY.into();
        let page = browser.post(format!("{}/empleadores/ingresar", server.address())).form(&form);
        assert!(page.send().await.unwrap().url().path().ends_with("/mi-cuenta"));
    };
    let guesses = async |times| {
        for _ in 0..times {
            api.sign_in(&employer, "de un desconocido").await.assert_problem(401, "invalid-credentials");
        }
    };
    // Mistyped now and then, or from the owner's own browser: no reason for a mail.
    guesses(9).await;
    api.sign_in(&employer, OLD_KEY).await.ok(201);
    signs_in().await;
    guesses(10).await;
    signs_in().await;
    api.sign_in(&employer, OLD_KEY).await.ok(201);
    let notice = inbox.next(&employer.email).await;
    assert_eq!(notice.subject(), "Alguien ingresó con su clave de empleador");
    assert_eq!(notice.links(), [format!("{}/empleadores/recuperar-clave", server.address())]);
    // The right key has cleared the count.
    api.sign_in(&employer, OLD_KEY).await.ok(201);
    api.start(&employer).await;
    inbox.next_code(&employer.email).await;
    assert_eq!(inbox.arrived(&employer.email, 2).await, 2, "the notice, once, and the code");
}
