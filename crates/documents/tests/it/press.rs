use std::sync::Arc;

use clavero_documents::{Press, PressSettings, PrintError};
use clavero_words::Locale;

use crate::{reading::press, samples};

#[tokio::test]
async fn the_same_packet_is_made_once_and_another_one_anew() {
    let press = press();
    let mut packet = samples::packet(Locale::EsEc);
    let first = press.packet(&packet).await.unwrap();
    assert!(Arc::ptr_eq(&first, &press.packet(&packet).await.unwrap()));
    packet.contact.phone.push('1');
    let other = press.packet(&packet).await.unwrap();
    assert_ne!(first, other);
    packet.locale = Locale::En;
    assert_ne!(other, press.packet(&packet).await.unwrap());
}

#[tokio::test]
async fn equal_packets_are_equal_to_the_byte_wherever_they_are_made() {
    let (one, other) = (press(), press());
    let packet = samples::packet(Locale::EsEc);
    assert_eq!(one.packet(&packet).await.unwrap(), other.packet(&packet).await.unwrap());
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_takes_work_again_when_it_has_room() {
    let press = Press::start(PressSettings { threads: 1, queue: 1, cache_bytes: 0 }).unwrap();
    let packets: Vec<_> = (0..8)
        .map(|number| {
            let mut packet = samples::packet(Locale::EsEc);
            packet.contact.phone = number.to_string();
            packet
        })
        .collect();
    let asked = packets.iter().map(|packet| press.packet(packet));
    let answers = futures_util::future::join_all(asked).await;
    let refused = answers.iter().filter(|answer| **answer == Err(PrintError::Busy)).count();
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(refused + made, 8, "nothing else may come of it");
    assert!((1..=2).contains(&made), "one at work and one waiting: {made}");
    assert!(press.packet(&packets[7]).await.is_ok(), "the press is free again");
}

#[tokio::test]
async fn an_address_that_no_code_can_hold_is_refused_and_the_press_goes_on() {
    let press = press();
    let mut packet = samples::packet(Locale::EsEc);
    packet.case_url = format!("https://clave.example/{}", "x".repeat(3_000));
    assert!(matches!(press.packet(&packet).await, Err(PrintError::Failed(_))));
    assert!(press.packet(&samples::packet(Locale::EsEc)).await.is_ok());
}
