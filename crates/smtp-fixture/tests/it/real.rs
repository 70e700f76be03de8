use clavero_smtp_fixture::{RealMailServer, Rule, Step};
use lettre::{Message, SmtpTransport, Transport as _};

fn hand_over(port: u16, to: &str) {
    let message = Message::builder()
        .from("no-responder@institucion.example".parse().unwrap())
        .to(to.parse().unwrap())
        .subject("Código de verificación K7")
        .body("Su código:\n\n042137\n".to_owned())
        .unwrap();
    SmtpTransport::builder_dangerous("127.0.0.1").port(port).build().send(&message).unwrap();
}

#[tokio::test]
async fn a_mail_that_passed_through_the_real_server_is_the_one_that_was_handed_over() {
    let server = RealMailServer::start();
    hand_over(server.port(), "empleador@correo.example");
    let mail = server.next_mail("empleador@correo.example").await;
    assert_eq!(mail.subject(), "Código de verificación K7");
    assert_eq!(mail.code().as_deref(), Some("042137"));
    assert!(mail.header("Received").contains("relay.example"), "{}", mail.raw_text());
}

#[tokio::test]
async fn a_fault_behind_the_real_server_does_not_reach_who_hands_over() {
    let server = RealMailServer::start();
    server.mailbox().add(Rule::reply(Step::Rcpt, "550 5.1.1 nobody").to("nadie@correo.example"));
    hand_over(server.port(), "nadie@correo.example");
    hand_over(server.port(), "empleador@correo.example");
    server.next_mail("empleador@correo.example").await;
    server.mailbox().heard("RCPT").await;
}
