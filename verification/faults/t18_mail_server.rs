//! What becomes of mails when their server is in a bad mood.

use clavero_smtp_fixture::RealMailServer;

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
