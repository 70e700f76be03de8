//! T7: everything that a day allows, spent by strangers from many addresses, and then the owner.

use reqwest::{Client, Method, redirect};

use crate::{
    api::{Api, identifiers},
    employers::{Employer, Registry},
    mail::Inbox,
    officers::Officer,
    secrets::ARGON2_OF_OLD_KEY,
    server::{Setup, TestServer},
};

const OLD_KEY: &str = "la clave que ya tenía 1";
const SIGN_IN: &str = "/empleadores/ingresar";

/// The owner's browser, known since an earlier sign-in.
async fn known_browser(server: &TestServer, employer: &Employer) -> Client {
    let http = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).build().unwrap();
    assert_eq!(signs_in(&http, server, employer).await, 303);
    let out = http.post(format!("{}/empleadores/mi-cuenta/salir", server.address())).send().await.unwrap();
    assert_eq!(out.status(), 303);
    http
}

async fn signs_in(http: &Client, server: &TestServer, employer: &Employer) -> u16 {
    let mut form = identifiers(employer);
    form["password"] = OLD_KEY.into();
    let sign_in = http.post(format!("{}{SIGN_IN}", server.address())).form(&form);
    sign_in.send().await.unwrap().status().as_u16()
}

/// "Validar".
async fn starts(http: &Client, server: &TestServer, employer: &Employer) -> u16 {
    let start =
        http.post(format!("{}/empleadores/recuperar-clave", server.address())).form(&identifiers(employer));
    start.send().await.unwrap().status().as_u16()
}

fn address(number: usize) -> String {
    format!("198.{}.{}.7", 18 + number / 250, number % 250)
}

/// As long as anything is still counted: codes, wrong keys, cases. How many codes went out.
async fn attack(api: &Api, server: &TestServer, employer: &Employer) -> usize {
    let (mut codes, mut cases, mut keys) = (0, 0, 0);
    for number in 0..150 {
        let start = api.request(Method::POST, "/recoveries").json(&identifiers(employer));
        codes += usize::from(Api::send(start.header("x-forwarded-for", address(number))).await.status == 201);
        let mut body = identifiers(employer);
        body["password"] = format!("adivinanza número {number}").into();
        let key = api.request(Method::POST, "/sessions").json(&body);
        keys += usize::from(Api::send(key.header("x-forwarded-for", address(number))).await.status == 401);
        let case = api.http.post(format!("{}/empleadores/clave-patronal", server.address()));
        let case = case.form(&identifiers(employer)).header("x-forwarded-for", address(number));
        cases += usize::from(case.send().await.unwrap().status().is_success());
    }
    assert_eq!(keys, 100, "wrong keys that were compared");
    assert!(cases > 0);
    codes
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_spends_a_whole_day_of_an_employer_shuts_neither_the_known_device_out_nor_the_desk() {
    let mut registry = Registry::default();
    let with_key = |row: &mut Employer| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash);
    let (victim, neighbour) = (registry.company_with(with_key), registry.company_with(with_key));
    let inbox = Inbox::open();
    // The day's codes at once, as if the attacker had come back every quarter of an hour.
    let server = Setup::new(&registry, inbox.port())
        .set("server.trusted_proxies", "127.0.0.0/8")
        .set("recovery.codes_per_window", "10")
        .set("limits.starts_per_address", "600")
        .start();
    let api = Api::of(&server);
    let owner = known_browser(&server, &victim).await;
    assert_eq!(attack(&api, &server, &victim).await, 10, "codes of a day, however many ask");
    assert_eq!(inbox.arrived(&victim.email, 10).await, 10, "and no mail more");

    assert_eq!(signs_in(&owner, &server, &victim).await, 303, "at the first try");
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
