//! What everybody in the simulation shares. There is one thread, so no lock here is ever waited for.

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use clavero_audit::Verifier;
use clavero_protocol::EmailAddress;
use clavero_service::{KeyRing, Service};
use clavero_store::Sqlite;
use tokio::{select, sync::watch, task::AbortHandle};

use crate::{
    desk::Desk,
    journal::Journal,
    people::Employer,
    plan::Plan,
    post::{Letter, Post},
    registry::Registry,
    rng::Rng,
    time::Clocks,
    trace::Trace,
};

/// Nodes on one database.
pub(crate) const NODES: usize = 2;

/// A node that runs.
pub(crate) struct Node {
    /// Its service.
    pub(crate) service: Arc<Service>,
    /// Says when it has died.
    pub(crate) dead: watch::Sender<bool>,
    /// Whether its line to the mail server is cut: it dies with the node.
    pub(crate) cut: Arc<AtomicBool>,
    /// Its worker, its sweeper and its sealer.
    pub(crate) tasks: Vec<AbortHandle>,
}

/// Everything.
pub(crate) struct World {
    /// What was asked for.
    pub(crate) plan: Plan,
    /// Time.
    pub(crate) clocks: Arc<Clocks>,
    /// Who lives here.
    pub(crate) employers: Vec<Employer>,
    /// Where the database is.
    pub(crate) path: PathBuf,
    /// The key ring.
    pub(crate) keys: Arc<KeyRing>,
    /// What verifies the log's checkpoints, once a node has opened the log.
    pub(crate) verifier: OnceLock<Verifier>,
    /// What was acknowledged to whom.
    pub(crate) journal: Mutex<Journal>,
    /// The mailboxes.
    pub(crate) post: Mutex<Post>,
    /// Whose address was which when.
    registry: Mutex<Registry>,
    desk: Mutex<Desk>,
    chance: Mutex<Rng>,
    trace: Mutex<Trace>,
    nodes: Mutex<[Option<Arc<Node>>; NODES]>,
    powered: Mutex<Option<Arc<Sqlite>>>,
    violations: Mutex<Vec<String>>,
    faulty: AtomicBool,
    mail_down: AtomicBool,
    /// Batches carried out.
    pub(crate) steps: AtomicU64,
}

