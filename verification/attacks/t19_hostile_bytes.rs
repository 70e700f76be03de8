//! T19: requests that no browser sends.

use reqwest::Method;
use serde_json::json;

use crate::{
    api::{Api, identifiers},
    employers::Registry,
    server::Setup,
};

#[tokio::test]
async fn a_request_that_is_wrong_in_form_is_told_so() {
    let server = Setup::new(&Registry::default(), 9).start();
    let api = Api::of(&server);
    let post = |path: &str| api.request(Method::POST, path).header("content-type", "application/json");

    for broken in ["{", "", "[", "\"", "{\"ruc\": }", "nul"] {
        Api::send(post("/recoveries").body(broken)).await.assert_problem(400, "malformed");
    }
    let deep = "[".repeat(100_000);
    let answer = Api::send(post("/recoveries").body(deep)).await;
    assert!([400, 413].contains(&answer.status.as_u16()), "{answer:#?}");

    let form = api.request(Method::POST, "/recoveries").header("content-type", "text/plain").body("{}");
    Api::send(form).await.assert_problem(415, "unsupported-type");
    let none = api.request(Method::POST, "/recoveries").body("{}");
    Api::send(none).await.assert_problem(415, "unsupported-type");

    let wrong_method = Api::send(api.request(Method::DELETE, "/recoveries")).await;
    wrong_method.assert_problem(405, "method-not-allowed");
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    api.get("/nothing-here").await.assert_problem(404, "not-found");

    for method in [Method::TRACE, Method::OPTIONS, Method::PUT, Method::from_bytes(b"BREW").unwrap()] {
        for path in ["/ayuda", "/api/v1/recoveries"] {
            let url = format!("{}{path}", server.address());
            let answer = api.http.request(method.clone(), url).send().await.unwrap();
            assert_eq!(answer.status(), 405, "{method} {path}");
        }
    }
    assert_eq!(server.log().matches("were refused for their form").count(), 1, "told, and not each of them");
    let oversize = json!({ "ruc": "1".repeat(2_000_000), "representative_id": "1", "sucursal": "1" });
    api.post("/recoveries", &oversize).await.assert_problem(413, "too-large");
}

#[tokio::test]
async fn a_value_of_the_wrong_shape_is_never_a_success_nor_a_fault_of_ours() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let shapes = [
        json!(null),
        json!(true),
        json!(0),
        json!([]),
        json!([employer.ruc]),
        json!({ "$gt": 0 }),
        json!(""),
        json!("\u{0}"),
        json!("1".repeat(5_000)),
        json!(1.5e300),
    ];
    for field in ["representative_id", "ruc", "sucursal"] {
        for shape in &shapes {
            let mut body = identifiers(&employer);
            body[field] = shape.clone();
            let answer = api.post("/recoveries", &body).await;
            answer.assert_problem(422, "invalid-fields");
            assert_eq!(answer.body["errors"][0]["field"], field, "{shape}: {answer:#?}");
        }
        let mut body = identifiers(&employer);
        body.as_object_mut().unwrap().remove(field);
        let answer = api.post("/recoveries", &body).await;
        assert!(answer.status.is_client_error(), "{answer:#?}");
    }
    // One key twice.
    let twice = format!(
        "{{\"ruc\":\"{0}\",\"ruc\":\"{0}\",\"representative_id\":\"{1}\",\"sucursal\":\"0001\"}}",
        employer.ruc, employer.representative
    );
    let answer = Api::send(
        api.request(Method::POST, "/recoveries").header("content-type", "application/json").body(twice),
    )
    .await;
    assert!(answer.status.is_client_error(), "{answer:#?}");
}
