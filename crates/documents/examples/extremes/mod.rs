//! Papers at the edge of what is made and beyond it.

use clavero_documents::{Applicant, Packet, Person};
use clavero_words::Locale;

use crate::samples;

/// A packet with everything that makes one long: a change of representative, somebody else who comes, no mailbox.
pub(crate) fn long_packet(locale: Locale) -> Packet {
    let mut packet = samples::packet(locale);
    packet.new_representative =
        Some(Person { id: "1710034065".to_owned(), name: "Íñigo Ordóñez de la Torre".to_owned() });
    packet.applicant = Applicant::ThirdParty(Person {
        id: "FR12345".to_owned(),
        name: "Agnès L’Hôpital Müller".to_owned(),
    });
    packet.contact.email = None;
    packet.documents.push(samples::text(
        locale,
        "Si viene otra persona en su nombre: poder notariado y cédula original de esa persona",
        "If another person comes in your name: a notarised power of attorney and that person's original identity card",
    ));
    packet
}

/// What people, registers and attackers put into fields, and whether the fonts have all of it.
pub(crate) fn hostile_names() -> Vec<(String, bool)> {
    let written = [
        ("#let x = read(\"data.json\")", true),
        ("\\ $ * _ ] [ } { \" ` ~ @ < > // /* */ # \\u{41}", true),
        ("$ sum_(i=0)^n $ #panic() = Título - lista + 1. /término: x", true),
        ("=HYPERLINK(\"http://evil.example\";\"a\"),'x'\t@SUM(1+1)", true),
        ("<script>alert(1)</script><b>&amp; {page} {pages}", true),
        ("ACME\u{0}\u{1b}[31m\u{7f}\r\nSubject: x", true),
        ("\u{202e}gnp.anomila\u{202c} \u{2066}x\u{2069}", true),
        ("Ñandú ñusta, ﬁdeos ª º № ½ L’Hôpital", true),
        ("四川公司 مرحبا שלום 🦀👩‍👩‍👧 Ελλάδα Київ S.A.", false),
        ("\u{e000}\u{f8ff}\u{10ffff} ACME", false),
        ("", true),
    ];
    let mut names: Vec<(String, bool)> =
        written.into_iter().map(|(name, complete)| (name.to_owned(), complete)).collect();
    names.push(("A".repeat(500), true));
    names.push(("W".repeat(44), true));
    names.push((format!("https://{}", "a".repeat(492)), true));
    names.push(("1/".repeat(250), true));
    names.push(("Ñandú y Compañía ".repeat(30), true));
    names
}
