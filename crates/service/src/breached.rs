//! Passwords that attackers have: a bundled list, and a larger filter of the operator's own.
//!
//! No network is asked, not even by prefix: which key an employer is about to choose is nobody's business.

use std::{collections::HashSet, fs, io, path::Path, sync::LazyLock};

use clavero_protocol::BreachedPasswords;
use sha1::{Digest as _, Sha1};
use xorf::{BinaryFuse16, Descriptor, Filter as _};

/// 20,000 common passwords (Django's list, BSD).
const COMMON: &str = include_str!("../data/contrasenas-comunes.txt");
static COMMON_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| COMMON.lines().collect());

/// The bundled list. Keys here have at least fifteen characters and common passwords hardly ever do, so the list also
/// tells what people make of them: the same one again and again, or with digits and signs around it.
pub struct BundledBreaches;

impl BreachedPasswords for BundledBreaches {
    fn contains(&self, password: &str) -> bool {
        let password = password.to_lowercase();
        let core = password.trim_matches(|c: char| !c.is_alphabetic());
        is_common(&password) || is_common(core) || is_repeated(&password) || is_repeated(core)
    }
}

fn is_common(password: &str) -> bool {
    COMMON_SET.contains(password)
}

/// A common password written twice or more, perhaps cut at the end.
fn is_repeated(password: &str) -> bool {
    let length = password.len();
    (4..=length / 2).filter(|at| password.is_char_boundary(*at)).any(|at| {
        let unit = &password[..at];
        is_common(unit) && unit.bytes().cycle().zip(password.bytes()).all(|(a, b)| a == b)
    })
}

/// Why a filter file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BreachFilterError {
    /// It cannot be read or written.
    #[error("the filter file cannot be used: {0}")]
    File(#[from] io::Error),
    /// It is no filter of this version.
    #[error("the file is not a breach filter of this version")]
    Form,
    /// A line of the list is no SHA-1.
    #[error("line {0} of the list does not begin with a SHA-1 in hexadecimal")]
    Line(u64),
    /// The filter cannot be made of these.
    #[error("no filter can be made of this list: {0}")]
    Build(&'static str),
}

/// A binary fuse filter over SHA-1 digests: 18 bits a password, one false hit in 65,536.
///
/// The file: `CLVBF001`, then seed, segment length, its mask, segment count length and fingerprints' count as
/// little-endian integers, then the fingerprints, 16 bits each.
pub struct BreachFilter(BinaryFuse16);

const MAGIC: &[u8; 8] = b"CLVBF001";

impl BreachFilter {
    /// Makes a filter of a list of lines `SHA1[:count]`, as public breach collections give them out.
    pub fn build(lines: impl Iterator<Item = io::Result<String>>) -> Result<Self, BreachFilterError> {
        let mut keys = Vec::new();
        for (number, line) in (1..).zip(lines) {
            let line = line?;
            let head = line.get(..16).filter(|_| line.len() >= 40).ok_or(BreachFilterError::Line(number))?;
            keys.push(u64::from_str_radix(head, 16).map_err(|_| BreachFilterError::Line(number))?);
        }
        keys.sort_unstable();
        keys.dedup();
        BinaryFuse16::try_from(&keys).map(Self).map_err(BreachFilterError::Build)
    }

    /// Writes the file.
    pub fn save(&self, path: &Path) -> Result<(), BreachFilterError> {
        let filter = &self.0;
        let mut bytes = Vec::with_capacity(64 + filter.fingerprints.len() * 2);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&filter.descriptor.seed.to_le_bytes());
        let shape = &filter.descriptor;
        for number in [shape.segment_length, shape.segment_length_mask, shape.segment_count_length] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&(filter.fingerprints.len() as u64).to_le_bytes());
        bytes.extend(filter.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
        Ok(fs::write(path, bytes)?)
    }

    /// Reads the file.
    pub fn load(path: &Path) -> Result<Self, BreachFilterError> {
        let bytes = fs::read(path)?;
        Self::decode(&bytes).ok_or(BreachFilterError::Form)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(MAGIC)?;
        let (seed, bytes) = bytes.split_first_chunk::<8>()?;
        let (numbers, bytes) = bytes.split_first_chunk::<12>()?;
        let (count, bytes) = bytes.split_first_chunk::<8>()?;
        let number =
            |at: usize| u32::from_le_bytes([numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]]);
        let (fingerprints, rest) = bytes.as_chunks::<2>();
        let (length, mask, counted) = (number(0), number(4), number(8));
        // What the filter indexes with has to stay inside of what the file holds.
        let whole = rest.is_empty()
            && fingerprints.len() as u64 == u64::from_le_bytes(*count)
            && length.is_power_of_two()
            && mask == length - 1
            && u64::from(counted) + 2 * u64::from(length) <= fingerprints.len() as u64;
        whole.then(|| {
            Self(BinaryFuse16 {
                descriptor: Descriptor {
                    seed: u64::from_le_bytes(*seed),
                    segment_length: length,
                    segment_length_mask: mask,
                    segment_count_length: counted,
                },
                fingerprints: fingerprints.iter().map(|two| u16::from_le_bytes(*two)).collect(),
            })
        })
    }
}

impl BreachedPasswords for BreachFilter {
    fn contains(&self, password: &str) -> bool {
        let digest = Sha1::digest(password);
        let mut head = [0; 8];
        head.copy_from_slice(&digest[..8]);
        self.0.contains(&u64::from_be_bytes(head)) || BundledBreaches.contains(password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_make_of_common_passwords_is_known() {
        for password in
            ["passwordpassword", "Password12345678!", "qwertyuiopqwertyuiop", "1q2w3e4r5t6y7u8i9o0p"]
        {
            assert!(BundledBreaches.contains(password), "{password}");
        }
        assert!(!BundledBreaches.contains("tetera nube farol brisa cuento"));
    }

    #[test]
    fn an_own_filter_survives_its_file_and_a_damaged_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("breaches.bin");
        let line = |text: String| {
            Ok(Sha1::digest(text).iter().fold(String::new(), |hex, b| hex + &format!("{b:02X}")) + ":7")
        };
        let filter = BreachFilter::build((0..5_000).map(|n| line(format!("filtrada número {n}")))).unwrap();
        filter.save(&path).unwrap();
        let filter = BreachFilter::load(&path).unwrap();
        assert!((0..5_000).all(|n| filter.contains(&format!("filtrada número {n}"))));
        let false_hits = (0..20_000).filter(|n| filter.contains(&format!("frase de prueba {n}"))).count();
        assert!(false_hits < 20, "{false_hits}");
        let mut bytes = fs::read(&path).unwrap();
        bytes.pop();
        fs::write(&path, &bytes).unwrap();
        assert!(matches!(BreachFilter::load(&path), Err(BreachFilterError::Form)));
    }
}
