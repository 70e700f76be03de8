//! A real database is sealed, proved, and then tampered with in every way that there is.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clavero_audit::{
    Checkpoint, CheckpointError, NoteError,
    examine::Finding,
    proof::{Head, verify_consistency, verify_inclusion},
};
use clavero_protocol::{EmployerKey, OfficerId, Ruc, Sucursal};
use clavero_store::{Actor, AuditEntry, Sqlite, Store, SystemClock};
use tempfile::TempDir;

use super::*;

struct World {
    folder: TempDir,
    keys: Arc<KeyRing>,
    store: Arc<dyn Store>,
}

const ORIGIN: &str = "clave.example/clavero.audit";

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = Arc::new(KeyRing::ephemeral().unwrap());
        let store = Self::store_at(&folder.path().join("test.db"));
        Self { folder, keys, store }
    }

    fn store_at(path: &Path) -> Arc<dyn Store> {
        Arc::new(Sqlite::open(path, Arc::new(SystemClock::new())).unwrap())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("checkpoints.log")
    }

    async fn log(&self) -> AuditLog {
        let (store, keys) = (Arc::clone(&self.store), Arc::clone(&self.keys));
        AuditLog::open(store, keys, Some(ORIGIN.to_owned())).await.unwrap().unwrap()
    }

    async fn note(&self, count: usize) {
        let employer = EmployerKey::new(Ruc::parse("1790011674001").unwrap(), Sucursal::FIRST).unwrap();
        for number in 0..count {
            let entry = AuditEntry::done(Actor::Officer(OfficerId([1; 16])), "case.approved")
                .of(Some(&employer))
                .telling("remark", format!("número {number}"));
            self.store.take(Vec::new(), None, entry).await.unwrap().unwrap();
        }
    }

    /// Seals all that waits, in batches of what there is at the time.
    async fn seal(&self) {
        let mut sealer = Sealer::new(self.log().await, self.path());
        while sealer.seal().await.unwrap() > 0 {}
    }

    /// A log of three checkpoints and 600 entries.
    async fn sealed() -> Self {
        let world = Self::new();
        for count in [100, 200, 300] {
            world.note(count).await;
            world.seal().await;
        }
        world
    }

    async fn verdict(&self, kept: &[String]) -> Result<Head, Finding> {
        self.log().await.verify(kept, &mut |_, _| {}).await.unwrap().outcome
    }

    /// What an examination says after somebody with the database in hand has done this to it.
    async fn after(&self, sql: &str) -> Result<Head, Finding> {
        self.tamper(sql);
        self.verdict(&file::read(&self.path()).unwrap()).await
    }

    /// The whole state that the log had at its second checkpoint, which whoever does this has seen.
    fn cut_to_300(&self) -> String {
        let note = &file::read(&self.path()).unwrap()[1];
        format!(
            "DELETE FROM audit_entry WHERE place >= 300; \
             UPDATE audit_checkpoint SET size = 300, note = '{note}'; \
             UPDATE audit_tile SET hashes = substr(hashes, 1, 44 * 32) WHERE level = 0 AND number = 1; \
             DELETE FROM audit_tile WHERE number = 2; \
             UPDATE audit_tile SET hashes = substr(hashes, 1, 32) WHERE level = 1"
        )
    }

    fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.folder.path().join("test.db")).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

#[tokio::test]
async fn what_was_done_is_sealed_once_in_its_order_and_verifies() {
    let world = World::sealed().await;
    let head = world.verdict(&file::read(&world.path()).unwrap()).await.unwrap();
    assert_eq!(head.size, 600);
    let mut watched = Vec::new();
    let log = world.log().await;
    let verdict = log.verify(&[], &mut |done, all| watched.push((done, all))).await.unwrap();
    assert_eq!((verdict.outcome, verdict.waiting, verdict.compared), (Ok(head), 0, 0));
    assert_eq!(watched, [(0, 600), (256, 600), (512, 600), (600, 600)]);
    world.note(3).await;
    assert_eq!(log.verify(&[], &mut |_, _| {}).await.unwrap().waiting, 3);
    assert_eq!(Sealer::new(log, world.path()).seal().await.unwrap(), 3);
    assert_eq!(world.verdict(&[]).await.unwrap().size, 603);
}

