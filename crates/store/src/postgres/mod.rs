//! The engine for several nodes: PostgreSQL 15 or later. All that they must agree upon is there: limits, sessions, mails, the
//! log, and the time.

mod address;
mod bell;
mod clock;
mod connection;
mod copying;
mod identity;
mod migrate;
mod transaction;
mod values;

use std::{sync::Arc, time::Duration};

use clavero_protocol::Timestamp;
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use self::{
    address::Address,
    bell::Bell,
    clock::{ServerClock, Time},
    connection::{Db, told},
    transaction::PgTx,
};
use crate::{
    Claim, ClaimedMail, Clock, Schema, StoreError,
    binding::Bound,
    clock::LARGEST_STEP,
    engine::{Engine, Look, Work},
    sql::{Query as _, params},
    transactions::outbox,
};

pub(crate) use copying::CopyEnd;
pub(crate) use values::value;

/// Connections of a node. More would only wait for each other inside the server.
const CONNECTIONS: usize = 24;
/// How long a connection is waited for; past it the caller is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a transaction is carried out that loses a race for locks, or its connection before the commit.
const TRIES: u32 = 5;
/// The oldest server: 15, as its `server_version_num` says it.
const OLDEST: i32 = 150_000;

/// How often it is looked whether others are connected, and how long is waited in between.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The engine for several nodes.
pub struct Postgres {
    inner: Arc<Inner>,
    attendant: JoinHandle<()>,
}

struct Inner {
    pool: Pool,
    address: Address,
    time: Arc<Time>,
    bell: Bell,
    bound: Bound,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.attendant.abort();
    }
}

impl Postgres {
    /// Opens the database at `url` and brings its schema up to date. The server's clock decides.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, None).await
    }

    /// The same with a clock of the caller's own.
    pub async fn open_with(url: &str, clock: Option<Arc<dyn Clock>>) -> Result<Self, StoreError> {
        let address = Address::read(url)?;
        let pool = pool(&address)?;
        let client = first_connection(&pool, &address).await?;
        refuse_old(&client).await?;
        migrate::run(&client).await?;
        let time = match clock {
            Some(clock) => Time::Given(clock),
            None => Time::Server(ServerClock::new(transaction::server_time(&client).await?)),
        };
        refuse_the_past(client, time.now()).await?;
        let inner = Arc::new(Inner {
            pool,
            address,
            time: Arc::new(time),
            bell: Bell::new(),
            bound: Bound::default(),
        });
        let attendant = tokio::spawn(bell::attend(Arc::clone(&inner)));
        Ok(Self { inner, attendant })
    }

    /// Whether a service has connections to the database at `url`. Those of one that has just ended go within moments.
    pub async fn is_in_use(url: &str) -> Result<bool, StoreError> {
        let address = Address::read(url)?;
        let client = first_connection(&pool(&address)?, &address).await?;
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND application_name = $1 AND pid <> pg_backend_pid()";
        for _ in 0..LOOKS {
            let others: i64 = client.query_one(sql, &[&address.name()]).await?.get(0);
            if others == 0 {
                return Ok(false);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(true)
    }

    /// How the schema of the database at `url` stands. Changes nothing.
    pub async fn schema(url: &str) -> Result<Schema, StoreError> {
        let address = Address::read(url)?;
        let client = first_connection(&pool(&address)?, &address).await?;
        refuse_old(&client).await?;
        migrate::standing(&client).await
    }
}

/// How the way to a server is secured, as the server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// Not encrypted, and over no network.
    Here,
    /// Not encrypted, over a network.
    Clear,
    /// By TLS.
    Encrypted {
        /// Its version, as `TLSv1.3`.
        version: String,
        /// Whom the client certificate names; none was shown otherwise.
        client: Option<String>,
    },
}

impl Postgres {
    /// How the way to the database at `url` is secured. Changes nothing.
    pub async fn security(url: &str) -> Result<Security, StoreError> {
        let address = Address::read(url)?;
        let client = first_connection(&pool(&address)?, &address).await?;
        let sql = "SELECT version, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        let row = client.query_one(sql, &[]).await?;
        Ok(match row.get::<_, Option<String>>(0) {
            Some(version) => Security::Encrypted { version, client: row.get(1) },
            None if address.is_here() => Security::Here,
            None => Security::Clear,
        })
    }
}

fn pool(address: &Address) -> Result<Pool, StoreError> {
    let manager = Manager::from_config(
        address.for_writing(),
        address.tls.clone(),
        ManagerConfig { recycling_method: RecyclingMethod::Fast },
    );
    let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE * 2), recycle: Some(PATIENCE) };
    Pool::builder(manager)
        .max_size(CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .timeouts(timeouts)
        .build()
        .map_err(|error| StoreError::Engine(error.to_string()))
}

