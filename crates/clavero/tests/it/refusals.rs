//! What a refusal names, so that whoever is refused can mend it.

use serde_json::json;

use crate::{api::Api, employers::Registry, mail::Inbox, server::Setup};

#[tokio::test]
async fn each_wrong_field_is_named_with_its_reason() {
    let server = Setup::new(&Registry::default(), 9).start();
    let body = json!({ "representative_id": "1714307104", "ruc": "17900", "sucursal": "12345" });
    let answer = Api::of(&server).post("/recoveries", &body).await;
    answer.assert_problem(422, "invalid-fields");
    let mut fields: Vec<&str> = Vec::new();
    for error in answer.body["errors"].as_array().unwrap() {
        fields.push(error["field"].as_str().unwrap());
        assert!(error["code"].as_str().is_some_and(|code| !code.is_empty()), "{error:#}");
        assert!(error["message"].as_str().is_some_and(|text| text.len() > 10), "{error:#}");
    }
    fields.sort_unstable();
    assert_eq!(fields, ["representative_id", "ruc", "sucursal"]);
}

#[tokio::test]
async fn a_key_that_policy_refuses_is_answered_with_every_reason_and_consumes_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let own_ruc = format!("{0}{0}", employer.ruc);
    let too_long = "ñ".repeat(129);
    for weak in ["corta", "aaaaaaaaaaaaaaaaaaaa", "passwordpassword", own_ruc.as_str(), too_long.as_str()] {
        let answer = api.set_key(&link, weak).await;
        answer.assert_problem(422, "weak-password");
        let reasons = answer.body["reasons"].as_array().unwrap();
        assert!(!reasons.is_empty(), "{weak}: {answer:#?}");
    }
    // 128 characters are taken whole: one less does not sign in.
    let words = "el ñandú cruzó despacio la quebrada mientras nadie miraba y dejó diecisiete huellas hondas junto al \
                 molino viejo de tía Zoila en Loja antigua";
    let longest: String = words.chars().take(128).collect();
    assert_eq!(longest.chars().count(), 128);
    assert_eq!(api.set_key(&link, &longest).await.status, 204);
    let shorter: String = longest.chars().take(longest.chars().count() - 1).collect();
    api.sign_in(&employer, &shorter).await.assert_problem(401, "invalid-credentials");
    api.sign_in(&employer, &longest).await.ok(201);
}
