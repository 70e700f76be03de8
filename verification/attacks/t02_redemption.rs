//! T2: one link, many at once: one winner, whose key signs in.

use futures_util::{StreamExt as _, stream};

use crate::{
    api::{Answer, Api, NEW_KEY, eventually},
    employers::Registry,
    mail::Inbox,
    nodes::Two,
    server::Setup,
};

/// Sets a key. The hashing pool answers "busy" to what it cannot queue: asked again, as a client would.
async fn set_key(api: &Api, link: &str, key: &str) -> Answer {
    eventually("an answer", || async {
        let answer = api.set_key(link, key).await;
        if answer.status == 503 { Err(answer) } else { Ok(answer) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_redemptions_at_once_have_one_winner() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    // Every loser's key is tried, which are more failures than an employer may have.
    let server =
        Setup::new(&registry, inbox.port()).set("limits.sign_in_failures_per_employer", "300").start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let keys: Vec<String> = (0..200).map(|n| format!("{NEW_KEY} número {n}")).collect();
    let answers: Vec<(String, Answer)> = stream::iter(keys)
        .map(|key| async {
            let answer = set_key(&api, &link, &key).await;
            (key, answer)
        })
        .buffer_unordered(200)
        .collect()
        .await;
    let winners: Vec<&String> =
        answers.iter().filter(|(_, answer)| answer.status == 204).map(|(key, _)| key).collect();
    assert_eq!(winners.len(), 1);
    for (_, loser) in answers.iter().filter(|(_, answer)| answer.status != 204) {
        loser.assert_problem(410, "link-used");
    }
    api.sign_in(&employer, winners[0]).await.ok(201);
    for (key, _) in answers.iter().filter(|(key, _)| key != winners[0]) {
        api.sign_in(&employer, key).await.assert_problem(401, "invalid-credentials");
    }
    assert_eq!(inbox.arrived(&employer.email, 3).await, 3, "one notice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_redeemed_once_at_whichever_service() {
    let two = Two::start(1);
    let (employer, apis) = (&two.employers[0], two.apis());
    let link = two.inbox.link_of(&apis[0], employer).await;
    let keys: Vec<(usize, String)> = (0..200).map(|n| (n, format!("{NEW_KEY} número {n}"))).collect();
    let answers: Vec<(String, Answer)> = stream::iter(keys)
        .map(|(number, key)| {
            let api = &apis[number % 2];
            let link = &link;
            async move {
                let answer = set_key(api, link, &key).await;
                (key, answer)
            }
        })
        .buffer_unordered(200)
        .collect()
        .await;
    let winners: Vec<_> = answers.iter().filter(|(_, answer)| answer.status == 204).collect();
    assert_eq!(winners.len(), 1, "{:?}", answers.iter().map(|(_, answer)| answer.status).collect::<Vec<_>>());
    for api in &apis {
        api.sign_in(employer, &winners[0].0).await.ok(201);
    }
    // A code, a link and one notice.
    assert_eq!(two.inbox.arrived(&employer.email, 3).await, 3);
}
