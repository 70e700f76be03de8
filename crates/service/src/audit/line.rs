//! From an entry that waits to the line that is sealed.

use clavero_audit::{DataKey, Entry, Personal, json, json::Value};
use clavero_protocol::{EmployerKey, OfficerId, RecoveryId};
use clavero_store::{Actor, Sealed, Unsealed};

use crate::{KeyRing, sealed::SealFor, secrets::random};

/// The name under which the employer stands among the personal data.
pub(crate) const EMPLOYER: &str = "employer";

/// Why an entry cannot be sealed: it holds what this version cannot read, or the ring cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry of the log cannot be sealed")]
pub struct Unsealable;

/// The entry as it goes into the log at `index`, its personal data under a fresh key of their own.
pub(super) fn seal(keys: &KeyRing, index: u64, waiting: &Unsealed) -> Result<Sealed, Unsealable> {
    let personal = personal(waiting);
    let (sealed, key) = if personal.0.is_empty() {
        (None, None)
    } else {
        let key = DataKey(random());
        let sealed = key.seal(index, random(), &personal).ok_or(Unsealable)?;
        let wrapped = keys.seal(SealFor::LogKey, &index.to_be_bytes(), &key.0).ok_or(Unsealable)?;
        (Some(sealed), Some(wrapped))
    };
    let actor_id = match waiting.actor {
        Actor::Officer(OfficerId(id)) => Some(id),
        Actor::Visitor | Actor::Employer | Actor::System => None,
    };
    let entry = Entry {
        index,
        time: waiting.at.as_micros().unsigned_abs(),
        actor: waiting.actor.as_str().to_owned(),
        actor_id,
        act: waiting.act.clone(),
        recovery: waiting.recovery.map(|RecoveryId(id)| id),
        case: waiting.case,
        officer: waiting.officer.map(|OfficerId(id)| id),
        refusal: waiting.refusal.clone(),
        reason: waiting.reason.clone(),
        form: waiting.form,
        sealed,
    };
    Ok(Sealed { at: waiting.at, line: entry.line(), key })
}

fn personal(waiting: &Unsealed) -> Personal {
    let mut fields = json::Object::new();
    if let Some(text) = &waiting.personal {
        // What cannot be read is kept as it is: nobody can stop the log by spoiling one row.
        fields = json::read(text)
            .unwrap_or_else(|_| json::Object::from([("unreadable".to_owned(), Value::from(text.as_str()))]));
    }
    if let Some(employer) = waiting.employer {
        fields.insert(EMPLOYER.to_owned(), Value::Text(employer_text(employer)));
    }
    Personal(fields)
}

/// How the employer with this number stands there.
pub(crate) fn employer_text(employer: i64) -> String {
    EmployerKey::from_i64(employer)
        .map_or_else(|| employer.to_string(), |key| format!("{}-{}", key.ruc(), key.sucursal()))
}

/// The personal data of the entry at `index`. `None` when its key is not the wrapped one.
pub(super) fn open(keys: &KeyRing, index: u64, sealed: &str, wrapped: &[u8]) -> Option<Personal> {
    let key = keys.open_sealed(SealFor::LogKey, &index.to_be_bytes(), wrapped)?;
    DataKey(key.as_slice().try_into().ok()?).open(index, sealed)
}
