use std::time::Duration;

use clavero_protocol::{Ruc, Sucursal};
use mail_parser::{Message as Parsed, MessageParser};
use proptest::prelude::*;

use super::*;
use crate::secrets::Token;

/// 2027-01-15 08:00:00 UTC, which is 03:00:00 in Ecuador.
const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const TTL: Duration = Duration::from_mins(3);

struct Case {
    locale: Locale,
    now: Timestamp,
    name: &'static str,
    from: Mailbox,
    public_url: &'static str,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            locale: Locale::EsEc,
            now: NOW,
            name: "CONSTRUCTORA ÑANDÚ & CÍA. S.A.",
            from: "no-responder@institucion.example".parse().unwrap(),
            public_url: "https://clave.example",
        }
    }
}

impl Case {
    fn compose(&self, carries: Carries) -> Vec<u8> {
        let mail = Mail {
            id: (MailId(7), NOW),
            to: &EmailAddress::parse("persona@correo.example").unwrap(),
            about: About {
                key: EmployerKey::new(Ruc::parse("1790012345001").unwrap(), Sucursal::FIRST).unwrap(),
                name: self.name,
            },
            locale: self.locale,
            now: self.now,
            ends_at: self.now + TTL,
            carries,
        };
        let sender = Sender { from: self.from.clone(), public_url: self.public_url.to_owned() };
        mail.compose(&sender).unwrap().to_vec()
    }
}

fn code(replaces: Option<Timestamp>) -> Carries {
    Carries::Code {
        code: Zeroizing::new("042137".to_owned()),
        reference: "K7".to_owned(),
        replaces,
        voucher: None,
    }
}

const TOKEN: &str = "q3bN0xV-8ZJr_Yt2LwKcPfEoSaHiUmGd1vB4nT6yXzA";

fn link(replaces: Option<Timestamp>) -> Carries {
    Carries::Link { token: Zeroizing::new(TOKEN.to_owned()), replaces }
}

fn changed() -> Carries {
    Carries::Changed { token: Zeroizing::new(TOKEN.to_owned()), at: NOW }
}

fn last_code() -> Carries {
    let voucher = Voucher { text: Zeroizing::new(TOKEN.to_owned()), ends_at: NOW + Duration::from_hours(24) };
    let Carries::Code { code, reference, replaces, .. } = code(None) else { unreachable!() };
    Carries::Code { code, reference, replaces, voucher: Some(voucher) }
}

fn every_kind() -> [Carries; 5] {
    [code(None), link(None), changed(), last_code(), Carries::SignedIn { at: NOW }]
}

/// The mails of a case, in the order of their words below.
fn every_kind_of_case() -> [CaseCarries; 7] {
    let reference = || "7K3MZ0QX2A9TBC1D".to_owned();
    let token = || Zeroizing::new(TOKEN.to_owned());
    let later = NOW + Duration::from_hours(72);
    [
        CaseCarries::Code {
            code: Zeroizing::new("042137".to_owned()),
            reference: "7K3M".to_owned(),
            replaces: Some(NOW - TTL),
        },
        CaseCarries::Activation { token: token() },
        CaseCarries::Stop { token: token(), at: NOW },
        CaseCarries::Reminder { reference: reference() },
        CaseCarries::Approved { reference: reference(), from: None },
        CaseCarries::Approved { reference: reference(), from: Some(later) },
        CaseCarries::Returned { reference: reference() },
    ]
}

#[test]
fn the_words_of_every_mail_of_a_case_in_both_languages() {
    let approved =
        [(Locale::EsEc, include_str!("words/case.es.txt")), (Locale::En, include_str!("words/case.en.txt"))];
    for (locale, approved) in approved {
        let case = Case { locale, ..Case::default() };
        let shown: Vec<String> = every_kind_of_case()
            .into_iter()
            .map(|carries| {
                let raw = case.compose(Carries::Case(carries));
                format!("{}\n\n{}", parse(&raw).subject().unwrap(), text(&raw).trim_end())
            })
            .collect();
        assert_reads(locale.as_str(), &shown.join("\n\n=====\n\n"), approved);
    }
}

