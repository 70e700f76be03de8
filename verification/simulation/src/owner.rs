//! An honest employer: forgets the key now and then, and gets a new one, whatever fails.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use clavero_protocol::State;
use clavero_service::{
    Client, LinkError, NewPassword, RecoveryView, SetPasswordError, SignIn, SignInError, StartError,
    StartRecovery, StepError, Token,
};
use clavero_words::Locale;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{post::Letter, rng::Rng, world::World};

pub(crate) mod applicant;

const SECOND: Duration = Duration::from_secs(1);

/// One employer at a browser.
pub(crate) struct Owner {
    world: Arc<World>,
    number: usize,
    chance: Rng,
    client: Client,
    /// The mailbox of the latest voucher, and when that was read.
    voucher: Option<(String, Instant)>,
    /// Codes that were asked for since the latest key was set, which frees all of them.
    asked: u32,
    /// The latest link that was used, to try again.
    used: Option<String>,
    /// Mailboxes so far.
    moves: u32,
}

/// A flow, as its page holds it.
struct Flow {
    id: String,
    token: String,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// A new key, which signs in.
    Recovered,
    /// Not now; the service said when.
    Later(Duration),
    /// It took too long, or was over before.
    Expired,
    /// In person.
    Assisted,
}

impl End {
    const fn word(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Later(_) => "later",
            Self::Expired => "expired",
            Self::Assisted => "assisted",
        }
    }
}

