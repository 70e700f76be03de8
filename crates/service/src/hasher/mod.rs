//! Passwords at rest: Argon2id with a pepper from the ring, on a pool bounded by cores with a bounded queue.

pub mod argon2;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD as B64};
use clavero_protocol::NormalizedPassword;
use hmac::Hmac;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use self::argon2::{Argon2 as _, TAG, Variant, Vectorized, Work};
use crate::{keys::KeyRing, secrets::random};

const LANES: u32 = 1;
/// Jobs that may wait for each thread: about a second of work.
const QUEUE_PER_THREAD: usize = 64;
/// After this without work a thread gives its memory back.
const IDLE: Duration = Duration::from_secs(2);

/// Every thread is busy and the queue is full: come back in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

type Job = Box<dyn FnOnce(&mut Vectorized) + Send>;

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// *m*, in KiB.
    pub memory: u32,
    /// *t*.
    pub iterations: u32,
}

impl Cost {
    /// OWASP's first choice for Argon2id with two iterations.
    pub const STANDARD: Self = Self { memory: 19_456, iterations: 2 };
}

/// Where keys are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hashing {
    /// On a thread for each core, at [`Cost::STANDARD`].
    #[default]
    Pool,
    /// On the calling thread, so long after it was asked for. For a simulation, which has one thread, a time of its own and no
    /// secret; no configuration leads here.
    Here(Cost, Duration),
}

/// Where the jobs go.
enum Place {
    Pool(SyncSender<Job>),
    Here(Mutex<Vectorized>, Duration),
}

/// Hashes keys.
pub struct Hasher {
    place: Place,
    cost: Cost,
    keys: Arc<KeyRing>,
}

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the password is the one.
    pub matches: bool,
    /// Whether it should be hashed anew under today's parameters and key.
    pub outdated: bool,
}

