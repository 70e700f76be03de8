//! Reads lines `cedula NUMBER` or `ruc NUMBER` and answers each with `ok`, `advice` (a body's check digit that does not
//! hold) or the code of the refusal. For comparing with an independent implementation.

#![expect(clippy::print_stdout, reason = "its answers are its output")]

use std::io::BufRead as _;

use clavero_protocol::{Cedula, Ruc};

fn main() -> std::io::Result<()> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (kind, number) = line.split_once(' ').unwrap_or((&line, ""));
        let verdict = if kind == "cedula" {
            Cedula::parse(number).map(|_| true)
        } else {
            Ruc::parse(number).map(|ruc| ruc.check_digit_holds())
        };
        println!(
            "{}",
            verdict.map_or_else(|error| error.code(), |holds| if holds { "ok" } else { "advice" })
        );
    }
    Ok(())
}
