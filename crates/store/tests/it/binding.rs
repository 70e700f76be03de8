//! The suite's part on rows that somebody else wrote: none that was planted, moved or revived counts.

use clavero_protocol::{Command, Refusal, Role, Sucursal};
use clavero_store::{EmployerRecord, Inviter};

use crate::{
    cases::desk::{BETO, Desk, NEW},
    officers::{ADA, BRUNO, CARLA, enrolment, newcomer, passkey},
    world::{LIFE, World, email, employer, record},
};

/// Another branch of the employer: the next row of the registry, with a mailbox that is known by the same version.
async fn branch(world: &World) {
    let key = clavero_protocol::EmployerKey::new(*employer().ruc(), Sucursal::parse("2").expect("a branch"));
    let row = EmployerRecord { key: key.expect("a key"), ..record(Some(email(3))) };
    world.store.import_employers(vec![(row, None)]).await.expect("an import");
}

pub(crate) async fn a_link_counts_for_its_own_flow_only(world: World) {
    let (_, of_thief) = world.with_link().await;
    let (flow, of_victim) = world.with_link().await;
    // A row for a secret of one's own, with what bound another one.
    world.tamper(
        "INSERT INTO link (verifier, recovery_id, counter, created_at, mac) \
         SELECT recovery.token, recovery.id, link.counter, link.created_at, link.mac \
         FROM link JOIN recovery ON recovery.id = link.recovery_id ORDER BY recovery.id DESC LIMIT 1",
    );
    assert_eq!(world.store.link([9; 32]).await.expect("a read"), None, "planted");
    world.tamper("DELETE FROM link WHERE verifier = (SELECT token FROM recovery LIMIT 1)");
    world.tamper("UPDATE link SET recovery_id = (SELECT id FROM recovery ORDER BY id DESC LIMIT 1)");
    assert_eq!(world.store.link(of_thief).await.expect("a read"), None, "moved");
    let stolen = world.store.redeem(world.redemption(of_thief, "$stolen$")).await.expect("a transaction");
    assert_eq!(stolen, Err(Refusal::LinkExpired));
    let found = world.store.link(of_victim).await.expect("a read");
    assert_eq!(found.map(|link| link.record.recovery.id), Some(flow));
    world.store.redeem(world.redemption(of_victim, "$own$")).await.expect("a transaction").expect("the key");
}

pub(crate) async fn a_recovery_is_whose_it_was_and_as_far_as_it_came(world: World) {
    let changes = [
        "UPDATE recovery SET stage = 1",
        "UPDATE recovery SET attempts = 0",
        "UPDATE recovery SET employer_id = employer_id + 1",
        "UPDATE recovery SET created_at = created_at + 1",
        "UPDATE recovery SET accepted_at = accepted_at + 1",
        "UPDATE recovery SET mac = NULL",
    ];
    branch(&world).await;
    for change in changes {
        let id = world.begin().await.recovery.id;
        world.mail_all().await;
        world.step(id, Command::SpendAttempt).await.expect("a guess");
        world.tamper(change);
        assert_eq!(world.store.recovery(id).await.expect("a read"), None, "{change}");
        world.tamper("DELETE FROM recovery");
    }
    let (id, link) = world.with_link().await;
    world.store.redeem(world.redemption(link, "$own$")).await.expect("a transaction").expect("the key");
    // From its end back to its link: as before it was used, as far as a reader of the database knows.
    world.tamper("UPDATE recovery SET stage = 1, counter = 1, handoff = 2, accepted_at = ended_at, queued_at = created_at");
    assert_eq!(world.store.recovery(id).await.expect("a read"), None, "revived");
    assert_eq!(world.store.link(link).await.expect("a read"), None, "revived");
}

pub(crate) async fn a_mail_goes_to_nobody_but_its_flows_employer(world: World) {
    world.begin().await;
    branch(&world).await;
    world.tamper("UPDATE outbox SET employer_id = employer_id + 1");
    assert!(world.claim(Vec::new()).await.is_empty(), "the code of one employer in the mailbox of another");
}

