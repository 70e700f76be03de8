//! Queries against a real socket that answers what the test says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{sync::Arc, time::Duration};

use clavero_protocol::{Ruc, TaxState};
use clavero_tax::{Authority, Fault, Settings, Unusable};
use clavero_tax_fixture::{Reply, TaxAuthority};

const RUC: &str = "1790011674001";
/// Long enough for any machine, where nothing is to take long.
const PATIENT: Duration = Duration::from_secs(30);
/// Where it is to end.
const IMPATIENT: Duration = Duration::from_millis(50);

fn ruc() -> Ruc {
    Ruc::parse(RUC).unwrap()
}

fn reached(fixture: &TaxAuthority, timeout: Duration) -> Authority {
    Authority::new(&Settings { base_url: fixture.base_url().parse().unwrap(), timeout }).unwrap()
}

async fn asked(reply: Reply, timeout: Duration) -> Result<TaxState, Fault> {
    let fixture = TaxAuthority::open();
    fixture.says(RUC, reply);
    let answer = reached(&fixture, timeout).ask(&ruc()).await;
    assert_eq!(fixture.asked(), [RUC]);
    answer.map(|answer| answer.state)
}

#[tokio::test]
async fn a_state_is_asked_for_and_read() {
    for (word, state) in [
        ("ACTIVO", TaxState::Active),
        ("SUSPENDIDO", TaxState::Suspended),
        ("PASIVO", TaxState::Closed),
        ("EN REVISIÓN", TaxState::Other),
    ] {
        assert_eq!(asked(Reply::State(word), PATIENT).await, Ok(state));
    }
}

