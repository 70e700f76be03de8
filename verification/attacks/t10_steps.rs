//! A1: no order of steps sets a key without the mailed link.

use futures_util::{StreamExt as _, stream};
use reqwest::{Client, RequestBuilder, redirect};
use serde_json::json;

use crate::{
    api::{Api, NEW_KEY, identifiers},
    employers::{Employer, Registry},
    mail::Inbox,
    server::{Setup, TestServer},
};

const FLOW: &str = "/empleadores/recuperar-clave";

/// What somebody can do who began the flow and was told its code, and has not read the link.
const STEPS: [&str; 10] = [
    "look",
    "the right code",
    "a wrong code",
    "another code",
    "another link",
    "no access",
    "a key to the flow's id",
    "a key to the flow's token",
    "a key in the page, with the flow's cookie as the form's",
    "a key in the account, with the flow's cookie as the session's",
];

struct Attacker<'a> {
    server: &'a TestServer,
    http: Client,
    id: String,
    token: String,
    code: String,
}

impl<'a> Attacker<'a> {
    /// Begins a flow in a browser; the code was told by its owner.
    async fn of(server: &'a TestServer, inbox: &Inbox, employer: &Employer) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        let start = http.post(format!("{}{FLOW}", server.address())).form(&identifiers(employer));
        let started = start.send().await.unwrap();
        let cookie = started.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let (id, token) = cookie.split_once('=').unwrap().1.split_once('~').unwrap();
        let (id, token) = (id.to_owned(), token.to_owned());
        Self { server, http, id, token, code: inbox.next_code(&employer.email).await }
    }

    fn post(&self, path: &str) -> RequestBuilder {
        let Self { id, token, .. } = self;
        let all = format!(
            "clavero_flow={id}~{token}; clavero_form={token}; clavero_session={token}; clavero_device={token}; \
             clavero_officer={token}"
        );
        self.http.post(format!("{}{path}", self.server.address())).header("cookie", all)
    }

    async fn take(&self, step: &str) -> u16 {
        let Self { id, token, code, .. } = self;
        let flow = format!("{FLOW}/{id}");
        let keys = [
            ("password", NEW_KEY),
            ("password_confirmation", NEW_KEY),
            ("opened", token),
            ("current_password", ""),
        ];
        let request = match step {
            "look" => self.http.get(format!("{}{flow}", self.server.address())),
            "the right code" => self.post(&format!("{flow}/codigo")).form(&[("code", code)]),
            "a wrong code" => self.post(&format!("{flow}/codigo")).form(&[("code", "000000")]),
            "another code" => self.post(&format!("{flow}/otro-codigo")),
            "another link" => self.post(&format!("{flow}/otro-enlace")),
            "no access" => self.post(&format!("{flow}/sin-acceso")),
            "a key to the flow's id" => self
                .post(&format!("/api/v1/links/{id}/password"))
                .json(&json!({ "password": NEW_KEY, "opened": token })),
            "a key to the flow's token" => self
                .post(&format!("/api/v1/links/{token}/password"))
                .json(&json!({ "password": NEW_KEY, "opened": token })),
            "a key in the page, with the flow's cookie as the form's" => {
                self.post(&format!("/clave/{token}")).form(&keys)
            }
            _ => self.post("/empleadores/mi-cuenta/clave").form(&keys),
        };
        request.send().await.unwrap().status().as_u16()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_of_three_steps_sets_a_key_without_the_link() {
    let orders: Vec<[usize; 3]> = (0..STEPS.len().pow(3))
        .map(|n| [n / 100, n / 10 % 10, n % 10])
        .filter(|[a, b, c]| a != b && b != c && a != c)
        .collect();
    assert_eq!(orders.len(), 720);
    let mut registry = Registry::default();
    let employers: Vec<Employer> = orders.iter().map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).set("recovery.resend_after", "0s").start();
    let tried: Vec<[usize; 3]> = stream::iter(orders.iter().zip(&employers))
        .map(async |(order, employer)| {
            let attacker = Attacker::of(&server, &inbox, employer).await;
            for step in order {
                let status = attacker.take(STEPS[*step]).await;
                assert!(status < 500, "{order:?}: {step} was answered {status}");
            }
            *order
        })
        .buffer_unordered(24)
        .collect()
        .await;
    assert_eq!(tried.len(), 720);
    // A few owners, whose mailboxes have a link by now: nothing of it was used up.
    let api = Api::of(&server);
    let mut linked = 0;
    for (order, employer) in orders.iter().zip(&employers) {
        let [first, second, third] = order.map(|step| STEPS[step]);
        if linked < 5
            && [first, second, third] == ["look", "the right code", third]
            && third.starts_with("a key")
        {
            let link = inbox.next_link(&employer.email).await;
            assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204, "{order:?}");
            linked += 1;
        }
    }
    assert!(linked > 0);
    assert!(server.terminate().success());
    let log = String::from_utf8(server.run(&["audit", "export"]).stdout).unwrap();
    assert_eq!(
        log.matches("\"act\":\"credential.changed\"").count(),
        linked,
        "keys that were set by their owners"
    );
}
