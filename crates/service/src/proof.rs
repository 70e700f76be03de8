//! Proof of work, and the wait that stands in for it without JavaScript. A toll against floods, never the reason
//! why guessing is safe.
//!
//! The challenge has the form that ALTCHA made known: find `number` so that `SHA-256(salt + number) = challenge`. The
//! salt ends in `&`, so that no part of the number can be moved into its parameters (CVE-2025-68113).

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clavero_protocol::{Hex, Timestamp};
use clavero_store::Once;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{keys::KeyRing, secrets::random};

/// Half of it is tried on average: about a second in a browser on a phone.
const MAX_NUMBER: u32 = 100_000;
/// How long a challenge may take.
const LIFE: Duration = Duration::from_mins(10);
/// What a person without JavaScript waits instead.
const WAIT: Duration = Duration::from_secs(20);

/// What a proof is for; one cannot stand for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Starting a recovery.
    Recovery,
    /// Signing in.
    SignIn,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::SignIn => "sign-in",
        }
    }
}

/// The task, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Challenge {
    /// Always `SHA-256`.
    pub algorithm: &'static str,
    /// The digest to reach, hexadecimal.
    pub challenge: String,
    /// The largest number that needs to be tried.
    pub maxnumber: u32,
    /// Goes before the number.
    pub salt: String,
    /// Ours.
    pub signature: String,
    /// A ticket that stands in for the solution after [`Challenge::wait_seconds`]: for people without JavaScript.
    pub ticket: String,
    /// How long the ticket takes to ripen.
    pub wait_seconds: u64,
    /// Asked of everyone, since so many codes were sent: this client did nothing to bring it about.
    #[serde(skip)]
    pub for_everyone: bool,
}

#[derive(Deserialize)]
struct Solution {
    algorithm: String,
    challenge: String,
    number: u32,
    salt: String,
    signature: String,
}

fn digest_of(salt: &str, number: u32) -> String {
    Hex(&Sha256::digest(format!("{salt}{number}"))).to_string()
}

/// A task for one network and one purpose. Whoever came back before their ticket was ripe keeps it: an impatient click
/// must not begin the wait again.
pub(crate) fn challenge(
    keys: &KeyRing,
    scope: Scope,
    network: &[u8],
    now: Timestamp,
    earlier: Option<&str>,
) -> Challenge {
    let task = fresh(keys, scope, network, now);
    let ripening = earlier.and_then(|ticket| Some((ticket, ripens_in(keys, ticket, scope, network, now)?)));
    match ripening {
        Some((ticket, wait_seconds)) => Challenge { ticket: ticket.to_owned(), wait_seconds, ..task },
        None => task,
    }
}

/// Seconds that a genuine ticket has still to ripen; `None` for one that is ripe, or not ours.
fn ripens_in(keys: &KeyRing, ticket: &str, scope: Scope, network: &[u8], now: Timestamp) -> Option<u64> {
    let ripe: i64 = ticket.strip_prefix("wait:")?.split(':').next()?.parse().ok()?;
    let ripe = Timestamp::from_micros(ripe.checked_mul(1_000_000)?);
    check(keys, ticket, scope, network, ripe)?;
    let left = ripe.saturating_since(now);
    (!left.is_zero()).then(|| left.as_secs().max(1))
}

fn fresh(keys: &KeyRing, scope: Scope, network: &[u8], now: Timestamp) -> Challenge {
    let expires = (now + LIFE).as_micros() / 1_000_000;
    let network = Hex(network);
    let salt = format!("{}?expires={expires}&scope={}&net={network}&", Hex(&random::<12>()), scope.as_str());
    let number = u32::from_be_bytes(random()) % MAX_NUMBER;
    let challenge = digest_of(&salt, number);
    let sign = |text: &str| keys.sign(keys.active(), "proof-of-work", &[text.as_bytes()]).unwrap_or_default();
    let ripe = (now + WAIT).as_micros() / 1_000_000;
    let ticket = format!("wait:{ripe}:{expires}:{}:{network}:{}", scope.as_str(), Hex(&random::<12>()));
    Challenge {
        algorithm: "SHA-256",
        signature: Hex(&sign(&challenge)).to_string(),
        challenge,
        maxnumber: MAX_NUMBER,
        salt,
        ticket: format!("{ticket}:{}", Hex(&sign(&ticket))),
        wait_seconds: WAIT.as_secs(),
        for_everyone: false,
    }
}

