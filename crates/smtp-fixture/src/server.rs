//! The server: its listener, what it was told, what it got.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch};

use crate::{
    mail::Mail,
    script::{Act, Rule, Step},
    session::Session,
    tls::{Encryption, Identity},
};

/// How long a test waits for something before it says what came instead.
const PATIENCE: Duration = Duration::from_mins(1);

/// Connections and what they are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Ever made.
    pub made: u32,
    /// Open now.
    pub open: u32,
    /// Open, and waiting for a first command or the next transaction.
    pub idle: u32,
    /// Stalled by a rule now.
    pub stalled: u32,
    /// The most that were open at once.
    pub most: u32,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    rules: Vec<Rule>,
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) counts: Counts,
    mails: Vec<(Mail, bool)>,
    /// Verbs in the order of their coming, with the connection.
    pub(crate) commands: Vec<(u32, String)>,
}

/// What sessions and tests share.
pub(crate) struct Shared {
    pub(crate) identity: Option<Identity>,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    /// Grows when idle connections are to close.
    pub(crate) closing: watch::Sender<u32>,
    /// Grows when stalled connections are to go on.
    pub(crate) releasing: watch::Sender<u32>,
}

impl Shared {
    pub(crate) fn change<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        let answer = with(&mut self.lock());
        self.changed.send_modify(|version| *version += 1);
        answer
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn act(&self, step: Step, connection: u32, recipient: &str) -> Option<Act> {
        let mut state = self.lock();
        let rule = state.rules.iter_mut().find_map(|rule| {
            // `applies` counts, so it is asked once, and only until one fits.
            rule.applies(step, connection, recipient).then(|| rule.act.clone())
        });
        drop(state);
        rule
    }

    pub(crate) fn take(&self, mail: Mail) {
        self.change(|state| state.mails.push((mail, false)));
    }
}

/// An SMTP server on a free loopback port that does what it is told. It ends with the value.
pub struct SmtpFixture {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl SmtpFixture {
    /// Listens, on a thread of its own: it goes on answering while a test waits for a process.
    ///
    /// # Panics
    /// When loopback gives no port.
    #[must_use]
    pub fn start() -> Self {
        Self::serve(None)
    }

    /// The same, encrypting as whoever these names say; [`Self::certificate`] is what a client has to trust.
    ///
    /// # Panics
    /// When loopback gives no port.
    #[must_use]
    pub fn start_encrypted(encryption: Encryption, names: &[&str]) -> Self {
        Self::serve(Some(Identity::new(encryption, names, None)))
    }

    /// The same, speaking only to whoever shows a certificate of this authority (PEM).
    ///
    /// # Panics
    /// When loopback gives no port, or the authority is none.
    #[must_use]
    pub fn start_knowing(encryption: Encryption, names: &[&str], authority: &str) -> Self {
        Self::serve(Some(Identity::new(encryption, names, Some(authority))))
    }