#[tokio::test]
async fn personal_data_are_sealed_and_open_until_their_keys_are_destroyed() {
    let world = World::new();
    world.note(2).await;
    world.seal().await;
    let log = world.log().await;
    let entries = world.store.log_entries(0, 10).await.unwrap();
    for entry in &entries {
        assert!(!entry.line.contains("1790011674001") && !entry.line.contains("número"), "{}", entry.line);
    }
    let Opened::Personal(personal) = log.personal(&entries[1]) else { panic!("it opens") };
    let text = clavero_audit::json::write(&personal.0);
    assert_eq!(text, r#"{"employer":"1790011674001-0001","remark":"número 1"}"#);
    let misplaced = LogEntry { place: 0, ..entries[1].clone() };
    assert!(log.personal(&misplaced) == Opened::Unreadable);

    let end = world.store.now() + Duration::from_secs(1);
    assert_eq!(world.store.destroy_keys(end, 100).await.unwrap(), 2);
    world.seal().await;
    let entries = world.store.log_entries(0, 10).await.unwrap();
    assert!(log.personal(&entries[0]) == Opened::Destroyed && log.personal(&entries[1]) == Opened::Destroyed);
    assert!(log.personal(&entries[2]) == Opened::None);
    assert_eq!(world.verdict(&file::read(&world.path()).unwrap()).await.unwrap().size, 3);
    let whole = std::fs::read(world.folder.path().join("test.db")).unwrap();
    let gone = text.as_bytes();
    assert!(!whole.windows(gone.len()).any(|bytes| bytes == gone), "nothing of it is left in the file");
}

#[tokio::test]
async fn entries_and_older_checkpoints_are_proved() {
    let world = World::sealed().await;
    let log = world.log().await;
    let (today, _) = log.checkpoint().await.unwrap().unwrap();
    for index in [0, 1, 99, 100, 255, 256, 511, 512, 599] {
        let proved = log.inclusion(index).await.unwrap().unwrap();
        let leaf = clavero_audit::leaf_hash(proved.line.as_bytes());
        assert!(verify_inclusion(&leaf, index, 600, &proved.proof, &today.head.root), "{index}");
    }
    assert!(log.inclusion(600).await.unwrap().is_none());
    let kept = file::read(&world.path()).unwrap();
    assert_eq!(kept.len(), 3);
    for note in &kept {
        let old = Checkpoint::open(note, &log.verifier()).unwrap();
        let proved = log.consistency(note).await.unwrap().unwrap();
        assert!(verify_consistency(&old.head, &today.head, &proved.proof), "{}", old.head.size);
    }
}

#[tokio::test]
async fn a_changed_byte_is_found_in_whichever_entry_it_is() {
    let act = |place: u64| {
        format!("UPDATE audit_entry SET line = replace(line, 'approved', 'rejected') WHERE place = {place}")
    };
    for index in [0, 150, 599] {
        let world = World::sealed().await;
        assert_eq!(world.after(&act(index)).await, Err(Finding::Altered { index }));
    }
    let world = World::sealed().await;
    let index = "UPDATE audit_entry SET line = replace(line, '\"index\":7,', '\"index\":9,') WHERE place = 7";
    assert_eq!(world.after(index).await, Err(Finding::Altered { index: 7 }));
    let world = World::sealed().await;
    let moved = "UPDATE audit_entry SET at = at + 1 WHERE place = 8";
    assert_eq!(world.after(moved).await, Err(Finding::Altered { index: 8 }));
    for line in ["'x' || line", "x'ff'", "7", "''"] {
        let spoilt = format!("UPDATE audit_entry SET line = {line} WHERE place = 7");
        assert_eq!(world.after(&spoilt).await, Err(Finding::Altered { index: 7 }), "{line}");
    }
}

#[tokio::test]
async fn an_entry_that_was_taken_out_is_missing() {
    let world = World::sealed().await;
    assert_eq!(
        world.after("DELETE FROM audit_entry WHERE place = 300").await,
        Err(Finding::Missing { index: 300 })
    );
    let world = World::sealed().await;
    let closed = "DELETE FROM audit_entry WHERE place = 300; \
                  UPDATE audit_entry SET place = -place WHERE place > 300; \
                  UPDATE audit_entry SET place = -place - 1 WHERE place < 0";
    assert_eq!(world.after(closed).await, Err(Finding::Missing { index: 300 }));
}

#[tokio::test]
async fn two_entries_that_changed_places_are_displaced() {
    let world = World::sealed().await;
    let swap = "UPDATE audit_entry SET place = -1 WHERE place = 20; \
                UPDATE audit_entry SET place = 20 WHERE place = 21; \
                UPDATE audit_entry SET place = 21 WHERE place = -1";
    assert_eq!(world.after(swap).await, Err(Finding::Displaced { index: 20, by: 21 }));
    let world = World::sealed().await;
    let far = swap.replace("21", "400");
    assert_eq!(world.after(&far).await, Err(Finding::Displaced { index: 20, by: 400 }));
}

#[tokio::test]
async fn what_no_checkpoint_speaks_for_was_appended() {
    let world = World::sealed().await;
    let append = "INSERT INTO audit_entry (place, at, line) SELECT 600, at, replace(line, '\"index\":599,', \
                  '\"index\":600,') FROM audit_entry WHERE place = 599";
    assert_eq!(world.after(append).await, Err(Finding::Appended { index: 600 }));
    let world = World::sealed().await;
    world.tamper("DELETE FROM audit_checkpoint WHERE size = 600");
    assert_eq!(world.verdict(&[]).await, Err(Finding::Appended { index: 0 }));
}

#[tokio::test]
async fn a_cut_log_is_told_from_an_older_database() {
    let world = World::sealed().await;
    let cut = "DELETE FROM audit_entry WHERE place >= 500";
    assert_eq!(world.after(cut).await, Err(Finding::Truncated { size: 500, signed: 600 }));
    let clean = world.cut_to_300();
    assert_eq!(world.after(&clean).await, Err(Finding::Truncated { size: 300, signed: 600 }));
    // Without what was kept outside only the database's own counter tells.
    assert_eq!(world.verdict(&[]).await, Err(Finding::Vanished { count: 300 }));
    world.tamper("UPDATE sqlite_sequence SET seq = 300 WHERE name = 'audit'");
    assert_eq!(world.verdict(&[]).await.unwrap().size, 300);
    let kept = file::read(&world.path()).unwrap();
    assert_eq!(world.verdict(&kept).await, Err(Finding::Older { size: 300, signed: 600 }));
}

#[tokio::test]
async fn a_restore_says_what_was_lost_and_explains_that_and_nothing_else() {
    let world = World::sealed().await;
    let kept = file::read(&world.path()).unwrap();
    world.tamper(&world.cut_to_300());
    world.tamper("UPDATE sqlite_sequence SET seq = 300 WHERE name = 'audit'");
    let brought = crate::bring_back(&world.store, &world.keys, &kept, true, &mut |_, _| {}).await.unwrap();
    assert_eq!(brought.lost.map(|lost| (lost.from, lost.head.size)), Some((300, 600)));
    std::fs::rename(world.path(), world.folder.path().join("checkpoints.before-restore")).unwrap();
    world.seal().await;
    let verdict = world.log().await.verify(&kept, &mut |_, _| {}).await.unwrap();
    assert_eq!(verdict.outcome.unwrap().size, 301);
    assert_eq!(verdict.restorations.len(), 1);
    assert_eq!(verdict.restorations[0].index, 300);

    // One that the restore did not know of is a finding, now and when the log has grown past it.
    let signer = world.log().await.signer;
    let ahead = |size, root| Checkpoint::sign(Head { size, root }, &signer).unwrap();
    for forged in [ahead(600, [1; 32]), ahead(700, [1; 32])] {
        let found = world.verdict(&[&kept[..], &[forged]].concat()).await;
        assert!(matches!(found, Err(Finding::Older { size: 301, .. })), "{found:?}");
    }
    world.note(500).await;
    world.seal().await;
    assert_eq!(world.verdict(&kept).await.unwrap().size, 801);
    let found = world.verdict(&[ahead(700, [1; 32])]).await;
    assert!(matches!(found, Err(Finding::Rewritten { to: 700, .. })), "{found:?}");
    let found = world.verdict(&[ahead(299, [1; 32])]).await;
    assert!(matches!(found, Err(Finding::Rewritten { to: 299, .. })), "{found:?}");
}

#[tokio::test]
async fn a_backup_whose_log_is_not_the_beginning_of_what_was_signed_is_refused() {
    let world = World::sealed().await;
    let kept = file::read(&world.path()).unwrap();
    world.tamper("UPDATE audit_entry SET line = replace(line, 'approved', 'rejected') WHERE place = 156");
    let refused = crate::bring_back(&world.store, &world.keys, &kept, true, &mut |_, _| {}).await;
    assert!(
        matches!(refused, Err(crate::RestoreError::Found(Finding::Altered { index: 156 }))),
        "{refused:?}"
    );
    assert!(crate::bring_back(&world.store, &world.keys, &kept, false, &mut |_, _| {}).await.is_ok());
}

#[tokio::test]
async fn a_log_that_was_cut_is_not_gone_on_with() {
    let world = World::sealed().await;
    world.tamper(&world.cut_to_300());
    world.note(1).await;
    let mut sealer = Sealer::new(world.log().await, world.path());
    assert!(matches!(sealer.seal().await, Err(LogError::Older { size: 300, signed: 600 })));
    assert_eq!(world.store.log_census().await.unwrap().waiting, 1);
    // Whoever has restored a backup on purpose puts the file aside.
    std::fs::rename(world.path(), world.folder.path().join("checkpoints.before-restore")).unwrap();
    assert_eq!(sealer.seal().await.unwrap(), 1);
    assert_eq!(file::read(&world.path()).unwrap().len(), 1);
}

#[tokio::test]
async fn an_entry_that_was_taken_out_before_it_was_sealed_is_counted() {
    let world = World::sealed().await;
    world.note(3).await;
    world.tamper("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)");
    assert_eq!(world.verdict(&[]).await, Err(Finding::Vanished { count: 1 }));
}

#[tokio::test]
async fn damaged_hashes_are_told_from_damaged_entries() {
    for (level, number) in [(0, 0), (0, 2), (1, 0)] {
        let world = World::sealed().await;
        let spoil = format!(
            "UPDATE audit_tile SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = {level} AND number = {number}"
        );
        let tile = TileId { level, number };
        assert_eq!(world.after(&spoil).await, Err(Finding::Hashes { tile }), "{tile:?}");
    }
}

#[tokio::test]
async fn a_log_that_another_key_signed_is_refused() {
    let world = World::sealed().await;
    let other = World { store: Arc::clone(&world.store), ..World::new() };
    let refused = other.verdict(&[]).await;
    let error = CheckpointError::Note(NoteError::OtherKey);
    assert_eq!(refused, Err(Finding::Checkpoint { size: 600, error }));
    // A checkpoint from elsewhere by another key is one, too.
    let signer = AuditLog::named(Arc::clone(&world.store), Arc::clone(&other.keys), ORIGIN).unwrap().signer;
    let forged = Checkpoint::sign(Head { size: 600, root: [0; 32] }, &signer).unwrap();
    assert_eq!(world.verdict(&[forged]).await, Err(Finding::Checkpoint { size: 600, error }));
}

#[tokio::test]
async fn a_log_rewritten_with_the_right_key_is_found_by_what_was_kept() {
    let world = World::sealed().await;
    let kept = file::read(&world.path()).unwrap();
    let head = Checkpoint::open(&kept[2], &world.log().await.verifier()).unwrap().head;
    let other = Checkpoint::sign(Head { root: [9; 32], ..head }, &world.log().await.signer).unwrap();
    let rewritten = world.verdict(&[kept[0].clone(), other]).await;
    assert_eq!(rewritten, Err(Finding::Rewritten { from: 100, to: 600 }));
}

#[tokio::test]
async fn what_a_crash_cut_off_in_the_file_is_no_finding() {
    let world = World::sealed().await;
    let mut kept = file::read(&world.path()).unwrap();
    kept.push(kept[1][..30].to_owned());
    let verdict = world.log().await.verify(&kept, &mut |_, _| {}).await.unwrap();
    assert!(verdict.outcome.is_ok());
    assert_eq!((verdict.compared, verdict.unreadable), (3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sealers_on_many_nodes_seal_each_entry_once() {
    let world = World::new();
    world.note(100).await;
    let logs = [world.log().await, world.log().await, world.log().await];
    let (stop, stopped) = tokio::sync::watch::channel(true);
    let sealers: Vec<_> = (0..)
        .zip(logs)
        .map(|(node, log)| {
            let path = world.folder.path().join(format!("checkpoints-{node}.log"));
            tokio::spawn(Sealer::new(log, path).run(stopped.clone()))
        })
        .collect();
    for sealer in sealers {
        sealer.await.unwrap();
    }
    drop(stop);
    let head = world.verdict(&[]).await.unwrap();
    assert_eq!((head.size, world.store.log_census().await.unwrap().waiting), (100, 0));
}
