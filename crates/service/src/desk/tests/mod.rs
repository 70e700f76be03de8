//! Cases between a real store and a mail server that obeys.

mod guards;
mod world;

use std::time::Duration;

use clavero_protocol::{
    CaseAct, CaseRefusal, CaseState, Decision, Finding, Mismatch, ReferenceError, Role, Route, TaxState,
};
use clavero_smtp_fixture::{Rule, Step};
use clavero_words::Locale;

use self::world::{
    DETAILS, NAME, NEW, OLD, PERSON, REPRESENTATIVE, World, ana, beto, carla, client, form, identifiers,
    officer, shown,
};
use crate::{
    NewPassword, SignIn, StartRecovery,
    desk::{CaseDetails, CaseError, CaseField, OpenCaseError, QueueFilter, SlipError, UseSlip},
};

const NEW_KEY: &str = "cuatro caballos cruzan el páramo";

fn new_key() -> NewPassword<'static> {
    NewPassword { password: NEW_KEY, opened: None }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, CaseError>) -> CaseRefusal {
    match outcome {
        Err(CaseError::Refused(refusal)) => refusal,
        other => panic!("not refused by the rules: {other:?}"),
    }
}

#[tokio::test]
async fn from_a_lost_mailbox_to_a_key_over_the_desk() {
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
    let too_early = service.open_case_from_recovery(id, token, &client()).await;
    assert_eq!(too_early.unwrap_err(), OpenCaseError::NotAssisted);
    service.lose_mail_access(id, token).await.unwrap();
    let case = service.open_case_from_recovery(id, token, &client()).await.unwrap();
    let again = service.open_case_from_recovery(id, token, &client()).await.unwrap();
    assert_eq!(case.reference, again.reference, "a double click opens one case");
    assert_eq!(service.recovery(id, token).await.unwrap().case_reference, Some(case.path.clone()));
    let reference = case.reference.as_str();
    world.prove(reference).await;
    let view = service.case(reference, &client()).await.unwrap();
    assert_eq!((view.state, view.email.unwrap().verified), (CaseState::Ready, true));

    let approved = world.approved(reference).await;
    assert_eq!(approved.case.state, CaseState::Approved);
    let names = (approved.asked.unwrap().0, approved.approved.unwrap().0);
    assert_eq!(names, ("Oficial 1".to_owned(), "Oficial 2".to_owned()));
    let stop =
        world.server.next_mail_that("the stop", |mail| mail.link("/clave-patronal/detener/").is_some()).await;
    assert!(stop.text().contains("CONSTRUCTORA ÑANDÚ"), "{}", stop.text());

    let touch = world.touch(&ana(), approved.hand_over_purpose);
    let handed = service.hand_over(&ana(), reference, touch).await.unwrap();
    assert_eq!((handed.view.case.state, handed.slip), (CaseState::Activated, None));
    let activation = world.server.next_mail_that("the link", |mail| mail.link("/clave/").is_some()).await;
    assert_eq!(activation.subject(), "Recuperación Clave para RUC 1790011674001");
    let link = activation.link("/clave/").unwrap();
    let link = link.rsplit('/').next().unwrap();
    service.set_password(link, new_key()).await.unwrap();
    let sign_in = SignIn { identifiers: identifiers(REPRESENTATIVE), password: NEW_KEY, proof: None };
    service.sign_in(sign_in, &client()).await.unwrap();
    let view = service.case(reference, &client()).await.unwrap();
    assert_eq!(view.state, CaseState::Closed);
    let told: Vec<CaseAct> = view.events.iter().map(|event| event.act).collect();
    assert_eq!(
        told,
        [
            CaseAct::Opened,
            CaseAct::DetailsGiven,
            CaseAct::EmailVerified,
            CaseAct::Taken,
            CaseAct::ApprovalAsked,
            CaseAct::Approved,
            CaseAct::HandedOver,
            CaseAct::Closed
        ]
    );
    assert!(
        view.events.iter().all(|event| event.officer.is_none()),
        "the applicant is told no officer's name"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_code_goes_to_the_typed_mailbox_without_the_employers_name_and_proves_it_alone() {
    let world = World::new().await;
    let service = &world.service;
    let reference = world.open(REPRESENTATIVE).await.unwrap().reference;
    service.give_case_details(&reference, DETAILS, &client()).await.unwrap();
    service.send_case_code(&reference, &client()).await.unwrap();
    let mail = world.server.next_mail(NEW).await;
    assert!(!mail.text().contains("ÑANDÚ"), "{}", mail.text());
    assert!(mail.subject().contains(&reference[..4]), "{}", mail.subject());
    let code = mail.code().unwrap();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let verify = async |typed: &str| service.verify_case_code(&reference, typed, &client()).await;
    assert_eq!(verify(wrong).await, Err(CaseError::WrongCode { attempts_left: 4 }));
    assert!(matches!(verify("12").await, Err(CaseError::MalformedCode(_))));
    let other = CaseDetails { email: "otra@otro.example", ..DETAILS };
    service.give_case_details(&reference, other, &client()).await.unwrap();
    assert_eq!(refusal(verify(&code).await), CaseRefusal::NoCode);
    world.stop().await;
}

#[tokio::test]
async fn an_address_that_the_mail_server_refuses_is_told_until_another_is_given() {
    let world = World::new().await;
    let service = &world.service;
    let reference = world.open(REPRESENTATIVE).await.unwrap().reference;
    world.server.add(Rule::reply(Step::Rcpt, "550 5.1.1 no such mailbox").to(NEW));
    service.give_case_details(&reference, DETAILS, &client()).await.unwrap();
    service.send_case_code(&reference, &client()).await.unwrap();
    let refused = async || {
        loop {
            let email = service.case(&reference, &client()).await.unwrap().email.unwrap();
            if email.code.is_none() {
                return email.refused;
            }
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(30), refused()).await.unwrap());
    let other = CaseDetails { email: "otra@otro.example", ..DETAILS };
    let view = service.give_case_details(&reference, other, &client()).await.unwrap();
    assert!(!view.email.unwrap().refused);
    world.stop().await;
}

#[tokio::test]
async fn what_persons_type_lies_sealed() {
    let world = World::new().await;
    let reference = world.proven().await;
    world.asked(&reference).await;
    world.service.return_case(&beto(), &reference, "Falta la firma legible").await.unwrap();
    let third = CaseDetails {
        applicant: "third_party",
        third_party_id: "1710034065",
        third_party_name: "Zoë Gómez",
        ..DETAILS
    };
    world.service.give_case_details(&reference, third, &client()).await.unwrap();
    let typed = [DETAILS.phone, DETAILS.address, NEW, "1710034065", "Zoë Gómez", "Falta la firma"];
    for typed in typed {
        assert!(!world.is_readable_at_rest(typed), "{typed} can be read in the database");
    }
    assert!(world.is_readable_at_rest(NAME), "the registry's own name can, so the search works");
    let view = world.desk(&carla(), &reference).await;
    assert_eq!(view.reason_given.as_deref(), Some("Falta la firma legible"));
    assert_eq!(view.details.unwrap().third_party, Some(("1710034065".to_owned(), "Zoë Gómez".to_owned())));
    world.stop().await;
}

#[tokio::test]
async fn the_old_mailbox_stops_a_case_and_a_supervisor_lets_it_go_on() {
    let world = World::new().await;
    let service = &world.service;
    let reference = world.proven().await;
    let approved = world.approved(&reference).await;
    let stop = world.link(OLD, "/clave-patronal/detener/").await;
    assert!(service.read_stop(&stop).await.unwrap().stops);
    assert_eq!(
        world.desk(&ana(), &reference).await.case.state,
        CaseState::Approved,
        "reading changes nothing"
    );
    assert!(service.stop_case(&stop).await.unwrap().stopped);
    let touch = world.touch(&ana(), approved.hand_over_purpose);
    assert_eq!(refusal(service.hand_over(&ana(), &reference, touch).await), CaseRefusal::CaseFrozen);
    assert_eq!(refusal(service.unfreeze_case(&ana(), &reference, "x").await), CaseRefusal::RoleForbids);
    let view = service.unfreeze_case(&carla(), &reference, "Vino el gerente").await.unwrap();
    assert_eq!((view.case.state, view.disputed_at.is_some()), (CaseState::Approved, true));
    assert!(!service.read_stop(&stop).await.unwrap().stops, "it is heard once");
    let touch = world.touch(&ana(), view.hand_over_purpose);
    service.hand_over(&ana(), &reference, touch).await.unwrap();
    let history = world.desk(&carla(), &reference).await.history;
    let refused: Vec<_> = history.iter().filter_map(|event| event.refusal.as_deref()).collect();
    assert_eq!(refused, ["case_frozen", "role_forbids"], "each try is written down");
    world.stop().await;
}

#[tokio::test]
async fn a_first_time_employer_without_a_mailbox_gets_a_slip() {
    let world = World::with(Mismatch::Say, None, false).await;
    let service = &world.service;
    let reference = world.open(REPRESENTATIVE).await.unwrap().reference;
    let bare = CaseDetails { email: "", ..DETAILS };
    service.give_case_details(&reference, bare, &client()).await.unwrap();
    let approved = world.approved(&reference).await;
    assert!(approved.proposal.first_key);
    assert_eq!(approved.proposal.route, Route::Slip);
    let touch = world.touch(&ana(), approved.hand_over_purpose);
    let slip = service.hand_over(&ana(), &reference, touch).await.unwrap().slip.unwrap();
    assert!(!format!("{slip:?}").contains(slip.secret.as_str()));
    assert!(!world.is_readable_at_rest(&slip.secret.replace('-', "")));
    let using = async |representative: &str, secret: &str| {
        let slip = UseSlip { identifiers: identifiers(representative), secret, proof: None };
        service.use_slip(slip, &client()).await
    };
    assert_eq!(using("1710034065", &slip.secret).await, Err(SlipError::Invalid));
    assert_eq!(using(REPRESENTATIVE, &reference).await, Err(SlipError::Invalid));
    let first = using(REPRESENTATIVE, &slip.secret.to_lowercase()).await.unwrap();
    let second = using(REPRESENTATIVE, &slip.secret).await.unwrap();
    assert!(service.set_password(&first, new_key()).await.is_err(), "the later use ends the earlier");
    service.set_password(&second, new_key()).await.unwrap();
    assert_eq!(world.desk(&carla(), &reference).await.case.state, CaseState::Closed);
    assert_eq!(using(REPRESENTATIVE, &slip.secret).await, Err(SlipError::Invalid), "it has set its key");
    let sign_in = SignIn { identifiers: identifiers(REPRESENTATIVE), password: NEW_KEY, proof: None };
    service.sign_in(sign_in, &client()).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn a_slip_ends_with_its_time() {
    let world = World::with(Mismatch::Say, None, false).await;
    let reference = world.open(REPRESENTATIVE).await.unwrap().reference;
    let bare = CaseDetails { email: "", ..DETAILS };
    world.service.give_case_details(&reference, bare, &client()).await.unwrap();
    let approved = world.approved(&reference).await;
    let touch = world.touch(&ana(), approved.hand_over_purpose);
    let slip = world.service.hand_over(&ana(), &reference, touch).await.unwrap().slip.unwrap();
    world.forward(Duration::from_hours(24));
    let late = UseSlip { identifiers: identifiers(REPRESENTATIVE), secret: &slip.secret, proof: None };
    assert_eq!(world.service.use_slip(late, &client()).await, Err(SlipError::Invalid));
    world.stop().await;
}

#[tokio::test]
async fn data_that_match_nothing_are_told_or_taken_alike() {
    let open = World::new().await;
    let told = open.open("1710034065").await;
    assert_eq!(told.unwrap_err(), OpenCaseError::DataMismatch { ruc_looks_mistyped: false });
    open.stop().await;

    let hidden = World::with(Mismatch::Hide, Some(OLD), true).await;
    let (theirs, mine) =
        (hidden.open("1710034065").await.unwrap(), hidden.open(REPRESENTATIVE).await.unwrap());
    let alike = |view: &crate::desk::CaseView| (view.state, view.reason, view.kind, view.documents.clone());
    assert_eq!(alike(&theirs), alike(&mine));
    hidden.prove(&theirs.reference).await;
    let packet = hidden.service.case_packet(&theirs.reference, Locale::EsEc, &client()).await.unwrap();
    assert_eq!((packet.name.as_str(), packet.representative.1.as_str()), ("", ""));
    let (service, ana) = (&hidden.service, ana());
    let view = service.take_case(&ana, &theirs.reference, false).await.unwrap();
    assert!(view.employer.is_none());
    assert_eq!(view.claimed.as_ref().unwrap().2, "1710034065");
    let found = [(0, Finding::CopyKept, "")];
    let view = service.check_documents(&ana, shown(&view), &found).await.unwrap();
    let view = service.identify(&ana, shown(&view), PERSON).await.unwrap();
    let asked = service.ask_approval(&ana, &theirs.reference, view.proposal.digest).await;
    assert_eq!(refusal(asked), CaseRefusal::DataMismatch);
    hidden.stop().await;
}

#[tokio::test]
async fn the_rules_against_dishonest_officers_are_refused_by_name_and_shown_to_the_supervisor() {
    let world = World::new().await;
    let service = &world.service;
    let reference = world.proven().await;
    let view = world.asked(&reference).await;
    let digest = view.proposal.digest;
    let own = world.touch(&ana(), view.approve_purpose);
    assert_eq!(refusal(service.approve(&ana(), &reference, digest, own).await), CaseRefusal::OwnRequest);
    let borrowed = service.approve(&beto(), &reference, digest, own).await;
    assert_eq!(refusal(borrowed), CaseRefusal::TouchForAnother);
    let old = world.touch(&beto(), view.approve_purpose);
    world.forward(Duration::from_mins(2));
    assert_eq!(refusal(service.approve(&beto(), &reference, digest, old).await), CaseRefusal::TouchStale);
    for role in [Role::Auditor, Role::Admin] {
        let other = officer(4, role);
        let touch = world.touch(&other, view.approve_purpose);
        let refused = service.approve(&other, &reference, digest, touch).await;
        assert_eq!(refusal(refused), CaseRefusal::RoleForbids);
    }
    assert_eq!(
        refusal(service.desk_case(&officer(4, Role::Admin), &reference).await),
        CaseRefusal::RoleForbids
    );
    assert!(service.desk_case(&officer(4, Role::Auditor), &reference).await.is_ok());
    let purpose = service.touch_purpose(&ana(), &reference, Decision::HandOver).await;
    assert_eq!(refusal(purpose), CaseRefusal::WrongState);

    let now = service.store().now();
    let span = (now - Duration::from_hours(1), now + Duration::from_secs(1));
    assert_eq!(refusal(service.case_figures(&ana(), span.0, span.1).await), CaseRefusal::RoleForbids);
    let figures = service.case_figures(&carla(), span.0, span.1).await.unwrap();
    // The third is one that no officer of this name was hired for: auditor and admin, twice.
    let mut breaches = figures.breaches;
    breaches.sort();
    let expected =
        [("", 2), ("Oficial 1", 1), ("Oficial 2", 1)].map(|(name, times)| (name.to_owned(), times));
    assert_eq!(breaches, expected);
    let (rows, more) = service.day_sheet(&carla(), span.0, span.1).await.unwrap();
    assert!(!more);
    let tries = rows.iter().filter(|row| row.refusal == "own_request");
    assert_eq!(tries.map(|row| row.officer.as_str()).collect::<Vec<_>>(), ["Oficial 1"]);
    assert!(rows.iter().all(|row| row.employer.name == NAME));
    world.stop().await;
}

#[tokio::test]
async fn a_second_officer_is_told_who_has_it() {
    let world = World::new().await;
    let reference = world.proven().await;
    world.service.take_case(&ana(), &reference, false).await.unwrap();
    let held = world.service.take_case(&beto(), &reference, false).await;
    assert!(matches!(&held, Err(CaseError::Held { by, .. }) if by == "Oficial 1"), "{held:?}");
    let seen = world.desk(&beto(), &reference).await.holder.unwrap();
    assert_eq!((seen.name.as_str(), seen.mine), ("Oficial 1", false));
    let over = world.service.take_case(&carla(), &reference, true).await.unwrap();
    assert!(over.holder.unwrap().mine);
    let lost = world.service.identify(&ana(), shown(&world.desk(&ana(), &reference).await), PERSON).await;
    assert!(matches!(lost, Err(CaseError::Held { .. })), "{lost:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_closed_ruc_needs_a_ground() {
    let world = World::new().await;
    world.tax(TaxState::Closed).await;
    let service = &world.service;
    let reference = world.proven().await;
    let view = service.take_case(&ana(), &reference, false).await.unwrap();
    let found = [(0, Finding::OriginalSeen, "Vence en mayo")];
    let view = service.check_documents(&ana(), shown(&view), &found).await.unwrap();
    let view = service.identify(&ana(), shown(&view), PERSON).await.unwrap();
    assert_eq!((view.needs_ground, view.proposal.missing), (true, Some(CaseRefusal::GroundMissing)));
    assert_eq!(view.case.documents[0].remark.as_deref(), Some("Vence en mayo"));
    let asked = service.ask_approval(&ana(), &reference, view.proposal.digest).await;
    assert_eq!(refusal(asked), CaseRefusal::GroundMissing);
    let view = service.give_ground(&ana(), shown(&view), "Liquidación pendiente").await.unwrap();
    service.ask_approval(&ana(), &reference, view.proposal.digest).await.unwrap();
    let applicant = service.case(&reference, &client()).await.unwrap();
    assert!(applicant.documents.iter().all(|document| document.remark.is_none()), "remarks stay at the desk");
    world.stop().await;
}

#[tokio::test]
async fn a_mistyped_reference_is_a_slip_and_guesses_are_counted() {
    let world = World::new().await;
    let reference = world.open(REPRESENTATIVE).await.unwrap().reference;
    let mut slip = reference.clone().into_bytes();
    slip[0] = if slip[0] == b'7' { b'8' } else { b'7' };
    let slip = String::from_utf8(slip).unwrap();
    for _ in 0..40 {
        let refused = world.service.case(&slip, &client()).await;
        assert_eq!(refused, Err(CaseError::Reference(ReferenceError::Slip)), "slips cost nothing");
    }
    let guess = "0000-0000-0000-16JD";
    let mut unknown = 0;
    let limited = loop {
        match world.service.case(guess, &client()).await {
            Err(CaseError::Unknown) => unknown += 1,
            other => break other,
        }
    };
    assert!(matches!(limited, Err(CaseError::TooMany { .. })), "{limited:?}");
    assert!((30..=60).contains(&unknown), "{unknown} guesses");
    world.stop().await;
}

#[tokio::test]
async fn the_queue_shows_what_waits_and_to_whom_it_belongs() {
    let world = World::new().await;
    let reference = world.proven().await;
    world.asked(&reference).await;
    world.open(REPRESENTATIVE).await.unwrap();
    let page =
        world.service.case_queue(&beto(), QueueFilter { rows: 1, ..QueueFilter::default() }).await.unwrap();
    assert_eq!(page.rows[0].reference, reference);
    assert_eq!(page.rows[0].officer.as_deref(), Some("Oficial 1"));
    assert_eq!(page.rows[0].centre.as_deref(), Some("Centro Norte"));
    let count = |state| page.counts.iter().find(|(found, _)| *found == state).unwrap().1;
    assert_eq!((count(CaseState::AwaitingApproval), count(CaseState::Opened)), (1, 1));
    let after = QueueFilter { rows: 1, after: page.next.clone(), ..QueueFilter::default() };
    let second = world.service.case_queue(&beto(), after).await.unwrap();
    assert_eq!((second.rows[0].state, second.next), (CaseState::Opened, None));
    let earlier = world.desk(&beto(), &reference).await.earlier;
    assert_eq!(earlier.len(), 1);
    let admin = world.service.case_queue(&officer(4, Role::Admin), QueueFilter::default()).await;
    assert_eq!(refusal(admin), CaseRefusal::RoleForbids);
    world.stop().await;
}

#[tokio::test]
async fn whoever_comes_without_a_case_gets_one_at_the_desk_however_many_strangers_opened() {
    let world = World::new().await;
    for _ in 0..3 {
        world.open(REPRESENTATIVE).await.unwrap();
    }
    assert_eq!(world.open(REPRESENTATIVE).await.unwrap_err(), OpenCaseError::TooManyOpen);
    let open = async |officer: &crate::desk::OfficerContext, representative: &str| {
        world.service.desk_open_case(officer, form(representative, "")).await
    };
    let view = open(&ana(), REPRESENTATIVE).await.unwrap();
    assert!(view.holder.unwrap().mine);
    assert_eq!(view.history[0].officer.as_deref(), Some("Oficial 1"));
    let mismatch = OpenCaseError::DataMismatch { ruc_looks_mistyped: false };
    assert_eq!(open(&ana(), "1710034065").await.unwrap_err(), mismatch);
    assert_eq!(
        open(&officer(4, Role::Auditor), REPRESENTATIVE).await.unwrap_err(),
        OpenCaseError::RoleForbids
    );
    world.stop().await;
}

#[tokio::test]
async fn a_packet_holds_what_was_typed_and_what_to_bring() {
    let world = World::new().await;
    let reference = world.open(REPRESENTATIVE).await.unwrap().reference;
    let third = CaseDetails {
        applicant: "third_party",
        third_party_id: "1710034065",
        third_party_name: "Zoë Gómez",
        ..DETAILS
    };
    world.service.give_case_details(&reference, third, &client()).await.unwrap();
    let packet = world.service.case_packet(&reference, Locale::En, &client()).await.unwrap();
    assert_eq!(packet.documents, ["Cédula (en)", "Poder (en)"]);
    assert_eq!(packet.path, format!("/empleadores/clave-patronal/{}", reference.replace('-', "")));
    assert_eq!(packet.representative, (REPRESENTATIVE.to_owned(), "María José Muñoz Peña".to_owned()));
    assert_eq!((packet.email.as_deref(), packet.phone.as_str()), (Some(NEW), DETAILS.phone));
    assert!(!format!("{packet:?}").contains("Zoë"));
    let wrong = CaseDetails { centre: "7", email: "@", ..DETAILS };
    let Err(CaseError::Fields(errors)) = world.service.give_case_details(&reference, wrong, &client()).await
    else {
        panic!("taken")
    };
    assert_eq!(
        errors.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
        [CaseField::Email, CaseField::Centre]
    );
    world.stop().await;
}
