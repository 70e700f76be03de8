//! What the service does when the line to its PostgreSQL is slow, held up, or cut at the worst moment. That the server itself stops
//! and starts, or hands over to a standby, is in `crates/clavero/tests/it/nodes.rs`.

use std::time::Duration;

use clavero_postgres_fixture::Cluster;
use futures_util::{StreamExt as _, stream};

use super::line::{Line, Mode};
use crate::{
    api::{Answer, Api, Flow, NEW_KEY, within},
    employers::{Employer, Registry},
    mail::Inbox,
    server::{Setup, TestServer},
};

/// A service that takes longer than this to answer, or to be well again, hangs.
const HANGS: Duration = Duration::from_mins(1);

struct World {
    line: Line,
    server: TestServer,
    api: Api,
    inbox: Inbox,
    employers: Vec<Employer>,
    _cluster: Cluster,
}

impl World {
    async fn of(employers: usize) -> Self {
        let cluster = Cluster::shared();
        let line = Line::to(&cluster).await;
        let mut registry = Registry::default();
        let employers = (0..employers).map(|_| registry.company()).collect();
        let inbox = Inbox::open();
        let server = Setup::new(&registry, inbox.port()).on(line.url()).start();
        let http = reqwest::Client::builder().timeout(HANGS).build().unwrap();
        let api = Api { http, ..Api::of(&server) };
        Self { line, server, api, inbox, employers, _cluster: cluster }
    }

    async fn operator_sees(&self, path: &str) -> u16 {
        let request = self.api.http.get(format!("{}{path}", self.server.admin()));
        request.send().await.unwrap().status().as_u16()
    }

    async fn is_well_again(&self) {
        within(HANGS, "readiness", async || {
            let ready = self.operator_sees("/readyz").await;
            if ready == 200 { Ok(()) } else { Err(ready) }
        })
        .await;
    }
}

/// Asks again as long as the answer is that it cannot be done now.
async fn until_done(ask: impl AsyncFn() -> Answer) -> Answer {
    within(HANGS, "an answer", async || {
        let answer = ask().await;
        if answer.status == 503 { Err(answer) } else { Ok(answer) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_slow_and_cut_again_and_again_loses_nothing_that_was_answered() {
    let world = World::of(24).await;
    world.line.set(Mode::Slow(Duration::from_millis(3)));
    let api = &world.api;
    let mut flows = stream::iter(&world.employers)
        .map(|employer| async move {
            let started = until_done(async || api.try_start(employer).await).await.ok(201);
            (employer, Flow::of(api, &started))
        })
        .buffer_unordered(6);
    let mut answered = Vec::new();
    while let Some(flow) = flows.next().await {
        answered.push(flow);
        if answered.len() % 4 == 0 {
            world.line.set(Mode::Cut);
            world.line.set(Mode::Passes);
        }
    }
    for (employer, flow) in answered {
        let code = world.inbox.code_after_a_crash(&employer.email).await;
        flow.reaches("code_sent").await;
        flow.send_code(&code).await.ok(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_done_once_whoever_asks_again() {
    let world = World::of(4).await;
    for employer in &world.employers {
        world.line.set(Mode::CutAfterCommit);
        let started = until_done(async || world.api.try_start(employer).await).await.ok(201);
        let flow = Flow::of(&world.api, &started);
        let reference = flow.started["reference"].as_str().unwrap();
        let code = world.inbox.code_with_reference(&employer.email, reference).await;
        flow.reaches("code_sent").await;
        world.line.set(Mode::CutAfterCommit);
        let verified = until_done(async || flow.send_code(&code).await).await;
        assert!(verified.status == 200 || verified.problem() == Some("wrong-state"), "{verified:#?}");
        let link = world.inbox.link_after_a_crash(&employer.email).await;
        flow.reaches("link_sent").await;
        world.line.set(Mode::CutAfterCommit);
        let set = until_done(async || world.api.set_key(&link, NEW_KEY).await).await;
        assert!(set.status == 204 || set.problem() == Some("link-used"), "{set:#?}");
        world.line.set(Mode::Passes);
        world.api.set_key(&link, "otra cosa muy distinta 99").await.assert_problem(410, "link-used");
        until_done(async || world.api.sign_in(employer, NEW_KEY).await).await.ok(201);
    }
    assert_eq!(world.line.mode(), Mode::Passes);
}

/// What is between stands and passes nothing, so that no connection ends by itself.
#[tokio::test(flavor = "multi_thread")]
async fn while_nothing_comes_through_requests_are_refused_and_then_all_goes_on() {
    let world = World::of(2).await;
    let flow = world.api.start(&world.employers[0]).await;
    let code = world.inbox.next_code(&world.employers[0].email).await;
    flow.reaches("code_sent").await;
    world.line.set(Mode::Holds);
    assert_eq!(world.operator_sees("/healthz").await, 200);
    let page = world.api.http.get(world.server.address()).send().await.unwrap();
    assert_eq!(page.status(), 200, "pages that need no database");
    let employer = &world.employers[1];
    let refused = world.api.try_start(employer).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
    assert_eq!(world.operator_sees("/readyz").await, 503);
    world.line.set(Mode::Passes);
    world.is_well_again().await;
    until_done(async || world.api.try_start(employer).await).await.ok(201);
    until_done(async || flow.send_code(&code).await).await.ok(200);
    world.inbox.next_code(&employer.email).await;
}