fn parse(raw: &[u8]) -> Parsed<'_> {
    MessageParser::default().parse(raw).unwrap()
}

fn text(raw: &[u8]) -> String {
    parse(raw).body_text(0).unwrap().replace("\r\n", "\n")
}

/// The whole text beside the one that somebody has read and found good.
#[track_caller]
fn assert_reads(name: &str, shown: &str, approved: &str) {
    assert!(shown.trim_end() == approved.trim_end(), "{name} reads now:\n{shown}");
}

#[test]
fn the_words_of_every_mail_in_both_languages() {
    let approved = [
        (
            Locale::EsEc,
            [
                include_str!("words/code.es.txt"),
                include_str!("words/link.es.txt"),
                include_str!("words/changed.es.txt"),
                include_str!("words/last-code.es.txt"),
                include_str!("words/signed-in.es.txt"),
            ],
        ),
        (
            Locale::En,
            [
                include_str!("words/code.en.txt"),
                include_str!("words/link.en.txt"),
                include_str!("words/changed.en.txt"),
                include_str!("words/last-code.en.txt"),
                include_str!("words/signed-in.en.txt"),
            ],
        ),
    ];
    for (locale, approved) in approved {
        let case = Case { locale, ..Case::default() };
        for (carries, approved) in every_kind().into_iter().zip(approved) {
            let kind = format!("{:?} in {}", carries.kind(), locale.as_str());
            let raw = case.compose(carries);
            let shown = format!("{}\n\n{}", parse(&raw).subject().unwrap(), text(&raw));
            assert_reads(&kind, &shown, approved);
        }
    }
}

#[test]
fn the_html_of_a_link_mail() {
    let raw = Case::default().compose(link(None));
    assert_reads(
        "HTML",
        &parse(&raw).body_html(0).unwrap().replace("\r\n", "\n"),
        include_str!("words/link.html"),
    );
}

#[test]
fn subjects_are_those_of_the_official_procedure() {
    let subjects = every_kind().map(|carries| {
        let raw = Case::default().compose(carries);
        parse(&raw).subject().unwrap().to_owned()
    });
    assert_eq!(
        subjects,
        [
            "Código de verificación K7 para recuperar su clave",
            "Recuperación Clave para RUC 1790012345001",
            "Su clave de empleador fue cambiada",
            "Código de verificación K7 para recuperar su clave",
            "Alguien ingresó con su clave de empleador",
        ]
    );
}

#[test]
fn headers_say_that_a_machine_wrote_it_in_which_language_and_which_mail_it_is() {
    for locale in Locale::ALL {
        for carries in every_kind() {
            let raw = Case { locale, ..Case::default() }.compose(carries);
            let mail = parse(&raw);
            let header = |name| mail.header_raw(name).map(str::trim);
            assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
            assert_eq!(header("X-Auto-Response-Suppress"), Some("OOF, AutoReply"));
            assert_eq!(header("Content-Language"), Some(locale.as_str()));
            assert_eq!(header("To"), Some("persona@correo.example"));
            assert_eq!(mail.message_id(), Some("7.1800000000000000@clave.example"));
            assert_eq!(mail.date().unwrap().to_timestamp(), NOW.as_micros() / 1_000_000);
            assert!(raw.is_ascii() && raw.split(|byte| *byte == b'\n').all(|line| line.len() < 100));
        }
    }
}

#[test]
fn a_repeat_is_the_same_mail_whenever_it_is_made() {
    let id_at = |now| {
        let raw = Case { now, ..Case::default() }.compose(code(None));
        parse(&raw).message_id().unwrap().to_owned()
    };
    assert_eq!(id_at(NOW), id_at(NOW + Duration::from_mins(20)));
}

#[test]
fn the_message_id_ends_in_a_host_whatever_the_public_address_is() {
    for (public_url, host) in [
        ("http://127.0.0.1:8080", "[127.0.0.1]"),
        ("http://[::1]:8080", "[IPv6:::1]"),
        ("https://clave.example:8443/iess", "clave.example"),
    ] {
        let raw = Case { public_url, ..Case::default() }.compose(changed());
        let raw = String::from_utf8(raw).unwrap();
        assert!(raw.contains(&format!("Message-ID: <7.1800000000000000@{host}>\r\n")), "{raw}");
    }
}

