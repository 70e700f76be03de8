//! Measures the release build from outside, on real input: a registry, a mail sink, many clients. Prints a table in
//! Markdown; `scripts/bench` writes it to `docs/performance.md`.
//!
//! Everything shares the machine's cores: the program, the mail sink and the load. Ratios travel better than rates.

#![expect(clippy::print_stdout, reason = "its table is its output")]
#![expect(clippy::cast_precision_loss, reason = "counts and times are far below 2^52")]

mod http;
mod journey;
mod program;
mod sink;

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use clavero_protocol::NormalizedPassword;
use clavero_service::{Hasher, KeyRing};

use self::{program::Program, sink::Sink};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Employers of the registry.
const EMPLOYERS: usize = 1_000_000;
/// Whole recoveries that are timed.
const RECOVERIES: usize = 400;
/// Clients of the load.
const CLIENTS: usize = 64;
/// How long the load of Validar lasts.
const LOAD: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Outcome<()> {
    let binary = std::env::args().nth(1).ok_or("usage: clavero-bench PATH-OF-CLAVERO")?;
    println!("| figure | here |\n|---|---|");
    let (hashes, cpu_per_hash) = argon2id().await?;
    println!("| Argon2id (19 MiB, 2 passes) hashes/s, all cores | {hashes:.1} |");
    println!("| CPU of one hash | {:.1} ms |", cpu_per_hash * 1e3);
    let sink = Sink::open().await?;
    let started = Instant::now();
    let mut program = Program::prepare(&binary, sink.port(), EMPLOYERS)?;
    let seconds = started.elapsed().as_secs_f64();
    println!("| `clavero import employers`, rows/s, {EMPLOYERS} rows | {:.0} |", EMPLOYERS as f64 / seconds);
    println!("| start-up with {EMPLOYERS} employers, spawn to first answer | {:.0} ms |", program.start()?);
    tokio::time::sleep(Duration::from_secs(4)).await;
    println!("| resident memory, idle | {:.1} MB |", program.resident_mb()?);
    whole_recoveries(&program, &sink, hashes, cpu_per_hash).await?;
    validar(&program).await?;
    memory(&program).await
}

/// Hashes per second on all cores, and the CPU seconds of one.
async fn argon2id() -> Outcome<(f64, f64)> {
    const HASHES: u32 = 200;
    let hasher = Arc::new(Hasher::start(Arc::new(KeyRing::ephemeral()?)));
    let cpu = program::cpu_seconds("self")?;
    let started = Instant::now();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move {
                for _ in 0..HASHES / 4 {
                    drop(hasher.hash(NormalizedPassword::new("tetera nube farol brisa")).await);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let cpu = program::cpu_seconds("self")? - cpu;
    Ok((f64::from(HASHES) / seconds, cpu / f64::from(HASHES)))
}

async fn whole_recoveries(program: &Program, sink: &Sink, hashes: f64, cpu_per_hash: f64) -> Outcome<()> {
    journey::walk_many(program, sink, 0, 40).await?;
    let cpu = program.cpu_seconds()?;
    let started = Instant::now();
    let mut handoffs = journey::walk_many(program, sink, 40, RECOVERIES).await?;
    let seconds = started.elapsed().as_secs_f64();
    // The notice of the last ones may still be on its way.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let cpu = program.cpu_seconds()? - cpu;
    let rate = RECOVERIES as f64 / seconds;
    let beyond = (cpu / RECOVERIES as f64 - cpu_per_hash) * 1e3;
    println!("| whole recoveries/s (API, three mails each) | {rate:.1} |");
    println!("| … over the Argon2id limit of the same run | {:.2} |", rate / hashes);
    println!("| CPU beyond the hash per whole recovery | {beyond:.2} ms |");
    let (p50, p99) = percentiles(&mut handoffs);
    println!(
        "| Validar sent → code's mail in the sink, p50 / p99, under that load | {p50:.1} / {p99:.1} ms |"
    );
    Ok(())
}

async fn validar(program: &Program) -> Outcome<()> {
    let (count, mut times) = journey::validar_for(program, CLIENTS, LOAD, None).await?;
    let rate = count as f64 / LOAD.as_secs_f64();
    let (p50, p99) = percentiles(&mut times);
    println!("| Validar/s, durable, {CLIENTS} clients beside it | {rate:.0} |");
    println!("| … p50 / p99 | {p50:.1} / {p99:.1} ms |");
    let pause = Duration::from_secs_f64(CLIENTS as f64 / (rate / 2.0));
    let (count, mut times) = journey::validar_for(program, CLIENTS, LOAD, Some(pause)).await?;
    let (p50, p99) = percentiles(&mut times);
    let rate = count as f64 / LOAD.as_secs_f64();
    println!("| Validar at half that load ({rate:.0}/s), p50 / p99 | {p50:.1} / {p99:.1} ms |");
    Ok(())
}

async fn memory(program: &Program) -> Outcome<()> {
    let held = journey::hold(program, 256).await?;
    println!("| resident memory with 256 connections, after all this | {:.1} MB |", program.resident_mb()?);
    drop(held);
    Ok(())
}

/// The median and the 99th of a hundred, in milliseconds.
fn percentiles(times: &mut [Duration]) -> (f64, f64) {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    (at(50), at(99))
}