fn lock<T: ?Sized>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// A world in which nothing has happened. Within the runtime.
    #[must_use]
    pub(crate) fn new(plan: Plan, employers: Vec<Employer>, path: PathBuf, keys: KeyRing) -> Self {
        let mut trace = Trace::default();
        trace.lines = plan.lines.then(Vec::new);
        Self {
            clocks: Arc::new(Clocks::new()),
            chance: Mutex::new(Rng::new(plan.seed)),
            journal: Mutex::new(Journal::new(employers.len())),
            post: Mutex::default(),
            registry: Mutex::default(),
            desk: Mutex::default(),
            trace: Mutex::new(trace),
            nodes: Mutex::default(),
            powered: Mutex::default(),
            violations: Mutex::default(),
            faulty: AtomicBool::new(true),
            mail_down: AtomicBool::new(false),
            steps: AtomicU64::new(0),
            keys: Arc::new(keys),
            verifier: OnceLock::new(),
            plan,
            employers,
            path,
        }
    }

    /// The world's own chance: for what concerns everybody.
    pub(crate) fn chance(&self) -> MutexGuard<'_, Rng> {
        lock(&self.chance)
    }

    /// What happened so far.
    pub(crate) fn trace(&self) -> MutexGuard<'_, Trace> {
        lock(&self.trace)
    }

    /// What was acknowledged so far.
    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    /// The mailboxes.
    pub(crate) fn post(&self) -> MutexGuard<'_, Post> {
        lock(&self.post)
    }

    /// What is known of the registry.
    pub(crate) fn registry(&self) -> MutexGuard<'_, Registry> {
        lock(&self.registry)
    }

    /// The desk.
    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }

    /// A mailbox that an employer has from now on, whether or not anybody stores it.
    pub(crate) fn add_mailbox(&self, number: usize, address: &str) {
        self.add_stranger(number, address);
        self.post().add(number, address);
    }

    /// A mailbox that somebody names for an employer, and that is not the employer's.
    pub(crate) fn add_stranger(&self, number: usize, address: &str) {
        let key = self.employers[number].identifiers.employer;
        let email = EmailAddress::parse(address).ok();
        let Some(sealed) = email.and_then(|email| self.keys.seal_email(&key, &email)) else {
            return self.violation(format_args!("{address} is no address"));
        };
        self.registry().add(address, key.as_i64(), sealed.index.into());
    }

    /// Writes an event down.
    pub(crate) fn event(&self, what: fmt::Arguments<'_>) {
        self.trace().event(self.clocks.elapsed().as_micros(), what);
    }

    /// Counts an injected fault.
    pub(crate) fn fault(&self, kind: &'static str) {
        *self.trace().faults.entry(kind).or_default() += 1;
        self.event(format_args!("fault: {kind}"));
    }

    /// Counts what a call came to.
    pub(crate) fn outcome(&self, of: &str, what: &str) {
        *self.trace().outcomes.entry(format!("{of}: {what}")).or_default() += 1;
    }

    /// Something that must not be.
    pub(crate) fn violation(&self, what: fmt::Arguments<'_>) {
        self.event(format_args!("VIOLATION {what}"));
        let at = self.clocks.elapsed().as_secs();
        lock(&self.violations).push(format!("at {at} s: {what}"));
    }

    /// All that must not have been.
    #[must_use]
    pub(crate) fn violations(&self) -> Vec<String> {
        lock(&self.violations).clone()
    }

    /// Whether faults are injected at present.
    #[must_use]
    pub(crate) fn faulty(&self) -> bool {
        self.faulty.load(Ordering::Relaxed)
    }

    /// From now on nothing fails any more.
    pub(crate) fn heal(&self) {
        self.faulty.store(false, Ordering::Relaxed);
        self.mail_down.store(false, Ordering::Relaxed);
        self.clocks.set_off(0);
        self.event(format_args!("healed"));
    }

    /// Whether the mail server is away.
    #[must_use]
    pub(crate) fn mail_is_down(&self) -> bool {
        self.mail_down.load(Ordering::Relaxed)
    }

    /// Takes the mail server away, or brings it back.
    pub(crate) fn take_mail_down(&self, down: bool) {
        self.mail_down.store(down, Ordering::Relaxed);
    }

    /// The store, while there is power.
    #[must_use]
    pub(crate) fn powered(&self) -> Option<Arc<Sqlite>> {
        lock(&self.powered).clone()
    }

    /// Power comes or goes.
    pub(crate) fn set_power(&self, powered: Option<Arc<Sqlite>>) {
        *lock(&self.powered) = powered;
    }

    /// A node, if it runs.
    #[must_use]
    pub(crate) fn node(&self, place: usize) -> Option<Arc<Node>> {
        lock(&self.nodes)[place % NODES].clone()
    }

    /// A node has started.
    pub(crate) fn put_node(&self, place: usize, node: Node) {
        lock(&self.nodes)[place % NODES] = Some(Arc::new(node));
        self.event(format_args!("node {place} runs"));
    }

    /// A node dies: everything that it was doing ends at the await where it stands.
    pub(crate) fn kill_node(&self, place: usize) -> bool {
        let Some(node) = lock(&self.nodes)[place % NODES].take() else { return false };
        node.cut.store(true, Ordering::Relaxed);
        node.tasks.iter().for_each(AbortHandle::abort);
        node.dead.send_replace(true);
        self.event(format_args!("node {place} died"));
        true
    }

    /// Asks a node for something. `None`: the connection broke, and nobody knows what became of it.
    pub(crate) async fn ask<T>(&self, place: usize, call: impl AsyncFnOnce(&Service) -> T) -> Option<T> {
        let node = self.node(place)?;
        let mut dead = node.dead.subscribe();
        // Some hang up before they are answered.
        let patience = {
            let mut chance = self.chance();
            let hangs_up = self.faulty() && chance.permille(5);
            hangs_up.then(|| chance.up_to(std::time::Duration::from_millis(20)))
        };
        let hung_up = async {
            match patience {
                Some(patience) => tokio::time::sleep(patience).await,
                None => std::future::pending().await,
            }
        };
        select! {
            biased;
            _ = dead.wait_for(|dead| *dead) => None,
            () = hung_up => {
                self.fault("client hung up");
                None
            }
            answer = call(&node.service) => Some(answer),
        }
    }

    /// The mail server has taken a mail.
    pub(crate) fn taken(&self, to: &str, letter: &Letter) {
        if !self.registry().may_take(to, letter, self.clocks.elapsed().as_secs()) {
            let word = letter.word();
            self.violation(format_args!("I7: a {word} went to {to}, which was not stored before it began"));
        }
        self.journal().mails += 1;
    }

    /// A mail arrives.
    pub(crate) fn arrive(&self, to: &str, letter: Letter) {
        self.event(format_args!("arrived at {to}"));
        if let Letter::Stop(token) = &letter {
            self.desk().stops.push_back(token.clone());
        }
        if let Some(inbox) = self.post().inboxes.get_mut(to) {
            inbox.letters.push(letter);
            inbox.bell.notify_one();
        }
    }
}
