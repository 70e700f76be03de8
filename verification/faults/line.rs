//! A line between a service and its PostgreSQL that can be slow, held up and cut.

use std::{future::pending, path::PathBuf, time::Duration};

use clavero_postgres_fixture::Cluster;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    time::timeout,
};

/// What becomes of what is sent over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Passes,
    /// Each piece takes so much longer.
    Slow(Duration),
    /// Stays connected, and nothing comes through either way.
    Holds,
    /// Every connection is cut, and so is each new one.
    Cut,
    /// The next `COMMIT` reaches the server, and its answer does not come back; then all is well again.
    CutAfterCommit,
}

/// The line, open as long as its runtime.
pub(crate) struct Line {
    port: u16,
    database: String,
    mode: watch::Sender<Mode>,
}

impl Line {
    /// To a new database.
    pub(crate) async fn to(cluster: &Cluster) -> Self {
        let database = cluster.database();
        let url = cluster.url(&database);
        let host = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        let socket = PathBuf::from(host.replace("%2F", "/")).join(".s.PGSQL.5432");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = watch::Sender::new(Mode::Passes);
        let telling = mode.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *telling.borrow() != Mode::Cut
                    && let Ok(far) = UnixStream::connect(&socket).await
                {
                    tokio::spawn(join(near, far, telling.clone()));
                }
            }
        });
        Self { port, database, mode }
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.port, self.database)
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    pub(crate) fn mode(&self) -> Mode {
        *self.mode.borrow()
    }
}

/// Carries bytes both ways until either end leaves, or the line is cut.
async fn join(mut near: TcpStream, mut far: UnixStream, telling: watch::Sender<Mode>) {
    let mut mode = telling.subscribe();
    let (mut to_far, mut to_near) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let now = *mode.borrow_and_update();
        match now {
            Mode::Cut => return,
            Mode::Holds => {
                let _ = mode.changed().await;
                continue;
            }
            Mode::Passes | Mode::Slow(_) | Mode::CutAfterCommit => {}
        }
        let (near_sends, count) = tokio::select! {
            changed = mode.changed() => if changed.is_ok() { continue } else { return },
            read = near.read(&mut to_far) => (true, read.unwrap_or(0)),
            read = far.read(&mut to_near) => (false, read.unwrap_or(0)),
        };
        if count == 0 {
            return;
        }
        if let Mode::Slow(by) = now {
            let _ = timeout(by, pending::<()>()).await;
        }
        if !near_sends {
            if near.write_all(&to_near[..count]).await.is_err() {
                return;
            }
            continue;
        }
        let sent = &to_far[..count];
        if far.write_all(sent).await.is_err() {
            return;
        }
        if now == Mode::CutAfterCommit && sent.windows(7).any(|bytes| bytes == b"COMMIT\0") {
            telling.send_replace(Mode::Passes);
            // The server has carried it out when it has answered.
            let _ = far.read(&mut to_near).await;
            return;
        }
    }
}
