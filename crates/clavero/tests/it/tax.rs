//! The tax authority's live query: what a start does with its answers, their age, and their absence.

use clavero_postgres_fixture::Cluster;
use clavero_tax_fixture::{Reply, TaxAuthority};
use serde_json::Value;

use crate::{
    api::{Api, eventually},
    case_pages::{Browser, identifiers, location},
    employers::{Employer, Registry, catastro},
    mail::Inbox,
    officers::Officer,
    server::{Setup, TestServer},
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A service that asks this authority about these employers.
fn asking(authority: &TaxAuthority, registry: &Registry, inbox: &Inbox, source: &str) -> Setup {
    Setup::new(registry, inbox.port())
        .set("sri.source", source)
        .set("sri.base_url", &authority.base_url())
        // Nothing here is to be too slow for a busy machine.
        .set("sri.timeout", "10s")
}

/// An employer, an authority that says the same of every RUC, and a service that asks it.
struct World {
    employer: Employer,
    authority: TaxAuthority,
    server: TestServer,
    api: Api,
    _inbox: Inbox,
}

impl World {
    fn start(source: &str, reply: Reply) -> Self {
        Self::with(source, reply, |setup, _| setup)
    }

    fn with(source: &str, reply: Reply, configured: impl FnOnce(Setup, &Employer) -> Setup) -> Self {
        let mut registry = Registry::default();
        let employer = registry.company();
        let inbox = Inbox::open();
        let authority = TaxAuthority::open();
        authority.otherwise(reply);
        let server = configured(asking(&authority, &registry, &inbox, source), &employer).start();
        let api = Api::of(&server);
        Self { employer, authority, server, api, _inbox: inbox }
    }
}

/// The state that a start leads to, and the reason of one that leads to a desk.
async fn starts(api: &Api, employer: &Employer) -> (String, String) {
    let started = api.start(employer).await.started;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&started["state"]), text(&started["assisted"]["reason"]))
}

async fn goes_online(api: &Api, employer: &Employer) {
    assert_eq!(starts(api, employer).await, ("code_queued".to_owned(), String::new()));
}

async fn goes_in_person(api: &Api, employer: &Employer, reason: &str) {
    assert_eq!(starts(api, employer).await, ("assisted".to_owned(), reason.to_owned()));
}

/// As if so much time had gone by since the authority answered.
fn age(server: &TestServer, seconds: i64) {
    let database = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let aged = database
        .execute(
            "UPDATE tax_answer SET answered_at = answered_at - ?1, paused_until = NULL",
            [seconds * 1_000_000],
        )
        .unwrap();
    assert!(aged > 0, "nothing was answered");
}

async fn is_asked(authority: &TaxAuthority, times: usize) {
    eventually("it is asked", || async {
        let asked = authority.asked();
        if asked.len() >= times { Ok(()) } else { Err(asked) }
    })
    .await;
}

#[tokio::test]
async fn an_employer_that_the_register_has_as_suspended_goes_online_when_the_authority_says_active() {
    let mut registry = Registry::default();
    let (resumed, suspended, ended) = (registry.company(), registry.company(), registry.company());
    let states =
        [(resumed.ruc.as_str(), "SUSPENDIDO"), (&suspended.ruc, "SUSPENDIDO"), (&ended.ruc, "ACTIVO")];
    let authority = TaxAuthority::open();
    authority.says(&resumed.ruc, Reply::State("ACTIVO"));
    authority.says(&suspended.ruc, Reply::State("SUSPENDIDO"));
    authority.otherwise(Reply::State("PASIVO"));
    let inbox = Inbox::open();
    let server = asking(&authority, &registry, &inbox, "both").catastro(catastro(&states)).start();
    let api = Api::of(&server);
    goes_online(&api, &resumed).await;
    goes_in_person(&api, &suspended, "ruc_suspended").await;
    // What the register says for an employer is enough while it is young.
    goes_online(&api, &ended).await;
    assert_eq!(authority.asked(), [resumed.ruc.clone(), suspended.ruc.clone()]);
    inbox.next_code(&resumed.email).await;
}

