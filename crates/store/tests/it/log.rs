//! The suite's part on the tamper-evident log.

use clavero_audit::{leaf_hash, tile::Growth, tile::TileId};
use clavero_protocol::OfficerId;
use clavero_store::{Actor, AuditEntry, Seal, Sealed, Unsealed};

use crate::world::{World, employer};

const TILE: TileId = TileId { level: 0, number: 0 };

/// Entries as a sealer would hand them in: each line names its place and act.
fn batch(size: u64, waiting: &[Unsealed], growth: &mut Growth) -> Seal {
    let entries: Vec<Sealed> = (size..)
        .zip(waiting)
        .map(|(place, entry)| {
            let line = format!("{place} {}", entry.act);
            growth.push(leaf_hash(line.as_bytes()));
            Sealed { at: entry.at, line, key: entry.employer.map(|_| vec![7; 72]) }
        })
        .collect();
    let seqs = (waiting.first().map_or(1, |first| first.seq), waiting.last().map_or(0, |last| last.seq));
    let tiles = growth.take_changed().into_iter().collect();
    Seal { size, seqs, entries, tiles, checkpoint: format!("checkpoint of {}\n", growth.size()) }
}

async fn note(world: &World, act: &'static str) {
    let entry = AuditEntry::done(Actor::Visitor, act).of(Some(&employer()));
    world.store.take(Vec::new(), None, entry).await.expect("a transaction").expect("no limit");
}

async fn acts(world: &World) -> Vec<String> {
    let waiting = world.store.unsealed(100).await.expect("a read");
    waiting.into_iter().map(|entry| entry.act).collect()
}

pub(crate) async fn entries_go_into_the_log_in_their_order_and_once(world: World) {
    for act in ["one", "two", "three"] {
        note(&world, act).await;
    }
    let waiting = world.store.unsealed(2).await.expect("a read");
    let mut growth = Growth::default();
    let first = batch(0, &waiting, &mut growth);
    // What comes between the reading and the sealing waits for the next time.
    note(&world, "four").await;
    assert!(world.store.seal(first.clone()).await.expect("a transaction"));
    assert_eq!(acts(&world).await, ["three", "four"]);
    assert!(!world.store.seal(first).await.expect("a transaction"), "sealed twice");
    let waiting = world.store.unsealed(100).await.expect("a read");
    assert!(world.store.seal(batch(2, &waiting, &mut growth)).await.expect("a transaction"));
    let entries = world.store.log_entries(1, 10).await.expect("a read");
    let lines: Vec<_> = entries.iter().map(|entry| (entry.place, entry.line.as_str())).collect();
    assert_eq!(lines, [(1, "1 two"), (2, "2 three"), (3, "3 four")]);
    let census = world.store.log_census().await.expect("a read");
    assert_eq!((census.entries, census.sealed, census.waiting, census.written), (4, 4, 0, 4));
    let newest = world.store.log_checkpoint().await.expect("a read").expect("a checkpoint");
    assert_eq!((newest.size, newest.note.as_str()), (4, "checkpoint of 4\n"));
    let all = world.store.log_checkpoints(0, 10).await.expect("a read");
    assert_eq!(all, [newest], "one for all of the same thousand");
    let tiles = world.store.log_tiles(vec![TILE, TileId { level: 1, number: 0 }]).await.expect("a read");
    let read = |tile| Ok::<_, ()>(if tile == TILE { tiles[0].clone() } else { Vec::new() });
    let again = Growth::load(4, read).expect("tiles").expect("all of them");
    assert_eq!(again.root(), growth.root());
    assert!(tiles[1].is_empty());
}

pub(crate) async fn a_seal_that_does_not_fit_moves_nothing(world: World) {
    note(&world, "one").await;
    note(&world, "two").await;
    let waiting = world.store.unsealed(10).await.expect("a read");
    let good = batch(0, &waiting, &mut Growth::default());
    let mut short = good.clone();
    short.entries.pop();
    let elsewhere = Seal { size: 5, ..good.clone() };
    for odd in [short, elsewhere] {
        assert!(!world.store.seal(odd).await.expect("a transaction"));
    }
    assert_eq!(acts(&world).await, ["one", "two"]);
    assert_eq!(world.store.log_census().await.expect("a read").entries, 0);
    assert!(world.store.seal(good).await.expect("a transaction"));
}

pub(crate) async fn an_entry_waits_with_all_that_it_tells(world: World) {
    let entry = AuditEntry::done(Actor::Officer(OfficerId([1; 16])), "case.returned")
        .of(Some(&employer()))
        .within_case([2; 16])
        .upon(OfficerId([3; 16]))
        .shown([4; 32])
        .because("papers-missing")
        .refused("limit")
        .telling("remark", "Falta la \"cédula\"\nde Ñandú");
    world.store.take(Vec::new(), None, entry).await.expect("a transaction").expect("no limit");
    let waiting = world.store.unsealed(1).await.expect("a read").remove(0);
    assert_eq!(waiting.actor, Actor::Officer(OfficerId([1; 16])));
    assert_eq!((waiting.act.as_str(), waiting.at), ("case.returned", world.store.now()));
    assert_eq!(waiting.employer, Some(employer().as_i64()));
    assert_eq!((waiting.recovery, waiting.case), (None, Some([2; 16])));
    assert_eq!((waiting.officer, waiting.form), (Some(OfficerId([3; 16])), Some([4; 32])));
    assert_eq!(waiting.reason.as_deref(), Some("papers-missing"));
    assert_eq!(waiting.refusal.as_deref(), Some("limit"));
    assert_eq!(waiting.personal.as_deref(), Some(r#"{"remark":"Falta la \"cédula\"\nde Ñandú"}"#));
}

pub(crate) async fn destroyed_keys_leave_the_log_whole(world: World) {
    note(&world, "old").await;
    note(&world, "old").await;
    world.clock.forward(100);
    let middle = world.store.now();
    note(&world, "new").await;
    let waiting = world.store.unsealed(10).await.expect("a read");
    assert!(world.store.seal(batch(0, &waiting, &mut Growth::default())).await.expect("a transaction"));
    assert_eq!(world.store.log_place(middle).await.expect("a read"), 2);
    let before = world.store.log_entries(0, 10).await.expect("a read");
    assert!(before.iter().all(|entry| entry.key.is_some()));
    assert_eq!(world.store.destroy_keys(middle, 1).await.expect("a transaction"), 1);
    assert_eq!(world.store.destroy_keys(middle, 10).await.expect("a transaction"), 1);
    assert_eq!(world.store.destroy_keys(middle, 10).await.expect("a transaction"), 0);
    let after = world.store.log_entries(0, 10).await.expect("a read");
    assert_eq!(after.iter().map(|entry| entry.key.is_some()).collect::<Vec<_>>(), [false, false, true]);
    assert!(before.iter().zip(&after).all(|(before, after)| before.line == after.line));
    assert_eq!(acts(&world).await, ["audit.keys_destroyed", "audit.keys_destroyed"]);
}

pub(crate) async fn a_log_keeps_its_first_name(world: World) {
    let origin = |proposed: Option<&str>| {
        let (store, proposed) = (world.store.clone(), proposed.map(ToOwned::to_owned));
        async move { store.log_origin(proposed).await.expect("a transaction") }
    };
    assert_eq!(origin(None).await, None);
    assert_eq!(origin(Some("a.example/log")).await.as_deref(), Some("a.example/log"));
    assert_eq!(origin(Some("b.example/log")).await.as_deref(), Some("a.example/log"));
    assert_eq!(origin(None).await.as_deref(), Some("a.example/log"));
}
