//! The texts of the audit log: a line is an entry only in its one canonical form; a note holds only for the text that was
//! signed, whatever stands around it; a file of notes is taken apart without losing one.
#![no_main]

use std::sync::LazyLock;

use clavero_audit::{
    Checkpoint, DataKey, Entry, NoteError, Personal, Signer, Verifier, checkpoint::notes, json, proof::Head,
};
use libfuzzer_sys::fuzz_target;
use zeroize::Zeroizing;

static SIGNER: LazyLock<Signer> =
    LazyLock::new(|| Signer::new("clave.example/registro", &Zeroizing::new([7; 32])).expect("a signer"));
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| SIGNER.verifier());
/// The note of the log's fifth entry.
static NOTE: LazyLock<String> =
    LazyLock::new(|| Checkpoint::sign(Head { size: 5, root: [5; 32] }, &SIGNER).expect("a note"));

fuzz_target!(|text: &str| {
    entry(text);
    keys(text);
    opened(text);
    spliced(text);
    checkpoint(text);
    file(text);
    sealed(text);
});

fn entry(text: &str) {
    if let Ok(object) = json::read(text) {
        assert_eq!(json::write(&object), text, "one object has one text");
        let other: serde_json::Value = serde_json::from_str(text).expect("JSON to another reader");
        assert_eq!(other.as_object().expect("an object").len(), object.len());
    }
    if let Ok(entry) = Entry::parse(text) {
        assert_eq!(entry.line(), text, "one entry has one line");
        assert!(!text.contains('\n'));
    }
}

fn keys(text: &str) {
    if let Ok(verifier) = Verifier::parse(text) {
        assert_eq!(Verifier::parse(&verifier.vkey()).as_ref(), Ok(&verifier));
        assert!(!verifier.name().contains([' ', '\n', '+']));
    }
}

/// No text but those that were signed here opens.
fn opened(text: &str) {
    if let Ok(opened) = VERIFIER.open(text) {
        assert_eq!(Some(opened), VERIFIER.open(&NOTE).ok(), "a text that nobody signed");
        let head = Checkpoint::open(text, &VERIFIER).expect("what was signed is a checkpoint").head;
        assert_eq!(head, Head { size: 5, root: [5; 32] });
    }
}

/// The note with something written before, into or behind it: it says the same, or nothing.
fn spliced(text: &str) {
    let note = NOTE.as_str();
    let ends = note.find("\n\n").expect("an empty line");
    for (before, behind) in [
        ("", note),
        (&note[..ends + 1], &note[ends + 1..]),
        (&note[..ends + 2], &note[ends + 2..]),
        (note, ""),
    ] {
        opened(&format!("{before}{text}{behind}"));
    }
    // What is signed here opens and says what was signed; what cannot be signed is refused, not cut.
    match SIGNER.sign(text) {
        Ok(signed) => assert_eq!(VERIFIER.open(&signed), Ok(text)),
        Err(error) => assert_eq!(error, NoteError::Form),
    }
}

fn checkpoint(text: &str) {
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        let written = checkpoint.text();
        assert_eq!(Checkpoint::parse(&written).as_ref(), Ok(&checkpoint));
        let three: Vec<&str> = text.lines().take(3).collect();
        assert_eq!(written.lines().collect::<Vec<_>>(), three, "one head has one text");
    }
}

/// A log of checkpoints into which something was written: both notes are still found.
fn file(text: &str) {
    let two = format!("{}\n{}", *NOTE, *NOTE);
    assert_eq!(notes(&two), [NOTE.as_str(), NOTE.as_str()]);
    let around = format!("{}\n{}\n\n{}", *NOTE, text, *NOTE);
    let found = notes(&around);
    assert!(found.iter().filter(|found| VERIFIER.open(found).is_ok()).count() >= 1);
    assert!(found.first().is_some_and(|first| first.starts_with(NOTE.as_str())));
    assert!(found.iter().all(|note| !note.is_empty()));
}

/// What is personal comes back with its key and at its place only.
fn sealed(text: &str) {
    let (key, other) = (DataKey([3; 32]), DataKey([4; 32]));
    assert!(key.open(1, text).is_none(), "nobody sealed this");
    let personal = Personal([("correo".to_owned(), json::Value::Text(text.to_owned()))].into());
    let sealed = key.seal(1, [9; 24], &personal).expect("sealed");
    assert!(key.open(1, &sealed).is_some_and(|opened| opened == personal));
    assert!(key.open(2, &sealed).is_none() && other.open(1, &sealed).is_none());
}
