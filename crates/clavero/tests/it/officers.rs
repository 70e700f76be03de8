//! The officers' desk from outside: enrolling with an authenticator app, signing in, sessions, roles, two admins.

use std::collections::HashMap;

use clavero_passkeys::{STEP_SECONDS, TotpSecret};
use clavero_store::{Clock as _, SystemClock};

use crate::{
    api::eventually,
    employers::Registry,
    server::{Setup, TestServer, clavero},
};

fn start(settings: &[(&'static str, &str)]) -> TestServer {
    let setup = Setup::new(&Registry::default(), 9);
    settings.iter().fold(setup, |setup, (key, value)| setup.set(key, value)).start()
}

/// The enrolment address that the operator's command prints.
pub(crate) fn added(server: &TestServer, name: &str, role: &str) -> String {
    let email = email_of(name);
    let done = server.run(&["officer", "add", "--name", name, "--email", &email, "--role", role]);
    assert!(done.status.success(), "{done:?}");
    let printed = String::from_utf8(done.stdout).unwrap();
    let path = printed.trim().split_once("/ventanilla/alta/").unwrap().1;
    assert!(!path.contains(char::is_whitespace), "the address stands alone: {printed}");
    format!("/ventanilla/alta/{path}")
}

pub(crate) fn email_of(name: &str) -> String {
    format!("{}@institucion.example", name.to_lowercase())
}

/// The text between two marks.
pub(crate) fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let rest = page.split_once(before).unwrap_or_else(|| panic!("{before} in {page}")).1;
    rest.split_once(after).unwrap().0
}

/// RFC 4648 §6.
fn base32(text: &str) -> TotpSecret {
    let digits = text.bytes().filter(u8::is_ascii_alphanumeric).map(|digit| match digit {
        b'A'..=b'Z' => digit - b'A',
        _ => digit - b'2' + 26,
    });
    let bits = digits.fold(String::new(), |bits, digit| bits + &format!("{digit:05b}"));
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks(8)
        .map(|byte| u8::from_str_radix(str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    TotpSecret::from_bytes(bytes.try_into().unwrap())
}

/// One officer's browser and app. A code works once: each that is asked for is of a later step.
pub(crate) struct Officer<'a> {
    server: &'a TestServer,
    http: reqwest::Client,
    name: String,
    secret: Option<TotpSecret>,
    next: u64,
}

pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) to: String,
    pub(crate) text: String,
    cookies: Vec<String>,
    retry_after: Option<u64>,
}

impl<'a> Officer<'a> {
    pub(crate) fn new(server: &'a TestServer, name: &str) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
        Self { server, http: http.build().unwrap(), name: name.to_owned(), secret: None, next: 0 }
    }

    /// Brought in by the operator and enrolled.
    pub(crate) async fn enrolled(server: &'a TestServer, name: &str, role: &str) -> Self {
        let mut officer = Self::new(server, name);
        officer.enrol(&added(server, name, role)).await;
        officer
    }

    async fn enrol(&mut self, address: &str) {
        let page = self.get(address).await;
        assert_eq!(page.status, 200, "{}", page.text);
        self.secret = Some(base32(between(&page.text, "<span class=\"reference\">", "</span>")));
        self.next = present() - 1;
        let code = self.code();
        let page = self.post(address, &[("code", &code)]).await;
        assert_eq!((page.status, page.to.as_str()), (303, "/ventanilla?alta=hecha"), "{}", page.text);
    }

