//! The employer's side of the assisted path through its pages: opening, telling, proving, printing, and what is refused.

use std::process::Command;

use clavero_protocol::CaseReference;
use reqwest::{Response, StatusCode};

use crate::{
    api::Api,
    employers::{Employer, Registry},
    mail::{Inbox, code_of},
    officers::between,
    server::{Setup, TestServer},
};

const DOOR: &str = "/empleadores/clave-patronal";
const HOSTILE: &str = "<script>alert(1)</script> & \"Ñandú\" #set page(width: 1pt) \u{202e}olleM\u{202c}";

/// A browser that follows nothing by itself and keeps one flow's cookie.
pub(crate) struct Browser<'a> {
    http: reqwest::Client,
    server: &'a TestServer,
    pub(crate) cookie: String,
}

pub(crate) type Fields<'a> = Vec<(&'a str, String)>;

impl<'a> Browser<'a> {
    pub(crate) fn of(server: &'a TestServer) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, server, cookie: String::new() }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.server.address()));
        request.header("cookie", &self.cookie).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, fields: &Fields<'_>) -> Response {
        let request = self.http.post(format!("{}{path}", self.server.address()));
        request.header("cookie", &self.cookie).form(fields).send().await.unwrap()
    }

    /// Where a form that was taken leads to.
    pub(crate) async fn sent(&self, path: &str, fields: &Fields<'_>) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status(), 303, "{path}: {:#?}", answer.text().await);
        location(&answer)
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// What a refused form is answered with.
    pub(crate) async fn refused(&self, path: &str, fields: &Fields<'_>, status: u16) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status(), status, "{path}");
        answer.text().await.unwrap()
    }

    async fn opened_by_choice(&self, employer: &Employer) -> String {
        self.sent(DOOR, &identifiers(employer)).await
    }
}

pub(crate) fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

pub(crate) fn identifiers(employer: &Employer) -> Fields<'static> {
    vec![
        ("representative_id", employer.representative.clone()),
        ("ruc", employer.ruc.clone()),
        ("sucursal", employer.sucursal.clone()),
    ]
}

/// What an applicant gives, with the mailbox that is to be reached.
pub(crate) fn details(email: &str) -> Fields<'static> {
    let given = [
        ("applicant", "in_person"),
        ("phone", "099 999 9999"),
        ("address", "Calle Ñusta 1-23"),
        ("centre", "0"),
    ];
    let mut fields: Fields<'static> = given.map(|(name, value)| (name, value.to_owned())).to_vec();
    fields.push(("email", email.to_owned()));
    fields
}

fn with(mut fields: Fields<'static>, name: &'static str, value: &str) -> Fields<'static> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value.to_owned()));
    fields
}

/// The reference in a case's address.
fn reference_in(path: &str) -> String {
    let reference = path.strip_prefix("/empleadores/clave-patronal/").unwrap_or_else(|| panic!("{path}"));
    assert!(CaseReference::parse(reference).is_ok(), "{reference}");
    reference.to_owned()
}

/// The text of a PDF in reading order, by poppler.
pub(crate) fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packet.pdf");
    std::fs::write(&path, pdf).unwrap();
    let read = Command::new("pdftotext").arg(&path).arg("-").output().unwrap();
    assert!(read.status.success(), "{read:?}");
    String::from_utf8(read.stdout).unwrap()
}

