//! The employers' pages without JavaScript: what they say, and where they lead on.

use reqwest::Response;

use crate::{
    api::{Api, NEW_KEY, eventually},
    case_pages::{Browser, identifiers, location, text_of},
    desk::hidden,
    employers::{Employer, Registry, catastro},
    mail::Inbox,
    server::{Setup, TestServer},
};

const RECOVER: &str = "/empleadores/recuperar-clave";
const SIGN_IN: &str = "/empleadores/ingresar";

/// A browser that has pressed "Validar", and its flow's address.
async fn validated<'a>(server: &'a TestServer, employer: &Employer) -> (Browser<'a>, String) {
    let mut browser = Browser::of(server);
    let answer = browser.post(RECOVER, &identifiers(employer)).await;
    assert_eq!(answer.status(), 303);
    keep(&mut browser, &answer);
    (browser, location(&answer))
}

fn keep(browser: &mut Browser<'_>, answer: &Response) {
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap_or_default().clone_into(&mut browser.cookie);
}

async fn shows(browser: &Browser<'_>, path: &str, words: &str) -> String {
    eventually(words, || async {
        let page = browser.page(path).await;
        if page.contains(words) { Ok(page) } else { Err(page) }
    })
    .await
}

#[tokio::test]
async fn another_code_too_soon_is_said_at_its_button_and_the_code_can_still_be_typed() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let (browser, flow) = validated(&server, &employer).await;
    let code = inbox.next_code(&employer.email).await;
    shows(&browser, &flow, "Enviamos un código").await;
    let refused = browser.post(&format!("{flow}/otro-codigo"), &Vec::new()).await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait));
    let page = refused.text().await.unwrap();
    assert!(page.contains("id=\"resend-error\"") && page.contains("href=\"#resend\""), "{page}");
    assert!(page.contains("name=\"code\"") && page.contains("/sin-acceso"), "{page}");
    browser.sent(&format!("{flow}/codigo"), &vec![("code", code)]).await;
}

#[tokio::test]
async fn validar_pressed_twice_begins_one_flow_and_sends_one_code() {
    let mut registry = Registry::default();
    let (employer, other) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.codes_per_window", "1").start();
    let mut browser = Browser::of(&server);
    let page = browser.page(RECOVER).await;
    let name = hidden(&page, "form").to_owned();
    assert_ne!(name, hidden(&browser.page(RECOVER).await, "form"), "each form has its own");
    let filled = |employer: &Employer| {
        let mut fields = identifiers(employer);
        fields.push(("form", name.clone()));
        fields
    };
    let fields = filled(&employer);
    let send = || async { browser.post(RECOVER, &fields).await };
    let answers = tokio::join!(send(), send(), send());
    let flow = location(&answers.0);
    assert_eq!((location(&answers.1), location(&answers.2)), (flow.clone(), flow.clone()));
    assert_eq!(location(&send().await), flow, "and later");
    assert_eq!(inbox.arrived(&employer.email, 1).await, 1);
    // Each answer opens it: the browser keeps the last one's cookie.
    keep(&mut browser, &answers.2);
    shows(&browser, &flow, "Enviamos un código").await;
    // Other data are another request, and so is another form.
    assert_ne!(location(&browser.post(RECOVER, &filled(&other)).await), flow);
    assert_eq!(browser.post(RECOVER, &identifiers(&employer)).await.status(), 429);
}

#[tokio::test]
async fn a_form_whose_flow_is_over_begins_another() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let mut browser = Browser::of(&server);
    let mut fields = identifiers(&employer);
    fields.push(("form", hidden(&browser.page(RECOVER).await, "form").to_owned()));
    let answer = browser.post(RECOVER, &fields).await;
    keep(&mut browser, &answer);
    let flow = location(&answer);
    let code = inbox.next_code(&employer.email).await;
    shows(&browser, &flow, "Enviamos un código").await;
    browser.sent(&format!("{flow}/codigo"), &vec![("code", code)]).await;
    let link = inbox.next_link(&employer.email).await;
    assert_eq!(Api::of(&server).set_key(&link, NEW_KEY).await.status, 204);
    assert_ne!(browser.sent(RECOVER, &fields).await, flow);
}