/// The first connection says why there is none.
async fn first_connection(pool: &Pool, address: &Address) -> Result<Object, StoreError> {
    let failed = match pool.get().await {
        Ok(client) => return Ok(client),
        Err(error) => refused(&error),
    };
    // A standby would be passed over, which does not tell that it is one.
    let Ok((client, connection)) = address.config.connect(address.tls.clone()).await else {
        return Err(failed);
    };
    let connection = tokio::spawn(async move { connection.await.ok() });
    let standby = client.query_one("SELECT pg_is_in_recovery()", &[]).await.is_ok_and(|row| row.get(0));
    connection.abort();
    Err(if standby { StoreError::Standby } else { failed })
}

async fn refuse_old(client: &Client) -> Result<(), StoreError> {
    let row = client.query_one("SELECT CAST(current_setting('server_version_num') AS INTEGER)", &[]).await?;
    let version: i32 = row.get(0);
    if version < OLDEST {
        let (is, needs) = (version / 10_000, OLDEST / 10_000);
        return Err(StoreError::Engine(format!("PostgreSQL {is} is too old, {needs} is needed")));
    }
    Ok(())
}

/// A start in the past would bring ended codes and sessions back.
async fn refuse_the_past(client: Object, now: Timestamp) -> Result<(), StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'clock_high_water'";
    let high_water: Option<i64> =
        Db::new(client, Bound::default()).first(sql, params![], |row| row.get(0)).await?;
    let behind = high_water.map_or(Duration::ZERO, |at| Timestamp::from_micros(at).saturating_since(now));
    if behind > LARGEST_STEP {
        return Err(StoreError::ClockBehind { seconds: behind.as_secs() });
    }
    Ok(())
}

fn refused(error: &PoolError) -> StoreError {
    match error {
        PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => StoreError::Busy,
        PoolError::Backend(error) => StoreError::Engine(told(error)),
        other => StoreError::Engine(other.to_string()),
    }
}

impl Inner {
    async fn carry_out<A, T>(&self, with: &A, work: Work<A, T>) -> Result<T, StoreError> {
        let mut tries = 1;
        loop {
            let client = self.pool.get().await.map_err(|error| refused(&error))?;
            let tx = PgTx::new(client, Arc::clone(&self.time), self.bound.clone());
            let outcome = match work(&tx, with).await {
                Ok(done) => tx.commit().await.map(|()| done),
                Err(error) => Err(error),
            };
            match outcome {
                Ok(done) => {
                    if tx.queued_mail() {
                        self.bell.ring_everywhere();
                    }
                    return Ok(done);
                }
                Err(error) => {
                    tx.roll_back().await;
                    if !tx.may_try_again() || tries == TRIES {
                        return Err(error);
                    }
                    tries += 1;
                }
            }
        }
    }
}

impl Engine for Postgres {
    fn moment(&self) -> Timestamp {
        self.inner.time.now()
    }

    fn bound(&self) -> &Bound {
        &self.inner.bound
    }

    fn step(&self) -> Option<Duration> {
        self.inner.time.step()
    }

    async fn write<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        work: Work<A, T>,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        // On a task of its own: whoever asked may go, and the transaction comes to its end all the same.
        let carried_out = tokio::spawn(async move { inner.carry_out(&with, work).await });
        carried_out.await.map_err(|error| StoreError::Unknown(error.to_string()))?
    }

    async fn write_within<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        _patience: Duration,
        with: A,
        work: Work<A, T>,
    ) -> Result<T, StoreError> {
        // The server lets commits that come together share a flush by itself.
        self.write(with, work).await
    }

    async fn read<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        look: Look<A, T>,
    ) -> Result<T, StoreError> {
        let client = self.inner.pool.get().await.map_err(|error| refused(&error))?;
        let tx = PgTx::reading(client, Arc::clone(&self.inner.time), self.inner.bound.clone());
        let seen = look(&tx, &with).await;
        match seen {
            Ok(seen) => tx.commit().await.map(|()| seen),
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    async fn glance<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        look: Look<A, T>,
    ) -> Result<T, StoreError> {
        let client = self.inner.pool.get().await.map_err(|error| refused(&error))?;
        let db = Db::new(client, self.inner.bound.clone());
        let seen = look(&db, &with).await;
        if seen.is_err() {
            db.close();
        }
        seen
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<ClaimedMail>, StoreError> {
        let mut listener = self.inner.bell.listen();
        let patience_ends = tokio::time::Instant::now() + claim.wait;
        let mut waits = !claim.wait.is_zero();
        let claim = Arc::new(claim);
        loop {
            let work: Work<Arc<Claim>, Vec<ClaimedMail>> = |tx, claim| Box::pin(outbox::claim(tx, claim));
            let taken = self.write(Arc::clone(&claim), work).await?;
            if !taken.is_empty() || !waits {
                return Ok(taken);
            }
            waits = listener.wait(patience_ends).await;
        }
    }

    async fn ring(&self) -> Result<(), StoreError> {
        self.inner.bell.look();
        Ok(())
    }
}
