//! The suite's part on a database that was brought back from a backup.

use clavero_protocol::{Command, State};
use clavero_store::{Restore, Retire};

use crate::world::{LIFE, World, credential, employer};

fn restore(lost: Option<&str>) -> Restore {
    Restore { lost: lost.map(ToOwned::to_owned), totp_step: 7 }
}

pub(crate) async fn a_restore_ends_what_was_secret_and_keeps_the_keys(world: World) {
    let (_, link) = world.with_link().await;
    let waiting = world.begin().await.recovery.id;
    let session = world.sign_in().await;
    let key = Retire { employer: employer(), credential: credential("standing"), frozen: false };
    assert_eq!(world.store.retire_keys(vec![key]).await.expect("a transaction"), [employer()]);
    let ended = world.store.restore(restore(Some("3 9 root"))).await.expect("a restore");
    assert_eq!((ended.sessions, ended.links, ended.mails), (1, 1, 1));

    assert!(world.store.session(session, LIFE).await.expect("a read").is_none());
    assert!(world.store.link(link).await.expect("a read").is_none());
    let flow = world.store.recovery(waiting).await.expect("a read").expect("the flow").recovery;
    assert_eq!(flow.state(world.store.now(), &world.policy), State::Expired);
    assert!(world.step(waiting, Command::SpendAttempt).await.is_err());
    assert!(world.claim(Vec::new()).await.is_empty());
    let found = world.store.employer(&employer()).await.expect("a read").expect("the employer");
    assert_eq!(found.credential.map(|key| key.phc), Some("standing".to_owned()));
    let entries = world.store.unsealed(100).await.expect("a read");
    let restored = entries.iter().find(|entry| entry.act == "store.restored").expect("an entry");
    assert_eq!(restored.reason.as_deref(), Some("3 9 root"));
}

pub(crate) async fn each_restore_has_an_epoch_of_its_own(world: World) {
    let first = world.store.epoch().await.expect("a read");
    let mut epochs = vec![first];
    for _ in 0..3 {
        epochs.push(world.store.restore(restore(None)).await.expect("a restore").epoch);
    }
    assert!(epochs.is_sorted_by(|earlier, later| earlier < later), "{epochs:?}");
    assert_eq!(world.store.epoch().await.expect("a read"), epochs[3]);
    // Two restores of one and the same backup: neither knows of the other, and time has gone on between them.
    assert!(epochs[1] >= world.store.now().as_micros().unsigned_abs());
}

pub(crate) async fn a_retired_key_is_frozen_where_its_owner_froze_it(world: World) {
    world.register().await;
    let retire = |frozen| Retire { employer: employer(), credential: credential("nobody's"), frozen };
    for frozen in [false, true] {
        world.store.retire_keys(vec![retire(frozen)]).await.expect("a transaction");
        let states = world.store.key_states(0, 10).await.expect("a read");
        assert_eq!((states.len(), states[0].frozen), (1, frozen));
    }
    assert!(world.store.key_states(employer().as_i64(), 10).await.expect("a read").is_empty());
}
