//! Against a server that does what the test says.

use std::sync::Arc;

use clavero_smtp_fixture::{Act, Encryption, RealMailServer, Rule, SmtpFixture, Step};
use lettre::transport::smtp::client::Certificate;

use super::*;

const TO: &str = "empleador@correo.example";
const OTHER: &str = "otra@lento.example";
const MESSAGE: &[u8] = b"Message-ID: <1.2@clave.example>\r\nSubject: x\r\n\r\n.punto\r\n042137\r\n";

fn settings(url: String) -> SmtpSettings {
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    SmtpSettings {
        url,
        password: None,
        from: "no-responder@institucion.example".parse().unwrap(),
        identity: None,
    }
}

fn transport_with(url: String, timing: Timing) -> SmtpTransport {
    let settings = settings(url);
    let endpoint = Endpoint::read(&settings, None).unwrap();
    SmtpTransport::to(endpoint, settings.from, timing)
}

fn transport(server: &SmtpFixture) -> SmtpTransport {
    transport_with(server.url(), Timing::default())
}

/// Gives up at once: what such a test waits for is that nothing comes.
fn hasty(server: &SmtpFixture) -> SmtpTransport {
    let short = Duration::from_millis(200);
    transport_with(server.url(), Timing { whole: short, first_answer: short / 4, ..Timing::default() })
}

async fn deliver(transport: &SmtpTransport, to: &str) -> Delivery {
    transport.deliver(&EmailAddress::parse(to).unwrap(), MESSAGE).await
}