#[tokio::test]
async fn a_recovery_that_ends_in_person_opens_one_case_without_retyping() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| row.has_key = false);
    let server = Setup::new(&registry, 9).start();
    let mut browser = Browser::of(&server);
    let started = browser.post("/empleadores/recuperar-clave", &identifiers(&employer)).await;
    let cookie = started.headers()["set-cookie"].to_str().unwrap().to_owned();
    browser.cookie = cookie.split(';').next().unwrap().to_owned();
    let flow_page = location(&started);
    let flow = flow_page.rsplit('/').next().unwrap().to_owned();
    let page = browser.page(&flow_page).await;
    assert!(page.contains("action=\"/empleadores/clave-patronal/abrir\"") && page.contains(&flow), "{page}");

    let open = format!("{DOOR}/abrir");
    let case = browser.sent(&open, &vec![("flow", flow.clone())]).await;
    let reference = reference_in(&case);
    assert_eq!(
        browser.sent(&open, &vec![("flow", flow.clone())]).await,
        case,
        "a second press opens no other"
    );
    let page = browser.page(&case).await;
    assert!(page.contains("Este empleador aún no tiene clave"), "the reason is told: {page}");
    assert!(browser.page(&flow_page).await.contains(&case), "the flow's page leads to its case");
    assert!(browser.page(DOOR).await.contains(&case), "and so does the door");

    let (id, token) = browser.cookie.split_once('=').unwrap().1.split_once('~').unwrap();
    let api = Api::of(&server);
    let read = api.request(reqwest::Method::GET, &format!("/recoveries/{id}")).bearer_auth(token);
    let read = Api::send(read).await.ok(200);
    let told = read["assisted"]["case_reference"].as_str().unwrap();
    assert_eq!(told.replace('-', ""), reference);
    assert_eq!(read["assisted"]["case_url"], format!("{}{case}", server.address()));

    let stranger = Browser::of(&server);
    let answer = stranger.post(&open, &vec![("flow", flow)]).await;
    assert_eq!(answer.status(), 404, "another browser cannot");
}

#[tokio::test]
async fn a_case_is_opened_by_choice_under_the_rules_of_step_one() {
    let mut registry = Registry::default();
    let (employer, other) = (registry.company(), registry.company());
    let server = Setup::new(&registry, 9).start();
    let browser = Browser::of(&server);
    let empty = browser.refused(DOOR, &Vec::new(), 422).await;
    for field in ["representative_id", "ruc", "sucursal"] {
        assert!(empty.contains(&format!("href=\"#{field}\"")), "{field}");
    }
    let stranger = with(identifiers(&employer), "representative_id", "1714307103");
    let mismatch = browser.refused(DOOR, &stranger, 422).await;
    assert!(mismatch.contains("no coinciden con el registro"), "{mismatch}");
    assert!(mismatch.contains("value=\"1714307103\""), "what was typed stays");
    let mut cases: Vec<String> = Vec::new();
    for _ in 0..3 {
        cases.push(browser.opened_by_choice(&employer).await);
    }
    cases.dedup();
    assert_eq!(cases.len(), 3);
    // A double click: the page's form has a name, and opens one case however often it is sent.
    let page = browser.page(DOOR).await;
    let named = with(identifiers(&other), "form", between(&page, "name=\"form\" value=\"", "\""));
    let (first, second) = tokio::join!(browser.sent(DOOR, &named), browser.sent(DOOR, &named));
    assert_eq!(first, second);
    let full = browser.refused(DOOR, &identifiers(&employer), 409).await;
    assert!(full.contains("ya tiene tres trámites abiertos"), "{full}");
}

