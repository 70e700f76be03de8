//! The mail server and the mailboxes: slow, lying, repeating, refusing.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use clavero_protocol::EmailAddress;
use clavero_service::mail::{Delivery, Reply, Transport};
use mail_parser::MessageParser;
use tokio::{sync::Notify, time::sleep};

use crate::world::World;

/// What a mail brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Letter {
    /// A code, and what came with it.
    Code(String, Option<Voucher>),
    /// A link to the form for the new key.
    Link(String),
    /// The notice of a change, with its "no fui yo" token.
    Changed(String),
    /// Somebody signed in after wrong keys.
    SignedIn,
    /// A code that proves the mailbox of a case.
    CaseCode(String),
    /// To the mailbox on record: a case can be stopped by this token.
    Stop(String),
    /// How a case stands.
    OfCase,
}

impl Letter {
    /// What it is called.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Code(_, None) => "code",
            Self::Code(_, Some(_)) => "last code",
            Self::Link(_) => "link",
            Self::Changed(_) => "changed",
            Self::SignedIn => "signed in",
            Self::CaseCode(_) => "case code",
            Self::Stop(_) => "stop",
            Self::OfCase => "of a case",
        }
    }
}

/// What keeps codes for who reads a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Voucher {
    pub(crate) text: String,
    /// The mailbox.
    pub(crate) to: String,
}

/// A mailbox.
#[derive(Default)]
pub(crate) struct Inbox {
    /// What has arrived and was not read.
    pub(crate) letters: Vec<Letter>,
    /// Rung when something arrives.
    pub(crate) bell: Arc<Notify>,
}

/// All mailboxes.
#[derive(Default)]
pub(crate) struct Post {
    /// By address.
    pub(crate) inboxes: BTreeMap<String, Inbox>,
    /// The addresses of each employer, the newest last.
    of: BTreeMap<usize, Vec<String>>,
}

impl Post {
    /// A mailbox for an employer. All of one employer's ring one bell.
    pub(crate) fn add(&mut self, employer: usize, address: &str) {
        let bell = self.bell(employer);
        let of = self.of.entry(employer).or_default();
        of.retain(|known| known != address);
        of.push(address.to_owned());
        self.inboxes.entry(address.to_owned()).or_default().bell = bell;
    }

    /// What rings when something arrives for an employer.
    pub(crate) fn bell(&self, employer: usize) -> Arc<Notify> {
        let first = self.of.get(&employer).and_then(|of| self.inboxes.get(of.first()?));
        first.map(|inbox| Arc::clone(&inbox.bell)).unwrap_or_default()
    }

    /// Takes what waits for an employer, in all its mailboxes.
    pub(crate) fn take(&mut self, employer: usize) -> Vec<Letter> {
        let mut letters = Vec::new();
        for address in self.of.get(&employer).into_iter().flatten() {
            if let Some(inbox) = self.inboxes.get_mut(address) {
                letters.append(&mut inbox.letters);
            }
        }
        letters
    }

    /// The latest code that lies in a mailbox of an employer.
    pub(crate) fn code(&self, employer: usize) -> Option<String> {
        let inboxes = self.of.get(&employer)?.iter().rev().filter_map(|address| self.inboxes.get(address));
        inboxes.flat_map(|inbox| inbox.letters.iter().rev()).find_map(|letter| match letter {
            Letter::Code(code, _) => Some(code.clone()),
            _ => None,
        })
    }
}

/// One node's line to the mail server.
pub(crate) struct Line {
    pub(crate) world: Arc<World>,
    pub(crate) cut: Arc<AtomicBool>,
}

/// How the mail server behaves this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    Obeys,
    /// 4xx.
    Greylists,
    /// Nobody answers.
    Down,
    /// Takes it, and the answer is lost on its way.
    Lies,
    /// Says 250 and loses it.
    Loses,
    /// Delivers twice.
    Repeats,
    /// Takes longer than anybody waits, and delivers.
    Stalls,
}

impl Behaviour {
    const fn word(self) -> &'static str {
        match self {
            Self::Obeys => "mail obeyed",
            Self::Greylists => "mail greylisted",
            Self::Down => "mail server down",
            Self::Lies => "mail taken, answer lost",
            Self::Loses => "mail accepted and lost",
            Self::Repeats => "mail repeated",
            Self::Stalls => "mail stalled",
        }
    }
}

