//! The key ring: a file outside the database from which every derived secret comes.
//!
//! Each key of the ring serves many purposes, told apart by HKDF (RFC 5869) with length-prefixed labels, so that what
//! is derived for one purpose, flow or epoch can never stand for another. Rotation adds a key; the older ones stay for
//! what was made under them.

use std::{collections::BTreeSet, io, time::Duration};

use base64::Engine as _;
use clavero_protocol::{AssistedCase, CaseId, EmailAddress, EmployerKey, Mark, RecoveryId, Timestamp};
use clavero_store::{BudgetKey, CaseRecord, Digest, NewCredential, SealedEmail};
use clavero_words::time;
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    hotp::hotp,
    ring_file::{BASE64, KeyFile, RetiredFile, RingFile},
    sealed::SealFor,
};

/// Why the ring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file cannot be read or written.
    #[error("the key file cannot be used: {0}")]
    File(#[from] io::Error),
    /// Others than its owner may read it.
    #[error("the key file has mode {mode:o}; make it 600, for its owner alone")]
    Mode {
        /// The permission bits.
        mode: u32,
    },
    /// Not a key ring.
    #[error("the key file is not a key ring: {0}")]
    Form(String),
}

struct Key {
    id: String,
    made: Option<Timestamp>,
    prk: Hkdf<Sha256>,
}

/// What is left of a key that was taken out: no other secret follows from it.
struct Retired {
    id: String,
    pepper: Zeroizing<[u8; 32]>,
}

/// A key as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingKey {
    /// Its name.
    pub id: String,
    /// When it was made; `None` in a ring that does not say.
    pub made: Option<Timestamp>,
    /// Whether nothing but its pepper is left.
    pub retired: bool,
}

/// How long a key stays the active one: the schedule of docs/security-decisions.md.
const ROTATE_AFTER: Duration = Duration::from_hours(365 * 24);

/// Octets of a key's name at most: a form of what is sealed begins with its length.
const LONGEST_ID: usize = 32;

/// What the pepper of passwords is derived for.
pub(crate) const PEPPER: &str = "password-pepper";

/// The keys, newest last. No `Debug`.
pub struct KeyRing {
    index: Hkdf<Sha256>,
    keys: Vec<Key>,
    retired: Vec<Retired>,
    fingerprint: Digest,
}

impl KeyRing {
    pub(crate) fn from_file(ring: &RingFile) -> Result<Self, KeyRingError> {
        let prk = |secret: &str| Ok::<_, KeyRingError>(Hkdf::new(None, secret_of(secret)?.as_slice()));
        let index = prk(&ring.index)?;
        let key = |key: &KeyFile| {
            let made = key.made.as_deref().map(|made| time::parse(made).ok_or_else(|| form("a moment")));
            Ok(Key { id: key.id.clone(), made: made.transpose()?, prk: prk(&key.secret)? })
        };
        let keys = ring.key.iter().map(key).collect::<Result<Vec<_>, KeyRingError>>()?;
        let retired = |retired: &RetiredFile| {
            Ok(Retired { id: retired.id.clone(), pepper: secret_of(&retired.pepper)? })
        };
        let retired = ring.retired.iter().map(retired).collect::<Result<Vec<_>, KeyRingError>>()?;
        if keys.is_empty() {
            return Err(form("there is no key in it"));
        }
        let ids = || keys.iter().map(|key| &key.id).chain(retired.iter().map(|retired| &retired.id));
        if ids().any(|id| id.is_empty() || id.len() > LONGEST_ID)
            || ids().collect::<BTreeSet<_>>().len() < ids().count()
        {
            return Err(form("the names of its keys"));
        }
        let fingerprint = Sha256::digest(expand(&index, "fingerprint", &[]).as_slice()).into();
        Ok(Self { index, keys, retired, fingerprint })
    }

    /// Tells two rings apart without telling anything of them.
    #[must_use]
    pub const fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// The id of the key that new things are made under.
    #[must_use]
    pub fn active(&self) -> &str {
        self.keys.last().map_or("", |key| key.id.as_str())
    }

