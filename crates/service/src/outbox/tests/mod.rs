//! The worker between a real store and a mail server that obeys.

mod world;

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use clavero_protocol::{AssistedReason, EmailAddress, State};
use clavero_smtp_fixture::{Act, Mail as Received, Rule, Step};

use self::world::World;
use super::*;
use crate::{
    NewPassword, StartError,
    mail::{Delivery, Reply},
};

const TO: &str = "empleador@correo.example";
const NAME: &str = "CONSTRUCTORA ÑANDÚ CÍA. LTDA.";
const NEW_KEY: &str = "cuatro caballos cruzan el páramo";

fn token_of(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_clock_of_a_code_starts_when_the_mail_server_takes_it_and_the_mail_never_promises_more() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    let worker = world.work();
    let flow = world.start(1).await;
    let mail = world.server.next_mail(TO).await;
    let view = world.reaches(&flow, State::CodeSent).await;
    let code = view.code.unwrap();
    let ends_at = code.sent_at.unwrap() + world.service.settings().policy.code_ttl;
    assert_eq!(code.expires_at, Some(ends_at));
    let printed = mail.text().split("Vale hasta las ").nth(1).unwrap()[..8].to_owned();
    let truth = clavero_words::time::clock(ends_at);
    // One second is what the clock on the wall shows; midnight is the one moment at which text misleads.
    assert!(printed <= truth || truth.starts_with("00"), "{printed} is later than {truth}");
    assert!(mail.subject().contains(&view.reference));
    world.service.verify_code(&flow.id, &flow.token, &mail.code().unwrap()).await.unwrap();
    worker.stop().await;
}

#[tokio::test]
async fn the_whole_way_by_mail_ends_in_a_notice_whose_link_says_it_was_not_me() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    let worker = world.work();
    let flow = world.start(1).await;
    let code = world.server.next_code(TO).await;
    world.service.verify_code(&flow.id, &flow.token, &code).await.unwrap();
    let link = token_of(&world.server.next_link(TO, "/clave/").await);
    let new = NewPassword { password: NEW_KEY, opened: None };
    world.service.set_password(&link, new).await.unwrap();
    let notice = world.server.next_mail(TO).await;
    assert_eq!(notice.subject(), "Su clave de empleador fue cambiada");
    assert!(notice.text().contains("CONSTRUCTORA ÑANDÚ CÍA. LTDA."), "{}", notice.text());
    let repudiation = token_of(&notice.link("/no-fui-yo/").unwrap());
    assert_eq!(world.service.read_repudiation(&repudiation).await.unwrap().sucursal, "0001");
    worker.stop().await;
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test]
async fn a_mail_that_is_put_off_comes_later_and_once() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    world.server.add(Rule::greylist(2));
    let worker = world.work();
    let flow = world.start(1).await;
    let code = world.server.next_code(TO).await;
    world.reaches(&flow, State::CodeSent).await;
    world.service.verify_code(&flow.id, &flow.token, &code).await.unwrap();
    world.server.next_link(TO, "/clave/").await;
    worker.stop().await;
    assert_eq!(world.server.mails().len(), 2);
}

#[tokio::test]
async fn one_refused_address_leads_to_the_assisted_path_and_stops_nobody_else() {
    let world = World::new().await;
    world.employer(1, "nadie@correo.example", NAME).await;
    world.employer(2, TO, NAME).await;
    world.server.add(Rule::reply(Step::Rcpt, "550 5.1.1 nobody").to("nadie@correo.example"));
    let refused = world.start(1).await;
    let other = world.start(2).await;
    let worker = world.work();
    let view = world.reaches(&refused, State::Assisted).await;
    assert_eq!(view.assisted, Some(AssistedReason::MailRejected));
    world.server.next_code(TO).await;
    world.reaches(&other, State::CodeSent).await;
    worker.stop().await;
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test]
async fn a_relay_that_refuses_us_sends_nobody_to_the_assisted_path() {
    for rule in [
        Rule::reply(Step::Connect, "554 5.7.1 your address is blocked"),
        Rule::reply(Step::Mail, "550 5.7.1 sender not allowed"),
        Rule::reply(Step::Rcpt, "554 5.7.1 relay access denied"),
        Rule::reply(Step::Dot, "550 5.7.1 looks like spam"),
    ] {
        let world = World::new().await;
        world.employer(1, TO, NAME).await;
        world.server.add(rule.times(1));
        let worker = world.work();
        let flow = world.start(1).await;
        world.server.next_code(TO).await;
        world.reaches(&flow, State::CodeSent).await;
        worker.stop().await;
    }
}

