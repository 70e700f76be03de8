//! What the service says and does while its disk is full or fails, and after.

use std::time::Duration;

use super::disk::{Disk, SmallDisk, Trouble};
use crate::{
    api::{Answer, Api, Flow, NEW_KEY, eventually, within},
    employers::{Employer, Registry},
    mail::Inbox,
    server::{Setup, TestServer},
};

/// A flow that goes to a mail at once where it can: a test that waits longer has hung.
const AGAIN: Duration = Duration::from_mins(1);

/// Three employers, each somewhere on their way.
struct Way {
    server: TestServer,
    inbox: Inbox,
    api: Api,
    /// Has a key and a session.
    settled: (Employer, String),
    /// Has a code in hand.
    coded: (Employer, Flow, String),
    /// Has a link in hand.
    linked: (Employer, String),
    newcomer: Employer,
}

impl Way {
    async fn on(disk: impl FnOnce(Setup) -> Setup) -> Self {
        let mut registry = Registry::default();
        let mut company = || registry.company();
        let (settled, coded, linked, newcomer) = (company(), company(), company(), company());
        let inbox = Inbox::open();
        let server = disk(Setup::new(&registry, inbox.port())).start();
        let api = Api::of(&server);
        let link = inbox.link_of(&api, &settled).await;
        assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
        let session = api.sign_in(&settled, NEW_KEY).await.ok(201)["token"].as_str().unwrap().to_owned();
        let flow = api.start(&coded).await;
        let code = inbox.next_code(&coded.email).await;
        flow.reaches("code_sent").await;
        let link = inbox.link_of(&api, &linked).await;
        let (settled, coded, linked) = ((settled, session), (coded, flow, code), (linked, link));
        Self { server, inbox, api, settled, coded, linked, newcomer }
    }

    async fn operator_sees(&self, path: &str) -> u16 {
        reqwest::get(format!("{}{path}", self.server.admin())).await.unwrap().status().as_u16()
    }

    /// Everything that would have to be written is put off, and nothing that was promised is taken back.
    async fn puts_off_what_it_cannot_write(&self) {
        // What little room there is goes with the first tries.
        eventually("the disk's failure", || async {
            let ready = self.operator_sees("/readyz").await;
            if ready == 503 { Ok(()) } else { Err(ready) }
        })
        .await;
        assert_eq!(self.operator_sees("/healthz").await, 200, "nobody restarts it for a disk");
        let (_, flow, code) = &self.coded;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let put_off: [(&str, Answer); 5] = [
            ("a start", self.api.try_start(&self.newcomer).await),
            ("a wrong code", flow.send_code(wrong).await),
            ("a right code", flow.send_code(code).await),
            ("a new key", self.api.set_key(&self.linked.1, NEW_KEY).await),
            ("a right key", self.api.sign_in(&self.settled.0, NEW_KEY).await),
        ];
        for (what, answer) in put_off {
            assert_eq!(answer.status, 503, "{what}: {answer:#?}");
            assert!(answer.retry_after() > 0, "{what}");
        }
        for page in ["/", "/ayuda", "/empleadores/recuperar-clave", "/empleadores/ingresar"] {
            let answer = self.api.http.get(format!("{}{page}", self.server.address())).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{page} needs nothing written");
        }
    }

    /// It goes on by itself, and all that was acknowledged stands.
    async fn goes_on(&self) {
        within(AGAIN, "readiness", async || {
            let ready = self.operator_sees("/readyz").await;
            if ready == 200 { Ok(()) } else { Err(ready) }
        })
        .await;
        self.api.session(&self.settled.1).await.ok(200);
        self.api.sign_in(&self.settled.0, NEW_KEY).await.ok(201);
        let (employer, flow, code) = &self.coded;
        let stands = flow.read().await.ok(200);
        assert_eq!(
            stands["code"]["attempts_left"], 5,
            "no guess was spent that was not compared: {stands:#}"
        );
        flow.send_code(code).await.ok(200);
        let link = self.inbox.next_link(&employer.email).await;
        flow.reaches("link_sent").await;
        for (employer, link) in [(employer, &link), (&self.linked.0, &self.linked.1)] {
            assert_eq!(self.api.set_key(link, NEW_KEY).await.status, 204);
            self.api.set_key(link, "otra cosa muy distinta 99").await.assert_problem(410, "link-used");
            self.api.sign_in(employer, NEW_KEY).await.ok(201);
        }
    }

    async fn holds_after_a_restart(mut self) {
        assert!(self.server.terminate().success());
        let verified = self.server.run(&["audit", "verify"]);
        assert!(verified.status.success(), "{verified:?}");
        self.server.restart();
        let api = Api::of(&self.server);
        for employer in [&self.settled.0, &self.coded.0, &self.linked.0] {
            api.sign_in(employer, NEW_KEY).await.ok(201);
        }
    }
}

#[tokio::test]
async fn a_disk_that_is_really_full_puts_off_what_must_be_written_and_loses_nothing() {
    let Some(disk) = SmallDisk::mounted() else { return };
    let url = format!("sqlite:{}/clavero.db", disk.path().display());
    let way = Way::on(|setup| setup.on(url)).await;
    disk.fill();
    way.puts_off_what_it_cannot_write().await;
    disk.make_room();
    way.goes_on().await;
    way.holds_after_a_restart().await;
}

async fn lives_through(trouble: Trouble) {
    let disk = Disk::good();
    let way = Way::on(|setup| disk.under(setup)).await;
    disk.breaks(trouble);
    way.puts_off_what_it_cannot_write().await;
    disk.is_mended();
    way.goes_on().await;
    way.holds_after_a_restart().await;
}

#[tokio::test]
async fn writes_that_say_no_space_are_lived_through() {
    lives_through(Trouble::NoSpace).await;
}

#[tokio::test]
async fn writes_that_fail_are_lived_through() {
    lives_through(Trouble::BadWrite).await;
}

#[tokio::test]
async fn synchronisations_that_fail_are_lived_through() {
    lives_through(Trouble::BadSync).await;
}