#[tokio::test]
async fn a_reference_is_read_as_people_type_it_and_a_slip_in_it_is_told() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let browser = Browser::of(&server);
    let case = browser.opened_by_choice(&employer).await;
    let reference = reference_in(&case);
    let look_up = format!("{DOOR}/buscar");
    let loose: String = reference.to_lowercase().replace('0', "o").replace('1', "l");
    let grouped = format!(" {} {}-{} {} ", &loose[..4], &loose[4..8], &loose[8..12], &loose[12..]);
    assert_eq!(browser.sent(&look_up, &vec![("reference", grouped)]).await, case);
    let at_address = browser.get(&format!("{DOOR}/{}", reference.to_lowercase())).await;
    assert_eq!((at_address.status().as_u16(), location(&at_address)), (303, case.clone()));

    let swapped: String = {
        let mut symbols: Vec<char> = reference.chars().collect();
        symbols[3] = if symbols[3] == '7' { '8' } else { '7' };
        symbols.into_iter().collect()
    };
    let slip = browser.refused(&look_up, &vec![("reference", swapped.clone())], 422).await;
    assert!(slip.contains("La referencia tiene un error al escribirla"), "{slip}");
    let slip = browser.get(&format!("{DOOR}/{swapped}")).await;
    assert_eq!(slip.status(), 404);
    assert!(slip.text().await.unwrap().contains("La referencia tiene un error al escribirla"));
    for (typed, said) in [
        ("", "Escriba la referencia"),
        ("7KQ2-M4XV", "tiene 8 letras y números"),
        ("ABCD-EFGH-JKMN-PQR*", "solo lleva letras y números"),
    ] {
        let refused = browser.refused(&look_up, &vec![("reference", typed.to_owned())], 422).await;
        assert!(refused.contains(said), "{typed}: {refused}");
    }
    let unknown = (0..=u8::MAX).find_map(|n| CaseReference::from_random([n; 10])).unwrap();
    for path in ["", "/expediente.pdf", "/qr.svg", "/datos"] {
        let answer = browser.get(&format!("{DOOR}/{}{path}", unknown.as_str())).await;
        assert_eq!(answer.status(), 404, "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("No encontramos un trámite con esa referencia"), "{page}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_named_field_by_field_and_kept_as_typed() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let browser = Browser::of(&server);
    let case = browser.opened_by_choice(&employer).await;
    let form = format!("{case}/datos");
    let empty = browser.refused(&form, &Vec::new(), 422).await;
    for field in ["applicant", "phone", "address", "centre"] {
        assert!(empty.contains(&format!("href=\"#{field}\"")), "{field}: {empty}");
        assert!(empty.contains(&format!("id=\"{field}-error\"")), "{field}: {empty}");
    }
    let third = browser.refused(&form, &with(details(""), "applicant", "third_party"), 422).await;
    assert!(third.contains("href=\"#third_party_id\""), "{third}");
    let long = browser.refused(&form, &with(details(""), "address", &"Ñ".repeat(500)), 422).await;
    assert!(long.contains("tiene 500 caracteres y caben 300") && long.contains("ÑÑÑÑ"), "{long}");
    let half = with(details("no es un correo"), "new_representative_name", &"Zoë".repeat(200));
    let half = browser.refused(&form, &half, 422).await;
    for field in ["email", "new_representative_id", "new_representative_name"] {
        assert!(half.contains(&format!("href=\"#{field}\"")), "{field}: {half}");
    }
    assert!(half.contains("<details open>"), "what has an error is not folded away");
    assert!(browser.page(&case).await.contains("Faltan sus datos"), "nothing of it was taken");
}

#[tokio::test]
async fn hostile_words_stay_words_on_the_page_and_on_paper() {
    let mut registry = Registry::default();
    let long_name = format!("{} Ñusta & Hijos", "Comercializadora Güiñansaca ".repeat(17));
    let employer = registry.company_with(|row| row.name.clone_from(&long_name));
    let server = Setup::new(&registry, 9).start();
    let browser = Browser::of(&server);
    let case = browser.opened_by_choice(&employer).await;
    let given = with(details("persona@correo.example"), "address", HOSTILE);
    let given = with(given, "applicant", "third_party");
    let given = with(given, "third_party_id", "1714307103");
    let given = with(given, "third_party_name", "=cmd|'/C calc'!A0 <b>Núñez</b>");
    assert_eq!(browser.sent(&format!("{case}/datos"), &given).await, case);
    for path in [case.clone(), format!("{case}/datos")] {
        let page = browser.page(&path).await;
        assert!(!page.contains("<script>alert") && !page.contains("<b>Núñez"), "{page}");
        assert!(!page.contains('\u{202e}'), "nothing turns the direction of reading: {page}");
    }
    let answer = browser.get(&format!("{case}/expediente.pdf")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let text = text_of(&answer.bytes().await.unwrap());
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in ["<script>alert(1)</script>", "#set page(width: 1pt)", "=cmd|'/C calc'!A0", "Ñusta & Hijos"]
    {
        assert!(flat.contains(wanted), "{wanted}: {flat}");
    }
}

#[tokio::test]
async fn the_packet_is_made_again_at_any_time_in_the_language_of_the_page() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let browser = Browser::of(&server);
    let case = browser.opened_by_choice(&employer).await;
    let packet = format!("{case}/expediente.pdf");
    assert_eq!(browser.get(&packet).await.status(), 200, "before the details as well");
    browser.sent(&format!("{case}/datos"), &details("nueva@correo.example")).await;
    let first = browser.get(&packet).await;
    assert_eq!(first.headers()["content-type"], "application/pdf");
    let reference = reference_in(&case);
    let groups = [0, 4, 8, 12].map(|at| &reference[at..at + 4]).join("-");
    let disposition = first.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(disposition, format!("attachment; filename=\"clave-patronal-{groups}.pdf\""));
    assert_eq!(first.headers()["cache-control"], "no-store");
    let first = first.bytes().await.unwrap();
    assert_eq!(browser.get(&packet).await.bytes().await.unwrap(), first, "equal again");
    let text = text_of(&first);
    for wanted in [&groups, &employer.ruc, "nueva@correo.example", "Calle Ñusta 1-23", "Centro de Atención"]
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let english = text_of(&browser.get(&format!("{packet}?lang=en")).await.bytes().await.unwrap());
    assert!(english.contains("What to bring") && english != text, "{english}");
    let qr = browser.get(&format!("{case}/qr.svg")).await;
    assert_eq!(qr.headers()["content-type"], "image/svg+xml; charset=utf-8");
    assert!(qr.text().await.unwrap().starts_with("<svg xmlns"));
}

#[tokio::test]
async fn the_new_mailbox_is_proven_by_a_code_and_only_by_the_right_one() {
    let mut registry = Registry::default();
    let employer = registry.company_with(|row| row.email.clear());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let browser = Browser::of(&server);
    let case = browser.opened_by_choice(&employer).await;
    let none = browser.sent(&format!("{case}/enviar-codigo"), &Vec::new()).await;
    assert_eq!((none.as_str(), inbox.total()), (case.as_str(), 0), "nothing to write to yet");
    browser.sent(&format!("{case}/datos"), &details("nueva@correo.example")).await;
    let page = browser.page(&case).await;
    assert!(page.contains("n•••••@c•••••") && !page.contains("nueva@correo.example"), "{page}");
    browser.sent(&format!("{case}/enviar-codigo"), &Vec::new()).await;
    let code = code_of(&inbox.next("nueva@correo.example").await);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    crate::api::eventually("the code's acceptance", || async {
        let page = browser.page(&case).await;
        if page.contains("El código vale hasta") { Ok(()) } else { Err(page) }
    })
    .await;
    let verify = format!("{case}/codigo");
    let refused = browser.refused(&verify, &vec![("code", wrong.to_owned())], 422).await;
    assert!(
        refused.contains("Ese código no es correcto") && refused.contains("quedan 4 intentos"),
        "{refused}"
    );
    let empty = browser.refused(&verify, &vec![("code", String::new())], 422).await;
    assert!(empty.contains("Escriba el código"), "{empty}");
    assert_eq!(browser.sent(&verify, &vec![("code", code.clone())]).await, case);
    let page = browser.page(&case).await;
    assert!(page.contains("El correo quedó confirmado") && !page.contains("name=\"code\""), "{page}");
    assert_eq!(browser.sent(&verify, &vec![("code", code)]).await, case, "a repeat shows where it stands");
    let changed = details("otra@correo.example");
    browser.sent(&format!("{case}/datos"), &changed).await;
    assert!(browser.page(&case).await.contains("Enviarme un código"), "another address is proven anew");
}

#[tokio::test]
async fn stop_links_and_slips_that_are_none_open_nothing() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).start();
    let browser = Browser::of(&server);
    for token in ["x", &"A".repeat(43)] {
        let path = format!("/clave-patronal/detener/{token}");
        assert_eq!(browser.get(&path).await.status(), 404);
        assert_eq!(browser.post(&path, &Vec::new()).await.status(), 404);
    }
    assert!(browser.page("/clave/papeleta").await.contains("name=\"slip\""));
    let mistyped = with(identifiers(&employer), "slip", "7KQ2-M4XV-9D3T-H5RA");
    let said = browser.refused("/clave/papeleta", &mistyped, 422).await;
    assert!(said.contains("error al escribirlo"), "{said}");
    let unknown = (0..=u8::MAX).find_map(|n| CaseReference::from_random([n; 10])).unwrap();
    let none = with(identifiers(&employer), "slip", unknown.as_str());
    let said = browser.refused("/clave/papeleta", &none, 422).await;
    assert!(said.contains("No pudimos abrir el paso con esos datos"), "{said}");
}
