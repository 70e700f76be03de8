//! T3: every secret of a service tried at every place that takes one.

use std::collections::BTreeSet;

use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::json;

use crate::{
    api::{Api, Flow, NEW_KEY, identifiers, token_of},
    employers::{Employer, Registry},
    mail::{Inbox, code_of},
    officers::added,
    server::{Setup, TestServer},
};

const OTHER_KEY: &str = "otra clave de otra persona 81";

/// A service with something of every kind to get hold of.
struct Loot {
    server: TestServer,
    http: Client,
    inbox: Inbox,
    waits_for_code: (Employer, Flow, String),
    waits_for_link: (Employer, Flow, String),
    /// By their names.
    secrets: Vec<(&'static str, String)>,
}

impl Loot {
    async fn gathered() -> Self {
        let mut registry = Registry::default();
        let [ours, theirs, done, in_person] = [(); 4].map(|()| registry.company());
        let inbox = Inbox::open();
        // One code at a time, so that each brings a voucher.
        let server = Setup::new(&registry, inbox.port()).set("recovery.codes_per_window", "1").start();
        let api = Api::of(&server);
        let http = Client::builder().redirect(redirect::Policy::none()).build().unwrap();

        let used = inbox.link_of(&api, &done).await;
        assert_eq!(api.set_key(&used, NEW_KEY).await.status, 204);
        let notice = inbox.next(&done.email).await;
        let session = api.sign_in(&done, NEW_KEY).await.ok(201);

        let case = http.post(format!("{}/empleadores/clave-patronal", server.address()));
        let opened = case.form(&identifiers(&in_person)).send().await.unwrap();
        let reference = opened.headers()["location"].to_str().unwrap().rsplit('/').next().unwrap().to_owned();

        let flow = api.start(&ours).await;
        let mail = inbox.next(&ours.email).await;
        let (code, voucher) = (code_of(&mail), mail.link("/reserva/").unwrap());
        flow.reaches("code_sent").await;
        flow.send_code(&code).await.ok(200);
        let link = inbox.next_link(&ours.email).await;
        let form = api.read_link(&link).await.ok(200)["opened"].as_str().unwrap().to_owned();
        let other = api.start(&theirs).await;
        let other_code = inbox.next_code(&theirs.email).await;
        other.reaches("code_sent").await;
        let enrolment = added(&server, "Ana", "desk");
        let secrets = vec![
            ("flow of the link", flow.token.clone()),
            ("flow of the code", other.token.clone()),
            ("spent code", code),
            ("voucher", token_of(&voucher).to_owned()),
            ("code", other_code.clone()),
            ("link", token_of(&link).to_owned()),
            ("form", form),
            ("used link", token_of(&used).to_owned()),
            ("no-fui-yo", token_of(&notice.links()[0]).to_owned()),
            ("session", session["token"].as_str().unwrap().to_owned()),
            ("reference", reference),
            ("enrolment", enrolment.rsplit('/').next().unwrap().to_owned()),
            ("flow's id", flow.id.clone()),
            ("nothing", "A".repeat(43)),
            ("key", NEW_KEY.to_owned()),
        ];
        Self {
            server,
            http,
            inbox,
            waits_for_link: (ours, flow, link),
            waits_for_code: (theirs, other, other_code),
            secrets,
        }
    }

