//! Officers: they attend who comes, ask, approve, refuse, step away, and one in seven is dishonest.

use std::{sync::Arc, time::Duration};

use clavero_protocol::{CaseState, Finding, Role, Touch};
use clavero_service::{
    AccessError, TouchAnswer,
    desk::{CaseError, DeskCaseView, NewCase, OfficerContext, PersonSeen, QueueFilter, ShownCase},
};
use tokio::{join, time::sleep};

use crate::{
    desk::{Errand, Visitor},
    owner::applicant::{case_word, details},
    rng::Rng,
    world::{NODES, World},
};

const SECOND: Duration = Duration::from_secs(1);

/// The address that officer `number` signs in with.
#[must_use]
pub(crate) fn address(number: usize) -> String {
    format!("oficial{number}@institucion.example")
}

/// What officer `number` may do.
#[must_use]
pub(crate) const fn role(number: usize) -> Role {
    if number % 5 == 4 { Role::Supervisor } else { Role::Desk }
}

/// One officer.
pub(crate) struct Officer {
    world: Arc<World>,
    number: usize,
    chance: Rng,
    session: Option<String>,
}

impl Officer {
    /// Officer `number`.
    #[must_use]
    pub(crate) fn new(world: Arc<World>, number: usize) -> Self {
        let chance = Rng::new(world.plan.seed).fork(0x2000_0000 + number as u64);
        Self { world, number, chance, session: None }
    }

    /// Works for as long as the world stands.
    pub(crate) async fn live(mut self) {
        loop {
            let pause = self.chance.around(SECOND * 25);
            sleep(pause).await;
            let Some((token, me)) = self.sign_in().await else { continue };
            let visitor =
                if self.chance.permille(500) { self.world.desk().waiting.pop_front() } else { None };
            match visitor {
                Some(visitor) => self.attend(&token, &me, visitor).await,
                None => self.look_through_queue(&token, &me).await,
            }
        }
    }

    const fn dishonest(&self) -> bool {
        self.number % 7 == 3
    }

    fn place(&mut self) -> usize {
        self.chance.index(NODES)
    }

    /// The session, a new one where the last one has ended.
    async fn sign_in(&mut self) -> Option<(String, OfficerContext)> {
        let place = self.place();
        if let Some(token) = self.session.clone() {
            match self.world.ask(place, async |service| service.officer_session(&token).await).await {
                Some(Ok(view)) => {
                    let me = OfficerContext { id: view.officer, role: view.role, name: view.name };
                    return Some((token, me));
                }
                Some(Err(AccessError::Unauthorized | AccessError::NotFound)) => self.session = None,
                _ => return None,
            }
        }
        let email = address(self.number);
        let opened = self.world.ask(place, async |service| service.demonstration_sign_in(&email).await).await;
        self.session = opened?.ok().map(|opened| opened.token);
        None
    }

    /// A touch of the authenticator app for exactly this.
    async fn touch(&mut self, token: &str, purpose: Option<[u8; 32]>) -> Option<Touch> {
        let purpose = purpose?;
        for _ in 0..3 {
            let place = self.place();
            let touched = self.world.ask(place, async |service| {
                let code = service.demonstration_code(token).await?;
                let answer = TouchAnswer { code: &code, ..TouchAnswer::default() };
                service.finish_touch(token, purpose, answer).await.ok()
            });
            if let Some(Some(touch)) = touched.await {
                return Some(touch);
            }
            // A code is good once: the next one comes with the next half minute.
            sleep(SECOND * 31).await;
        }
        None
    }

    fn told<T>(&self, act: &str, answer: Option<&Result<T, CaseError>>) {
        let word = case_word(answer);
        self.world.outcome(act, word);
        self.world.event(format_args!("officer {} {act}: {word}", self.number));
    }

