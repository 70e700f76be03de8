//! What persons typed in a case: sealed as one, and named by marks.

use clavero_protocol::{CaseId, Mark};
use serde::{Deserialize, Serialize};

use crate::KeyRing;

/// Everything personal that a case holds. It leaves the service only sealed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Dossier {
    #[serde(default)]
    pub(super) phone: String,
    #[serde(default)]
    pub(super) address: String,
    #[serde(default)]
    pub(super) email: Option<String>,
    /// Number and name of the new legal representative.
    #[serde(default)]
    pub(super) representative: Option<(String, String)>,
    /// Number of the representative who stood in the registry when that was told.
    #[serde(default)]
    pub(super) representative_before: String,
    /// Name and number of the person who was seen.
    #[serde(default)]
    pub(super) person: Option<(String, String)>,
    #[serde(default)]
    pub(super) ground: Option<String>,
    /// Remarks by place in the check-list.
    #[serde(default)]
    pub(super) remarks: Vec<Option<String>>,
    /// Why it was last sent back or ended.
    #[serde(default)]
    pub(super) reason: Option<String>,
}

const SEAL: &str = "case-dossier";

impl KeyRing {
    /// The mark of something personal in a case: equal for equal values of one kind, meaningless without the ring.
    #[must_use]
    pub fn mark(&self, kind: &str, parts: &[&[u8]]) -> Mark {
        let kind = kind.as_bytes();
        let parts: Vec<&[u8]> = std::iter::once(kind).chain(parts.iter().copied()).collect();
        let digest = self.index("case-mark", &parts);
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Mark(first)
    }

    /// Seals a dossier for its case.
    pub(super) fn seal_dossier(&self, case: CaseId, dossier: &Dossier) -> Option<Vec<u8>> {
        let text = zeroize::Zeroizing::new(serde_json::to_vec(dossier).ok()?);
        self.seal(SEAL, &case.0, &text)
    }

    /// Opens a dossier. `None` when it was not sealed for this case by this ring.
    pub(super) fn open_dossier(&self, case: CaseId, sealed: &[u8]) -> Option<Dossier> {
        serde_json::from_slice(&self.open_sealed(SEAL, &case.0, sealed)?).ok()
    }
}
