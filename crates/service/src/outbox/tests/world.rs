//! A service with employers in a real store, a mail server that obeys, and time that can be moved.

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicI64, Ordering},
};

use clavero_protocol::{
    EmailAddress, EmployerKey, EmployerKind, ForeignerRule, Mismatch, RepresentativeId, Ruc, State, Sucursal,
    Timestamp,
};
use clavero_smtp_fixture::SmtpFixture;
use clavero_store::{Clock, EmployerRecord, NewCredential, Sqlite, SystemClock};
use clavero_words::Locale;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::{
    BundledBreaches, Client, Identifiers, KeyRing, RawIdentifiers, RecoveryView, Settings, StartError,
    StartRecovery,
    mail::{SmtpSettings, SmtpTransport},
};

pub(super) const REPRESENTATIVE: &str = "1714307103";
const RUC: &str = "1790011674001";
/// Longer than anything here takes, and shorter than a test may.
const PATIENCE: Duration = Duration::from_secs(30);

/// The machine's time, moved.
#[derive(Default)]
pub(super) struct MovedClock {
    real: SystemClock,
    by: AtomicI64,
}

impl MovedClock {
    pub(super) fn forward(&self, span: Duration) {
        self.by.fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.real.now().as_micros() + self.by.load(Ordering::SeqCst))
    }
}

pub(super) struct World {
    pub(super) service: Arc<Service>,
    pub(super) server: SmtpFixture,
    pub(super) clock: Arc<MovedClock>,
    _folder: TempDir,
}

/// A started flow, as its page sees it.
#[derive(Clone)]
pub(super) struct Flow {
    pub(super) id: String,
    pub(super) token: String,
}

/// A worker at work.
pub(super) struct Running {
    pub(super) task: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Running {
    /// Asks it to end and waits until it has.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }

    pub(super) fn ask_to_stop(&self) {
        self.stop.send_replace(true);
    }
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(super) async fn hiding() -> Self {
        let mut settings = Settings::default();
        settings.policy.mismatch = Mismatch::Hide;
        Self::with(settings).await
    }

    async fn with(settings: Settings) -> Self {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovedClock::default());
        let store = Sqlite::open(&folder.path().join("clavero.db"), Arc::clone(&clock) as _).unwrap();
        let keys = Arc::new(KeyRing::ephemeral().unwrap());
        let service =
            Service::start(Arc::new(store), keys, Box::new(BundledBreaches), settings).await.unwrap();
        Self { service, server: SmtpFixture::start(), clock, _folder: folder }
    }

    /// Registers an employer whose mail goes to `to`; branches tell employers apart.
    pub(super) async fn employer(&self, sucursal: u16, to: &str, name: &str) {
        let key = key(sucursal);
        let keys = self.service.keys();
        let row = EmployerRecord {
            key,
            kind: EmployerKind::Privada,
            name: name.to_owned(),
            representative: RepresentativeId::parse(REPRESENTATIVE, &ForeignerRule::default()).unwrap(),
            representative_name: "María José Muñoz Peña".to_owned(),
            email: Some(keys.seal_email(&key, &EmailAddress::parse(to).unwrap()).unwrap()),
            has_key: true,
        };
        let none: Option<NewCredential> = None;
        self.service.store().import_employers(vec![(row, none)]).await.unwrap();
    }

    pub(super) async fn start(&self, sucursal: u16) -> Flow {
        self.try_start(sucursal, None).await.unwrap()
    }

    /// The same with this voucher.
    pub(super) async fn try_start(&self, sucursal: u16, voucher: Option<&str>) -> Result<Flow, StartError> {
        let raw = RawIdentifiers {
            representative_id: REPRESENTATIVE,
            ruc: RUC,
            sucursal: &format!("{sucursal:04}"),
            domestic: false,
        };
        let identifiers = Identifiers::parse(&raw, &ForeignerRule::default()).unwrap();
        let request = StartRecovery { identifiers, locale: Locale::EsEc, proof: None, form: String::new() };
        let client = Client {
            address: Ipv4Addr::LOCALHOST.into(),
            device_name: String::new(),
            device: None,
            voucher: voucher.map(str::to_owned),
        };
        let started = self.service.start_recovery(request, &client).await?;
        Ok(Flow { id: started.view.id, token: started.token })
    }

    pub(super) fn smtp(&self) -> Arc<SmtpTransport> {
        let from = "no-responder@institucion.example".parse().unwrap();
        let settings = SmtpSettings { url: self.server.url(), password: None, from, identity: None };
        Arc::new(SmtpTransport::new(&settings).unwrap())
    }

    /// Starts a worker that hands over to the server.
    pub(super) fn work(&self) -> Running {
        self.work_with(self.smtp())
    }

    pub(super) fn work_with(&self, transport: Arc<dyn Transport>) -> Running {
        let sender = Sender {
            from: "no-responder@institucion.example".parse().unwrap(),
            public_url: "https://clave.example".to_owned(),
        };
        let (stop, stopped) = watch::channel(false);
        let worker = Worker::new(Arc::clone(&self.service), transport, sender);
        Running { task: tokio::spawn(worker.run(stopped)), stop }
    }

    pub(super) async fn view(&self, flow: &Flow) -> RecoveryView {
        self.service.recovery(&flow.id, &flow.token).await.unwrap()
    }

    /// The record follows the mail server's answer, so a test that has the mail still waits for the record. Nothing tells
    /// of it but reading.
    pub(super) async fn reaches(&self, flow: &Flow, state: State) -> RecoveryView {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let view = self.view(flow).await;
                if view.state == state {
                    return view;
                }
                tokio::task::yield_now().await;
            }
        })
        .await;
        let Ok(view) = waited else { panic!("not {state:?} but {:?}", self.view(flow).await.state) };
        view
    }

    /// Mails that still wait.
    pub(super) async fn waiting(&self) -> u64 {
        self.service.store().census().await.unwrap().outbox
    }
}

pub(super) fn key(sucursal: u16) -> EmployerKey {
    let sucursal = Sucursal::parse(&format!("{sucursal:04}")).unwrap();
    EmployerKey::new(Ruc::parse(RUC).unwrap(), sucursal).unwrap()
}
