//! The whole site in memory: service, database, pages and API, with one journey at each of its places, so that a request can
//! name a live flow, link, session, case and officer.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use clavero_protocol::{
    EmailAddress, EmployerKey, EmployerKind, Policy, RepresentativeId, Role, Ruc, Sucursal,
};
use clavero_service::{
    BundledBreaches, Cost, DeskSettings, Hashing, KeyRing, Limits, NewStaff, Service, Settings,
    mail::{Mailbox, Received, Sender},
    outbox::Worker,
};
use clavero_store::{EmployerRecord, Registers as _, Sqlite, Store, SystemClock};
use clavero_web::{Institution, WebConfig, WebState, public_router};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
};
use tower::ServiceExt as _;

const URL: &str = "http://127.0.0.1:8080";
const RUCS: [&str; 4] = ["1790011674001", "1792060346001", "1760001550001", "0992397535001"];
const CEDULA: &str = "1714307103";
const KEY: &str = "tetera nube farol brisa cuento";
/// What a link in a mail is told by.
const LINK: &str = "/clave/";
const OFFICER: &str = "oficial@demostracion.example";

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; empty for a stream of events, which does not end.
    pub body: Vec<u8>,
}

/// The site.
pub struct Site {
    router: Router,
    mailbox: Arc<Mailbox>,
    runtime: Runtime,
    /// What stands for a live name in a request: `{link}`, say.
    pub names: BTreeMap<&'static str, String>,
    _folder: TempDir,
}

impl Site {
    /// A fresh one. Panics where something is not as it should be: no request can be judged then.
    #[must_use]
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = folder();
        let path = folder.path().join("clavero.db");
        let clock: Arc<SystemClock> = Arc::new(SystemClock::new());
        let store = Arc::new(Sqlite::open(&path, Arc::clone(&clock) as _).expect("a database"));
        let keys = Arc::new(KeyRing::ephemeral().expect("a ring"));
        let rows = RUCS.map(|ruc| (employer(ruc, &keys), None));
        runtime.block_on(store.import_employers(rows.into())).expect("employers");
        let store: Arc<dyn Store> = store;
        let service = runtime.block_on(Service::start(store, keys, Box::new(BundledBreaches), settings()));
        let service = service.expect("a service");
        let officer = NewStaff { name: "Oficial", email: OFFICER, role: Role::Desk };
        runtime.block_on(service.seed_demonstration(&[officer])).expect("an officer");
        let mailbox = Arc::new(Mailbox::new(clock));
        let (end, stop) = watch::channel(false);
        let from = "no-responder@institucion.example".parse().expect("an address");
        let sender = Sender { from, public_url: URL.to_owned() };
        let worker = Worker::new(Arc::clone(&service), Arc::clone(&mailbox) as _, sender);
        let worker = runtime.spawn(worker.run(stop.clone()));
        let config = WebConfig {
            public_url: URL.parse().expect("an address"),
            trusted_proxies: Vec::new(),
            institution: Institution::default(),
            demo: true,
        };
        let router = public_router(WebState::new(service, config, None, None, stop));
        let mut site = Self { router, mailbox, runtime, names: BTreeMap::new(), _folder: folder };
        site.set_out();
        // Streams of events end by it, too; what is mailed from now on waits.
        end.send_replace(true);
        site.runtime.block_on(worker).expect("a worker that ends");
        site
    }

    /// Sends a request.
    pub fn send(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("never an error");
            let (parts, body) = response.into_parts();
            let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let body = if kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
                Vec::new()
            } else {
                body.collect().await.expect("a whole body").to_bytes().to_vec()
            };
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }

    /// One journey to its end, one to its link, one to its code, one to a desk, and an officer.
    fn set_out(&mut self) {
        let done = self.started(RUCS[0]);
        let link = self.linked(&done);
        let set = self.api("POST", &format!("/links/{link}/password"), None, &json!({ "password": KEY }));
        assert_eq!(set.0, 204, "{}", set.1);
        let who = json!({ "representative_id": CEDULA, "ruc": RUCS[0], "sucursal": "0001", "password": KEY });
        let session = self.api("POST", "/sessions", None, &who).1;
        self.name("{session}", &session["token"]);
        let waits = self.started(RUCS[1]);
        let link = self.linked(&waits);
        self.name("{link}", &link.into());
        let flow = self.started(RUCS[2]);
        self.name("{flow}", &flow.0["id"]);
        self.name("{token}", &flow.0["token"]);
        let form = format!("representative_id={CEDULA}&ruc={}&sucursal=1", RUCS[3]);
        let case = self.form("/empleadores/clave-patronal", &form);
        let place = case.headers.get(header::LOCATION).and_then(|place| place.to_str().ok()).expect("a case");
        let reference =
            place.rsplit('/').next().and_then(|last| last.split('?').next()).expect("a reference");
        self.name("{case}", &reference.into());
        let officer = self.form("/ventanilla/demostracion", &format!("email={OFFICER}"));
        let cookie = officer.headers.get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let token = cookie.and_then(|cookie| cookie.split(['=', ';']).nth(1)).expect("a cookie");
        self.name("{officer}", &token.into());
    }

    fn name(&mut self, name: &'static str, value: &Value) {
        self.names.insert(name, value.as_str().expect("a text").to_owned());
    }

    /// A flow, and the mail that brought its code.
    fn started(&self, ruc: &str) -> (Value, String) {
        let before = self.count(is_code);
        let body = json!({ "representative_id": CEDULA, "ruc": ruc, "sucursal": "1" });
        let (status, started) = self.api("POST", "/recoveries", None, &body);
        assert_eq!(status, 201, "{started}");
        (started, self.next(is_code, before))
    }

    /// Types the mailed code, and answers the token of the link that comes then.
    fn linked(&self, (started, mail): &(Value, String)) -> String {
        let code = mail
            .lines()
            .find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit()))
            .expect("a code");
        let (id, token) = (started["id"].as_str().expect("an id"), started["token"].as_str());
        let before = self.count(is_link);
        let (status, right) =
            self.api("POST", &format!("/recoveries/{id}/code"), token, &json!({ "code": code }));
        assert_eq!(status, 200, "{right}");
        let mail = self.next(is_link, before);
        let after = mail.split(LINK).nth(1).expect("a link");
        after.split_whitespace().next().expect("a token").to_owned()
    }

    fn count(&self, kind: fn(&Received) -> bool) -> usize {
        self.mailbox.mails().iter().filter(|mail| kind(mail)).count()
    }

    /// The text of the newest mail of a kind, once there is one more than before.
    fn next(&self, kind: fn(&Received) -> bool, before: usize) -> String {
        let mut arrivals = self.mailbox.arrivals();
        let come = arrivals.wait_for(|_| self.count(kind) > before);
        let waited = async { tokio::time::timeout(Duration::from_secs(60), come).await.map(drop) };
        self.runtime.block_on(waited).expect("the mail comes");
        self.mailbox.mails().into_iter().find(|mail| kind(mail)).expect("the mail").text
    }

    fn api(&self, method: &str, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = self.send(request.body(Body::from(body.to_string())).expect("a request"));
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    fn form(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.to_owned())).expect("a request"))
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

