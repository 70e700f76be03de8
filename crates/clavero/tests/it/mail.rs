//! Mail servers for the program to hand its mails to: one that obeys the test, and a real one.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use mail_parser::MessageParser;
use tempfile::TempDir;

use crate::{
    api::{Api, eventually, within},
    employers::Employer,
};

/// How long a mail may take on a busy machine.
const USUAL: Duration = Duration::from_secs(30);
/// How long the program's worker keeps a mail that it has taken up.
const LEASE: Duration = Duration::from_secs(60);

/// A mail as its reader has it.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) message_id: String,
    raw: Vec<u8>,
}

impl Mail {
    fn read(to: &str, raw: Vec<u8>) -> Self {
        let message = MessageParser::default().parse(&raw).expect("a mail");
        Self {
            to: to.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            raw,
        }
    }

    /// The code: it stands alone on its line.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let is_code = |line: &&str| (6..=8).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_digit());
        let code = self.text.lines().map(str::trim).find(is_code);
        code.unwrap_or_else(|| panic!("no code in {:?}: {}", self.subject, self.text)).to_owned()
    }

    /// Every address in the text.
    pub(crate) fn links(&self) -> Vec<String> {
        self.text.split_whitespace().filter(|word| word.starts_with("http")).map(str::to_owned).collect()
    }

    /// The new-key link.
    #[track_caller]
    pub(crate) fn link(&self) -> String {
        let link = self.links().into_iter().find(|link| link.contains("/clave/"));
        link.unwrap_or_else(|| panic!("no link in {:?}: {}", self.subject, self.text))
    }

    /// All of it, headers too.
    pub(crate) fn raw_text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }
}

/// How the obedient server treats what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Friendly,
    /// The first try of each recipient gets 451.
    Greylists,
    /// Takes the next mail, and breaks the line before it says so; then friendly.
    DropsAfterData,
    /// 421 to everyone.
    RefusesConnections,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    refused: HashSet<String>,
    seen: HashSet<String>,
    turned_away: usize,
    mails: Vec<(Mail, bool)>,
}

/// The obedient mail server and what it got.
#[derive(Debug)]
pub(crate) struct Inbox {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Inbox {
    /// On a free port; it serves until the test's process ends.
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            mood: Mood::Friendly,
            refused: HashSet::new(),
            seen: HashSet::new(),
            turned_away: 0,
            mails: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        // Threads of its own: it answers while a test waits for the program to end.
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                thread::spawn(move || Session { state, stream }.run());
            }
        });
        Self { port, state }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn mood(&self, mood: Mood) {
        self.state().mood = mood;
    }

    /// From now on this recipient gets 550.
    pub(crate) fn refuse(&self, address: &str) {
        self.state().refused.insert(address.to_owned());
    }

    /// Waits until somebody was turned away at the door.
    pub(crate) async fn refused_once(&self) {
        eventually("a connection that was refused", async || {
            if self.state().turned_away > 0 { Ok(()) } else { Err("none came") }
        })
        .await;
    }

    async fn next_that(&self, address: &str, fits: impl Fn(&Mail) -> bool) -> Mail {
        self.next_within(USUAL, address, fits).await
    }

    async fn next_within(&self, patience: Duration, address: &str, fits: impl Fn(&Mail) -> bool) -> Mail {
        within(patience, &format!("a mail to {address}"), async || {
            let mut state = self.state();
            let found =
                state.mails.iter_mut().find(|(mail, read)| !*read && mail.to == address && fits(mail));
            match found {
                Some((mail, read)) => {
                    *read = true;
                    Ok(mail.clone())
                }
                None => Err(state.mails.iter().map(|(mail, _)| mail.subject.clone()).collect::<Vec<_>>()),
            }
        })
        .await
    }

    /// The next mail to this address that was not read yet.
    pub(crate) async fn next(&self, address: &str) -> Mail {
        self.next_that(address, |_| true).await
    }

    /// The code of the next mail that has one.
    pub(crate) async fn next_code(&self, address: &str) -> String {
        self.next_that(address, |mail| mail.links().is_empty()).await.code()
    }

    /// The code of the next mail that has one; a mail that was on its way when the program was killed is taken up again
    /// when its lease has run out.
    pub(crate) async fn next_code_after_a_crash(&self, address: &str) -> String {
        self.next_within(LEASE + USUAL, address, |mail| mail.links().is_empty()).await.code()
    }

    /// The code of the mail with this reference.
    pub(crate) async fn code_with_reference(&self, address: &str, reference: &str) -> String {
        let wanted = format!(" {reference} ");
        self.next_that(address, |mail| mail.links().is_empty() && mail.subject.contains(&wanted)).await.code()
    }

    /// The link of the next mail that has one.
    pub(crate) async fn next_link(&self, address: &str) -> String {
        self.next_that(address, |mail| mail.text.contains("/clave/")).await.link()
    }

    /// How many mails came to this address, once there are at least `expected`.
    pub(crate) async fn arrived(&self, address: &str, expected: usize) -> usize {
        eventually(&format!("{expected} mails to {address}"), async || {
            let count = self.state().mails.iter().filter(|(mail, _)| mail.to == address).count();
            if count >= expected { Ok(count) } else { Err(count) }
        })
        .await
    }

    /// How many mails came in all.
    pub(crate) fn total(&self) -> usize {
        self.state().mails.len()
    }

    /// Walks the journey up to the mailed link.
    pub(crate) async fn link_of(&self, api: &Api, employer: &Employer) -> String {
        let flow = api.start(employer).await;
        let code = self.next_code(&employer.email).await;
        flow.reaches("code_sent").await;
        flow.send_code(&code).await.ok(200);
        let link = self.next_link(&employer.email).await;
        flow.reaches("link_sent").await;
        link
    }
}

