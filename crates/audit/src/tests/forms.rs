//! Entries, sealed data and checkpoints as texts.

use proptest::prelude::*;

use crate::{
    checkpoint::{Checkpoint, CheckpointError, notes},
    entry::{Entry, EntryError},
    json::{self, JsonError, Object, Value},
    note::{NoteError, Signer, Verifier},
    proof::Head,
    seal::{DataKey, Personal},
};

fn entry() -> Entry {
    Entry {
        index: 7,
        time: 1_795_000_000_000_000,
        actor: "officer".to_owned(),
        actor_id: Some([0xab; 16]),
        act: "case.approved".to_owned(),
        recovery: None,
        case: Some([1; 16]),
        officer: None,
        refusal: None,
        reason: Some("first-key".to_owned()),
        form: Some([0xff; 32]),
        sealed: Some("c2VsbGFkbw==".to_owned()),
    }
}

#[test]
fn an_entry_is_one_line_that_anybody_can_write_again() {
    let line = entry().line();
    let known = concat!(
        r#"{"act":"case.approved","actor":"officer","actor_id":"abababababababababababababababab","#,
        r#""case":"01010101010101010101010101010101","#,
        r#""form":"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff","index":7,"#,
        r#""reason":"first-key","sealed":"c2VsbGFkbw==","time":1795000000000000,"v":1}"#,
    );
    assert_eq!(line, known);
    assert_eq!(Entry::parse(&line), Ok(entry()));
}

#[test]
fn what_is_no_entry_says_why() {
    let line = entry().line();
    for (text, error) in [
        (line.replace("\"v\":1", "\"v\":2"), EntryError::Version),
        (line.replace("\"index\":7", "\"index\":\"7\""), EntryError::Field("index")),
        (line.replace("\"index\":7,", ""), EntryError::Field("index")),
        (line.replace("\"act\":\"case.approved\",", ""), EntryError::Field("act")),
        (line.replace("0101", "01zz"), EntryError::Field("case")),
        (line.replace("\"v\":1", "\"v\":1,\"x\":1"), EntryError::Unknown),
        (line.replace(',', ", "), EntryError::Json(JsonError::NotCanonical)),
        (line.replace('}', ""), EntryError::Json(JsonError::Form)),
    ] {
        assert_eq!(Entry::parse(&text), Err(error), "{text}");
    }
}

