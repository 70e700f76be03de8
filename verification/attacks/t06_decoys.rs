//! T6: `recovery.mismatch = "hide"`: nobody learns from the service whether data match.

use serde_json::Value;

use crate::{
    api::{Api, Flow},
    employers::{Employer, Registry, catastro},
    mail::Inbox,
    server::Setup,
};

/// What differs between any two flows, made the same.
pub(super) fn masked(mut body: Value) -> Value {
    let times = ["created_at", "expires_at"];
    for field in ["id", "token", "reference"].iter().chain(&times) {
        if body[*field].is_string() {
            body[*field] = "…".into();
        }
    }
    for part in ["code", "link"] {
        for field in ["sent_at", "expires_at", "resend_at"] {
            if body[part][field].is_string() {
                body[part][field] = "…".into();
            }
        }
    }
    body
}

/// Everything that a guesser can do with a flow, and what came of it.
async fn told(api: &Api, employer: &Employer) -> Vec<(u16, Value)> {
    let mut seen = Vec::new();
    let started = api.try_start(employer).await;
    seen.push((started.status.as_u16(), masked(started.body.clone())));
    if started.status != 201 {
        return seen;
    }
    let flow = Flow::of(api, &started.body);
    seen.push((200, masked(flow.reaches("code_sent").await)));
    let resent = flow.resend_code().await;
    seen.push((resent.status.as_u16(), resent.problem().unwrap_or_default().into()));
    for _ in 0..6 {
        let answer = flow.send_code("000000").await;
        // One in a million is right.
        seen.push((answer.status.as_u16(), masked(answer.body)));
    }
    seen.push((200, masked(flow.read().await.ok(200))));
    for _ in 0..3 {
        let another = api.try_start(employer).await;
        seen.push((another.status.as_u16(), another.problem().unwrap_or_default().into()));
    }
    seen
}

/// The codes that one flow after the other may send, asked for without a pause.
async fn spent(api: &Api, employer: &Employer) -> Vec<u16> {
    let started = api.try_start(employer).await;
    let mut seen = vec![started.status.as_u16()];
    let flow = Flow::of(api, &started.body);
    flow.reaches("code_sent").await;
    seen.push(flow.resend_code().await.status.as_u16());
    flow.reaches("code_sent").await;
    seen.push(flow.resend_code().await.status.as_u16());
    seen.push(flow.resend_code().await.status.as_u16());
    seen.push(api.try_start(employer).await.status.as_u16());
    seen
}

#[tokio::test]
async fn hidden_a_flow_that_matches_nothing_spends_as_many_codes() {
    let mut registry = Registry::default();
    let known = registry.company();
    let mut unknown = known.clone();
    "0007".clone_into(&mut unknown.sucursal);
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port())
        .set("recovery.mismatch", "hide")
        .set("recovery.resend_after", "0s")
        .start();
    let api = Api::of(&server);
    let expected = spent(&api, &known).await;
    assert_eq!(expected.last(), Some(&429), "{expected:?}");
    assert_eq!(spent(&api, &unknown).await, expected);
}

#[tokio::test]
async fn hidden_every_kind_of_data_gets_the_very_same_answers() {
    let mut registry = Registry::default();
    let known = registry.company();
    let first_time = registry.company_with(|row| row.has_key = false);
    let no_mail = registry.company_with(|row| row.email.clear());
    let closed = registry.company();
    let mut unknown = known.clone();
    "0007".clone_into(&mut unknown.sucursal);
    let mut crossed = known.clone();
    crossed.representative.clone_from(&first_time.representative);
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port())
        .catastro(catastro(&[(&closed.ruc, "PASIVO")]))
        .set("recovery.mismatch", "hide")
        .start();
    let api = Api::of(&server);
    let expected = told(&api, &known).await;
    for (what, employer) in [
        ("unknown", &unknown),
        ("another representative", &crossed),
        ("no key yet", &first_time),
        ("no mail", &no_mail),
        ("closed", &closed),
    ] {
        assert_eq!(told(&api, employer).await, expected, "{what}");
    }
    assert_eq!(inbox.arrived(&known.email, 3).await, inbox.total(), "only the known one was written to");
}

#[tokio::test]
async fn hidden_the_pages_of_a_decoy_are_the_pages_of_a_flow_byte_for_byte() {
    let mut registry = Registry::default();
    let known = registry.company();
    let mut unknown = known.clone();
    "0007".clone_into(&mut unknown.sucursal);
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.mismatch", "hide").start();
    let api = Api::of(&server);
    let pages = async |employer: &Employer| {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let form = [
            ("representative_id", employer.representative.as_str()),
            ("ruc", &employer.ruc),
            ("sucursal", &employer.sucursal),
        ];
        let url = format!("{}/empleadores/recuperar-clave", server.address());
        let started = http.post(&url).form(&form).send().await.unwrap();
        assert_eq!(started.status(), 303);
        let cookie = started.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let (id, token) = cookie.split_once('=').unwrap().1.split_once('~').unwrap();
        let flow = Flow::of(&api, &serde_json::json!({ "id": id, "token": token }));
        flow.reaches("code_sent").await;
        let page = async |request: reqwest::RequestBuilder| {
            let answer = request.header("cookie", &cookie).send().await.unwrap();
            (answer.status(), without_own_values(&answer.text().await.unwrap(), id))
        };
        let address = format!("{url}/{id}");
        let shown = page(http.get(&address)).await;
        assert!(shown.1.contains("name=\"code\""), "{shown:?}");
        [shown, page(http.post(format!("{address}/codigo")).form(&[("code", "000000")])).await]
    };
    let (ours, theirs) = (pages(&known).await, pages(&unknown).await);
    assert_eq!(ours, theirs);
}

/// The page without the flow's own id, reference and times.
fn without_own_values(page: &str, id: &str) -> String {
    let page = page.replace(id, "ID");
    let digits_gone: String = page.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    // The reference: two characters in an element of its own.
    let mut rest = digits_gone.as_str();
    let mut masked = String::new();
    while let Some(at) = rest.find("class=\"reference\"") {
        let (before, after) = rest.split_at(at);
        masked.push_str(before);
        rest = after.split_once("</").map_or("", |(_, after)| after);
    }
    masked + rest
}

#[tokio::test]
async fn another_representatives_number_and_an_unknown_ruc_get_one_answer() {
    let mut registry = Registry::default();
    let (one, other) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let mut unknown = Registry::default();
    for _ in 0..50 {
        unknown.company();
    }
    let stranger = unknown.company();
    let mut crossed = one.clone();
    crossed.representative = other.representative;
    let mut branch = one.clone();
    "0002".clone_into(&mut branch.sucursal);
    let mut bodies = Vec::new();
    for wrong in [&stranger, &crossed, &branch] {
        let answer = api.try_start(wrong).await;
        answer.assert_problem(422, "data-mismatch");
        bodies.push(answer.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0], bodies[2]);
    assert_eq!(inbox.total(), 0);
}
