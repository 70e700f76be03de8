//! T11: what was typed stays what was typed, wherever it is shown.

use crate::{
    api::{Api, NEW_KEY},
    employers::Registry,
    mail::Inbox,
    server::Setup,
};

/// A browser that follows nothing by itself, so that every answer is seen.
fn browser() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
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
