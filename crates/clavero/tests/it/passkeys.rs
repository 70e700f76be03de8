//! Passkeys from outside, by an authenticator that shares nothing with the program: what is refused, and that nothing happened.

use clavero_authenticator_fixture::Authenticator;
use serde_json::Value;

use crate::{
    employers::Registry,
    officers::{added, between, email_of},
    server::{Setup, TestServer},
};

/// What passkeys are bound to here. Requests go to the listener; no browser is there to compare.
pub(crate) const ORIGIN: &str = "http://localhost:9";

fn start() -> TestServer {
    Setup::new(&Registry::default(), 9).set("server.public_url", ORIGIN).start()
}

/// One officer's browser with one passkey.
pub(crate) struct Officer {
    address: String,
    http: reqwest::Client,
    device: Authenticator,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Officer {
    async fn enrolled(server: &TestServer, name: &'static str, role: &str) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
        // A connection each: what a killed service left behind is not tried again.
        let http = http.pool_max_idle_per_host(0);
        let device = Authenticator::new(name.as_bytes()[0], ORIGIN);
        let mut officer = Self { address: server.address().to_owned(), http: http.build().unwrap(), device };
        let address = added(server, name, role);
        let begun = officer.begin(&format!("{address}/llave"), &[]).await;
        let answer = officer.device.create(&begun["publicKey"].to_string());
        let ceremony = begun["ceremony"].as_str().unwrap();
        let enrolled = officer.post(&address, &[("ceremony", ceremony), ("assertion", &answer)]).await;
        assert_eq!(enrolled.status, 303, "{}", enrolled.text);
        officer
    }

    pub(crate) async fn signed_in(server: &TestServer, name: &'static str, role: &str) -> Self {
        let officer = Self::enrolled(server, name, role).await;
        assert_eq!(officer.signs_in().await, 303);
        officer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let response = self.http.get(format!("{}{path}", self.address)).send().await.unwrap();
        Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}{path}", self.address)).form(form);
        let response = request.send().await.unwrap();
        Answer { status: response.status().as_u16(), text: response.text().await.unwrap() }
    }

    /// What is no text.
    pub(crate) async fn post_bytes(&self, path: &str, form: &[(&str, &str)]) -> Vec<u8> {
        let request = self.http.post(format!("{}{path}", self.address)).form(form);
        request.send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    async fn begin(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let begun = self.post(path, form).await;
        assert_eq!(begun.status, 200, "{path}: {}", begun.text);
        serde_json::from_str(&begun.text).unwrap()
    }

    /// A ceremony's token and this device's answer to it.
    async fn answered(&self, path: &str, form: &[(&str, &str)]) -> (String, String) {
        let begun = self.begin(path, form).await;
        (begun["ceremony"].as_str().unwrap().to_owned(), self.device.get(&begun["publicKey"].to_string()))
    }

    pub(crate) async fn signs_in(&self) -> u16 {
        let (ceremony, answer) = self.answered("/ventanilla/ingresar/llave", &[]).await;
        let form = [("ceremony", ceremony.as_str()), ("assertion", answer.as_str())];
        self.post("/ventanilla/ingresar", &form).await.status
    }

    pub(crate) async fn touched(&self, purpose: &str) -> (String, String) {
        self.answered("/ventanilla/toque", &[("purpose", purpose)]).await
    }

    /// The page of a colleague, and what a touch on it for disabling them is bound to.
    async fn page_of(&self, name: &str) -> (String, String) {
        let list = self.get("/ventanilla/funcionarios").await.text;
        let row = list.split("<th scope=\"row\">").find(|row| row.contains(&format!(">{name}</a>"))).unwrap();
        let address = between(row, "<a href=\"", "\"").to_owned();
        let page = self.get(&address).await.text;
        (address, between(&page, "data-touch=\"", "\"").to_owned())
    }
}

pub(crate) fn touch((ceremony, answer): &(String, String)) -> [(&str, &str); 2] {
    [("touch_ceremony", ceremony), ("touch_assertion", answer)]
}

#[tokio::test]
async fn an_answer_signs_in_once() {
    let server = start();
    let ana = Officer::enrolled(&server, "Ana", "desk").await;
    let (ceremony, answer) = ana.answered("/ventanilla/ingresar/llave", &[]).await;
    let form = [("ceremony", ceremony.as_str()), ("assertion", answer.as_str())];
    assert_eq!(ana.post("/ventanilla/ingresar", &form).await.status, 303);
    assert_eq!(ana.post("/ventanilla/ingresar", &form).await.status, 401);
    let (fresh, _) = ana.answered("/ventanilla/ingresar/llave", &[]).await;
    let form = [("ceremony", fresh.as_str()), ("assertion", answer.as_str())];
    assert_eq!(ana.post("/ventanilla/ingresar", &form).await.status, 401, "an old answer to a new challenge");
}

#[tokio::test]
async fn a_key_that_nobody_registered_that_did_not_verify_or_that_counts_back_opens_nothing() {
    let server = start();
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    ana.device.counter = 7;
    assert_eq!(ana.signs_in().await, 303);
    for counter in [7, 3, 0] {
        ana.device.counter = counter;
        assert_eq!(ana.signs_in().await, 401, "counter {counter}");
    }
    ana.device.counter = 8;
    ana.device.verifies_user = false;
    assert_eq!(ana.signs_in().await, 401);
    ana.device.verifies_user = true;
    ana.device.origin = "http://localhost:9.evil.example".to_owned();
    assert_eq!(ana.signs_in().await, 401);
    ana.device = Authenticator::new(99, ORIGIN);
    assert_eq!(ana.signs_in().await, 401);
}

#[tokio::test]
async fn who_works_here_cannot_be_asked_by_beginning_a_sign_in() {
    let server = start();
    let ana = Officer::enrolled(&server, "Ana", "desk").await;
    let named = async |email: &str| {
        let begun = ana.begin("/ventanilla/ingresar/llave", &[("email", email)]).await;
        begun["publicKey"]["allowCredentials"].clone()
    };
    let (known, nobody) = (named(&email_of("Ana")).await, named("nadie@institucion.example").await);
    let shape = |list: &Value| {
        list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().len()).collect::<Vec<_>>()
    };
    assert_eq!(shape(&known), shape(&nobody));
    assert_eq!(nobody, named("Nadie@institucion.example").await, "the same each time");
    assert_ne!(nobody, named("otra@institucion.example").await);
}