#[tokio::test]
async fn where_no_other_link_can_be_sent_there_is_no_button_but_a_way_on() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port())
        .set("recovery.links_per_flow", "1")
        .set("recovery.link_ttl", "2s")
        .set("recovery.resend_after", "1s")
        .start();
    let (browser, flow) = validated(&server, &employer).await;
    let code = inbox.next_code(&employer.email).await;
    shows(&browser, &flow, "Enviamos un código").await;
    browser.sent(&format!("{flow}/codigo"), &vec![("code", code)]).await;
    let link = inbox.next_link(&employer.email).await;
    let waiting = shows(&browser, &flow, "un enlace para elegir").await;
    assert!(!waiting.contains("/otro-enlace"), "{waiting}");
    assert!(waiting.contains("ya no se puede enviar otro correo"), "{waiting}");
    eventually("its last link", || async {
        let answer = browser.post(&format!("{flow}/otro-enlace"), &Vec::new()).await;
        if answer.status() == 410 { Ok(()) } else { Err(answer.status()) }
    })
    .await;
    let link = link.strip_prefix(server.address()).unwrap().to_owned();
    let ended = eventually("the end of the link", || async {
        let answer = browser.get(&link).await;
        if answer.status() == 410 { Ok(answer.text().await.unwrap()) } else { Err(answer.status()) }
    })
    .await;
    assert!(!ended.contains("/otro\"") && ended.contains(RECOVER), "{ended}");
    assert!(ended.contains("ya no se puede enviar otro correo"), "{ended}");
}

#[tokio::test]
async fn a_link_that_has_ended_says_from_when_on_another_may_be_sent() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.link_ttl", "1s").start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let link = link.strip_prefix(server.address()).unwrap();
    let browser = Browser::of(&server);
    let page = eventually("its end", || async {
        let answer = browser.post(&format!("{link}/otro"), &Vec::new()).await;
        if answer.status() == 429 { Ok(answer) } else { Err(answer.status()) }
    })
    .await;
    assert!(page.headers().contains_key("retry-after"));
    let page = page.text().await.unwrap();
    assert!(page.contains("id=\"resend-error\"") && page.contains("/otro\""), "{page}");
}

#[tokio::test]
async fn no_sentence_holds_a_length_or_a_count_that_the_operator_has_changed() {
    let mut registry = Registry::default();
    let (employer, other) = (registry.company(), registry.company_with(|row| row.has_key = false));
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port())
        .set("recovery.code_ttl", "7m")
        .set("recovery.link_ttl", "11m")
        .set("recovery.form_ttl", "13m")
        .set("recovery.flow_ttl", "47m")
        .set("recovery.code_attempts", "2")
        .set("recovery.codes_per_day", "5")
        .set("password.min_length", "19")
        .start();
    let (browser, flow) = validated(&server, &employer).await;
    inbox.next_code(&employer.email).await;
    shows(&browser, &flow, "Enviamos un código").await;
    for _ in 0..2 {
        browser.post(&format!("{flow}/codigo"), &vec![("code", "000000".to_owned())]).await;
    }
    let (assisted, in_person) = validated(&server, &other).await;
    let mut said = String::new();
    for lang in ["es", "en"] {
        for (browser, path) in [
            (&browser, flow.as_str()),
            (&browser, "/ayuda"),
            (&browser, RECOVER),
            (&assisted, in_person.as_str()),
            (&browser, "/empleadores/clave-patronal"),
        ] {
            let page = browser.page(&format!("{path}?lang={lang}")).await;
            let text = page.split("<main").nth(1).unwrap().to_lowercase();
            for default in [
                "tres minutos",
                "3 minutos",
                "treinta",
                "30 minutos",
                "cinco veces",
                "5 veces",
                "15 caracteres",
                "three minutes",
                "3 minutes",
                "thirty",
                "30 minutes",
                "five times",
                "5 times",
                "15 characters",
            ] {
                assert!(!text.contains(default), "{default} in {path} ({lang})");
            }
            said.push_str(&text);
        }
    }
    for told in
        ["7 minutos", "11 minutos", "47 minutos", "mal 2 veces", "19 caracteres", "7 minutes", "2 times"]
    {
        assert!(said.contains(told), "{told}");
    }
}

