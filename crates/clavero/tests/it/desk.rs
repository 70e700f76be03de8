//! The rules against dishonest officers (and for honest ones), each tried through HTTP as a person at the desk would: refused
//! by its name, and written down where a supervisor sees it.

use crate::{
    employers::{Employer, Registry},
    mail::{Inbox, link_of},
    officers::{Officer, Page, between},
    server::{Setup, TestServer},
};

const DOOR: &str = "/empleadores/clave-patronal";
const KEY: &str = "gavilán bajo lluvia tranquila 73";

/// A service with its mail, and an employer who has come to the desk.
struct Scene {
    inbox: Inbox,
    server: TestServer,
    employer: Employer,
}

impl Scene {
    fn new(settings: &[(&'static str, &str)]) -> Self {
        let mut registry = Registry::default();
        let employer = registry.company();
        let inbox = Inbox::open();
        let setup = Setup::new(&registry, inbox.port());
        let server = settings.iter().fold(setup, |setup, (key, value)| setup.set(key, value)).start();
        Self { inbox, server, employer }
    }

    async fn officer(&self, name: &str, role: &str) -> Officer<'_> {
        let mut officer = Officer::enrolled(&self.server, name, role).await;
        officer.signs_in().await;
        officer
    }

    /// Opened online by the employer: the address of the case at the desk.
    async fn opened(&self) -> String {
        let visitor = Officer::new(&self.server, "Nadie");
        let Employer { representative, ruc, sucursal, .. } = &self.employer;
        let form = [("representative_id", representative.as_str()), ("ruc", ruc), ("sucursal", sucursal)];
        let page = visitor.post(DOOR, &form).await;
        assert_eq!(page.status, 303, "{}", page.text);
        format!("/ventanilla/casos/{}", page.to.strip_prefix(&format!("{DOOR}/")).unwrap())
    }

    /// Taken and checked by this officer, with this mailbox for the key, up to the request for approval.
    async fn checked(&self, officer: &Officer<'_>, case: &str, email: &str) {
        done(&officer.post(&format!("{case}/tomar"), &[]).await);
        let page = officer.get(case).await.text;
        let form = [
            ("version", hidden(section(&page, "/datos\""), "version")),
            ("applicant", "in_person"),
            ("phone", "099 999 9999"),
            ("address", "Calle Ñandú N1-23"),
            ("email", email),
            ("centre", "0"),
        ];
        done(&officer.post(&format!("{case}/datos"), &form).await);
        self.save_list(officer, case, "original_seen").await;
        self.identify(officer, case).await;
        if !email.is_empty() {
            done(&officer.post(&format!("{case}/enviar-codigo"), &[]).await);
            let code = self.inbox.next_code(email).await;
            done(&officer.post(&format!("{case}/codigo"), &[("code", &code)]).await);
        }
    }

    async fn identify(&self, officer: &Officer<'_>, case: &str) {
        let page = officer.get(case).await.text;
        let form = [
            ("version", hidden(section(&page, "/persona\""), "version")),
            ("person_name", "María José Muñoz Peña"),
            ("person_number", &self.employer.representative),
            ("identified_by", "cedula"),
        ];
        done(&officer.post(&format!("{case}/persona"), &form).await);
    }

    async fn save_list(&self, officer: &Officer<'_>, case: &str, finding: &str) {
        let page = officer.get(case).await.text;
        let page = officer.post_pairs(&format!("{case}/documentos"), &list(&page, finding)).await;
        done(&page);
    }

    async fn asked(&self, officer: &Officer<'_>, case: &str, email: &str) {
        self.checked(officer, case, email).await;
        done(&ask(officer, case).await);
    }

    /// Approved by another officer with a touch of theirs.
    async fn approved(&self, officer: &mut Officer<'_>, case: &str) {
        let page = officer.get(case).await.text;
        let code = officer.code();
        let form = [("digest", hidden(section(&page, "/aprobar\""), "digest")), ("touch_code", &code)];
        done(&officer.post(&format!("{case}/aprobar"), &form).await);
    }
}

async fn ask(officer: &Officer<'_>, case: &str) -> Page {
    let page = officer.get(case).await.text;
    let digest = hidden(section(&page, "/pedir\""), "digest");
    officer.post(&format!("{case}/pedir"), &[("digest", digest)]).await
}

/// The check-list as the page holds it, every line answered alike.
pub(crate) fn list(page: &str, finding: &str) -> Vec<(String, String)> {
    let version = hidden(section(page, "/documentos\""), "version");
    let mut fields = vec![("version".to_owned(), version.to_owned())];
    for part in page.split("name=\"was_").skip(1) {
        let place = part.split('"').next().unwrap();
        fields.push((format!("was_{place}"), between(part, "value=\"", "\"").to_owned()));
        fields.push((format!("finding_{place}"), finding.to_owned()));
        fields.push((format!("remark_{place}"), String::new()));
    }
    assert!(fields.len() > 1, "a check-list in {page}");
    fields
}

/// What follows the first place where a form goes to this address.
pub(crate) fn section<'a>(page: &'a str, action: &str) -> &'a str {
    page.split_once(action).unwrap_or_else(|| panic!("no form to {action} in {page}")).1
}

