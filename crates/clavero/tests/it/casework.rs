//! Whole cases, as an applicant and two officers with passkeys lead them, step by step.

use std::cell::{Cell, RefCell};

use futures_util::future::join_all;
use tokio::sync::{Mutex, Notify};

use crate::{
    api::{Api, NEW_KEY},
    case_pages::text_of,
    desk::{hidden, list, section},
    employers::Employer,
    mail::Inbox,
    officers::between,
    passkeys::{Officer, touch},
    server::TestServer,
};

const DOOR: &str = "/empleadores/clave-patronal";

/// The steps of a case's way by mail, as its history tells them.
const BY_MAIL: &[&str] = &[
    "Se abrió",
    "Se tomó en ventanilla",
    "Se dieron datos",
    "Se revisaron documentos",
    "Se identificó a la persona",
    "Se pidió un código",
    "Se comprobó el correo",
    "Se pidió aprobación",
    "Se aprobó",
    "Se inició la entrega",
    "La persona guardó su clave",
];

/// The same where there is no mailbox at all.
const BY_SLIP: &[&str] = &[
    "Se abrió",
    "Se tomó en ventanilla",
    "Se dieron datos",
    "Se revisaron documentos",
    "Se identificó a la persona",
    "Se pidió aprobación",
    "Se aprobó",
    "Se inició la entrega",
    "Se usó el sobre",
    "La persona guardó su clave",
];

/// Who works, and how many of their steps were answered in all.
pub(crate) struct Desk<'a> {
    inbox: &'a Inbox,
    applicant: reqwest::Client,
    address: String,
    pub(crate) ana: Officer,
    pub(crate) luis: Officer,
    /// Held by whoever touches: a person decides on one thing at a time.
    touching: Mutex<()>,
    answered: Cell<usize>,
    moved: Notify,
}

impl<'a> Desk<'a> {
    /// Of a service whose public address is the passkeys' origin.
    pub(crate) async fn of(server: &TestServer, inbox: &'a Inbox) -> Self {
        Self::between(server, inbox, ["Ana", "Luis"]).await
    }

    /// The same with officers of these names, the one who asks first. Each begins with another letter.
    pub(crate) async fn between(server: &TestServer, inbox: &'a Inbox, names: [&'static str; 2]) -> Self {
        let applicant = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            inbox,
            // A connection each: what a killed service left behind is not tried again.
            applicant: applicant.pool_max_idle_per_host(0).build().unwrap(),
            address: server.address().to_owned(),
            ana: Officer::signed_in(server, names[0], "desk").await,
            luis: Officer::signed_in(server, names[1], "desk").await,
            touching: Mutex::new(()),
            answered: Cell::new(0),
            moved: Notify::new(),
        }
    }

    pub(crate) async fn has_answered(&self, steps: usize) {
        while self.answered.get() < steps {
            self.moved.notified().await;
        }
    }

    async fn apply(&self, path: &str, form: &[(&str, &str)]) -> String {
        let request = self.applicant.post(format!("{}{path}", self.address)).form(form);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 303, "{path}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    async fn officer_posts(&self, officer: &Officer, path: &str, form: &[(&str, &str)]) {
        let done = officer.post(path, form).await;
        assert_eq!(done.status, 303, "{path}: {}", done.text);
    }
}

/// All of them at once, each to its end.
pub(crate) async fn walk_all(ways: &[Way], desk: &Desk<'_>) {
    join_all(ways.iter().map(|way| way.walk(desk))).await;
}

/// One employer's case, and how far its way was answered.
pub(crate) struct Way {
    pub(crate) employer: Employer,
    pub(crate) steps: &'static [&'static str],
    /// Where the key's link goes; empty for a slip.
    email: String,
    /// Its address at the desk.
    pub(crate) case: RefCell<String>,
    pub(crate) answered: Cell<usize>,
    /// The slip's secret, and then the link's token that it gave.
    pub(crate) secret: RefCell<String>,
}

impl Way {
    /// To a mailbox that takes the place of the one on record.
    pub(crate) fn by_mail(employer: Employer) -> Self {
        let email = employer.email.replace("persona", "nuevo");
        Self { email, steps: BY_MAIL, ..Self::by_slip(employer) }
    }

    pub(crate) fn by_slip(employer: Employer) -> Self {
        Self {
            employer,
            steps: BY_SLIP,
            email: String::new(),
            case: RefCell::default(),
            answered: Cell::new(0),
            secret: RefCell::default(),
        }
    }

    /// From where it stands to its end.
    pub(crate) async fn walk(&self, desk: &Desk<'_>) {
        self.walk_until(desk, "").await;
    }

    /// From where it stands up to this step, which is not taken.
    pub(crate) async fn walk_until(&self, desk: &Desk<'_>, end: &str) {
        for step in self.next(desk).await..self.steps.len() {
            if self.steps[step] == end {
                return;
            }
            self.take(desk, self.steps[step]).await;
            self.answered.set(step + 1);
            desk.answered.set(desk.answered.get() + 1);
            desk.moved.notify_waiters();
        }
    }

    pub(crate) async fn history(&self, desk: &Desk<'_>) -> String {
        let case = self.case.borrow().clone();
        section(&desk.ana.get(&case).await.text, "id=\"history\"").to_owned()
    }

