//! The suite's part on officers.

use std::time::Duration;

use clavero_protocol::{OfficerId, OfficerRefusal, Role};
use clavero_store::{
    Digest, Inviter, Means, NewEnrolment, NewOfficer, OfficerProof, OfficerSignIn, OfficerTouch, OwnMeans,
    SessionLife,
};

use crate::world::World;

const DAY: Duration = Duration::from_hours(24);
const LIFE: SessionLife = SessionLife { idle: Duration::from_mins(15), absolute: Duration::from_hours(8) };
pub(crate) const ADA: OfficerId = OfficerId([1; 16]);
pub(crate) const BRUNO: OfficerId = OfficerId([2; 16]);
pub(crate) const CARLA: OfficerId = OfficerId([3; 16]);

pub(crate) fn newcomer(id: OfficerId, role: Role) -> NewOfficer {
    let index = id.0;
    NewOfficer {
        id, name: format!("Ñ{index:?}"), email: vec![9; 40], email_index: index, role, mac: [4; 32]
    }
}

pub(crate) fn enrolment(token: u8) -> NewEnrolment {
    NewEnrolment { token: [token; 32], life: DAY }
}

pub(crate) fn passkey(id: u8) -> Means {
    Means::Passkey { id: [id; 32], credential: vec![id] }
}

fn sign_in(officer: OfficerId, token: u8, proof: OfficerProof) -> OfficerSignIn {
    OfficerSignIn { officer, proof, token: [token; 32], clear: Vec::new(), give_back: Vec::new() }
}

fn touch_of(id: u8, checked: u8, kept: u8) -> OfficerProof {
    OfficerProof::Passkey { id: [id; 32], checked: vec![checked], kept: vec![kept] }
}

impl World {
    pub(crate) async fn add(
        &self,
        id: OfficerId,
        role: Role,
        by: Inviter,
    ) -> Result<OfficerId, OfficerRefusal> {
        self.store.add_officer(newcomer(id, role), by).await.expect("a transaction")
    }

    pub(crate) async fn enrol(&self, token: u8, means: Means) -> Result<OfficerId, OfficerRefusal> {
        self.store.enrol([token; 32], means).await.expect("a transaction")
    }

    /// An officer with a passkey that is named like them, brought in by the operator.
    pub(crate) async fn staff(&self, id: OfficerId, role: Role) {
        let name = id.0[0];
        self.add(id, role, Inviter::Operator(enrolment(name))).await.expect("a new officer");
        self.enrol(name, passkey(name)).await.expect("an enrolment");
    }

    pub(crate) async fn officers_session(&self, token: u8) -> Option<OfficerId> {
        let token: Digest = [token; 32];
        self.store.officer_session(token, LIFE).await.expect("a read").map(|session| session.officer.id)
    }

    /// Signs an officer in who has not signed in yet, or whose passkey was not used since.
    pub(crate) async fn signs_in(&self, officer: OfficerId, token: u8) {
        let name = officer.0[0];
        self.opens(sign_in(officer, token, touch_of(name, name, name))).await.expect("a session");
    }

    async fn opens(&self, sign_in: OfficerSignIn) -> Result<(), OfficerRefusal> {
        self.store.open_officer_session(sign_in).await.expect("a transaction").map(|_| ())
    }
}

pub(crate) async fn an_enrolment_address_is_used_once_and_ends(world: World) {
    world.add(ADA, Role::Desk, Inviter::Operator(enrolment(1))).await.expect("a new officer");
    assert_eq!(world.enrol(1, passkey(1)).await, Ok(ADA));
    assert_eq!(world.enrol(1, passkey(2)).await, Err(OfficerRefusal::EnrolmentUsed));
    assert_eq!(world.enrol(7, passkey(2)).await, Err(OfficerRefusal::EnrolmentUnknown));
    world.add(BRUNO, Role::Desk, Inviter::Operator(enrolment(2))).await.expect("a new officer");
    world.clock.forward(86_400);
    assert_eq!(world.enrol(2, passkey(2)).await, Err(OfficerRefusal::EnrolmentExpired));
    // At the machine whoever never enrolled gets another address; whoever did does not.
    let again = newcomer(BRUNO, Role::Desk);
    let again = NewOfficer { id: CARLA, ..again };
    let added = world.store.add_officer(again.clone(), Inviter::Operator(enrolment(3))).await;
    assert_eq!(added.expect("a transaction"), Ok(BRUNO));
    assert_eq!(world.enrol(3, passkey(2)).await, Ok(BRUNO));
    let added = world.store.add_officer(again, Inviter::Operator(enrolment(4))).await;
    assert_eq!(added.expect("a transaction"), Err(OfficerRefusal::EmailTaken));
}

