//! Debian's `OpenSMTPD`, for what only a server that others wrote can show.

use std::{
    fmt::Write as _,
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::MetadataExt as _,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{mail::Mail, server::SmtpFixture};

/// Where Debian's package `opensmtpd` puts it.
const SMTPD: &str = "/usr/sbin/smtpd";
/// How long it may take to come up on a busy machine.
const START: Duration = Duration::from_secs(20);

/// `OpenSMTPD` on a free loopback port. It accepts for everyone and hands each mail over by LMTP to an [`SmtpFixture`], where a
/// test awaits it. Nothing under `/etc` is read or written; it ends, with its children, with the value.
///
/// It gives up its rights by itself and so has to be started with them: by root, or through `sudo`. Two of them cannot run on
/// one machine (the control socket's path is compiled in), so starting waits until another test's has ended.
pub struct RealMailServer {
    child: Child,
    port: u16,
    mailbox: SmtpFixture,
    /// What it calls itself, like no other: its queue's folder is compiled in too, and what one server had not noted as
    /// delivered when it ended, the next delivers again.
    name: String,
    folder: TempDir,
    // Last: let go when all the rest has ended.
    _turn: fs::File,
}

impl RealMailServer {
    /// Starts it.
    ///
    /// # Panics
    /// When it is not installed or does not come up, with what it said.
    #[must_use]
    pub fn start() -> Self {
        let turn = fs::File::create(std::env::temp_dir().join("clavero-opensmtpd.lock"))
            .and_then(|file| file.lock().map(|()| file))
            .expect("a lock file in the folder for temporary files");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mailbox = SmtpFixture::start();
        let unique = folder.path().file_name().unwrap_or_default().to_string_lossy();
        let unique: String = unique.chars().filter(char::is_ascii_alphanumeric).collect();
        let name = format!("{}.relay.example", unique.to_ascii_lowercase());
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = free.expect("a free loopback port").port();
        let mut config = String::new();
        let _ = write!(
            config,
            "table everyone {{ \"@\" = nobody }}\n\
             listen on 127.0.0.1 port {port} hostname {name}\n\
             action \"keep\" lmtp \"127.0.0.1:{}\" rcpt-to virtual <everyone>\n\
             match from any for any action \"keep\"\n",
            mailbox.port(),
        );
        let path = folder.path().join("smtpd.conf");
        fs::write(&path, config).expect("a file in the temporary folder");
        let log = fs::File::create(folder.path().join("smtpd.log")).expect("a file in the temporary folder");
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        let mut command = Command::new(if is_root { SMTPD } else { "sudo" });
        if !is_root {
            command.args(["-n", SMTPD]);
        }
        let child = command
            .arg("-d")
            .arg("-f")
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{SMTPD} does not start ({error}); apt-get install opensmtpd"));
        let mut server = Self { child, port, mailbox, name, folder, _turn: turn };
        server.come_up();
        server
    }

    fn come_up(&mut self) {
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let ended = self.child.try_wait().ok().flatten();
            assert!(
                ended.is_none() && began.elapsed() < START,
                "OpenSMTPD did not come up ({ended:?}): {}",
                self.log()
            );
            std::thread::yield_now();
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `smtp://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Where it delivers to: rules set there are faults behind the real server.
    #[must_use]
    pub const fn mailbox(&self) -> &SmtpFixture {
        &self.mailbox
    }

    /// The oldest delivered mail to this address that was not given out yet; waits for it.
    pub async fn next_mail(&self, to: &str) -> Mail {
        let came_this_way = |mail: &Mail| mail.to == to && mail.header("Received").contains(&self.name);
        self.mailbox.next_mail_that(&format!("a delivery to {to}"), came_this_way).await
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("smtpd.log")).unwrap_or_default()
    }
}

impl Drop for RealMailServer {
    fn drop(&mut self) {
        // Its parent process ends its children when it is asked to end, not when it is killed.
        let is_ours = fs::metadata(format!("/proc/{}", self.child.id()))
            .is_ok_and(|child| fs::metadata("/proc/self").is_ok_and(|own| own.uid() == child.uid()));
        let mut kill = Command::new(if is_ours { "kill" } else { "sudo" });
        if !is_ours {
            kill.args(["-n", "kill"]);
        }
        let _ = kill.args(["-TERM", &self.child.id().to_string()]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}