    /// The first step that has not been taken: one that was taken without an answer is not taken again.
    pub(crate) async fn next(&self, desk: &Desk<'_>) -> usize {
        if self.case.borrow().is_empty() {
            return 0;
        }
        let history = self.history(desk).await;
        self.steps.iter().take_while(|step| history.contains(&format!("<td>{step}</td>"))).count()
    }

    pub(crate) async fn take(&self, desk: &Desk<'_>, step: &str) {
        let case = self.case.borrow().clone();
        let at = |part: &str| format!("{case}/{part}");
        match step {
            "Se abrió" => {
                let path = desk.apply(DOOR, &self.identifiers()).await;
                let reference = path.strip_prefix(&format!("{DOOR}/")).unwrap();
                *self.case.borrow_mut() = format!("/ventanilla/casos/{reference}");
            }
            "Se tomó en ventanilla" => desk.officer_posts(&desk.ana, &at("tomar"), &[]).await,
            "Se dieron datos" | "Se revisaron documentos" | "Se identificó a la persona" => {
                let page = desk.ana.get(&case).await.text;
                let (part, fields) = self.written(step, &page);
                let form: Vec<_> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                desk.officer_posts(&desk.ana, &at(part), &form).await;
            }
            "Se pidió un código" => desk.officer_posts(&desk.ana, &at("enviar-codigo"), &[]).await,
            "Se comprobó el correo" => {
                let code = desk.inbox.code_after_a_crash(&self.email).await;
                desk.officer_posts(&desk.ana, &at("codigo"), &[("code", &code)]).await;
            }
            "Se pidió aprobación" => {
                let page = desk.ana.get(&case).await.text;
                let digest = hidden(section(&page, "/pedir\""), "digest");
                desk.officer_posts(&desk.ana, &at("pedir"), &[("digest", digest)]).await;
            }
            "Se aprobó" => {
                let _touching = desk.touching.lock().await;
                let page = desk.luis.get(&case).await.text;
                let digest = hidden(section(&page, "/aprobar\""), "digest");
                let touched = desk.luis.touched(between(&page, "data-touch=\"", "\"")).await;
                let form = [&[("digest", digest)], &touch(&touched)[..]].concat();
                desk.officer_posts(&desk.luis, &at("aprobar"), &form).await;
            }
            "Se inició la entrega" => self.hand_over(desk, &case).await,
            "Se usó el sobre" => {
                let secret = self.secret.borrow().clone();
                let form = [&self.identifiers()[..], &[("slip", secret.as_str())]].concat();
                let link = desk.apply("/clave/papeleta", &form).await;
                *self.secret.borrow_mut() = link;
            }
            _ => self.set_key(desk).await,
        }
    }

    fn identifiers(&self) -> [(&str, &str); 3] {
        let Employer { representative, ruc, sucursal, .. } = &self.employer;
        [("representative_id", representative), ("ruc", ruc), ("sucursal", sucursal)]
    }

    /// What is typed into a form of the page, and where it goes.
    fn written(&self, step: &str, page: &str) -> (&'static str, Vec<(String, String)>) {
        let address = format!("Calle Ñandú {}", self.employer.ruc);
        let (part, fields) = match step {
            "Se dieron datos" => (
                "datos",
                vec![
                    ("applicant", "in_person"),
                    ("phone", "099 999 9999"),
                    ("address", &address),
                    ("email", &self.email),
                    ("centre", "0"),
                ],
            ),
            "Se identificó a la persona" => (
                "persona",
                vec![
                    ("person_name", "María José Muñoz Peña"),
                    ("person_number", &self.employer.representative),
                    ("identified_by", "cedula"),
                ],
            ),
            _ => return ("documentos", list(page, "original_seen")),
        };
        let version = hidden(section(page, &format!("/{part}\"")), "version");
        let fields = [&[("version", version)], &fields[..]].concat();
        (part, fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    async fn hand_over(&self, desk: &Desk<'_>, case: &str) {
        let _touching = desk.touching.lock().await;
        let page = desk.ana.get(case).await.text;
        let touched = desk.ana.touched(between(&page, "data-touch=\"", "\"")).await;
        let path = format!("{case}/entregar");
        if !self.email.is_empty() {
            return desk.officer_posts(&desk.ana, &path, &touch(&touched)).await;
        }
        let text = text_of(&desk.ana.post_bytes(&path, &touch(&touched)).await);
        let reference = case.rsplit('/').next().unwrap();
        let grouped = |word: &&str| word.len() == 19 && word.split('-').all(|group| group.len() == 4);
        let secret = text.split_whitespace().filter(grouped).find(|word| word.replace('-', "") != reference);
        let secret = secret.unwrap_or_else(|| panic!("a secret in {text}"));
        secret.clone_into(&mut self.secret.borrow_mut());
    }

    async fn set_key(&self, desk: &Desk<'_>) {
        let in_hand = self.secret.borrow().clone();
        let link = match in_hand {
            none if none.is_empty() => desk.inbox.link_after_a_crash(&self.email).await,
            link => link,
        };
        assert_eq!(Api::at(&desk.address).set_key(&link, NEW_KEY).await.status, 204);
    }
}