    /// The ids of all its keys, in the order in which they were made.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.id.clone()).collect()
    }

    /// When that key was made; `None` in a ring that does not say.
    #[must_use]
    pub fn active_made(&self) -> Option<Timestamp> {
        self.keys.last()?.made
    }

    /// Whether that key has been the active one for longer than the schedule has it.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.active_made().is_some_and(|made| now.saturating_since(made) > ROTATE_AFTER)
    }

    /// All that is in it, in the order in which it was made.
    #[must_use]
    pub fn list(&self) -> Vec<RingKey> {
        let gone = |key: &Retired| RingKey { id: key.id.clone(), made: None, retired: true };
        let here = |key: &Key| RingKey { id: key.id.clone(), made: key.made, retired: false };
        self.retired.iter().map(gone).chain(self.keys.iter().map(here)).collect()
    }

    pub(crate) fn derive(&self, key_id: &str, purpose: &str, parts: &[&[u8]]) -> Option<Zeroizing<[u8; 32]>> {
        let key = self.keys.iter().find(|key| key.id == key_id)?;
        Some(expand(&key.prk, purpose, parts))
    }

    /// The code number `counter` of a recovery. `None` when the ring has lost the key.
    #[must_use]
    pub fn code(&self, flow: &CodeOf<'_>, counter: u32, digits: u8) -> Option<Zeroizing<String>> {
        let key =
            self.derive(flow.key_id, "recovery-code", &[&flow.epoch.to_be_bytes(), &flow.recovery.0])?;
        Some(Zeroizing::new(hotp(key.as_slice(), u64::from(counter), digits)))
    }

    /// The code number `counter` that shows that a mailbox of a case is read. Bound to the address: it proves no other one.
    #[must_use]
    pub(crate) fn case_code(
        &self,
        of: &CaseCodeOf<'_>,
        counter: u32,
        digits: u8,
    ) -> Option<Zeroizing<String>> {
        let record = of.record;
        let address = record.email.as_ref()?.index;
        let parts: [&[u8]; 3] = [&of.epoch.to_be_bytes(), &record.case.id.0, &address];
        let key = self.derive(&record.key_id, "case-code", &parts)?;
        Some(Zeroizing::new(hotp(key.as_slice(), u64::from(counter), digits)))
    }

    /// The pepper of passwords hashed under a key.
    pub(crate) fn pepper(&self, key_id: &str) -> Option<Zeroizing<[u8; 32]>> {
        let retired = || self.retired.iter().find(|retired| retired.id == key_id);
        self.derive(key_id, PEPPER, &[]).or_else(|| retired().map(|retired| retired.pepper.clone()))
    }

    /// The same of slips, which are typed from paper.
    pub(crate) fn slip_pepper(&self, key_id: &str) -> Option<Zeroizing<[u8; 32]>> {
        self.derive(key_id, "slip-pepper", &[])
    }

    /// Signs `parts` for a purpose under the active key's id, which the caller keeps with the tag.
    pub(crate) fn sign(&self, key_id: &str, purpose: &str, parts: &[&[u8]]) -> Option<[u8; 32]> {
        // The derivation itself is a MAC: HMAC-SHA-256 over length-prefixed parts.
        self.derive(key_id, purpose, parts).map(|tag| *tag)
    }

    /// Whether some key of the ring signed `parts` so.
    pub(crate) fn verify(&self, purpose: &str, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.keys.iter().any(|key| expand(&key.prk, purpose, parts).as_slice().ct_eq(tag).into())
    }

    /// Names a budget without telling whose it is. The budgets of one subject begin alike, so that they lie on one page.
    #[must_use]
    pub fn budget(&self, kind: &str, of: &[u8]) -> BudgetKey {
        let mut key = first_16(&expand(&self.index, "budget", &[kind.as_bytes(), of]));
        key[..8].copy_from_slice(&expand(&self.index, "budget-of", &[of])[..8]);
        key
    }

    /// Binds a PHC string to its employer.
    #[must_use]
    pub fn credential(&self, employer: &EmployerKey, phc: String) -> NewCredential {
        NewCredential { mac: self.credential_mac(employer, &phc), phc }
    }

    /// Whether a stored credential is one that this ring bound to this employer.
    #[must_use]
    pub fn credential_holds(&self, employer: &EmployerKey, phc: &str, mac: &[u8; 32]) -> bool {
        self.credential_mac(employer, phc).ct_eq(mac).into()
    }

    fn credential_mac(&self, employer: &EmployerKey, phc: &str) -> [u8; 32] {
        *expand(&self.index, "credential-mac", &[&employer.as_i64().to_be_bytes(), phc.as_bytes()])
    }

    /// The names by which an address is found and its domain is queued.
    fn email_names(&self, email: &EmailAddress) -> ([u8; 16], i64) {
        let index = first_16(&expand(&self.index, "email-index", &[email.as_str().as_bytes()]));
        let lane = expand(&self.index, "mail-lane", &[email.domain().as_bytes()]);
        let mut first = [0; 8];
        first.copy_from_slice(&lane[..8]);
        (index, i64::from_be_bytes(first))
    }

    /// Seals an address for an employer's row.
    #[must_use]
    pub fn seal_email(&self, employer: &EmployerKey, email: &EmailAddress) -> Option<SealedEmail> {
        let of = employer.as_i64().to_be_bytes();
        let sealed = self.seal(SealFor::EmployerEmail, &of, email.as_str().as_bytes())?;
        let (index, lane) = self.email_names(email);
        Some(SealedEmail { sealed, index, lane })
    }

    /// Seals an address for a case. It opens nowhere else: in the registry's row mails would go to whoever asks for it.
    pub(crate) fn seal_case_email(&self, case: CaseId, email: &EmailAddress) -> Option<SealedEmail> {
        let sealed = self.seal(SealFor::CaseEmail, &case.0, email.as_str().as_bytes())?;
        let (index, lane) = self.email_names(email);
        Some(SealedEmail { sealed, index, lane })
    }

    /// Opens the address that a case's mails go to: its own, or the one that was on record when another was asked for.
    pub(crate) fn open_case_email(&self, case: &AssistedCase, email: &SealedEmail) -> Option<EmailAddress> {
        match self.open_sealed(SealFor::CaseEmail, &case.id.0, &email.sealed) {
            Some(text) => self.address(&text, email),
            None => self.open_email(&case.employer, email),
        }
    }

    /// What an address is compared by.
    pub(crate) fn email_mark(&self, email: &EmailAddress) -> Mark {
        Mark(self.email_names(email).0)
    }

    /// Opens a sealed address. `None` when it was not sealed for this employer by this ring, or is not the one that it is
    /// compared by.
    #[must_use]
    pub fn open_email(&self, employer: &EmployerKey, email: &SealedEmail) -> Option<EmailAddress> {
        let text =
            self.open_sealed(SealFor::EmployerEmail, &employer.as_i64().to_be_bytes(), &email.sealed)?;
        self.address(&text, email)
    }

    fn address(&self, text: &[u8], email: &SealedEmail) -> Option<EmailAddress> {
        let address = EmailAddress::parse(std::str::from_utf8(text).ok()?).ok()?;
        (self.email_mark(&address).0 == email.index).then_some(address)
    }

    /// Names something that is found by it, without telling what it is. The same for ever: it does not rotate.
    pub(crate) fn index(&self, kind: &str, parts: &[&[u8]]) -> [u8; 32] {
        *expand(&self.index, kind, parts)
    }

    /// Such a name as a UUID of version 8 (RFC 9562 §5.8).
    pub(crate) fn uuid(&self, kind: &str, parts: &[&[u8]]) -> [u8; 16] {
        let mut name = [0; 16];
        name.copy_from_slice(&self.index(kind, parts)[..16]);
        *uuid::Builder::from_custom_bytes(name).as_uuid().as_bytes()
    }
}