#[tokio::test]
async fn an_authority_that_is_away_stops_nobody_who_is_known_as_active() {
    let mut registry = Registry::default();
    let (asked, listed) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let authority = TaxAuthority::open();
    authority.otherwise(Reply::State("ACTIVO"));
    let states = catastro(&[(&listed.ruc, "ACTIVO")]);
    let server = asking(&authority, &registry, &inbox, "both")
        .set("sri.unknown", "assisted")
        .set("recovery.codes_per_window", "10")
        .catastro(states)
        .start();
    let api = Api::of(&server);
    goes_online(&api, &asked).await;
    drop(authority);
    for days in [0, 2, 4] {
        age(&server, days * DAY);
        goes_online(&api, &asked).await;
        goes_online(&api, &listed).await;
    }
    // Two and four and two days: no longer known, and nobody there who would say.
    age(&server, 2 * DAY);
    goes_in_person(&api, &asked, "ruc_suspended").await;
}

#[tokio::test]
async fn a_state_that_sends_in_person_counts_for_an_hour_and_then_is_asked_for_again() {
    let World { employer, authority, server, api, .. } = World::start("live", Reply::State("PASIVO"));
    goes_in_person(&api, &employer, "ruc_closed").await;
    authority.otherwise(Reply::State("ACTIVO"));
    goes_in_person(&api, &employer, "ruc_closed").await;
    assert_eq!(authority.asked().len(), 1, "it has just said so");
    age(&server, HOUR);
    goes_online(&api, &employer).await;
    assert_eq!(authority.asked().len(), 2);
}

#[tokio::test]
async fn an_outage_opens_nothing_that_was_closed() {
    let World { employer, authority, server, api, .. } = World::start("live", Reply::State("PASIVO"));
    goes_in_person(&api, &employer, "ruc_closed").await;
    authority.otherwise(Reply::Status(500));
    age(&server, 30 * DAY);
    goes_in_person(&api, &employer, "ruc_closed").await;
    assert_eq!(authority.asked().len(), 2, "it was asked, and did not say");
}

#[tokio::test]
async fn an_active_state_that_grows_old_goes_online_at_once_and_is_asked_for_afterwards() {
    let World { employer, authority, server, api, .. } = World::start("live", Reply::State("ACTIVO"));
    goes_online(&api, &employer).await;
    age(&server, 2 * DAY);
    // It says nothing until it is let go: whoever waited for it would never be answered.
    authority.otherwise(Reply::Held("PASIVO"));
    goes_online(&api, &employer).await;
    is_asked(&authority, 2).await;
    authority.release();
    eventually("the new state", || async {
        let (state, reason) = starts(&api, &employer).await;
        if reason == "ruc_closed" { Ok(()) } else { Err(state) }
    })
    .await;
    assert_eq!(authority.asked().len(), 2);
}

#[tokio::test]
async fn what_is_no_answer_says_nothing_of_a_ruc_and_the_page_says_so() {
    let replies = [
        Reply::Status(500),
        Reply::Html,
        Reply::OfAnotherRuc("ACTIVO"),
        Reply::Body("[{}]".to_owned()),
        Reply::Redirect("http://127.0.0.1:9/".to_owned()),
        Reply::Endless,
        Reply::HangUp,
        Reply::RetryAfter(429, 1),
    ];
    for reply in replies {
        let assisted = |setup: Setup, _: &Employer| setup.set("sri.unknown", "assisted");
        let world = World::with("live", reply.clone(), assisted);
        let World { employer, authority, server, .. } = &world;
        let mut browser = Browser::of(server);
        let answer = browser.post("/empleadores/recuperar-clave", &identifiers(employer)).await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap_or_default().clone_into(&mut browser.cookie);
        let page = browser.page(&location(&answer)).await;
        assert!(page.contains("no se pudo confirmar"), "{reply:?}: {page}");
        assert!(!page.contains("suspendido"), "{reply:?}: {page}");
        assert_eq!(authority.asked(), std::slice::from_ref(&employer.ruc), "{reply:?}");
    }
}

#[tokio::test]
async fn a_ruc_that_the_authority_does_not_know_goes_where_the_operator_sends_it() {
    for (unknown, online) in [("online", true), ("assisted", false)] {
        for reply in [Reply::NoContent, Reply::Body(String::new()), Reply::Body("[]".to_owned())] {
            let setup = |setup: Setup, _: &Employer| setup.set("sri.unknown", unknown);
            let World { employer, authority, api, .. } = &World::with("live", reply.clone(), setup);
            if online {
                goes_online(api, employer).await;
            } else {
                goes_in_person(api, employer, "ruc_suspended").await;
            }
            goes_or_not(api, employer, online).await;
            assert_eq!(authority.asked().len(), 1, "what it said is kept: {reply:?}");
        }
    }
}