    async fn attend(&mut self, token: &str, me: &OfficerContext, visitor: Visitor) {
        let view = match &visitor.errand {
            Errand::Papers => self.take(me, &visitor.reference).await,
            Errand::Again => {
                let view = self.see(me, &visitor.reference).await;
                return self.hand_over(token, me, view).await;
            }
            Errand::Open(form) => return self.open(me, &visitor, (&form.0, &form.1)).await,
        };
        let Some(view) = view else { return };
        if self.chance.permille(60) {
            // Called away: the case stays in this hand until somebody takes it over.
            self.world.event(format_args!("officer {} steps away", self.number));
            self.world.desk().waiting.push_back(visitor);
            return;
        }
        if self.examine(me, view).await.is_none() {
            let place = self.place();
            let reference = &visitor.reference;
            let released =
                self.world.ask(place, async |service| service.release_case(me, reference).await).await;
            self.told("release", released.as_ref());
        }
    }

    async fn see(&mut self, me: &OfficerContext, reference: &str) -> Option<DeskCaseView> {
        let place = self.place();
        self.world.ask(place, async |service| service.desk_case(me, reference).await).await?.ok()
    }

    /// Takes a case in hand; now and then a colleague does so at the same moment on the other node.
    async fn take(&mut self, me: &OfficerContext, reference: &str) -> Option<DeskCaseView> {
        let over = self.chance.permille(500);
        let colleague = if self.chance.permille(100) { self.world.desk().colleague(me) } else { None };
        let world = Arc::clone(&self.world);
        let taken = if let Some(other) = colleague {
            let (mine, theirs) = join!(
                world.ask(0, async |service| service.take_case(me, reference, false).await),
                world.ask(1, async |service| service.take_case(&other, reference, false).await)
            );
            self.told("take at once", theirs.as_ref());
            if matches!((&mine, &theirs), (Some(Ok(_)), Some(Ok(_)))) {
                self.world.violation(format_args!("I8: two officers have taken one case in hand"));
            }
            mine
        } else {
            let place = self.place();
            world.ask(place, async |service| service.take_case(me, reference, over).await).await
        };
        self.told("take", taken.as_ref());
        taken?.ok()
    }

    /// Opens a case for somebody who comes without one.
    async fn open(&mut self, me: &OfficerContext, visitor: &Visitor, form: (&NewCase, &str)) {
        let (new, mailbox) = (form.0.clone(), form.1);
        let place = self.place();
        let opened = self.world.ask(place, async |service| service.desk_open_case(me, new).await).await;
        self.world.event(format_args!("officer {} opens: {}", self.number, matches!(opened, Some(Ok(_)))));
        let Some(Ok(view)) = opened else {
            // The same form again, by whoever is free.
            self.world.desk().waiting.push_back(visitor.clone());
            return;
        };
        let shown = ShownCase { reference: &view.case.reference, version: &view.version };
        let place = self.place();
        let told =
            self.world.ask(place, async |service| service.desk_details(me, shown, details(mailbox)).await);
        let told = told.await;
        self.told("details", told.as_ref());
        let place = self.place();
        let reference = &view.case.reference;
        let released = self.world.ask(place, async |service| service.release_case(me, reference).await).await;
        self.told("release", released.as_ref());
        if matches!(told, Some(Ok(_))) {
            self.world.desk().opened.insert(visitor.employer, reference.clone());
        } else {
            self.world.desk().waiting.push_back(visitor.clone());
        }
    }

    /// Papers and person, and the request for approval.
    async fn examine(&mut self, me: &OfficerContext, view: DeskCaseView) -> Option<()> {
        let reference = view.case.reference.clone();
        let missing = self.chance.permille(50);
        let finding = if missing { Finding::Missing } else { Finding::CopyKept };
        let found: Vec<_> = view.case.documents.iter().map(|line| (line.place, finding, "")).collect();
        let reading = self.chance.around(SECOND * 20);
        sleep(reading).await;
        let shown = ShownCase { reference: &reference, version: &view.version };
        let place = self.place();
        let checked = self.world.ask(place, async |service| service.check_documents(me, shown, &found).await);
        let view = checked.await?.ok()?;
        let shown = ShownCase { reference: &reference, version: &view.version };
        let person = PersonSeen { name: "María José Muñoz Peña", number: "1714307103", how: "cedula" };
        let place = self.place();
        let seen = self.world.ask(place, async |service| service.identify(me, shown, person).await).await?;
        let digest = seen.ok()?.proposal.digest;
        let place = self.place();
        let asked =
            self.world.ask(place, async |service| service.ask_approval(me, &reference, digest).await).await;
        self.told("ask", asked.as_ref());
        asked?.ok().map(drop)
    }

