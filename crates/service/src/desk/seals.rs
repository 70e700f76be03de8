//! What persons typed in a case: sealed as one, and named by marks.

use clavero_protocol::{AssistedCase, CaseId, EmailAddress, Hex, Mark};
use clavero_store::CaseRecord;
use serde::{Deserialize, Serialize};

use crate::{KeyRing, sealed::SealFor};

/// Everything personal that a case holds. It leaves the service only sealed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Dossier {
    /// The representative's number that was typed to open the case.
    #[serde(default)]
    pub(super) claimed: String,
    /// The check-list's documents as they were called when the case was opened, in Spanish and English.
    #[serde(default)]
    pub(super) documents: Vec<(String, String)>,
    #[serde(default)]
    pub(super) phone: String,
    #[serde(default)]
    pub(super) address: String,
    #[serde(default)]
    pub(super) email: Option<String>,
    /// Number and name of the new legal representative.
    #[serde(default)]
    pub(super) representative: Option<(String, String)>,
    /// Number and name of the third party who comes.
    #[serde(default)]
    pub(super) third_party: Option<(String, String)>,
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

impl Dossier {
    /// The contact's mark, the third party's name in it.
    pub(super) fn contact_mark(&self, keys: &KeyRing) -> Mark {
        let (number, name) = self.third_party.clone().unwrap_or_default();
        let parts = [&self.phone, &self.address, &number, &name];
        keys.mark("contact", &parts.map(String::as_bytes))
    }

    /// The mark of the change of representative: who stands there, and who takes their place.
    pub(super) fn representative_mark(&self, keys: &KeyRing) -> Option<Mark> {
        let (number, name) = self.representative.as_ref()?;
        let parts = [&self.representative_before, number, name];
        Some(keys.mark("representative", &parts.map(String::as_bytes)))
    }

    pub(super) fn person_mark(&self, keys: &KeyRing) -> Option<Mark> {
        let (name, number) = self.person.as_ref()?;
        Some(keys.mark("person", &[name.as_bytes(), number.as_bytes()]))
    }

    pub(super) fn ground_mark(&self, keys: &KeyRing) -> Option<Mark> {
        self.ground.as_ref().map(|ground| keys.mark("ground", &[ground.as_bytes()]))
    }

    pub(super) fn remark_mark(&self, keys: &KeyRing, place: usize) -> Option<Mark> {
        let remark = self.remarks.get(place)?.as_ref()?;
        Some(keys.mark("remark", &[remark.as_bytes()]))
    }

    /// The mailbox's mark.
    fn email_mark(&self, keys: &KeyRing) -> Option<Mark> {
        let address = EmailAddress::parse(self.email.as_deref()?).ok()?;
        Some(keys.email_mark(&address))
    }

    /// Whether what is read here is what the machine's marks speak of: what an officer sees is what is decided.
    pub(super) fn fits(&self, keys: &KeyRing, case: &AssistedCase) -> bool {
        let details = case.details.is_none_or(|details| {
            details.contact == self.contact_mark(keys)
                && details.email == self.email_mark(keys)
                && details.representative == self.representative_mark(keys)
        });
        let remarks =
            case.documents.iter().enumerate().all(|(place, line)| {
                line.found.and_then(|(_, remark)| remark) == self.remark_mark(keys, place)
            });
        details
            && remarks
            && case.identification.map(|seen| seen.whom) == self.person_mark(keys)
            && case.ground == self.ground_mark(keys)
    }
}

/// Names a dossier by what it says: to be sealed anew gives it no other name.
pub(super) fn version(keys: &KeyRing, record: &CaseRecord) -> String {
    let opened = keys.open_sealed(SealFor::CaseDossier, &record.case.id.0, &record.dossier);
    let says = opened.as_ref().map_or(record.dossier.as_slice(), |opened| opened.as_slice());
    Hex(&keys.mark("dossier", &[says]).0[..8]).to_string()
}

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
        self.seal(SealFor::CaseDossier, &case.0, &text)
    }

    /// Opens a dossier. `None` when it was not sealed for this case by this ring.
    pub(super) fn open_dossier(&self, case: CaseId, sealed: &[u8]) -> Option<Dossier> {
        serde_json::from_slice(&self.open_sealed(SealFor::CaseDossier, &case.0, sealed)?).ok()
    }
}
