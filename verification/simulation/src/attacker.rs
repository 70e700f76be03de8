//! Somebody who knows an employer's identifiers and nothing else: guesses codes, many at a time, on all nodes, from many networks.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use clavero_service::{Client, NewPassword, StartRecovery, StepError};
use clavero_words::Locale;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    owner::form_name,
    post::Letter,
    rng::Rng,
    world::{NODES, World},
};

const SECOND: Duration = Duration::from_secs(1);
/// Guesses at once: more than twice what one code allows.
const AT_ONCE: usize = 12;
/// Guesses that one code allows.
const ALLOWED: u32 = 5;

/// One attacker.
pub(crate) struct Attacker {
    world: Arc<World>,
    chance: Rng,
}

impl Attacker {
    /// Attacker `number`.
    #[must_use]
    pub(crate) fn new(world: Arc<World>, number: usize) -> Self {
        let chance = Rng::new(world.plan.seed).fork(0x4000_0000 + number as u64);
        Self { world, chance }
    }

    /// Attacks until the world is healed.
    pub(crate) async fn live(mut self) {
        while self.world.faulty() {
            let pause = self.chance.around(SECOND * 900);
            sleep(pause).await;
            self.attack().await;
        }
    }

    fn client(&mut self) -> Client {
        let address = Ipv4Addr::from(self.chance.bytes::<4>());
        Client { address: address.into(), device_name: "Simulador".to_owned(), device: None }
    }

    async fn attack(&mut self) {
        // A tenth of all employers draw all attacks.
        let victim = self.chance.index(self.world.employers.len().div_ceil(10));
        let place = self.chance.index(NODES);
        let client = self.client();
        let request = StartRecovery {
            identifiers: self.world.employers[victim].identifiers.clone(),
            locale: Locale::EsEc,
            proof: None,
            form: form_name(&mut self.chance),
        };
        let world = Arc::clone(&self.world);
        let begun = world.ask(place, async |service| service.start_recovery(request, &client).await).await;
        world.event(format_args!("attack on {victim}: {}", matches!(begun, Some(Ok(_)))));
        let Some(Ok(started)) = begun else { return world.outcome("attack", "not begun") };
        world.outcome("attack", "begun");
        let flow: Arc<[String; 2]> = Arc::new([started.view.id, started.token]);
        for _ in 0..3 {
            let pause = self.chance.around(SECOND * 20);
            sleep(pause).await;
            self.guess(victim, &flow).await;
            sleep(SECOND * 31).await;
            let place = self.chance.index(NODES);
            let another =
                world.ask(place, async |service| service.resend_code(&flow[0], &flow[1]).await).await;
            world.event(format_args!("attack on {victim}: another {}", matches!(another, Some(Ok(_)))));
            if matches!(another, Some(Err(_))) {
                return;
            }
        }
    }

    async fn guess(&mut self, victim: usize, flow: &Arc<[String; 2]>) {
        // One in twenty has the code read out on the phone.
        let told = if self.chance.permille(50) { self.read_out(victim) } else { None };
        let mut guesses = JoinSet::new();
        for number in 0..AT_ONCE {
            let guess = format!("{:06}", self.chance.below(1_000_000));
            let guess = told.clone().filter(|_| number == AT_ONCE / 2).unwrap_or(guess);
            let (world, flow) = (Arc::clone(&self.world), Arc::clone(flow));
            guesses.spawn_local(async move {
                world.ask(number, async |service| service.verify_code(&flow[0], &flow[1], &guess).await).await
            });
        }
        let mut compared = 0;
        while let Some(Ok(answer)) = guesses.join_next().await {
            match answer {
                Some(Ok(_)) => {
                    compared += 1;
                    self.world.outcome("guess", "right");
                    self.without_the_link(victim).await;
                }
                Some(Err(StepError::WrongCode { .. })) => {
                    compared += 1;
                    self.world.outcome("guess", "wrong");
                }
                Some(Err(_)) => self.world.outcome("guess", "not compared"),
                None => self.world.outcome("guess", "no answer"),
            }
        }
        self.world.journal().guesses += u64::from(compared);
        self.world.event(format_args!("attack on {victim}: {compared} compared"));
        if compared > ALLOWED {
            self.world.violation(format_args!("I3: {compared} guesses of one code were answered"));
        }
    }

    /// What the victim's latest code is, if it lies in the mailbox.
    fn read_out(&self, victim: usize) -> Option<String> {
        let address = &self.world.employers[victim].address;
        let post = self.world.post();
        post.inboxes.get(address)?.letters.iter().rev().find_map(|letter| match letter {
            Letter::Code(code) => Some(code.clone()),
            _ => None,
        })
    }

    /// A code is not yet a key.
    async fn without_the_link(&mut self, victim: usize) {
        let link = form_name(&mut self.chance);
        let new = NewPassword { password: "la-clave-del-ladron-de-claves", opened: None };
        let place = self.chance.index(NODES);
        let answer = self.world.ask(place, async |service| service.set_password(&link, new).await).await;
        if matches!(answer, Some(Ok(_))) {
            self.world.violation(format_args!("I1: employer {victim} lost the key to a code alone"));
        }
    }
}
