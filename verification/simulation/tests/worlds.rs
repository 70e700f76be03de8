//! What the simulation is worth: it repeats itself to the letter, and it notices what is broken.

use std::time::Duration;

use clavero_simulation::{Plan, breaks::BREAKS, run};

fn plan(seed: u64) -> Plan {
    Plan { cooling: Duration::from_mins(20), lines: true, ..Plan::of(seed, 3_000, 40) }
}

#[test]
fn a_world_repeats_itself_to_the_letter() {
    let (first, second) = (run(plan(7)).unwrap(), run(plan(7)).unwrap());
    for (line, again) in first.lines.iter().zip(&second.lines) {
        assert_eq!(line, again);
    }
    assert_eq!(first.lines.len(), second.lines.len());
    assert_eq!(first.digest, second.digest);
    assert_ne!(first.digest, run(plan(8)).unwrap().digest);
}

#[test]
fn a_world_with_faults_ends_with_a_key_for_everybody() {
    let report = run(plan(3)).unwrap();
    assert_eq!(report.violations, Vec::<String>::new());
    assert!(report.recovered >= 40, "{} recoveries", report.recovered);
    assert!(report.faults.len() >= 5, "{:?}", report.faults);
}

#[test]
fn every_break_on_purpose_is_noticed() {
    for broken in BREAKS {
        let told = |violation: &String| violation.contains(&format!(": {}: ", broken.noticed_by));
        let noticed = (1..=3).any(|seed| {
            let name = Some(broken.name.to_owned());
            run(Plan { broken: name, lines: false, ..plan(seed) }).unwrap().violations.iter().any(told)
        });
        assert!(noticed, "{}: {}", broken.name, broken.what);
    }
}