pub(crate) async fn a_proof_is_taken_once_and_never_an_older_one(world: World) {
    world.staff(ADA, Role::Desk).await;
    assert_eq!(world.opens(sign_in(ADA, 50, touch_of(1, 1, 11))).await, Ok(()));
    let stale = Err(OfficerRefusal::StaleProof);
    assert_eq!(world.opens(sign_in(ADA, 51, touch_of(1, 1, 12))).await, stale, "checked against the old");
    world.staff(BRUNO, Role::Desk).await;
    assert_eq!(world.opens(sign_in(BRUNO, 51, touch_of(1, 11, 12))).await, stale, "of somebody else");
    world.add(CARLA, Role::Desk, Inviter::Operator(enrolment(3))).await.expect("a new officer");
    let totp = Means::Totp { secret: vec![8], step: 100 };
    world.enrol(3, totp).await.expect("an enrolment");
    for (step, taken) in [(100, stale), (102, Ok(())), (101, stale), (102, stale), (103, Ok(()))] {
        let token = u8::try_from(step).expect("a step");
        assert_eq!(world.opens(sign_in(CARLA, token, OfficerProof::Totp { step })).await, taken, "{step}");
    }
    let no_app = world.opens(sign_in(ADA, 60, OfficerProof::Totp { step: 200 })).await;
    assert_eq!(no_app, stale, "an officer without an app has no codes");
}

pub(crate) async fn an_officers_session_ends_by_idleness_age_and_sign_out(world: World) {
    world.staff(ADA, Role::Desk).await;
    world.opens(sign_in(ADA, 50, touch_of(1, 1, 2))).await.expect("a session");
    for _ in 0..34 {
        world.clock.forward(14 * 60);
        assert_eq!(world.officers_session(50).await, Some(ADA));
    }
    world.clock.forward(5 * 60);
    assert_eq!(world.officers_session(50).await, None, "eight hours have passed");
    world.opens(sign_in(ADA, 51, touch_of(1, 2, 3))).await.expect("a session");
    world.clock.forward(15 * 60);
    assert_eq!(world.officers_session(51).await, None, "nothing was asked for a quarter of an hour");
    world.opens(sign_in(ADA, 52, touch_of(1, 3, 4))).await.expect("a session");
    world.store.close_officer_session([52; 32]).await.expect("a transaction");
    assert_eq!(world.officers_session(52).await, None);
}

pub(crate) async fn an_officer_sees_the_other_sessions_and_closes_them(world: World) {
    world.staff(ADA, Role::Desk).await;
    world.staff(BRUNO, Role::Desk).await;
    world.opens(sign_in(ADA, 50, touch_of(1, 1, 2))).await.expect("a session");
    let began = world.store.now();
    world.clock.forward(10 * 60);
    world.opens(sign_in(ADA, 51, touch_of(1, 2, 3))).await.expect("a session");
    let others = async || {
        let others = world.store.other_officer_sessions(ADA, [51; 32], LIFE).await.expect("a read");
        others.iter().map(|session| session.created_at).collect::<Vec<_>>()
    };
    assert_eq!(others().await, [began]);
    world.clock.forward(5 * 60);
    assert_eq!(others().await, [], "that one has ended");
    world.opens(sign_in(ADA, 52, touch_of(1, 3, 4))).await.expect("a session");
    world.opens(sign_in(BRUNO, 40, touch_of(2, 2, 22))).await.expect("somebody else's session");
    world.store.close_other_officer_sessions(ADA, [51; 32]).await.expect("a transaction");
    assert_eq!(world.officers_session(52).await, None);
    assert_eq!(world.officers_session(51).await, Some(ADA));
    assert_eq!(world.officers_session(40).await, Some(BRUNO));
}

pub(crate) async fn a_way_in_takes_two_admins(world: World) {
    world.staff(ADA, Role::Admin).await;
    world.staff(BRUNO, Role::Admin).await;
    world.staff(CARLA, Role::Desk).await;
    world.opens(sign_in(CARLA, 50, touch_of(3, 3, 33))).await.expect("a session");
    let (store, now) = (&world.store, enrolment(9));
    let ask = async |whom, by| store.ask_enrolment(whom, by).await.expect("a transaction");
    let confirm = async |whom, by| store.confirm_enrolment(whom, by, now).await.expect("a transaction");
    assert_eq!(ask(CARLA, CARLA).await, Err(OfficerRefusal::NotAllowed));
    assert_eq!(ask(ADA, ADA).await, Err(OfficerRefusal::OwnAccount));
    assert_eq!(confirm(CARLA, BRUNO).await, Err(OfficerRefusal::NotWaiting));
    assert_eq!(ask(CARLA, ADA).await, Ok(()));
    assert_eq!(ask(CARLA, BRUNO).await, Err(OfficerRefusal::AlreadyAsked));
    assert_eq!(confirm(CARLA, ADA).await, Err(OfficerRefusal::SameAdmin));
    assert_eq!(world.officers_session(50).await, Some(CARLA), "until it is confirmed nothing changes");
    assert_eq!(confirm(CARLA, BRUNO).await, Ok(()));
    assert_eq!(world.officers_session(50).await, None);
    assert_eq!(store.passkeys(CARLA).await.expect("a read"), []);
    assert_eq!(world.enrol(9, passkey(7)).await, Ok(CARLA));
    // An officer who was added by an admin has no way in before another one confirmed.
    let dora = OfficerId([4; 16]);
    assert_eq!(world.add(dora, Role::Desk, Inviter::Admin(CARLA)).await, Err(OfficerRefusal::NotAllowed));
    assert_eq!(world.add(dora, Role::Desk, Inviter::Admin(ADA)).await, Ok(dora));
    assert_eq!(store.enrolment_requests().await.expect("a read").len(), 1);
    assert_eq!(store.withdraw_enrolment(dora, ADA).await.expect("a transaction"), Ok(()));
    assert_eq!(confirm(dora, BRUNO).await, Err(OfficerRefusal::NotWaiting));
}

