//! What the service does when the machine's clock jumps. Debian's `libfaketime` moves the clock that the program sees, and leaves
//! its monotonic time alone, as a set clock does.

use std::{fs, path::PathBuf};

use crate::{
    api::{Api, NEW_KEY, eventually},
    employers::{Employer, Registry},
    mail::Inbox,
    server::{Setup, TestServer},
};

/// Steps that are told: as `libfaketime` writes them, an amount or where the clock then stands. Among them the ends of what
/// 32 bits of seconds hold, a leap day, and a clock that stands still.
const JUMPS: [&str; 10] = [
    "+1h",
    "-1h",
    "+1d",
    "-1d",
    "+6s",
    "-6s",
    "@1970-01-02 00:00:00",
    "@2038-01-19 03:14:08",
    "@2028-02-29 23:59:59",
    "2026-01-01 00:00:00",
];
/// What a leap second or a time service does: followed without a word.
const ADJUSTMENTS: [&str; 2] = ["+1s", "-1s"];

/// A wall clock that a test sets.
struct Wall {
    library: PathBuf,
    folder: tempfile::TempDir,
}

impl Wall {
    fn right() -> Self {
        // Debian keeps libraries in a folder for each architecture.
        let folders = fs::read_dir("/usr/lib").unwrap().flatten();
        let library = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
        let library = library.into_iter().find(|path| path.exists()).expect("Debian's package libfaketime");
        let wall = Self { library, folder: tempfile::tempdir().unwrap() };
        wall.set("+0");
        wall
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// So far from the real time.
    fn set(&self, offset: &str) {
        // At once: it is read at each look at the clock.
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{offset}\n")).unwrap();
        fs::rename(new, self.file()).unwrap();
    }

    fn over(&self, setup: Setup) -> Setup {
        setup
            .set("LD_PRELOAD", self.library.to_str().unwrap())
            .set("FAKETIME_TIMESTAMP_FILE", self.file().to_str().unwrap())
            .set("FAKETIME_NO_CACHE", "1")
            .set("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .set("NO_FAKE_STAT", "1")
    }
}

/// What the operator's listener says: whether it is ready, and why not.
async fn readiness(server: &TestServer) -> (u16, String) {
    let answer = reqwest::get(format!("{}/readyz", server.admin())).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_jump_either_way_ends_no_code_link_or_session_and_readiness_tells_it_while_it_lasts() {
    let wall = Wall::right();
    let mut registry = Registry::default();
    let employers: Vec<Employer> = JUMPS.iter().map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let server = wall.over(Setup::new(&registry, inbox.port())).start();
    let api = Api::of(&server);
    let mut sessions: Vec<String> = Vec::new();
    for (employer, jump) in employers.iter().zip(JUMPS) {
        let flow = api.start(employer).await;
        let code = inbox.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        wall.set(jump);
        let (status, why) = readiness(&server).await;
        assert!(status == 503 && why.starts_with("clock: stepped"), "{jump}: {status} {why}");
        // Who was under way goes on as if nothing had been.
        flow.send_code(&code).await.ok(200);
        let link = inbox.next_link(&employer.email).await;
        flow.reaches("link_sent").await;
        assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204, "{jump}");
        let opened = api.sign_in(employer, NEW_KEY).await.ok(201);
        sessions.push(opened["token"].as_str().unwrap().to_owned());
        for session in &sessions {
            api.session(session).await.ok(200);
        }
        let alive = reqwest::get(format!("{}/healthz", server.admin())).await.unwrap();
        assert_eq!(alive.status(), 200, "{jump}");
        wall.set("+0");
        assert_eq!(readiness(&server).await.0, 200, "after {jump}");
    }
    for adjustment in ADJUSTMENTS {
        wall.set(adjustment);
        assert_eq!(readiness(&server).await.0, 200, "{adjustment}");
        for session in &sessions {
            api.session(session).await.ok(200);
        }
        wall.set("+0");
    }
    assert!(server.log().contains("the wall clock stepped"), "the operator is told");
}

#[tokio::test]
async fn what_has_ended_does_not_live_again_when_the_clock_goes_back_or_the_service_starts_in_the_past() {
    let wall = Wall::right();
    let mut registry = Registry::default();
    let (coded, linked) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port())
        .set("recovery.code_ttl", "6s")
        .set("recovery.link_ttl", "6s")
        .set("recovery.form_ttl", "0s");
    let mut server = wall.over(setup).start();
    let api = Api::of(&server);
    let flow = api.start(&coded).await;
    let code = inbox.next_code(&coded.email).await;
    flow.reaches("code_sent").await;
    // Its link is younger than that code: when it has ended, both have.
    let link = inbox.link_of(&api, &linked).await;
    eventually("the link's end", || async {
        let answer = api.read_link(&link).await;
        if answer.problem() == Some("link-expired") { Ok(()) } else { Err(answer) }
    })
    .await;
    for back in ["-1h", "-1d"] {
        wall.set(back);
        assert_eq!(readiness(&server).await.0, 503, "{back}");
        flow.send_code(&code).await.assert_problem(410, "code-expired");
        api.set_key(&link, NEW_KEY).await.assert_problem(410, "link-expired");
        wall.set("+0");
    }
    server.kill();
    wall.set("-1h");
    let refused = server.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(why.contains("clock"), "{why}");
    wall.set("+0");
    server.restart();
    let api = Api::of(&server);
    let flow = flow.at(&api);
    flow.send_code(&code).await.assert_problem(410, "code-expired");
    api.set_key(&link, NEW_KEY).await.assert_problem(410, "link-expired");
}
