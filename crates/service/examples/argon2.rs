//! Compares two implementations of Argon2 on a hundred thousand random inputs, and says what a hash of each takes:
//! `cargo run --release -p clavero-service --example argon2`.

#![expect(clippy::print_stdout, reason = "a measurement is read on a terminal")]

use std::{error::Error, time::Instant};

use clavero_service::argon2::{Argon2, Variant, Vectorized, Work};

#[path = "../tests/argon2/judge.rs"]
mod judge;

const INPUTS: u32 = 100_000;
const ROUNDS: u32 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    judge::compare(INPUTS)?;
    println!("equal tags for {INPUTS} inputs");
    let (variant, memory, iterations, lanes) = (Variant::Id, 19_456, 2, 1);
    let (password, salt, pepper) = (&b"tetera nube farol brisa"[..], &[7; 16][..], &[9; 32][..]);
    let work = Work { variant, memory, iterations, lanes, password, salt, pepper };
    let mut implementations: [(&str, Box<dyn Argon2>); 2] =
        [("argon2-rust", Box::<Vectorized>::default()), ("argon2", Box::<judge::RustCrypto>::default())];
    // By turns, since the machine is not ours alone; the least of all is what nothing else slowed down.
    let mut least = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for ((_, implementation), least) in implementations.iter_mut().zip(&mut least) {
            let started = Instant::now();
            implementation.tag(&work).ok_or("no tag")?;
            *least = least.min(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    for ((name, _), least) in implementations.iter().zip(least) {
        println!("{name}: {least:.1} ms a hash (19 MiB, two passes, one lane)");
    }
    Ok(())
}