#[async_trait]
impl Transport for Line {
    async fn deliver(&self, to: &EmailAddress, message: &[u8]) -> Delivery {
        let Some(letter) = read(message) else {
            self.world.violation(format_args!("a mail says nothing that anybody could use"));
            return Delivery::Refused(Reply::Recipient);
        };
        let (behaviour, transit, answer) = self.choose(to);
        self.wait(transit).await;
        if self.is_cut() {
            return Delivery::Deferred(Reply::Connection);
        }
        match behaviour {
            Behaviour::Greylists => return Delivery::Deferred(Reply::Transient),
            Behaviour::Down => return Delivery::Deferred(Reply::Connection),
            Behaviour::Loses => {}
            Behaviour::Repeats => {
                self.put(to, &letter);
                self.put(to, &letter);
            }
            Behaviour::Obeys | Behaviour::Lies | Behaviour::Stalls => self.put(to, &letter),
        }
        self.wait(if behaviour == Behaviour::Stalls { Duration::from_mins(1) } else { answer }).await;
        if behaviour == Behaviour::Lies || self.is_cut() {
            return Delivery::Deferred(Reply::Unknown);
        }
        Delivery::Accepted
    }

    async fn probe(&self) -> bool {
        !self.is_cut()
    }
}

impl Line {
    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }

    async fn wait(&self, span: Duration) {
        sleep(span).await;
    }

    fn choose(&self, to: &EmailAddress) -> (Behaviour, Duration, Duration) {
        let mut chance = self.world.chance();
        let slow = if to.domain() == "lento.example" { 5 } else { 1 };
        let transit = chance.up_to(Duration::from_millis(400) * slow);
        let answer = chance.up_to(Duration::from_millis(100) * slow);
        let behaviour = match chance.below(1_000) {
            _ if !self.world.faulty() => Behaviour::Obeys,
            _ if self.world.mail_is_down() => Behaviour::Down,
            0..=29 => Behaviour::Greylists,
            30..=49 => Behaviour::Lies,
            50..=54 => Behaviour::Loses,
            55..=64 => Behaviour::Repeats,
            65..=69 => Behaviour::Stalls,
            _ => Behaviour::Obeys,
        };
        drop(chance);
        if behaviour != Behaviour::Obeys {
            self.world.fault(behaviour.word());
        }
        (behaviour, transit, answer)
    }

    /// On its way to the mailbox; that may take a while.
    fn put(&self, to: &EmailAddress, letter: &Letter) {
        let delay = self.world.chance().up_to(Duration::from_secs(8));
        let (world, to, letter) = (Arc::clone(&self.world), to.as_str().to_owned(), letter.clone());
        world.taken(&to, &letter);
        world.event(format_args!("mail {} to {to}", letter.word()));
        tokio::spawn(async move {
            sleep(delay).await;
            world.arrive(&to, letter);
        });
    }
}

/// Reads a mail as its recipient does.
fn read(message: &[u8]) -> Option<Letter> {
    let parsed = MessageParser::default().parse(message)?;
    let text = parsed.body_text(0)?;
    let after = |mark: &str, length| {
        let (_, rest) = text.split_once(mark)?;
        rest.get(..length).map(str::to_owned)
    };
    if let Some(token) = after("https://clave.example/clave/", 43) {
        return Some(Letter::Link(token));
    }
    if let Some(token) = after("https://clave.example/no-fui-yo/", 43) {
        return Some(Letter::Changed(token));
    }
    if let Some(token) = after("https://clave.example/clave-patronal/detener/", 43) {
        return Some(Letter::Stop(token));
    }
    if text.contains("https://clave.example/empleadores/clave-patronal/") {
        return Some(Letter::OfCase);
    }
    if text.contains("https://clave.example/empleadores/recuperar-clave") {
        return Some(Letter::SignedIn);
    }
    // The two kinds of code are told apart by their subjects, as people do.
    let of_case = parsed.subject().is_some_and(|subject| subject.contains("para su trámite"));
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.lines().map(str::trim).find(is_code)?.to_owned();
    if of_case {
        return Some(Letter::CaseCode(code));
    }
    let to = parsed.to()?.first()?.address()?.to_owned();
    let voucher = after("https://clave.example/reserva/", 54).map(|text| Voucher { text, to });
    Some(Letter::Code(code, voucher))
}
