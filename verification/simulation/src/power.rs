//! Power and disk: what runs, and how it dies.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use clavero_store::{Clock, Disk, Sqlite, Stepper, StoreError, SystemClock};
use tokio::time::sleep;

use crate::{
    check::Auditor,
    node::start_node,
    time::SimulatedMachine,
    world::{NODES, World},
};

const MINUTE: Duration = Duration::from_mins(1);

/// The machine with the database: on, until something takes its power, and on again.
pub(crate) async fn run(world: Arc<World>, auditor: Rc<RefCell<Auditor>>) {
    loop {
        let (store, mut stepper) = switch_on(&world).await;
        for place in 0..NODES {
            tokio::spawn(start_node(Arc::clone(&world), place));
        }
        work(&world, &mut stepper, &auditor).await;
        world.set_power(None);
        for place in 0..NODES {
            world.kill_node(place);
        }
        drop((stepper, store));
        world.event(format_args!("power is gone"));
        let dark = world.chance().up_to(MINUTE);
        sleep(dark).await;
    }
}

async fn switch_on(world: &World) -> (Arc<Sqlite>, Stepper) {
    loop {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::of(SimulatedMachine(Arc::clone(&world.clocks))));
        match Sqlite::open_stepped(&world.path, clock) {
            Ok((store, stepper)) => {
                let store = Arc::new(store);
                world.set_power(Some(Arc::clone(&store)));
                world.event(format_args!("power is on"));
                return (store, stepper);
            }
            Err(StoreError::ClockBehind { seconds }) => {
                // What the operator is told to do.
                world.event(format_args!("refused to start, {seconds} s in the past"));
                world.outcome("start", "refused: the clock is behind");
                world.clocks.set_off(0);
                sleep(MINUTE).await;
            }
            Err(error) => {
                world.violation(format_args!("the database does not open: {error}"));
                sleep(MINUTE).await;
            }
        }
    }
}

/// Carries out batches until power goes.
async fn work(world: &World, stepper: &mut Stepper, auditor: &RefCell<Auditor>) {
    loop {
        stepper.due().await;
        let (wait, disk, cut) = choose(world);
        sleep(wait).await;
        if cut {
            world.fault("power cut before a commit");
            return;
        }
        let outcome = stepper.step(disk);
        world.steps.fetch_add(1, Ordering::Relaxed);
        world.event(format_args!("batch {disk:?} {}", outcome.is_ok()));
        auditor.borrow_mut().look(world);
        if disk == Disk::Dies {
            return;
        }
    }
}

fn choose(world: &World) -> (Duration, Disk, bool) {
    let mut chance = world.chance();
    let stalls = chance.permille(2);
    let wait = chance.up_to(if stalls && world.faulty() {
        Duration::from_secs(3)
    } else {
        Duration::from_millis(4)
    });
    let lot = chance.below(10_000);
    drop(chance);
    if !world.faulty() {
        return (wait, Disk::Works, false);
    }
    let disk = match lot {
        0..=9 => Disk::Full,
        10..=19 => Disk::Loses,
        20..=29 => Disk::Mumbles,
        30..=34 => Disk::Dies,
        _ => Disk::Works,
    };
    match disk {
        Disk::Full => world.fault("disk full"),
        Disk::Loses => world.fault("commit failed, nothing saved"),
        Disk::Mumbles => world.fault("commit failed, all saved"),
        Disk::Dies => world.fault("power cut after a commit"),
        Disk::Works => {}
    }
    (wait, disk, (35..=39).contains(&lot))
}

/// Kills nodes, sets clocks, takes the mail server away: each now and then.
pub(crate) async fn disturb(world: Arc<World>) {
    loop {
        let wait = world.chance().around(MINUTE * 3);
        sleep(wait).await;
        if !world.faulty() {
            return;
        }
        let (lot, place) = {
            let mut chance = world.chance();
            (chance.below(10), chance.index(NODES))
        };
        match lot {
            0..=5 => {
                if world.kill_node(place) {
                    world.fault("node crashed");
                }
                let world = Arc::clone(&world);
                let down = world.chance().up_to(Duration::from_secs(20));
                tokio::spawn(async move {
                    sleep(down).await;
                    start_node(world, place).await;
                });
            }
            6..=7 => {
                let hours = world.chance().index(3);
                world.clocks.set_off([3_600, 0, -3_600][hours]);
                world.fault(["clock set on an hour", "clock set right", "clock set back an hour"][hours]);
            }
            _ => {
                world.take_mail_down(true);
                world.fault("mail server away");
                let world = Arc::clone(&world);
                let away = world.chance().up_to(MINUTE * 4);
                tokio::spawn(async move {
                    sleep(away).await;
                    world.take_mail_down(false);
                });
            }
        }
    }
}
