//! Whoever reads the mailboxes on record, and knows nothing of a case: one in five says stop.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use crate::{
    rng::Rng,
    world::{NODES, World},
};

/// Reads the mails that ask, for as long as the world stands.
pub(crate) async fn run(world: Arc<World>) {
    let mut chance = Rng::new(world.plan.seed).fork(0x1000_0000);
    loop {
        let pause = chance.around(Duration::from_mins(2));
        sleep(pause).await;
        let Some(token) = world.desk().stops.pop_front() else { continue };
        if !chance.permille(200) {
            continue;
        }
        let place = chance.index(NODES);
        let read = world.ask(place, async |service| service.read_stop(&token).await).await;
        let stopped = world.ask(place, async |service| service.stop_case(&token).await).await;
        let stopped = matches!(stopped, Some(Ok(view)) if view.stopped);
        world.outcome("stop", if stopped { "stopped" } else { "not stopped" });
        world.event(format_args!("the old mailbox says stop: {} {stopped}", matches!(read, Some(Ok(_)))));
    }
}