    fn serve(identity: Option<Identity>) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free loopback port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared {
            identity,
            state: Mutex::default(),
            changed: watch::Sender::new(0),
            closing: watch::Sender::new(0),
            releasing: watch::Sender::new(0),
        });
        let (stop, stopped) = watch::channel(false);
        let serving = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime for the fixture").block_on(serve(listener, serving, stopped));
        });
        Self { address, shared, stop, thread: Some(thread) }
    }

    /// Where it listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// `smtp://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The certificate in PEM; empty where it does not encrypt.
    #[must_use]
    pub fn certificate(&self) -> &str {
        self.shared.identity.as_ref().map_or("", |identity| &identity.certificate)
    }

    /// Adds a rule behind those that stand.
    pub fn add(&self, rule: Rule) {
        self.shared.lock().rules.push(rule);
    }

    /// Forgets every rule: all is ordinary again. What stalls goes on stalling; see [`Self::release`].
    pub fn forgive(&self) {
        self.shared.lock().rules.clear();
    }

    /// Takes mail only from this user (AUTH PLAIN and LOGIN).
    pub fn require_login(&self, user: &str, password: &str) {
        self.shared.lock().credentials = Some((user.to_owned(), password.to_owned()));
    }

    /// Lets what is stalled now go on as if nothing had been.
    pub fn release(&self) {
        self.shared.releasing.send_modify(|times| *times += 1);
    }

    /// Connections.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.lock().counts
    }

    /// The verbs that one connection sent, in order.
    #[must_use]
    pub fn commands(&self, connection: u32) -> Vec<String> {
        let state = self.shared.lock();
        state.commands.iter().filter(|(on, _)| *on == connection).map(|(_, verb)| verb.clone()).collect()
    }

    /// Every mail that was taken, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.lock().mails.iter().map(|(mail, _)| mail.clone()).collect()
    }

    /// Every mail that was taken since the last call, oldest first; the server forgets them.
    #[must_use]
    pub fn take_all(&self) -> Vec<Mail> {
        std::mem::take(&mut self.shared.lock().mails).into_iter().map(|(mail, _)| mail).collect()
    }

    /// Closes the connections that lie idle, and waits until they are closed.
    pub async fn close_idle(&self) {
        self.shared.closing.send_modify(|times| *times += 1);
        self.until("idle connections to close", |state| (state.counts.idle == 0).then_some(())).await;
    }

    /// Waits for connections in a certain state.
    pub async fn counts_that(&self, what: &str, fit: impl Fn(&Counts) -> bool) -> Counts {
        self.until(what, |state| fit(&state.counts).then_some(state.counts)).await
    }

    /// Waits until so many connections are stalled.
    pub async fn stalled(&self, count: u32) {
        self.until(&format!("{count} stalled connections"), |state| {
            (state.counts.stalled >= count).then_some(())
        })
        .await;
    }

    /// Waits until a connection has sent this verb.
    pub async fn heard(&self, verb: &str) {
        self.until(&format!("the command {verb}"), |state| {
            state.commands.iter().any(|(_, heard)| heard == verb).then_some(())
        })
        .await;
    }

    /// The oldest mail to this address that was not given out yet; waits for it.
    pub async fn next_mail(&self, to: &str) -> Mail {
        self.next_mail_that(&format!("a mail to {to}"), |mail| mail.to == to).await
    }

    /// The oldest mail of this kind that was not given out yet; waits for it.
    pub async fn next_mail_that(&self, what: &str, fits: impl Fn(&Mail) -> bool) -> Mail {
        self.until(what, |state| {
            let found = state.mails.iter_mut().find(|(mail, given)| !given && fits(mail))?;
            found.1 = true;
            Some(found.0.clone())
        })
        .await
    }

    /// The code of the next mail to this address that has one.
    ///
    /// # Panics
    /// Never: only mails with a code are waited for.
    pub async fn next_code(&self, to: &str) -> String {
        let mail = self
            .next_mail_that(&format!("a code for {to}"), |mail| mail.to == to && mail.code().is_some())
            .await;
        mail.code().expect("it was chosen for its code")
    }

    /// The link of the next mail to this address that has one whose path begins with `path`.
    ///
    /// # Panics
    /// Never: only mails with such a link are waited for.
    pub async fn next_link(&self, to: &str, path: &str) -> String {
        let fits = |mail: &Mail| mail.to == to && mail.link(path).is_some();
        let mail = self.next_mail_that(&format!("a link {path}… for {to}"), fits).await;
        mail.link(path).expect("it was chosen for its link")
    }

    /// All mails to this address, once there are at least so many.
    pub async fn arrived(&self, to: &str, count: usize) -> Vec<Mail> {
        self.until(&format!("{count} mails to {to}"), |state| {
            let mails = state.mails.iter().map(|(mail, _)| mail).filter(|mail| mail.to == to);
            let mails: Vec<Mail> = mails.cloned().collect();
            (mails.len() >= count).then_some(mails)
        })
        .await
    }

    async fn until<T>(&self, what: &str, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changed = self.shared.changed.subscribe();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                changed.mark_unchanged();
                if let Some(found) = look(&mut self.shared.lock()) {
                    return found;
                }
                // The sender lives in `self`, so this does not end by itself.
                let _ = changed.changed().await;
            }
        })
        .await;
        let Ok(found) = found else {
            let state = self.shared.lock();
            panic!("waited in vain for {what}; there are {:#?} and {:?}", state.mails, state.counts)
        };
        found
    }
}

impl Drop for SmtpFixture {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: std::net::TcpListener, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let listener = TcpListener::from_std(listener).expect("a listener of this runtime");
    // Sessions end with the runtime, which ends with this future.
    let accept = async {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(Session::new(Arc::clone(&shared), stream).run());
        }
    };
    tokio::select! {
        () = accept => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
