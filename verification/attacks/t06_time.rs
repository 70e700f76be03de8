//! T6: what the time of an answer tells: nothing. Welch's t-test over interleaved requests, as dudect does it; past 4.5 a
//! difference is certain.

use std::time::Instant;

use crate::{
    api::Api,
    employers::{Employer, Registry},
    mail::Inbox,
    secrets::ARGON2_OF_OLD_KEY,
    server::Setup,
};

const CERTAIN: f64 = 4.5;
/// The slowest tenth is the machine's, not the program's.
const KEPT: f64 = 0.9;

#[derive(Debug, Default)]
struct Sample(Vec<f64>);

impl Sample {
    fn trimmed(mut self) -> Vec<f64> {
        self.0.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a few thousand"
        )]
        self.0.truncate((self.0.len() as f64 * KEPT) as usize);
        self.0
    }
}

/// What two groups of times say about each other.
#[derive(Debug)]
#[expect(dead_code, reason = "read by whoever reads a failure")]
struct Verdict {
    t: f64,
    microseconds_apart: f64,
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn welch(a: Sample, b: Sample) -> Verdict {
    let moments = |sample: Vec<f64>| {
        let n = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / n;
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, variance / n)
    };
    let ((mean_a, error_a), (mean_b, error_b)) = (moments(a.trimmed()), moments(b.trimmed()));
    let apart = mean_a - mean_b;
    Verdict { t: apart / (error_a + error_b).sqrt(), microseconds_apart: apart * 1e6 }
}

/// Times `request` for both groups. Who is next is drawn each time, so that what one leaves behind falls on both alike.
async fn interleaved<F: Future<Output = u16>>(
    known: &[Employer],
    unknown: &[Employer],
    expected: u16,
    request: impl Fn(Employer) -> F,
) -> Verdict {
    let mut samples = [Sample::default(), Sample::default()];
    let mut queues = [known.iter(), unknown.iter()];
    let mut drawn: u32 = 0x9E37_79B9;
    loop {
        // A xorshift.
        drawn ^= drawn << 13;
        drawn ^= drawn >> 17;
        drawn ^= drawn << 5;
        let group = usize::from(drawn & 1 == 1);
        let Some(employer) = queues[group].next() else { break };
        let began = Instant::now();
        let status = request(employer.clone()).await;
        samples[group].0.push(began.elapsed().as_secs_f64());
        assert_eq!(status, expected);
    }
    let [a, b] = samples;
    welch(a, b)
}

#[tokio::test]
async fn hidden_the_time_of_a_start_does_not_tell_who_is_registered() {
    const EACH: usize = 500;
    let mut registry = Registry::default();
    let known: Vec<Employer> = (0..EACH).map(|_| registry.company()).collect();
    let unknown: Vec<Employer> =
        known.iter().map(|employer| Employer { sucursal: "0007".to_owned(), ..employer.clone() }).collect();
    let inbox = Inbox::open();
    let server = Setup::new(&registry, inbox.port()).set("recovery.mismatch", "hide").start();
    let api = Api::of(&server);
    let verdict = interleaved(&known, &unknown, 201, async |employer: Employer| {
        api.try_start(&employer).await.status.as_u16()
    })
    .await;
    assert!(verdict.t.abs() < CERTAIN, "{verdict:?}");
}

#[tokio::test]
async fn the_time_of_a_refused_sign_in_does_not_tell_who_has_a_key() {
    const EACH: usize = 150;
    let mut registry = Registry::default();
    let with_key = |row: &mut Employer| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash);
    let known: Vec<Employer> = (0..EACH).map(|_| registry.company_with(with_key)).collect();
    let unknown: Vec<Employer> = (0..EACH)
        .map(|_| registry.company())
        .map(|employer| Employer { sucursal: "0007".to_owned(), ..employer })
        .collect();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let verdict = interleaved(&known, &unknown, 401, async |employer: Employer| {
        api.sign_in(&employer, "otra clave, la equivocada").await.status.as_u16()
    })
    .await;
    assert!(verdict.t.abs() < CERTAIN, "{verdict:?}");
}