impl Hasher {
    /// Starts one thread for each core.
    #[must_use]
    pub fn start(keys: Arc<KeyRing>) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (jobs, queue) = sync_channel::<Job>(threads * QUEUE_PER_THREAD);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads {
            let queue = Arc::clone(&queue);
            let started = thread::Builder::new().name(format!("argon2-{number}")).spawn(move || work(&queue));
            if let Err(error) = started {
                tracing::error!(%error, "a hashing thread could not be started");
            }
        }
        Self { place: Place::Pool(jobs), cost: Cost::STANDARD, keys }
    }

    /// Hashes where the settings want it.
    pub(crate) fn at(hashing: Hashing, keys: Arc<KeyRing>) -> Self {
        match hashing {
            Hashing::Pool => Self::start(keys),
            Hashing::Here(cost, after) => Self { place: Place::Here(Mutex::default(), after), cost, keys },
        }
    }

    /// Hashes a password: a PHC string that names the ring's key of its pepper.
    pub async fn hash(&self, password: NormalizedPassword) -> Result<String, Busy> {
        let (keys, cost) = (Arc::clone(&self.keys), self.cost);
        self.run(move |argon2| hash(&keys, &password, cost, argon2)).await
    }

    /// Compares a password with a PHC string, in the time of one hash whatever comes of it. `None` compares with nothing.
    pub async fn verify(&self, password: NormalizedPassword, phc: Option<String>) -> Result<Verdict, Busy> {
        let (keys, cost) = (Arc::clone(&self.keys), self.cost);
        self.run(move |argon2| {
            if let Some(phc) = phc {
                verify(&keys, &password, &phc, cost, argon2)
            } else {
                drop(hash(&keys, &password, cost, argon2));
                Verdict { matches: false, outdated: false }
            }
        })
        .await
    }

    /// What is stored of a slip of the case of this id: Argon2id with the case for a salt, under a pepper of the ring. Nobody
    /// without the ring can make one, and one case's is none of another.
    pub(crate) async fn slip(
        &self,
        secret: Zeroizing<Vec<u8>>,
        case: [u8; 16],
        key_id: &str,
    ) -> Result<Option<[u8; TAG]>, Busy> {
        let (pepper, Cost { memory, iterations }) = (self.keys.slip_pepper(key_id), self.cost);
        self.run(move |argon2| {
            let pepper = pepper?;
            argon2.tag(&Work {
                variant: Variant::Id,
                memory,
                iterations,
                lanes: LANES,
                password: &secret,
                salt: &case,
                pepper: pepper.as_slice(),
            })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Vectorized) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let jobs = match &self.place {
            Place::Pool(jobs) => jobs,
            Place::Here(argon2, after) => {
                tokio::time::sleep(*after).await;
                return Ok(job(&mut argon2.lock().unwrap_or_else(PoisonError::into_inner)));
            }
        };
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |argon2| {
            // The asker may have gone: then the work is not worth doing.
            if !sender.is_closed() {
                drop(sender.send(job(argon2)));
            }
        });
        jobs.try_send(job).map_err(|_| Busy)?;
        receiver.await.map_err(|_| Busy)
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let mut argon2 = Vectorized::default();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(IDLE);
        match job {
            Ok(job) => job(&mut argon2),
            Err(RecvTimeoutError::Timeout) => argon2.forget(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// How a hash of ours names the key of the ring whose pepper is in it.
pub(crate) fn names_key(id: &str) -> String {
    format!(",keyid={}$", B64.encode(id))
}

fn hash(keys: &KeyRing, password: &NormalizedPassword, cost: Cost, argon2: &mut Vectorized) -> String {
    let Cost { memory, iterations } = cost;
    let key_id = keys.active().to_owned();
    let salt = random::<16>();
    let tag = keys.pepper(&key_id).and_then(|pepper| {
        argon2.tag(&Work {
            variant: Variant::Id,
            memory,
            iterations,
            lanes: LANES,
            password: password.as_bytes(),
            salt: &salt,
            pepper: pepper.as_slice(),
        })
    });
    match tag {
        Some(tag) => format!(
            "$argon2id$v=19$m={memory},t={iterations},p={LANES}{}{}${}",
            names_key(&key_id),
            B64.encode(salt),
            B64.encode(tag)
        ),
        None => unreachable!(
            "the parameters are constants within Argon2's bounds, and the active key is in the ring"
        ),
    }
}

const NO: Verdict = Verdict { matches: false, outdated: false };

fn verify(
    keys: &KeyRing,
    password: &NormalizedPassword,
    phc: &str,
    today: Cost,
    argon2: &mut Vectorized,
) -> Verdict {
    if phc.starts_with("$2") {
        let matches = bcrypt::verify(password.as_bytes(), phc).unwrap_or(false);
        return Verdict { matches, outdated: true };
    }
    let Some(parsed) = Phc::parse(phc) else { return NO };
    let expected = parsed.hash.as_slice();
    let tag: Option<Vec<u8>> = match parsed.algorithm {
        "argon2id" | "argon2i" | "argon2d" => parsed.argon2(keys, password, argon2).map(|tag| tag.to_vec()),
        "pbkdf2-sha256" => parsed.pbkdf2(|rounds, out| {
            pbkdf2::pbkdf2::<Hmac<Sha256>>(password.as_bytes(), &parsed.salt, rounds, out).is_ok()
        }),
        "pbkdf2-sha512" => parsed.pbkdf2(|rounds, out| {
            pbkdf2::pbkdf2::<Hmac<Sha512>>(password.as_bytes(), &parsed.salt, rounds, out).is_ok()
        }),
        _ => None,
    };
    let matches = tag.is_some_and(|tag| tag.ct_eq(expected).into());
    Verdict { matches, outdated: !parsed.is_of_today(keys, today) }
}

/// About a second of one core. One more doubles it, and 31 would take days.
const HIGHEST_BCRYPT_COST: u32 = 14;

/// Whether a PHC string of an import is one that can be verified: Argon2 (any), bcrypt, PBKDF2, within bounds.
#[must_use]
pub fn is_verifiable(phc: &str) -> bool {
    if phc.starts_with("$2") {
        let parts = phc.parse::<bcrypt::HashParts>();
        return phc.len() == 60 && parts.is_ok_and(|parts| parts.get_cost() <= HIGHEST_BCRYPT_COST);
    }
    Phc::parse(phc).is_some_and(|parsed| match parsed.algorithm {
        "argon2id" | "argon2i" | "argon2d" => parsed.bounded_cost().is_some(),
        "pbkdf2-sha256" | "pbkdf2-sha512" => parsed.rounds().is_some(),
        _ => false,
    })
}

/// Octets of a hash at least: 128 bits.
const SHORTEST_HASH: usize = 16;

/// A PHC string: `$algorithm[$v=…]$name=value,…$salt$hash`.
struct Phc<'a> {
    algorithm: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl<'a> Phc<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        if text.len() > 512 || !text.is_ascii() {
            return None;
        }
        let mut parts = text.strip_prefix('$')?.split('$');
        let algorithm = parts.next()?;
        let mut field = parts.next()?;
        if let Some(version) = field.strip_prefix("v=") {
            if version != "19" {
                return None;
            }
            field = parts.next()?;
        }
        let parameters = field.split(',').map(|pair| pair.split_once('=')).collect::<Option<Vec<_>>>()?;
        let (salt, hash) = (B64.decode(parts.next()?).ok()?, B64.decode(parts.next()?).ok()?);
        // A hash that was cut short is matched by other passwords too.
        let whole = parts.next().is_none() && salt.len() >= 8 && (SHORTEST_HASH..=64).contains(&hash.len());
        whole.then_some(Self { algorithm, parameters, salt, hash })
    }

    fn number(&self, name: &str) -> Option<u32> {
        self.parameter(name)?.parse().ok()
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
    }

    /// Argon2's *m*, *t* and *p*, unless a planted row asks for all the machine's memory or time.
    fn bounded_cost(&self) -> Option<[u32; 3]> {
        let (memory, iterations, lanes) = (self.number("m")?, self.number("t")?, self.number("p")?);
        let bounded = (1..=8).contains(&lanes)
            && (1..=16).contains(&iterations)
            && (8 * lanes..=131_072).contains(&memory)
            && self.hash.len() == TAG;
        bounded.then_some([memory, iterations, lanes])
    }

    fn rounds(&self) -> Option<u32> {
        let length = self.hash.len().to_string();
        let whole = self.parameter("l").is_none_or(|named| named == length);
        self.number("i").filter(|rounds| whole && (1..=5_000_000).contains(rounds))
    }

    fn key_id(&self) -> Option<String> {
        String::from_utf8(B64.decode(self.parameter("keyid")?).ok()?).ok()
    }

    fn argon2(
        &self,
        keys: &KeyRing,
        password: &NormalizedPassword,
        argon2: &mut Vectorized,
    ) -> Option<[u8; TAG]> {
        let variant = match self.algorithm {
            "argon2id" => Variant::Id,
            "argon2i" => Variant::I,
            _ => Variant::D,
        };
        let pepper = match self.parameter("keyid") {
            Some(_) => Some(keys.pepper(&self.key_id()?)?),
            None => None,
        };
        let pepper = pepper.as_ref().map(|pepper| pepper.as_slice()).unwrap_or_default();
        let [memory, iterations, lanes] = self.bounded_cost()?;
        let (password, salt) = (password.as_bytes(), &self.salt);
        argon2.tag(&Work { variant, memory, iterations, lanes, password, salt, pepper })
    }

    fn pbkdf2(&self, derive: impl FnOnce(u32, &mut [u8]) -> bool) -> Option<Vec<u8>> {
        let mut tag = vec![0; self.hash.len()];
        derive(self.rounds()?, &mut tag).then_some(tag)
    }

    fn is_of_today(&self, keys: &KeyRing, today: Cost) -> bool {
        self.algorithm == "argon2id"
            && self.number("m") == Some(today.memory)
            && self.number("t") == Some(today.iterations)
            && self.number("p") == Some(LANES)
            && self.key_id().as_deref() == Some(keys.active())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn verdict(hasher: &Hasher, password: &str, phc: &str) -> Verdict {
        hasher.verify(NormalizedPassword::new(password), Some(phc.to_owned())).await.unwrap()
    }

    #[tokio::test]
    async fn a_key_is_found_again_under_its_own_ring_only() {
        let hasher = Hasher::start(Arc::new(KeyRing::ephemeral().unwrap()));
        let phc = hasher.hash(NormalizedPassword::new("tetera nube farol brisa")).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=azE$"), "{phc}");
        let right = Verdict { matches: true, outdated: false };
        assert_eq!(verdict(&hasher, "tetera nube farol brisa", &phc).await, right);
        assert!(!verdict(&hasher, "tetera nube farol brisb", &phc).await.matches);
        let stranger = Hasher::start(Arc::new(KeyRing::ephemeral().unwrap()));
        assert!(!verdict(&stranger, "tetera nube farol brisa", &phc).await.matches);
    }

    #[tokio::test]
    async fn imported_hashes_of_the_usual_kinds_verify_and_are_outdated() {
        let hasher = Hasher::start(Arc::new(KeyRing::ephemeral().unwrap()));
        let bcrypt = bcrypt::hash("password", 4).unwrap();
        let salt = [1_u8; 16];
        let mut tag = [0_u8; 32];
        pbkdf2::pbkdf2::<Hmac<Sha256>>(b"password", &salt, 1_000, &mut tag).unwrap();
        let pbkdf2 = format!("$pbkdf2-sha256$i=1000,l=32${}${}", B64.encode(salt), B64.encode(tag));
        let (variant, memory, iterations, lanes) = (Variant::Id, 64, 1, 1);
        let (password, pepper) = (b"password", &[]);
        let work = Work { variant, memory, iterations, lanes, password, salt: &salt, pepper };
        let tag = Vectorized::default().tag(&work).unwrap();
        let argon2 = format!("$argon2id$v=19$m=64,t=1,p=1${}${}", B64.encode(salt), B64.encode(tag));
        for phc in [bcrypt, pbkdf2, argon2] {
            assert!(is_verifiable(&phc), "{phc}");
            assert_eq!(verdict(&hasher, "password", &phc).await, Verdict { matches: true, outdated: true });
            assert!(!verdict(&hasher, "passwore", &phc).await.matches);
        }
    }

    #[test]
    fn a_hash_that_was_cut_short_is_not_taken() {
        let salt = B64.encode([1; 16]);
        let phc = |named: usize, length: usize| {
            format!("$pbkdf2-sha256$i=1000,l={named}${salt}${}", B64.encode(vec![2; length]))
        };
        assert!(is_verifiable(&phc(32, 32)) && is_verifiable(&phc(16, 16)));
        // One of 256 passwords would match a hash of one octet.
        for (named, length) in [(1, 1), (15, 15), (32, 16), (64, 32)] {
            assert!(!is_verifiable(&phc(named, length)), "{length} of {named}");
        }
        let strange = phc(32, 32).replace("l=", "l=ƀ");
        assert!(!is_verifiable(&strange), "{strange}");
    }

    #[test]
    fn a_hash_that_would_eat_the_machine_is_not_taken() {
        for phc in [
            "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$pbkdf2-sha256$i=4000000000,l=32$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$2b$31$abcdefghijklmnopqrstuuJ1b6sXb0gZ5yQ8sWqf8l7p2o9xk3m1C",
            "$md5$x",
            "",
            "plain",
            "$argon2id$",
        ] {
            assert!(!is_verifiable(phc), "{phc}");
        }
    }
}
