//! How long papers take, in milliseconds: `cargo run --release -p clavero-documents --example rate`.

#![expect(clippy::print_stdout, reason = "a measurement is read on a terminal")]

use std::{error::Error, time::Instant};

use clavero_documents::{Press, PressSettings};
use clavero_words::Locale;

mod samples;

const PAPERS: u32 = 200;

fn report(what: &str, mut millis: Vec<f64>, bytes: usize) {
    let first = millis.remove(0);
    millis.sort_by(f64::total_cmp);
    let at = |share: usize| millis[millis.len() * share / 100];
    println!(
        "{what:10} first {first:6.1}  median {:6.1}  p95 {:6.1}  p99 {:6.1}  {bytes} bytes",
        at(50),
        at(95),
        at(99)
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let press = Press::start(PressSettings { cache_bytes: 64 * 1024 * 1024, ..PressSettings::default() })?;
    println!("press ready after {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    let mut packet = samples::packet(Locale::EsEc);
    let (mut set, mut kept, mut bytes) = (Vec::new(), Vec::new(), 0);
    for number in 0..PAPERS {
        // Everything that is another one's in another case.
        packet.employer.ruc = format!("179{number:07}001");
        packet.employer.name = format!("Empresa de Ejemplo Número {number} Cía. Ltda.");
        packet.representative.name = format!("Representante Número {number}");
        packet.case_url =
            format!("https://clave.institucion.example/empleadores/clave-patronal/{number:016}");
        packet.locale = Locale::ALL[number as usize % 2];
        for times in [&mut set, &mut kept] {
            let asked = Instant::now();
            bytes = press.packet(&packet).await?.len();
            times.push(asked.elapsed().as_secs_f64() * 1e3);
        }
    }
    report("packet", set, bytes);
    report("from cache", kept, bytes);
    let mut slips = Vec::new();
    for _ in 0..20 {
        let asked = Instant::now();
        bytes = press.slip(&samples::slip(Locale::EsEc)).await?.len();
        slips.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    report("slip", slips, bytes);
    let mut sheets = Vec::new();
    for acts in 40..60 {
        let asked = Instant::now();
        bytes = press.day_sheet(&samples::day_sheet(Locale::EsEc, acts)).await?.len();
        sheets.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    report("day sheet", sheets, bytes);
    Ok(())
}
