//! The key ring: a file outside the database from which every derived secret comes.
//!
//! Each key of the ring serves many purposes, told apart by HKDF (RFC 5869) with length-prefixed labels, so that what
//! is derived for one purpose, flow or epoch can never stand for another. Rotation adds a key; the older ones stay for
//! what was made under them.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use clavero_protocol::{AssistedCase, CaseId, EmailAddress, EmployerKey, Mark, RecoveryId};
use clavero_store::{BudgetKey, CaseRecord, Digest, NewCredential, SealedEmail};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{hotp::hotp, secrets::random};

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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFile {
    /// Never rotated: keyed digests of addresses and budgets are looked up by it.
    index: String,
    key: Vec<KeyFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    id: String,
    secret: String,
}

struct Key {
    id: String,
    prk: Hkdf<Sha256>,
}

/// The keys, newest last. No `Debug`.
pub struct KeyRing {
    index: Hkdf<Sha256>,
    keys: Vec<Key>,
    fingerprint: Digest,
}

/// What a case's mailbox is sealed for.
const CASE_EMAIL: &str = "case-email-seal";

const HEADER: &str = "# Clavero's key ring. Whoever has it and the database can read addresses and forge codes:\n\
                      # keep it apart from the database's backups, and never lose it.\n";

fn fresh() -> String {
    BASE64.encode(random::<32>())
}

impl KeyRing {
    /// Reads the ring at `path`; makes one with mode 0600 where there is none.
    pub fn open_or_create(path: &Path) -> Result<Self, KeyRingError> {
        if !path.try_exists()? {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let ring =
                RingFile { index: fresh(), key: vec![KeyFile { id: "k1".to_owned(), secret: fresh() }] };
            write(path, &ring, true)?;
        }
        Self::open(path)
    }

    /// Reads the ring at `path`.
    pub fn open(path: &Path) -> Result<Self, KeyRingError> {
        Self::from_file(&read(path)?)
    }

    /// A ring of one fresh key that lives in memory only.
    pub fn ephemeral() -> Result<Self, KeyRingError> {
        Self::from_file(&RingFile {
            index: fresh(),
            key: vec![KeyFile { id: "k1".to_owned(), secret: fresh() }],
        })
    }

    /// Adds a fresh key to the ring at `path` and answers its id. What was made under the old ones goes on.
    pub fn rotate(path: &Path) -> Result<String, KeyRingError> {
        let mut ring = read(path)?;
        let id = format!("k{}", ring.key.len() + 1);
        ring.key.push(KeyFile { id: id.clone(), secret: fresh() });
        write(path, &ring, false)?;
        Ok(id)
    }

    fn from_file(ring: &RingFile) -> Result<Self, KeyRingError> {
        let prk = |secret: &str| {
            let secret =
                Zeroizing::new(BASE64.decode(secret).map_err(|error| KeyRingError::Form(error.to_string()))?);
            if secret.len() != 32 {
                return Err(KeyRingError::Form("a secret must have 32 bytes".to_owned()));
            }
            Ok(Hkdf::new(None, &secret))
        };
        let index = prk(&ring.index)?;
        let keys = ring
            .key
            .iter()
            .map(|key| Ok(Key { id: key.id.clone(), prk: prk(&key.secret)? }))
            .collect::<Result<Vec<_>, KeyRingError>>()?;
        if keys.is_empty() {
            return Err(KeyRingError::Form("there is no key in it".to_owned()));
        }
        let fingerprint = Sha256::digest(expand(&index, "fingerprint", &[]).as_slice()).into();
        Ok(Self { index, keys, fingerprint })
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

    fn derive(&self, key_id: &str, purpose: &str, parts: &[&[u8]]) -> Option<Zeroizing<[u8; 32]>> {
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
        self.derive(key_id, "password-pepper", &[])
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
        let sealed = self.seal("email-seal", &of, email.as_str().as_bytes())?;
        let (index, lane) = self.email_names(email);
        Some(SealedEmail { sealed, index, lane })
    }

    /// Seals an address for a case. It opens nowhere else: in the registry's row mails would go to whoever asks for it.
    pub(crate) fn seal_case_email(&self, case: CaseId, email: &EmailAddress) -> Option<SealedEmail> {
        let sealed = self.seal(CASE_EMAIL, &case.0, email.as_str().as_bytes())?;
        let (index, lane) = self.email_names(email);
        Some(SealedEmail { sealed, index, lane })
    }

    /// Opens the address that a case's mails go to: its own, or the one that was on record when another was asked for.
    pub(crate) fn open_case_email(&self, case: &AssistedCase, email: &SealedEmail) -> Option<EmailAddress> {
        match self.open_sealed(CASE_EMAIL, &case.id.0, &email.sealed) {
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
        let text = self.open_sealed("email-seal", &employer.as_i64().to_be_bytes(), &email.sealed)?;
        self.address(&text, email)
    }

    fn address(&self, text: &[u8], email: &SealedEmail) -> Option<EmailAddress> {
        let address = EmailAddress::parse(std::str::from_utf8(text).ok()?).ok()?;
        (self.email_mark(&address).0 == email.index).then_some(address)
    }

    /// Seals bytes under the active key (XChaCha20-Poly1305), for one purpose and of one owner only.
    pub(crate) fn seal(&self, purpose: &str, of: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
        let id = self.active();
        let cipher = XChaCha20Poly1305::new(self.derive(id, purpose, &[])?.as_slice().try_into().ok()?);
        let nonce = random::<24>();
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: bytes, aad: of }).ok()?;
        let mut whole = vec![u8::try_from(id.len()).ok()?];
        whole.extend_from_slice(id.as_bytes());
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        Some(whole)
    }

