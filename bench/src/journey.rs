//! What clients do: whole recoveries, or Validar alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{Interval, interval_at},
};

use crate::{
    Outcome,
    http::Client,
    program::{Program, REPRESENTATIVE, ruc},
    sink::Sink,
};

/// Clients that walk at once.
const WALKERS: usize = 16;

fn identifiers(number: usize) -> String {
    format!(r#"{{"representative_id":"{REPRESENTATIVE}","ruc":"{}","sucursal":"0001"}}"#, ruc(number))
}

/// Walks `count` whole recoveries from employer `first` on; answers how long each code's mail took from the click.
pub(crate) async fn walk_many(
    program: &Program,
    sink: &Sink,
    first: usize,
    count: usize,
) -> Outcome<Vec<Duration>> {
    let next = Arc::new(AtomicUsize::new(first));
    let mut walkers = JoinSet::new();
    for _ in 0..WALKERS {
        let (next, address) = (Arc::clone(&next), program.address);
        let mut mails = Vec::new();
        for number in first..first + count {
            if number % WALKERS == walkers.len() {
                mails.push((number, sink.watch(&format!("e{number}@d{}.example", number % 50))));
            }
        }
        walkers.spawn(async move {
            let mut client = Client::connect(address).await?;
            let mut times = Vec::new();
            for (number, mut mail) in mails {
                next.fetch_add(1, Ordering::Relaxed);
                let started = Instant::now();
                let (status, body) = client.post("/api/v1/recoveries", "", &identifiers(number)).await?;
                expect(status, 201, &body)?;
                let recovery: Value = serde_json::from_str(&body)?;
                let text = |name: &str| recovery[name].as_str().unwrap_or_default().to_owned();
                let (id, token) = (text("id"), text("token"));
                let code = mail.recv().await.ok_or("no code")?;
                times.push(code.at.duration_since(started));
                let path = format!("/api/v1/recoveries/{id}/code");
                let body = format!(r#"{{"code":"{}"}}"#, code.secret);
                let (status, body) = client.post(&path, &token, &body).await?;
                expect(status, 200, &body)?;
                let link = mail.recv().await.ok_or("no link")?.secret;
                let path = format!("/api/v1/links/{link}/password");
                let body = r#"{"password":"tetera nube farol brisa cuento"}"#;
                let (status, body) = client.post(&path, "", body).await?;
                expect(status, 204, &body)?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = walkers.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}

fn expect(status: u16, wanted: u16, body: &str) -> Outcome<()> {
    if status == wanted { Ok(()) } else { Err(format!("{status} instead of {wanted}: {body}").into()) }
}

/// Employers that nobody pressed for yet, while there are any.
static NEXT: AtomicUsize = AtomicUsize::new(10_000);

/// When each of many clients presses that take turns, so that all together press evenly.
fn turns(client: usize, clients: usize, pause: Duration) -> Interval {
    let offset = pause.mul_f64(client as f64 / clients as f64);
    interval_at(tokio::time::Instant::now() + offset, pause)
}

/// Presses Validar for a while, each time for another employer, and waits for each code's mail; each client once in a
/// `pause`. Answers how long the mails took from the click.
pub(crate) async fn clicks_for(
    program: &Program,
    sink: &Sink,
    clients: usize,
    (span, pause): (Duration, Duration),
) -> Outcome<Vec<Duration>> {
    let until = Instant::now() + span;
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let (address, presses) = (program.address, span.as_millis() / pause.as_millis());
        let mails: Vec<_> = (0..presses)
            .map(|_| {
                let number = NEXT.fetch_add(1, Ordering::Relaxed) % program.employers;
                (number, sink.watch(&format!("e{number}@d{}.example", number % 50)))
            })
            .collect();
        tasks.spawn(async move {
            let mut turns = turns(client, clients, pause);
            let mut client = Client::connect(address).await?;
            let mut times = Vec::new();
            for (number, mut mail) in mails {
                turns.tick().await;
                if Instant::now() > until {
                    break;
                }
                let started = Instant::now();
                let (status, body) = client.post("/api/v1/recoveries", "", &identifiers(number)).await?;
                expect(status, 201, &body)?;
                times.push(mail.recv().await.ok_or("no code")?.at.duration_since(started));
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = tasks.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}

/// Presses Validar for a while, each time for another employer; with a `pause`, each client once in so long.
pub(crate) async fn validar_for(
    program: &Program,
    clients: usize,
    span: Duration,
    pause: Option<Duration>,
) -> Outcome<(usize, Vec<Duration>)> {
    let until = Instant::now() + span;
    let mut tasks = JoinSet::new();
    for number in 0..clients {
        let (address, employers) = (program.address, program.employers);
        let mut turns = pause.map(|pause| turns(number, clients, pause));
        tasks.spawn(async move {
            let mut client = Client::connect(address).await?;
            let mut times = Vec::new();
            while Instant::now() < until {
                if let Some(turns) = &mut turns {
                    turns.tick().await;
                }
                let number = NEXT.fetch_add(1, Ordering::Relaxed) % employers;
                let started = Instant::now();
                let (status, body) = client.post("/api/v1/recoveries", "", &identifiers(number)).await?;
                expect(status, 201, &body)?;
                times.push(started.elapsed());
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = tasks.join_next().await {
        all.extend(times??);
    }
    Ok((all.len(), all))
}

/// Opens connections that have asked once and wait.
pub(crate) async fn hold(program: &Program, count: usize) -> Outcome<Vec<Client>> {
    let mut held = Vec::new();
    for _ in 0..count {
        let mut client = Client::connect(program.address).await?;
        client.post("/api/v1/recoveries", "", "{}").await?;
        held.push(client);
    }
    Ok(held)
}
