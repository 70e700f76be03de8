//! What stands in for Typst in a program that was built without it.

use crate::{
    paper::{self, Paper},
    press::PrintError,
};

/// Sets nothing.
pub(crate) struct Typesetter;

impl Typesetter {
    pub(crate) fn new() -> Self {
        Self
    }

    /// Always [`PrintError::Absent`].
    #[expect(clippy::unused_self, reason = "a typesetter that sets papers needs its fonts")]
    pub(crate) fn set(&self, mut paper: Paper) -> Result<Vec<u8>, PrintError> {
        paper::wipe(&mut paper.data);
        Err(PrintError::Absent)
    }
}
