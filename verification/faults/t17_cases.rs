//! What becomes of cases when the program is killed in the midst of them.

use std::pin::pin;

use serde_json::Value;

use crate::{
    api::{Api, NEW_KEY},
    casework::{Desk, Way, walk_all},
    employers::Registry,
    mail::Inbox,
    passkeys::ORIGIN,
    server::Setup,
};

#[tokio::test]
async fn every_case_stands_where_it_was_answered_after_a_kill_and_goes_on_to_its_end() {
    const CASES: usize = 5;
    const KILLS: usize = 5;
    let mut registry = Registry::default();
    let ways: Vec<Way> = (0..CASES).map(|_| Way::by_mail(registry.company())).collect();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).set("server.public_url", ORIGIN).start();
    let desk = Desk::of(&server, &inbox).await;
    for kill in 1..=KILLS {
        let mut work = pin!(walk_all(&ways, &desk));
        tokio::select! {
            () = &mut work => panic!("all cases came to their end before kill {kill}"),
            () = desk.has_answered(kill * CASES * ways[0].steps.len() / (KILLS + 1)) => {}
        }
        // Some steps are answered, some are on their way.
        server.kill_and_restart();
        for way in ways.iter().filter(|way| way.answered.get() > 0) {
            let stands = way.next(&desk).await;
            assert!(stands >= way.answered.get(), "{stands} steps: {}", way.history(&desk).await);
        }
    }
    walk_all(&ways, &desk).await;

    let api = Api::of(&server);
    for way in &ways {
        assert_eq!(way.next(&desk).await, way.steps.len(), "{}", way.history(&desk).await);
        api.sign_in(&way.employer, NEW_KEY).await.ok(201);
    }
    assert!(server.terminate().success());
    let verified = server.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    let export = String::from_utf8(server.run(&["audit", "export"]).stdout).unwrap();
    let entries: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let done =
        |act: &str| entries.iter().filter(|entry| entry["act"] == act && entry["refusal"].is_null()).count();
    for act in
        ["case.approval_asked", "case.approved", "case.handed_over", "case.closed", "credential.changed"]
    {
        assert_eq!(done(act), CASES, "{act}: one entry for each case, kill or no kill");
    }
}
