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

/// The program's own, so that a hash costs here what it costs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Employers of the registry, unless another number is asked for.
const EMPLOYERS: usize = 1_000_000;
/// Whole recoveries that are timed in a round, and hashes beside them.
const RECOVERIES: usize = 100;
/// Rounds of both.
const ROUNDS: usize = 5;
/// Clients of the load.
const CLIENTS: usize = 64;
/// Clicks a second whose mails are waited for.
const CLICKS: f64 = 200.0;
/// How long the load of Validar lasts.
const LOAD: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let binary = arguments.next().ok_or("usage: clavero-bench PATH-OF-CLAVERO [EMPLOYERS [DATABASE-URL]]")?;
    let employers = arguments.next().map_or(Ok(EMPLOYERS), |number| number.parse())?;
    let database = arguments.next();
    println!("| figure | here |\n|---|---|");
    let sink = Sink::open().await?;
    let started = Instant::now();
    let mut program = Program::prepare(&binary, sink.port(), employers, database)?;
    let seconds = started.elapsed().as_secs_f64();
    row(&format!("`clavero import employers`, rows/s, {employers} rows"), employers as f64 / seconds, 0, "");
    row(&format!("start-up with {employers} employers, spawn to first answer"), program.start()?, 0, " ms");
    tokio::time::sleep(Duration::from_secs(4)).await;
    row("resident memory, idle", program.resident_mb()?, 1, " MB");
    whole_recoveries(&program, &sink).await?;
    clicks(&program, &sink).await?;
    validar(&program, &sink).await?;
    memory(&program).await
}

fn row(figure: &str, value: f64, digits: usize, unit: &str) {
    println!("| {figure} | {value:.digits$}{unit} |");
}

/// Seconds that `count` hashes take on all cores.
async fn argon2id(hasher: &Arc<Hasher>, count: u32) -> Outcome<f64> {
    let started = Instant::now();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let hasher = Arc::clone(hasher);
            tokio::spawn(async move {
                for _ in 0..count / 4 {
                    drop(hasher.hash(NormalizedPassword::new("tetera nube farol brisa")).await);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await?;
    }
    Ok(started.elapsed().as_secs_f64())
}

/// Hashing alone and whole recoveries by turns, so that what else the machine does falls on both.
async fn whole_recoveries(program: &Program, sink: &Sink) -> Outcome<()> {
    let hasher = Arc::new(Hasher::start(Arc::new(KeyRing::ephemeral()?)));
    argon2id(&hasher, 40).await?;
    journey::walk_many(program, sink, 0, 40).await?;
    let (mut hashing, mut recovering, mut used) = (0.0, 0.0, program::Cpu::default());
    let mut handoffs = Vec::new();
    for round in 0..ROUNDS {
        hashing += argon2id(&hasher, u32::try_from(RECOVERIES)?).await?;
        let (before, started) = (program.cpu()?, Instant::now());
        handoffs.extend(journey::walk_many(program, sink, 40 + round * RECOVERIES, RECOVERIES).await?);
        recovering += started.elapsed().as_secs_f64();
        // The notice of the last ones may still be on its way.
        tokio::time::sleep(Duration::from_millis(500)).await;
        used = used + (program.cpu()? - before);
    }
    let all = (ROUNDS * RECOVERIES) as f64;
    row("Argon2id (19 MiB, 2 passes) hashes/s, all cores", all / hashing, 1, "");
    row("CPU of one hash", used.hashing / all * 1e3, 1, " ms");
    row("whole recoveries/s (API, three mails each)", all / recovering, 1, "");
    row("… over the Argon2id limit, measured by turns", hashing / recovering, 2, "");
    row("CPU beyond the hash per whole recovery", used.beyond_hashing() / all * 1e3, 2, " ms");
    row("… of it on the store's writer", used.writer / all * 1e3, 2, " ms");
    let (p50, p99) = percentiles(&mut handoffs);
    println!(
        "| Validar sent → code's mail in the sink, p50 / p99, under that load | {p50:.1} / {p99:.1} ms |"
    );
    Ok(())
}

/// From the click to the mail server's word, at a rate that an office brings about.
async fn clicks(program: &Program, sink: &Sink) -> Outcome<()> {
    let pause = Duration::from_secs_f64(CLIENTS as f64 / CLICKS);
    let mut times = journey::clicks_for(program, sink, CLIENTS, (LOAD, pause)).await?;
    let (count, (p50, p99)) = (times.len(), percentiles(&mut times));
    println!(
        "| Validar sent → code's mail taken, {CLICKS} a second evenly, {count} of them, p50 / p99 | {p50:.1} / {p99:.1} ms |"
    );
    sink.settle().await;
    Ok(())
}

/// Validar alone: at full rate while the mails go out, at half of that, and at full rate while the mail server is slow.
async fn validar(program: &Program, sink: &Sink) -> Outcome<()> {
    let rate = validar_once(program, sink, "the mails going out meanwhile", None).await?;
    let pause = Duration::from_secs_f64(CLIENTS as f64 / (rate / 2.0));
    validar_once(program, sink, "at half that rate", Some(pause)).await?;
    let held = sink.hold().await?;
    validar_once(program, sink, "the mail server taking none meanwhile", None).await?;
    drop(held);
    Ok(())
}

async fn validar_once(program: &Program, sink: &Sink, how: &str, pause: Option<Duration>) -> Outcome<f64> {
    let (before, mails) = (program.cpu()?, sink.taken());
    let (count, mut times) = journey::validar_for(program, CLIENTS, LOAD, pause).await?;
    let (used, mails) = (program.cpu()? - before, sink.taken() - mails);
    let rate = count as f64 / LOAD.as_secs_f64();
    let (p50, p99) = percentiles(&mut times);
    println!("| Validar/s, durable, {CLIENTS} clients beside it, {how} | {rate:.0} |");
    println!("| … p50 / p99 | {p50:.1} / {p99:.1} ms |");
    row("… mails taken by the mail server in that time, a second", mails as f64 / LOAD.as_secs_f64(), 0, "");
    row("… CPU of the program for each", used.beyond_hashing() / count as f64 * 1e6, 0, " µs");
    row("… of it on the store's writer", used.writer / count as f64 * 1e6, 0, " µs");
    sink.settle().await;
    Ok(rate)
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
