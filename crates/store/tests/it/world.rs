//! A store with one employer in it, and time in the test's hand.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
    time::Duration,
};

use clavero_postgres_fixture::Cluster;
use clavero_protocol::{
    Command, EmployerKey, EmployerKind, FlowMail, ForeignerRule, Policy, Recovery, RecoveryId,
    RepresentativeId, Ruc, Subject, Sucursal, Timestamp,
};
use clavero_store::{
    Advance, Begin, Binding, Budget, Claim, ClaimedMail, Clock, Digest, EmployerRecord, Limit, MailOutcome,
    NewCredential, NewSession, NotAdvanced, RecoveryRecord, Redeem, SealedEmail, SessionLife, Settle, Store,
};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

/// Time that stands still until it is moved.
pub(crate) struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_800_000_000_000_000))
    }
}

impl TestClock {
    pub(crate) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub(crate) fn back(&self, seconds: i64) {
        self.forward(-seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) const LIFE: SessionLife =
    SessionLife { idle: Duration::from_mins(15), absolute: Duration::from_hours(12) };

/// Where the database is, for as long as the test runs.
pub(crate) enum Place {
    Folder(TempDir),
    Server(Cluster, String),
    /// Where another world's is.
    Elsewhere,
}

impl Place {
    /// The embedded engine's folder.
    pub(crate) fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder.path(),
            Self::Server(..) | Self::Elsewhere => panic!("this database is in no folder of the test"),
        }
    }

    /// The server, and the database's name there.
    pub(crate) fn server(&self) -> (&Cluster, &str) {
        match self {
            Self::Server(cluster, database) => (cluster, database),
            Self::Folder(_) | Self::Elsewhere => panic!("this database is on no server of the test"),
        }
    }
}

/// Binds rows as a key ring does, without one.
pub(crate) struct TestRing;

impl Binding for TestRing {
    fn tag(&self, kind: &'static str, row: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update("a test's ring").chain_update(kind).chain_update(row).finalize().into()
    }

    fn holds(&self, kind: &'static str, row: &[u8], tag: &[u8]) -> bool {
        self.tag(kind, row) == tag
    }
}

pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) policy: Arc<Policy>,
    place: Place,
    next: AtomicU8,
}

pub(crate) fn employer() -> EmployerKey {
    EmployerKey::new(Ruc::parse("1790011674001").expect("a RUC"), Sucursal::FIRST).expect("a key")
}

pub(crate) fn email(index: u8) -> SealedEmail {
    SealedEmail { sealed: vec![index; 40], index: [index; 16], lane: i64::from(index) }
}

pub(crate) fn record(email: Option<SealedEmail>) -> EmployerRecord {
    EmployerRecord {
        key: employer(),
        kind: EmployerKind::Privada,
        name: "Compañía Ñandú S.A.".to_owned(),
        representative: RepresentativeId::parse("1714307103", &ForeignerRule::default()).expect("a cédula"),
        representative_name: "María José Muñoz Peña".to_owned(),
        email,
        has_key: true,
    }
}

pub(crate) fn credential(text: &str) -> NewCredential {
    NewCredential { phc: text.to_owned(), mac: [7; 32] }
}

pub(crate) fn limit(key: u8, limit: u32) -> Limit {
    let rule = clavero_protocol::Rule { limit, window: Duration::from_mins(15) };
    Limit { key: [key; 16], budget: Budget::Log(vec![rule]) }
}

