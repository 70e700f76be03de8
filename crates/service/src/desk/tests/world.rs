//! A service with one employer, two officers, a supervisor, and a mail server that obeys.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use clavero_protocol::{
    EmailAddress, EmployerKey, EmployerKind, Finding, ForeignerRule, Mismatch, Need, OfficerId,
    RepresentativeId, Role, Ruc, Sucursal, Timestamp, Touch,
};
use clavero_smtp_fixture::SmtpFixture;
use clavero_store::{Clock, EmployerRecord, Inviter, NewEnrolment, NewOfficer, Sqlite, SystemClock, TaxRow};
use clavero_words::Locale;
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    BundledBreaches, Client, Identifiers, KeyRing, RawIdentifiers, Service, Settings,
    desk::{
        CaseDetails, CaseView, Centre, DeskCaseView, EnablingDocument, NewCase, OfficerContext,
        OpenCaseError, PersonSeen, ShownCase,
    },
    mail::{Sender, SmtpSettings, SmtpTransport},
    outbox::Worker,
};

pub(super) const REPRESENTATIVE: &str = "1714307103";
pub(super) const RUC: &str = "1790011674001";
pub(super) const OLD: &str = "antes@correo.example";
pub(super) const NEW: &str = "ahora@otro.example";
pub(super) const NAME: &str = "CONSTRUCTORA ÑANDÚ CÍA. LTDA.";
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct MovedClock {
    real: SystemClock,
    by: AtomicI64,
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.real.now().as_micros() + self.by.load(Ordering::SeqCst))
    }
}

pub(super) struct World {
    pub(super) service: Arc<Service>,
    pub(super) server: SmtpFixture,
    pub(super) folder: TempDir,
    clock: Arc<MovedClock>,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

pub(super) const DETAILS: CaseDetails<'_> = CaseDetails {
    applicant: "in_person",
    phone: "099 123 4567",
    address: "Avenida Río Coca E12-34",
    email: NEW,
    centre: "0",
    new_representative_id: "",
    new_representative_name: "",
    third_party_id: "",
    third_party_name: "",
};

pub(super) const PERSON: PersonSeen<'_> =
    PersonSeen { name: "María José Muñoz Peña", number: REPRESENTATIVE, how: "cedula" };

pub(super) fn officer(number: u8, role: Role) -> OfficerContext {
    OfficerContext { id: OfficerId([number; 16]), role, name: format!("Oficial {number}") }
}

pub(super) fn ana() -> OfficerContext {
    officer(1, Role::Desk)
}

pub(super) fn beto() -> OfficerContext {
    officer(2, Role::Desk)
}

pub(super) fn carla() -> OfficerContext {
    officer(3, Role::Supervisor)
}

/// The form by which a case is opened, with this name.
pub(super) fn form(representative: &str, name: &str) -> NewCase {
    let (identifiers, locale) = (identifiers(representative), Locale::EsEc);
    NewCase { identifiers, locale, proof: None, form: name.to_owned() }
}

/// The case as this view shows it.
pub(super) fn shown(view: &DeskCaseView) -> ShownCase<'_> {
    ShownCase { reference: &view.case.reference, version: &view.version }
}

pub(super) fn client() -> Client {
    Client { address: Ipv4Addr::LOCALHOST.into(), device_name: String::new(), device: None, voucher: None }
}

pub(super) fn key() -> EmployerKey {
    EmployerKey::new(Ruc::parse(RUC).unwrap(), Sucursal::FIRST).unwrap()
}

pub(super) fn identifiers(representative: &str) -> Identifiers {
    let raw =
        RawIdentifiers { representative_id: representative, ruc: RUC, sucursal: "0001", domestic: false };
    Identifiers::parse(&raw, &ForeignerRule::default()).unwrap()
}

