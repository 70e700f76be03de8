//! A mail of any kind with a hostile name of employer and of sender: the composer makes a message that another reader takes
//! apart into one recipient, the headers, subject, links and markup of the same mail with a plain name, and lines that every
//! relay takes.
#![no_main]

use std::sync::LazyLock;

use clavero_fuzz::Bytes;
use clavero_protocol::{EmailAddress, EmployerKey, Ruc, Sucursal, Timestamp};
use clavero_service::{
    Voucher,
    mail::{About, Carries, CaseCarries, Mail, Sender},
};
use clavero_store::MailId;
use clavero_words::Locale;
use lettre::message::Mailbox;
use libfuzzer_sys::fuzz_target;
use mail_parser::{Message, MessageParser};
use zeroize::Zeroizing;

const TO: &str = "persona@correo.example";
const FROM: &str = "no-responder@institucion.example";
const URL: &str = "https://clave.example";
const TOKEN: &str = "q3bN0xV-8ZJr_Yt2LwKcPfEoSaHiUmGd1vB4nT6yXzA";
const REFERENCE: &str = "00000000000016JD";
const PLAIN: &str = "Empresa";

static RECIPIENT: LazyLock<EmailAddress> = LazyLock::new(|| EmailAddress::parse(TO).expect("an address"));
static EMPLOYER: LazyLock<EmployerKey> = LazyLock::new(|| {
    EmployerKey::new(Ruc::parse("1790012345001").expect("a RUC"), Sucursal::FIRST).expect("an employer")
});

struct Form {
    kind: u8,
    locale: Locale,
    now: Timestamp,
    ends_at: Timestamp,
    replaces: Option<Timestamp>,
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let (kind, flags) = (bytes.one() % 10, bytes.one());
    let locale = if flags & 1 == 0 { Locale::EsEc } else { Locale::En };
    // Any moment that the store can hold and people will see: to the year 3000.
    let mut moment = || Timestamp::from_micros((bytes.below(32_503_680_000) * 1_000_000).cast_signed());
    let (now, ends_at) = (moment(), moment());
    let form = Form { kind, locale, now, ends_at, replaces: (flags & 2 != 0).then_some(now) };
    let (from, name) = (bytes.text(), bytes.text());
    holds(&compose(&form, &from, &name), &compose(&form, PLAIN, PLAIN), &name);
});

fn compose(form: &Form, from: &str, name: &str) -> Vec<u8> {
    let Form { kind, locale, now, ends_at, .. } = *form;
    let from = Mailbox::new(Some(from.to_owned()), FROM.parse().expect("an address"));
    let mail = Mail {
        id: (MailId(7), now),
        to: &RECIPIENT,
        about: About { key: *EMPLOYER, name },
        locale,
        now,
        ends_at,
        carries: carries(kind, form),
    };
    let sender = Sender { from, public_url: URL.to_owned() };
    mail.compose(&sender).expect("a mail, whatever the names").to_vec()
}

fn carries(kind: u8, form: &Form) -> Carries {
    let (code, token) = (Zeroizing::new("042137".to_owned()), Zeroizing::new(TOKEN.to_owned()));
    let (replaces, reference) = (form.replaces, REFERENCE.to_owned());
    Carries::Case(match kind {
        0 => {
            let voucher = form.replaces.map(|ends_at| Voucher { text: token, ends_at });
            return Carries::Code { code, reference: "K7".to_owned(), replaces, voucher };
        }
        1 => return Carries::Link { token, replaces },
        2 => return Carries::Changed { token, at: form.now },
        9 => return Carries::SignedIn { at: form.now },
        3 => CaseCarries::Code { code, reference: "0000".to_owned(), replaces },
        4 => CaseCarries::Activation { token },
        5 => CaseCarries::Stop { token, at: form.now },
        6 => CaseCarries::Reminder { reference },
        7 => CaseCarries::Approved { reference, from: replaces },
        _ => CaseCarries::Returned { reference },
    })
}

fn holds(bytes: &[u8], plain: &[u8], name: &str) {
    assert!(bytes.is_ascii());
    let text = str::from_utf8(bytes).expect("ASCII");
    // RFC 5322 §2.1.1, and no line break but CR LF.
    assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])), "{text}");
    let parser = MessageParser::default();
    let (mail, plain) = (parser.parse(bytes).expect("a message"), parser.parse(plain).expect("a message"));
    same_head(&mail, &plain);
    for body in [Message::body_text, Message::body_html] {
        let (body, plain) = (body(&mail, 0).expect("a part"), body(&plain, 0).expect("a part"));
        assert_eq!(clickable(&body), clickable(&plain), "{body}");
        assert!(
            !body.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')),
            "{body}"
        );
    }
    let tags = |mail: &Message<'_>| mail.body_html(0).expect("a part").matches('<').count();
    assert_eq!(tags(&mail), tags(&plain), "a name is markup");
    // The text part holds as many lines as with a plain name: a name stays in its paragraph.
    let lines = |mail: &Message<'_>| mail.body_text(0).expect("a part").lines().count();
    assert!(lines(&mail) == lines(&plain) || name.trim().is_empty());
    assert_eq!((mail.text_body.len(), mail.html_body.len(), mail.attachments.len()), (1, 1, 0));
}

fn same_head(mail: &Message<'_>, plain: &Message<'_>) {
    let names = |mail: &Message<'_>| -> Vec<String> {
        mail.headers().iter().map(|header| header.name().to_owned()).collect()
    };
    // The order is the library's own.
    assert_eq!(names(mail), names(plain));
    let address = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
        list.map(|list| list.iter().map(|one| one.address().unwrap_or_default().to_owned()).collect())
            .unwrap_or_default()
    };
    assert_eq!(address(mail.to()), [TO]);
    assert_eq!(address(mail.from()), [FROM]);
    assert!(mail.cc().is_none() && mail.bcc().is_none() && mail.reply_to().is_none());
    for header in
        ["Subject", "Message-ID", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language"]
    {
        assert_eq!(mail.header_raw(header), plain.header_raw(header), "{header}");
    }
}

/// What a mail program may make a link of: a scheme, an address of mail, a name of a host.
fn clickable(body: &str) -> [usize; 3] {
    let letters: Vec<char> = body.chars().collect();
    let is_host =
        |three: &&[char]| three[0].is_alphanumeric() && three[1] == '.' && three[2].is_alphanumeric();
    [
        body.matches("://").count(),
        letters.windows(2).filter(|two| two[0] == '@' && two[1].is_alphanumeric()).count(),
        letters.windows(3).filter(is_host).count(),
    ]
}