async fn goes_or_not(api: &Api, employer: &Employer, online: bool) {
    assert_eq!(starts(api, employer).await.0 == "code_queued", online);
}

#[tokio::test]
async fn silence_holds_nobody_longer_than_the_time_out_and_a_ruc_is_then_left_alone() {
    let setup = |setup: Setup, _: &Employer| setup.set("sri.timeout", "1s");
    let World { employer, authority, api, .. } = &World::with("live", Reply::Silence, setup);
    goes_online(api, employer).await;
    goes_online(api, employer).await;
    assert_eq!(authority.asked().len(), 1);
}

#[tokio::test]
async fn nobody_is_asked_about_who_is_not_known_here_or_by_whom_is_not_theirs() {
    let mut registry = Registry::default();
    let (employer, other) = (registry.company(), registry.company());
    let first = registry.company_with(|row| row.has_key = false);
    let mute = registry.company_with(|row| row.email = String::new());
    let household = registry.company_with(|row| {
        row.kind = "domestico";
        row.ruc = format!("{}000", row.representative);
    });
    let inbox = Inbox::open();
    let authority = TaxAuthority::open();
    authority.otherwise(Reply::State("ACTIVO"));
    let server = asking(&authority, &registry, &inbox, "live").start();
    let api = Api::of(&server);
    let stranger = Employer { representative: other.representative.clone(), ..employer.clone() };
    let nowhere = Employer { ruc: "1790012345001".to_owned(), ..employer.clone() };
    for guess in [stranger, nowhere] {
        api.try_start(&guess).await.assert_problem(422, "data-mismatch");
    }
    goes_in_person(&api, &first, "first_time").await;
    goes_in_person(&api, &mute, "no_valid_email").await;
    goes_online(&api, &household).await;
    assert_eq!(authority.connections(), 0);
    goes_online(&api, &employer).await;
    assert_eq!(authority.asked(), [employer.ruc]);
}

#[tokio::test]
async fn where_mismatches_are_hidden_no_start_waits_for_a_query_and_only_matches_bring_one() {
    let mut registry = Registry::default();
    let (employer, other) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let authority = TaxAuthority::open();
    authority.otherwise(Reply::Held("PASIVO"));
    let server = asking(&authority, &registry, &inbox, "live").set("recovery.mismatch", "hide").start();
    let api = Api::of(&server);
    let stranger = Employer { representative: other.representative.clone(), ..employer.clone() };
    goes_online(&api, &stranger).await;
    goes_online(&api, &employer).await;
    inbox.next_code(&employer.email).await;
    is_asked(&authority, 1).await;
    authority.release();
    // Its answer counts from the next start on, which looks as all the others do.
    eventually("the answer is kept", || async {
        let database = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
        let sql = "SELECT count(*) FROM tax_answer WHERE state = 2 AND answered_at IS NOT NULL";
        let kept: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
        if kept == 1 { Ok(()) } else { Err(kept) }
    })
    .await;
    goes_online(&api, &employer).await;
    assert_eq!(authority.asked(), [employer.ruc]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_ask_about_a_ruc_once_between_them() {
    let cluster = Cluster::shared();
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let authority = TaxAuthority::open();
    authority.otherwise(Reply::Held("PASIVO"));
    let first = asking(&authority, &registry, &inbox, "live").on(cluster.url(&cluster.database())).start();
    let second = first.node();
    let apis = [Api::of(&first), Api::at(second.address())];
    let starts: Vec<_> = (0..8)
        .map(|number| {
            let (api, employer) = (apis[number % 2].clone(), employer.clone());
            tokio::spawn(async move { starts(&api, &employer).await })
        })
        .collect();
    is_asked(&authority, 1).await;
    authority.release();
    for start in starts {
        assert_eq!(start.await.unwrap(), ("assisted".to_owned(), "ruc_closed".to_owned()));
    }
    assert_eq!(authority.asked(), [employer.ruc]);
}

#[tokio::test]
async fn queries_are_counted_and_no_log_or_metric_holds_a_ruc() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..7).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let authority = TaxAuthority::open();
    authority.says(&employers[0].ruc, Reply::State("ACTIVO"));
    let server = asking(&authority, &registry, &inbox, "live").start();
    let api = Api::of(&server);
    for employer in &employers {
        goes_online(&api, employer).await;
    }
    assert_eq!(authority.asked().len(), 6, "after five failures it is left alone");
    let metrics = api.http.get(format!("{}/metrics", server.admin())).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    for line in [
        "clavero_tax_queries_total{outcome=\"active\"} 1",
        "clavero_tax_queries_total{outcome=\"status\"} 5",
        "clavero_tax_breaker_open 1",
        "clavero_tax_age_seconds_bucket{le=\"60\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in {metrics}");
    }
    let log = server.log();
    assert!(log.contains("the tax authority does not answer"), "{log}");
    for employer in &employers {
        assert!(!log.contains(&employer.ruc) && !metrics.contains(&employer.ruc), "{log}\n{metrics}");
    }
}

