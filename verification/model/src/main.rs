//! `clavero-model [--bound small|wide] [--break NAME]`: explores the bounds, then breaks the protocol in every way, or
//! in the one that is named, and shows that it is seen.
#![expect(clippy::print_stdout, reason = "what it saw is its output")]

use std::process::ExitCode;

use clavero_model::{Bound, Break, Explored, Property};

/// What passed and what did not.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    fn say(&mut self, holds: bool, what: &str) {
        if holds {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        println!("  {} {what}", if holds { "pass" } else { "FAIL" });
    }
}

fn say_size(explored: &Explored) {
    let Explored { name, worlds, steps, depth, took, .. } = explored;
    println!("{name}: {worlds} worlds, {steps} steps, depth {depth}, {:.1} s", took.as_secs_f64());
}

fn explore(bound: Bound, tally: &mut Tally) {
    let explored = clavero_model::explore(bound, None);
    say_size(&explored);
    for property in Property::ALL {
        if let Some(times) = explored.asked(property) {
            tally.say(!explored.breaks(property), &format!("{} ({times} times)", property.text()));
        }
    }
    if let Some(broken) = explored.broken {
        println!("    by {}", broken.steps.join(", "));
    }
}

fn break_it(by: Break, tally: &mut Tally) {
    let explored = clavero_model::explore(by.bound(), Some(by));
    let caught = explored.breaks(by.caught_by());
    let steps = explored.broken.map_or_else(Vec::new, |broken| broken.steps);
    tally.say(caught, &format!("broken on purpose, {}: {}", by.as_str(), steps.join(", ")));
}

fn usage() -> ExitCode {
    let names: Vec<_> = Break::ALL.iter().map(|by| by.as_str()).collect();
    println!(
        "Usage: clavero-model [--bound small|wide] [--break NAME]\n\nNAME is one of {}.",
        names.join(", ")
    );
    ExitCode::from(2)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (bounds, breaks) = match arguments[..] {
        [] | ["--bound", "small"] => (Bound::small(), Break::ALL.to_vec()),
        ["--bound", "wide"] => (Bound::wide(), Vec::new()),
        ["--break", name] => match Break::parse(name) {
            Some(by) => (Vec::new(), vec![by]),
            None => return usage(),
        },
        _ => return usage(),
    };
    let mut tally = Tally::default();
    for bound in bounds {
        explore(bound, &mut tally);
    }
    for by in breaks {
        break_it(by, &mut tally);
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