#[tokio::test]
async fn a_touch_is_good_for_what_it_was_asked_for_and_once() {
    let server = start();
    let elena = Officer::signed_in(&server, "Elena", "admin").await;
    let ana = Officer::signed_in(&server, "Ana", "desk").await;
    let bruno = Officer::signed_in(&server, "Bruno", "desk").await;
    let (of_ana, disabling_ana) = elena.page_of("Ana").await;
    let (of_bruno, disabling_bruno) = elena.page_of("Bruno").await;
    assert_ne!(disabling_ana, disabling_bruno);
    let meant_for_ana = elena.touched(&disabling_ana).await;
    let crossed = elena.post(&format!("{of_bruno}/quitar"), &touch(&meant_for_ana)).await;
    assert_eq!(crossed.status, 409, "{}", crossed.text);
    assert!(bruno.get("/ventanilla").await.text.contains("/ventanilla/salir"));
    let spent = elena.post(&format!("{of_ana}/quitar"), &touch(&meant_for_ana)).await;
    assert_eq!(spent.status, 409, "a ceremony is taken out once, whatever came of it");
    assert!(ana.get("/ventanilla").await.text.contains("/ventanilla/salir"));
    let right = elena.touched(&disabling_ana).await;
    assert_eq!(elena.post(&format!("{of_ana}/quitar"), &touch(&right)).await.status, 303);
    assert!(!ana.get("/ventanilla").await.text.contains("/ventanilla/salir"));
}

#[tokio::test]
async fn neither_a_sign_in_nor_somebody_elses_touch_stands_for_a_decision() {
    let server = start();
    let elena = Officer::signed_in(&server, "Elena", "admin").await;
    let marco = Officer::signed_in(&server, "Marco", "admin").await;
    let bruno = Officer::enrolled(&server, "Bruno", "desk").await;
    let (of_bruno, disabling) = elena.page_of("Bruno").await;
    let signing_in = elena.answered("/ventanilla/ingresar/llave", &[]).await;
    let anothers = marco.touched(&disabling).await;
    let by_the_wrong_key = {
        let begun = elena.begin("/ventanilla/toque", &[("purpose", &disabling)]).await;
        (begun["ceremony"].as_str().unwrap().to_owned(), marco.device.get(&begun["publicKey"].to_string()))
    };
    for answer in [signing_in, anothers, by_the_wrong_key] {
        let refused = elena.post(&format!("{of_bruno}/quitar"), &touch(&answer)).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
    }
    assert_eq!(bruno.signs_in().await, 303, "nothing happened");
    let stranger = bruno.post("/ventanilla/toque", &[("purpose", "00")]).await;
    assert_eq!(stranger.status, 422);
}

