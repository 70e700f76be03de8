//! Runs worlds and says what came of them.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    io::{Write as _, stdout},
    process::ExitCode,
    time::{Duration, Instant},
};

use clavero_simulation::{Plan, Report, breaks::BREAKS, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "\
Usage: clavero-simulation [--seed N] [--seconds S] [--steps N] [--employers N] [--cooling MINUTES] [--hide]
                          [--break NAME] [--trace]

Simulates worlds, one a seed, and checks the invariants after every batch of the database.
  --seed N        the first world's seed (default 1)
  --seconds S     begin further worlds until so many seconds have passed (default: one world only)
  --steps N       batches with faults in each world, before all is healed (default 20000)
  --employers N   employers in each world (default 1000)
  --cooling M     minutes that an approval rests (default: by the seed; none, an hour, or three days)
  --hide          answer data that match nothing like those that do (default: by the seed, every third)
  --break NAME    break the program on purpose; 'list' names the ways
  --trace         print every event
";

/// Rules that were asked for, whatever the seed says.
#[derive(Clone, Copy, Default)]
struct Rules {
    cooling: Option<Duration>,
    hide: bool,
}

impl Rules {
    /// The world of this plan's seed, under these rules.
    fn over(self, plan: Plan) -> Plan {
        let of = Plan::of(plan.seed, plan.steps, plan.employers);
        Plan { cooling: self.cooling.unwrap_or(of.cooling), hide: self.hide || of.hide, ..plan }
    }
}

struct Arguments {
    plan: Plan,
    rules: Rules,
    seconds: Option<u64>,
}

fn arguments() -> Result<Option<Arguments>, String> {
    let (mut plan, mut rules) = (Plan::of(1, 20_000, 1_000), Rules::default());
    let mut seconds = None;
    let mut given = env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{name} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text} is no number"));
        match name.as_str() {
            "--seed" => plan.seed = number(value()?)?,
            "--seconds" => seconds = Some(number(value()?)?),
            "--steps" => plan.steps = number(value()?)?,
            "--employers" => plan.employers = usize::try_from(number(value()?)?.max(1)).unwrap_or(1),
            "--cooling" => rules.cooling = Some(Duration::from_secs(60 * number(value()?)?)),
            "--hide" => rules.hide = true,
            "--break" => plan.broken = Some(value()?),
            "--trace" => plan.lines = true,
            "-h" | "--help" => return Ok(None),
            other => return Err(format!("what is {other}?")),
        }
    }
    Ok(Some(Arguments { plan: rules.over(plan), rules, seconds }))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut out = stdout().lock();
    let arguments = match arguments() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            write!(out, "{USAGE}")?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => {
            write!(out, "clavero-simulation: {error}\n\n{USAGE}")?;
            return Ok(ExitCode::from(2));
        }
    };
    if arguments.plan.broken.as_deref() == Some("list") {
        for broken in BREAKS {
            writeln!(out, "{:20} {} ({})", broken.name, broken.what, broken.noticed_by)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    drop(out);
    worlds(&arguments)
}

/// One world after the other; one that fails ends it.
fn worlds(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let (began, mut plan) = (Instant::now(), arguments.plan.clone());
    let enough = Duration::from_secs(arguments.seconds.unwrap_or(0));
    let mut sum = Sum::default();
    let mut out = stdout().lock();
    loop {
        let report = run(plan.clone())?;
        for line in &report.lines {
            writeln!(out, "{line}")?;
        }
        sum.add(&report);
        writeln!(
            out,
            "seed {}: {} recoveries, {} batches, {} h, {} events, {}",
            plan.seed,
            report.recovered,
            report.steps,
            report.virtual_time.as_secs() / 3_600,
            report.events,
            &report.digest[..16]
        )?;
        if !report.violations.is_empty() {
            for violation in report.violations.iter().take(20) {
                writeln!(out, "  {violation}")?;
            }
            writeln!(out, "replay: {}", replay(&plan))?;
            sum.failed += 1;
            break;
        }
        sum.passed += 1;
        if began.elapsed() >= enough {
            break;
        }
        plan = arguments.rules.over(Plan { seed: plan.seed + 1, ..plan });
    }
    sum.print(&mut out, began.elapsed())?;
    Ok(if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn replay(plan: &Plan) -> String {
    let broken = plan.broken.as_ref().map(|name| format!(" --break {name}")).unwrap_or_default();
    let minutes = plan.cooling.as_secs() / 60;
    let hide = if plan.hide { " --hide" } else { "" };
    format!(
        "cargo run --release --locked -p clavero-simulation -- --seed {} --steps {} --employers {} \
         --cooling {minutes}{hide}{broken} --trace",
        plan.seed, plan.steps, plan.employers
    )
}

/// What all worlds came to.
#[derive(Default)]
struct Sum {
    passed: u64,
    failed: u64,
    begun: u64,
    recovered: u64,
    steps: u64,
    virtual_time: Duration,
    faults: BTreeMap<&'static str, u64>,
    outcomes: BTreeMap<String, u64>,
}

impl Sum {
    fn add(&mut self, report: &Report) {
        self.begun += report.begun;
        self.recovered += report.recovered;
        self.steps += report.steps;
        self.virtual_time += report.virtual_time;
        for (kind, count) in &report.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        for (what, count) in &report.outcomes {
            *self.outcomes.entry(what.clone()).or_default() += count;
        }
    }

    fn print(&self, out: &mut impl std::io::Write, took: Duration) -> std::io::Result<()> {
        let seconds = took.as_secs_f64();
        let rate = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / seconds;
        writeln!(out, "\nfaults injected:")?;
        for (kind, count) in &self.faults {
            writeln!(out, "  {count:8}  {kind}")?;
        }
        writeln!(out, "answers:")?;
        for (what, count) in &self.outcomes {
            writeln!(out, "  {count:8}  {what}")?;
        }
        writeln!(
            out,
            "{} recoveries begun, {} ended in a key, {} batches, in {seconds:.1} s: {:.0} recoveries/s, {:.0} batches/s, \
             virtual time / real time = {:.0}",
            self.begun,
            self.recovered,
            self.steps,
            rate(self.recovered),
            rate(self.steps),
            self.virtual_time.as_secs_f64() / seconds
        )?;
        writeln!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}
