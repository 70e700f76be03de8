//! One world from its beginning to its end.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    rc::Rc,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use clavero_service::{KeyRing, NewStaff};
use clavero_store::{Clock, Sqlite, Store, SystemClock};
use tokio::{
    runtime::Builder,
    task::{JoinSet, LocalSet},
    time::{Instant, sleep, timeout_at},
};

use crate::{
    attacker::Attacker,
    breaks,
    check::Auditor,
    keeper, node,
    officer::{self, Officer},
    owner::{Owner, applicant::patience},
    people::employer,
    plan::Plan,
    power,
    time::SimulatedMachine,
    world::World,
};

/// What a run came to.
pub struct Report {
    /// Its plan.
    pub plan: Plan,
    /// What must not have been.
    pub violations: Vec<String>,
    /// Recoveries that were acknowledged as begun, and as ended in a key.
    pub begun: u64,
    /// See `begun`.
    pub recovered: u64,
    /// Time that passed in the world.
    pub virtual_time: Duration,
    /// Batches.
    pub steps: u64,
    /// The trace's digest.
    pub digest: String,
    /// Events in it.
    pub events: u64,
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Outcomes by call.
    pub outcomes: BTreeMap<String, u64>,
    /// The events, where they were wanted.
    pub lines: Vec<String>,
}

/// Runs a world.
///
/// # Errors
/// When it cannot be set up.
pub fn run(plan: Plan) -> Result<Report, String> {
    let folder = folder().map_err(|error| error.to_string())?;
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let local = LocalSet::new();
    let report = local.block_on(&runtime, live(plan, folder.path()));
    // Nothing of this world goes on in the next one.
    drop((local, runtime));
    report
}

/// In memory where the machine offers that.
fn folder() -> std::io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

async fn live(plan: Plan, folder: &Path) -> Result<Report, String> {
    let keys = key_ring(folder).map_err(|error| error.to_string())?;
    let employers = (0..plan.employers).map(employer).collect::<Result<Vec<_>, _>>()?;
    let world = Arc::new(World::new(plan, employers, folder.join("clavero.db"), keys));
    for employer in &world.employers {
        world.add_mailbox(employer.number, &employer.address);
    }
    populate(&world).await?;
    if let Some(name) = &world.plan.broken {
        breaks::apply(name, &world.path)?;
    }
    let auditor = Rc::new(RefCell::new(Auditor::open(&world.path).map_err(|error| error.to_string())?));
    let power = tokio::task::spawn_local(power::run(Arc::clone(&world), Rc::clone(&auditor)));
    let disturber = tokio::task::spawn_local(power::disturb(Arc::clone(&world)));
    tokio::task::spawn_local(keeper::run(Arc::clone(&world)));
    let mut owners = JoinSet::new();
    for number in 0..world.plan.employers {
        owners.spawn_local(Owner::new(Arc::clone(&world), number).live());
    }
    for number in 0..world.plan.employers.div_ceil(20) {
        tokio::task::spawn_local(Attacker::new(Arc::clone(&world), number).live());
    }
    for number in 0..world.plan.officers() {
        tokio::task::spawn_local(Officer::new(Arc::clone(&world), number).live());
    }
    while world.steps.load(Ordering::Relaxed) < world.plan.steps && world.violations().is_empty() {
        sleep(Duration::from_secs(10)).await;
    }
    disturber.abort();
    if world.violations().is_empty() {
        end_well(&world, &mut owners).await;
        if let Err(error) = auditor.borrow().end(&world) {
            world.violation(format_args!("the database cannot be read: {error}"));
        }
    }
    power.abort();
    owners.abort_all();
    Ok(report(&world))
}

/// All is healed; whoever wants a key gets one, and nothing is left behind.
async fn end_well(world: &World, owners: &mut JoinSet<()>) {
    /// The longest that anybody may have to wait: a day's budget that was spent just before, an hour that the clock was
    /// ahead, and one recovery.
    const BOUND: Duration = Duration::from_hours(26);
    world.heal();
    // Whoever has begun a case sees it through first.
    let until = Instant::now() + BOUND + patience(&world.plan);
    while let Ok(Some(_)) = timeout_at(until, owners.join_next()).await {}
    if !owners.is_empty() {
        world.violation(format_args!("I13: {} owners got no key in time without a fault", owners.len()));
    }
    // Leases and back-offs end.
    sleep(Duration::from_hours(1)).await;
}

fn report(world: &World) -> Report {
    let (begun, recovered) = {
        let journal = world.journal();
        (journal.begun, journal.recovered)
    };
    let mut trace = world.trace();
    Report {
        plan: world.plan.clone(),
        violations: world.violations(),
        begun,
        recovered,
        virtual_time: world.clocks.elapsed(),
        steps: world.steps.load(Ordering::Relaxed),
        digest: trace.digest(),
        events: trace.events,
        faults: trace.faults.clone(),
        outcomes: trace.outcomes.clone(),
        lines: trace.lines.take().unwrap_or_default(),
    }
}

/// The same ring in every world: codes and flows follow from the seed alone.
fn key_ring(folder: &Path) -> Result<KeyRing, Box<dyn std::error::Error>> {
    let path = folder.join("keys.toml");
    let secret = "c2ltdWxhdGlvbiBvbmx5LCBub3QgYSBzZWNyZXQuLi4";
    let ring = format!("index = \"{secret}\"\n\n[[key]]\nid = \"k1\"\nsecret = \"{secret}\"\n");
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(ring.as_bytes())?;
    Ok(KeyRing::open(&path)?)
}

async fn populate(world: &Arc<World>) -> Result<(), String> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::of(SimulatedMachine(Arc::clone(&world.clocks))));
    let (store, mut stepper) = Sqlite::open_stepped(&world.path, clock).map_err(|error| error.to_string())?;
    let store: Arc<dyn Store> = Arc::new(store);
    let carried_out = async {
        loop {
            stepper.due().await;
            if let Err(error) = stepper.step(clavero_store::Disk::Works) {
                return error;
            }
        }
    };
    tokio::select! {
        biased;
        done = bring_in(world, Arc::clone(&store)) => done,
        error = carried_out => Err(error.to_string()),
    }
}

/// Employers and officers.
async fn bring_in(world: &World, store: Arc<dyn Store>) -> Result<(), String> {
    let rows = world.employers.iter().map(|employer| (employer.row(&world.keys), None)).collect();
    store.import_employers(rows).await.map_err(|error| error.to_string())?;
    let service = node::service(world, store).await.map_err(|error| error.to_string())?;
    for number in 0..world.plan.officers() {
        let (name, email) = (format!("Oficial {number}"), officer::address(number));
        let officer = NewStaff { name: &name, email: &email, role: officer::role(number) };
        let seeded = service.seed_demonstration(&[officer]).await;
        seeded.map_err(|error| format!("{error:?}"))?;
    }
    Ok(())
}
