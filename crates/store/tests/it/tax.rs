//! What the tax authority answered.

use std::{sync::Arc, time::Duration};

use clavero_protocol::{TaxOrigin, TaxRecord, TaxState, TaxWord, Timestamp};
use clavero_store::{ClaimTax, Limit, TaxAnswer, TaxClaim, TaxOutcome, TaxRow};

use crate::world::{World, employer, limit, record};

const LEASE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_secs(10);

fn ruc() -> i64 {
    employer().ruc().as_i64()
}

async fn claim(world: &World, seen: Option<Timestamp>, limits: Vec<Limit>) -> TaxClaim {
    let claim = ClaimTax { ruc: ruc(), seen, limits, lease: LEASE };
    world.store.claim_tax(claim).await.expect("a transaction")
}

async fn answers(world: &World, state: TaxState) {
    let answer = TaxAnswer { state, word: "X".to_owned(), since: "2024-05-28".to_owned() };
    world.store.settle_tax(ruc(), TaxOutcome::Answered(answer)).await.expect("a transaction");
}

async fn known(world: &World) -> TaxRecord {
    world.store.employer(&employer()).await.expect("a read").expect("the employer").tax
}

pub(crate) async fn an_answer_is_read_beside_the_registers_row_each_with_its_moment(world: World) {
    world.store.import_employers(vec![(record(None), None)]).await.expect("an import");
    assert_eq!(known(&world).await, TaxRecord::default());
    let row = TaxRow {
        ruc: ruc(),
        state: TaxState::Suspended,
        word: "SUSPENDIDO".to_owned(),
        since: "2020-01-31".to_owned(),
    };
    world.store.replace_tax_register(vec![row]).await.expect("a register").expect("nobody else");
    let imported = world.store.now();
    world.clock.forward(60);
    assert_eq!(claim(&world, None, Vec::new()).await, TaxClaim::Granted);
    answers(&world, TaxState::Active).await;
    let said = |state, since: &str, origin, at| {
        Some(TaxWord { state, since: since.to_owned(), origin, at: Some(at) })
    };
    let register = said(TaxState::Suspended, "2020-01-31", TaxOrigin::Register, imported);
    let answer = said(TaxState::Active, "2024-05-28", TaxOrigin::Authority, world.store.now());
    assert_eq!(known(&world).await, TaxRecord { register, answer });
    let seen = known(&world).await.answer.and_then(|said| said.at);
    assert_eq!(claim(&world, None, Vec::new()).await, TaxClaim::Answered, "there is news");
    for state in [TaxState::Closed, TaxState::Other, TaxState::Unknown] {
        assert_eq!(claim(&world, seen, Vec::new()).await, TaxClaim::Granted);
        answers(&world, state).await;
        assert_eq!(known(&world).await.answer.map(|said| said.state), Some(state));
    }
}

pub(crate) async fn of_sixteen_who_ask_about_a_ruc_one_is_let(world: World) {
    let world = Arc::new(world);
    let askers = (0..16).map(|_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { claim(&world, None, vec![limit(90, 5)]).await })
    });
    let mut granted = 0;
    for asker in askers.collect::<Vec<_>>() {
        match asker.await.expect("a task") {
            TaxClaim::Granted => granted += 1,
            other => assert_eq!(other, TaxClaim::InFlight),
        }
    }
    assert_eq!(granted, 1);
    assert!(world.store.peek(vec![limit(90, 5)]).await.expect("a read")[0].is_ok());
}

pub(crate) async fn a_query_that_failed_leaves_what_was_known_and_pauses(world: World) {
    world.store.import_employers(vec![(record(None), None)]).await.expect("an import");
    assert_eq!(claim(&world, None, Vec::new()).await, TaxClaim::Granted);
    answers(&world, TaxState::Active).await;
    let before = known(&world).await;
    let seen = before.answer.as_ref().and_then(|said| said.at);
    world.clock.forward(60);
    assert_eq!(claim(&world, seen, Vec::new()).await, TaxClaim::Granted);
    let failed = TaxOutcome::Failed { pause: PAUSE };
    world.store.settle_tax(ruc(), failed).await.expect("a transaction");
    assert_eq!(known(&world).await, before);
    assert_eq!(claim(&world, seen, Vec::new()).await, TaxClaim::Paused);
    world.clock.forward(10);
    assert_eq!(claim(&world, seen, Vec::new()).await, TaxClaim::Granted);
}

pub(crate) async fn a_query_that_was_lost_is_taken_up_when_its_lease_ends(world: World) {
    assert_eq!(claim(&world, None, Vec::new()).await, TaxClaim::Granted);
    world.clock.forward(4);
    assert_eq!(claim(&world, None, Vec::new()).await, TaxClaim::InFlight);
    world.clock.forward(1);
    assert_eq!(claim(&world, None, Vec::new()).await, TaxClaim::Granted);
}

pub(crate) async fn a_query_that_a_limit_forbids_draws_on_nothing(world: World) {
    let both = || vec![limit(91, 1), limit(92, 2)];
    assert_eq!(claim(&world, None, both()).await, TaxClaim::Granted);
    world.clock.forward(5);
    assert_eq!(claim(&world, None, both()).await, TaxClaim::Limited);
    let room = world.store.peek(both()).await.expect("a read");
    assert!(room[0].is_err() && room[1].is_ok(), "{room:?}");
}