    fn to(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.server.address()))
    }

    /// Each place that takes a secret, with this one in it.
    fn places(&self, secret: &str) -> Vec<(&'static str, RequestBuilder)> {
        use Method as M;
        let (_, first, _) = &self.waits_for_link;
        let (employer, second, _) = &self.waits_for_code;
        // In a path it is one segment, whatever is in it.
        let segment = secret.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
        let cookie = |name: &str, value: &str| format!("{name}={value}");
        let as_text = |secret: &str| secret.replace([' ', 'á'], "");
        let plain = as_text(secret);
        let api = |path: &str| format!("/api/v1{path}");
        let mut slip = identifiers(employer);
        slip["slip"] = secret.into();
        let mut sign_in = identifiers(employer);
        sign_in["password"] = secret.into();
        vec![
            (
                "read the first flow",
                self.to(M::GET, &api(&format!("/recoveries/{}", first.id))).bearer_auth(&plain),
            ),
            (
                "read the second flow",
                self.to(M::GET, &api(&format!("/recoveries/{}", second.id))).bearer_auth(&plain),
            ),
            (
                "page of the first flow",
                self.to(M::GET, &format!("/empleadores/recuperar-clave/{}/eventos", first.id))
                    .header("cookie", cookie("clavero_flow", &format!("{}~{plain}", first.id))),
            ),
            ("read a link", self.to(M::GET, &api(&format!("/links/{segment}")))),
            ("page of a link", self.to(M::GET, &format!("/clave/{segment}"))),
            (
                "use a link",
                self.to(M::POST, &api(&format!("/links/{segment}/password")))
                    .json(&json!({ "password": OTHER_KEY })),
            ),
            ("keep a voucher", self.to(M::GET, &format!("/reserva/{segment}"))),
            (
                "start with a voucher",
                self.to(M::POST, "/empleadores/recuperar-clave")
                    .header("cookie", cookie("clavero_voucher", &plain))
                    .form(&identifiers(&self.waits_for_link.0)),
            ),
            ("read a session", self.to(M::GET, &api("/session")).bearer_auth(&plain)),
            (
                "page of a session",
                self.to(M::GET, "/empleadores/mi-cuenta").header("cookie", cookie("clavero_session", &plain)),
            ),
            ("end a session", self.to(M::DELETE, &api("/session")).bearer_auth(&plain)),
            ("block a key", self.to(M::POST, &format!("/no-fui-yo/{segment}")).form(&[("confirm", "yes")])),
            ("stop a case", self.to(M::POST, &format!("/clave-patronal/detener/{segment}"))),
            ("page of a case", self.to(M::GET, &format!("/empleadores/clave-patronal/{segment}"))),
            ("use a slip", self.to(M::POST, "/clave/papeleta").form(&slip)),
            ("enrol", self.to(M::GET, &format!("/ventanilla/alta/{segment}"))),
            (
                "be an officer",
                self.to(M::GET, "/ventanilla/mi-acceso").header("cookie", cookie("clavero_officer", &plain)),
            ),
            ("sign in", self.to(M::POST, &api("/sessions")).json(&sign_in)),
        ]
    }
}

/// What opens what; nothing else does.
const FITS: [(&str, &str); 10] = [
    ("flow of the link", "read the first flow"),
    ("flow of the link", "page of the first flow"),
    ("flow of the code", "read the second flow"),
    ("link", "read a link"),
    ("link", "page of a link"),
    ("voucher", "keep a voucher"),
    ("voucher", "start with a voucher"),
    ("session", "read a session"),
    ("session", "page of a session"),
    ("reference", "page of a case"),
];

/// What would open, and would be used up by being tried.
const KEPT: [(&str, &str); 4] = [
    ("link", "use a link"),
    ("session", "end a session"),
    ("no-fui-yo", "block a key"),
    ("enrolment", "enrol"),
];

#[tokio::test]
async fn of_every_secret_at_every_place_only_those_open_that_belong_there() {
    let loot = Loot::gathered().await;
    let (mut opened, mut tried) = (BTreeSet::new(), 0);
    for (name, secret) in &loot.secrets {
        for (place, request) in loot.places(secret) {
            if KEPT.contains(&(name, place)) {
                continue;
            }
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            assert!(status < 500, "{name} at {place}: {answer:?}");
            let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
            tried += 1;
            // A redirect leads an officer or an employer to where they sign in.
            let is_turned_away =
                to.is_some_and(|to| to.contains("ingresar") || to.starts_with("/ventanilla?"));
            if status < 400 && !is_turned_away {
                opened.insert((*name, place));
            }
        }
    }
    assert_eq!(opened, FITS.into_iter().collect(), "of {tried} pairs");
    // Nothing that was tried did anything.
    let api = Api::of(&loot.server);
    let (employer, _, link) = &loot.waits_for_link;
    assert_eq!(api.set_key(link, NEW_KEY).await.status, 204);
    api.sign_in(employer, NEW_KEY).await.ok(201);
    let (employer, flow, code) = &loot.waits_for_code;
    flow.send_code(code).await.ok(200);
    let link = loot.inbox.next_link(&employer.email).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
}