#[tokio::test]
async fn what_a_password_manager_fills_in_signs_in_and_recovers() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &employer).await;
    let browser = Browser::of(&server);
    let form = browser.page(link.strip_prefix(server.address()).unwrap()).await;
    let username = format!("{}-{}", employer.ruc, employer.sucursal);
    assert!(form.contains(&format!("value=\"{username}\"")), "{form}");
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let filled = vec![
        ("representative_id", employer.representative.clone()),
        ("ruc", username),
        ("sucursal", String::new()),
        ("password", NEW_KEY.to_owned()),
    ];
    assert_eq!(browser.sent(SIGN_IN, &filled).await, "/empleadores/mi-cuenta");
    assert!(browser.sent(RECOVER, &filled).await.starts_with(RECOVER));
}

#[tokio::test]
async fn a_key_that_its_owner_blocked_and_a_ruc_that_nobody_knows_are_told_for_what_they_are() {
    let mut registry = Registry::default();
    let (owner, unknown) = (registry.company(), registry.company());
    let unclear = registry.company();
    let states = catastro(&[(&owner.ruc, "ACTIVO"), (&unclear.ruc, "EN LIQUIDACION")]);
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port()).catastro(states).set("sri.unknown", "assisted");
    let server = setup.start();
    let api = Api::of(&server);
    let link = inbox.link_of(&api, &owner).await;
    assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
    let notice = inbox.next(&owner.email).await;
    let stop = notice.links()[0].strip_prefix(server.address()).unwrap().to_owned();
    let browser = Browser::of(&server);
    assert_eq!(browser.post(&stop, &Vec::new()).await.status(), 200);
    for (employer, reason, told, lie) in [
        (&owner, "no_valid_email", "avisó «No fui yo»", "no hay un correo válido"),
        (&unknown, "ruc_suspended", "no consta en los datos", "como suspendido"),
        (&unclear, "ruc_suspended", "se revisa en persona", "como suspendido"),
    ] {
        assert_eq!(api.start(employer).await.started["assisted"]["reason"], reason);
        let (browser, flow) = validated(&server, employer).await;
        let page = browser.page(&flow).await;
        assert!(page.contains(told) && !page.contains(lie), "{page}");
        let id = flow.rsplit('/').next().unwrap().to_owned();
        let case = browser.sent("/empleadores/clave-patronal/abrir", &vec![("flow", id)]).await;
        let page = browser.page(&case).await;
        assert!(page.contains(told) && !page.contains(lie), "{page}");
    }
}

#[tokio::test]
async fn who_may_not_sign_in_for_now_is_sent_to_what_is_open() {
    let mut registry = Registry::default();
    let employer = registry.company();
    let server = Setup::new(&registry, 9).set("limits.sign_in_failures_per_employer", "1").start();
    let browser = Browser::of(&server);
    let mut form = identifiers(&employer);
    form.push(("password", "no es esta clave".to_owned()));
    assert_eq!(browser.post(SIGN_IN, &form).await.status(), 401);
    let page = browser.refused(SIGN_IN, &form, 429).await;
    assert!(!page.contains("Ingresar con su clave"), "signing in is what is refused: {page}");
    assert!(page.contains(&format!("href=\"{RECOVER}\"")), "{page}");
    // A day's budget: the same minute of another day.
    assert!(page.contains("desde el ") && page.contains("/20"), "{page}");
}

#[tokio::test]
async fn an_address_with_a_slash_too_many_leads_to_the_page() {
    let server = Setup::new(&Registry::default(), 9).start();
    let browser = Browser::of(&server);
    for page in ["/ayuda", "/empleadores/ingresar", "/ventanilla"] {
        let answer = browser.get(&format!("{page}/?lang=en")).await;
        assert_eq!((answer.status().as_u16(), location(&answer)), (308, format!("{page}?lang=en")));
    }
    for other in ["//evil.example/", "/api/v1/session/", "/no/hay//"] {
        assert_eq!(browser.get(other).await.status(), 404, "{other}");
    }
}