pub(crate) fn hidden<'a>(form: &'a str, name: &str) -> &'a str {
    between(form, &format!("name=\"{name}\" value=\""), "\"")
}

fn done(page: &Page) {
    assert_eq!(page.status, 303, "{}", page.text);
    assert!(page.to.starts_with("/ventanilla/casos/"), "{}", page.to);
}

/// Refused with these words, and so written into the history of the case.
async fn refused(officer: &Officer<'_>, case: &str, (page, status, words): (Page, u16, &str)) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(words), "{words:?} in {}", page.text);
    let history = officer.get(case).await.text;
    let history = section(&history, "id=\"history\"");
    assert!(history.contains(words), "{words:?} in the history: {history}");
}

#[tokio::test]
async fn two_officers_lead_an_employer_to_a_new_key_that_neither_sees() {
    let scene = Scene::new(&[]);
    let (mut ana, mut luis) = (scene.officer("Ana", "desk").await, scene.officer("Luis", "desk").await);
    let case = scene.opened().await;
    scene.asked(&ana, &case, "nuevo@correo.example").await;
    let seen = luis.get(&case).await.text;
    assert!(seen.contains(&scene.employer.email) && seen.contains("nuevo@correo.example"), "{seen}");
    scene.approved(&mut luis, &case).await;
    let code = ana.code();
    done(&ana.post(&format!("{case}/entregar"), &[("touch_code", &code)]).await);
    let told = scene.inbox.next(&scene.employer.email).await;
    assert!(told.text().contains("/clave-patronal/detener/"), "the old mailbox can stop it: {}", told.text());
    let mut mail = scene.inbox.next("nuevo@correo.example").await;
    while !mail.text().contains("/clave/") {
        mail = scene.inbox.next("nuevo@correo.example").await;
    }
    let link = link_of(&mail);
    let waits = ana.get(&case).await.text;
    let token = link.rsplit('/').next().unwrap();
    assert!(!waits.contains(token), "no officer sees the link");
    let api = crate::api::Api::of(&scene.server);
    assert_eq!(api.set_key(&link, KEY).await.status, 204);
    assert!(ana.get(&case).await.text.contains("data-state=\"closed\""));
    api.sign_in(&scene.employer, KEY).await.ok(201);
}

