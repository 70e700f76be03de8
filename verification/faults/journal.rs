//! What the service has answered, kept outside of it, and the clients that go on asking while it is killed.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use super::post::{Letter, Post};
use crate::{
    api::{Answer, Api, identifiers, token_of},
    employers::Employer,
};

const DOOR: &str = "/empleadores/clave-patronal";
/// Between two tries while the service is away.
const AGAIN: Duration = Duration::from_millis(25);
/// A service that is away for longer does not come back.
const MOST_AWAY: Duration = Duration::from_mins(3);

/// One employer: what was promised to them, and what may have been done without an answer.
pub(crate) struct Account {
    pub(crate) employer: Employer,
    /// Flows whose start was answered, with the token of each.
    flows: Vec<(String, String)>,
    /// Starts that were sent and not answered.
    doubtful_starts: usize,
    /// Keys that were set, the one that holds last.
    keys: Vec<String>,
    /// The link that set the last one.
    link: String,
    session: String,
    case: Option<String>,
    /// What was said of a wrong answer names this.
    seen: Vec<String>,
}

impl Account {
    pub(crate) fn of(employer: Employer) -> Self {
        Self {
            employer,
            flows: Vec::new(),
            doubtful_starts: 0,
            keys: Vec::new(),
            link: String::new(),
            session: String::new(),
            case: None,
            seen: Vec::new(),
        }
    }

    pub(crate) fn keys_set(&self) -> usize {
        self.keys.len()
    }
}

/// Everything that was acknowledged, and everything that did not hold.
pub(crate) struct Journal {
    acknowledged: AtomicUsize,
    pub(crate) journeys: AtomicUsize,
    pub(crate) checked: AtomicUsize,
    pub(crate) doubtful: AtomicUsize,
    /// Mails that were waited for longer than several leases.
    pub(crate) late: AtomicUsize,
    /// Whoever asks holds one; whoever waits for a mail does not.
    asking: Semaphore,
    moved: Notify,
    broken: Mutex<Vec<String>>,
    pub(crate) stop: AtomicBool,
}

