//! The bell that wakes claims of mails, on every node, and what else goes on beside the transactions.
//!
//! A `NOTIFY` inside the transactions would make their commits wait for each other: the server lets one notifying commit
//! through at a time. So the node that queued mails wakes its own claims at once, and tells the others after the commit, many
//! at a time, by one connection that also listens. Were that lost, a claim looks by itself when its patience ends.

use std::{future::poll_fn, sync::Arc, time::Duration};

use clavero_protocol::Timestamp;
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};
use tokio_postgres::{AsyncMessage, Client, error::SqlState};

use super::{Inner, address::Address};
use crate::StoreError;

const CHANNEL: &str = "clavero_mail";
/// Others are told no more often than this.
const TELL_EVERY: Duration = Duration::from_millis(10);
/// How often the high-water mark of time moves.
const HIGH_WATER_EVERY: Duration = Duration::from_secs(10);
/// How long a lost connection is waited with.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

pub(super) struct Bell {
    /// Mails were queued, here or elsewhere.
    mails: watch::Sender<u64>,
    /// A claim is to look once and have done.
    looks: watch::Sender<u64>,
    untold: Notify,
}

/// Hears every ring from when it was made on.
pub(super) struct Listener {
    mails: watch::Receiver<u64>,
    looks: watch::Receiver<u64>,
}

impl Listener {
    /// Waits, and says whether another wait may follow.
    pub(super) async fn wait(&mut self, until: Instant) -> bool {
        tokio::select! {
            biased;
            _ = self.looks.changed() => false,
            _ = self.mails.changed() => true,
            () = tokio::time::sleep_until(until) => false,
        }
    }
}

impl Bell {
    pub(super) fn new() -> Self {
        Self { mails: watch::Sender::new(0), looks: watch::Sender::new(0), untold: Notify::new() }
    }

    /// Has the claims of this node look once, whatever they find.
    pub(super) fn look(&self) {
        self.looks.send_modify(|looks| *looks = looks.wrapping_add(1));
    }

    /// Wakes the claims of this node.
    fn ring(&self) {
        self.mails.send_modify(|mails| *mails = mails.wrapping_add(1));
    }

    /// Wakes the claims of this node, and soon those of the others.
    pub(super) fn ring_everywhere(&self) {
        self.ring();
        self.untold.notify_one();
    }

    pub(super) fn listen(&self) -> Listener {
        Listener { mails: self.mails.subscribe(), looks: self.looks.subscribe() }
    }
}

/// Listens for as long as it is let.
pub(super) async fn attend(inner: Arc<Inner>) {
    loop {
        if let Err(error) = attend_once(&inner).await {
            tracing::warn!(%error, "the connection that listens for mails was lost");
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

async fn attend_once(inner: &Inner) -> Result<(), StoreError> {
    let Address { tls, .. } = &inner.address;
    let (client, connection) = inner.address.for_writing().connect(tls.clone()).await?;
    let hears = hear(connection, inner);
    let speaks = speak(&client, inner);
    tokio::select! {
        ended = hears => ended,
        ended = speaks => ended,
    }
}

/// Drives the connection, and rings for what is told on it.
async fn hear<S, T>(mut connection: tokio_postgres::Connection<S, T>, inner: &Inner) -> Result<(), StoreError>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(_))) => inner.bell.ring(),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => return Err(StoreError::Engine("it was closed".to_owned())),
        }
    }
}

async fn speak(client: &Client, inner: &Inner) -> Result<(), StoreError> {
    let listens = listen(client).await?;
    // What was told meanwhile was not heard.
    inner.bell.ring();
    let mut marks = tokio::time::interval(HIGH_WATER_EVERY);
    loop {
        tokio::select! {
            () = inner.bell.untold.notified(), if listens => {
                client.batch_execute(&format!("NOTIFY {CHANNEL}")).await?;
                tokio::time::sleep(TELL_EVERY).await;
            }
            _ = marks.tick() => mark(client, inner.time.now()).await?,
        }
    }
}

/// Asks to be told. A server that is compatible with PostgreSQL but for this is lived with: nodes look by themselves then.
async fn listen(client: &Client) -> Result<bool, StoreError> {
    match client.batch_execute(&format!("LISTEN {CHANNEL}")).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) => {
            tracing::warn!("this server has no LISTEN: a mail of another node waits until this one looks");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Remembers how late it has been: a start in the past is refused.
async fn mark(client: &Client, now: Timestamp) -> Result<(), StoreError> {
    let now = now.as_micros().to_be_bytes();
    client
        .execute(
            "INSERT INTO meta (key, value) VALUES ('clock_high_water', $1) \
             ON CONFLICT (key) DO UPDATE SET value = greatest(meta.value, excluded.value)",
            &[&now.as_slice()],
        )
        .await?;
    Ok(())
}
