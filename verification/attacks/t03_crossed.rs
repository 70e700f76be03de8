//! T3: what belongs to one employer, flow or purpose opens nothing else.

use crate::{
    api::{Api, NEW_KEY, eventually},
    employers::Registry,
    mail::Inbox,
    server::Setup,
};

#[tokio::test]
async fn codes_tokens_and_links_open_nothing_but_their_own() {
    let mut registry = Registry::default();
    let (ours, theirs) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    // Eight digits, so that no two codes are alike by chance.
    let server = Setup::new(&registry, inbox.port()).set("recovery.code_digits", "8").start();
    let api = Api::of(&server);
    let (flow, other) = (api.start(&ours).await, api.start(&theirs).await);
    let code = inbox.next_code(&ours.email).await;
    let other_code = inbox.next_code(&theirs.email).await;
    // Two mails to one address may come in either order.
    let again = api.start(&ours).await;
    let again_code = inbox.next_code(&ours.email).await;
    for each in [&flow, &other, &again] {
        each.reaches("code_sent").await;
    }
    // A code of another employer, or of another flow of the same employer.
    for wrong in [&other_code, &again_code] {
        flow.send_code(wrong).await.assert_problem(422, "wrong-code");
    }
    // A token of another flow.
    let mut crossed = flow.clone();
    crossed.token.clone_from(&other.token);
    crossed.read().await.assert_problem(401, "unauthorized");
    crossed.send_code(&code).await.assert_problem(401, "unauthorized");
    // The code or the flow's token where a link's belongs.
    for wrong in [&code, &flow.token, &flow.id, &"A".repeat(43)] {
        api.set_key(wrong, NEW_KEY).await.assert_problem(404, "unknown-link");
        api.read_link(wrong).await.assert_problem(404, "unknown-link");
        api.session(wrong).await.assert_problem(401, "unauthorized");
    }
    flow.send_code(&code).await.ok(200);
    let link = inbox.next_link(&ours.email).await;
    // A shortened or lengthened token.
    let token = crate::api::token_of(&link);
    for wrong in [&token[..token.len() - 1], &token[..22], &format!("{token}A")] {
        api.read_link(wrong).await.assert_problem(404, "unknown-link");
    }
    // A link sets its own employer's key, and no other.
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    api.sign_in(&theirs, NEW_KEY).await.assert_problem(401, "invalid-credentials");
    api.sign_in(&ours, NEW_KEY).await.ok(201);
    // The employer's other recovery ended with it.
    assert_eq!(again.read().await.ok(200)["state"], "expired");
    again.send_code(&again_code).await.assert_problem(409, "wrong-state");
}

#[tokio::test]
async fn a_form_that_was_shown_for_one_link_carries_no_other() {
    let mut registry = Registry::default();
    let (ours, theirs) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.link_ttl", "2s").start();
    let api = Api::of(&server);
    let ours_link = inbox.link_of(&api, &ours).await;
    let opened = api.read_link(&ours_link).await.ok(200)["opened"].as_str().unwrap().to_owned();
    let theirs_link = inbox.link_of(&api, &theirs).await;
    for link in [&ours_link, &theirs_link] {
        eventually("the link's end", || async {
            let answer = api.read_link(link).await;
            if answer.status == 410 { Ok(()) } else { Err(answer) }
        })
        .await;
    }
    let send = |link: String, opened: String| {
        let path = format!("/links/{}/password", crate::api::token_of(&link));
        let api = api.clone();
        async move { api.post(&path, &serde_json::json!({ "password": NEW_KEY, "opened": opened })).await }
    };
    api.set_key(&ours_link, NEW_KEY).await.assert_problem(410, "link-expired");
    send(theirs_link, opened.clone()).await.assert_problem(410, "link-expired");
    let mut forged = opened.clone().into_bytes();
    forged[5] ^= 1;
    send(ours_link.clone(), String::from_utf8_lossy(&forged).into_owned())
        .await
        .assert_problem(410, "link-expired");
    // Opened in time, sent later: the ten minutes for choosing a good key.
    assert_eq!(send(ours_link, opened).await.status, 204);
}
