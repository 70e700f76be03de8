//! Signed notes with Ed25519 ([C2SP signed-note](https://c2sp.org/signed-note)): a text that people can read, and under it
//! lines of signatures.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::hex;

/// The signature type of Ed25519 in a note.
const ED25519_TYPE: u8 = 1;
/// Leads a line of signature.
const DASH: &str = "\u{2014} ";

/// Why a note does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note.
    #[error("not a signed note")]
    Form,
    /// None of its signatures is by this key.
    #[error("not signed by the key of this log")]
    OtherKey,
    /// Signed by this key as it says, and the signature does not fit the text.
    #[error("the signature does not fit the text")]
    Signature,
    /// The key or its name cannot be used.
    #[error("not a key of a signed note")]
    Key,
}

/// Whether a text can name a key: something, without blanks or plus signs.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter == '+')
}

/// The first four bytes of `SHA-256(name || 0x0A || 0x01 || public key)`.
fn key_id(name: &str, public: &[u8]) -> [u8; 4] {
    let digest =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519_TYPE]).chain_update(public).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Signs notes under a name.
pub struct Signer {
    name: String,
    pair: Ed25519KeyPair,
    public: [u8; 32],
}

impl Signer {
    /// A signer named `name` with an Ed25519 seed (RFC 8032 §5.1.5).
    pub fn new(name: &str, seed: &Zeroizing<[u8; 32]>) -> Result<Self, NoteError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| NoteError::Key)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NoteError::Key)?;
        if is_name(name) { Ok(Self { name: name.to_owned(), pair, public }) } else { Err(NoteError::Key) }
    }

    /// What verifies its notes.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), public: self.public }
    }

    /// The note of a text, which must end with a line feed and have no empty line.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        if !is_text(text) {
            return Err(NoteError::Form);
        }
        let mut signature = key_id(&self.name, &self.public).to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        Ok(format!("{text}\n{DASH}{} {}\n", self.name, BASE64.encode(signature)))
    }
}

fn is_text(text: &str) -> bool {
    text.ends_with('\n') && text.chars().all(|letter| letter == '\n' || letter >= ' ')
}

/// Verifies notes: a name and a public key, which may be given to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    public: [u8; 32],
}

impl Verifier {
    /// Reads a verifier key: `name+hash+key`.
    pub fn parse(vkey: &str) -> Result<Self, NoteError> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let key = BASE64.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519_TYPE, public)) = key.split_first() else { return Err(NoteError::Key) };
        let public: [u8; 32] = public.try_into().map_err(|_| NoteError::Key)?;
        let fits = is_name(name) && hex::decode::<4>(hash) == Some(key_id(name, &public));
        if fits { Ok(Self { name: name.to_owned(), public }) } else { Err(NoteError::Key) }
    }

    /// The verifier key: `name+hash+key`.
    #[must_use]
    pub fn vkey(&self) -> String {
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(&self.public);
        format!("{}+{}+{}", self.name, hex::encode(&key_id(&self.name, &self.public)), BASE64.encode(key))
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of a note, if this key signed it. Signatures of other keys are no matter.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (end, signatures) = split(note).ok_or(NoteError::Form)?;
        let text = &note[..end];
        let id = key_id(&self.name, &self.public);
        let mut outcome = Err(NoteError::OtherKey);
        for line in signatures.lines() {
            let (name, signature) =
                line.strip_prefix(DASH).and_then(|line| line.split_once(' ')).ok_or(NoteError::Form)?;
            let signature = BASE64.decode(signature).map_err(|_| NoteError::Form)?;
            let (found, signature) = signature.split_at_checked(4).ok_or(NoteError::Form)?;
            if name != self.name || found != id {
                continue;
            }
            let key = UnparsedPublicKey::new(&ED25519, self.public);
            outcome = key.verify(text.as_bytes(), signature).map_err(|_| NoteError::Signature);
            if outcome.is_err() {
                break;
            }
        }
        outcome.map(|()| text)
    }
}

/// Where the text of a note ends, and its lines of signatures.
fn split(note: &str) -> Option<(usize, &str)> {
    // The last empty line, so that nobody can hide text behind one.
    let end = note.rfind("\n\n")? + 1;
    let signatures = &note[end + 1..];
    let holds = is_text(&note[..end]) && !signatures.is_empty() && signatures.ends_with('\n');
    holds.then_some((end, signatures))
}
