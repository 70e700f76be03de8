//! T13 and A28: one officer with every right of the desk, a mailbox of their own and nobody's help walks every way that
//! the desk's acts open, and none ends in a key.

use std::collections::{BTreeSet, VecDeque};

use rusqlite::Connection;

use super::{
    figures::figure,
    routes::{self, Route},
};
use crate::{
    case_pages::{Browser, identifiers},
    desk::{hidden, list, section},
    employers::{Employer, Registry},
    mail::Inbox,
    officers::between,
    passkeys::{ORIGIN, Officer, touch},
    server::{Setup, TestServer},
};

const DOOR: &str = "/empleadores/clave-patronal";
/// What comes only after somebody has approved.
const BEYOND: [&str; 3] = ["approved", "activated", "closed"];
/// Longer than the honest way to an approval.
const DEEPEST: usize = 9;

/// Whatever can be sent to a case, as the router has it.
fn acts() -> Vec<String> {
    let of_case = |route: Route| {
        let act = route.path.strip_prefix("/ventanilla/casos/{reference}/")?.to_owned();
        route.takes_posts.then_some(act)
    };
    let acts: Vec<String> = routes::of_pages().into_iter().filter_map(of_case).collect();
    assert!(acts.len() >= 14, "{acts:?}");
    acts
}

struct Insider<'a> {
    officer: Officer,
    browser: Browser<'a>,
    inbox: &'a Inbox,
}

/// One case on its way.
struct Walk<'a> {
    insider: &'a Insider<'a>,
    employer: &'a Employer,
    case: String,
    /// The mailbox that the key would go to: the insider reads it.
    mailbox: String,
    code: String,
    /// What was asked for, as the page last showed it.
    digest: String,
    /// The case's page, as the last act that was taken left it.
    page: String,
}

impl<'a> Walk<'a> {
    /// Opened as anybody can who knows the numbers.
    async fn begin(insider: &'a Insider<'a>, employer: &'a Employer) -> Self {
        let opened = insider.browser.sent(DOOR, &identifiers(employer)).await;
        let case = format!("/ventanilla/casos/{}", opened.rsplit('/').next().unwrap());
        let mailbox = format!("mio{}@correo.example", employer.ruc);
        let page = insider.officer.get(&case).await.text;
        Self { insider, employer, case, mailbox, code: String::new(), digest: "0".repeat(64), page }
    }

    /// Where the case stands: its state, and what has been done for it while it is in hand.
    fn standing(&self) -> (String, [bool; 5]) {
        let state = between(&self.page, "class=\"tag\" data-state=\"", "\"").to_owned();
        let holds = |part: &str| state == "at_desk" && self.page.contains(part);
        let done = [
            holds("Zoila Vista Vista"),
            holds(&self.mailbox),
            holds("value=\"original_seen\" checked"),
            holds(&format!("{}/codigo\"", self.case)),
            holds("name=\"digest\""),
        ];
        (state, done)
    }

    /// Tries an act with the best that one person has for it; whether it was taken.
    async fn tries(&mut self, act: &str) -> bool {
        let page = self.page.clone();
        if page.contains("name=\"digest\"") {
            hidden(&page, "digest").clone_into(&mut self.digest);
        }
        let officer = &self.insider.officer;
        let path = format!("{}/{act}", self.case);
        let offered = |part: &str| page.contains(&format!("{}/{part}\"", self.case));
        let version = if offered(act) && section(&page, &format!("/{act}\"")).contains("name=\"version\"") {
            hidden(section(&page, &format!("/{act}\"")), "version").to_owned()
        } else {
            String::new()
        };
        let digest = self.digest.clone();
        let form: Vec<(String, String)> = match act {
            "tomar" => pairs(&[("over", "1")]),
            "documentos" if offered(act) => list(&page, "original_seen"),
            "persona" => pairs(&[
                ("version", &version),
                ("person_name", "Zoila Vista Vista"),
                ("person_number", &self.employer.representative),
                ("identified_by", "cedula"),
            ]),
            "datos" => pairs(&[
                ("version", &version),
                ("applicant", "in_person"),
                ("phone", "099 999 9999"),
                ("address", "Calle Ñandú N1-23"),
                ("email", &self.mailbox),
                ("centre", "0"),
            ]),
            "codigo" => pairs(&[("code", if self.code.is_empty() { "000000" } else { &self.code })]),
            "pedir" => pairs(&[("digest", &digest)]),
            "aprobar" | "entregar" => {
                let offered =
                    page.split_once("data-touch=\"").map(|(_, touch)| touch.split('"').next().unwrap());
                let touched = officer.touched(offered.unwrap_or(&digest)).await;
                let mut form = pairs(&touch(&touched));
                form.extend(pairs(&[("digest", &digest)]));
                form
            }
            _ => pairs(&[("version", &version), ("text", "así conviene")]),
        };
        let form: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = officer.post(&path, &form).await;
        assert!(answer.status < 500, "{act}: {}", answer.text);
        assert!(!answer.text.starts_with("%PDF"), "a slip was printed by {act}");
        if act == "enviar-codigo" && answer.status == 303 && self.code.is_empty() {
            self.code = self.insider.inbox.next_code(&self.mailbox).await;
        }
        if answer.status == 303 {
            self.page = officer.get(&self.case).await.text;
        }
        answer.status == 303
    }
}

fn pairs(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Every stored key, as it lies there.
fn keys(server: &TestServer) -> Vec<(i64, String)> {
    let database = Connection::open(server.folder().join("clavero.db")).unwrap();
    let mut all = database.prepare("SELECT employer_id, phc FROM credential ORDER BY employer_id").unwrap();
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn no_way_through_the_desk_that_one_officer_walks_alone_ends_in_a_key() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..1_000).map(|_| registry.company()).collect();
    let mut next = employers.iter();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port())
        .set("server.public_url", ORIGIN)
        .set("assisted.email_changes_per_hour", "100000")
        .start();
    let before = keys(&server);
    let officer = Officer::signed_in(&server, "Sara", "supervisor").await;
    let insider = Insider { officer, browser: Browser::of(&server), inbox: &inbox };
    let mut seen = BTreeSet::new();
    let acts = acts();
    let mut open: VecDeque<Vec<&str>> = VecDeque::from([Vec::new()]);
    let (mut tried, mut taken) = (0, 0);
    while let Some(way) = open.pop_front() {
        let mut walk = None;
        for act in acts.iter().map(String::as_str) {
            // An act that leads nowhere leaves the case where it was: the next one is tried on the same.
            let mut here: Walk = if let Some(walk) = walk.take() {
                walk
            } else {
                let mut walk = Walk::begin(&insider, next.next().expect("an employer more")).await;
                for act in &way {
                    assert!(walk.tries(act).await, "{act} of {way:?} was taken before");
                }
                walk
            };
            tried += 1;
            let before = here.standing();
            taken += usize::from(here.tries(act).await);
            let standing = here.standing();
            if standing == before {
                walk = Some(here);
                continue;
            }
            assert!(!BEYOND.contains(&standing.0.as_str()), "{way:?} and {act} led to {standing:?}");
            if way.len() < DEEPEST && seen.insert(standing) {
                open.push_back([&way[..], &[act]].concat());
            }
        }
    }
    figure("T13", &format!("{} places, {tried} acts tried, {taken} taken", seen.len()));
    assert!(
        seen.iter().any(|(state, _)| state == "awaiting_approval"),
        "the walk came to the door: {seen:?}"
    );
    assert_eq!(keys(&server), before, "no key was set");
    assert!(!server.log().contains("panicked"));
}