#[test]
fn the_code_stands_alone_on_its_line() {
    let raw = Case::default().compose(code(None));
    assert_eq!(text(&raw).lines().filter(|line| line.contains("042137")).collect::<Vec<_>>(), ["042137"]);
    assert!(parse(&raw).body_html(0).unwrap().contains(">042137</p>"));
}

#[test]
fn each_mail_says_what_it_replaces() {
    let says = |carries: Carries, sentence: &str| {
        let words = text(&Case::default().compose(carries));
        assert!(words.contains(sentence), "{words}");
    };
    let asked_at = Some(NOW - Duration::from_secs(1));
    says(code(asked_at), "Reemplaza al código anterior: los enviados antes de las 02:59:59 ya no sirven.");
    says(link(asked_at), "Reemplaza al enlace anterior: los enviados antes de las 02:59:59 ya no sirven.");
    let first = text(&Case::default().compose(code(None)));
    assert!(!first.contains("Reemplaza"), "{first}");
}

#[test]
fn the_end_has_a_date_only_where_the_day_ends_before_it() {
    // 23:58:30 in Ecuador.
    let late = Timestamp::from_micros(1_799_989_110_000_000 + 86_400_000_000);
    for locale in Locale::ALL {
        for carries in [code(None), link(None)] {
            let words = text(&Case { now: late, locale, ..Case::default() }.compose(carries));
            assert!(words.contains("00:01:30") && words.contains("16/01/2027"), "{words}");
        }
    }
    let words = text(&Case::default().compose(code(None)));
    assert!(words.contains("Vale hasta las 03:03:00 (hora de Ecuador)"), "{words}");
}

#[test]
fn one_link_and_nothing_else_to_click_on() {
    let hostile = "GANE https://malo.example/x www.malo.example CIA.LTDA a@malo.example";
    for locale in Locale::ALL {
        let recover = "/empleadores/recuperar-clave";
        let paths = ["", "/clave/", "/no-fui-yo/", "/reserva/", recover];
        for (carries, path) in every_kind().into_iter().zip(paths) {
            let raw = Case { locale, name: hostile, ..Case::default() }.compose(carries);
            let (words, html) = (text(&raw), parse(&raw).body_html(0).unwrap().into_owned());
            let token = if path == recover { "" } else { TOKEN };
            let url = format!("https://clave.example{path}{token}");
            let expected: Vec<&str> = if path.is_empty() { vec![] } else { vec![&url] };
            let looks_clickable = |word: &&str| {
                word.contains("://")
                    || (word.starts_with("www.") && word.len() > 4)
                    || word.contains('@') && word.len() > 2
                    || word
                        .trim_matches(|c: char| !c.is_alphanumeric())
                        .split_once('.')
                        .is_some_and(|(before, after)| !before.is_empty() && after.len() > 1)
            };
            let clickable: Vec<&str> = words
                .split_whitespace()
                .filter(looks_clickable)
                .filter(|word| !word.ends_with("a@"))
                .collect();
            assert_eq!(clickable, expected, "{words}");
            let targets: Vec<&str> =
                html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert_eq!(targets, expected, "{html}");
            for remote in ["src=", "url(", "<img", "<link", "<script", "@import"] {
                assert!(!html.contains(remote), "{remote} in {html}");
            }
        }
    }
}

/// Quoted-printable (RFC 2045 §6.7), as a relay would encode the text anew.
fn quoted_printable(text: &str) -> String {
    let mut encoded = String::new();
    for line in text.lines() {
        let mut width = 0;
        for byte in line.bytes() {
            let piece = match byte {
                b'=' | 0..=31 | 127.. => format!("={byte:02X}"),
                _ => char::from(byte).to_string(),
            };
            if width + piece.len() > 75 {
                encoded.push_str("=\r\n");
                width = 0;
            }
            width += piece.len();
            encoded.push_str(&piece);
        }
        encoded.push_str("\r\n");
    }
    encoded
}