#[tokio::test]
async fn each_way_to_reach_the_institution_stands_alone() {
    for (key, value, shown) in [
        ("institution.phone", "02 399 9999", "02 399 9999"),
        ("institution.hours", "lunes a viernes", "lunes a viernes"),
        ("institution.contact_email", "ayuda@institucion.example", "mailto:ayuda@institucion.example"),
    ] {
        let server = Setup::new(&Registry::default(), 9).set(key, value).start();
        let page = Browser::of(&server).page("/").await;
        let foot = page.split("<footer").nth(1).unwrap();
        assert!(foot.contains(shown) && foot.contains("¿Necesita ayuda?"), "{foot}");
        assert!(!foot.contains('·'), "nothing to set apart: {foot}");
    }
}

#[tokio::test]
async fn a_field_for_a_key_has_room_for_one_that_is_too_long() {
    let server = Setup::new(&Registry::default(), 9).set("password.max_length", "300").start();
    let page = Browser::of(&server).page(SIGN_IN).await;
    assert!(page.contains("maxlength=\"1200\""), "{page}");
}

#[tokio::test]
async fn the_help_answers_what_people_ask() {
    let server = Setup::new(&Registry::default(), 9).start();
    for (lang, title, question) in
        [("es", "Preguntas frecuentes", "¿Cuánto cuesta"), ("en", "Frequent questions", "What does it cost")]
    {
        let page = Browser::of(&server).page(&format!("/ayuda?lang={lang}")).await;
        let asked = page.split(title).nth(1).unwrap();
        assert!(asked.contains(question) && asked.matches("<details").count() >= 8, "{page}");
    }
}

#[tokio::test]
async fn an_enrolment_address_that_leads_nowhere_leads_officers_back_to_their_desk() {
    let server = Setup::new(&Registry::default(), 9).start();
    let answer = Browser::of(&server).get("/ventanilla/alta/unknown").await;
    assert_eq!(answer.status(), 404);
    let page = answer.text().await.unwrap();
    assert!(page.contains("class=\"button\" href=\"/ventanilla\""), "{page}");
}

#[tokio::test]
async fn whoever_opens_no_case_downloads_the_forms_of_their_kind_all_the_same() {
    let mut registry = Registry::default();
    let _known = registry.company();
    let server = Setup::new(&registry, 9).start();
    let browser = Browser::of(&server);
    let forms = "/empleadores/clave-patronal/formularios.pdf";
    let entrance = browser.page("/empleadores/clave-patronal").await;
    assert!(entrance.contains(&format!("href=\"{forms}\"")), "{entrance}");
    let stranger = vec![
        ("representative_id", "1710034065".to_owned()),
        ("ruc", "1710034065001".to_owned()),
        ("sucursal", "0001".to_owned()),
    ];
    for form in [RECOVER, "/empleadores/clave-patronal"] {
        let refused = browser.refused(form, &stranger, 422).await;
        assert!(refused.contains(&format!("href=\"{forms}\"")), "who is in no registry is sent there");
    }
    let mut seen = Vec::new();
    for kind in ["", "?tipo=privada", "?tipo=domestico", "?tipo=domestico&lang=en"] {
        let answer = browser.get(&format!("{forms}{kind}")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/pdf");
        let pdf = answer.bytes().await.unwrap();
        let again = browser.get(&format!("{forms}{kind}")).await.bytes().await.unwrap();
        assert_eq!(pdf, again, "made once");
        seen.push(text_of(&pdf));
    }
    let [all, company, domestic, english] = seen.try_into().unwrap();
    for part in ["Solicitud de clave patronal", "Acuerdo de uso de la información", "Qué llevar"] {
        assert!(all.contains(part) && company.contains(part) && domestic.contains(part), "{part}");
    }
    let kinds = ["Empresa privada", "Servicio doméstico"];
    assert_eq!(kinds.map(|kind| all.contains(kind)), [true, true]);
    assert_eq!(kinds.map(|kind| company.contains(kind)), [true, false]);
    assert_eq!(kinds.map(|kind| domestic.contains(kind)), [false, true]);
    assert!(english.contains("Request for the employer"), "{english}");
}
