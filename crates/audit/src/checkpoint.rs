//! Checkpoints: the size and root of the log, signed ([C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint)).

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{
    note::{NoteError, Signer, Verifier},
    proof::Head,
};

/// Why a checkpoint does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is no checkpoint.
    #[error("not a checkpoint")]
    Form,
    /// It is of another log.
    #[error("a checkpoint of another log")]
    OtherLog,
}

/// What a log was at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Its size and root.
    pub head: Head,
}

impl Checkpoint {
    /// The text: origin, size and root, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.head.size, BASE64.encode(self.head.root))
    }

    /// Reads the text. Lines behind the third are extensions, and no matter.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Form);
        };
        let parsed: u64 = size.parse().map_err(|_| CheckpointError::Form)?;
        let root = BASE64.decode(root).ok().and_then(|root| root.try_into().ok());
        let root = root.ok_or(CheckpointError::Form)?;
        if origin.is_empty() || parsed.to_string() != size || lines.any(str::is_empty) {
            return Err(CheckpointError::Form);
        }
        Ok(Self { origin: origin.to_owned(), head: Head { size: parsed, root } })
    }

    /// The signed note; the signer's name is the origin.
    pub fn sign(head: Head, signer: &Signer) -> Result<String, NoteError> {
        let origin = signer.verifier().name().to_owned();
        signer.sign(&Self { origin, head }.text())
    }

    /// Opens a signed note of the log that `verifier` is named for.
    pub fn open(note: &str, verifier: &Verifier) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse(verifier.open(note)?)?;
        if checkpoint.origin == verifier.name() { Ok(checkpoint) } else { Err(CheckpointError::OtherLog) }
    }
}

/// The notes of a file that has one after another with an empty line between, as they stand, not yet verified. What is no
/// note, such as one that a crash cut off, comes as it is, too.
#[must_use]
pub fn notes(file: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let mut text = String::new();
    for block in blocks(file) {
        let is_signed = block.starts_with('\u{2014}');
        if is_signed && !text.is_empty() {
            notes.push(format!("{}\n{block}", std::mem::take(&mut text)));
        } else {
            notes.extend(Some(std::mem::replace(&mut text, block)).filter(|text| !text.is_empty()));
        }
    }
    notes.extend(Some(text).filter(|text| !text.is_empty()));
    notes
}

/// Lines that stand together, texts and signatures apart.
fn blocks(file: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    let mut was_signature = false;
    for line in file.lines() {
        let is_signature = line.starts_with('\u{2014}');
        if line.is_empty() || is_signature != was_signature {
            blocks.push(String::new());
        }
        was_signature = is_signature;
        if let Some(block) = blocks.last_mut().filter(|_| !line.is_empty()) {
            block.push_str(line);
            block.push('\n');
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}
