//! The file of the key ring: read, made, and rewritten whole when a key comes or goes.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use base64::Engine as _;
pub(crate) use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use clavero_protocol::Timestamp;
use clavero_words::time;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{KeyRing, KeyRingError, keys::PEPPER, secrets::random};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RingFile {
    /// Never rotated: keyed digests of addresses and budgets are looked up by it.
    pub(crate) index: String,
    pub(crate) key: Vec<KeyFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) retired: Vec<RetiredFile>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    pub(crate) id: String,
    /// RFC 3339. Keys that were made before this was written down have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) made: Option<String>,
    pub(crate) secret: String,
}

/// What is kept of a key that was taken out: passwords can be hashed anew at their owner's next sign-in only.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetiredFile {
    pub(crate) id: String,
    pub(crate) pepper: String,
}

const HEADER: &str = "# Clavero's key ring. Whoever has it and the database can read addresses and forge codes:\n\
                      # keep it apart from the database's backups, and never lose it.\n";

fn fresh() -> String {
    BASE64.encode(random::<32>())
}

/// A ring of one fresh key.
fn first(now: Option<Timestamp>) -> RingFile {
    RingFile { index: fresh(), key: vec![made("k1".to_owned(), now)], retired: Vec::new() }
}

fn made(id: String, now: Option<Timestamp>) -> KeyFile {
    KeyFile { id, made: now.map(time::rfc_3339), secret: fresh() }
}

impl KeyRing {
    /// Reads the ring at `path`; makes one with mode 0600 where there is none.
    pub fn open_or_create(path: &Path, now: Timestamp) -> Result<Self, KeyRingError> {
        if !path.try_exists()? {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            write(path, &first(Some(now)), true)?;
        }
        Self::open(path)
    }

    /// Reads the ring at `path`.
    pub fn open(path: &Path) -> Result<Self, KeyRingError> {
        Self::from_file(&read(path)?)
    }

    /// A ring of one fresh key that lives in memory only.
    pub fn ephemeral() -> Result<Self, KeyRingError> {
        Self::from_file(&first(None))
    }

    /// Adds a fresh key to the ring at `path` and answers its id. What was made under the old ones goes on.
    pub fn rotate(path: &Path, now: Timestamp) -> Result<String, KeyRingError> {
        let mut ring = read(path)?;
        let number = |id: &str| id.strip_prefix('k').and_then(|number| number.parse::<u32>().ok());
        let ids = ring.key.iter().map(|key| &key.id).chain(ring.retired.iter().map(|key| &key.id));
        // Never a name that was given before: what is sealed tells its key by it.
        let id = format!("k{}", ids.filter_map(|id| number(id)).max().unwrap_or(0) + 1);
        ring.key.push(made(id.clone(), Some(now)));
        write(path, &ring, false)?;
        Ok(id)
    }

    /// Takes a key that is not the active one out of the ring at `path`, for ever. With `keep_pepper` the pepper stays by which
    /// the passwords hashed under it are checked; without, that goes as well, at once or later. Answers whether anything went.
    pub fn take_out(path: &Path, id: &str, keep_pepper: bool) -> Result<bool, KeyRingError> {
        let mut ring = read(path)?;
        let old = ring.key.split_last().map_or(0, |(_, old)| old.len());
        if let Some(at) = ring.key.iter().take(old).position(|key| key.id == id) {
            let pepper = Self::from_file(&ring)?.derive(id, PEPPER, &[]);
            let pepper = pepper.map(|pepper| BASE64.encode(pepper.as_slice())).unwrap_or_default();
            ring.key.remove(at);
            ring.retired.push(RetiredFile { id: id.to_owned(), pepper });
        } else if keep_pepper || !ring.retired.iter().any(|retired| retired.id == id) {
            return Ok(false);
        }
        if !keep_pepper {
            ring.retired.retain(|retired| retired.id != id);
        }
        write(path, &ring, false)?;
        Ok(true)
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
    use clavero_protocol::RecoveryId;

    use super::*;
    use crate::keys::CodeOf;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn a_rotated_ring_still_derives_what_was_made_under_its_older_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let before = KeyRing::open_or_create(&path, NOW).unwrap();
        let flow = CodeOf { key_id: before.active(), epoch: 1, recovery: RecoveryId([7; 16]) };
        let code = before.code(&flow, 1, 6).unwrap();
        assert_eq!(KeyRing::rotate(&path, NOW).unwrap(), "k2");
        let after = KeyRing::open(&path).unwrap();
        assert_eq!(after.active(), "k2");
        assert_eq!(after.code(&flow, 1, 6).unwrap(), code);
        assert_eq!(after.fingerprint(), before.fingerprint());
        assert!(after.list().iter().all(|key| key.made == Some(NOW)));
    }

    #[test]
    fn a_ring_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        KeyRing::open_or_create(&path, NOW).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(KeyRing::open(&path), Err(KeyRingError::Mode { mode: 0o640 })));
    }

    #[test]
    fn of_a_key_that_was_taken_out_the_pepper_is_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let before = KeyRing::open_or_create(&path, NOW).unwrap();
        let secret = read(&path).unwrap().key.remove(0).secret;
        let pepper = before.pepper("k1").unwrap();
        let flow = CodeOf { key_id: "k1", epoch: 1, recovery: RecoveryId([7; 16]) };
        assert!(!KeyRing::take_out(&path, "k1", true).unwrap(), "the active one stays");
        KeyRing::rotate(&path, NOW).unwrap();
        assert!(KeyRing::take_out(&path, "k1", true).unwrap());
        let after = KeyRing::open(&path).unwrap();
        assert_eq!(after.pepper("k1").unwrap(), pepper);
        assert!(after.code(&flow, 1, 6).is_none() && after.slip_pepper("k1").is_none());
        assert!(!fs::read_to_string(&path).unwrap().contains(&secret));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(KeyRing::take_out(&path, "k1", false).unwrap());
        assert!(KeyRing::open(&path).unwrap().pepper("k1").is_none());
        assert_eq!(KeyRing::rotate(&path, NOW).unwrap(), "k3", "no name is given twice");
    }

    #[test]
    fn a_ring_whose_keys_share_a_name_or_have_none_that_can_be_sealed_under_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        KeyRing::open_or_create(&path, NOW).unwrap();
        KeyRing::rotate(&path, NOW).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for name in ["k1".to_owned(), String::new(), "k".repeat(33)] {
            fs::write(&path, text.replace("\"k2\"", &format!("\"{name}\""))).unwrap();
            assert!(matches!(KeyRing::open(&path), Err(KeyRingError::Form(_))), "{name:?}");
        }
    }
}