#[tokio::test]
async fn a_mail_that_was_taken_although_the_line_broke_arrives_as_one_and_works() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    world.server.add(Rule::at(Step::Dot, Act::Drop).times(1));
    let worker = world.work();
    let flow = world.start(1).await;
    let [first, again]: [Received; 2] = world.server.arrived(TO, 2).await.try_into().unwrap();
    assert_eq!(first.message_id(), again.message_id(), "to the reader it is one mail");
    assert_eq!(first.code(), again.code());
    world.reaches(&flow, State::CodeSent).await;
    world.server.add(Rule::at(Step::Dot, Act::Drop).times(1));
    world.service.verify_code(&flow.id, &flow.token, &first.code().unwrap()).await.unwrap();
    let links = world.server.arrived(TO, 4).await;
    assert_eq!(links[2].message_id(), links[3].message_id());
    world.reaches(&flow, State::LinkSent).await;
    // Whichever copy the mailbox keeps: both open the form.
    for mail in &links[2..] {
        let link = token_of(&mail.link("/clave/").unwrap());
        world.service.read_link(&link, None).await.unwrap();
    }
    worker.stop().await;
}

#[tokio::test]
async fn a_code_that_was_taken_before_anyone_knew_is_good_already() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    world.server.add(Rule::at(Step::Dot, Act::Stall));
    let worker = world.work();
    let flow = world.start(1).await;
    let code = world.server.next_code(TO).await;
    assert_eq!(world.view(&flow).await.state, State::CodeQueued);
    world.service.verify_code(&flow.id, &flow.token, &code).await.unwrap();
    world.server.forgive();
    world.server.release();
    world.server.next_link(TO, "/clave/").await;
    worker.stop().await;
}

#[tokio::test]
async fn a_domain_that_stalls_delays_no_other_and_holds_but_its_share() {
    const SLOW: u16 = 60;
    let world = World::new().await;
    world.server.add(Rule::at(Step::Rcpt, Act::Stall).to_domain("lento.example"));
    for sucursal in 1..=SLOW {
        world.employer(sucursal, &format!("e{sucursal}@lento.example"), NAME).await;
        world.start(sucursal).await;
    }
    let worker = world.work();
    let share = u32::try_from(crate::mail::CONNECTIONS / 4).unwrap();
    world.server.stalled(share).await;
    for sucursal in SLOW + 1..=SLOW + 20 {
        let to = format!("e{sucursal}@correo.example");
        world.employer(sucursal, &to, NAME).await;
        world.start(sucursal).await;
        world.server.next_code(&to).await;
    }
    assert_eq!(world.server.counts().stalled, share);
    world.server.forgive();
    world.server.release();
    for sucursal in 1..=SLOW {
        world.server.next_code(&format!("e{sucursal}@lento.example")).await;
    }
    worker.stop().await;
    assert_eq!(world.waiting().await, 0);
}

/// Panics on one address as long as it is told to; takes all the others.
struct Panicking {
    real: Arc<dyn Transport>,
    panics: AtomicBool,
}

#[async_trait]
impl Transport for Panicking {
    async fn deliver(&self, to: &EmailAddress, message: &[u8]) -> Delivery {
        let is_victim = to.as_str() == "panico@correo.example";
        assert!(!(is_victim && self.panics.swap(false, Ordering::SeqCst)), "as told");
        self.real.deliver(to, message).await
    }

