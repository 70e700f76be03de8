//! Vectors of others: the reference trees of Certificate Transparency's own implementations, and the note of Go's
//! `sumdb/note`.

use super::{mth, node_of};
use crate::{
    note::{NoteError, Signer, Verifier},
    proof::{Head, consistency, inclusion, verify_consistency, verify_inclusion},
    tree::Hash,
};

fn hash(digits: &str) -> Hash {
    crate::hex::decode(digits).unwrap()
}

/// The eight leaves of certificate-transparency's `merkletree` tests.
fn leaves() -> Vec<Vec<u8>> {
    let mut leaves = vec![Vec::new(), vec![0x00], vec![0x10], vec![0x20, 0x21], vec![0x30, 0x31]];
    leaves.extend([(0x40..0x44).collect(), (0x50..0x58).collect(), (0x60..0x70).collect()]);
    leaves
}

const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_roots_of_certificate_transparency() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(crate::tree::empty_root(), hash(empty));
    for (size, root) in (1..).zip(ROOTS) {
        assert_eq!(mth(&leaves()[..size]), hash(root), "{size}");
    }
}

#[test]
fn the_inclusion_proofs_of_certificate_transparency() {
    let leaves = leaves();
    let proof = inclusion(0, 8, node_of(&leaves)).unwrap().unwrap();
    let known = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(proof, known.map(hash));
    assert!(verify_inclusion(&mth(&leaves[..1]), 0, 8, &proof, &hash(ROOTS[7])));
    let proof = inclusion(2, 3, node_of(&leaves)).unwrap().unwrap();
    assert_eq!(proof, [hash(ROOTS[1])]);
}

#[test]
fn the_consistency_proofs_of_certificate_transparency() {
    let leaves = leaves();
    let proof = consistency(6, 8, node_of(&leaves)).unwrap().unwrap();
    let known = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(proof, known.map(hash));
    let head = |size: usize| Head { size: size as u64, root: hash(ROOTS[size - 1]) };
    assert!(verify_consistency(&head(6), &head(8), &proof));
    let proof = consistency(2, 5, node_of(&leaves)).unwrap().unwrap();
    let known = [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ];
    assert_eq!(proof, known.map(hash));
    assert!(verify_consistency(&head(2), &head(5), &proof));
}

const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNATURE: &str = "\u{2014} PeterNeumann \
    x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn the_note_of_go_opens() {
    let verifier = Verifier::parse(VKEY).unwrap();
    assert_eq!(verifier.vkey(), VKEY);
    let note = format!("{TEXT}\n{SIGNATURE}");
    assert_eq!(verifier.open(&note), Ok(TEXT));
    let others = format!("{note}\u{2014} Somebody AAAAAAAA\n");
    assert_eq!(verifier.open(&others), Ok(TEXT));
    assert_eq!(verifier.open(&note.replace("know", "knew")), Err(NoteError::Signature));
    assert_eq!(verifier.open(&note.replace("PeterNeumann", "Somebody")), Err(NoteError::OtherKey));
    assert_eq!(verifier.open(TEXT), Err(NoteError::Form));
}

#[test]
fn our_notes_are_those_of_go() {
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD
        .decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
        .unwrap();
    let seed: [u8; 32] = key[1..].try_into().unwrap();
    let signer = Signer::new("PeterNeumann", &seed.into()).unwrap();
    assert_eq!(signer.verifier().vkey(), VKEY);
    assert_eq!(signer.sign(TEXT).unwrap(), format!("{TEXT}\n{SIGNATURE}"));
}