impl Owner {
    /// Employer `number`.
    #[must_use]
    pub(crate) fn new(world: Arc<World>, number: usize) -> Self {
        let chance = Rng::new(world.plan.seed).fork(1 + number as u64);
        let address = Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(number).unwrap_or_default());
        let client = Client {
            address: address.into(),
            device_name: "Simulador".to_owned(),
            device: None,
            voucher: None,
        };
        Self { world, number, chance, client, voucher: None, asked: 0, used: None, moves: 0 }
    }

    /// Lives: recovers the key every twenty minutes or so, in person now and then, and a last time once the world is healed.
    pub(crate) async fn live(mut self) {
        let every = self.world.plan.rhythm();
        let first = self.chance.up_to(every * 2);
        sleep(first).await;
        loop {
            let healed = !self.world.faulty();
            let end = if !healed && self.chance.permille(150) {
                self.go_in_person().await
            } else {
                let end = self.recover().await;
                self.world.outcome("recovery", end.word());
                end
            };
            self.world.event(format_args!("employer {} {}", self.number, end.word()));
            if healed && end == End::Recovered {
                return;
            }
            let pause = match end {
                End::Later(after) => after + self.chance.up_to(SECOND * 60),
                _ if self.world.faulty() => self.chance.around(every),
                _ => SECOND,
            };
            sleep(pause).await;
        }
    }

    fn place(&mut self) -> usize {
        self.chance.index(crate::world::NODES)
    }

    async fn breathe(&mut self) {
        let pause = SECOND + self.chance.up_to(SECOND * 8);
        sleep(pause).await;
    }

    /// From "Validar" to the key.
    pub(crate) async fn recover(&mut self) -> End {
        let until = Instant::now() + SECOND * 60 * 35;
        self.letters();
        let flow = match self.start().await {
            Ok(flow) => flow,
            Err(end) => return end,
        };
        while Instant::now() < until {
            match self.letter().await {
                Some(Letter::Code(code, _)) => {
                    if self.chance.permille(80) {
                        self.type_code(&flow, "000000").await;
                    }
                    self.type_code(&flow, &code).await;
                }
                Some(Letter::Link(link)) => {
                    if let Some(end) = self.follow(&link).await {
                        return end;
                    }
                }
                Some(_) => {}
                None => match self.look(&flow).await {
                    Some(State::Completed | State::Expired) => return End::Expired,
                    Some(State::Assisted) => return End::Assisted,
                    _ => {}
                },
            }
        }
        End::Expired
    }

    /// "Validar". The same form again until it is answered.
    async fn start(&mut self) -> Result<Flow, End> {
        let form = form_name(&mut self.chance);
        let identifiers = self.world.employers[self.number].identifiers.clone();
        let mut refused = false;
        for _ in 0..20 {
            let request = StartRecovery {
                identifiers: identifiers.clone(),
                locale: Locale::EsEc,
                proof: None,
                form: form.clone(),
            };
            let place = self.place();
            let world = Arc::clone(&self.world);
            let client = self.client.clone();
            let answer =
                world.ask(place, async |service| service.start_recovery(request, &client).await).await;
            let told = match &answer {
                None => "no answer",
                Some(Ok(_)) => "begun",
                Some(Err(StartError::Unavailable)) => "unavailable",
                Some(Err(StartError::TooMany { .. })) => "too many",
                Some(Err(StartError::ProofRequired(_))) => "proof required",
                Some(Err(StartError::DataMismatch { .. })) => "mismatch",
            };
            self.world.outcome("start", told);
            self.world.event(format_args!("employer {} start: {told}", self.number));
            match answer {
                Some(Ok(started)) => {
                    self.world.journal().begun += 1;
                    self.asked += 1;
                    return Ok(Flow { id: started.view.id, token: started.token });
                }
                // Somebody else took the last code at that very moment: what is kept is there now.
                Some(Err(StartError::TooMany { .. })) if !refused && self.has_reserve() => refused = true,
                Some(Err(StartError::TooMany { retry_after })) => {
                    if refused && self.has_reserve() {
                        let number = self.number;
                        self.world
                            .violation(format_args!("I13: employer {number} has a voucher and no code"));
                    }
                    return Err(End::Later(retry_after));
                }
                Some(Err(StartError::ProofRequired(_))) => return Err(End::Later(SECOND * 600)),
                Some(Err(StartError::DataMismatch { .. })) => {
                    self.world.violation(format_args!("employer {} is not known any more", self.number));
                    return Err(End::Expired);
                }
                None | Some(Err(StartError::Unavailable)) => {
                    // It may have begun.
                    self.asked += 1;
                    self.breathe().await;
                }
            }
        }
        Err(End::Later(SECOND * 60))
    }

    /// Whether a code must be there for this browser: by a voucher that holds yet, whatever the clocks did, for the mailbox that is on
    /// record, and with fewer codes asked for than are kept.
    fn has_reserve(&self) -> bool {
        self.asked < 3
            && self.voucher.as_ref().is_some_and(|(mailbox, read_at)| {
                read_at.elapsed() < SECOND * 3_600 * 12 && self.world.registry().is_on_record(mailbox)
            })
    }

    /// What waits in the mailbox. Vouchers are opened as they come.
    fn letters(&mut self) -> Vec<Letter> {
        let letters = self.world.post().take(self.number);
        for letter in &letters {
            if let Letter::Code(_, Some(voucher)) = letter {
                self.world.outcome("voucher", "opened");
                self.client.voucher = Some(voucher.text.clone());
                self.voucher = Some((voucher.to.clone(), Instant::now()));
            }
        }
        letters
    }

    /// The next mail, or none within a minute. Of several the latest, as people do.
    async fn letter(&mut self) -> Option<Letter> {
        let until = Instant::now() + SECOND * 60;
        let bell = self.world.post().bell(self.number);
        loop {
            let mut letters = self.letters();
            letters.retain(|letter| matches!(letter, Letter::Code(..) | Letter::Link(_)));
            if let Some(latest) = letters.pop() {
                let reading = self.chance.up_to(SECOND * 20);
                sleep(reading).await;
                return Some(latest);
            }
            timeout_at(until, bell.notified()).await.ok()?;
        }
    }

    /// "Verificar", until there is an answer.
    async fn type_code(&mut self, flow: &Flow, code: &str) {
        for _ in 0..10 {
            let place = self.place();
            let answer = self
                .world
                .ask(place, async |service| service.verify_code(&flow.id, &flow.token, code).await)
                .await;
            let told = step_word(answer.as_ref());
            self.world.outcome("code", told);
            self.world.event(format_args!("employer {} code: {told}", self.number));
            if matches!(told, "done" | "wrong code") {
                self.world.journal().guesses += 1;
            }
            match answer {
                None | Some(Err(StepError::Unavailable)) => self.breathe().await,
                _ => return,
            }
        }
    }

    /// Looks at the page, and asks for another mail where the page offers one.
    async fn look(&mut self, flow: &Flow) -> Option<State> {
        let place = self.place();
        let view = self
            .world
            .ask(place, async |service| service.recovery(&flow.id, &flow.token).await)
            .await?
            .ok()?;
        if view.another {
            self.asked += u32::from(view.link.is_none());
            let place = self.place();
            let link = view.link.is_some();
            let answer = self
                .world
                .ask(place, async |service| {
                    if link {
                        service.resend_link(&flow.id, &flow.token).await
                    } else {
                        service.resend_code(&flow.id, &flow.token).await
                    }
                })
                .await;
            let told = step_word(answer.as_ref());
            self.world.outcome("another", told);
            self.world.event(format_args!("employer {} asks for another: {told}", self.number));
        }
        Some(view.state)
    }

    /// Opens the link and sets a key; twice at once, now and then.
    async fn follow(&mut self, link: &str) -> Option<End> {
        let place = self.place();
        let read = self.world.ask(place, async |service| service.read_link(link, None).await).await;
        let opened = match read {
            Some(Ok(view)) => Some(view.opened),
            Some(Err(LinkError::Expired { .. } | LinkError::Unknown)) => return None,
            _ => None,
        };
        let choosing = self.chance.up_to(SECOND * 90);
        sleep(choosing).await;
        let key = self.world.journal().new_key(self.number);
        if key > 1 && self.chance.permille(100) {
            return self.race_the_old_key(link, opened.as_deref(), key).await;
        }
        if self.chance.permille(100) {
            return self.race(link, opened.as_deref(), key).await;
        }
        for attempt in 0..10 {
            let place = self.place();
            let told = self.set(place, link, opened.as_deref(), key).await;
            match told {
                Set::Done => return Some(self.prove(key, link).await),
                // Said of the first attempt: nothing was in doubt, so another link or browser was faster.
                Set::Used | Set::Over if attempt == 0 => return None,
                // In doubt, and a "used" that is not ours settles nothing here; the next key will.
                Set::Used | Set::Over => return Some(End::Expired),
                Set::Unknown => self.breathe().await,
            }
        }
        Some(End::Expired)
    }

    /// Two browsers with two keys at once: one may win.
    async fn race(&mut self, link: &str, opened: Option<&str>, key: u32) -> Option<End> {
        let other = self.world.journal().new_key(self.number);
        let (first, second) = tokio::join!(self.set(0, link, opened, key), self.set(1, link, opened, other));
        match (first, second) {
            (Set::Done, Set::Done) => {
                self.world.violation(format_args!("I2: one link of employer {} set two keys", self.number));
                Some(End::Expired)
            }
            (Set::Done, _) => {
                self.world.journal().set(self.number, key);
                Some(self.prove(key, link).await)
            }
            (_, Set::Done) => {
                self.world.journal().set(self.number, other);
                Some(self.prove(other, link).await)
            }
            (Set::Unknown, _) | (_, Set::Unknown) => Some(End::Expired),
            _ => None,
        }
    }

    /// Somebody with the old key signs in at the very moment when the new one is set.
    async fn race_the_old_key(&mut self, link: &str, opened: Option<&str>, key: u32) -> Option<End> {
        let old = self.world.journal().keys(self.number).possible.first().copied().unwrap_or(key - 1);
        let (sooner, later) = (self.chance.up_to(SECOND / 100), self.chance.up_to(SECOND / 100));
        let setting = async {
            sleep(later).await;
            self.set(0, link, opened, key).await
        };
        let signing_in = async {
            sleep(sooner).await;
            self.session_with(old).await
        };
        let (set, session) = tokio::join!(setting, signing_in);
        let Set::Done = set else { return if set == Set::Unknown { Some(End::Expired) } else { None } };
        if let Some(session) = session {
            let place = self.place();
            let alive = self.world.ask(place, async |service| service.session(&session).await.is_ok()).await;
            self.world.event(format_args!("employer {} old session {alive:?}", self.number));
            if alive == Some(true) {
                self.world.violation(format_args!(
                    "I5: a session of employer {}'s old key outlived it",
                    self.number
                ));
            }
        }
        Some(self.prove(key, link).await)
    }

    /// A session by this key, asked for once.
    async fn session_with(&self, key: u32) -> Option<String> {
        let identifiers = self.world.employers[self.number].identifiers.clone();
        let password = password(self.number, key);
        let sign_in = SignIn { identifiers, password: &password, proof: None };
        let answer = self.world.ask(1, async |service| service.sign_in(sign_in, &self.client).await).await;
        Some(answer?.ok()?.token)
    }

    async fn set(&self, place: usize, link: &str, opened: Option<&str>, key: u32) -> Set {
        let password = password(self.number, key);
        let new = NewPassword { password: &password, opened };
        let answer = self.world.ask(place, async |service| service.set_password(link, new).await).await;
        let (told, set) = match answer {
            Some(Ok(_)) => ("done", Set::Done),
            Some(Err(SetPasswordError::Link(LinkError::Used))) => ("used", Set::Used),
            Some(Err(SetPasswordError::Link(LinkError::Unavailable) | SetPasswordError::Unavailable)) => {
                ("unavailable", Set::Unknown)
            }
            Some(Err(SetPasswordError::Link(_))) => ("over", Set::Over),
            Some(Err(SetPasswordError::Busy)) => ("busy", Set::Unknown),
            Some(Err(SetPasswordError::Weak(_))) => {
                self.world.violation(format_args!("a good key is called weak"));
                ("weak", Set::Over)
            }
            None => ("no answer", Set::Unknown),
        };
        self.world.outcome("key", told);
        self.world.event(format_args!("employer {} key {key}: {told}", self.number));
        match set {
            Set::Done => self.world.journal().set(self.number, key),
            Set::Unknown => self.world.journal().maybe(self.number, key),
            Set::Used | Set::Over => {}
        }
        set
    }

    /// A key that was acknowledged signs in, one before it does not, and the link is used up.
    async fn prove(&mut self, key: u32, link: &str) -> End {
        self.world.journal().recovered += 1;
        self.asked = 0;
        if self.sign_in(key).await == Some(false) {
            self.world
                .violation(format_args!("employer {}: acknowledged key {key} does not sign in", self.number));
        }
        if key > 1 && self.sign_in(key - 1).await == Some(true) {
            self.world.violation(format_args!("I5: employer {}: an older key signs in", self.number));
        }
        let replayed = self.used.replace(link.to_owned()).unwrap_or_else(|| link.to_owned());
        let password = password(self.number, 1_000_000);
        let new = NewPassword { password: &password, opened: None };
        let place = self.place();
        let again = self.world.ask(place, async |service| service.set_password(&replayed, new).await).await;
        if matches!(again, Some(Ok(_))) {
            self.world.violation(format_args!("I2: employer {}: a used link set another key", self.number));
        }
        End::Recovered
    }

    /// Whether a key signs in; `None` where nobody could say.
    pub(crate) async fn sign_in(&mut self, key: u32) -> Option<bool> {
        let identifiers = self.world.employers[self.number].identifiers.clone();
        let password = password(self.number, key);
        for _ in 0..20 {
            let place = self.place();
            let sign_in = SignIn { identifiers: identifiers.clone(), password: &password, proof: None };
            let client = self.client.clone();
            let world = Arc::clone(&self.world);
            let answer = world.ask(place, async |service| service.sign_in(sign_in, &client).await).await;
            match answer {
                Some(Ok(_)) => return Some(true),
                Some(Err(SignInError::InvalidCredentials)) => return Some(false),
                Some(Err(SignInError::TooMany { .. } | SignInError::ProofRequired(_))) => return None,
                _ => self.breathe().await,
            }
        }
        None
    }
}