#[tokio::test]
async fn a_passkey_is_registered_by_its_own_address_and_once() {
    let server = start();
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    let (first, second) = (added(&server, "Bruno", "desk"), added(&server, "Carla", "admin"));
    let begun = ana.begin(&format!("{first}/llave"), &[]).await;
    let ceremony = begun["ceremony"].as_str().unwrap().to_owned();
    let answer = Authenticator::new(77, ORIGIN).create(&begun["publicKey"].to_string());
    let form = [("ceremony", ceremony.as_str()), ("assertion", answer.as_str())];
    assert_eq!(ana.post(&second, &form).await.status, 422, "begun at another address");
    assert_eq!(ana.post(&first, &form).await.status, 422, "spent by that");
    let begun = ana.begin(&format!("{first}/llave"), &[]).await;
    let answer = ana.device.create(&begun["publicKey"].to_string());
    let form = [("ceremony", begun["ceremony"].as_str().unwrap()), ("assertion", answer.as_str())];
    assert_eq!(ana.post(&first, &form).await.status, 422, "somebody else's passkey already");
}

#[tokio::test]
async fn the_log_tells_each_act_and_each_refusal_of_an_officer_and_what_was_touched_for() {
    let mut server = start();
    let (touched_for, address) = {
        let elena = Officer::signed_in(&server, "Elena", "admin").await;
        let marco = Officer::signed_in(&server, "Marco", "admin").await;
        let mut ana = Officer::signed_in(&server, "Ana", "desk").await;
        assert_eq!(ana.get("/ventanilla/funcionarios").await.status, 403);
        ana.device.verifies_user = false;
        assert_eq!(ana.signs_in().await, 401);
        let (of_ana, disabling) = elena.page_of("Ana").await;
        assert_eq!(elena.post(&format!("{of_ana}/pedir"), &[]).await.status, 303);
        let asked = marco.get(&of_ana).await.text;
        let confirming = between(&asked, "data-touch=\"", "\"").to_owned();
        let own = elena.touched(&confirming).await;
        assert_eq!(elena.post(&format!("{of_ana}/confirmar"), &touch(&own)).await.status, 409);
        let crossed = marco.touched(&disabling).await;
        assert_eq!(marco.post(&format!("{of_ana}/confirmar"), &touch(&crossed)).await.status, 409);
        let right = marco.touched(&confirming).await;
        let confirmed = marco.post(&format!("{of_ana}/confirmar"), &touch(&right)).await;
        assert_eq!(confirmed.status, 200);
        (confirming, between(&confirmed.text, "/ventanilla/alta/", "<").to_owned())
    };
    assert!(server.terminate().success());
    assert!(server.run(&["audit", "verify"]).status.success());
    let export = String::from_utf8(server.run(&["audit", "export"]).stdout).unwrap();
    let entries: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |act: &str, refusal: Option<&str>| {
        entries
            .iter()
            .filter(|entry| entry["act"] == act && entry["refusal"].as_str() == refusal)
            .collect::<Vec<_>>()
    };
    assert_eq!(told("officer.added", None).len(), 3);
    assert_eq!(told("officer.enrolled_passkey", None).len(), 3);
    assert_eq!(told("officer.signed_in", None).len(), 3);
    for (act, refusal) in [
        ("officer.turned_away", "not_allowed"),
        ("officer.sign_in_attempted", "proof_refused"),
        ("officer.enrolment_confirmed", "same_admin"),
        ("officer.touched", "other_purpose"),
    ] {
        assert_eq!(told(act, Some(refusal)).len(), 1, "{act} {refusal} in {export}");
    }
    let touches = told("officer.touched", None);
    assert_eq!(touches.len(), 2, "Elena's counted as a touch, and was refused for another reason");
    assert!(touches.iter().all(|entry| entry["actor"] == "officer" && entry["form"] == touched_for.as_str()));
    let confirmed = told("officer.enrolment_confirmed", None);
    let asked = told("officer.enrolment_asked", None);
    assert_ne!(confirmed[0]["actor_id"], asked[0]["actor_id"]);
    assert_eq!(confirmed[0]["subject_id"], asked[0]["subject_id"]);
    assert!(
        !export.contains(&address) && !export.contains("institucion.example"),
        "nothing to use, nobody named"
    );
}
