//! What is sent twice, what is written over, and what stands in the database that was not written there.

use clavero_protocol::{CaseAct, CaseReference, CaseState, Finding};
use clavero_words::Locale;
use rusqlite::{Connection, params};

use super::world::{DETAILS, NEW, PERSON, REPRESENTATIVE, World, ana, client, form, identifiers, key, shown};
use crate::{
    Service, StartRecovery,
    desk::{CaseDetails, CaseError, DeskCaseView, OpenCaseError},
};

fn checks(view: &DeskCaseView) -> usize {
    view.history.iter().filter(|event| event.act == CaseAct::DocumentChecked).count()
}

#[tokio::test]
async fn of_two_saves_of_what_one_page_showed_one_is_told_and_nothing_is_written_over() {
    let world = World::new().await;
    let service = &world.service;
    let reference = world.proven().await;
    let mut view = service.take_case(&ana(), &reference, false).await.unwrap();
    for round in 1..=10 {
        let (one, other) = (Finding::ALL[round % 4], Finding::ALL[(round + 1) % 4]);
        let remark = format!("vuelta {round}");
        let (one, other) = ([(0, one, remark.as_str())], [(0, other, "otra"), (1, one, "otra")]);
        let (tab, twin) = (ana(), ana());
        let (first, second) = tokio::join!(
            service.check_documents(&tab, shown(&view), &one),
            service.check_documents(&twin, shown(&view), &other),
        );
        let saved = [&first, &second].map(Result::is_ok);
        assert!(saved[0] != saved[1], "exactly one: {first:?} {second:?}");
        assert_eq!(first.and(second).unwrap_err(), CaseError::Stale);
        view = world.desk(&ana(), &reference).await;
        let remarked = view.case.documents[0].remark.as_deref();
        assert_eq!(remarked, Some(if saved[0] { remark.as_str() } else { "otra" }));
        assert_eq!(checks(&view), round, "a line each");
    }
    let old = view.clone();
    service.identify(&ana(), shown(&view), PERSON).await.unwrap();
    let address = CaseDetails { address: "Otra 1", ..DETAILS };
    let stale = [
        service.identify(&ana(), shown(&old), PERSON).await,
        service.give_ground(&ana(), shown(&old), "Liquidación").await,
        service.desk_details(&ana(), shown(&old), address).await,
        service.check_documents(&ana(), shown(&old), &[(0, Finding::Missing, "")]).await,
    ];
    assert!(stale.iter().all(|outcome| matches!(outcome, Err(CaseError::Stale))), "{stale:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_code_on_its_way_makes_no_form_stale() {
    let world = World::new().await;
    let service = &world.service;
    let reference = world.open(REPRESENTATIVE).await.unwrap().reference;
    service.give_case_details(&reference, DETAILS, &client()).await.unwrap();
    let shown_first = service.take_case(&ana(), &reference, false).await.unwrap();
    service.desk_send_code(&ana(), &reference).await.unwrap();
    world.server.next_code(NEW).await;
    service.check_documents(&ana(), shown(&shown_first), &[(0, Finding::CopyKept, "")]).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn a_form_that_is_sent_twice_opens_one_case() {
    let world = World::new().await;
    let service = &world.service;
    let name = Service::form_name();
    let open = async |name: &str| service.open_case(form(REPRESENTATIVE, name), &client()).await;
    let (first, second) = tokio::join!(open(&name), open(&name));
    let first = first.unwrap();
    assert_eq!(first.path, second.unwrap().path);
    assert_eq!(open(&name).await.unwrap().path, first.path, "and a third time");
    let other = open(&Service::form_name()).await.unwrap();
    assert_ne!(other.path, first.path, "another form opens another");
    let stranger = service.open_case(form("1710034065", &name), &client()).await;
    let mismatch = OpenCaseError::DataMismatch { ruc_looks_mistyped: false };
    assert_eq!(stranger.unwrap_err(), mismatch, "the name of a form opens nothing by itself");

    let at_desk = async |name: &str| service.desk_open_case(&ana(), form(REPRESENTATIVE, name)).await;
    let (first, second) = tokio::join!(at_desk(&name), at_desk(&name));
    assert_eq!(first.as_ref().unwrap().case.path, second.unwrap().case.path);
    let view = first.unwrap();
    assert!(view.earlier.iter().all(|row| row.state == CaseState::Opened), "{:?}", view.earlier);
    assert_eq!(view.earlier.len(), 2, "the two that were opened online");
    world.stop().await;
}

#[tokio::test]
async fn two_presses_at_once_open_one_case_from_a_recovery() {
    let world = World::new().await;
    let service = &world.service;
    let request = StartRecovery {
        identifiers: identifiers(REPRESENTATIVE),
        locale: Locale::EsEc,
        proof: None,
        form: String::new(),
    };
    let flow = service.start_recovery(request, &client()).await.unwrap();
    let (id, token) = (flow.view.id.as_str(), flow.token.as_str());
    service.lose_mail_access(id, token).await.unwrap();
    let client = client();
    let press = || service.open_case_from_recovery(id, token, &client);
    let (first, second, third) = tokio::join!(press(), press(), press());
    assert_eq!(first.as_ref().unwrap().path, second.unwrap().path);
    assert_eq!(first.unwrap().path, third.unwrap().path);
    world.stop().await;
}

impl World {
    /// What stands in the database file.
    fn stored(&self, column: &str, reference: &str) -> Vec<u8> {
        let file = Connection::open(self.folder.path().join("clavero.db")).unwrap();
        let sql = format!("SELECT {column} FROM assisted_case WHERE reference = ?1");
        file.query_row(&sql, [reference], |row| row.get(0)).unwrap()
    }

    /// Changes it as somebody at the machine would, beside the service.
    fn put(&self, column: &str, reference: &str, value: &[u8]) {
        let file = Connection::open(self.folder.path().join("clavero.db")).unwrap();
        let sql = format!("UPDATE assisted_case SET {column} = ?2 WHERE reference = ?1");
        assert_eq!(file.execute(&sql, params![reference, value]).unwrap(), 1);
    }
}

/// Noticed by everybody who looks, shown and decided by nobody.
async fn is_noticed(world: &World, reference: &str) {
    let service = &world.service;
    let view = world.desk(&ana(), reference).await;
    assert!(view.damaged, "the desk is told");
    let shows = format!("{:?}", (&view.details, &view.identified, &view.proposal, &view.case.email));
    assert!(!shows.contains("Río Coca") && !shows.contains("Ajena") && !shows.contains("Muñoz"), "{shows}");
    assert_eq!(service.case(reference, &client()).await.unwrap_err(), CaseError::Damaged);
    let packet = service.case_packet(reference, Locale::EsEc, &client()).await;
    assert_eq!(packet.unwrap_err(), CaseError::Damaged);
    let asked = service.ask_approval(&ana(), reference, view.proposal.digest).await;
    assert_eq!(asked.unwrap_err(), CaseError::Damaged);
}

#[tokio::test]
async fn what_was_typed_into_another_case_or_on_another_day_is_noticed_and_not_shown() {
    let world = World::new().await;
    let service = &world.service;
    let mine = world.proven().await;
    let other = world.open(REPRESENTATIVE).await.unwrap().reference;
    let foreign = CaseDetails { address: "Calle Ajena 99", ..DETAILS };
    service.give_case_details(&other, foreign, &client()).await.unwrap();
    let (mine, other) = (mine.replace('-', ""), other.replace('-', ""));
    let today = world.stored("dossier", &mine);

    world.put("dossier", &mine, &world.stored("dossier", &other));
    is_noticed(&world, &mine).await;
    world.put("dossier", &mine, &today);
    assert!(!world.desk(&ana(), &mine).await.damaged, "put back");

    // An older one of the same case, from before the address was mended.
    let mended = CaseDetails { address: "Calle Nueva 1", ..DETAILS };
    service.give_case_details(&mine, mended, &client()).await.unwrap();
    world.put("dossier", &mine, &today);
    is_noticed(&world, &mine).await;
    world.stop().await;
}

#[tokio::test]
async fn a_mailbox_that_was_put_in_the_place_of_the_one_that_was_approved_gets_no_mail() {
    let world = World::new().await;
    let service = &world.service;
    let mine = world.proven().await.replace('-', "");
    let other = world.open(REPRESENTATIVE).await.unwrap().path;
    let foreign = CaseDetails { email: "ajena@correo.example", ..DETAILS };
    service.give_case_details(&other, foreign, &client()).await.unwrap();
    world.put("email", &mine, &world.stored("email", &other));
    let reference = CaseReference::parse(&mine).unwrap();
    let record = service.store().case_by_reference(reference).await.unwrap().unwrap();
    let sealed = record.email.unwrap();
    assert_eq!(service.keys().open_email(&key(), &sealed), None);
    world.stop().await;
}