    async fn probe(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_mail_that_panics_harms_no_other_and_is_tried_again() {
    let world = World::new().await;
    world.employer(1, "panico@correo.example", NAME).await;
    world.employer(2, TO, NAME).await;
    let flow = world.start(1).await;
    world.start(2).await;
    let transport = Panicking { real: world.smtp(), panics: AtomicBool::new(true) };
    let worker = world.work_with(Arc::new(transport));
    world.server.next_code(TO).await;
    world.server.next_code("panico@correo.example").await;
    world.reaches(&flow, State::CodeSent).await;
    worker.stop().await;
}

#[tokio::test]
async fn names_of_every_kind_reach_the_mail_as_text() {
    let names = [
        "X\r\nBcc: victima@correo.example\r\n\r\nhola",
        "NUL\0NUL",
        "\"<script>alert(1)</script>\" & Hnos.",
        "Ñandú «Águila» 株式会社 שלום",
        "\u{202e}\u{200b}\u{2028}",
    ];
    let world = World::new().await;
    let worker = world.work();
    for (sucursal, name) in (1..).zip(names) {
        let to = format!("e{sucursal}@correo.example");
        world.employer(sucursal, &to, name).await;
        let flow = world.start(sucursal).await;
        let mail = world.server.next_mail(&to).await;
        assert!(mail.code().is_some() && mail.header("Bcc").is_empty(), "{mail:?}");
        assert_eq!(mail.header("To"), to);
        world.reaches(&flow, State::CodeSent).await;
    }
    worker.stop().await;
    assert_eq!(world.server.mails().len(), names.len());
    let unicode = world.server.mails().remove(3);
    assert!(unicode.text().contains("Ñandú «Águila» 株式会社 שלום"), "{}", unicode.text());
}

#[tokio::test]
async fn a_mail_that_would_arrive_dead_is_not_sent_and_the_queue_goes_on() {
    let world = World::new().await;
    world.employer(1, "tarde@correo.example", NAME).await;
    world.employer(2, TO, NAME).await;
    world.start(1).await;
    world.clock.forward(world.service.settings().policy.flow_ttl.saturating_sub(Duration::from_secs(50)));
    world.start(2).await;
    let worker = world.work();
    world.server.next_code(TO).await;
    worker.stop().await;
    assert_eq!((world.server.mails().len(), world.waiting().await), (1, 0));
}

#[tokio::test]
async fn asked_to_stop_the_worker_finishes_what_it_has_taken_up_and_takes_up_no_more() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    world.employer(2, "otra@correo.example", NAME).await;
    world.server.add(Rule::at(Step::Dot, Act::Stall));
    let worker = world.work();
    let flow = world.start(1).await;
    world.server.stalled(1).await;
    worker.ask_to_stop();
    world.server.forgive();
    world.server.release();
    worker.stop().await;
    assert_eq!(world.view(&flow).await.state, State::CodeSent);
    world.start(2).await;
    let mails = world.server.mails();
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [TO]);
    assert_eq!(world.waiting().await, 1);
}

#[tokio::test]
async fn what_a_dead_worker_had_taken_up_is_sent_by_another_when_the_lease_ends() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    world.server.add(Rule::at(Step::Dot, Act::Stall).times(1));
    let dead = world.work();
    let flow = world.start(1).await;
    world.server.stalled(1).await;
    dead.task.abort();
    assert!(dead.task.await.unwrap_err().is_cancelled());
    // Its last look may still wait to be written, and would begin another lease after time has gone on.
    world.service.store().check_writable().await.unwrap();
    world.clock.forward(LEASE);
    let worker = world.work();
    let [first, again]: [Received; 2] = world.server.arrived(TO, 2).await.try_into().unwrap();
    assert_eq!((first.message_id(), first.code()), (again.message_id(), again.code()));
    world.reaches(&flow, State::CodeSent).await;
    worker.stop().await;
}

