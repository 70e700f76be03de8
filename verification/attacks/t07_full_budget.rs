//! T7: everything that a day allows, spent by strangers from many addresses, and then the owner.

use reqwest::{Client, Method, Response, redirect};

use crate::{
    api::{Api, NEW_KEY, identifiers},
    employers::{Employer, Registry},
    mail::Inbox,
    officers::Officer,
    secrets::ARGON2_OF_OLD_KEY,
    server::{Setup, TestServer},
};

const OLD_KEY: &str = "la clave que ya tenía 1";
const RECOVER: &str = "/empleadores/recuperar-clave";
const SIGN_IN: &str = "/empleadores/ingresar";

/// The day's codes can be had at once, as if the attacker had come back every quarter of an hour.
fn attacked(registry: &Registry, inbox: &Inbox) -> TestServer {
    Setup::new(registry, inbox.port())
        .set("server.trusted_proxies", "127.0.0.0/8")
        .set("recovery.codes_per_window", "10")
        .set("limits.starts_per_address", "600")
        .start()
}

/// The owner's browser, known since an earlier sign-in.
async fn known_browser(server: &TestServer, employer: &Employer) -> Client {
    let http = fresh_browser();
    assert_eq!(signs_in(&http, server, employer, OLD_KEY).await, 303);
    let out = http.post(format!("{}/empleadores/mi-cuenta/salir", server.address())).send().await.unwrap();
    assert_eq!(out.status(), 303);
    http
}

fn fresh_browser() -> Client {
    Client::builder().cookie_store(true).redirect(redirect::Policy::none()).build().unwrap()
}

async fn signs_in(http: &Client, server: &TestServer, employer: &Employer, key: &str) -> u16 {
    let mut form = identifiers(employer);
    form["password"] = key.into();
    let sign_in = http.post(format!("{}{SIGN_IN}", server.address())).form(&form);
    sign_in.send().await.unwrap().status().as_u16()
}

/// "Validar".
async fn starts(http: &Client, server: &TestServer, employer: &Employer) -> u16 {
    validar(http, server, employer).await.status().as_u16()
}

async fn validar(http: &Client, server: &TestServer, employer: &Employer) -> Response {
    let start = http.post(format!("{}{RECOVER}", server.address())).form(&identifiers(employer));
    start.send().await.unwrap()
}

fn address(number: usize) -> String {
    format!("198.{}.{}.7", 18 + number / 250, number % 250)
}

/// As long as anything is still counted: codes and wrong keys. How many of both.
async fn spend(api: &Api, employer: &Employer) -> (usize, usize) {
    let (mut codes, mut keys) = (0, 0);
    for number in 0..150 {
        let start = api.request(Method::POST, "/recoveries").json(&identifiers(employer));
        codes += usize::from(Api::send(start.header("x-forwarded-for", address(number))).await.status == 201);
        let mut body = identifiers(employer);
        body["password"] = format!("adivinanza número {number}").into();
        let key = api.request(Method::POST, "/sessions").json(&body);
        keys += usize::from(Api::send(key.header("x-forwarded-for", address(number))).await.status == 401);
    }
    (codes, keys)
}