#[tokio::test]
async fn who_asks_does_not_approve_nor_return_and_a_supervisor_sees_that_it_was_tried() {
    let scene = Scene::new(&[]);
    let ana = scene.officer("Ana", "desk").await;
    let boss = scene.officer("Lucia", "supervisor").await;
    let case = scene.opened().await;
    scene.asked(&ana, &case, "nuevo@correo.example").await;
    let own = ana.get(&case).await.text;
    assert!(!own.contains("/aprobar\"") && own.contains("Quien pide no aprueba"), "{own}");
    let words = "Quien pide no decide su propio pedido";
    let tried =
        ana.post(&format!("{case}/aprobar"), &[("digest", &"0".repeat(64)), ("touch_code", "000000")]).await;
    refused(&ana, &case, (tried, 409, words)).await;
    let tried = ana.post(&format!("{case}/devolver"), &[("text", "otra vez")]).await;
    refused(&ana, &case, (tried, 409, words)).await;
    let tried = ana.post(&format!("{case}/rechazar"), &[("text", "otra vez")]).await;
    refused(&ana, &case, (tried, 409, words)).await;
    let above = boss.get("/ventanilla/supervision").await.text;
    let breaches = section(&above, "id=\"breaches\"");
    assert_eq!(between(breaches, "<td>Ana</td><td>", "</td>"), "3");
}

#[tokio::test]
async fn an_auditor_reads_everything_and_changes_nothing_and_an_admin_does_not_even_read() {
    let scene = Scene::new(&[]);
    let ana = scene.officer("Ana", "desk").await;
    let auditor = scene.officer("Oscar", "auditor").await;
    let admin = scene.officer("Elena", "admin").await;
    let case = scene.opened().await;
    let words = "Su rol no permite este paso";
    let tried = auditor.post(&format!("{case}/tomar"), &[]).await;
    refused(&auditor, &case, (tried, 403, words)).await;
    scene.asked(&ana, &case, "nuevo@correo.example").await;
    let seen = auditor.get(&case).await.text;
    assert!(seen.contains("nuevo@correo.example") && !seen.contains("/aprobar\""), "{seen}");
    for (step, form) in [
        ("aprobar", [("digest", ""), ("text", "")]),
        ("devolver", [("text", "x"), ("digest", "")]),
        ("rechazar", [("text", "x"), ("digest", "")]),
        ("liberar", [("text", "x"), ("digest", "")]),
    ] {
        let tried = auditor.post(&format!("{case}/{step}"), &form).await;
        refused(&auditor, &case, (tried, 403, words)).await;
    }
    assert_eq!(auditor.get("/ventanilla/casos/nuevo").await.status, 403, "a form that auditors may not send");
    assert_eq!(ana.get("/ventanilla/casos/nuevo").await.status, 200);
    for page in ["/ventanilla/supervision", "/ventanilla/supervision/dia.csv?fecha=2026-11-21"] {
        assert_eq!(auditor.get(page).await.status, 200);
        assert_eq!(ana.get(page).await.status, 403, "{page} is not for the desk");
        assert_eq!(admin.get(page).await.status, 403, "{page} is not for an admin");
    }
    for page in ["/ventanilla/casos", &case] {
        assert_eq!(admin.get(page).await.status, 403, "{page}");
    }
}

#[tokio::test]
async fn the_second_officer_is_told_who_has_the_case_and_only_a_supervisor_takes_it_over_at_once() {
    let scene = Scene::new(&[]);
    let (ana, luis) = (scene.officer("Ana", "desk").await, scene.officer("Luis", "desk").await);
    let boss = scene.officer("Lucia", "supervisor").await;
    let case = scene.opened().await;
    done(&ana.post(&format!("{case}/tomar"), &[]).await);
    for form in [[("over", "")], [("over", "1")]] {
        let tried = luis.post(&format!("{case}/tomar"), &form).await;
        assert_eq!(tried.status, 409);
        assert!(tried.text.contains("Lo tiene Ana"), "{}", tried.text);
    }
    assert!(luis.get(&case).await.text.contains("Lo tiene Ana"));
    done(&boss.post(&format!("{case}/tomar"), &[("over", "1")]).await);
    let page = ana.get(&case).await.text;
    assert!(page.contains("Lo tiene Lucia"), "{page}");
    let tried = ana.post(&format!("{case}/persona"), &[("person_name", "X")]).await;
    assert_ne!(tried.status, 303, "who lost the case writes nothing");
}