/// What setting a key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Done,
    Used,
    Over,
    Unknown,
}

fn step_word(answer: Option<&Result<RecoveryView, StepError>>) -> &'static str {
    match answer {
        None => "no answer",
        Some(Ok(_)) => "done",
        Some(Err(error)) => match error {
            StepError::WrongCode { .. } => "wrong code",
            StepError::CodeExpired => "code expired",
            StepError::CodeExhausted => "code exhausted",
            StepError::WrongState => "wrong state",
            StepError::FlowExpired => "flow expired",
            StepError::TooMany { .. } => "too many",
            StepError::Unavailable => "unavailable",
            StepError::Access(_) => "no access",
            StepError::Malformed(_) => "malformed",
        },
    }
}

/// Names a form, so that flow, code and token follow from the seed and the key ring.
pub(crate) fn form_name(chance: &mut Rng) -> String {
    const LETTERS: &[u8; 16] = b"ABCDEFGHIJKLMNOP";
    let mut name: String = (0..42).map(|_| char::from(LETTERS[chance.index(16)])).collect();
    // The last character of 32 octets holds four bits.
    name.push('A');
    debug_assert!(Token::parse(&name).is_some(), "a form's name reads as a token");
    name
}

/// The key of that number.
fn password(employer: usize, key: u32) -> String {
    format!("tetera-nube-{key}-farol-{employer}-brisa")
}