#[test]
fn the_link_arrives_whole_even_where_a_relay_encodes_the_mail_anew() {
    for locale in Locale::ALL {
        let token = Token::random().text();
        let carries = Carries::Link { token: Zeroizing::new(token.clone()), replaces: None };
        let raw = Case { locale, ..Case::default() }.compose(carries);
        let url = format!("https://clave.example/clave/{token}");
        assert!(!url.contains(['=', '&', '?', '%']));
        let words = text(&raw);
        assert!(words.lines().any(|line| line == url), "{words}");
        assert!(parse(&raw).body_html(0).unwrap().contains(&format!("href=\"{url}\"")));
        let again = format!(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
            quoted_printable(&words)
        );
        assert!(text(again.as_bytes()).lines().any(|line| line == url));
    }
}

#[test]
fn a_name_from_the_registry_is_text_and_no_more() {
    let plain = Case::default().compose(changed());
    let headers = |raw: &[u8]| parse(raw).headers().len();
    for name in [
        "X\r\nBcc: victima@correo.example\r\n\r\nhola",
        "X\0Y",
        "<script>alert(1)</script>",
        "\u{202e}olleh\u{2028}x",
        "{ $ruc } %s {{ 7*7 }}",
        "",
    ] {
        for carries in every_kind() {
            let raw = Case { name, ..Case::default() }.compose(carries);
            assert_eq!(headers(&raw), headers(&plain), "{name:?}");
            assert_eq!(parse(&raw).to().unwrap().first().unwrap().address(), Some("persona@correo.example"));
            let html = parse(&raw).body_html(0).unwrap().into_owned();
            assert!(!html.contains("<script"), "{html}");
            let words = text(&raw);
            assert!(!words.contains(['\0', '\r', '\u{202e}', '\u{2028}']), "{words:?}");
        }
    }
    let words = text(&Case::default().compose(changed()));
    assert!(words.contains("CONSTRUCTORA ÑANDÚ & CÍA. S. A. (RUC 1790012345001, sucursal 0001)"), "{words}");
    let html = parse(&Case::default().compose(changed())).body_html(0).unwrap().into_owned();
    assert!(html.contains("ÑANDÚ &#38; CÍA."), "{html}");
}

#[test]
fn a_senders_name_cannot_end_its_header() {
    let email: lettre::Address = "no-responder@institucion.example".parse().unwrap();
    for (name, shown) in [
        ("Instituto\r\nBcc: victima@correo.example", Some("Instituto Bcc: victima@correo.example")),
        ("Instituto\0 Ñandú", Some("Instituto Ñandú")),
        ("\r\n", None),
    ] {
        let from = Mailbox::new(Some(name.to_owned()), email.clone());
        let raw = Case { from, ..Case::default() }.compose(changed());
        let mail = parse(&raw);
        let sender = mail.from().unwrap().first().unwrap();
        assert_eq!((sender.name(), sender.address()), (shown, Some("no-responder@institucion.example")));
        assert!(mail.header("Bcc").is_none());
    }
}

proptest! {
    /// Whatever address the registry may hold, a mail to it can be made, and goes there and nowhere else.
    #[test]
    fn every_address_that_the_registry_takes_can_be_written_to(
        address in "[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,20}@[a-z0-9-]{1,12}(\\.[a-z0-9]{2,6}){1,2}",
    ) {
        let Ok(to) = EmailAddress::parse(&address) else { return Ok(()) };
        let about = About {
            key: EmployerKey::new(Ruc::parse("1790012345001").unwrap(), Sucursal::FIRST).unwrap(),
            name: "x",
        };
        let mail = Mail {
            id: (MailId(1), NOW), to: &to, about, locale: Locale::EsEc, now: NOW, ends_at: NOW, carries: changed(),
        };
        let from = "no-responder@institucion.example".parse().unwrap();
        let raw = mail.compose(&Sender { from, public_url: "https://clave.example".to_owned() }).unwrap();
        let mail = parse(&raw);
        let recipient = mail.to().unwrap().first().unwrap();
        prop_assert_eq!(recipient.address(), Some(to.as_str()));
        prop_assert_eq!(recipient.name(), None);
    }
}