#[tokio::test]
async fn a_mail_is_handed_over_byte_for_byte_and_the_next_goes_over_the_same_connection() {
    let server = SmtpFixture::start();
    let transport = transport(&server);
    for _ in 0..3 {
        assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
        let mail = server.next_mail(TO).await;
        assert!(mail.raw.starts_with(MESSAGE), "{}", mail.raw_text());
        assert_eq!(mail.from, "no-responder@institucion.example");
    }
    assert_eq!(server.counts().made, 1);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_while_it_lay_idle_costs_nothing() {
    let server = SmtpFixture::start();
    let transport = transport(&server);
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    server.counts_that("an idle connection", |counts| counts.idle == 1).await;
    server.close_idle().await;
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    assert_eq!((server.counts().made, server.mails().len()), (2, 2));
}

#[tokio::test]
async fn a_server_that_says_goodbye_on_an_idle_connection_costs_nothing_either() {
    let server = SmtpFixture::start();
    let transport = transport(&server);
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    server.add(Rule::reply(Step::Mail, "421 4.4.2 idle too long").on_connection(1));
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    assert_eq!(server.counts().made, 2);
}

#[tokio::test]
async fn an_idle_connection_that_a_firewall_forgot_is_left_for_a_new_one() {
    let server = SmtpFixture::start();
    let timing = Timing { first_answer: Duration::from_millis(50), ..Timing::default() };
    let transport = transport_with(server.url(), timing);
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    server.add(Rule::at(Step::Mail, Act::Stall).on_connection(1));
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test]
async fn what_is_said_of_the_recipient_and_what_is_said_of_us_are_told_apart() {
    let refused = Delivery::Refused(Reply::Recipient);
    for (step, reply, expected) in [
        (Step::Rcpt, "550 5.1.1 no such user", refused),
        (Step::Dot, "550 5.1.1 no such user after all", refused),
        (Step::Rcpt, "451 4.7.1 greylisted", Delivery::Deferred(Reply::Transient)),
        (Step::Dot, "452 4.3.1 disk full", Delivery::Deferred(Reply::Transient)),
        (Step::Connect, "554 5.7.1 go away", Delivery::Deferred(Reply::Relay)),
        (Step::Connect, "421 4.3.2 not now", Delivery::Deferred(Reply::Transient)),
        (Step::Hello, "550 who?", Delivery::Deferred(Reply::Relay)),
        (Step::Mail, "550 5.1.1 no such sender", Delivery::Deferred(Reply::Relay)),
        (Step::Rcpt, "554 5.7.1 relay access denied", Delivery::Deferred(Reply::Relay)),
        (Step::Data, "554 5.5.1 no", Delivery::Deferred(Reply::Relay)),
        (Step::Dot, "554 5.7.1 spam", Delivery::Deferred(Reply::Relay)),
    ] {
        let server = SmtpFixture::start();
        server.add(Rule::reply(step, reply).times(1));
        let transport = transport(&server);
        assert_eq!(deliver(&transport, TO).await, expected, "{step:?} {reply}");
        assert_eq!(server.mails(), [], "{step:?} {reply}");
        assert_eq!(deliver(&transport, TO).await, Delivery::Accepted, "{step:?} {reply}");
    }
}

#[tokio::test]
async fn a_refusal_leaves_a_connection_that_serves_the_next_mail() {
    let server = SmtpFixture::start();
    server.add(Rule::reply(Step::Rcpt, "550 5.1.1 nobody").to("nadie@correo.example"));
    let transport = transport(&server);
    assert!(matches!(deliver(&transport, "nadie@correo.example").await, Delivery::Refused(_)));
    server.heard("RSET").await;
    server.counts_that("an idle connection", |counts| counts.idle == 1).await;
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    assert!(server.counts().made <= 2);
}

#[tokio::test]
async fn a_line_that_breaks_after_the_dot_leaves_the_outcome_unknown_and_before_it_too() {
    for (step, arrived) in [(Step::Content, 0), (Step::Dot, 1)] {
        let server = SmtpFixture::start();
        server.add(Rule::at(step, Act::Drop).times(1));
        let transport = transport(&server);
        assert_eq!(deliver(&transport, TO).await, Delivery::Deferred(Reply::Unknown), "{step:?}");
        server.counts_that("the line to be cut", |counts| counts.open == 0).await;
        // Not repeated by itself: the outbox does that, when the row says so.
        assert_eq!((server.mails().len(), server.counts().made), (arrived, 1), "{step:?}");
    }
}

#[tokio::test]
async fn a_line_that_breaks_before_the_message_is_a_lost_connection() {
    for step in [Step::Connect, Step::Hello, Step::Mail, Step::Rcpt, Step::Data] {
        let server = SmtpFixture::start();
        server.add(Rule::at(step, Act::Drop));
        assert_eq!(deliver(&transport(&server), TO).await, Delivery::Deferred(Reply::Connection), "{step:?}");
    }
}

#[tokio::test]
async fn a_server_that_stalls_at_any_step_is_given_up_and_so_is_its_connection() {
    for step in [Step::Connect, Step::Hello, Step::Mail, Step::Rcpt, Step::Data, Step::Content, Step::Dot] {
        let server = SmtpFixture::start();
        server.add(Rule::at(step, Act::Stall).times(1));
        let mut transport = hasty(&server);
        assert_eq!(deliver(&transport, TO).await, Delivery::Deferred(Reply::TimeOut), "{step:?}");
        transport.timing = Timing::default();
        // The answer that comes late must not be read as the answer to another mail.
        server.counts_that("the connection to be closed", |counts| counts.open == 0).await;
        assert_eq!(deliver(&transport, TO).await, Delivery::Accepted, "{step:?}");
        assert_eq!(server.counts().made, 2, "{step:?}");
    }
}

#[tokio::test]
async fn a_server_that_drips_is_given_up_in_time() {
    let server = SmtpFixture::start();
    server.add(Rule::at(Step::Connect, Act::Drip(Duration::from_millis(40))));
    assert_eq!(deliver(&hasty(&server), TO).await, Delivery::Deferred(Reply::TimeOut));
}

#[tokio::test]
async fn what_is_no_smtp_is_no_yes() {
    let server = SmtpFixture::start();
    server.add(Rule::at(Step::Connect, Act::Garbage).times(1));
    let transport = transport(&server);
    assert_eq!(deliver(&transport, TO).await, Delivery::Deferred(Reply::Connection));
    // A yes of another step's kind.
    server.add(Rule::reply(Step::Dot, "354 go on").times(1));
    assert_eq!(deliver(&transport, TO).await, Delivery::Deferred(Reply::Relay));
}

#[tokio::test]
async fn nobody_listening_is_a_lost_connection_and_the_probe_says_so() {
    let server = SmtpFixture::start();
    let transport = transport(&server);
    assert!(transport.probe().await);
    drop(server);
    assert_eq!(deliver(&transport, TO).await, Delivery::Deferred(Reply::Connection));
    assert!(transport.diagnose().await.unwrap_err().starts_with("connect:"));
}

#[tokio::test]
async fn a_server_that_greets_and_refuses_our_sender_takes_nothing_and_the_probe_says_so() {
    let server = SmtpFixture::start();
    let transport = transport(&server);
    server.add(Rule::reply(Step::Mail, "550 5.7.1 not from you").times(2));
    assert!(!transport.probe().await);
    assert_eq!(transport.diagnose().await.unwrap_err(), "mail from: 550 5.7.1");
    assert!(transport.probe().await);
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
}

#[tokio::test]
async fn a_stalled_domain_leaves_connections_for_the_others() {
    let server = SmtpFixture::start();
    server.add(Rule::at(Step::Rcpt, Act::Stall).to_domain("lento.example"));
    let transport = Arc::new(transport(&server));
    let stalled: Vec<_> = (0..10)
        .map(|_| {
            let transport = Arc::clone(&transport);
            tokio::spawn(async move { deliver(&transport, OTHER).await })
        })
        .collect();
    server.stalled(10).await;
    assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
    server.release();
    for task in stalled {
        assert_eq!(task.await.unwrap(), Delivery::Accepted);
    }
}

#[tokio::test]
async fn a_mail_goes_out_under_the_login_that_was_given_and_a_wrong_one_is_our_fault() {
    let server = SmtpFixture::start();
    server.require_login("clavero@institucion.example", "s3cr@t");
    let login = |password: &str| {
        let url = format!("smtp://clavero%40institucion.example@127.0.0.1:{}", server.port());
        let settings = SmtpSettings { password: Some(password.to_owned()), ..settings(url) };
        SmtpTransport::new(&settings).unwrap()
    };
    assert_eq!(deliver(&login("s3cr@t"), TO).await, Delivery::Accepted);
    let wrong = login("otra");
    assert_eq!(deliver(&wrong, TO).await, Delivery::Deferred(Reply::Relay));
    assert_eq!(wrong.diagnose().await, Err("auth: 535 5.7.8".to_owned()));
}

#[tokio::test]
async fn where_tls_is_required_nothing_is_said_without_it() {
    let server = SmtpFixture::start();
    server.require_login("clavero", "s3cr@t");
    let url = format!("smtp://clavero:s3cr%40t@127.0.0.1:{}?tls=required", server.port());
    let transport = SmtpTransport::new(&settings(url)).unwrap();
    assert_eq!(deliver(&transport, TO).await, Delivery::Deferred(Reply::Relay));
    server.counts_that("no connection", |counts| counts.open == 0).await;
    let said = server.commands(1);
    assert!(!said.iter().any(|verb| verb == "AUTH" || verb == "MAIL"), "{said:?}");
}

/// Under this certificate, as the given user.
fn encrypted(server: &SmtpFixture, scheme: &str, authority: Option<&str>) -> SmtpTransport {
    let url = format!("{scheme}://clavero:s3cr%40t@localhost:{}?tls=required", server.port());
    let settings = settings(url);
    let authority = authority.map(|pem| Certificate::from_pem(pem.as_bytes()).unwrap());
    let endpoint = Endpoint::read(&settings, authority.as_ref()).unwrap();
    SmtpTransport::to(endpoint, settings.from, Timing::default())
}

#[tokio::test]
async fn under_tls_login_and_mail_go_to_whom_the_certificate_names() {
    for (encryption, scheme) in [(Encryption::StartTls, "smtp"), (Encryption::Wrapped, "smtps")] {
        let server = SmtpFixture::start_encrypted(encryption, &["localhost"]);
        server.require_login("clavero", "s3cr@t");
        let transport = encrypted(&server, scheme, Some(server.certificate()));
        for _ in 0..2 {
            assert_eq!(deliver(&transport, TO).await, Delivery::Accepted, "{scheme}");
        }
        assert_eq!(server.counts().made, 1);
    }
}

#[tokio::test]
async fn whom_the_certificate_does_not_name_gets_neither_login_nor_mail() {
    for (encryption, scheme) in [(Encryption::StartTls, "smtp"), (Encryption::Wrapped, "smtps")] {
        let other_name = SmtpFixture::start_encrypted(encryption, &["otra.example"]);
        let unknown = SmtpFixture::start_encrypted(encryption, &["localhost"]);
        for (server, authority) in [(&other_name, Some(other_name.certificate())), (&unknown, None)] {
            server.require_login("clavero", "s3cr@t");
            let transport = encrypted(server, scheme, authority);
            assert!(matches!(deliver(&transport, TO).await, Delivery::Deferred(_)), "{scheme}");
            let why = transport.diagnose().await.unwrap_err();
            assert!(why.contains("certificate"), "{why}");
            let said = server.commands(1);
            assert!(!said.iter().any(|verb| verb == "AUTH" || verb == "MAIL"), "{said:?}");
        }
    }
}

#[tokio::test]
async fn a_real_server_takes_a_mail_and_delivers_it_as_it_was() {
    let server = RealMailServer::start();
    let transport = transport_with(server.url(), Timing::default());
    assert!(transport.probe().await);
    for _ in 0..2 {
        assert_eq!(deliver(&transport, TO).await, Delivery::Accepted);
        let mail = server.next_mail(TO).await;
        assert_eq!(mail.message_id(), "1.2@clave.example");
        assert_eq!(mail.code().as_deref(), Some("042137"));
    }
}