pub(crate) async fn a_session_is_its_employers_and_ends(world: World) {
    world.register().await;
    branch(&world).await;
    for change in [
        "UPDATE session SET employer_id = employer_id + 1",
        "UPDATE session SET created_at = created_at + 1",
        "UPDATE session SET mac = NULL",
        "UPDATE session SET token = id",
    ] {
        let token = world.sign_in().await;
        assert!(world.store.session(token, LIFE).await.expect("a read").is_some());
        world.tamper(change);
        assert!(world.store.session(token, LIFE).await.expect("a read").is_none(), "{change}");
        let listed = world.store.sessions(&employer(), LIFE).await.expect("a read");
        assert!(listed.is_empty(), "{change}");
        world.tamper("DELETE FROM session");
    }
}

pub(crate) async fn an_enrolment_address_is_its_officers_and_ends(world: World) {
    world.staff(ADA, Role::Admin).await;
    for change in [
        "UPDATE enrolment SET officer_id = (SELECT id FROM officer ORDER BY id LIMIT 1) WHERE used_at IS NULL",
        "UPDATE enrolment SET expires_at = expires_at + 1 WHERE used_at IS NULL",
        "UPDATE enrolment SET mac = NULL WHERE used_at IS NULL",
        "UPDATE enrolment SET used_at = NULL",
    ] {
        let again = world.add(BRUNO, Role::Desk, Inviter::Operator(enrolment(2))).await;
        again.expect("another address for whoever never enrolled");
        world.tamper(change);
        let token = if change.contains("used_at = NULL") { [1; 32] } else { [2; 32] };
        assert_eq!(world.store.enrolment(token).await.expect("a read"), None, "{change}");
        assert!(world.enrol(token[0], passkey(7)).await.is_err(), "{change}");
        world.tamper("DELETE FROM enrolment WHERE used_at IS NULL");
    }
}

pub(crate) async fn a_planted_request_lets_no_admin_bring_anybody_in_alone(world: World) {
    world.staff(ADA, Role::Admin).await;
    world.staff(BRUNO, Role::Admin).await;
    let asked = world.store.add_officer(newcomer(CARLA, Role::Desk), Inviter::Admin(ADA)).await;
    asked.expect("a transaction").expect("a request");
    // As if the other admin had asked.
    world.tamper(
        "UPDATE enrolment_request SET asked_by = (SELECT id FROM officer ORDER BY id LIMIT 1 OFFSET 1)",
    );
    assert!(world.store.enrolment_requests().await.expect("a read").is_empty());
    let confirmed = world.store.confirm_enrolment(CARLA, ADA, enrolment(9)).await.expect("a transaction");
    assert_eq!(confirmed, Err(clavero_protocol::OfficerRefusal::NotWaiting));
}

pub(crate) async fn an_officers_session_is_theirs_and_ends(world: World) {
    world.staff(ADA, Role::Desk).await;
    world.staff(BRUNO, Role::Admin).await;
    for (token, change) in [
        (50, "UPDATE officer_session SET officer_id = (SELECT id FROM officer ORDER BY id DESC LIMIT 1)"),
        (51, "UPDATE officer_session SET created_at = created_at + 1"),
        (52, "UPDATE officer_session SET mac = NULL"),
    ] {
        world.signs_in(ADA, token).await;
        assert_eq!(world.officers_session(token).await, Some(ADA));
        world.tamper(change);
        assert_eq!(world.officers_session(token).await, None, "{change}");
    }
}

pub(crate) async fn what_two_officers_decide_is_not_written_by_anybody_else(world: World) {
    for (number, change) in (1..).zip([
        "UPDATE assisted_case SET asked_by = approved_by",
        "UPDATE assisted_case SET employer_id = employer_id + 1",
        "UPDATE assisted_case SET stage = 3, approved_by = NULL, approved_at = NULL",
        "UPDATE assisted_case SET mac = NULL",
    ]) {
        let case = Desk::open(&world, number).await;
        case.prove(NEW).await;
        case.check().await;
        case.ask().await.expect("a request");
        case.approve(BETO).await.expect("an approval");
        world.tamper(change);
        let found = world.store.case(case.id).await;
        assert!(!matches!(found, Ok(Some(_))), "{change}");
        world.tamper("DELETE FROM assisted_case");
    }
    // An approval that nobody gave.
    let case = Desk::open(&world, 9).await;
    case.prove(NEW).await;
    case.check().await;
    case.ask().await.expect("a request");
    let seen = world.store.case(case.id).await.expect("a read");
    assert!(seen.is_some());
    world.tamper("UPDATE assisted_case SET stage = 4, approved_by = id, approved_at = asked_at");
    assert_eq!(world.store.case(case.id).await.expect("a read"), None, "an approval that nobody gave");
}
