//! More at once than can be hashed: the excess is told to come back, memory stays bounded, and the pages go on.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};

use crate::{
    api::{Answer, Api},
    employers::{Employer, Registry},
    server::Setup,
};

/// What the whole process may take while it hashes as much as it will: the pool's and the queue's share is a fraction.
const MOST_KIB: u64 = 300 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sign_ins_at_once_leave_memory_bounded_and_pages_quick() {
    let mut registry = Registry::default();
    let employers: Vec<Employer> = (0..1_000).map(|_| registry.company()).collect();
    let server = Setup::new(&registry, 9).start();
    let api = Api::of(&server);
    let flood = stream::iter(&employers)
        .map(|employer| api.sign_in(employer, "de un desconocido"))
        .buffer_unordered(1_000)
        .collect::<Vec<Answer>>();
    let pages = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..50 {
            let began = Instant::now();
            let page = api.http.get(format!("{}/empleadores", server.address())).send().await.unwrap();
            assert_eq!(page.status(), 200);
            slowest = slowest.max(began.elapsed());
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(flood, pages);
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(401) + count(503), 1_000, "each is refused or told to come back");
    assert!(count(401) > 0 && count(503) > 0, "{} judged, {} put off", count(401), count(503));
    for busy in answers.iter().filter(|answer| answer.status == 503) {
        assert!(busy.retry_after() > 0);
    }
    assert!(slowest < Duration::from_secs(2), "a page took {slowest:?} beside the flood");
    assert!(server.peak_memory_kib() < MOST_KIB, "{} KiB", server.peak_memory_kib());
}
