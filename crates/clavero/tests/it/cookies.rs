//! What browsers are given to keep, and what other sites can make of it.

use crate::{
    api::{Api, NEW_KEY},
    employers::{Employer, Registry},
    mail::Inbox,
    secrets::ARGON2_OF_OLD_KEY,
    server::Setup,
};

const OLD_KEY: &str = "la clave que ya tenía 1";

fn identifiers(employer: &Employer) -> Vec<(&'static str, String)> {
    vec![
        ("representative_id", employer.representative.clone()),
        ("ruc", employer.ruc.clone()),
        ("sucursal", employer.sucursal.clone()),
    ]
}

/// A browser that follows nothing by itself, so that every answer is seen.
fn browser() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn set_cookies(answer: &reqwest::Response) -> Vec<String> {
    answer.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn behind_tls_every_cookie_is_bound_to_the_host_and_strict_transport_is_asked_for() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let inbox = Inbox::open();
    let server =
        Setup::new(&registry, inbox.port()).set("server.public_url", "https://clave.example").start();
    let start = browser().post(format!("{}/empleadores/recuperar-clave", server.address()));
    let started = start.form(&identifiers(&employer)).send().await.unwrap();
    let mut form = identifiers(&employer);
    form.push(("password", OLD_KEY.to_owned()));
    let sign_in = browser().post(format!("{}/empleadores/ingresar", server.address()));
    let signed_in = sign_in.form(&form).send().await.unwrap();
    for answer in [&started, &signed_in] {
        assert_eq!(answer.status(), 303, "{answer:?}");
        assert!(answer.headers().contains_key("strict-transport-security"));
        assert!(answer.headers()["location"].to_str().unwrap().starts_with("/empleadores/"));
        let cookies = set_cookies(answer);
        assert!(!cookies.is_empty());
        for cookie in cookies {
            assert!(cookie.starts_with("__Host-clavero_"), "{cookie}");
            for wanted in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
                assert!(cookie.split("; ").any(|part| part == wanted), "{wanted} in {cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_the_one_that_signing_in_opens() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let server = Setup::new(&registry, 9).start();
    let planted = "A".repeat(43);
    let mut form = identifiers(&employer);
    form.push(("password", OLD_KEY.to_owned()));
    let signed_in = browser()
        .post(format!("{}/empleadores/ingresar", server.address()))
        .header("cookie", format!("clavero_session={planted}"))
        .form(&form)
        .send()
        .await
        .unwrap();
    let session = set_cookies(&signed_in).into_iter().find(|cookie| cookie.starts_with("clavero_session="));
    assert!(!session.expect("a session of its own").contains(&planted));
    Api::of(&server).session(&planted).await.assert_problem(401, "unauthorized");
}

#[tokio::test]
async fn the_flow_of_one_browser_is_closed_to_every_other() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let start = browser().post(format!("{}/empleadores/recuperar-clave", server.address()));
    let started = start.form(&identifiers(&employer)).send().await.unwrap();
    let flow = format!("{}{}", server.address(), started.headers()["location"].to_str().unwrap());
    let code = inbox.next_code(&employer.email).await;
    for (path, form) in [
        ("/codigo", vec![("code", code)]),
        ("/otro-codigo", vec![]),
        ("/otro-enlace", vec![]),
        ("/sin-acceso", vec![]),
    ] {
        let refused = browser().post(format!("{flow}{path}")).form(&form).send().await.unwrap();
        assert!(refused.status().is_client_error(), "{path}: {refused:?}");
    }
    let seen = browser().get(&flow).send().await.unwrap();
    let text = seen.text().await.unwrap();
    assert!(!text.contains("name=\"code\"") && !text.contains("p•••••@"), "{text}");
    assert_eq!(inbox.total(), 1, "nothing that a stranger sent did anything");
}

#[tokio::test]
async fn names_that_look_like_markup_stay_names() {
    let hostile = "<img src=x onerror=alert(1)> & \"Ñandú\" {{ 7*7 }} ' <!--";
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| {
        row.name = hostile.replace('"', "\"\"");
    });
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let notice = inbox.next(&employer.email).await;
    assert!(!notice.html().contains("<img src=x"), "{}", notice.html());
    let session = api.sign_in(&employer, NEW_KEY).await.ok(201);
    assert_eq!(session["employer"]["name"], hostile, "JSON has it as it is");
    let page = browser()
        .get(format!("{}/empleadores/mi-cuenta", server.address()))
        .header("cookie", format!("clavero_session={}", session["token"].as_str().unwrap()))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("Ñandú") && !page.contains("<img src=x"), "{page}");
}