#[tokio::test]
async fn two_workers_on_one_store_send_each_mail_once() {
    const MAILS: u16 = 60;
    let world = World::new().await;
    for sucursal in 1..=MAILS {
        world.employer(sucursal, &format!("e{sucursal}@c{}.example", sucursal % 7), NAME).await;
        world.start(sucursal).await;
    }
    let workers = [world.work(), world.work()];
    for sucursal in 1..=MAILS {
        world.server.next_code(&format!("e{sucursal}@c{}.example", sucursal % 7)).await;
    }
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(world.server.mails().len(), usize::from(MAILS));
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test]
async fn a_decoy_sends_nothing_and_waits_while_the_mail_server_is_away() {
    let world = World::hiding().await;
    world.employer(1, TO, NAME).await;
    world.server.add(Rule::reply(Step::Connect, "554 5.7.1 closed"));
    let worker = world.work();
    let (real, decoy) = (world.start(1).await, world.start(2).await);
    world.server.counts_that("two tries", |counts| counts.made >= 2).await;
    for flow in [&real, &decoy] {
        assert_eq!(world.view(flow).await.state, State::CodeQueued);
    }
    world.server.forgive();
    for flow in [&real, &decoy] {
        world.reaches(flow, State::CodeSent).await;
    }
    worker.stop().await;
    assert_eq!(world.server.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_of_the_same_flow_says_what_it_replaces() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    let worker = world.work();
    let flow = world.start(1).await;
    let first = world.server.next_mail(TO).await;
    let sent = world.reaches(&flow, State::CodeSent).await;
    world.clock.forward(world.service.settings().policy.resend_after);
    world.service.resend_code(&flow.id, &flow.token).await.unwrap();
    let second = world.server.next_mail(TO).await;
    assert!(!first.text().contains("Reemplaza"), "{}", first.text());
    let before = second.text().split("los enviados antes de las ").nth(1).unwrap()[..8].to_owned();
    let first_sent = clavero_words::time::clock(sent.code.unwrap().sent_at.unwrap());
    assert!(first_sent < before || before.starts_with("00"), "{first_sent} is not before {before}");
    assert_ne!(first.message_id(), second.message_id());
    assert_ne!(first.code(), second.code());
    assert_eq!(first.subject(), second.subject(), "one flow, one reference");
    worker.stop().await;
}

/// Takes nothing, and counts how often it is asked.
struct Deaf(watch::Sender<u32>);

#[async_trait]
impl Transport for Deaf {
    async fn deliver(&self, _: &EmailAddress, _: &[u8]) -> Delivery {
        self.0.send_modify(|tries| *tries += 1);
        Delivery::Deferred(Reply::Connection)
    }

    async fn probe(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_notice_is_tried_for_three_days_and_no_longer() {
    let world = World::new().await;
    world.employer(1, TO, NAME).await;
    let worker = world.work();
    let flow = world.start(1).await;
    let code = world.server.next_code(TO).await;
    world.service.verify_code(&flow.id, &flow.token, &code).await.unwrap();
    let link = token_of(&world.server.next_link(TO, "/clave/").await);
    world.reaches(&flow, State::LinkSent).await;
    worker.stop().await;
    let new = NewPassword { password: NEW_KEY, opened: None };
    world.service.set_password(&link, new).await.unwrap();

    let deaf = Deaf(watch::Sender::new(0));
    let mut tries = deaf.0.subscribe();
    let worker = world.work_with(Arc::new(deaf));
    let began = world.service.store().now();
    let mut after_hours = async |hours: u64| {
        let until = began + Duration::from_hours(hours);
        while world.service.store().now() < until {
            // Little patience: where the try before was recorded after time had gone on, this one comes with the next step.
            world.clock.forward(Duration::from_hours(6));
            world.service.store().look_for_mail().await.unwrap();
            drop(tokio::time::timeout(Duration::from_millis(100), tries.changed()).await);
        }
    };
    after_hours(60).await;
    assert_eq!(world.waiting().await, 1);
    after_hours(90).await;
    worker.stop().await;
    assert_eq!(world.waiting().await, 0);
}

#[tokio::test]
async fn the_last_code_brings_a_voucher_of_its_mailbox_that_holds_for_a_day() {
    let world = World::new().await;
    let other = "vecina@correo.example";
    world.employer(1, TO, NAME).await;
    world.employer(2, other, NAME).await;
    let worker = world.work();
    let spend = async |sucursal, to| {
        let mut vouchers = Vec::new();
        for _ in 0..3 {
            world.start(sucursal).await;
            vouchers.push(world.server.next_mail(to).await.link("/reserva/"));
        }
        vouchers
    };
    let [None, None, Some(link)] = &spend(1, TO).await[..] else { panic!("not with the third alone") };
    spend(2, other).await;
    let voucher = &token_of(link);
    let start = async |sucursal, voucher| world.try_start(sucursal, voucher).await.map(drop);
    let is_refused = |answer| matches!(answer, Err(StartError::TooMany { .. }));

    assert!(is_refused(start(1, None).await), "who has none waits");
    assert!(is_refused(start(2, Some(voucher)).await), "another employer's");
    let (other_letter, rest) = (if voucher[20..].starts_with('A') { "B" } else { "A" }, &voucher[21..]);
    let forged = format!("{}{other_letter}{rest}", &voucher[..20]);
    assert!(is_refused(start(1, Some(&forged)).await));
    // The mailbox is another's now: whoever reads the former one is a stranger, until it is back on record.
    world.employer(1, "nueva@correo.example", NAME).await;
    assert!(is_refused(start(1, Some(voucher)).await));
    world.employer(1, TO, NAME).await;
    start(1, Some(voucher)).await.unwrap();
    start(1, Some(voucher)).await.unwrap();

    world.clock.forward(Duration::from_hours(24));
    assert_eq!(world.service.voucher_ends_at(voucher), None);
    spend(1, TO).await;
    assert!(is_refused(start(1, Some(voucher)).await), "yesterday's");
    worker.stop().await;
}