#[tokio::test]
async fn what_somebody_else_saved_is_not_written_over() {
    let scene = Scene::new(&[]);
    let ana = scene.officer("Ana", "desk").await;
    let case = scene.opened().await;
    done(&ana.post(&format!("{case}/tomar"), &[]).await);
    let old = ana.get(&case).await.text;
    scene.save_list(&ana, &case, "copy_kept").await;
    let late = ana.post_pairs(&format!("{case}/documentos"), &list(&old, "missing")).await;
    assert_eq!(late.status, 409, "{}", late.text);
    assert!(late.text.contains("No se guardó nada") && late.text.contains("guardó aquí: Copia archivada"));
    let now = ana.get(&case).await.text;
    assert!(
        now.contains("value=\"copy_kept\" checked") && !now.contains("value=\"missing\" checked"),
        "{now}"
    );
    // Told so, what was typed can be saved knowingly; and a second press of the same button is no second save.
    let knowingly = list(&late.text, "missing");
    for _ in 0..2 {
        done(&ana.post_pairs(&format!("{case}/documentos"), &knowingly).await);
    }
    let history = ana.get(&case).await.text;
    let saves = section(&history, "id=\"history\"").matches("<td>Se revisaron documentos</td>").count();
    assert_eq!(saves, 2, "one line for each time that the list was saved");
    scene.identify(&ana, &case).await;
    let form = [
        ("version", hidden(section(&old, "/persona\""), "version")),
        ("person_name", "Otra"),
        ("person_number", "1"),
        ("identified_by", "cedula"),
    ];
    let late = ana.post(&format!("{case}/persona"), &form).await;
    assert_eq!(late.status, 409, "{}", late.text);
}

#[tokio::test]
async fn nothing_is_asked_for_before_everything_is_there_nor_approved_but_what_was_seen() {
    let scene = Scene::new(&[]);
    let (ana, mut luis) = (scene.officer("Ana", "desk").await, scene.officer("Luis", "desk").await);
    let case = scene.opened().await;
    done(&ana.post(&format!("{case}/tomar"), &[]).await);
    let tried = ana.post(&format!("{case}/pedir"), &[("digest", &"0".repeat(64))]).await;
    refused(&ana, &case, (tried, 409, "los datos de la persona")).await;
    done(&ana.post(&format!("{case}/soltar"), &[]).await);
    scene.asked(&ana, &case, "nuevo@correo.example").await;
    let code = luis.code();
    let form = [("digest", "0".repeat(64)), ("touch_code", code)];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let tried = luis.post(&format!("{case}/aprobar"), &form).await;
    refused(&luis, &case, (tried, 409, "Lo que usted vio ya no es")).await;
    let page = luis.get(&case).await.text;
    let digest = hidden(section(&page, "/aprobar\""), "digest").to_owned();
    let tried = luis.post(&format!("{case}/aprobar"), &[("digest", &digest), ("touch_code", "")]).await;
    assert_eq!(tried.status, 409, "no approval without a touch");
    assert!(luis.get(&case).await.text.contains("data-state=\"awaiting_approval\""));
}

