//! Every change of a key has one entry in the log, whichever way it came about, and each such entry is of a change that was.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    api::{Api, NEW_KEY},
    casework::{Desk, Way},
    employers::{Employer, Registry},
    mail::Inbox,
    passkeys::ORIGIN,
    secrets::ARGON2_OF_OLD_KEY,
    server::{Setup, TestServer},
};

const OLD_KEY: &str = "la clave que ya tenía 1";
const OTHER_KEY: &str = "otra cosa muy distinta 99";

/// A browser that is signed in, at "Mi cuenta".
async fn account(server: &TestServer, employer: &Employer, key: &str) -> reqwest::Client {
    let browser = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
    let browser = browser.build().unwrap();
    let form = [
        ("representative_id", employer.representative.as_str()),
        ("ruc", &employer.ruc),
        ("sucursal", &employer.sucursal),
        ("password", key),
    ];
    let url = format!("{}/empleadores/ingresar", server.address());
    assert_eq!(browser.post(url).form(&form).send().await.unwrap().status(), 303);
    browser
}

async fn changes(browser: &reqwest::Client, server: &TestServer, [current, new]: [&str; 2]) -> u16 {
    let form = [("current_password", current), ("password", new), ("password_confirmation", new)];
    let url = format!("{}/empleadores/mi-cuenta/clave", server.address());
    browser.post(url).form(&form).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn each_key_that_was_set_has_one_entry_and_each_entry_is_of_a_key_that_was_set() {
    let mut registry = Registry::default();
    let online = registry.company();
    let (by_case, by_slip) = (Way::by_mail(registry.company()), Way::by_slip(registry.company()));
    let in_account = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let untouched = registry.company();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN).start();
    let (api, desk) = (Api::of(&server), Desk::of(&server, &inbox).await);

    let link = inbox.link_of(&api, &online).await;
    assert_eq!(api.set_key(&link, "corta").await.status, 422);
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.set_key(&link, OTHER_KEY).await.assert_problem(410, "link-used");

    by_case.walk(&desk).await;
    by_slip.walk(&desk).await;

    let browser = account(&server, &in_account, OLD_KEY).await;
    assert_eq!(changes(&browser, &server, [OTHER_KEY, NEW_KEY]).await, 422, "the wrong current key");
    assert_eq!(changes(&browser, &server, [OLD_KEY, NEW_KEY]).await, 200);
    assert_eq!(changes(&browser, &server, [NEW_KEY, OTHER_KEY]).await, 200, "and once more");

    // Opened, mailed, never used: no key was set.
    inbox.link_of(&api, &untouched).await;
    let keys = [(&online, NEW_KEY), (&by_case.employer, NEW_KEY), (&by_slip.employer, NEW_KEY)];
    for (employer, key) in keys.into_iter().chain([(&in_account, OTHER_KEY)]) {
        api.sign_in(employer, key).await.ok(201);
    }

    assert!(server.terminate().success());
    assert!(server.run(&["audit", "verify"]).status.success());
    let export = String::from_utf8(server.run(&["audit", "export", "--open"]).stdout).unwrap();
    let lines: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut set: BTreeMap<&str, usize> = BTreeMap::new();
    let done = |entry: &&Value| entry["act"] == "credential.changed" && entry["refusal"].is_null();
    for entry in lines.iter().filter(done) {
        let opened = lines.iter().find(|line| line["kind"] == "opened" && line["index"] == entry["index"]);
        *set.entry(opened.unwrap()["personal"]["employer"].as_str().unwrap()).or_default() += 1;
    }
    let expected = [(&online, 1), (&by_case.employer, 1), (&by_slip.employer, 1), (&in_account, 2)];
    let name = |employer: &Employer| format!("{}-{}", employer.ruc, employer.sucursal);
    let expected = expected.map(|(employer, times)| (name(employer), times));
    assert_eq!(set, expected.each_ref().map(|(name, times)| (name.as_str(), *times)).into());
}