    pub(crate) fn code(&mut self) -> String {
        let code = self.secret.as_ref().unwrap().code(self.next * STEP_SECONDS).unwrap().to_string();
        self.next += 1;
        code
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        Page::of(self.http.get(format!("{}{path}", self.server.address())).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let form: HashMap<&str, &str> = form.iter().copied().collect();
        let request = self.http.post(format!("{}{path}", self.server.address())).form(&form);
        Page::of(request.send().await.unwrap()).await
    }

    /// The same where a name may come more than once, or was read from a page.
    pub(crate) async fn post_pairs(&self, path: &str, form: &[(String, String)]) -> Page {
        let request = self.http.post(format!("{}{path}", self.server.address())).form(form);
        Page::of(request.send().await.unwrap()).await
    }

    /// What is no text.
    pub(crate) async fn post_bytes(&self, path: &str, form: &[(&str, &str)]) -> Vec<u8> {
        self.answered(path, form).await.bytes().await.unwrap().to_vec()
    }

    pub(crate) async fn answered(&self, path: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.server.address())).form(form);
        request.send().await.unwrap()
    }

    pub(crate) async fn get_bytes(&self, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}{path}", self.server.address()));
        request.send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    async fn tries(&self, code: &str) -> Page {
        self.post("/ventanilla/ingresar", &[("email", &email_of(&self.name)), ("code", code)]).await
    }

    pub(crate) async fn signs_in(&mut self) -> Page {
        let code = self.code();
        let page = self.tries(&code).await;
        assert_eq!((page.status, page.to.as_str()), (303, "/ventanilla"), "{}", page.text);
        page
    }

    async fn is_in(&self) -> bool {
        self.get("/ventanilla").await.text.contains("/ventanilla/salir")
    }
}

impl Page {
    async fn of(response: reqwest::Response) -> Self {
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let cookies = response.headers().get_all("set-cookie");
        Self {
            status: response.status().as_u16(),
            to: header("location"),
            retry_after: header("retry-after").parse().ok(),
            cookies: cookies.iter().map(|value| value.to_str().unwrap().to_owned()).collect(),
            text: response.text().await.unwrap(),
        }
    }
}

fn present() -> u64 {
    u64::try_from(SystemClock::new().now().as_micros()).unwrap() / 1_000_000 / STEP_SECONDS
}

/// The address of a colleague's page, as the list has it.
async fn page_of(admin: &Officer<'_>, name: &str) -> String {
    let list = admin.get("/ventanilla/funcionarios").await.text;
    let row = list.split("<th scope=\"row\">").find(|row| row.contains(&format!(">{name}</a>"))).unwrap();
    between(row, "<a href=\"", "\"").to_owned()
}

#[tokio::test]
async fn an_officer_enrols_an_app_signs_in_by_code_and_out() {
    let server = start(&[]);
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    assert!(!ana.is_in().await, "enrolling signs nobody in");
    ana.signs_in().await;
    let home = ana.get("/ventanilla").await;
    assert!(home.text.contains("<strong>Ana</strong>"), "{}", home.text);
    let out = ana.post("/ventanilla/salir", &[]).await;
    assert_eq!((out.status, out.to.as_str()), (303, "/ventanilla"));
    assert!(!ana.is_in().await);
}