#[tokio::test]
async fn one_network_brings_about_so_many_queries_and_no_more() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..4).map(|_| registry.company()).collect();
    let inbox = Inbox::open();
    let authority = TaxAuthority::open();
    authority.otherwise(Reply::State("ACTIVO"));
    let server = asking(&authority, &registry, &inbox, "live").set("limits.starts_per_address", "2").start();
    let api = Api::of(&server);
    for employer in &employers {
        api.try_start(employer).await;
    }
    assert_eq!(authority.asked().len(), 2);
}

#[tokio::test]
async fn the_doctor_connects_to_the_authority_and_asks_nothing() {
    let registry = Registry::default();
    let inbox = Inbox::open();
    let authority = TaxAuthority::open();
    let server = asking(&authority, &registry, &inbox, "live").set("sri.timeout", "1s").start();
    let says = || {
        let said = server.run(&["doctor"]);
        String::from_utf8(said.stdout).unwrap()
    };
    let line =
        |said: &str| said.lines().find(|line| line.contains("tax authority")).unwrap_or_default().to_owned();
    let fine = says();
    assert!(line(&fine).contains("takes a trustworthy connection"), "{fine}");
    assert!(authority.asked().is_empty() && authority.connections() == 1);
    drop(authority);
    let failed = says();
    assert!(line(&failed).contains("no connection is made"), "{failed}");
}

#[tokio::test]
async fn over_the_network_the_authority_has_to_prove_who_it_is() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let authority = TaxAuthority::encrypted();
    authority.otherwise(Reply::State("ACTIVO"));
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("authority.pem");
    std::fs::write(&roots, authority.certificate()).unwrap();
    for (trusted, asked) in [(false, 0), (true, 1)] {
        let mut setup = asking(&authority, &registry, &inbox, "live").set("sri.unknown", "assisted");
        if trusted {
            setup = setup.set("SSL_CERT_FILE", roots.to_str().unwrap());
        }
        let server = setup.start();
        let api = Api::of(&server);
        if trusted {
            goes_online(&api, &employer).await;
        } else {
            goes_in_person(&api, &employer, "ruc_suspended").await;
        }
        assert_eq!(authority.asked().len(), asked, "the RUC is told to nobody else");
    }
}

#[tokio::test]
async fn the_desk_sees_a_state_with_its_age_and_who_said_it_and_has_it_asked_for() {
    let suspended = |setup: Setup, row: &Employer| setup.catastro(catastro(&[(&row.ruc, "SUSPENDIDO")]));
    let world = World::with("both", Reply::Held("ACTIVO"), suspended);
    let World { employer, authority, server, .. } = &world;
    let mut officer = Officer::enrolled(server, "Ana", "desk").await;
    officer.signs_in().await;
    let door = "/empleadores/clave-patronal";
    let opened = Browser::of(server).sent(door, &identifiers(employer)).await;
    let case = opened.replace(door, "/ventanilla/casos");
    let page = officer.get(&case).await.text;
    assert!(page.contains("Suspendido (registro importado el ") && page.contains(", hace "), "{page}");
    is_asked(authority, 1).await;
    authority.release();
    eventually("the authority's word", || async {
        let page = officer.get(&case).await.text;
        if page.contains("Activo, desde 2001-05-28 (respondió el ") { Ok(()) } else { Err(page) }
    })
    .await;
    assert_eq!(authority.asked(), std::slice::from_ref(&employer.ruc));
}
