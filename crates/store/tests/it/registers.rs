//! The tax register: loaded beside the one that serves.

use clavero_protocol::TaxState;
use clavero_store::{Overtaken, TaxRow};

use crate::world::{World, employer};

fn row(ruc: i64, state: TaxState) -> TaxRow {
    TaxRow { ruc, state, word: format!("{state:?}"), since: "2024-01-31".to_owned() }
}

async fn state(world: &World) -> TaxState {
    world.store.employer(&employer()).await.expect("a read").expect("the employer").tax
}

pub(crate) async fn a_register_serves_as_a_whole_and_not_before_it_is_taken(world: World) {
    world.register().await;
    assert_eq!(state(&world).await, TaxState::Unknown);
    let (store, ruc) = (&world.store, employer().ruc().as_i64());
    let rows = vec![row(ruc, TaxState::Suspended), row(1, TaxState::Active)];
    store.replace_tax_register(rows).await.expect("a register").expect("nobody else");
    assert_eq!(state(&world).await, TaxState::Suspended);
    let load = store.begin_tax_load().await.expect("a load");
    for number in [2, 3, ruc] {
        let rows = vec![row(number, TaxState::Closed)];
        store.load_tax_rows(load, rows).await.expect("rows").expect("nobody else");
        assert_eq!(state(&world).await, TaxState::Suspended, "the old one serves, and wholly");
    }
    assert_eq!(store.tax_register().await.expect("a read").size, 2);
    store.take_tax_register(load, 3, [5; 32]).await.expect("a change").expect("nobody else");
    assert_eq!(state(&world).await, TaxState::Closed);
    let serving = store.tax_register().await.expect("a read");
    assert_eq!((serving.size, serving.digest), (3, Some([5; 32])));
    let clear = async |max| store.clear_tax_load(load, max).await.expect("a change").expect("nobody else");
    assert_eq!(clear(1).await, 1, "the old one goes piece by piece");
    store.empty_tax_load(load).await.expect("a change").expect("nobody else");
    assert_eq!(clear(10).await, 0);
    let rucs = async |after| -> Vec<i64> {
        store.tax_rows(after, 2).await.expect("a read").iter().map(|row| row.ruc).collect()
    };
    assert_eq!((rucs(0).await, rucs(3).await), (vec![2, 3], vec![ruc]));
    assert_eq!(state(&world).await, TaxState::Closed);
}

pub(crate) async fn a_later_load_ends_an_earlier_one_and_clears_what_it_left(world: World) {
    world.register().await;
    let (store, ruc) = (&world.store, employer().ruc().as_i64());
    let earlier = store.begin_tax_load().await.expect("a load");
    store.load_tax_rows(earlier, vec![row(ruc, TaxState::Closed)]).await.expect("rows").expect("nobody else");
    let later = store.begin_tax_load().await.expect("a load");
    let refused = store.load_tax_rows(earlier, vec![row(9, TaxState::Closed)]).await;
    assert_eq!(refused.expect("an answer"), Err(Overtaken));
    assert_eq!(store.take_tax_register(earlier, 1, [1; 32]).await.expect("an answer"), Err(Overtaken));
    assert_eq!(store.clear_tax_load(earlier, 9).await.expect("an answer"), Err(Overtaken));
    assert_eq!(state(&world).await, TaxState::Unknown);
    store.empty_tax_load(later).await.expect("a change").expect("nobody else");
    store.load_tax_rows(later, vec![row(ruc, TaxState::Active)]).await.expect("rows").expect("nobody else");
    store.take_tax_register(later, 1, [2; 32]).await.expect("a change").expect("nobody else");
    assert_eq!(state(&world).await, TaxState::Active);
}