fn is_code(mail: &Received) -> bool {
    mail.subject.contains("verificación")
}

fn is_link(mail: &Received) -> bool {
    mail.text.contains(LINK)
}

fn folder() -> TempDir {
    // Memory, where there is such a folder.
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

fn employer(ruc: &str, keys: &KeyRing) -> EmployerRecord {
    let key = EmployerKey::new(Ruc::parse(ruc).expect("a RUC"), Sucursal::FIRST).expect("an employer");
    let email = EmailAddress::parse("persona@correo.example").expect("an address");
    EmployerRecord {
        key,
        kind: EmployerKind::Privada,
        name: "Compañía <Ñandú> & \"Cía.\"".to_owned(),
        representative: RepresentativeId::from_stored(CEDULA).expect("a cédula"),
        representative_name: "María <José>".to_owned(),
        email: keys.seal_email(&key, &email),
        has_key: true,
    }
}

/// Without limits, which other tests are for, and with the cheapest hash.
fn settings() -> Settings {
    let limits = Limits {
        starts_per_address: 0,
        failures_before_proof: 0,
        failures_per_address: 0,
        sign_in_failures_per_address: 0,
        ..Limits::default()
    };
    Settings {
        policy: Policy { codes_per_day_total: 10_000_000, ..Policy::default() },
        limits,
        hashing: Hashing::Here(Cost { memory: 8, iterations: 1 }, Duration::ZERO),
        desk: DeskSettings { demonstration: true, ..DeskSettings::default() },
        ..Settings::default()
    }
}
