//! One connection: the commands of RFC 5321 (and LHLO of RFC 2033) that a client without extensions sends.

use std::{io, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    mail::Mail,
    script::{Act, Step},
    server::Shared,
    tls::{Encryption, Stream},
};

/// The longest message that is taken.
const LONGEST: usize = 8 << 20;

pub(crate) struct Session {
    shared: Arc<Shared>,
    lines: Lines,
    is_encrypted: bool,
    connection: u32,
    from: String,
    to: String,
    logged_in: bool,
}

/// Whether the session goes on.
type Goes = io::Result<bool>;

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, stream: TcpStream) -> Self {
        let connection = shared.change(|state| {
            let counts = &mut state.counts;
            counts.made += 1;
            counts.open += 1;
            counts.most = counts.most.max(counts.open);
            counts.made
        });
        let lines = Lines { stream: Box::new(stream), ahead: Vec::new() };
        let (from, to) = (String::new(), String::new());
        Self { shared, lines, is_encrypted: false, connection, from, to, logged_in: false }
    }

    pub(crate) async fn run(mut self) {
        // A client that leaves in the middle is an ordinary thing.
        let _ = self.converse().await;
    }

    async fn converse(&mut self) -> io::Result<()> {
        if self.encryption() == Some(Encryption::Wrapped) {
            self.encrypt().await?;
        }
        if !self.answer(Step::Connect, "220 buzon.example ESMTP").await? {
            return Ok(());
        }
        while let Some(line) = self.next_command().await? {
            let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
            self.shared.change(|state| state.commands.push((self.connection, verb.clone())));
            let goes = match verb.as_str() {
                "EHLO" | "LHLO" | "HELO" => self.hello().await?,
                "STAR" => self.start_tls().await?,
                "AUTH" => self.auth(&line).await?,
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.from.clear();
                    self.to.clear();
                    self.say("250 2.0.0 ok").await?
                }
                "NOOP" => self.say("250 2.0.0 ok").await?,
                "QUIT" => self.say("221 2.0.0 bye").await?,
                _ => self.say("500 5.5.1 what?").await?,
            };
            if !goes {
                break;
            }
        }
        Ok(())
    }

    /// The next line; `None` when the client has left, or the test wants idle connections closed.
    async fn next_command(&mut self) -> io::Result<Option<String>> {
        let idle = self.from.is_empty();
        let mut closing = self.shared.closing.subscribe();
        closing.mark_unchanged();
        if idle {
            self.shared.change(|state| state.counts.idle += 1);
        }
        let line = tokio::select! {
            line = self.lines.next() => line,
            _ = closing.changed(), if idle => Ok(None),
        };
        if idle {
            self.shared.change(|state| state.counts.idle -= 1);
        }
        Ok(line?.map(|line| String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    async fn hello(&mut self) -> Goes {
        let login = self.shared.change(|state| state.credentials.is_some());
        let auth = if login { "250-AUTH PLAIN LOGIN\r\n" } else { "" };
        let tls = if self.may_start_tls() { "250-STARTTLS\r\n" } else { "" };
        let offers = format!("250-buzon.example\r\n{auth}{tls}250-ENHANCEDSTATUSCODES\r\n250 8BITMIME");
        self.answer(Step::Hello, &offers).await
    }

    fn encryption(&self) -> Option<Encryption> {
        self.shared.identity.as_ref().map(|identity| identity.encryption)
    }

    fn may_start_tls(&self) -> bool {
        self.encryption() == Some(Encryption::StartTls) && !self.is_encrypted
    }

    async fn start_tls(&mut self) -> Goes {
        if !self.may_start_tls() {
            return self.say("502 5.5.1 not here").await;
        }
        self.say("220 2.0.0 go on").await?;
        self.encrypt().await?;
        Ok(true)
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        let Some(identity) = &self.shared.identity else { return Ok(()) };
        let plain = std::mem::replace(&mut self.lines.stream, Box::new(tokio::io::empty()));
        self.lines.stream = Box::new(identity.acceptor.accept(plain).await?);
        // What came in the clear must not be read as if it had come encrypted.
        self.lines.ahead.clear();
        self.is_encrypted = true;
        Ok(())
    }

    async fn auth(&mut self, line: &str) -> Goes {
        let plain =
            line.split_whitespace().nth(2).and_then(|text| BASE64.decode(text).ok()).unwrap_or_default();
        let mut parts =
            plain.split(|byte| *byte == 0).skip(1).map(|part| String::from_utf8_lossy(part).into_owned());
        let given = parts.next().zip(parts.next());
        self.logged_in = self.shared.change(|state| given.is_some() && given == state.credentials);
        let reply = if self.logged_in { "235 2.7.0 welcome" } else { "535 5.7.8 who are you?" };
        self.answer(Step::Auth, reply).await
    }

    async fn mail(&mut self, line: &str) -> Goes {
        let stranger = self.shared.change(|state| state.credentials.is_some()) && !self.logged_in;
        if stranger {
            return self.say("530 5.7.0 say who you are").await;
        }
        let act = self.shared.act(Step::Mail, self.connection, "");
        if !is_refusal(act.as_ref()) {
            self.from = between_brackets(line);
        }
        self.perform(act, "250 2.1.0 ok").await
    }

    async fn rcpt(&mut self, line: &str) -> Goes {
        let to = between_brackets(line);
        let act = self.shared.act(Step::Rcpt, self.connection, &to);
        if !is_refusal(act.as_ref()) {
            self.to = to;
        }
        self.perform(act, "250 2.1.5 ok").await
    }

    async fn data(&mut self) -> Goes {
        if self.to.is_empty() {
            return self.say("503 5.5.1 to whom?").await;
        }
        let act = self.shared.act(Step::Data, self.connection, &self.to);
        let follows = !is_refusal(act.as_ref());
        if !self.perform(act, "354 go on").await? {
            return Ok(false);
        }
        if follows { self.message().await } else { Ok(true) }
    }

    /// The message, up to the answer to its final dot.
    async fn message(&mut self) -> Goes {
        let Some(raw) = self.content().await? else { return Ok(false) };
        let (from, to) = (std::mem::take(&mut self.from), std::mem::take(&mut self.to));
        let act = self.shared.act(Step::Dot, self.connection, &to);
        if !is_refusal(act.as_ref()) && act != Some(Act::Garbage) {
            self.shared.take(Mail { from, to, connection: self.connection, raw });
        }
        self.perform(act, "250 2.0.0 taken").await
    }

    /// `None` when it was cut short.
    async fn content(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        let mut first = true;
        while let Some(line) = self.lines.next().await? {
            if std::mem::take(&mut first) {
                match self.shared.act(Step::Content, self.connection, &self.to) {
                    None => {}
                    Some(Act::Stall) => self.stall().await?,
                    Some(_) => return Ok(None),
                }
            }
            if line == b".\r\n" {
                return Ok(Some(raw));
            }
            if raw.len() > LONGEST {
                return Ok(None);
            }
            // Dot-stuffing, RFC 5321 §4.5.2.
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        Ok(None)
    }

    /// What the script says, or else the ordinary reply.
    async fn answer(&mut self, step: Step, ordinary: &str) -> Goes {
        let act = self.shared.act(step, self.connection, &self.to);
        self.perform(act, ordinary).await
    }

    async fn perform(&mut self, act: Option<Act>, ordinary: &str) -> Goes {
        match act {
            None => self.say(ordinary).await,
            Some(Act::Reply(reply)) => self.say(&reply).await,
            Some(Act::Drop) => Ok(false),
            Some(Act::Garbage) => {
                self.say("HTTP/1.1 400 Bad Request").await?;
                Ok(false)
            }
            Some(Act::Stall) => {
                self.stall().await?;
                self.say(ordinary).await
            }
            Some(Act::Drip(apart)) => {
                for byte in format!("{ordinary}\r\n").bytes() {
                    self.lines.stream.write_all(&[byte]).await?;
                    self.lines.stream.flush().await?;
                    tokio::time::sleep(apart).await;
                }
                Ok(true)
            }
        }
    }

    /// Until released. An error when the client leaves before.
    async fn stall(&mut self) -> io::Result<()> {
        let mut releasing = self.shared.releasing.subscribe();
        releasing.mark_unchanged();
        self.shared.change(|state| state.counts.stalled += 1);
        let ended = tokio::select! {
            _ = releasing.changed() => Ok(()),
            left = self.lines.left() => left,
        };
        self.shared.change(|state| state.counts.stalled -= 1);
        ended
    }

    async fn say(&mut self, reply: &str) -> Goes {
        self.lines.stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
        self.lines.stream.flush().await?;
        Ok(!reply.starts_with("421") && !reply.starts_with("221"))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.shared.change(|state| state.counts.open -= 1);
    }
}

/// A reply that ends the step: 4xx or 5xx.
fn is_refusal(act: Option<&Act>) -> bool {
    matches!(act, Some(Act::Reply(reply)) if reply.starts_with(['4', '5']))
}

fn between_brackets(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

/// The client's lines, and what it sent ahead of its turn.
struct Lines {
    stream: Stream,
    ahead: Vec<u8>,
}

impl Lines {
    /// The next line with its end; `None` when the client has left. Dropped half-way it loses nothing.
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(end) = self.ahead.iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.ahead.drain(..=end).collect()));
            }
            if self.stream.read_buf(&mut self.ahead).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Ends, with an error, when the client has left. What it sends meanwhile is kept.
    async fn left(&mut self) -> io::Result<()> {
        while self.stream.read_buf(&mut self.ahead).await? > 0 {}
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}
