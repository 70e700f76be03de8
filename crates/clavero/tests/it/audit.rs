//! The audit log of a service that runs, crashes, and goes on.

use std::{collections::BTreeSet, process::Output};

use serde_json::Value;

use crate::{
    api::{Api, NEW_KEY},
    employers::Registry,
    mail::Inbox,
    server::Setup,
};

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The entries of an export, between what leads and what proves them.
fn entries(export: &str) -> Vec<Value> {
    let lines = export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["kind"].is_null()).collect()
}

#[tokio::test]
async fn each_act_is_sealed_once_through_a_crash_and_verifies_while_the_service_runs() {
    let mut registry = Registry::default();
    let (one, other) = (registry.company(), registry.company());
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    for employer in [&one, &other] {
        let api = Api::of(&server);
        let link = inbox.link_of(&api, employer).await;
        assert_eq!(api.set_key(&link, NEW_KEY).await.status, 204);
        assert!(printed(&server.run(&["audit", "verify"])).contains("holds"), "while it runs");
        server.kill_and_restart();
    }
    assert!(server.terminate().success());

    let verified = printed(&server.run(&["audit", "verify"]));
    assert!(verified.contains("holds") && !verified.contains("wait"), "{verified}");
    let export = printed(&server.run(&["audit", "export"]));
    let entries = entries(&export);
    assert!((0_u64..).zip(&entries).all(|(index, entry)| entry["index"] == index), "{export}");
    let of = |act: &str| entries.iter().filter(|entry| entry["act"] == act).count();
    for act in ["recovery.started", "recovery.code_accepted", "credential.changed"] {
        assert_eq!(of(act), 2, "{act}");
    }
    let actors: BTreeSet<&str> = entries
        .iter()
        .filter(|entry| entry["act"] == "recovery.mail_accepted")
        .map(|entry| entry["actor"].as_str().unwrap())
        .collect();
    assert_eq!(actors, BTreeSet::from(["system"]));

    assert!(!export.contains(&one.ruc), "sealed");
    let opened = printed(&server.run(&["audit", "export", "--open"]));
    assert!(opened.contains(&one.ruc) && opened.contains(&other.ruc), "opened");
}

#[tokio::test]
async fn a_proof_is_made_of_what_is_there_and_refused_for_the_rest() {
    let mut registry = Registry::default();
    registry.company();
    let inbox = Inbox::open();
    let mut server = Setup::new(&registry, inbox.port()).start();
    assert!(server.terminate().success());
    let proof: Value = serde_json::from_str(&printed(&server.run(&["audit", "prove", "0"]))).unwrap();
    assert_eq!(proof["kind"], "clavero-audit-inclusion");
    let entry: Value = serde_json::from_str(proof["entry"].as_str().unwrap()).unwrap();
    assert_eq!(entry["act"], "registry.imported");
    let kept = server.folder().join("kept.txt");
    std::fs::write(&kept, proof["checkpoint"].as_str().unwrap()).unwrap();
    let kept = kept.to_str().unwrap();
    let since: Value =
        serde_json::from_str(&printed(&server.run(&["audit", "prove", "--since", kept]))).unwrap();
    assert_eq!(since["checkpoint"], proof["checkpoint"]);

    std::fs::write(server.folder().join("none.txt"), "nothing").unwrap();
    let none = server.folder().join("none.txt");
    let none = none.to_str().unwrap();
    for (refused, why) in [
        (vec!["audit", "prove", "99"], "entry 99"),
        (vec!["audit", "prove", "--since", none], "none.txt"),
        (vec!["audit", "verify", "--checkpoint", "gone.txt"], "gone.txt"),
        (vec!["audit", "export", "--from", "yesterday"], "yesterday"),
        (vec!["audit", "export", "--out", "gone/export.jsonl"], "gone/export.jsonl"),
    ] {
        let output = server.run(&refused);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{refused:?}");
        assert!(told.contains(why), "{refused:?}: {told}");
    }
}
