//! A tax authority for tests: the query service on a real socket, which answers what the test says.
//!
//! It counts what it is asked. Nothing here sleeps: an answer that is held waits for the test to let it go, and one that never
//! comes ends when whoever asked has gone.

mod reply;
mod tls;

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

pub use reply::Reply;
use tls::Identity;

/// Where its addresses begin.
const BASE: &str = "/sri-catastro/rest";

#[derive(Default)]
struct Script {
    of_ruc: HashMap<String, Reply>,
    otherwise: Option<Reply>,
    asked: Vec<String>,
    connections: usize,
    under_way: usize,
    most_at_once: usize,
    /// Held answers go.
    released: bool,
}

struct Shared {
    script: Mutex<Script>,
    changed: Condvar,
    closed: AtomicBool,
    identity: Option<Identity>,
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The authority; it is gone with the value.
pub struct TaxAuthority {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl TaxAuthority {
    /// On loopback, unencrypted. Whatever it is not told it answers with 500.
    #[must_use]
    pub fn open() -> Self {
        Self::with(None)
    }

    /// On loopback, encrypted, with a certificate of its own for `localhost`.
    #[must_use]
    pub fn encrypted() -> Self {
        Self::with(Some(Identity::for_localhost()))
    }

    fn with(identity: Option<Identity>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            script: Mutex::default(),
            changed: Condvar::new(),
            closed: AtomicBool::new(false),
            identity,
        });
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if served.closed.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&served);
                thread::spawn(move || shared.accept(stream));
            }
        });
        Self { address, shared }
    }

    /// For `sri.base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        match &self.shared.identity {
            None => format!("http://{}{BASE}", self.address),
            Some(_) => format!("https://localhost:{}{BASE}", self.address.port()),
        }
    }

    /// Its certificate, as PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        self.shared.identity.as_ref().map_or("", Identity::certificate)
    }

    /// From now on it answers so about this RUC.
    pub fn says(&self, ruc: &str, reply: Reply) {
        self.shared.script().of_ruc.insert(ruc.to_owned(), reply);
    }

    /// From now on it answers so about all others.
    pub fn otherwise(&self, reply: Reply) {
        self.shared.script().otherwise = Some(reply);
    }

    /// Lets go what is held, and holds nothing any more.
    pub fn release(&self) {
        self.shared.script().released = true;
        self.shared.changed.notify_all();
    }

    /// The RUCs that it was asked about, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.shared.script().asked.clone()
    }

    /// Connections that were made, with or without a query.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.script().connections
    }

    /// The most queries that were under way at a time.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.shared.script().most_at_once
    }
}

impl Drop for TaxAuthority {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        self.release();
        // Wakes the listener, which then ends.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn accept(&self, stream: TcpStream) {
        self.script().connections += 1;
        match &self.identity {
            None => self.serve(stream),
            Some(identity) => {
                if let Some(stream) = identity.accept(stream) {
                    self.serve(stream);
                }
            }
        }
    }

    fn serve(&self, stream: impl Read + Write) {
        let mut stream = BufReader::new(stream);
        let Some(target) = read_head(&mut stream) else { return };
        let wanted = format!("{BASE}/ConsolidadoContribuyente/obtenerPorNumerosRuc?ruc=");
        let stream = stream.get_mut();
        let Some(ruc) = target.strip_prefix(&wanted) else {
            reply::status(stream, "404 Not Found");
            return;
        };
        let reply = {
            let mut script = self.script();
            script.asked.push(ruc.to_owned());
            script.under_way += 1;
            script.most_at_once = script.most_at_once.max(script.under_way);
            script.of_ruc.get(ruc).or(script.otherwise.as_ref()).cloned().unwrap_or(Reply::Status(500))
        };
        if let Reply::Held(_) = reply {
            let script = self.script();
            drop(self.changed.wait_while(script, |script| !script.released));
        }
        // Whoever asked may ask again as soon as the answer is there.
        self.script().under_way -= 1;
        reply.write(stream, ruc);
    }
}

/// The target of a GET; the rest of the head is read and left.
fn read_head(stream: &mut impl BufRead) -> Option<String> {
    let mut first = String::new();
    stream.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 || line.trim().is_empty() {
            break;
        }
    }
    first.strip_prefix("GET ")?.split(' ').next().map(ToOwned::to_owned)
}