fn settings(mismatch: Mismatch) -> Settings {
    let line = |when, es: &str| EnablingDocument {
        applicants: Vec::new(),
        when,
        es: es.to_owned(),
        en: format!("{es} (en)"),
    };
    let mut settings = Settings {
        centres: vec![Centre {
            name: "Centro Norte".to_owned(),
            city: "Quito".to_owned(),
            address: "Avenida de Ejemplo 1".to_owned(),
            hours: "08:00".to_owned(),
            phone: "02".to_owned(),
        }],
        documents: vec![
            line(Need::Always, "Cédula"),
            line(Need::ThirdParty, "Poder"),
            line(Need::RepresentativeChange, "Nombramiento"),
        ],
        ..Settings::default()
    };
    settings.policy.mismatch = mismatch;
    settings
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Mismatch::Say, Some(OLD), true).await
    }

    pub(super) async fn with(mismatch: Mismatch, email: Option<&str>, has_key: bool) -> Self {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovedClock::default());
        let store = Sqlite::open(&folder.path().join("clavero.db"), Arc::clone(&clock) as _).unwrap();
        let keys = Arc::new(KeyRing::ephemeral().unwrap());
        let service = Service::start(Arc::new(store), keys, Box::new(BundledBreaches), settings(mismatch))
            .await
            .unwrap();
        let server = SmtpFixture::start();
        let from = "no-responder@institucion.example".parse().unwrap();
        let smtp = SmtpSettings { url: server.url(), password: None, from, identity: None };
        let transport = Arc::new(SmtpTransport::new(&smtp).unwrap());
        let sender = Sender {
            from: "no-responder@institucion.example".parse().unwrap(),
            public_url: "https://clave.example".to_owned(),
        };
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(Worker::new(Arc::clone(&service), transport, sender).run(stopped));
        let world = Self { service, server, folder, clock, stop, worker };
        world.register(email, has_key).await;
        for (number, role) in [(1, Role::Desk), (2, Role::Desk), (3, Role::Supervisor)] {
            world.hire(number, role).await;
        }
        world
    }

    async fn register(&self, email: Option<&str>, has_key: bool) {
        let address = email.map(|email| EmailAddress::parse(email).unwrap());
        let row = EmployerRecord {
            key: key(),
            kind: EmployerKind::Privada,
            name: NAME.to_owned(),
            representative: RepresentativeId::parse(REPRESENTATIVE, &ForeignerRule::default()).unwrap(),
            representative_name: "María José Muñoz Peña".to_owned(),
            email: address.and_then(|address| self.service.keys().seal_email(&key(), &address)),
            has_key,
        };
        self.service.store().import_employers(vec![(row, None)]).await.unwrap();
    }

    async fn hire(&self, number: u8, role: Role) {
        let new = NewOfficer {
            id: OfficerId([number; 16]),
            name: format!("Oficial {number}"),
            email: vec![number],
            email_index: [number; 16],
            role,
            mac: [0; 32],
        };
        let enrolment = NewEnrolment { token: [number; 32], life: Duration::from_mins(1) };
        self.service.store().add_officer(new, Inviter::Operator(enrolment)).await.unwrap().unwrap();
    }

    pub(super) async fn tax(&self, state: clavero_protocol::TaxState) {
        let row = TaxRow { ruc: key().ruc().as_i64(), state, word: "X".to_owned(), since: String::new() };
        self.service.store().replace_tax_register(vec![row]).await.unwrap().unwrap();
    }

    pub(super) fn forward(&self, span: Duration) {
        self.clock.by.fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::SeqCst);
    }

    pub(super) async fn open(&self, representative: &str) -> Result<CaseView, OpenCaseError> {
        self.service.open_case(form(representative, ""), &client()).await
    }

    /// Opens a case and proves its mailbox with the code that arrives there.
    pub(super) async fn proven(&self) -> String {
        let reference = self.open(REPRESENTATIVE).await.unwrap().reference;
        self.prove(&reference).await;
        reference
    }

    pub(super) async fn prove(&self, reference: &str) {
        self.service.give_case_details(reference, DETAILS, &client()).await.unwrap();
        self.service.send_case_code(reference, &client()).await.unwrap();
        let code = self.server.next_code(NEW).await;
        // The mail may be there before the mail server's answer is recorded, and counts from the attempt on.
        self.service.verify_case_code(reference, &code, &client()).await.unwrap();
    }

    pub(super) async fn desk(&self, officer: &OfficerContext, reference: &str) -> DeskCaseView {
        self.service.desk_case(officer, reference).await.unwrap()
    }

    /// Ana finds everything in order and asks for approval.
    pub(super) async fn asked(&self, reference: &str) -> DeskCaseView {
        let (service, ana) = (&self.service, ana());
        service.take_case(&ana, reference, false).await.unwrap();
        let found = [(0, Finding::CopyKept, "")];
        let view = service.desk_case(&ana, reference).await.unwrap();
        let view = service.check_documents(&ana, shown(&view), &found).await.unwrap();
        let view = service.identify(&ana, shown(&view), PERSON).await.unwrap();
        assert_eq!(view.proposal.missing, None);
        service.ask_approval(&ana, reference, view.proposal.digest).await.unwrap()
    }

    pub(super) fn touch(&self, officer: &OfficerContext, purpose: Option<[u8; 32]>) -> Touch {
        Touch { officer: officer.id, purpose: purpose.unwrap(), at: self.service.store().now() }
    }

    pub(super) async fn approved(&self, reference: &str) -> DeskCaseView {
        let view = self.asked(reference).await;
        let touch = self.touch(&beto(), view.approve_purpose);
        self.service.approve(&beto(), reference, view.proposal.digest, touch).await.unwrap()
    }

    /// The token of the next mailed link with this path.
    pub(super) async fn link(&self, to: &str, path: &str) -> String {
        self.server.next_link(to, path).await.rsplit('/').next().unwrap().to_owned()
    }

    /// Whether something that was typed can be read in the database's files.
    pub(super) fn is_readable_at_rest(&self, typed: &str) -> bool {
        std::fs::read_dir(self.folder.path()).unwrap().any(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            bytes.windows(typed.len()).any(|window| window == typed.as_bytes())
        })
    }

    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(PATIENCE, self.worker).await.unwrap().unwrap();
    }
}
