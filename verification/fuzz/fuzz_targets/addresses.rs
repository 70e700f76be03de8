//! E-mail addresses: what is taken can stand in a header and an envelope as it is, is one mailbox to two other readers, and is
//! read back as itself; case counts but for the domain.
#![no_main]

use clavero_protocol::EmailAddress;
use libfuzzer_sys::fuzz_target;
use mail_parser::MessageParser;

fuzz_target!(|text: &str| {
    let Ok(address) = EmailAddress::parse(text) else { return };
    let stored = address.as_str();
    assert!(stored.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"(),:;[]\\".contains(&b)), "{stored:?}");
    let (local, domain) = stored.split_once('@').expect("one @");
    assert!(!domain.contains('@') && !local.is_empty() && local.len() <= 64 && stored.len() <= 254);
    assert_eq!((domain, domain.to_ascii_lowercase().as_str()), (address.domain(), domain));
    assert_eq!(EmailAddress::parse(stored).as_ref(), Ok(&address));
    // Nobody's mail goes to another than was typed.
    let typed = text.trim_matches([' ', '\t']);
    assert!(typed.eq_ignore_ascii_case(stored) && typed.starts_with(local));
    assert_eq!(address.hint().chars().count(), 13);

    let lettre: lettre::Address = stored.parse().expect("what the library that sends it takes");
    assert_eq!((lettre.user(), lettre.domain()), (local, domain));
    let header = format!("To: {stored}\r\nSubject: x\r\n\r\nx\r\n");
    let message = MessageParser::default().parse(header.as_bytes()).expect("a message");
    let to: Vec<_> = message.to().expect("a recipient").iter().collect();
    assert_eq!((to.len(), to[0].address()), (1, Some(stored)));
});
