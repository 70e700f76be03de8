//! What becomes of mails when their server is in a bad mood.

use std::{collections::BTreeSet, time::Duration};

use clavero_smtp_fixture::{Act, RealMailServer, Rule, SmtpFixture, Step};

use crate::{
    api::{Api, NEW_KEY},
    employers::Registry,
    mail::{Inbox, Mood, code_of, link_of},
    server::Setup,
};

#[tokio::test]
async fn a_mail_server_that_puts_off_the_first_try_costs_only_time() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    inbox.mood(Mood::Greylists);
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let flow = api.start(&employer).await;
    let code = inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;
    flow.send_code(&code).await.ok(200);
}

#[tokio::test]
async fn an_address_that_the_mail_server_refuses_leads_to_the_assisted_path() {
    let mut registry = Registry::default();
    let (refused, other) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    inbox.refuse(&refused.email);
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let flow = api.start(&refused).await;
    let assisted = flow.reaches("assisted").await;
    assert_eq!(assisted["assisted"]["reason"], "mail_rejected");
    // One bad address stops nobody else's mail.
    api.start(&other).await;
    inbox.next_code(&other.email).await;
}

#[tokio::test]
async fn a_mail_that_was_taken_although_the_line_broke_arrives_as_one_and_works() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    inbox.mood(Mood::DropsAfterData);
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    let first = inbox.next(&employer.email).await;
    flow.reaches("code_sent").await;
    let again = inbox.next(&employer.email).await;
    assert_eq!(first.message_id(), again.message_id(), "to the reader it is one mail");
    assert_eq!(code_of(&first), code_of(&again));
    flow.send_code(&code_of(&first)).await.ok(200);
}

#[tokio::test]
async fn without_a_mail_server_the_flow_waits_and_goes_on_when_it_is_back() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    inbox.mood(Mood::RefusesConnections);
    let server = Setup::new(&registry, inbox.port()).start();
    let flow = Api::of(&server).start(&employer).await;
    inbox.knocked().await;
    assert_eq!(flow.read().await.ok(200)["state"], "code_queued");
    inbox.mood(Mood::Friendly);
    let code = inbox.next_code(&employer.email).await;
    flow.reaches("code_sent").await;
    flow.send_code(&code).await.ok(200);
}

#[tokio::test]
async fn the_whole_journey_goes_through_a_real_mail_server() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let relay = RealMailServer::start();
    let server = Setup::new(&registry, relay.port()).start();
    let api = Api::of(&server);
    let flow = api.start(&employer).await;
    let code = code_of(&relay.next_mail(&employer.email).await);
    flow.reaches("code_sent").await;
    flow.send_code(&code).await.ok(200);
    let link = link_of(&relay.next_mail(&employer.email).await);
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    assert_eq!(relay.next_mail(&employer.email).await.subject(), "Su clave de empleador fue cambiada");
    api.sign_in(&employer, NEW_KEY).await.ok(201);
}

/// Ways to fail that a relay gets over, each for the next mail only.
fn passing_faults() -> Vec<(&'static str, Rule)> {
    let says = |step, reply: &str| Rule::reply(step, reply).times(1);
    let does = |step, act| Rule::at(step, act).times(1);
    vec![
        ("busy", says(Step::Connect, "421 4.3.2 not now")),
        ("refuses everybody for a while", says(Step::Connect, "554 5.3.2 no service here")),
        ("refuses the sender for a while", says(Step::Mail, "550 5.7.1 not from you")),
        ("out of room at MAIL", says(Step::Mail, "452 4.3.1 no room")),
        ("locked mailbox", says(Step::Rcpt, "450 4.2.1 mailbox busy")),
        ("puts DATA off", says(Step::Data, "451 4.3.0 later")),
        ("puts the message off", says(Step::Dot, "451 4.3.0 later")),
        ("closes at once", does(Step::Connect, Act::Drop)),
        ("closes after EHLO", does(Step::Hello, Act::Drop)),
        ("closes at MAIL", does(Step::Mail, Act::Drop)),
        ("closes at RCPT", does(Step::Rcpt, Act::Drop)),
        ("closes at DATA", does(Step::Data, Act::Drop)),
        ("closes in the message", does(Step::Content, Act::Drop)),
        ("takes the message and closes", does(Step::Dot, Act::Drop)),
        ("speaks another protocol", does(Step::Hello, Act::Garbage)),
        ("says 250 twice", says(Step::Dot, "250 2.0.0 taken\r\n250 2.0.0 taken")),
        ("drips", does(Step::Dot, Act::Drip(Duration::from_millis(20)))),
        ("drips its greeting", does(Step::Connect, Act::Drip(Duration::from_millis(20)))),
        ("greets in another protocol", does(Step::Connect, Act::Garbage)),
        ("speaks another protocol at RCPT", does(Step::Rcpt, Act::Garbage)),
        ("speaks another protocol after the message", does(Step::Dot, Act::Garbage)),
        ("says goodbye at RCPT", says(Step::Rcpt, "421 4.3.2 shutting down")),
        ("says goodbye after the message", says(Step::Dot, "421 4.3.2 shutting down")),
        ("says yes in many lines", says(Step::Rcpt, "250-2.1.5 one\r\n250-2.1.5 two\r\n250 2.1.5 ñandú")),
    ]
}

#[tokio::test]
async fn whatever_a_mail_server_does_once_the_mail_comes_and_to_its_reader_it_is_one() {
    let faults = passing_faults();
    let mut registry = Registry::default();
    let employers: Vec<_> = faults.iter().map(|_| registry.company()).collect();
    let relay = SmtpFixture::start();
    let server = Setup::new(&registry, relay.port()).start();
    let api = Api::of(&server);
    for ((fault, rule), employer) in faults.into_iter().zip(&employers) {
        // The connections that were good stay good, so the next has to be a new one.
        relay.close_idle().await;
        relay.add(rule);
        let flow = api.start(employer).await;
        let code = relay.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        assert_eq!(flow.send_code(&code).await.status, 200, "{fault}");
        relay.next_link(&employer.email, "/clave/").await;
        flow.reaches("link_sent").await;
        let mails = relay.mails().into_iter().filter(|mail| mail.to == employer.email);
        let codes: BTreeSet<_> =
            mails.filter_map(|mail| mail.code().map(|code| (mail.message_id(), code))).collect();
        assert_eq!(codes.len(), 1, "{fault}: {codes:?}");
        relay.forgive();
    }
}

#[tokio::test]
async fn a_mail_server_that_stalls_on_one_domain_holds_up_nobody_else() {
    let mut registry = Registry::default();
    let slow: Vec<_> = (0..12)
        .map(|number| registry.company_with(|row| row.email = format!("persona{number}@lento.example")))
        .collect();
    let quick: Vec<_> = (0..6).map(|_| registry.company()).collect();
    let relay = SmtpFixture::start();
    relay.add(Rule::at(Step::Rcpt, Act::Stall).to_domain("lento.example"));
    let server = Setup::new(&registry, relay.port()).start();
    let api = Api::of(&server);
    for employer in &slow {
        api.start(employer).await;
    }
    relay.stalled(1).await;
    for employer in &quick {
        let flow = api.start(employer).await;
        let code = relay.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        flow.send_code(&code).await.ok(200);
    }
    assert!(relay.counts().stalled > 0, "the slow domain was slow all the while");
    relay.forgive();
    relay.release();
    for employer in &slow {
        relay.next_code(&employer.email).await;
    }
}
