//! The mailboxes of all employers of a long run, each letter read once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use clavero_smtp_fixture::{Mail, SmtpFixture};
use tokio::{sync::watch, time::timeout};

/// After this a mail is late: several times what a crashed node's lease can hold it back.
pub(crate) const LATE_AFTER: Duration = Duration::from_mins(4);
const ROUND: Duration = Duration::from_millis(10);

/// What a test wants of a mail.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// Its `Message-ID`: a mail that comes twice has one.
    pub(crate) id: String,
    subject: String,
    pub(crate) code: Option<String>,
    pub(crate) link: Option<String>,
}

impl Letter {
    fn read(mail: &Mail) -> Self {
        let (id, subject) = (mail.message_id(), mail.subject());
        Self { id, subject, code: mail.code(), link: mail.link("/clave/") }
    }

    /// Whether it brings the code of the flow with this reference.
    pub(crate) fn is_code_of(&self, reference: &str) -> bool {
        self.code.is_some() && self.subject.contains(&format!(" {reference} "))
    }
}

/// Mailboxes by address.
#[derive(Default)]
pub(crate) struct Post {
    boxes: Mutex<HashMap<String, Vec<Letter>>>,
    arrived: watch::Sender<()>,
}

impl Post {
    /// Carries mails from the server to their boxes until it is dropped with the runtime.
    pub(crate) fn carry(server: Arc<SmtpFixture>) -> Arc<Self> {
        let post = Arc::new(Self::default());
        let carrying = Arc::clone(&post);
        tokio::spawn(async move {
            let mut rounds = tokio::time::interval(ROUND);
            loop {
                rounds.tick().await;
                let mails = server.take_all();
                for mail in &mails {
                    carrying.lock().entry(mail.to.clone()).or_default().push(Letter::read(mail));
                }
                if !mails.is_empty() {
                    carrying.arrived.send_replace(());
                }
            }
        });
        post
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Letter>>> {
        self.boxes.lock().unwrap()
    }

    pub(crate) fn letters(&self, address: &str) -> Vec<Letter> {
        self.lock().get(address).cloned().unwrap_or_default()
    }

    /// Waits for a letter; none has come when it counts as lost.
    pub(crate) async fn wait(&self, address: &str, fits: impl Fn(&Letter) -> bool) -> Option<Letter> {
        self.wait_for(|| self.letters(address).into_iter().rev().find(&fits)).await
    }

    pub(crate) async fn wait_for<T>(&self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        let mut arrived = self.arrived.subscribe();
        let found = async {
            loop {
                arrived.mark_unchanged();
                if let Some(found) = look() {
                    return found;
                }
                let _ = arrived.changed().await;
            }
        };
        timeout(LATE_AFTER, found).await.ok()
    }

    /// Mails with a code, each counted once, and whether one that came twice had another code the second time.
    pub(crate) fn codes(&self, address: &str) -> (usize, bool) {
        let mut by_id: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for letter in self.letters(address) {
            if let Some(code) = letter.code {
                by_id.entry(letter.id).or_default().insert(code);
            }
        }
        (by_id.len(), by_id.values().any(|codes| codes.len() > 1))
    }

    /// Notices of a changed key, each counted once.
    pub(crate) fn notices(&self, address: &str) -> usize {
        let letters = self.letters(address);
        let notices = letters.iter().filter(|letter| letter.subject == "Su clave de empleador fue cambiada");
        notices.map(|letter| &letter.id).collect::<BTreeSet<_>>().len()
    }

    /// How many letters came in all, repeated ones too.
    pub(crate) fn total(&self) -> usize {
        self.lock().values().map(Vec::len).sum()
    }
}