#[tokio::test]
async fn a_case_goes_back_with_a_reason_and_comes_again() {
    let scene = Scene::new(&[]);
    let (ana, mut luis) = (scene.officer("Ana", "desk").await, scene.officer("Luis", "desk").await);
    let case = scene.opened().await;
    scene.asked(&ana, &case, "nuevo@correo.example").await;
    let empty = luis.post(&format!("{case}/devolver"), &[("text", " ")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("href=\"#return_reason\""), "{}", empty.text);
    done(&luis.post(&format!("{case}/devolver"), &[("text", "Falta ver el <poder> & la cédula")]).await);
    let page = ana.get(&case).await.text;
    assert!(page.contains("Falta ver el &#60;poder&#62; &#38; la cédula"), "escaped: {page}");
    done(&ana.post(&format!("{case}/tomar"), &[]).await);
    done(&ask(&ana, &case).await);
    scene.approved(&mut luis, &case).await;
}

#[tokio::test]
async fn the_old_mailbox_stops_a_case_and_only_a_supervisor_without_a_part_in_it_lets_it_go_on() {
    let scene = Scene::new(&[]);
    let (mut ana, mut luis) = (scene.officer("Ana", "desk").await, scene.officer("Luis", "desk").await);
    let boss = scene.officer("Lucia", "supervisor").await;
    let case = scene.opened().await;
    scene.asked(&ana, &case, "nuevo@correo.example").await;
    scene.approved(&mut luis, &case).await;
    let told = scene.inbox.next(&scene.employer.email).await;
    let text = told.text();
    let stop = text.split_whitespace().find(|word| word.contains("/clave-patronal/detener/")).unwrap();
    let path = format!("/clave-patronal/detener/{}", stop.rsplit('/').next().unwrap());
    let owner = Officer::new(&scene.server, "Nadie");
    let stopped = owner.post(&path, &[]).await;
    assert!(stopped.status < 400, "{}", stopped.text);
    let code = ana.code();
    let tried = ana.post(&format!("{case}/entregar"), &[("touch_code", &code)]).await;
    refused(&ana, &case, (tried, 409, "El caso está detenido")).await;
    let tried = ana.post(&format!("{case}/liberar"), &[("text", "todo bien")]).await;
    refused(&ana, &case, (tried, 403, "Su rol no permite este paso")).await;
    let waiting = boss.get("/ventanilla").await.text;
    assert!(section(&waiting, "id=\"frozen\"").contains(&case), "{waiting}");
    done(&boss.post(&format!("{case}/liberar"), &[("text", "El titular confirmó por teléfono")]).await);
    assert!(ana.get(&case).await.text.contains("data-state=\"approved\""));
    // Heard once. What comes after that stops nothing, and stands where a supervisor looks.
    let objected = "id=\"disputed\"";
    assert!(!boss.get("/ventanilla").await.text.contains(objected));
    assert!(owner.post(&path, &[]).await.status < 400);
    assert!(ana.get(&case).await.text.contains("data-state=\"approved\""));
    for page in ["/ventanilla", "/ventanilla/supervision"] {
        let text = boss.get(page).await.text;
        assert!(section(&text, objected).contains(&case), "{page}: {text}");
    }
    assert!(!ana.get("/ventanilla").await.text.contains(objected), "not the desk's to decide");
}

#[tokio::test]
async fn without_a_mailbox_a_slip_is_printed_once_and_shown_to_nobody() {
    let scene = Scene::new(&[]);
    let (mut ana, mut luis) = (scene.officer("Ana", "desk").await, scene.officer("Luis", "desk").await);
    let case = scene.opened().await;
    scene.asked(&ana, &case, "").await;
    scene.approved(&mut luis, &case).await;
    let code = ana.code();
    let form = [("touch_code", code.as_str())];
    let slip = ana.answered(&format!("{case}/entregar"), &form).await;
    // Shown where it is printed: no copy of it in a folder of downloads or in a cache.
    assert_eq!(slip.headers()["content-disposition"], "inline; filename=\"sobre.pdf\"");
    assert_eq!(slip.headers()["cache-control"], "no-store");
    let slip = slip.bytes().await.unwrap();
    assert!(slip.starts_with(b"%PDF-"), "{}", String::from_utf8_lossy(&slip));
    let again = ana.post_bytes(&format!("{case}/entregar"), &form).await;
    assert!(!again.starts_with(b"%PDF-"), "one touch, one slip");
    let page = ana.get(&case).await.text;
    assert!(page.contains("El sobre se imprimió y sirve hasta"), "{page}");
}

#[tokio::test]
async fn an_officer_past_the_limit_of_mailbox_changes_is_told_so() {
    let scene = Scene::new(&[("assisted.email_changes_per_hour", "1")]);
    let ana = scene.officer("Ana", "desk").await;
    let first = scene.opened().await;
    scene.asked(&ana, &first, "uno@correo.example").await;
    let second = scene.opened().await;
    scene.checked(&ana, &second, "dos@correo.example").await;
    let tried = ask(&ana, &second).await;
    assert_eq!(tried.status, 429);
    assert!(tried.text.contains("límite de cambios de correo"), "{}", tried.text);
    let history = ana.get(&second).await.text;
    assert!(section(&history, "id=\"history\"").contains("Límite de cambios de correo"), "{history}");
}

#[tokio::test]
async fn the_day_is_told_on_paper_and_as_rows_that_no_spreadsheet_runs() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| row.name = "=HYPERLINK(1) Ñandú".to_owned());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let scene = Scene { inbox, server, employer };
    let ana = scene.officer("Ana", "desk").await;
    let boss = scene.officer("Lucia", "supervisor").await;
    let case = scene.opened().await;
    done(&ana.post(&format!("{case}/tomar"), &[]).await);
    let above = boss.get("/ventanilla/supervision").await.text;
    let today = between(section(&above, "id=\"fecha\""), "value=\"", "\"").to_owned();
    let rows = boss.get(&format!("/ventanilla/supervision/dia.csv?fecha={today}")).await.text;
    assert!(rows.contains("\"'=HYPERLINK(1) Ñandú\"") && rows.contains("\"Ana\""), "{rows}");
    let paper = boss.get_bytes(&format!("/ventanilla/supervision/dia.pdf?fecha={today}")).await;
    assert!(paper.starts_with(b"%PDF-"));
    // On paper the log's root is out of reach of whoever might edit the log: it is that of a checkpoint of its moment.
    let note = async || boss.get("/ventanilla/registro/punto-de-control").await.text;
    let sealed = crate::api::eventually("a sheet between two equal checkpoints", || async {
        let before = note().await;
        let paper = boss.get_bytes(&format!("/ventanilla/supervision/dia.pdf?fecha={today}")).await;
        if before == note().await { Ok((before, paper)) } else { Err(()) }
    })
    .await;
    let (note, text) = (sealed.0, crate::case_pages::text_of(&sealed.1));
    let lines: Vec<&str> = note.lines().collect();
    let flat: String = text.split_whitespace().collect();
    assert!(flat.contains(lines[2]) && flat.contains(&format!("Entradas:{}", lines[1])), "{note}: {text}");
    let wrong = boss.get("/ventanilla/supervision/dia.csv?fecha=ayer").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("href=\"#fecha\""), "{}", wrong.text);
}