    async fn look_through_queue(&mut self, token: &str, me: &OfficerContext) {
        self.world.desk().note(me);
        let wanted = match self.chance.below(10) {
            0..=5 => CaseState::AwaitingApproval,
            6..=8 => CaseState::Approved,
            _ => CaseState::Frozen,
        };
        let filter = QueueFilter { state: Some(wanted), rows: 20, ..QueueFilter::default() };
        let place = self.place();
        let page = self.world.ask(place, async |service| service.case_queue(me, filter).await).await;
        let Some(Ok(page)) = page else { return };
        if page.rows.is_empty() {
            return;
        }
        let reference = &page.rows[self.chance.index(page.rows.len())].reference;
        let view = self.see(me, reference).await;
        match wanted {
            CaseState::AwaitingApproval => self.decide(token, me, view).await,
            CaseState::Approved => self.hand_over(token, me, view).await,
            _ => self.supervise(me, reference).await,
        }
    }

    /// What a colleague has asked for: approved mostly, sent back, or ended.
    async fn decide(&mut self, token: &str, me: &OfficerContext, view: Option<DeskCaseView>) {
        let Some(view) = view.filter(|view| view.case.state == CaseState::AwaitingApproval) else { return };
        if view.own_request && !self.dishonest() {
            return;
        }
        let (reference, digest) = (view.case.reference.as_str(), view.proposal.digest);
        let lot = self.chance.below(100);
        if lot >= 88 {
            let place = self.place();
            let refused = self.world.ask(place, async |service| {
                if lot < 96 {
                    service.return_case(me, reference, "Falta una firma").await
                } else {
                    service.reject_case(me, reference, "No es quien dice").await
                }
            });
            let refused = refused.await;
            return self.told("refuse", refused.as_ref());
        }
        let Some(touch) = self.touch(token, view.approve_purpose).await else { return };
        let world = Arc::clone(&self.world);
        let approving =
            |place| world.ask(place, async |service| service.approve(me, reference, digest, touch).await);
        let (first, second) = if self.chance.permille(150) {
            join!(approving(0), approving(1))
        } else {
            let place = self.place();
            (approving(place).await, None)
        };
        self.told("approve", first.as_ref());
        let done = |answer: &Option<Result<_, _>>| matches!(answer, Some(Ok(_)));
        if view.own_request && (done(&first) || done(&second)) {
            self.world.violation(format_args!("I8: officer {} approved an own request", self.number));
        }
        if done(&first) && done(&second) {
            self.world.violation(format_args!("I8: one request was approved twice"));
        }
    }

    /// Opens the way to the key. Dishonest ones do not wait.
    async fn hand_over(&mut self, token: &str, me: &OfficerContext, view: Option<DeskCaseView>) {
        let Some(view) = view else { return };
        let reference = view.case.reference.as_str();
        let place = self.place();
        let now = self.world.ask(place, async |service| service.store().now()).await;
        let early = view.case.hand_over_from.zip(now).is_some_and(|(from, now)| now < from);
        if early && !self.dishonest() {
            return;
        }
        let Some(touch) = self.touch(token, view.hand_over_purpose).await else { return };
        let place = self.place();
        let handed =
            self.world.ask(place, async |service| service.hand_over(me, reference, touch).await).await;
        self.told("hand over", handed.as_ref());
        let Some(Ok(handed)) = handed else { return };
        let mut desk = self.world.desk();
        if let (Some(slip), Some(employer)) = (handed.slip, desk.cases.get(reference).copied()) {
            desk.slips.insert(employer, slip.secret.to_string());
        }
    }

    /// Over what the old mailbox has stopped.
    async fn supervise(&mut self, me: &OfficerContext, reference: &str) {
        let goes_on = self.chance.permille(700);
        let place = self.place();
        let decided = self.world.ask(place, async |service| {
            if goes_on {
                service.unfreeze_case(me, reference, "Vino el gerente").await
            } else {
                service.reject_case(me, reference, "No lo reconocen").await
            }
        });
        let decided = decided.await;
        self.told("supervise", decided.as_ref());
    }
}
