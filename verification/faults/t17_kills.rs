//! What becomes of what was answered when the program is killed, or asked to stop, in the midst of its work.

use futures_util::{StreamExt as _, stream};

use crate::{
    api::{Api, Flow, NEW_KEY},
    employers::{Employer, Registry},
    mail::Inbox,
    server::Setup,
};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_answered_is_lost_by_a_kill() {
    const ROUNDS: usize = 8;
    const EACH: usize = 24;
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..ROUNDS * EACH).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let mut answered = Vec::new();
    for round in employers.chunks(EACH) {
        let api = Api::of(&server);
        let mut starts = stream::iter(round)
            .map(|employer| {
                let api = &api;
                async move { Some((employer, api.start_if_answered(employer).await?)) }
            })
            .buffer_unordered(8);
        // In the midst of the work: some are answered, some are on their way.
        for _ in 0..EACH / 2 {
            answered.extend(starts.next().await.flatten());
        }
        server.kill_and_restart();
        answered.extend(starts.filter_map(std::future::ready).collect::<Vec<_>>().await);
    }
    let api = Api::of(&server);
    for (employer, flow) in &answered {
        let flow = Flow::of(&api, &flow.started);
        flow.read().await.ok(200);
        let code = inbox.code_after_a_crash(&employer.email).await;
        flow.reaches("code_sent").await;
        flow.send_code(&code).await.ok(200);
    }
}

#[tokio::test]
async fn a_key_that_was_set_stays_set_after_a_kill_and_its_link_stays_used() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    server.kill_and_restart();
    let api = Api::of(&server);
    api.set_key(&link, "otra cosa muy distinta 99").await.assert_problem(410, "link-used");
    api.sign_in(&employer, NEW_KEY).await.ok(201);
    // The notice was in the same transaction.
    assert!(inbox.arrived(&employer.email, 3).await >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_finishes_what_it_began_and_ends_well() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..12).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut links = Vec::new();
    for employer in &employers {
        links.push(inbox.link_of(&api, employer).await);
    }
    let requests: Vec<_> = links
        .iter()
        .map(|link| {
            let (api, link) = (api.clone(), link.clone());
            tokio::spawn(async move { api.try_set_key(&link, NEW_KEY).await })
        })
        .collect();
    let first = stream::iter(requests).buffer_unordered(12);
    tokio::pin!(first);
    let mut statuses = vec![first.next().await.unwrap().unwrap()];
    let ended = server.terminate();
    assert!(ended.success(), "{ended:?}");
    statuses.extend(first.map(|status| status.unwrap()).collect::<Vec<_>>().await);
    // Whoever was let in was answered in full; the others met a closed door.
    let done = statuses.iter().filter(|status| **status == Some(204)).count();
    assert!(statuses.iter().all(|status| status.is_none() || *status == Some(204)), "{statuses:?}");
    server.restart();
    let api = Api::of(&server);
    let mut signed_in = 0;
    for employer in &employers {
        signed_in += usize::from(api.sign_in(employer, NEW_KEY).await.status == 201);
    }
    assert_eq!(signed_in, done, "what was answered is exactly what was done");
}

#[tokio::test]
async fn a_log_that_nobody_reads_any_more_stops_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    server.close_log();
    let link = inbox.link_of(&api, &employer).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    for _ in 0..20 {
        assert_eq!(api.http.get(server.address()).send().await.unwrap().status(), 200);
    }
}
