//! Bringing everything that is sealed under the active key, in the form of today; and, once nothing lives under a key any more,
//! taking that one out of the ring.

use std::{path::Path, sync::Arc};

use clavero_protocol::Policy;
use clavero_store::{
    Actor, AuditEntry, KeyUses, Resealed, RowName, SealedIn, SealedValue, Store, StoreError, acts,
};
use zeroize::Zeroizing;

use crate::{
    KeyRing, KeyRingError,
    hasher::names_key,
    sealed::{self, SealFor},
};

/// Values of one transaction: the service goes on between them.
const AT_ONCE: u32 = 500;

/// What became of the sealed values of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResealedIn {
    /// Which.
    pub place: SealedIn,
    /// Values that were not under the active key, in the form of today, and that opened.
    pub found: u64,
    /// How many of them are now. The others were changed by somebody meanwhile.
    pub resealed: u64,
    /// Values that no key of the ring opens. They stand as they were.
    pub unopened: u64,
}

/// Is told how many values were looked at.
pub type ResealWatcher<'a> = &'a mut (dyn FnMut(u64) + Send);

/// Why a key stays in the ring.
#[derive(Debug, thiserror::Error)]
pub enum RetireError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ring's file.
    #[error(transparent)]
    Ring(#[from] KeyRingError),
    /// The ring has no such key.
    #[error("there is no such key in the ring")]
    Unknown,
    /// New things are made under it.
    #[error("it is the active key")]
    Active,
    /// Something lives under it: so many sealed values, and what else.
    #[error("something lives under it")]
    InUse {
        /// Sealed values that it opens.
        sealed: u64,
        /// What else rests on it.
        uses: KeyUses,
    },
}

/// How much lies under a key, in either form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnderKey {
    /// Sealed values that say so.
    pub sealed: u64,
    /// What else rests on it.
    pub uses: KeyUses,
}

/// Seals anew what is not under the active key in the form of today; with `dry_run` only says how much that is. A service may run
/// meanwhile, and so may another one of these; whatever ends it, the next one goes on.
pub async fn reseal(
    store: &Arc<dyn Store>,
    keys: &KeyRing,
    dry_run: bool,
    watch: ResealWatcher<'_>,
) -> Result<Vec<ResealedIn>, StoreError> {
    let mut all = Vec::with_capacity(SealedIn::ALL.len());
    let mut looked_at = 0;
    for place in SealedIn::ALL {
        let mut count = ResealedIn { place, found: 0, resealed: 0, unopened: 0 };
        let mut walk = Walk::new(place);
        while let Some(page) = walk.next(store, keys).await? {
            let total = page.len() as u64;
            let values: Vec<Resealed> = page.iter().filter_map(|value| renew(keys, place, value)).collect();
            count.found += values.len() as u64;
            count.unopened += total - values.len() as u64;
            if !dry_run && !values.is_empty() {
                count.resealed += store.reseal(place, values).await?;
            }
            looked_at += total;
            watch(looked_at);
        }
        all.push(count);
    }
    if all.iter().any(|count| count.resealed > 0) {
        store.note_keys(entry(acts::RESEALED, keys.active())).await?;
    }
    Ok(all)
}

/// How many values are not under the active key in the form of today, as far as their heads tell.
pub async fn to_reseal(store: &Arc<dyn Store>, keys: &KeyRing) -> Result<u64, StoreError> {
    let all: Vec<Vec<u8>> = keys.ids().iter().flat_map(|id| sealed::heads(id)).collect();
    let [current, _] = sealed::heads(keys.active());
    let heads: Vec<Vec<u8>> = all.into_iter().filter(|head| *head != current).collect();
    beginning(store, &heads).await
}

/// How much lies under a key of the ring.
pub async fn under_key(store: &Arc<dyn Store>, policy: &Policy, id: &str) -> Result<UnderKey, StoreError> {
    let sealed = beginning(store, &sealed::heads(id)).await?;
    Ok(UnderKey { sealed, uses: store.key_uses(id.to_owned(), names_key(id), policy).await? })
}

/// How many values begin with one of these heads.
async fn beginning(store: &Arc<dyn Store>, heads: &[Vec<u8>]) -> Result<u64, StoreError> {
    let mut sum = 0;
    for place in SealedIn::ALL {
        sum += store.sealed_census(place, heads.to_vec()).await?.iter().sum::<u64>();
    }
    Ok(sum)
}

fn entry(act: &'static str, key: &str) -> AuditEntry {
    AuditEntry { reason: Some(key.to_owned().into()), ..AuditEntry::done(Actor::System, act) }
}