/// One connection (RFC 5321), as far as a client goes that has no extensions.
struct Session {
    state: Arc<Mutex<State>>,
    stream: TcpStream,
}

impl Session {
    fn run(self) {
        let mut lines = BufReader::new(self.stream.try_clone().unwrap());
        if self.state.lock().unwrap().mood == Mood::RefusesConnections {
            self.state.lock().unwrap().turned_away += 1;
            self.say("421 not now");
            return;
        }
        self.say("220 buzon.example");
        let mut recipient = String::new();
        let mut line = String::new();
        loop {
            line.clear();
            if !lines.read_line(&mut line).is_ok_and(|read| read > 0) {
                return;
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" | "HELO" => self.say("250 buzon.example"),
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                    address.clone_into(&mut recipient);
                    self.say(self.answer_to(address));
                }
                "DATA" => {
                    self.say("354 go on");
                    let Some(raw) = read_message(&mut lines) else { return };
                    let mut state = self.state.lock().unwrap();
                    state.mails.push((Mail::read(&recipient, raw), false));
                    if state.mood == Mood::DropsAfterData {
                        state.mood = Mood::Friendly;
                        return;
                    }
                    drop(state);
                    self.say("250 taken");
                }
                "QUIT" => return self.say("221 bye"),
                _ => self.say("250 ok"),
            }
        }
    }

    fn say(&self, reply: &str) {
        let _ = (&self.stream).write_all(format!("{reply}\r\n").as_bytes());
    }

    fn answer_to(&self, address: &str) -> &'static str {
        let mut state = self.state.lock().unwrap();
        if state.refused.contains(address) {
            return "550 5.1.1 no such mailbox";
        }
        let known = !state.seen.insert(address.to_owned());
        if state.mood == Mood::Greylists && !known {
            return "451 4.7.1 greylisted, come again";
        }
        "250 ok"
    }
}

fn read_message(lines: &mut impl std::io::BufRead) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(raw);
        }
        // Dot-stuffing, RFC 5321 §4.5.2.
        raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// Debian's `smtpd`, delivering every mail into one folder.
#[derive(Debug)]
pub(crate) struct RealServer {
    port: u16,
    child: Child,
    folder: TempDir,
}

impl RealServer {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let maildir = folder.path().join("Maildir");
        fs::create_dir(&maildir).unwrap();
        // Delivered as `nobody`, who has to get in.
        for (path, mode) in [(folder.path(), 0o755), (maildir.as_path(), 0o777)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = folder.path().join("smtpd.conf");
        let text = format!(
            "table everyone {{ \"@\" = nobody }}\n\
             listen on 127.0.0.1 port {port} hostname relay.example\n\
             action \"keep\" maildir \"{}\" virtual <everyone>\n\
             match from any for any action \"keep\"\n",
            maildir.display(),
        );
        fs::write(&config, text).unwrap();
        let program = ["/usr/sbin/smtpd", "-d", "-f", config.to_str().unwrap()];
        // A mail server gives up its rights by itself, so it has to have them first.
        let is_root =
            fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let mut command = if is_root { Command::new(program[0]) } else { Command::new("sudo") };
        command.args(if is_root { &program[1..] } else { &program[..] });
        let log = fs::File::create(folder.path().join("smtpd.log")).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let server = Self { port, child, folder };
        server.wait_until_up();
        server
    }

    fn wait_until_up(&self) {
        let began = std::time::Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = fs::read_to_string(self.folder.path().join("smtpd.log")).unwrap_or_default();
            assert!(began.elapsed().as_secs() < 20, "smtpd did not start: {log}");
            thread::yield_now();
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The mail that was delivered after `before` others.
    pub(crate) async fn next(&self, before: usize) -> Mail {
        eventually("a delivery", async || {
            let mut files: Vec<PathBuf> = fs::read_dir(self.folder.path().join("Maildir/new"))
                .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
                .unwrap_or_default();
            files.sort_by_key(|path| fs::metadata(path).and_then(|file| file.modified()).ok());
            match files.get(before) {
                Some(path) => Ok(Mail::read("", fs::read(path).unwrap())),
                None => Err(fs::read_to_string(self.folder.path().join("smtpd.log")).unwrap_or_default()),
            }
        })
        .await
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        // Its children leave with it.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
