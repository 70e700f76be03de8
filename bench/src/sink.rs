//! A mail server that takes everything and tells who waits what came: the code or the link.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mail_parser::MessageParser;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};

use crate::Outcome;

/// A code or a link's token, and when it came.
pub(crate) struct Arrival {
    pub(crate) secret: String,
    pub(crate) at: Instant,
}

type Waiting = Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Arrival>>>>;

pub(crate) struct Sink {
    port: u16,
    waiting: Waiting,
    /// Answers nobody while it is held.
    gate: Arc<Semaphore>,
    taken: Arc<AtomicUsize>,
}

impl Sink {
    pub(crate) async fn open() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let waiting = Waiting::default();
        let (gate, taken) = (Arc::new(Semaphore::new(1_000)), Arc::<AtomicUsize>::default());
        let desk = Desk { waiting: Arc::clone(&waiting), gate: Arc::clone(&gate), taken: Arc::clone(&taken) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = desk.clone();
                tokio::spawn(async move { drop(converse(stream, &desk).await) });
            }
        });
        Ok(Self { port, waiting, gate, taken })
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Mails taken so far.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Waits until no mail has come for a moment.
    pub(crate) async fn settle(&self) {
        let mut seen = usize::MAX;
        while seen != self.taken() {
            seen = self.taken();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Takes no mail until what this answers is dropped, as a mail server does whose disk is slow.
    pub(crate) async fn hold(&self) -> Outcome<OwnedSemaphorePermit> {
        Ok(Arc::clone(&self.gate).acquire_many_owned(1_000).await?)
    }

    /// What comes for an address from now on.
    pub(crate) fn watch(&self, address: &str) -> mpsc::UnboundedReceiver<Arrival> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(address.to_owned(), sender);
        receiver
    }
}

#[derive(Clone)]
struct Desk {
    waiting: Waiting,
    gate: Arc<Semaphore>,
    taken: Arc<AtomicUsize>,
}

async fn converse(stream: TcpStream, desk: &Desk) -> Outcome<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    write.write_all(b"220 sink\r\n").await?;
    let (mut line, mut to) = (String::new(), String::new());
    loop {
        line.clear();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                write.write_all(b"250 ok\r\n").await?;
            }
            "DATA" => {
                write.write_all(b"354 go\r\n").await?;
                let mut message = Vec::new();
                while !message.ends_with(b"\r\n.\r\n") {
                    if lines.read_until(b'\n', &mut message).await? == 0 {
                        return Ok(());
                    }
                }
                drop(desk.gate.acquire().await?);
                desk.taken.fetch_add(1, Ordering::Relaxed);
                tell(&to, &message, &desk.waiting);
                write.write_all(b"250 taken\r\n").await?;
            }
            "QUIT" => return Ok(()),
            _ => write.write_all(b"250 ok\r\n").await?,
        }
    }
}

fn tell(to: &str, message: &[u8], waiting: &Waiting) {
    let at = Instant::now();
    let sender = waiting.lock().unwrap_or_else(PoisonError::into_inner).get(to).cloned();
    let Some(sender) = sender else { return };
    let Some(parsed) = MessageParser::default().parse(message) else { return };
    let text = parsed.body_text(0).unwrap_or_default();
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let link = text.lines().find_map(|line| line.split_once("/clave/").map(|(_, token)| token.trim()));
    if let Some(secret) = text.lines().map(str::trim).find(is_code).or(link) {
        drop(sender.send(Arrival { secret: secret.to_owned(), at }));
    }
}