impl World {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<TestClock>, place: Place) -> Self {
        store.bind_rows(Arc::new(TestRing));
        Self { store, clock, policy: Arc::new(Policy::default()), place, next: AtomicU8::new(1) }
    }

    /// Does to the database what whoever may write to it can do.
    pub(crate) fn tamper(&self, sql: &str) {
        match &self.place {
            Place::Folder(folder) => {
                let connection = Connection::open(folder.path().join("test.db")).expect("a connection");
                connection.execute_batch(sql).expect("a statement");
            }
            Place::Server(cluster, database) => drop(cluster.psql(database, sql)),
            Place::Elsewhere => panic!("nobody can write there"),
        }
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn into_parts(self) -> (Place, Arc<TestClock>, Arc<dyn Store>) {
        (self.place, self.clock, self.store)
    }

    fn fresh(&self) -> u8 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) async fn register(&self) {
        self.store.import_employers(vec![(record(Some(email(1))), None)]).await.expect("an import");
    }

    pub(crate) async fn begin(&self) -> RecoveryRecord {
        self.register().await;
        let id = RecoveryId([self.fresh(); 16]);
        let subject = Subject::Employer { key: employer(), email_version: 1 };
        let record = RecoveryRecord {
            recovery: Recovery::begin(id, subject, self.store.now()),
            token: [9; 32],
            key_id: "k1".to_owned(),
            reference: *b"K7",
            locale: "es-EC".to_owned(),
            codes: None,
        };
        let begin = Begin { record, lane: Some(1), limits: vec![limit(200, 100)], once: None };
        self.store.begin(begin).await.expect("a transaction").expect("room")
    }

    pub(crate) async fn step(&self, id: RecoveryId, command: Command) -> Result<Recovery, NotAdvanced> {
        let advance = Advance { id, command, policy: Arc::clone(&self.policy), limits: Vec::new() };
        self.store.advance(advance).await.expect("a transaction")
    }

    pub(crate) async fn claim(&self, busy_lanes: Vec<i64>) -> Vec<ClaimedMail> {
        self.wait_for_mail(Duration::ZERO, busy_lanes).await
    }

    pub(crate) async fn wait_for_mail(&self, wait: Duration, busy_lanes: Vec<i64>) -> Vec<ClaimedMail> {
        let verifiers: Vec<Digest> = (0..4).map(|_| [self.fresh(); 32]).collect();
        let (lease, policy) = (Duration::from_mins(1), Arc::clone(&self.policy));
        let claim = Claim { max: 4, wait, lease, busy_lanes, verifiers, policy };
        self.store.claim_mails(claim).await.expect("a claim")
    }

    pub(crate) async fn settle(&self, mail: &ClaimedMail, outcome: MailOutcome) -> bool {
        let policy = Arc::clone(&self.policy);
        let settle = Settle { id: mail.id, attempts: mail.attempts, outcome, policy };
        self.store.settle_mail(settle).await.expect("a settlement")
    }

    /// Sends all that waits.
    pub(crate) async fn mail_all(&self) {
        for mail in self.claim(Vec::new()).await {
            assert!(self.settle(&mail, MailOutcome::Accepted).await);
        }
    }

    /// A flow whose link is out, and the link's verifier.
    pub(crate) async fn with_link(&self) -> (RecoveryId, Digest) {
        let id = self.begin().await.recovery.id;
        self.mail_all().await;
        self.step(id, Command::SpendAttempt).await.expect("a guess");
        self.step(id, Command::AcceptCode { counter: 1 }).await.expect("the code");
        let verifiers: Vec<Digest> = vec![[self.fresh(); 32]];
        let (lease, policy) = (Duration::from_mins(1), Arc::clone(&self.policy));
        let claim = Claim {
            max: 1,
            wait: Duration::ZERO,
            lease,
            busy_lanes: Vec::new(),
            verifiers: verifiers.clone(),
            policy,
        };
        let claimed = self.store.claim_mails(claim).await.expect("a claim");
        assert_eq!(claimed[0].verifier, Some(0));
        assert!(self.settle(&claimed[0], MailOutcome::Accepted).await);
        assert!(matches!(
            self.store.recovery(id).await.expect("a read").expect("the flow").recovery.issue(),
            Some((FlowMail::Link, _))
        ));
        (id, verifiers[0])
    }

    pub(crate) fn redemption(&self, link: Digest, phc: &str) -> Redeem {
        let policy = Arc::clone(&self.policy);
        Redeem { link, opened_at: None, credential: credential(phc), clear: vec![[200; 16]], policy }
    }

    /// The moment at which the employer's key was set; one is imported where there is none.
    pub(crate) async fn key_set_at(&self) -> Timestamp {
        loop {
            let found = self.store.employer(&employer()).await.expect("a read").expect("the employer");
            if let Some(credential) = found.credential {
                return credential.changed_at;
            }
            let rows = vec![(found.record, Some(credential("$held$")))];
            self.store.import_employers(rows).await.expect("an import");
        }
    }

    pub(crate) async fn sign_in(&self) -> Digest {
        let key_set_at = self.key_set_at().await;
        self.sign_in_by(key_set_at).await.expect("a session")
    }

    /// Signs in by the key that was set then.
    pub(crate) async fn sign_in_by(&self, key_set_at: Timestamp) -> Option<Digest> {
        let token = [self.fresh(); 32];
        let session = NewSession {
            token,
            id: [self.fresh(); 16],
            employer: employer(),
            key_set_at,
            device: "Firefox · Linux".to_owned(),
            device_token: [self.fresh(); 32],
            clear: Vec::new(),
            give_back: Vec::new(),
            rehash: None,
            tell: false,
        };
        self.store.open_session(session).await.expect("a transaction").map(|_| token)
    }
}
