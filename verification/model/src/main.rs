//! `clavero-model [--bound small|wide|NAME] [--break NAME]`: explores the bounds, then breaks the protocol in every way, or
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
    let Explored { name, worlds, steps, depth, took, bytes, .. } = explored;
    let (seconds, each) = (took.as_secs_f64(), bytes / worlds);
    println!("{name}: {worlds} worlds, {steps} steps, depth {depth}, {seconds:.1} s, {each} bytes a world");
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
    let (properties, steps) =
        explored.broken.map_or_else(Default::default, |broken| (broken.properties, broken.steps));
    let seen_by: Vec<_> = properties.iter().map(|property| property.number()).collect();
    let (by_whom, way) = (seen_by.join(" and "), steps.join(", "));
    let what = format!("broken on purpose, {}, seen by {by_whom}: {way}", by.as_str());
    tally.say(properties == by.caught_by(), &what);
}

fn usage() -> ExitCode {
    let breaks: Vec<_> = Break::ALL.iter().map(|by| by.as_str()).collect();
    let bounds: Vec<_> = Bound::all().iter().map(|bound| bound.name).collect();
    println!(
        "Usage: clavero-model [--bound small|wide|BOUND] [--break BREAK]\n\nBOUND is one of: {}.\nBREAK is one of: {}.",
        bounds.join("; "),
        breaks.join("; ")
    );
    ExitCode::from(2)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (bounds, breaks) = match arguments[..] {
        [] | ["--bound", "small"] => (Bound::small(), Break::ALL.to_vec()),
        ["--bound", "wide"] => (Bound::wide(), Vec::new()),
        ["--bound", name] => match Bound::all().into_iter().find(|bound| bound.name == name) {
            Some(bound) => (vec![bound], Vec::new()),
            None => return usage(),
        },
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