pub(crate) async fn a_disabled_officer_is_out_and_an_admin_always_stays(world: World) {
    world.staff(ADA, Role::Admin).await;
    world.staff(CARLA, Role::Desk).await;
    world.opens(sign_in(CARLA, 50, touch_of(3, 3, 33))).await.expect("a session");
    let disable = async |whom, by| world.store.disable_officer(whom, by).await.expect("a transaction");
    assert_eq!(disable(ADA, None).await, Err(OfficerRefusal::LastAdmin));
    // Another admin who has nothing to sign in with does not count.
    world.add(BRUNO, Role::Admin, Inviter::Operator(enrolment(2))).await.expect("a new officer");
    assert_eq!(disable(ADA, None).await, Err(OfficerRefusal::LastAdmin));
    assert_eq!(disable(CARLA, Some(CARLA)).await, Err(OfficerRefusal::NotAllowed));
    assert_eq!(disable(CARLA, Some(ADA)).await, Ok(()));
    assert_eq!(world.officers_session(50).await, None);
    let after = world.opens(sign_in(CARLA, 51, touch_of(3, 33, 34))).await;
    assert_eq!(after, Err(OfficerRefusal::Inactive));
    world.enrol(2, passkey(2)).await.expect("an enrolment");
    assert_eq!(disable(ADA, Some(BRUNO)).await, Ok(()));
}

pub(crate) async fn an_officer_adds_a_passkey_and_gives_up_all_but_the_last(world: World) {
    world.staff(ADA, Role::Desk).await;
    let give_up = async |means| world.store.give_up_means(ADA, means, [51; 32]).await.expect("a transaction");
    let first = OwnMeans::Passkey([1; 32]);
    assert_eq!(give_up(first).await, Err(OfficerRefusal::LastMeans));
    let opened = world.store.open_own_enrolment(ADA, enrolment(9)).await.expect("a transaction");
    assert_eq!(opened, Ok(()));
    assert_eq!(world.enrol(9, passkey(2)).await, Ok(ADA));
    assert_eq!(give_up(OwnMeans::Totp).await, Err(OfficerRefusal::Unknown));
    world.opens(sign_in(ADA, 50, touch_of(1, 1, 11))).await.expect("a session with the lost one");
    world.opens(sign_in(ADA, 51, touch_of(2, 2, 22))).await.expect("a session with the other");
    assert_eq!(give_up(first).await, Ok(()));
    assert_eq!(world.officers_session(50).await, None, "the lost one's session is gone with it");
    assert_eq!(world.officers_session(51).await, Some(ADA));
    assert_eq!(world.opens(sign_in(ADA, 50, touch_of(1, 11, 2))).await, Err(OfficerRefusal::StaleProof));
    assert_eq!(give_up(OwnMeans::Passkey([2; 32])).await, Err(OfficerRefusal::LastMeans));
}

pub(crate) async fn a_ceremony_is_taken_out_once_and_ends(world: World) {
    let keep = async |token: u8| {
        world.store.keep_ceremony([token; 32], vec![token], Duration::from_mins(2)).await.expect("a write");
    };
    let take = async |token: u8| world.store.take_ceremony([token; 32]).await.expect("a transaction");
    keep(1).await;
    keep(2).await;
    assert_eq!(take(1).await, Some(vec![1]));
    assert_eq!(take(1).await, None);
    world.clock.forward(120);
    assert_eq!(take(2).await, None);
}

pub(crate) async fn a_touch_names_its_purpose_and_takes_its_proof(world: World) {
    world.staff(ADA, Role::Desk).await;
    let touch = async |checked, kept| {
        let proof = touch_of(1, checked, kept);
        let touch = OfficerTouch { officer: ADA, proof, purpose: [5; 32], clear: Vec::new() };
        world.store.touch(touch).await.expect("a transaction")
    };
    let touched = touch(1, 2).await.expect("a touch");
    assert_eq!((touched.officer, touched.purpose, touched.at), (ADA, [5; 32], world.store.now()));
    assert_eq!(touch(1, 3).await, Err(OfficerRefusal::StaleProof));
}
