//! A node: the service, and what runs beside it.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use clavero_protocol::Policy;
use clavero_service::{
    BundledBreaches, Cost, Hashing, Service, Settings, audit::Sealer, mail::Sender, outbox::Worker,
};
use clavero_store::{Sqlite, Store};
use tokio::{sync::watch, time::sleep};

use crate::{
    post::Line,
    world::{Node, World},
};

/// Starts a node, as often as it takes, while there is power.
pub(crate) async fn start_node(world: Arc<World>, place: usize) {
    while let Some(store) = world.powered() {
        if world.node(place).is_some() {
            return;
        }
        let parts = parts(&world, &store, place).await;
        let still = world.powered().is_some_and(|now| Arc::ptr_eq(&now, &store));
        match parts {
            Some((service, sealer)) if still && world.node(place).is_none() => {
                let node = node(&world, service, sealer);
                world.put_node(place, node);
                return;
            }
            Some(_) => {}
            None => sleep(Duration::from_secs(1)).await,
        }
    }
}

async fn parts(world: &World, store: &Arc<Sqlite>, place: usize) -> Option<(Arc<Service>, Sealer)> {
    let settings = Settings {
        hashing: Hashing::Here(Cost { memory: 8, iterations: 1 }, Duration::from_millis(15)),
        policy: policy(),
        ..Settings::default()
    };
    let store = Arc::clone(store) as Arc<dyn Store>;
    let keys = Arc::clone(&world.keys);
    let service = Service::start(Arc::clone(&store), keys, Box::new(BundledBreaches), settings).await.ok()?;
    Some((service, world.sealer(store, place).await?))
}

/// The rules of this world: the default's, without the brake over all codes, which would ask everybody for work.
fn policy() -> Policy {
    Policy { codes_per_day_total: 10_000_000, ..Policy::default() }
}

fn node(world: &Arc<World>, service: Arc<Service>, sealer: Sealer) -> Node {
    let cut = Arc::new(AtomicBool::new(false));
    let line = Line { world: Arc::clone(world), cut: Arc::clone(&cut) };
    let from = "no-responder@institucion.example".parse().expect("an address");
    let sender = Sender { from, public_url: "https://clave.example".to_owned() };
    let worker = Worker::new(Arc::clone(&service), Arc::new(line), sender);
    // Told to stop only by its death.
    let (dead, stop) = watch::channel(false);
    let sweeper = tokio::spawn(Arc::clone(&service).sweep_forever());
    let sealer = tokio::spawn(sealer.run(stop.clone()));
    let worker = tokio::spawn(async move {
        worker.run(stop).await;
    });
    let tasks = [worker.abort_handle(), sweeper.abort_handle(), sealer.abort_handle()];
    Node { service, dead, cut, tasks: tasks.into() }
}