#[tokio::test]
async fn a_reference_with_a_slip_is_told_so_and_opens_nobody_elses_case() {
    let scene = Scene::new(&[]);
    let ana = scene.officer("Ana", "desk").await;
    let case = scene.opened().await;
    let reference = case.rsplit('/').next().unwrap();
    let scanned = format!("https%3A%2F%2Fportal.example%2Fempleadores%2Fclave-patronal%2F{reference}");
    for right in [reference.to_owned(), reference.to_lowercase(), scanned] {
        let found = ana.get(&format!("/ventanilla/casos?referencia={right}")).await;
        assert_eq!((found.status, found.to.as_str()), (303, case.as_str()), "{right}");
    }
    let other = if reference.starts_with('7') { "8" } else { "7" };
    let slip = format!("{other}{}", &reference[1..]);
    for (typed, words) in [
        (slip.as_str(), "tiene un error"),
        ("", "Escriba la referencia"),
        ("123", "usted escribió 3"),
        ("%3Cscript%3E", "solo letras y números"),
    ] {
        let told = ana.get(&format!("/ventanilla/casos?referencia={typed}")).await;
        assert_eq!(told.status, 422, "{typed}");
        assert!(told.text.contains(words), "{words} in {}", told.text);
    }
    assert_eq!(ana.get(&format!("/ventanilla/casos/{slip}")).await.status, 404);
}