/// What a code is derived for.
pub struct CodeOf<'a> {
    /// The ring's key that was active when the flow began.
    pub key_id: &'a str,
    /// The store's epoch: a restored backup has another.
    pub epoch: u64,
    /// The flow.
    pub recovery: RecoveryId,
}

/// What a case's code is derived for.
pub(crate) struct CaseCodeOf<'a> {
    /// The case, with the mailbox that it names.
    pub(crate) record: &'a CaseRecord,
    /// The store's epoch: a restored backup has another.
    pub(crate) epoch: u64,
}

fn form(what: &str) -> KeyRingError {
    KeyRingError::Form(what.to_owned())
}

/// The 32 octets of a secret in the file.
fn secret_of(text: &str) -> Result<Zeroizing<[u8; 32]>, KeyRingError> {
    let bytes = Zeroizing::new(BASE64.decode(text).map_err(|_| form("a secret in Base64"))?);
    let secret = bytes.as_slice().try_into().map_err(|_| form("a secret must have 32 bytes"))?;
    Ok(Zeroizing::new(secret))
}

fn first_16(bytes: &[u8; 32]) -> [u8; 16] {
    let mut first = [0; 16];
    first.copy_from_slice(&bytes[..16]);
    first
}

/// HKDF-Expand with each label and part led by its length, so that no two lists of parts read the same.
fn expand(prk: &Hkdf<Sha256>, purpose: &str, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut info = Vec::with_capacity(128);
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        info.extend_from_slice(&(part.len() as u64).to_be_bytes());
        info.extend_from_slice(part);
    }
    let mut out = Zeroizing::new([0; 32]);
    match prk.expand(&info, out.as_mut_slice()) {
        Ok(()) => out,
        Err(_) => unreachable!("HKDF-SHA-256 gives up to 8160 bytes"),
    }
}

#[cfg(test)]
mod tests {
    use clavero_protocol::{Ruc, Sucursal};

    use super::*;

    fn employer(ruc: &str) -> EmployerKey {
        EmployerKey::new(Ruc::parse(ruc).unwrap(), Sucursal::FIRST).unwrap()
    }

    #[test]
    fn no_two_flows_purposes_epochs_or_counters_share_a_code_key() {
        let ring = KeyRing::ephemeral().unwrap();
        let key_id = ring.active();
        let codes: BTreeSet<String> = (0..4_u8)
            .flat_map(|recovery| (1..4).map(move |epoch| (recovery, epoch)))
            .flat_map(|(recovery, epoch)| (1..4).map(move |counter| (recovery, epoch, counter)))
            .map(|(recovery, epoch, counter)| {
                let flow = CodeOf { key_id, epoch, recovery: RecoveryId([recovery; 16]) };
                ring.code(&flow, counter, 8).unwrap().to_string()
            })
            .collect();
        assert_eq!(codes.len(), 36);
    }

    #[test]
    fn an_address_opens_for_its_own_employer_only() {
        let ring = KeyRing::ephemeral().unwrap();
        let (mine, other) = (employer("1790011674001"), employer("1792060346001"));
        let address = EmailAddress::parse("persona@correo.example").unwrap();
        let sealed = ring.seal_email(&mine, &address).unwrap();
        assert!(!sealed.sealed.windows(7).any(|bytes| bytes == b"persona"));
        assert_eq!(ring.open_email(&mine, &sealed), Some(address));
        assert_eq!(ring.open_email(&other, &sealed), None);
    }
}