#[tokio::test]
async fn nothing_in_the_answer_says_that_there_is_no_such_ruc() {
    for reply in [Reply::NoContent, Reply::Body(String::new()), Reply::Body("[]".to_owned())] {
        assert_eq!(asked(reply.clone(), PATIENT).await, Ok(TaxState::Unknown), "{reply:?}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_a_fault_and_says_nothing_of_the_ruc() {
    for (reply, fault) in [
        (Reply::OfAnotherRuc("ACTIVO"), Fault::AnotherRuc),
        (Reply::Html, Fault::Unreadable),
        (Reply::Body("{\"error\":\"x\"}".to_owned()), Fault::Unreadable),
        (Reply::Body("[{\"numeroRuc\":".to_owned()), Fault::Unreadable),
        (Reply::Gibberish, Fault::Unreadable),
        (Reply::Status(500), Fault::Status(500)),
        (Reply::Status(503), Fault::Status(503)),
        (Reply::Status(404), Fault::Status(404)),
        (Reply::Status(403), Fault::Status(403)),
        (Reply::RetryAfter(429, 7), Fault::Wait(Duration::from_secs(7))),
        (Reply::RetryAfter(503, 7), Fault::Wait(Duration::from_secs(7))),
        (Reply::Status(429), Fault::Wait(Duration::from_secs(30))),
        (Reply::Endless, Fault::TooLong),
        (Reply::CutOff, Fault::Unreachable),
        (Reply::HangUp, Fault::Unreachable),
    ] {
        assert_eq!(asked(reply.clone(), PATIENT).await, Err(fault), "{reply:?}");
    }
}

#[tokio::test]
async fn silence_ends_with_the_time_out() {
    assert_eq!(asked(Reply::Silence, IMPATIENT).await, Err(Fault::Slow));
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = TaxAuthority::open();
    elsewhere.otherwise(Reply::State("ACTIVO"));
    let there = format!("{}/ConsolidadoContribuyente/obtenerPorNumerosRuc?ruc={RUC}", elsewhere.base_url());
    assert_eq!(asked(Reply::Redirect(there), PATIENT).await, Err(Fault::Status(302)));
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn an_authority_that_is_gone_cannot_be_reached() {
    let fixture = TaxAuthority::open();
    let authority = reached(&fixture, PATIENT);
    drop(fixture);
    // The listener may outlive the fixture by a moment, and hang up.
    for _ in 0..3 {
        assert_eq!(authority.ask(&ruc()).await, Err(Fault::Unreachable));
    }
    assert!(authority.probe().await.is_err());
}

#[tokio::test]
async fn a_certificate_that_nobody_here_trusts_ends_the_query_before_the_ruc_is_told() {
    let fixture = TaxAuthority::encrypted();
    fixture.otherwise(Reply::State("ACTIVO"));
    let authority = reached(&fixture, PATIENT);
    assert_eq!(authority.ask(&ruc()).await, Err(Fault::Tls));
    assert_eq!(authority.probe().await, Err(Fault::Tls));
    assert_eq!((fixture.connections(), fixture.asked().len()), (2, 0));
}

#[tokio::test]
async fn a_probe_connects_and_asks_nothing() {
    let fixture = TaxAuthority::open();
    assert_eq!(reached(&fixture, PATIENT).probe().await, Ok(()));
    assert!(fixture.asked().is_empty());
}

#[tokio::test]
async fn only_https_leaves_this_machine_and_no_password_stands_in_the_base() {
    let usable = |base: &str| {
        Authority::new(&Settings { base_url: base.parse().unwrap(), timeout: PATIENT }).map(drop)
    };
    for base in
        ["https://srienlinea.example/rest", "http://127.0.0.1:9/x", "http://[::1]:9", "http://localhost"]
    {
        assert_eq!(usable(base), Ok(()), "{base}");
    }
    for base in [
        "http://srienlinea.example/rest",
        "http://10.0.0.7/rest",
        "ftp://127.0.0.1/rest",
        "https://user@srienlinea.example/rest",
        "https://srienlinea.example/rest?x=1",
        "https://srienlinea.example/rest#x",
    ] {
        assert_eq!(usable(base), Err(Unusable::Base), "{base}");
    }
}

#[tokio::test]
async fn a_hundred_at_once_are_eight_at_a_time() {
    let fixture = TaxAuthority::open();
    fixture.otherwise(Reply::Held("ACTIVO"));
    let authority = Arc::new(reached(&fixture, PATIENT));
    let queries: Vec<_> = (0..100)
        .map(|_| {
            let authority = Arc::clone(&authority);
            tokio::spawn(async move { authority.ask(&ruc()).await })
        })
        .collect();
    while fixture.asked().len() < 8 {
        tokio::task::yield_now().await;
    }
    fixture.release();
    for query in queries {
        assert_eq!(query.await.unwrap().map(|answer| answer.state), Ok(TaxState::Active));
    }
    assert_eq!((fixture.asked().len(), fixture.most_at_once()), (100, 8));
}

#[tokio::test]
async fn after_five_faults_it_is_left_alone() {
    let fixture = TaxAuthority::open();
    let authority = reached(&fixture, PATIENT);
    for _ in 0..5 {
        assert!(!authority.is_left_alone());
        assert_eq!(authority.ask(&ruc()).await, Err(Fault::Status(500)));
    }
    assert!(authority.is_left_alone());
    assert_eq!(authority.ask(&ruc()).await, Err(Fault::LeftAlone));
    assert_eq!(fixture.asked().len(), 5);
}

#[tokio::test]
async fn who_stops_waiting_leaves_a_fault_and_no_turn_taken() {
    let fixture = TaxAuthority::open();
    fixture.otherwise(Reply::Silence);
    let authority = Arc::new(reached(&fixture, PATIENT));
    for number in 1..=5 {
        let query = tokio::spawn({
            let authority = Arc::clone(&authority);
            async move { authority.ask(&ruc()).await }
        });
        while fixture.asked().len() < number {
            tokio::task::yield_now().await;
        }
        query.abort();
        assert!(query.await.unwrap_err().is_cancelled());
    }
    assert_eq!(authority.ask(&ruc()).await, Err(Fault::LeftAlone));
}