#[test]
fn only_the_one_canonical_text_is_read() {
    for (text, error) in [
        (r#"{"a":1,"b":2}"#, None),
        ("{}", None),
        (r#"{"a":"\u001f\n\"\\ñ€😀/ "}"#, None),
        (r#"{"a":"\b\t\n\f\r\u0000"}"#, None),
        ("{\"a\":\"\u{1f}\"}", Some(JsonError::Form)),
        (r#"{"b":2,"a":1}"#, Some(JsonError::NotCanonical)),
        (r#"{"a":01}"#, Some(JsonError::NotCanonical)),
        (r#"{"a":"\u0041"}"#, Some(JsonError::NotCanonical)),
        (r#"{"a":"\/"}"#, Some(JsonError::NotCanonical)),
        (r#"{"a":1} "#, Some(JsonError::NotCanonical)),
        (r#"{"a":1,"a":1}"#, Some(JsonError::Form)),
        (r#"{"a":-1}"#, Some(JsonError::Form)),
        (r#"{"a":9007199254740992}"#, Some(JsonError::Form)),
        (r#"{"a":null}"#, Some(JsonError::Form)),
        (r#"{"a":"\ud800"}"#, Some(JsonError::Form)),
        (r#"{"a":"#, Some(JsonError::Form)),
        ("", Some(JsonError::Form)),
    ] {
        assert_eq!(json::read(text).err(), error, "{text}");
    }
}

proptest! {
    #[test]
    fn every_object_is_read_as_it_was_written(
        fields in prop::collection::btree_map("[ -~]{0,12}", prop_oneof![
            any::<String>().prop_map(Value::Text),
            (0_u64..1 << 53).prop_map(Value::Number),
        ], 0..6)
    ) {
        let object: Object = fields;
        prop_assert_eq!(json::read(&json::write(&object)), Ok(object));
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in any::<String>()) {
        let _ = json::read(&text);
        let _ = Entry::parse(&text);
        let _ = Checkpoint::parse(&text);
        let _ = notes(&text);
    }

    #[test]
    fn a_line_with_a_changed_byte_is_another_leaf(at in any::<prop::sample::Index>(), by in 1_u8..) {
        let line = entry().line().into_bytes();
        let mut changed = line.clone();
        let place = at.index(line.len());
        changed[place] ^= by;
        prop_assert_ne!(crate::leaf_hash(&line), crate::leaf_hash(&changed));
    }
}

fn signer(seed: u8) -> Signer {
    Signer::new("clave.example/clavero.audit", &[seed; 32].into()).unwrap()
}

#[test]
fn a_checkpoint_opens_with_the_key_of_its_log_only() {
    let (mine, other) = (signer(1), signer(2));
    let head = Head { size: 42, root: [9; 32] };
    let note = Checkpoint::sign(head, &mine).unwrap();
    let text = "clave.example/clavero.audit\n42\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n";
    assert!(note.starts_with(&format!("{text}\n\u{2014} clave.example/clavero.audit ")), "{note}");
    assert_eq!(Checkpoint::open(&note, &mine.verifier()).unwrap().head, head);
    let refused = Checkpoint::open(&note, &other.verifier());
    assert_eq!(refused, Err(CheckpointError::Note(NoteError::OtherKey)));
    let grown = note.replace("\n42\n", "\n43\n");
    assert_eq!(Checkpoint::open(&grown, &mine.verifier()), Err(CheckpointError::Note(NoteError::Signature)));
    let foreign = mine.sign(&text.replace("clave.example", "otra.example")).unwrap();
    assert_eq!(Checkpoint::open(&foreign, &mine.verifier()), Err(CheckpointError::OtherLog));
}

#[test]
fn a_key_is_named_by_something_without_blanks_or_plus_signs() {
    for name in ["", "a b", "a\u{a0}b", "a\n", "a+b"] {
        let refused = Signer::new(name, &[1; 32].into()).err();
        assert_eq!(refused.map(|error| error.to_string()), Some(NoteError::Key.to_string()), "{name:?}");
    }
}

#[test]
fn what_has_not_the_form_of_a_note_is_neither_signed_nor_opened() {
    let (mine, other) = (signer(1), signer(2).verifier().vkey());
    for text in ["", "text", "te\u{1}xt\n"] {
        assert_eq!(mine.sign(text), Err(NoteError::Form), "{text:?}");
    }
    let (verifier, note) = (mine.verifier(), mine.sign("text\n").unwrap());
    assert_eq!(verifier.open(&note), Ok("text\n"));
    let without_its_end = note.trim_end().to_owned();
    for broken in
        [without_its_end, note.replace("text", "te\u{1}xt"), "text\n\n".to_owned(), "text\n".to_owned()]
    {
        assert_eq!(verifier.open(&broken), Err(NoteError::Form), "{broken:?}");
    }
    let (vkey, another_hash) = (verifier.vkey(), other.split('+').nth(1).unwrap());
    let of_another_key = vkey.replace(vkey.split('+').nth(1).unwrap(), another_hash);
    assert_eq!(Verifier::parse(&of_another_key), Err(NoteError::Key));
}

#[test]
fn a_text_that_is_no_checkpoint_is_refused() {
    for text in ["", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n"] {
        assert_eq!(Checkpoint::parse(text), Err(CheckpointError::Form), "{text:?}");
    }
    let root = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
    assert!(Checkpoint::parse(&format!("a\n1\n{root}\nan extension\n")).is_ok());
    let no_origin = format!("\n1\n{root}\n");
    let another_spelling = format!("a\n01\n{root}\n");
    let an_empty_extension = format!("a\n1\n{root}\n\nan extension\n");
    for text in [no_origin, another_spelling, an_empty_extension] {
        assert_eq!(Checkpoint::parse(&text), Err(CheckpointError::Form), "{text:?}");
    }
}

#[test]
fn a_file_of_checkpoints_comes_apart_again() {
    let signer = signer(1);
    let note = |size| Checkpoint::sign(Head { size, root: [9; 32] }, &signer).unwrap();
    let (one, two) = (note(1), note(2));
    assert_eq!(notes(&format!("{one}\n{two}\n")), [one.clone(), two.clone()]);
    assert_eq!(notes(&format!("{one}{two}")), [one.clone(), two.clone()]);
    assert_eq!(notes(&one), std::slice::from_ref(&one));
    // A crash cut the first one off in its root, and the next was written behind an empty line.
    let torn = format!("{}\n\n{two}\n", &one[..40]);
    let found = notes(&torn);
    assert!(found.iter().any(|found| Checkpoint::open(found, &signer.verifier()).is_ok()), "{found:?}");
}

#[test]
fn personal_data_open_with_their_own_key_at_their_own_place() {
    let personal = Personal(Object::from([("employer".to_owned(), Value::from("1790011674001-001"))]));
    let key = DataKey([3; 32]);
    let sealed = key.seal(7, [5; 24], &personal).unwrap();
    assert!(!sealed.contains("1790011674001"));
    assert!(key.open(7, &sealed).as_ref() == Some(&personal));
    assert!(key.open(8, &sealed).is_none(), "another place");
    assert!(DataKey([4; 32]).open(7, &sealed).is_none(), "another key");
    assert!(key.open(7, &sealed[4..]).is_none(), "cut");
    assert!(key.open(7, "").is_none(), "nothing");
}