impl Journal {
    /// Of clients of whom so many ask at once.
    pub(crate) fn new(at_once: usize) -> Self {
        Self {
            acknowledged: AtomicUsize::default(),
            journeys: AtomicUsize::default(),
            checked: AtomicUsize::default(),
            doubtful: AtomicUsize::default(),
            late: AtomicUsize::default(),
            asking: Semaphore::new(at_once),
            moved: Notify::new(),
            broken: Mutex::default(),
            stop: AtomicBool::default(),
        }
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until so many answers were acknowledged in all.
    pub(crate) async fn reaches(&self, answers: usize) {
        loop {
            let moved = self.moved.notified();
            if self.acknowledged() >= answers {
                return;
            }
            moved.await;
        }
    }

    fn acknowledge(&self) {
        self.acknowledged.fetch_add(1, Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    fn breaks(&self, account: &Account, what: &str) {
        let Account { employer, seen, .. } = account;
        self.broken.lock().unwrap().push(format!("{}: {what}; {seen:?}", employer.email));
    }

    /// What did not hold.
    pub(crate) fn broken(&self) -> Vec<String> {
        self.broken.lock().unwrap().clone()
    }
}

/// Whoever walks journeys, whatever happens to the service.
pub(crate) struct Client {
    pub(crate) api: Api,
    /// Of the public pages.
    pub(crate) address: String,
    pub(crate) journal: Arc<Journal>,
    pub(crate) post: Arc<Post>,
}

/// Why a journey cannot go on: an acknowledged thing is not there.
type Step<T> = Result<T, String>;

impl Client {
    /// Takes one employer after the other until it is told to stop, and ends between two journeys.
    pub(crate) async fn live(self, accounts: Arc<Mutex<VecDeque<Account>>>) {
        while !self.journal.stop.load(Ordering::SeqCst) {
            let Some(mut account) = accounts.lock().unwrap().pop_front() else { return };
            if let Err(what) = self.journey(&mut account).await {
                self.journal.breaks(&account, &what);
            } else {
                self.journal.journeys.fetch_add(1, Ordering::SeqCst);
            }
            accounts.lock().unwrap().push_back(account);
        }
    }

    /// Asks until there is an answer. Says how often it may have been done without one.
    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> (Answer, usize) {
        let _asking = self.journal.asking.acquire().await.unwrap();
        let mut ticks = tokio::time::interval(AGAIN);
        let (began, mut doubts) = (std::time::Instant::now(), 0);
        loop {
            ticks.tick().await;
            let last = match whole(request()).await {
                Ok(answer) if answer.status != 503 => return (answer, doubts),
                Ok(answer) => format!("{}", answer.body),
                Err(error) if error.is_connect() => {
                    assert!(began.elapsed() < MOST_AWAY, "the service does not come back: {error}");
                    continue;
                }
                Err(error) => error.to_string(),
            };
            doubts += 1;
            self.journal.doubtful.fetch_add(1, Ordering::SeqCst);
            assert!(began.elapsed() < MOST_AWAY, "there is no answer: {last}");
        }
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask(|| self.api.request(Method::GET, path).bearer_auth(token)).await.0
    }

    async fn journey(&self, account: &mut Account) -> Step<()> {
        self.check(account).await?;
        account.seen.clear();
        let letters = self.post.letters(&account.employer.email);
        let (id, token, reference) = self.start(account).await?;
        self.verify(account, (&id, &token), &reference).await?;
        let link = self.link(account, (&id, &token), &letters).await?;
        self.set_key(account, &link).await?;
        self.sign_in(account).await?;
        if account.case.is_none() {
            self.open_case(account).await;
        }
        Ok(())
    }

    async fn start(&self, account: &mut Account) -> Step<(String, String, String)> {
        let body = identifiers(&account.employer);
        let (answer, doubts) = self.ask(|| self.api.request(Method::POST, "/recoveries").json(&body)).await;
        account.doubtful_starts += doubts;
        account.seen.push(format!("start {} after {doubts}", answer.status));
        let text = |name: &str| answer.body[name].as_str().map(str::to_owned);
        let started = text("id").zip(text("token")).zip(text("reference"));
        let ((id, token), reference) = started.ok_or(format!("no start: {answer:?}"))?;
        account.flows.push((id.clone(), token.clone()));
        self.journal.acknowledge();
        Ok((id, token, reference))
    }

    async fn verify(&self, account: &mut Account, flow: (&str, &str), reference: &str) -> Step<()> {
        let is_ours = |letter: &Letter| letter.is_code_of(reference);
        let code = self.letter(account, flow, is_ours).await?.code.ok_or("a code's mail has no code")?;
        let body = json!({ "code": code });
        let path = format!("/recoveries/{}/code", flow.0);
        let send = || self.api.request(Method::POST, &path).bearer_auth(flow.1).json(&body);
        let (answer, doubts) = self.ask(send).await;
        account.seen.push(format!("code {} {:?} after {doubts}", answer.status, answer.problem()));
        let done_before = doubts > 0 && answer.problem() == Some("wrong-state");
        if answer.status != 200 && !done_before {
            return Err(format!("a code that was mailed does not work: {}", answer.body));
        }
        self.journal.acknowledge();
        let state = self.get(&format!("/recoveries/{}", flow.0), flow.1).await;
        let stands = ["link_queued", "link_sent"].map(Value::from).contains(&state.body["state"]);
        if stands { Ok(()) } else { Err(format!("a code that was verified is not: {}", state.body)) }
    }

    /// The letter that a flow waits for. Killed again and again with it in hand, the service owes it until the flow ends.
    async fn letter(
        &self,
        account: &Account,
        (id, token): (&str, &str),
        fits: impl Fn(&Letter) -> bool,
    ) -> Step<Letter> {
        loop {
            if let Some(letter) = self.post.wait(&account.employer.email, &fits).await {
                return Ok(letter);
            }
            let flow = self.get(&format!("/recoveries/{id}"), token).await.body;
            if !["code_queued", "link_queued"].map(Value::from).contains(&flow["state"]) {
                return Err(format!("a mail is lost: {flow}"));
            }
            self.journal.late.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The link of this journey: those of earlier ones may come again, under their `Message-ID`.
    async fn link(&self, account: &Account, flow: (&str, &str), before: &[Letter]) -> Step<String> {
        let is_new = |letter: &Letter| letter.link.is_some() && before.iter().all(|old| old.id != letter.id);
        self.letter(account, flow, is_new).await?.link.ok_or_else(|| "a link's mail has no link".to_owned())
    }

    async fn set_key(&self, account: &mut Account, link: &str) -> Step<()> {
        let key = format!("gavilán bajo lluvia tranquila {} {}", account.keys.len(), account.employer.ruc);
        let (answer, doubts) = self.ask(|| self.setting(link, &key)).await;
        account.seen.push(format!("key {} {:?} after {doubts}", answer.status, answer.problem()));
        let done_before = doubts > 0 && answer.problem() == Some("link-used");
        if answer.status != 204 && !done_before {
            return Err(format!("a link that was mailed does not work: {}", answer.body));
        }
        account.keys.push(key);
        link.clone_into(&mut account.link);
        account.session.clear();
        self.journal.acknowledge();
        Ok(())
    }

    fn setting(&self, link: &str, key: &str) -> RequestBuilder {
        let path = format!("/links/{}/password", token_of(link));
        self.api.request(Method::POST, &path).json(&json!({ "password": key }))
    }

    async fn sign_in(&self, account: &mut Account) -> Step<()> {
        let mut body = identifiers(&account.employer);
        body["password"] = account.keys.last().map(String::as_str).into();
        let (answer, doubts) = self.ask(|| self.api.request(Method::POST, "/sessions").json(&body)).await;
        account.seen.push(format!("sign-in {} after {doubts}", answer.status));
        let token = answer.body["token"].as_str();
        token
            .ok_or(format!("a key that was set does not open: {}", answer.body))?
            .clone_into(&mut account.session);
        self.journal.acknowledge();
        Ok(())
    }

    async fn open_case(&self, account: &mut Account) {
        let Employer { representative, ruc, sucursal, .. } = &account.employer;
        let form = [("representative_id", representative), ("ruc", ruc), ("sucursal", sucursal)];
        let (answer, _) =
            self.ask(|| self.api.http.post(format!("{}{DOOR}", self.address)).form(&form)).await;
        // Without a redirection the try before it may have opened one, which only its page could tell.
        if answer.status == 303 {
            account.case = answer.header("location").map(str::to_owned);
            self.journal.acknowledge();
        }
    }

    /// Everything that was promised to an employer is there, and what was used up works no more.
    pub(crate) async fn check(&self, account: &mut Account) -> Step<()> {
        for (id, token) in &account.flows {
            let flow = self.get(&format!("/recoveries/{id}"), token).await;
            let ends = ["completed", "expired"].map(Value::from);
            let over = account.keys.len() < account.flows.len() || ends.contains(&flow.body["state"]);
            if flow.status != 200 || !over {
                return Err(format!("a flow that was started: {} {}", flow.status, flow.body));
            }
        }
        if !account.session.is_empty() && self.get("/session", &account.session).await.status != 200 {
            return Err("a session that was opened is lost".to_owned());
        }
        if let Some(case) = &account.case {
            let page = self.ask(|| self.api.http.get(format!("{}{case}", self.address))).await.0;
            if page.status != 200 {
                return Err(format!("a case that was opened: {}", page.status));
            }
        }
        if !account.link.is_empty() {
            let again = self.ask(|| self.setting(&account.link, "otra cosa muy distinta 99")).await.0;
            if again.problem() != Some("link-used") {
                return Err(format!("a link that was used: {} {}", again.status, again.body));
            }
            self.sign_in(account).await?;
        }
        self.journal.checked.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// The same at the very end, with all that was mailed to them.
    pub(crate) async fn settle(&self, account: &mut Account) {
        if let Err(what) = self.check(account).await {
            self.journal.breaks(account, &what);
        }
        let address = account.employer.email.clone();
        let keys = account.keys.len();
        if self.post.wait_for(|| (self.post.notices(&address) >= keys).then_some(())).await.is_none() {
            self.journal.breaks(account, "a notice of a changed key is lost");
        }
        let (codes, differ) = self.post.codes(&address);
        let most = account.flows.len() + account.doubtful_starts;
        let started = account.flows.len();
        if codes < started || codes > most || differ {
            self.journal.breaks(
                account,
                &format!("{codes} codes for {started} to {most} flows, differing: {differ}"),
            );
        }
        if self.post.notices(&address) != keys {
            self.journal.breaks(account, "a key was changed twice");
        }
        for link in self.post.letters(&address).into_iter().filter_map(|letter| letter.link) {
            let path = format!("/links/{}", token_of(&link));
            let answer = self.ask(|| self.api.request(Method::GET, &path)).await.0;
            if answer.status.is_success() {
                self.journal.breaks(account, "a link of a recovery that ended is alive");
            }
        }
    }
}

/// Sends it and reads the answer to its end; a service that is killed meanwhile has not answered.
async fn whole(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await?;
    Ok(Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}