    /// Opens what [`Self::seal`] sealed. `None` when it was for another purpose or owner, or by another ring.
    pub(crate) fn open_sealed(&self, purpose: &str, of: &[u8], whole: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (length, rest) = whole.split_first()?;
        let (id, rest) = rest.split_at_checked(usize::from(*length))?;
        let (nonce, sealed) = rest.split_at_checked(24)?;
        let key = self.derive(std::str::from_utf8(id).ok()?, purpose, &[])?;
        let cipher = XChaCha20Poly1305::new(key.as_slice().try_into().ok()?);
        let nonce = <[u8; 24]>::try_from(nonce).ok()?;
        let payload = Payload { msg: sealed, aad: of };
        cipher.decrypt(&XNonce::from(nonce), payload).ok().map(Zeroizing::new)
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

fn read(path: &Path) -> Result<RingFile, KeyRingError> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyRingError::Mode { mode });
    }
    let text = Zeroizing::new(fs::read_to_string(path)?);
    // The parser's message would quote the line it stumbles over, and that line may be a secret.
    toml::from_str(&text).map_err(|_| KeyRingError::Form("it does not parse".to_owned()))
}

fn write(path: &Path, ring: &RingFile, new: bool) -> Result<(), KeyRingError> {
    let body = toml::to_string(ring).map_err(|error| KeyRingError::Form(error.to_string()))?;
    let text = Zeroizing::new(format!("{HEADER}{body}"));
    if new {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        return Ok(file.sync_all()?);
    }
    // Written whole beside it, then put in its place: a crash leaves the old ring or the new one.
    let beside = path.with_extension("toml.new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(fs::rename(&beside, path)?)
}

#[cfg(test)]
mod tests {
    use clavero_protocol::{Ruc, Sucursal};

    use super::*;

    fn employer(ruc: &str) -> EmployerKey {
        EmployerKey::new(Ruc::parse(ruc).unwrap(), Sucursal::FIRST).unwrap()
    }

    #[test]
    fn a_rotated_ring_still_derives_what_was_made_under_its_older_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let before = KeyRing::open_or_create(&path).unwrap();
        let flow = CodeOf { key_id: before.active(), epoch: 1, recovery: RecoveryId([7; 16]) };
        let code = before.code(&flow, 1, 6).unwrap();
        assert_eq!(KeyRing::rotate(&path).unwrap(), "k2");
        let after = KeyRing::open(&path).unwrap();
        assert_eq!(after.active(), "k2");
        assert_eq!(after.code(&flow, 1, 6).unwrap(), code);
        assert_eq!(after.fingerprint(), before.fingerprint());
    }

    #[test]
    fn a_ring_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        KeyRing::open_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyRing::open(&path), Err(KeyRingError::Mode { mode: 0o640 })));
    }

    #[test]
    fn no_two_flows_purposes_epochs_or_counters_share_a_code_key() {
        let ring = KeyRing::ephemeral().unwrap();
        let key_id = ring.active();
        let codes: std::collections::BTreeSet<String> = (0..4_u8)
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
