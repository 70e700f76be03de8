//! A service that is stopped (SIGSTOP), as by a machine that was suspended, for longer than it may keep a mail to itself.

use std::process::Command;

use clavero_postgres_fixture::Cluster;
use clavero_smtp_fixture::{Act, Rule, SmtpFixture, Step};

use super::chance::say;
use crate::{api::Api, employers::Registry, mail::code_of, server::Setup};

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

#[tokio::test]
async fn what_a_stopped_service_held_goes_out_from_another_and_it_writes_nothing_over_that_when_it_goes_on() {
    let cluster = Cluster::shared();
    let mut registry = Registry::default();
    let (employer, other) = (registry.company(), registry.company());
    let relay = SmtpFixture::start();
    let mut first = Setup::new(&registry, relay.port()).on(cluster.url(&cluster.database())).start();
    // The mail is taken, and the service stops before it hears that.
    relay.add(Rule::at(Step::Dot, Act::Stall).times(1));
    let started = Api::of(&first).start(&employer).await;
    let mail = relay.next_mail(&employer.email).await;
    signal(first.pid(), "-STOP");
    let second = first.node();
    let api = Api::at(second.address());
    let again = relay.next_mail(&employer.email).await;
    assert_eq!(mail.message_id(), again.message_id(), "to the reader it is one mail");
    assert_eq!(code_of(&mail), code_of(&again));
    let flow = started.at(&api);
    let sent = flow.reaches("code_sent").await;
    relay.release();
    signal(first.pid(), "-CONT");
    // It is at work again, with what it remembers.
    let elsewhere = Api::of(&first).start(&other).await;
    relay.next_code(&other.email).await;
    elsewhere.reaches("code_sent").await;
    assert_eq!(flow.read().await.ok(200)["code"]["sent_at"], sent["code"]["sent_at"]);
    flow.send_code(&code_of(&mail)).await.ok(200);
    assert_eq!(relay.arrived(&employer.email, 3).await.len(), 3, "the code twice, the link once");
    assert!(first.terminate().success());
    say("stopped for longer than a lease: one code, delivered twice under one Message-ID");
}
