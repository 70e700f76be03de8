//! T7: what strangers spend keeps no owner out.

use crate::{
    api::{Api, NEW_KEY, identifiers},
    employers::Registry,
    mail::Inbox,
    secrets::ARGON2_OF_OLD_KEY,
    server::Setup,
};

const OLD_KEY: &str = "la clave que ya tenía 1";

#[tokio::test]
async fn failed_sign_ins_of_strangers_lock_the_owner_out_of_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("limits.sign_in_failures_per_employer", "5").start();
    let api = Api::of(&server);
    for _ in 0..5 {
        api.sign_in(&employer, "de un desconocido").await.assert_problem(401, "invalid-credentials");
    }
    let spent = api.sign_in(&employer, OLD_KEY).await;
    spent.assert_problem(429, "too-many-requests");
    assert!(spent.retry_after() > 0);
    // Recovery stays open, and forgets the failures.
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&employer, NEW_KEY).await.ok(201);
}

#[tokio::test]
async fn codes_that_are_spent_pause_recovery_by_code_and_nothing_else() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash));
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut last = None;
    for _ in 0..3 {
        last = Some(api.start(&employer).await);
    }
    let spent = api.try_start(&employer).await;
    spent.assert_problem(429, "too-many-requests");
    assert!((1..=900).contains(&spent.retry_after()));
    api.sign_in(&employer, OLD_KEY).await.ok(201);
    let page = format!("{}/empleadores/clave-patronal", server.address());
    assert_eq!(api.http.get(page).send().await.unwrap().status(), 200);
    // The last of the flows goes on to its end, and a completed recovery clears the count.
    let flow = last.unwrap();
    let code = inbox.code_with_reference(&employer.email, flow.started["reference"].as_str().unwrap()).await;
    flow.reaches("code_sent").await;
    flow.send_code(&code).await.ok(200);
    let link = inbox.next_link(&employer.email).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.post("/recoveries", &identifiers(&employer)).await.ok(201);
}
