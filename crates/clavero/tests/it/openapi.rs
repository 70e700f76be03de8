//! The document of the API as a generator of clients reads it, and the API beside it.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    api::{Api, identifiers},
    employers::Registry,
    server::{Setup, clavero},
};

fn document() -> Value {
    let printed = clavero(&["openapi"]).output().unwrap();
    assert!(printed.status.success());
    serde_json::from_slice(&printed.stdout).unwrap()
}

/// Every operation: its method, its path, and what the document says of it.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| -> Vec<_> {
        let methods = item.as_object().unwrap().iter();
        methods.map(|(method, operation)| (method.clone(), path.clone(), operation.clone())).collect()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn no_two_operations_share_a_name() {
    let document = document();
    let all = operations(&document);
    let names: BTreeSet<&str> = all.iter().map(|(.., of)| of["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), all.len(), "{names:?}");
}

#[test]
fn every_refusal_names_its_problems_and_when_to_come_back() {
    let words = include_str!("../../../words/locales/en/api.ftl");
    let document = document();
    let members = &document["components"]["schemas"]["Problem"]["properties"];
    for (method, path, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let said = response["description"].as_str().unwrap();
            let here = format!("{method} {path} {status}: {said}");
            assert!(!said.is_empty(), "{here}");
            if !status.starts_with(['4', '5']) {
                continue;
            }
            let names: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
            let known =
                |name: &&str| words.lines().any(|line| line.starts_with(&format!("problem-{name} = ")));
            assert!(names.iter().any(known), "{here}");
            for name in names.iter().filter(|name| !known(name)) {
                assert!(members[name].is_object(), "neither a problem nor a member of one: {name} in {here}");
            }
            let waits = ["428", "429", "503"].contains(&status.as_str());
            assert_eq!(response["headers"]["Retry-After"].is_object(), waits, "{here}");
        }
        let changes = method != "get";
        assert_eq!(operation["responses"]["403"].is_object(), changes, "{method} {path}");
    }
}

#[test]
fn what_can_be_called_next_is_linked_with_all_that_its_address_needs() {
    let document = document();
    let all = operations(&document);
    let mut reached = BTreeSet::new();
    for (method, path, operation) in &all {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (name, link) in response["links"].as_object().into_iter().flatten() {
                let here = format!("{method} {path} {status} -> {name}");
                let next = all.iter().find(|(.., next)| next["operationId"] == link["operationId"]);
                let (_, next, _) = next.unwrap_or_else(|| panic!("no such operation: {here}"));
                let needed: BTreeSet<&str> = next.split(['{', '}']).skip(1).step_by(2).collect();
                let given = link["parameters"].as_object().into_iter().flatten();
                assert_eq!(given.map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>(), needed, "{here}");
                reached.insert(link["operationId"].as_str().unwrap());
            }
        }
    }
    // A recovery and a session begin somewhere, and a link comes by mail.
    let names: BTreeSet<&str> = all.iter().map(|(.., of)| of["operationId"].as_str().unwrap()).collect();
    let first: BTreeSet<&str> = names.difference(&reached).copied().collect();
    assert_eq!(first, BTreeSet::from(["openSession", "readLink", "startRecovery"]));
}

#[tokio::test]
async fn members_that_are_always_there_are_promised() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| row.has_key = false);
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let started = api.try_start(&employer).await;
    let address = started.header("location").unwrap().to_owned();
    let flow = crate::api::Flow::of(&api, &started.ok(201));
    assert_eq!(address, format!("/api/v1/recoveries/{}", flow.id));
    let told = flow.read().await.ok(200);
    let document = document();
    for (name, value) in [("Recovery", &told), ("Assisted", &told["assisted"])] {
        let promised: BTreeSet<&str> = document["components"]["schemas"][name]["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member.as_str().unwrap())
            .collect();
        let there: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(promised, there, "{name}");
    }
}