#[tokio::test]
async fn an_enrolment_address_works_once_and_ends() {
    let server = start(&[]);
    let address = added(&server, "Ana", "desk");
    let mut ana = Officer::new(&server, "Ana");
    for _ in 0..3 {
        assert_eq!(ana.get(&address).await.status, 200, "looking uses nothing up");
    }
    let wrong = ana.post(&address, &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    ana.enrol(&address).await;
    assert_eq!(ana.get(&address).await.status, 410);
    assert_eq!(ana.post(&address, &[("code", "000000")]).await.status, 410);
    assert_eq!(ana.get(&format!("/ventanilla/alta/{}", "A".repeat(43))).await.status, 404);
    assert_eq!(ana.get("/ventanilla/alta/x").await.status, 404);

    let server = start(&[("desk.enrolment_ttl", "1s")]);
    let address = added(&server, "Ana", "desk");
    let ana = Officer::new(&server, "Ana");
    eventually("the end of the address", async || {
        let page = ana.get(&address).await;
        if page.status == 410 { Ok(()) } else { Err("it still works") }
    })
    .await;
}

#[tokio::test]
async fn every_failed_sign_in_has_one_answer_and_no_code_works_twice() {
    let server = start(&[]);
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    let used = ana.code();
    assert_eq!(ana.tries(&used).await.status, 303);
    let stranger = Officer::new(&server, "Ana");
    let nobody = Officer::new(&server, "Nadie");
    let told = |page: &Page, name: &str| {
        assert_eq!(page.status, 401, "{}", page.text);
        page.text
            .replace(&email_of(name), "…")
            .split("data-now=\"")
            .map(|part| part.get(13..).unwrap_or("").to_owned())
            .collect::<String>()
    };
    let answers = [
        told(&stranger.tries(&used).await, "Ana"),
        told(&stranger.tries("000000").await, "Ana"),
        told(&stranger.tries("not a code").await, "Ana"),
        told(&nobody.tries("000000").await, "Nadie"),
    ];
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn sixteen_at_once_with_one_code_are_one_sign_in() {
    let server = start(&[]);
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    let code = ana.code();
    let strangers: Vec<_> = (0..16).map(|_| Officer::new(&server, "Ana")).collect();
    let answers =
        futures_util::future::join_all(strangers.iter().map(|stranger| stranger.tries(&code))).await;
    assert_eq!(answers.iter().filter(|page| page.status == 303).count(), 1);
    assert!(answers.iter().all(|page| matches!(page.status, 303 | 401 | 429)));
}

#[tokio::test]
async fn wrong_codes_are_limited_and_do_not_lock_the_officer_out_of_a_device_of_hers() {
    let server = start(&[]);
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    ana.signs_in().await;
    ana.post("/ventanilla/salir", &[]).await;
    let stranger = Officer::new(&server, "Ana");
    for _ in 0..5 {
        assert_eq!(stranger.tries("000000").await.status, 401);
    }
    let limited = stranger.tries("000000").await;
    assert_eq!(limited.status, 429);
    assert!(limited.retry_after.is_some_and(|seconds| (1..=15 * 60).contains(&seconds)));
    ana.signs_in().await;
}

#[tokio::test]
async fn a_session_ends_when_nothing_is_asked_for_and_leads_back_after_the_next_sign_in() {
    let server = start(&[("desk.session_idle", "1s")]);
    let mut ana = Officer::enrolled(&server, "Ana", "admin").await;
    ana.signs_in().await;
    eventually("the end of the session", async || {
        let page = ana.get("/ventanilla/funcionarios").await;
        if page.to == "/ventanilla?ir=%2Fventanilla%2Ffuncionarios" { Ok(()) } else { Err("it lives") }
    })
    .await;
    let code = ana.code();
    let form = [("email", "ANA@institucion.example"), ("code", &code), ("ir", "/ventanilla/funcionarios")];
    assert_eq!(ana.post("/ventanilla/ingresar", &form).await.to, "/ventanilla/funcionarios");
}

#[tokio::test]
async fn only_an_admin_sees_the_officers_and_a_stranger_sees_nothing() {
    let server = start(&[]);
    for role in ["desk", "supervisor", "auditor"] {
        let mut officer = Officer::enrolled(&server, &format!("Eva{role}"), role).await;
        officer.signs_in().await;
        assert_eq!(officer.get("/ventanilla/funcionarios").await.status, 403, "{role}");
        let proposal = [("name", "X"), ("email", "x@institucion.example"), ("role", "admin")];
        assert_eq!(officer.post("/ventanilla/funcionarios", &proposal).await.status, 403, "{role}");
    }
    let stranger = Officer::new(&server, "Nadie");
    assert_eq!(stranger.get("/ventanilla/funcionarios").await.status, 303);
    let listed = String::from_utf8(server.run(&["officer", "list"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 3, "nobody was added: {listed}");
}

#[tokio::test]
async fn a_new_enrolment_takes_two_admins_and_ends_what_was_before() {
    let server = start(&[]);
    let mut first = Officer::enrolled(&server, "Elena", "admin").await;
    let mut second = Officer::enrolled(&server, "Marco", "admin").await;
    let mut lost = Officer::enrolled(&server, "Ana", "desk").await;
    for officer in [&mut first, &mut second, &mut lost] {
        officer.signs_in().await;
    }
    let ana = page_of(&first, "Ana").await;
    assert_eq!(first.post(&format!("{ana}/pedir"), &[]).await.status, 303);
    let own = first.code();
    let confirmed = first.post(&format!("{ana}/confirmar"), &[("touch_code", &own)]).await;
    assert_eq!(confirmed.status, 409, "who asked cannot confirm");
    let untouched = second.post(&format!("{ana}/confirmar"), &[]).await;
    assert_eq!(untouched.status, 409, "without a touch nothing is confirmed");
    assert!(lost.is_in().await);
    let code = second.code();
    let confirmed = second.post(&format!("{ana}/confirmar"), &[("touch_code", &code)]).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    assert!(!lost.is_in().await);
    let address = between(&confirmed.text, "/ventanilla/alta/", "<").to_owned();
    let old = lost.code();
    assert_eq!(lost.tries(&old).await.status, 401, "the old app opens nothing any more");
    let mut again = Officer::new(&server, "Ana");
    again.enrol(&format!("/ventanilla/alta/{address}")).await;
    again.signs_in().await;
}

#[tokio::test]
async fn an_admin_takes_access_away_and_the_last_one_stays() {
    let server = start(&[]);
    let mut elena = Officer::enrolled(&server, "Elena", "admin").await;
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    elena.signs_in().await;
    ana.signs_in().await;
    let (code, page) = (elena.code(), page_of(&elena, "Ana").await);
    let gone = elena.post(&format!("{page}/quitar"), &[("touch_code", &code)]).await;
    assert_eq!(gone.status, 303, "{}", gone.text);
    assert!(!ana.is_in().await);
    let last = server.run(&["officer", "disable", "--email", "elena@institucion.example"]);
    assert_eq!(last.status.code(), Some(1), "{last:?}");
    let listed = String::from_utf8(server.run(&["officer", "list"]).stdout).unwrap();
    assert!(listed.contains("desk\tana@institucion.example\tAna\tno access"), "{listed}");
}

#[tokio::test]
async fn behind_tls_an_officers_cookies_are_bound_to_the_host() {
    let server = start(&[("server.public_url", "https://clave.example")]);
    let mut ana = Officer::enrolled(&server, "Ana", "desk").await;
    let page = ana.signs_in().await;
    assert_eq!(page.cookies.len(), 2);
    for cookie in page.cookies {
        assert!(cookie.starts_with("__Host-clavero_officer"), "{cookie}");
        for wanted in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(cookie.split("; ").any(|part| part == wanted), "{wanted} in {cookie}");
        }
    }
}

#[tokio::test]
async fn the_demonstrations_one_click_is_not_there_under_serve() {
    let server = start(&[]);
    let mut ana = Officer::enrolled(&server, "Ana", "admin").await;
    let click = ana.post("/ventanilla/demostracion", &[("email", "ana@institucion.example")]).await;
    assert_eq!(click.status, 404);
    assert!(!ana.is_in().await);
    assert!(!ana.get("/ventanilla").await.text.contains("demostracion"));
    ana.signs_in().await;
    let page = ana.get(&page_of(&ana, "Ana").await).await;
    assert!(!page.text.contains("demostra"), "no code is given away: {}", page.text);
}

#[tokio::test]
async fn another_site_signs_nobody_in_and_the_officers_secrets_are_kept_nowhere_in_clear() {
    let server = start(&[]);
    let address = added(&server, "Ana", "desk");
    let mut ana = Officer::new(&server, "Ana");
    ana.enrol(&address).await;
    let secret = *ana.secret.as_ref().unwrap().as_bytes();
    let page = ana.signs_in().await;
    let session = between(&page.cookies[0], "=", ";").to_owned();
    let forged = ana
        .http
        .post(format!("{}/ventanilla/salir", server.address()))
        .header("sec-fetch-site", "cross-site");
    assert_eq!(forged.send().await.unwrap().status(), 403);
    assert!(ana.is_in().await);
    let token = address.rsplit('/').next().unwrap().to_owned();
    let wanted: [&[u8]; 4] = [&secret, session.as_bytes(), token.as_bytes(), b"ana@institucion"];
    for entry in std::fs::read_dir(server.folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for secret in wanted {
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{} holds {:?}", path.display(), String::from_utf8_lossy(secret));
        }
    }
}

#[tokio::test]
async fn a_role_that_was_changed_in_the_database_acts_in_none() {
    let server = start(&[]);
    let name = "Ana";
    let mut ana = Officer::enrolled(&server, name, "desk").await;
    ana.signs_in().await;
    let (http, code) = (ana.http.clone(), ana.code());
    let database = rusqlite::Connection::open(server.folder().join("clavero.db")).unwrap();
    assert_eq!(database.execute("UPDATE officer SET role = 'admin'", []).unwrap(), 1);
    drop(database);
    let mut forger = Officer::new(&server, name);
    forger.http = http;
    assert!(!forger.is_in().await);
    assert_eq!(forger.tries(&code).await.status, 401);
}

#[test]
fn the_operator_reads_what_is_wrong_and_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let done = clavero(&[&["officer"], args].concat()).current_dir(folder.path()).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let add =
        |name: &str, email: &str, role: &str| run(&["add", "--name", name, "--email", email, "--role", role]);
    assert_eq!(add("Ana", "ana@institucion.example", "boss").0, 2);
    let (code, told) = add("Ana", "not an address", "desk");
    assert!(code == 1 && told.contains("no e-mail address"), "{told}");
    let (code, told) = add(" ", "ana@institucion.example", "desk");
    assert!(code == 1 && told.contains("name"), "{told}");
    assert_eq!(add("Ana", "ana@institucion.example", "desk").0, 0);
    assert_eq!(add("Ana", "ana@institucion.example", "desk").0, 0, "who never enrolled gets another address");
    let (code, told) = add("Ana", "Ana@Institucion.example", "admin");
    assert!(code == 1 && told.contains("already"), "{told}");
    let (code, told) = run(&["disable", "--email", "eva@institucion.example"]);
    assert!(code == 1 && told.contains("no officer"), "{told}");
}

#[tokio::test]
async fn an_auditor_reads_the_log_keeps_its_checkpoint_and_proves_an_entry_and_a_desk_officer_does_not() {
    let server = start(&[]);
    let mut auditor = Officer::enrolled(&server, "Ada", "auditor").await;
    auditor.signs_in().await;
    let sealed = eventually("the sign-in is sealed", async || {
        let page = auditor.get("/ventanilla/registro").await;
        if page.text.contains("officer.signed_in") { Ok(page) } else { Err(page.text) }
    });
    let page = sealed.await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Ada"), "by name: {}", page.text);
    let checkpoint = auditor.get("/ventanilla/registro/punto-de-control").await;
    assert!(checkpoint.text.starts_with("127.0.0.1/clavero.audit\n"), "{}", checkpoint.text);
    let kept = server.folder().join("kept.txt");
    std::fs::write(&kept, &checkpoint.text).unwrap();
    let verified = server.run(&["audit", "verify", "--checkpoint", kept.to_str().unwrap()]);
    assert!(verified.status.success(), "{verified:?}");
    let proof = auditor.get("/ventanilla/registro/pruebas/0").await;
    assert!(proof.text.contains("clavero-audit-inclusion"), "{}", proof.text);
    assert_eq!(auditor.get("/ventanilla/registro/pruebas/99999").await.status, 404);

    let mut bruno = Officer::enrolled(&server, "Bruno", "desk").await;
    bruno.signs_in().await;
    for path in
        ["/ventanilla/registro", "/ventanilla/registro/punto-de-control", "/ventanilla/registro/pruebas/0"]
    {
        assert_eq!(bruno.get(path).await.status, 403, "{path}");
        assert_eq!(Officer::new(&server, "nobody").get(path).await.status, 303, "{path}");
    }
}