/// Takes a key out of the ring at `path` if nothing lives under it. Employers' keys that were hashed under its pepper go on: the
/// pepper, from which nothing else follows, stays until none is left. Answers how many those are.
pub async fn retire(
    store: &Arc<dyn Store>,
    (keys, path): (&KeyRing, &Path),
    policy: &Policy,
    id: &str,
) -> Result<u64, RetireError> {
    let known = keys.list().into_iter().find(|key| key.id == id).ok_or(RetireError::Unknown)?;
    if id == keys.active() {
        return Err(RetireError::Active);
    }
    let uses = store.key_uses(id.to_owned(), names_key(id), policy).await?;
    let sealed = if known.retired { 0 } else { openable(store, keys, id).await? };
    let alive = sealed > 0 || uses.recoveries > 0 || uses.cases > 0;
    if alive || known.retired && uses.credentials > 0 {
        return Err(RetireError::InUse { sealed, uses });
    }
    store.note_keys(entry(acts::RING_KEY_RETIRED, id)).await?;
    KeyRing::take_out(path, id, uses.credentials > 0)?;
    Ok(uses.credentials)
}

/// How many values a key of the ring opens. One that names it and does not open is lost already.
async fn openable(store: &Arc<dyn Store>, keys: &KeyRing, id: &str) -> Result<u64, StoreError> {
    let mut sum = 0;
    for place in SealedIn::ALL {
        let mut walk = Walk::new(place);
        while let Some(page) = walk.next(store, keys).await? {
            let under = page.iter().filter(|value| sealed::key_id(&value.sealed) == Some(id));
            sum += under.filter(|value| open(keys, place, value).is_some()).count() as u64;
        }
    }
    Ok(sum)
}

/// Goes through the values of a column that are not under the active key in the form of today.
struct Walk {
    place: SealedIn,
    after: Option<RowName>,
}

impl Walk {
    const fn new(place: SealedIn) -> Self {
        Self { place, after: None }
    }

    async fn next(
        &mut self,
        store: &Arc<dyn Store>,
        keys: &KeyRing,
    ) -> Result<Option<Vec<SealedValue>>, StoreError> {
        let [current, _] = sealed::heads(keys.active());
        let page = store.sealed(self.place, self.after.clone(), current, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = Some(last.row.clone());
        Ok(Some(page))
    }
}

/// The same value under the active key, in the form of today.
fn renew(keys: &KeyRing, place: SealedIn, value: &SealedValue) -> Option<Resealed> {
    let (purpose, of, bytes) = open(keys, place, value)?;
    let becomes = keys.seal(purpose, &of, &bytes)?;
    Some(Resealed { row: value.row.clone(), was: value.sealed.clone(), becomes })
}

/// Opens a value: what it was sealed for, of whom, and what it says.
fn open(
    keys: &KeyRing,
    place: SealedIn,
    value: &SealedValue,
) -> Option<(SealFor, Vec<u8>, Zeroizing<Vec<u8>>)> {
    let (row, owner) = (name(&value.row), name(&value.owner));
    let ways = match place {
        SealedIn::EmployerEmail => vec![(SealFor::EmployerEmail, row)],
        SealedIn::CaseDossier => vec![(SealFor::CaseDossier, row)],
        // Cases of before have their mailbox sealed as the registry has it.
        SealedIn::CaseEmail => vec![(SealFor::CaseEmail, row), (SealFor::EmployerEmail, owner)],
        SealedIn::CaseOldEmail => vec![(SealFor::EmployerEmail, owner)],
        SealedIn::OfficerEmail => vec![(SealFor::OfficerEmail, row)],
        SealedIn::OfficerTotp => vec![(SealFor::OfficerTotp, row)],
        SealedIn::Passkey => vec![(SealFor::OfficerPasskey, owner)],
        SealedIn::Ceremony => vec![(SealFor::OfficerCeremony, row)],
        SealedIn::LogKey => vec![(SealFor::LogKey, row)],
    };
    ways.into_iter().find_map(|(purpose, of)| {
        let opened = keys.open_sealed(purpose, &of, &value.sealed)?;
        Some((purpose, of, opened))
    })
}

/// A row's name as values are bound to it. Employers' numbers, and places in the log, as eight octets.
fn name(row: &RowName) -> Vec<u8> {
    match row {
        RowName::Number(number) => number.to_be_bytes().to_vec(),
        RowName::Bytes(bytes) => bytes.clone(),
    }
}
