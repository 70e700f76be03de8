//! T6: what the time of an answer tells: nothing. Welch's t-test over interleaved requests, as dudect does it; past 4.5 a
//! difference is certain.

use std::time::Instant;

use super::figures::figure;
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
struct Verdict {
    t: f64,
    microseconds_apart: f64,
    /// How much longer half of the first group takes than half of the second, in hundredths.
    percent_apart: f64,
}

/// How many of each group: as many as an hour allows where somebody asks for it, else what a run of all tests allows.
fn samples(usually: usize) -> usize {
    std::env::var("CLAVERO_TIMING_SAMPLES").ok().and_then(|number| number.parse().ok()).unwrap_or(usually)
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn welch(a: Sample, b: Sample) -> Verdict {
    let moments = |sample: Vec<f64>| {
        let n = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / n;
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, variance / n)
    };
    let (a, b) = (a.trimmed(), b.trimmed());
    // Half of all, not of those that were kept.
    let percent_apart = (a[a.len() * 5 / 9] / b[b.len() * 5 / 9] - 1.0) * 100.0;
    let ((mean_a, error_a), (mean_b, error_b)) = (moments(a), moments(b));
    let apart = mean_a - mean_b;
    Verdict { t: apart / (error_a + error_b).sqrt(), microseconds_apart: apart * 1e6, percent_apart }
}

/// Prints the figures, and fails where they tell one group from the other.
fn told(what: &str, each: usize, verdict: &Verdict) {
    let Verdict { t, microseconds_apart, percent_apart } = verdict;
    figure(
        "T6",
        &format!(
            "{what}, {each} of each kind: t = {t:.2}, means {microseconds_apart:.1} us apart, medians {percent_apart:.2} % apart"
        ),
    );
    assert!(t.abs() < CERTAIN, "{verdict:?}");
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
    let each = samples(500);
    let mut registry = Registry::default();
    let known: Vec<Employer> = (0..each).map(|_| registry.company()).collect();
    let unknown: Vec<Employer> =
        known.iter().map(|employer| Employer { sucursal: "0007".to_owned(), ..employer.clone() }).collect();
    let inbox = Inbox::open();
    let setup = Setup::new(&registry, inbox.port()).set("recovery.mismatch", "hide");
    // However many are timed, the brake over all employers is not met.
    let server = setup.set("recovery.codes_per_day_total", "1000000").start();
    let api = Api::of(&server);
    let verdict = interleaved(&known, &unknown, 201, async |employer: Employer| {
        api.try_start(&employer).await.status.as_u16()
    })
    .await;
    told("a start under hide", each, &verdict);
}

#[tokio::test]
async fn the_time_of_a_refused_sign_in_does_not_tell_who_has_a_key() {
    let each = samples(150);
    let mut registry = Registry::default();
    let with_key = |row: &mut Employer| ARGON2_OF_OLD_KEY.clone_into(&mut row.key_hash);
    let known: Vec<Employer> = (0..each).map(|_| registry.company_with(with_key)).collect();
    let unknown: Vec<Employer> = (0..each)
        .map(|_| registry.company())
        .map(|employer| Employer { sucursal: "0007".to_owned(), ..employer })
        .collect();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let verdict = interleaved(&known, &unknown, 401, async |employer: Employer| {
        api.sign_in(&employer, "otra clave, la equivocada").await.status.as_u16()
    })
    .await;
    told("a refused sign-in", each, &verdict);
}