#[tokio::test]
async fn a_member_that_is_missing_null_or_no_text_is_named_and_only_broken_json_is_malformed() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let wrong = async |path: &str, token: Option<&str>, body: Value| -> Vec<(String, String)> {
        let mut request = api.request(Method::POST, path).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = Api::send(request).await;
        answer.assert_problem(422, "invalid-fields");
        let errors = answer.body["errors"].as_array().unwrap();
        let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        assert!(errors.iter().all(|error| text(error, "message").contains(' ')), "{errors:#?}");
        errors.iter().map(|error| (text(error, "field"), text(error, "code"))).collect()
    };
    let pairs = |of: &[(&str, &str)]| -> Vec<_> {
        of.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
    };
    let all = pairs(&[("representative_id", "empty"), ("ruc", "empty"), ("sucursal", "empty")]);
    for none in [json!({}), json!([]), json!(null), json!(7), json!("ruc")] {
        assert_eq!(wrong("/recoveries", None, none).await, all);
    }
    let shapes = [
        ("ruc", json!(1_790_011_674_001_i64), "not-text"),
        ("sucursal", json!(null), "empty"),
        ("representative_id", json!(["1714307103"]), "not-text"),
        ("locale", json!(4), "not-text"),
        ("locale", json!("tlh"), "unknown-word"),
        ("proof", json!({}), "not-text"),
        ("rucs", json!(""), "unknown-field"),
    ];
    for (field, value, code) in shapes {
        let mut body = identifiers(&employer);
        body[field] = value;
        assert_eq!(wrong("/recoveries", None, body).await, pairs(&[(field, code)]));
    }
    // What is wrong in form and what is wrong in kind are told together.
    let mixed = json!({ "representative_id": "1714307104", "ruc": 5, "sucursal": "0001" });
    let told = wrong("/recoveries", None, mixed).await;
    assert_eq!(told, pairs(&[("ruc", "not-text"), ("representative_id", "check-digit")]));

    let flow = api.start(&employer).await;
    let code = format!("/recoveries/{}/code", flow.id);
    for (value, reason) in [(json!({}), "empty"), (json!({ "code": 123_456 }), "not-text")] {
        assert_eq!(wrong(&code, Some(&flow.token), value).await, pairs(&[("code", reason)]));
    }
    assert_eq!(flow.read().await.ok(200)["code"]["attempts_left"], 5, "none of these was a guess");
    let link = format!("/links/{}/password", "A".repeat(43));
    assert_eq!(wrong(&link, None, json!({ "password": null })).await, pairs(&[("password", "empty")]));
    let mut session = identifiers(&employer);
    assert_eq!(wrong("/sessions", None, session.clone()).await, pairs(&[("password", "empty")]));
    session["password"] = json!(1);
    assert_eq!(wrong("/sessions", None, session).await, pairs(&[("password", "not-text")]));
}

#[tokio::test]
async fn a_program_opens_the_case_that_a_recovery_leads_to() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| row.has_key = false);
    let online = registry.company();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let flow = api.start(&employer).await;
    assert!(flow.started["assisted"]["case_reference"].is_null());
    let open = async |id: &str, token: &str| {
        let request = api.request(Method::POST, &format!("/recoveries/{id}/case"));
        Api::send(request.bearer_auth(token)).await
    };
    let assisted = open(&flow.id, &flow.token).await.ok(200)["assisted"].clone();
    let reference = assisted["case_reference"].as_str().unwrap();
    let page = assisted["case_url"].as_str().unwrap();
    let path = format!("{}/empleadores/clave-patronal/{}", server.address(), reference.replace('-', ""));
    assert_eq!(page, path);
    let shown = api.http.get(page).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains(reference));
    // Asked again, or read: the same case.
    assert_eq!(open(&flow.id, &flow.token).await.ok(200)["assisted"], assisted);
    assert_eq!(flow.read().await.ok(200)["assisted"], assisted);

    let other = api.start(&online).await;
    open(&other.id, &other.token).await.assert_problem(409, "wrong-state");
    open(&flow.id, &other.token).await.assert_problem(401, "unauthorized");
    open("00000000-0000-7000-8000-000000000000", &other.token).await.assert_problem(404, "not-found");
}
