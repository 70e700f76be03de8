//! Sealed values: found by how they begin, and written over only where nobody else has meanwhile.

use clavero_store::{KeyUses, Resealed, RowName, SealedIn, SealedValue};

use crate::world::{World, credential, email, employer, record};

const OLD: u8 = 2;
const NEW: u8 = 0x81;

async fn found(world: &World, after: Option<RowName>) -> Vec<SealedValue> {
    world.store.sealed(SealedIn::EmployerEmail, after, vec![NEW], 10).await.expect("a read")
}

async fn census(world: &World) -> Vec<u64> {
    let heads = vec![vec![OLD], vec![NEW; 3]];
    world.store.sealed_census(SealedIn::EmployerEmail, heads).await.expect("a read")
}

fn anew(value: &SealedValue) -> Resealed {
    Resealed { row: value.row.clone(), was: value.sealed.clone(), becomes: vec![NEW; 41] }
}

pub(crate) async fn a_value_is_written_over_only_where_it_still_stands(world: World) {
    let import = async |sealed: u8| {
        let rows = vec![(record(Some(email(sealed))), None)];
        world.store.import_employers(rows).await.expect("an import");
    };
    import(OLD).await;
    let stale = found(&world, None).await;
    let name = RowName::Number(employer().as_i64());
    assert_eq!((stale.len(), &stale[0].row, &stale[0].owner), (1, &name, &name));
    assert_eq!(stale[0].sealed, [OLD; 40]);
    assert!(found(&world, Some(name)).await.is_empty(), "nothing behind the last one");
    assert_eq!(census(&world).await, [1, 0]);

    import(3).await;
    let late = world.store.reseal(SealedIn::EmployerEmail, vec![anew(&stale[0])]).await;
    assert_eq!(late.expect("a transaction"), 0, "another one stands there since");
    let stale = found(&world, None).await;
    assert_eq!(stale[0].sealed, [3; 40]);

    let done = world.store.reseal(SealedIn::EmployerEmail, vec![anew(&stale[0])]).await;
    assert_eq!(done.expect("a transaction"), 1);
    assert!(found(&world, None).await.is_empty());
    assert_eq!(census(&world).await, [0, 1]);
    let stands = world.store.employer(&employer()).await.expect("a read").expect("there").record.email;
    assert_eq!(stands.map(|email| (email.sealed, email.index)), Some((vec![NEW; 41], [3; 16])));
}

/// Every column is asked in its own words.
pub(crate) async fn every_column_of_sealed_values_is_there(world: World) {
    for place in SealedIn::ALL {
        let none = world.store.sealed(place, None, vec![NEW], 10).await;
        assert!(none.unwrap_or_else(|error| panic!("{}: {error}", place.name())).is_empty());
        let row = match place {
            SealedIn::EmployerEmail | SealedIn::LogKey => RowName::Number(7),
            _ => RowName::Bytes(vec![7; 16]),
        };
        let value = Resealed { row, was: vec![OLD], becomes: vec![NEW] };
        let done = world.store.reseal(place, vec![value]).await;
        assert_eq!(done.unwrap_or_else(|error| panic!("{}: {error}", place.name())), 0);
        assert_eq!(world.store.sealed_census(place, vec![vec![OLD]]).await.expect("a read"), [0]);
    }
}

pub(crate) async fn what_rests_on_a_key_is_counted_until_it_ends(world: World) {
    let uses = async |id: &str| {
        world.store.key_uses(id.to_owned(), format!("keyid={id}$"), &world.policy).await.expect("a read")
    };
    assert_eq!(uses("k1").await, KeyUses::default());
    world.begin().await;
    let hashed =
        vec![(record(Some(email(1))), Some(credential("$argon2id$v=19$m=8,t=1,p=1,keyid=k1$salt$tag")))];
    world.store.import_employers(hashed).await.expect("an import");
    assert_eq!(uses("k1").await, KeyUses { recoveries: 1, cases: 0, credentials: 1 });
    assert_eq!(uses("k2").await, KeyUses::default());
    let life = world.policy.flow_ttl + world.policy.form_ttl;
    world.clock.forward(i64::try_from(life.as_secs()).expect("hours") + 1);
    assert_eq!(uses("k1").await.recoveries, 0, "it ended by itself");
}
