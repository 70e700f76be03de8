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
    /// A code.
    Code(String),
    /// A link to the form for the new key.
    Link(String),
    /// The notice of a change, with its "no fui yo" token.
    Changed(String),
}

impl Letter {
    const fn word(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Link(_) => "link",
            Self::Changed(_) => "changed",
        }
    }
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
        world.taken(&to);
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
    let after = |mark: &str| {
        let (_, rest) = text.split_once(mark)?;
        rest.get(..43).map(str::to_owned)
    };
    if let Some(token) = after("https://clave.example/clave/") {
        return Some(Letter::Link(token));
    }
    if let Some(token) = after("https://clave.example/no-fui-yo/") {
        return Some(Letter::Changed(token));
    }
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    text.lines().map(str::trim).find(is_code).map(|code| Letter::Code(code.to_owned()))
}
