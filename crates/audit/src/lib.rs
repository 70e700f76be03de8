//! The tamper-evident log as pure functions: a Merkle tree with the hashing of
//! [RFC 9162](https://www.rfc-editor.org/rfc/rfc9162) §2.1, its proofs, checkpoints as
//! [C2SP signed notes](https://c2sp.org/tlog-checkpoint), the canonical form of an entry, and the sealing of what is personal in it.
//!
//! Nothing here reads a file, a clock or a random source: hashes, time and randomness are arguments. What is
//! verified here can be verified without any of this code, too: every form is a public one.

pub mod checkpoint;
pub mod entry;
pub mod examine;
mod hex;
pub mod json;
pub mod note;
pub mod proof;
pub mod seal;
pub mod tile;
pub mod tree;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Entry, EntryError};
pub use note::{NoteError, Signer, Verifier};
pub use seal::{DataKey, Personal};
pub use tree::{Frontier, Hash, Node, leaf_hash};

#[cfg(test)]
mod tests;
