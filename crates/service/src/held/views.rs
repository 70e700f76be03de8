//! What is told of all that is held of an employer: plain words, moments as RFC 3339 has them, and no secret in any form.

use std::collections::BTreeMap;

use serde::Serialize;

/// All that is held of one employer. Where it is `null` or empty nothing is.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct HeldView {
    /// Thirteen digits.
    pub ruc: String,
    /// Four digits.
    pub sucursal: String,
    /// When this was read.
    pub read_at: String,
    /// The registry's row.
    pub registry: Option<RegistryHeld>,
    /// Of the key, which nobody can read.
    pub key: KeyHeld,
    /// What a case changed in the registry.
    pub corrected_by_case: Option<CorrectionHeld>,
    /// Sessions, the newest first.
    pub sessions: Vec<SessionHeld>,
    /// When each device that is known by its cookie last signed in.
    pub known_devices: Vec<String>,
    /// "No fui yo" links.
    pub not_me_links: Vec<NotMeHeld>,
    /// Recoveries, the oldest first.
    pub recoveries: Vec<RecoveryHeld>,
    /// Cases, the newest first.
    pub cases: Vec<CaseHeld>,
    /// Mails that wait.
    pub waiting_mails: Vec<MailHeld>,
    /// What the imported tax register says of the RUC.
    pub tax_register: Option<TaxHeld>,
    /// What the tax authority last answered about the RUC.
    pub tax_authority: Option<TaxHeld>,
    /// Entries of the log, the oldest first.
    pub log: Vec<EntryHeld>,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RegistryHeld {
    pub kind: &'static str,
    pub name: String,
    pub representative_id: String,
    pub representative_name: String,
    pub email: Option<String>,
    /// There is one, and no key of the ring opens it.
    pub email_is_unreadable: bool,
    pub has_had_key: bool,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct KeyHeld {
    pub is_set: bool,
    pub set_at: Option<String>,
    pub came_with_import: bool,
    pub is_frozen: bool,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CorrectionHeld {
    pub at: String,
    pub case_reference: Option<String>,
    pub email_changed: bool,
    pub representative_id_before: Option<String>,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SessionHeld {
    pub browser: String,
    pub opened_at: String,
    pub last_used_at: String,
    pub ends_at: String,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct NotMeHeld {
    pub made_at: String,
    pub of_key_set_at: String,
    pub used: bool,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RecoveryHeld {
    pub id: String,
    pub reference: String,
    pub language: String,
    pub began: &'static str,
    pub started_at: String,
    pub state: &'static str,
    pub mail_sent_at: Option<String>,
    pub codes_typed: Option<u8>,
    pub ended: Option<&'static str>,
    pub ended_at: Option<String>,
    pub assisted_reason: Option<&'static str>,
}

/// A case. One that was opened by identifiers that do not match the registry is a stranger's: it is only told that there is one.
#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CaseHeld {
    pub matches_registry: bool,
    pub state: &'static str,
    pub reason: &'static str,
    pub language: String,
    pub opened_at: String,
    pub last_step_at: String,
    pub ends_at: String,
    pub objected_at: Option<String>,
    pub hand_overs: u32,
    /// Not told of a stranger's.
    pub details: Option<DossierHeld>,
    pub history: Vec<StepHeld>,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct DossierHeld {
    pub reference: String,
    /// What is stored was not written for this case, and nothing of it is told.
    pub is_unreadable: bool,
    pub applicant: Option<&'static str>,
    pub representative_id_typed: String,
    pub phone: String,
    pub address: String,
    pub email: Option<String>,
    pub email_proven_at: Option<String>,
    pub email_on_record_then: Option<String>,
    pub representative_id_then: String,
    pub new_representative: Option<PersonHeld>,
    pub third_party: Option<PersonHeld>,
    pub person_seen: Option<PersonHeld>,
    pub identified_by: Option<&'static str>,
    pub centre: Option<String>,
    pub documents: Vec<DocumentHeld>,
    pub ground: Option<String>,
    pub reason_given: Option<String>,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PersonHeld {
    pub number: String,
    pub name: String,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct DocumentHeld {
    pub name: String,
    pub when: &'static str,
    pub finding: Option<&'static str>,
    pub remark: Option<String>,
}

/// A step of a case. Which officer took it is the officer's own.
#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct StepHeld {
    pub at: String,
    pub act: &'static str,
    pub by_officer: bool,
    pub refusal: Option<String>,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct MailHeld {
    pub kind: &'static str,
    pub waits_since: String,
}

#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TaxHeld {
    pub state: &'static str,
    pub word: String,
    pub since: String,
    pub at: Option<String>,
}

/// An entry of the log. One that waits to be sealed has no number yet.
#[expect(missing_docs, reason = "the names are what they say, to people")]
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct EntryHeld {
    pub index: Option<u64>,
    pub at: String,
    pub actor: String,
    pub act: String,
    pub refusal: Option<String>,
    pub reason: Option<String>,
    pub recovery: Option<String>,
    /// What is personal in it, but for the employer; empty where the key of that is destroyed.
    pub personal: BTreeMap<String, serde_json::Value>,
}