/// Checks a solution or a ripe ticket. What it answers has to be spent in the same transaction as what it pays for.
pub(crate) fn check(
    keys: &KeyRing,
    proof: &str,
    scope: Scope,
    network: &[u8],
    now: Timestamp,
) -> Option<Once> {
    if proof.len() > 2_048 {
        return None;
    }
    let seconds = now.as_micros() / 1_000_000;
    let (signed, signature, expires): (String, String, i64) = if proof.starts_with("wait:") {
        let (ticket, signature) = proof.rsplit_once(':')?;
        let mut parts = ticket.split(':').skip(1);
        let (ripe, expires): (i64, i64) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let fits = parts.next()? == scope.as_str() && parts.next()? == Hex(network).to_string();
        (fits && seconds >= ripe).then(|| (ticket.to_owned(), signature.to_owned(), expires))?
    } else {
        let solution: Solution = serde_json::from_slice(&BASE64.decode(proof).ok()?).ok()?;
        let parameters = solution.salt.split_once('?')?.1.strip_suffix('&')?;
        let value = |name: &str| {
            parameters
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v)
        };
        let fits = value("scope")? == scope.as_str() && value("net")? == Hex(network).to_string();
        let solved = solution.algorithm == "SHA-256"
            && digest_of(&solution.salt, solution.number) == solution.challenge;
        let expires = value("expires")?.parse().ok()?;
        (fits && solved).then_some((solution.challenge, solution.signature, expires))?
    };
    let tag: Option<Vec<u8>> = (0..signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(signature.get(at..at + 2)?, 16).ok())
        .collect();
    let genuine = keys.verify("proof-of-work", &[signed.as_bytes()], &tag?);
    let expires_at = Timestamp::from_micros(expires.checked_mul(1_000_000)?);
    (genuine && now < expires_at).then(|| Once { digest: Sha256::digest(signed).into(), expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn solve(challenge: &Challenge) -> String {
        let number = (0..=challenge.maxnumber)
            .find(|number| digest_of(&challenge.salt, *number) == challenge.challenge)
            .unwrap();
        encode(challenge, &challenge.salt, number)
    }

    fn encode(challenge: &Challenge, salt: &str, number: u32) -> String {
        BASE64.encode(
            serde_json::json!({
                "algorithm": "SHA-256", "challenge": challenge.challenge, "number": number, "salt": salt,
                "signature": challenge.signature,
            })
            .to_string(),
        )
    }

    #[test]
    fn a_solution_is_taken_for_its_purpose_network_and_time_only() {
        let keys = KeyRing::ephemeral().unwrap();
        let task = fresh(&keys, Scope::Recovery, b"net", NOW);
        let proof = solve(&task);
        assert!(check(&keys, &proof, Scope::Recovery, b"net", NOW).is_some());
        assert!(check(&keys, &proof, Scope::SignIn, b"net", NOW).is_none());
        assert!(check(&keys, &proof, Scope::Recovery, b"other", NOW).is_none());
        assert!(check(&keys, &proof, Scope::Recovery, b"net", NOW + LIFE).is_none());
        let stranger = KeyRing::ephemeral().unwrap();
        assert!(check(&stranger, &proof, Scope::Recovery, b"net", NOW).is_none());
    }

    #[test]
    fn digits_cannot_be_moved_between_number_and_salt() {
        let keys = KeyRing::ephemeral().unwrap();
        let task = fresh(&keys, Scope::Recovery, b"net", NOW);
        let number = (0..=task.maxnumber).find(|n| digest_of(&task.salt, *n) == task.challenge).unwrap();
        let digits = number.to_string();
        for split in 1..digits.len() {
            let (moved, rest) = digits.split_at(split);
            if let Ok(rest) = rest.parse() {
                let proof = encode(&task, &format!("{}{moved}", task.salt), rest);
                assert!(check(&keys, &proof, Scope::Recovery, b"net", NOW).is_none());
            }
        }
    }

    #[test]
    fn a_ticket_has_to_ripen() {
        let keys = KeyRing::ephemeral().unwrap();
        let task = fresh(&keys, Scope::Recovery, b"net", NOW);
        assert!(check(&keys, &task.ticket, Scope::Recovery, b"net", NOW).is_none());
        assert!(check(&keys, &task.ticket, Scope::Recovery, b"net", NOW + WAIT).is_some());
        let early = task.ticket.replace("wait:1000020", "wait:1000000");
        assert!(check(&keys, &early, Scope::Recovery, b"net", NOW + WAIT).is_none());
    }

    #[test]
    fn an_early_click_does_not_begin_the_wait_again() {
        let keys = KeyRing::ephemeral().unwrap();
        let first = fresh(&keys, Scope::Recovery, b"net", NOW);
        let later = NOW + Duration::from_secs(5);
        let again = |scope, network: &[u8], now| challenge(&keys, scope, network, now, Some(&first.ticket));
        let kept = again(Scope::Recovery, b"net", later);
        assert_eq!((kept.ticket.as_str(), kept.wait_seconds), (first.ticket.as_str(), WAIT.as_secs() - 5));
        // Ripe, for another purpose, or of another network: there is nothing to keep.
        assert_ne!(again(Scope::Recovery, b"net", NOW + WAIT).ticket, first.ticket);
        assert_ne!(again(Scope::SignIn, b"net", later).ticket, first.ticket);
        assert_ne!(again(Scope::Recovery, b"other", later).ticket, first.ticket);
    }

    #[test]
    fn a_ticket_with_a_moment_beyond_all_time_is_refused() {
        let keys = KeyRing::ephemeral().unwrap();
        let network = Hex(b"net");
        for (ripe, expires) in [(1, i64::MAX), (i64::MAX, i64::MAX), (i64::MIN, i64::MIN)] {
            let forged = format!("wait:{ripe}:{expires}:recovery:{network}:00:00");
            assert!(check(&keys, &forged, Scope::Recovery, b"net", NOW).is_none());
            assert!(ripens_in(&keys, &forged, Scope::Recovery, b"net", NOW).is_none());
        }
    }
}
