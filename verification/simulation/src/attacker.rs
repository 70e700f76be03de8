//! Somebody who knows an employer's identifiers and nothing else: guesses codes, many at a time, on all nodes, from many networks.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use clavero_protocol::CaseReference;
use clavero_service::{
    Client, Identifiers, NewPassword, StartRecovery, StepError,
    desk::{NewCase, UseSlip},
};
use clavero_words::Locale;
use tokio::{task::JoinSet, time::sleep};

use crate::{
    owner::{
        applicant::{case_word, details},
        form_name,
    },
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
            match self.chance.below(10) {
                0 => self.knock().await,
                1 => self.open_a_case().await,
                2..=3 => self.mismatch().await,
                _ => self.attack().await,
            }
        }
    }

    fn client(&mut self) -> Client {
        let address = Ipv4Addr::from(self.chance.bytes::<4>());
        Client { address: address.into(), device_name: "Simulador".to_owned(), device: None, voucher: None }
    }

    /// A tenth of all employers draw all attacks.
    fn victim(&mut self) -> usize {
        self.chance.index(self.world.employers.len().div_ceil(10))
    }

    fn request(&mut self, identifiers: Identifiers) -> StartRecovery {
        StartRecovery { identifiers, locale: Locale::EsEc, proof: None, form: form_name(&mut self.chance) }
    }

    /// A representative who is not this employer's.
    async fn mismatch(&mut self) {
        let (victim, client) = (self.victim(), self.client());
        let world = Arc::clone(&self.world);
        let other = (victim + 1) % world.employers.len();
        if other == victim {
            return;
        }
        let representative = world.employers[other].identifiers.representative.clone();
        let identifiers = Identifiers { representative, ..world.employers[victim].identifiers.clone() };
        let request = self.request(identifiers);
        let place = self.chance.index(NODES);
        let begun = world.ask(place, async |service| service.start_recovery(request, &client).await).await;
        world.event(format_args!("mismatch of {victim}: {}", matches!(begun, Some(Ok(_)))));
        let Some(Ok(started)) = begun else { return world.outcome("mismatch", "not begun") };
        world.outcome("mismatch", "begun");
        if !world.plan.hide {
            world.violation(format_args!("a mismatch with employer {victim} began a flow"));
        }
        let flow: Arc<[String; 2]> = Arc::new([started.view.id, started.token]);
        let pause = self.chance.around(SECOND * 40);
        sleep(pause).await;
        self.guess(victim, &flow).await;
        let place = self.chance.index(NODES);
        let another = world.ask(place, async |service| service.resend_code(&flow[0], &flow[1]).await).await;
        world.event(format_args!("mismatch of {victim}: another {}", matches!(another, Some(Ok(_)))));
    }

    /// A case for somebody else's employer, with a mailbox of the attacker's own.
    async fn open_a_case(&mut self) {
        let (victim, client) = (self.victim(), self.client());
        let identifiers = self.world.employers[victim].identifiers.clone();
        let form = form_name(&mut self.chance);
        let new = NewCase { identifiers, locale: Locale::EsEc, proof: None, form };
        let (place, world) = (self.chance.index(NODES), Arc::clone(&self.world));
        let opened = world.ask(place, async |service| service.open_case(new, &client).await).await;
        world.event(format_args!("case against {victim}: {}", matches!(opened, Some(Ok(_)))));
        let Some(Ok(view)) = opened else { return world.outcome("case against", "not opened") };
        world.outcome("case against", "opened");
        let (mailbox, reference) = (format!("ladron{victim}@robo.example"), view.reference);
        world.add_stranger(victim, &mailbox);
        let (place, told) = (self.chance.index(NODES), details(&mailbox));
        let given = world
            .ask(place, async |service| service.give_case_details(&reference, told, &client).await)
            .await;
        let sent = world.ask(place, async |service| service.send_case_code(&reference, &client).await).await;
        let words = (case_word(given.as_ref()), case_word(sent.as_ref()));
        world.event(format_args!("case against {victim}: {words:?}"));
    }

    /// Guessed references and slips.
    async fn knock(&mut self) {
        let (victim, client) = (self.victim(), self.client());
        let identifiers = self.world.employers[victim].identifiers.clone();
        for _ in 0..5 {
            let Some(guess) = CaseReference::from_random(self.chance.bytes()) else { continue };
            let (place, world) = (self.chance.index(NODES), Arc::clone(&self.world));
            let found = world.ask(place, async |service| service.case(guess.as_str(), &client).await).await;
            world.outcome("guessed reference", case_word(found.as_ref()));
            let slip = UseSlip { identifiers: identifiers.clone(), secret: guess.as_str(), proof: None };
            let opened = world.ask(place, async |service| service.use_slip(slip, &client).await).await;
            world.event(format_args!("knock at {victim}: {}", case_word(found.as_ref())));
            if matches!(found, Some(Ok(_))) || matches!(opened, Some(Ok(_))) {
                world.violation(format_args!("a guess has opened a case or a slip of employer {victim}"));
            }
        }
    }

    async fn attack(&mut self) {
        let victim = self.victim();
        let place = self.chance.index(NODES);
        let client = self.client();
        let identifiers = self.world.employers[victim].identifiers.clone();
        let request = self.request(identifiers);
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
        self.world.post().code(victim)
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
