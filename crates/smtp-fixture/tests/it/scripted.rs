use std::time::Duration;

use clavero_smtp_fixture::{Act, Encryption, Rule, SmtpFixture, Step};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        PoolConfig,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        response::Severity,
    },
};

const TO: &str = "empleador@correo.example";

fn message(to: &str) -> Message {
    Message::builder()
        .from("no-responder@institucion.example".parse().unwrap())
        .to(to.parse().unwrap())
        .subject("Recuperación Clave para RUC 1790012345001")
        .body("Abra:\n\nhttps://clave.example/clave/abc\n\n.línea con punto\n".to_owned())
        .unwrap()
}

fn client(server: &SmtpFixture) -> AsyncSmtpTransport<Tokio1Executor> {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(server.port())
        .pool_config(PoolConfig::new().max_size(4))
        .build()
}

async fn send(server: &SmtpFixture, to: &str) -> Result<(), Option<u16>> {
    let sent = client(server).send(message(to)).await;
    sent.map(|_| ()).map_err(|error| error.status().map(u16::from))
}

#[tokio::test]
async fn what_is_sent_is_what_is_recorded() {
    let server = SmtpFixture::start();
    send(&server, TO).await.unwrap();
    let mail = server.next_mail(TO).await;
    assert_eq!(mail.from, "no-responder@institucion.example");
    assert_eq!(mail.subject(), "Recuperación Clave para RUC 1790012345001");
    assert_eq!(mail.link("/clave/").as_deref(), Some("https://clave.example/clave/abc"));
    assert!(mail.text().contains("\n.línea con punto"), "{}", mail.text());
    assert_eq!(server.commands(1)[..4], ["EHLO", "MAIL", "RCPT", "DATA"]);
}

#[tokio::test]
async fn a_greylisted_recipient_is_put_off_and_no_other() {
    let server = SmtpFixture::start();
    server.add(Rule::greylist(2));
    assert_eq!(send(&server, TO).await, Err(Some(451)));
    assert_eq!(send(&server, TO).await, Err(Some(451)));
    assert_eq!(send(&server, TO).await, Ok(()));
    assert_eq!(send(&server, "otro@correo.example").await, Err(Some(451)));
}

#[tokio::test]
async fn a_refusal_can_stand_at_each_step() {
    for step in [Step::Connect, Step::Mail, Step::Rcpt, Step::Data, Step::Dot] {
        let server = SmtpFixture::start();
        server.add(Rule::reply(step, "554 5.7.1 no").times(1));
        assert_eq!(send(&server, TO).await, Err(Some(554)), "{step:?}");
        assert_eq!(server.mails(), [], "{step:?}");
        assert_eq!(send(&server, TO).await, Ok(()), "{step:?}");
    }
}

#[tokio::test]
async fn a_line_that_breaks_before_the_dot_leaves_nothing_and_after_it_the_mail() {
    for (step, kept) in [(Step::Content, 0), (Step::Dot, 1)] {
        let server = SmtpFixture::start();
        server.add(Rule::at(step, Act::Drop).to(TO));
        assert_eq!(send(&server, TO).await, Err(None));
        server.counts_that("the line to be cut", |counts| counts.open == 0).await;
        assert_eq!(server.mails().len(), kept, "{step:?}");
    }
}

#[tokio::test]
async fn a_stalled_domain_waits_until_it_is_released() {
    let server = SmtpFixture::start();
    server.add(Rule::at(Step::Rcpt, Act::Stall).to_domain("lento.example"));
    let transport = client(&server);
    let slow = tokio::spawn({
        let transport = transport.clone();
        async move { transport.send(message("a@lento.example")).await.is_ok() }
    });
    server.stalled(1).await;
    transport.send(message(TO)).await.unwrap();
    server.release();
    assert!(slow.await.unwrap());
}

#[tokio::test]
async fn a_stalled_connection_ends_when_its_client_leaves() {
    let server = SmtpFixture::start();
    server.add(Rule::at(Step::Connect, Act::Stall));
    let client = tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    server.stalled(1).await;
    drop(client);
    server.counts_that("the client to be gone", |counts| counts.open == 0 && counts.stalled == 0).await;
}

#[tokio::test]
async fn a_dripping_reply_arrives_whole() {
    let server = SmtpFixture::start();
    server.add(Rule::at(Step::Connect, Act::Drip(Duration::from_millis(1))));
    assert_eq!(send(&server, TO).await, Ok(()));
}

#[tokio::test]
async fn idle_connections_are_counted_and_closed_on_demand() {
    let server = SmtpFixture::start();
    let transport = client(&server);
    transport.send(message(TO)).await.unwrap();
    server.counts_that("an idle connection", |counts| counts.idle == 1).await;
    server.close_idle().await;
    server.counts_that("no connection", |counts| counts.open == 0).await;
    assert_eq!(server.counts().made, 1);
}

#[tokio::test]
async fn mail_is_taken_only_from_who_has_logged_in() {
    let server = SmtpFixture::start();
    server.require_login("clavero", "s3cr@t");
    assert_eq!(send(&server, TO).await, Err(Some(530)));
    for (password, outcome) in [("s3cr@t", None), ("otra", Some(535))] {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(server.port())
            .credentials(Credentials::new("clavero".to_owned(), password.to_owned()))
            .build();
        let sent = transport.send(message(TO)).await;
        assert_eq!(sent.err().and_then(|error| error.status()).map(u16::from), outcome);
    }
}

#[tokio::test]
async fn an_encrypting_server_is_believed_by_who_trusts_its_certificate() {
    for encryption in [Encryption::StartTls, Encryption::Wrapped] {
        let server = SmtpFixture::start_encrypted(encryption, &["localhost"]);
        let trusted = Certificate::from_pem(server.certificate().as_bytes()).unwrap();
        for (trust, believed) in [(Some(trusted), true), (None, false)] {
            let parameters = TlsParameters::builder("localhost".to_owned());
            let parameters = match trust {
                Some(certificate) => parameters.add_root_certificate(certificate),
                None => parameters,
            };
            let parameters = parameters.build().unwrap();
            let tls = match encryption {
                Encryption::StartTls => Tls::Required(parameters),
                Encryption::Wrapped => Tls::Wrapper(parameters),
            };
            let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
                .port(server.port())
                .tls(tls)
                .build();
            assert_eq!(transport.send(message(TO)).await.is_ok(), believed, "{encryption:?}");
        }
        assert_eq!(server.mails().len(), 1);
    }
}

#[tokio::test]
async fn something_that_is_no_smtp_is_no_reply() {
    let server = SmtpFixture::start();
    server.add(Rule::at(Step::Connect, Act::Garbage));
    let error = client(&server).send(message(TO)).await.unwrap_err();
    assert!(error.status().is_none_or(|code| code.severity != Severity::PositiveCompletion));
}
