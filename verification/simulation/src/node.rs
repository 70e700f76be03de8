//! A node: the service, and what runs beside it.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use clavero_protocol::{CasePolicy, Mismatch, Need, Policy};
use clavero_service::{
    BundledBreaches, Cost, DeskSettings, Hashing, Service, ServiceError, Settings,
    audit::Sealer,
    desk::{Centre, EnablingDocument},
    mail::Sender,
    outbox::Worker,
};
use clavero_store::{Sqlite, Store};
use tokio::{sync::watch, time::sleep};

use crate::{
    breaks::Credulous,
    plan::Plan,
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

/// The service on a store.
///
/// # Errors
/// When the store cannot be used.
pub(crate) async fn service(world: &World, store: Arc<dyn Store>) -> Result<Arc<Service>, ServiceError> {
    let settings = Settings {
        hashing: Hashing::Here(Cost { memory: 8, iterations: 1 }, Duration::from_millis(15)),
        policy: policy(&world.plan),
        centres: centres(),
        documents: documents(),
        desk: DeskSettings { demonstration: true, ..DeskSettings::default() },
        ..Settings::default()
    };
    if world.plan.broken.is_some() {
        store.bind_rows(Arc::new(Credulous));
    }
    Service::start(store, Arc::clone(&world.keys), Box::new(BundledBreaches), settings).await
}

async fn parts(world: &World, store: &Arc<Sqlite>, place: usize) -> Option<(Arc<Service>, Sealer)> {
    let store = Arc::clone(store) as Arc<dyn Store>;
    let service = service(world, Arc::clone(&store)).await.ok()?;
    Some((service, world.sealer(store, place).await?))
}

/// The rules of this world: the default's, without the brake over all codes, which would ask everybody for work, and with more
/// changed addresses an officer, who work day and night here.
fn policy(plan: &Plan) -> Policy {
    let cases = CasePolicy {
        cooling_off: plan.cooling,
        email_changes_per_hour: 20,
        email_changes_per_day: 200,
        ..CasePolicy::default()
    };
    let mismatch = if plan.hide { Mismatch::Hide } else { Mismatch::Say };
    Policy { codes_per_day_total: 10_000_000, mismatch, cases, ..Policy::default() }
}

fn centres() -> Vec<Centre> {
    let text = |text: &str| text.to_owned();
    let (name, city, address) = (text("Centro Norte"), text("Quito"), text("Avenida de Ejemplo 1"));
    vec![Centre { name, city, address, hours: text("08:00"), phone: text("02") }]
}

fn documents() -> Vec<EnablingDocument> {
    let line = |when, es: &str| EnablingDocument {
        applicants: Vec::new(),
        when,
        es: es.to_owned(),
        en: es.to_owned(),
    };
    vec![line(Need::Always, "Cédula"), line(Need::ThirdParty, "Poder")]
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
