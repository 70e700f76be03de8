//! The registers as they come: many rows at a time.

use clavero_protocol::{EmployerKey, TaxState};
use clavero_store::{EmployerChange, EmployerField, EmployerRecord, ImportCounts, Overtaken, TaxRow};

use crate::world::{World, credential, email, employer, record};

fn row(ruc: i64, state: TaxState) -> TaxRow {
    TaxRow { ruc, state, word: format!("{state:?}"), since: "2024-01-31".to_owned() }
}

async fn state(world: &World) -> TaxState {
    let stored = world.store.employer(&employer()).await.expect("a read").expect("the employer");
    stored.tax.register.map_or(TaxState::Unknown, |word| word.state)
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
    let clear = async |after, max| store.clear_tax_load(load, after, max).await.expect("a change");
    // What is left is piece by piece the old one: RUC 1, and that of the employer.
    assert_eq!(clear(-1, 1).await, Ok(Some(ruc - 1)));
    assert_eq!(clear(ruc - 1, 1).await, Ok(None));
    assert_eq!(clear(-1, 1).await, Ok(None));
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
    assert_eq!(store.clear_tax_load(earlier, -1, 9).await.expect("an answer"), Err(Overtaken));
    assert_eq!(state(&world).await, TaxState::Unknown);
    store.empty_tax_load(later).await.expect("a change").expect("nobody else");
    store.load_tax_rows(later, vec![row(ruc, TaxState::Active)]).await.expect("rows").expect("nobody else");
    store.take_tax_register(later, 1, [2; 32]).await.expect("a change").expect("nobody else");
    assert_eq!(state(&world).await, TaxState::Active);
}

pub(crate) async fn many_employers_come_at_once_and_a_review_says_beforehand_what_becomes_of_each(
    world: World,
) {
    let store = &world.store;
    let key = |branch: u8| EmployerKey::from_i64(employer().as_i64() + i64::from(branch)).expect("a branch");
    let branch = |branch: u8| EmployerRecord { key: key(branch), ..record(Some(email(branch))) };
    let bring = async |rows: Vec<EmployerRecord>| {
        let review = store.review_employers(rows.clone()).await.expect("a review");
        let rows = rows.into_iter().map(|row| (row, Some(credential("$imported")))).collect();
        let counts = store.import_employers(rows).await.expect("an import");
        (review, counts)
    };
    let (review, counts) = bring((0..150).map(branch).collect()).await;
    assert!(review.iter().all(|change| *change == EmployerChange::New));
    assert_eq!(counts, ImportCounts { new: 150, ..ImportCounts::default() });
    let mut rows: Vec<_> = (0..151).map(branch).collect();
    for (row, branch) in rows.iter_mut().zip(0..70) {
        row.email = Some(email(branch + 1));
    }
    rows[149].name.push_str(" y Asociados");
    let (review, counts) = bring(rows).await;
    assert_eq!(review[69], EmployerChange::Updated(vec![EmployerField::Email]));
    assert_eq!((&review[70], &review[150]), (&EmployerChange::Unchanged, &EmployerChange::New));
    assert_eq!(review[149], EmployerChange::Updated(vec![EmployerField::Name]));
    assert_eq!(counts, ImportCounts { new: 1, updated: 71, unchanged: 79 });
    for (number, version) in [(0, 2), (69, 2), (70, 1), (149, 1), (150, 1)] {
        let stands = store.employer(&key(number)).await.expect("a read").expect("the branch");
        assert_eq!(stands.email_version, version, "{number}");
        assert_eq!(stands.credential.map(|credential| credential.phc).as_deref(), Some("$imported"));
    }
    let page = async |after, max| store.employer_keys(after, max).await.expect("a read");
    let (first, rest) = (page(-1, 60).await, page(key(59).as_i64(), 1_000).await);
    assert_eq!((first.len(), [first, rest].concat()), (60, (0..151).map(key).collect::<Vec<_>>()));
}
