//! Connections between two mails.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::session::Session;

/// More than these are not kept: one is enough for most days.
const MOST: usize = 8;

/// Connections that wait for the next mail; each is closed when it has waited too long.
pub(super) struct Idle {
    life: Duration,
    parked: Mutex<Parked>,
}

#[derive(Default)]
struct Parked {
    sessions: Vec<(Instant, Session)>,
    /// Somebody closes those that have waited too long.
    is_watched: bool,
}

impl Idle {
    pub(super) fn new(life: Duration) -> Arc<Self> {
        Arc::new(Self { life, parked: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Parked> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that was used last, if it has not waited too long.
    pub(super) fn take(&self) -> Option<Session> {
        let (since, session) = self.lock().sessions.pop()?;
        if since.elapsed() < self.life {
            return Some(session);
        }
        // The others have waited longer still.
        session.leave();
        None
    }

    /// Keeps one. It must stand between two mails.
    pub(super) fn put(self: &Arc<Self>, session: Session) {
        let mut parked = self.lock();
        if parked.sessions.len() >= MOST || session.is_spent() {
            return session.leave();
        }
        parked.sessions.push((Instant::now(), session));
        if !std::mem::replace(&mut parked.is_watched, true) {
            tokio::spawn(watch(Arc::downgrade(self), self.life));
        }
    }

    /// Keeps one on which the server has refused something, once it has taken that back. Nobody waits for it.
    pub(super) fn put_reset(self: &Arc<Self>, mut session: Session) {
        let idle = Arc::downgrade(self);
        tokio::spawn(async move {
            match idle.upgrade() {
                Some(idle) if session.reset().await => idle.put(session),
                _ => session.leave(),
            }
        });
    }

    /// Closes those that have waited too long. Says whether any are left.
    fn close_old(&self) -> bool {
        let mut parked = self.lock();
        let fresh = parked.sessions.iter().position(|(since, _)| since.elapsed() < self.life);
        let old = fresh.unwrap_or(parked.sessions.len());
        parked.sessions.drain(..old).for_each(|(_, session)| session.leave());
        parked.is_watched = !parked.sessions.is_empty();
        parked.is_watched
    }
}

async fn watch(idle: std::sync::Weak<Idle>, life: Duration) {
    loop {
        tokio::time::sleep(life).await;
        if !idle.upgrade().is_some_and(|idle| idle.close_old()) {
            return;
        }
    }
}