/// The same of cases.
async fn open_cases(api: &Api, server: &TestServer, employer: &Employer) {
    let mut cases = 0;
    for number in 0..150 {
        let case = api.http.post(format!("{}/empleadores/clave-patronal", server.address()));
        let case = case.form(&identifiers(employer)).header("x-forwarded-for", address(number));
        cases += usize::from(case.send().await.unwrap().status().is_success());
    }
    assert!(cases > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_spends_a_whole_day_of_an_employer_shuts_neither_the_known_device_out_nor_the_desk() {
    let mut registry = Registry::default();
    let with_key = |row: &mut Employer| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash);
    let (victim, neighbour) = (registry.company_with(with_key), registry.company_with(with_key));
    let inbox = Inbox::open();
    let server = attacked(&registry, &inbox);
    let api = Api::of(&server);
    let owner = known_browser(&server, &victim).await;
    assert_eq!(spend(&api, &victim).await, (10, 100), "codes, and keys that were compared, however many try");
    open_cases(&api, &server, &victim).await;
    assert_eq!(inbox.arrived(&victim.email, 10).await, 10, "and no mail more");

    assert_eq!(signs_in(&owner, &server, &victim, OLD_KEY).await, 303, "at the first try");
    // Three codes stay for whoever has such a device.
    for _ in 0..3 {
        assert_eq!(starts(&owner, &server, &victim).await, 303);
    }
    assert_eq!(inbox.arrived(&victim.email, 13).await, 13, "the owner's codes come all the same");
    assert_eq!(starts(&owner, &server, &victim).await, 429, "a device is no way around the limits");
    // From a device that nobody knows the right key has to wait, and says for how long.
    let stranger = api.sign_in(&victim, OLD_KEY).await;
    stranger.assert_problem(429, "too-many-requests");
    assert!((1..=86_400).contains(&stranger.retry_after()));
    let start = api.try_start(&victim).await;
    start.assert_problem(429, "too-many-requests");
    assert!((1..=86_400).contains(&start.retry_after()));
    // Strangers opened as many cases as may be opened online: the page says where one more is.
    let case = api.http.post(format!("{}/empleadores/clave-patronal", server.address()));
    let full = case.form(&identifiers(&victim)).send().await.unwrap();
    assert_eq!(full.status(), 409);
    assert!(full.text().await.unwrap().contains("en la ventanilla"), "the way on is told");
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    ana.signs_in().await;
    let Employer { representative, ruc, sucursal, .. } = &victim;
    let form = [("representative_id", representative.as_str()), ("ruc", ruc), ("sucursal", sucursal)];
    let opened = ana.post("/ventanilla/casos/nuevo", &form).await;
    assert_eq!(opened.status, 303, "{}", opened.text);
    assert!(opened.to.starts_with("/ventanilla/casos/"), "{}", opened.to);
    // Nobody else notices.
    api.sign_in(&neighbour, OLD_KEY).await.ok(201);
    api.start(&neighbour).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_the_mailbox_recovers_and_signs_in_from_a_new_browser_meanwhile() {
    let mut registry = Registry::default();
    let [victim, neighbour] = [(); 2].map(|()| registry.company());
    let inbox = Inbox::open();
    let server = attacked(&registry, &inbox);
    let api = Api::of(&server);
    spend(&api, &neighbour).await;
    assert_eq!(spend(&api, &victim).await, (10, 100));
    inbox.arrived(&victim.email, 10).await;
    let owner = fresh_browser();
    assert_eq!(starts(&owner, &server, &victim).await, 429, "a stranger, as far as anybody can tell");

    let voucher = inbox.next_voucher(&victim.email).await;
    assert!(voucher.starts_with(&format!("{}/reserva/", server.address())), "{voucher}");
    // A scanner opens it before the owner does, and takes nothing away.
    for _ in 0..20 {
        assert_eq!(fresh_browser().get(&voucher).send().await.unwrap().status(), 303);
    }
    let kept = owner.get(&voucher).send().await.unwrap();
    assert_eq!(kept.headers()["location"], RECOVER);
    let page = owner.get(format!("{}{RECOVER}", server.address())).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("códigos reservados"), "the page says that it knows");
    assert_eq!(starts(&owner, &server, &neighbour).await, 429, "of this mailbox, and of no other");

    let started = validar(&owner, &server, &victim).await;
    assert_eq!(started.status(), 303);
    let flow = started.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(inbox.arrived(&victim.email, 11).await, 11, "within one mail");
    let code = inbox.latest_code(&victim.email);
    let verify = owner.post(format!("{}{flow}/codigo", server.address())).form(&[("code", code)]);
    assert_eq!(verify.send().await.unwrap().status(), 303);
    let link = inbox.next_link(&victim.email).await;
    let setter = fresh_browser();
    let form = [("password", NEW_KEY), ("password_confirmation", NEW_KEY)];
    assert_eq!(setter.post(&link).form(&form).send().await.unwrap().status(), 200);
    // What a recovery forgets, strangers spend again at once.
    assert_eq!(spend(&api, &victim).await, (10, 100));
    assert_eq!(signs_in(&fresh_browser(), &server, &victim, NEW_KEY).await, 429);
    assert_eq!(
        signs_in(&setter, &server, &victim, NEW_KEY).await,
        303,
        "where the key was set, at the first try"
    );
    assert_eq!(signs_in(&owner, &server, &victim, NEW_KEY).await, 303, "and where the recovery began");
}

#[tokio::test]
async fn what_is_no_voucher_is_told_and_keeps_nothing() {
    let server = Setup::new(&Registry::default(), 9).start();
    let (at_the_epoch, in_ages) = ("A".repeat(54), "f".repeat(53) + "A");
    for text in
        ["x", "AAAA", &at_the_epoch, &in_ages, &"_".repeat(54), &"A".repeat(6_000), "%00", "%F0%9F%94%91"]
    {
        let answer =
            fresh_browser().get(format!("{}/reserva/{text}", server.address())).send().await.unwrap();
        assert!([404, 410, 414].contains(&answer.status().as_u16()), "{text}: {answer:?}");
        assert!(!answer.headers().contains_key("set-cookie"), "{text}");
    }
}
