//! T9: more at once than can be hashed: the excess is told to come back, memory stays bounded, and the pages go on.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use tokio::sync::watch;

use super::figures::figure;
use crate::{
    api::{Answer, Api},
    employers::{Employer, Registry},
    server::Setup,
};

/// What the whole process may take while it hashes as much as it will: the pool's and the queue's share is a fraction.
const MOST_KIB: u64 = 300 * 1024;

/// The time that this many of a hundred stay below.
fn percentile(times: &mut [Duration], hundredths: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * hundredths / 100]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sign_ins_at_once_leave_memory_bounded_and_no_page_waits_behind_them() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..1_000).map(|_| registry.company()).collect();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let (over, is_over) = watch::channel(false);
    let flood = async {
        let answers = stream::iter(&employers).map(async |employer| {
            let began = Instant::now();
            (api.sign_in(employer, "de un desconocido").await, began.elapsed())
        });
        let answers: Vec<(Answer, Duration)> = answers.buffer_unordered(1_000).collect().await;
        over.send_replace(true);
        answers
    };
    let pages = async {
        let mut times = Vec::new();
        while !*is_over.borrow() {
            let began = Instant::now();
            let page = api.http.get(format!("{}/empleadores", server.address())).send().await.unwrap();
            assert_eq!(page.status(), 200);
            times.push(began.elapsed());
        }
        times
    };
    let (answers, mut pages) = tokio::join!(flood, pages);
    let of = |status: u16| answers.iter().filter(move |(answer, _)| answer.status == status);
    let mut judged: Vec<Duration> = of(401).map(|(_, time)| *time).collect();
    let put_off = of(503).count();
    assert_eq!(judged.len() + put_off, 1_000, "each is refused or told to come back");
    assert!(!judged.is_empty() && put_off > 0, "{} judged, {put_off} put off", judged.len());
    assert!(of(503).all(|(busy, _)| busy.retry_after() > 0));
    let (half, nearly_all) = (percentile(&mut pages, 50), percentile(&mut pages, 99));
    let peak = server.peak_memory_kib();
    let (judged_in_all, asked) = (judged.len(), pages.len());
    figure(
        "T9",
        &format!(
            "{judged_in_all} judged, {put_off} put off, {asked} pages meanwhile: p50 {half:?}, p99 {nearly_all:?}; {peak} KiB"
        ),
    );
    // A bound in milliseconds would measure this machine; what waits behind a queue waits as long as the queue.
    assert!(half < percentile(&mut judged, 50), "pages wait behind what is hashed: {half:?}");
    assert!(peak < MOST_KIB, "{peak} KiB");
}
