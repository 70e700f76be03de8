//! The employer without the mailbox: a case, a desk, and a key by a mailed link or by a printed slip.

use std::{sync::Arc, time::Duration};

use clavero_protocol::CaseState;
use clavero_service::desk::{CaseDetails, CaseError, CaseView, NewCase, OpenCaseError, SlipError, UseSlip};
use clavero_words::Locale;
use tokio::time::{Instant, sleep, timeout_at};

use super::{End, Owner, SECOND, form_name};
use crate::{
    desk::{Errand, Visitor},
    plan::Plan,
    post::Letter,
};

const MINUTE: Duration = Duration::from_mins(1);

/// How long somebody goes on with one case.
#[must_use]
pub(crate) fn patience(plan: &Plan) -> Duration {
    plan.cooling + MINUTE * 60 * 10
}

/// What is told at the desk or before it.
#[must_use]
pub(crate) const fn details(email: &str) -> CaseDetails<'_> {
    CaseDetails {
        applicant: "in_person",
        phone: "099 123 4567",
        address: "Avenida Río Coca E12-34",
        email,
        centre: "0",
        new_representative_id: "",
        new_representative_name: "",
        third_party_id: "",
        third_party_name: "",
    }
}

impl Owner {
    /// From the case to the key.
    pub(super) async fn go_in_person(&mut self) -> End {
        let until = Instant::now() + patience(&self.world.plan);
        let mailbox = self.choose_mailbox();
        let reference = if self.chance.permille(250) {
            self.opened_at_desk(&mailbox).await
        } else {
            self.open_and_prove(&mailbox).await
        };
        let Some(reference) = reference else { return End::Later(MINUTE * 60) };
        self.world.desk().cases.insert(reference.clone(), self.number);
        let end = self.see_through(&reference, until).await;
        self.world.outcome("case", end.word());
        end
    }

    /// The mailbox of the case: another one mostly, the same one, or none at all.
    fn choose_mailbox(&mut self) -> String {
        let lot = self.chance.below(10);
        self.moves += u32::from(lot < 6);
        let mailbox = match lot {
            0..=5 => format!("patrono{}v{}@correo.example", self.number, self.moves),
            6..=7 => self.world.employers[self.number].address.clone(),
            _ => return String::new(),
        };
        self.world.add_mailbox(self.number, &mailbox);
        mailbox
    }

    fn new_case(&mut self) -> NewCase {
        let identifiers = self.world.employers[self.number].identifiers.clone();
        NewCase { identifiers, locale: Locale::EsEc, proof: None, form: form_name(&mut self.chance) }
    }

    async fn open_and_prove(&mut self, mailbox: &str) -> Option<String> {
        let reference = self.open().await?;
        for _ in 0..10 {
            let place = self.place();
            let client = self.client.clone();
            let told = self.world.ask(place, async |service| {
                service.give_case_details(&reference, details(mailbox), &client).await
            });
            match told.await {
                Some(Ok(_)) => break,
                Some(Err(CaseError::Unavailable)) | None => self.breathe().await,
                Some(Err(_)) => return None,
            }
        }
        if !mailbox.is_empty() {
            self.prove_mailbox(&reference).await;
        }
        self.visit(reference.clone(), Errand::Papers);
        Some(reference)
    }

    async fn open(&mut self) -> Option<String> {
        let new = self.new_case();
        for _ in 0..10 {
            let (place, new, client) = (self.place(), new.clone(), self.client.clone());
            let opened = self.world.ask(place, async |service| service.open_case(new, &client).await).await;
            let told = match &opened {
                None => "no answer",
                Some(Ok(_)) => "opened",
                Some(Err(OpenCaseError::TooManyOpen)) => "too many open",
                Some(Err(OpenCaseError::Unavailable)) => "unavailable",
                Some(Err(_)) => "refused",
            };
            self.world.outcome("case", told);
            self.world.event(format_args!("employer {} opens a case: {told}", self.number));
            match opened {
                Some(Ok(view)) => return Some(view.reference),
                None | Some(Err(OpenCaseError::Unavailable)) => self.breathe().await,
                Some(Err(_)) => return None,
            }
        }
        None
    }

    /// Comes without a case, and waits until an officer has opened one.
    async fn opened_at_desk(&mut self, mailbox: &str) -> Option<String> {
        let new = self.new_case();
        self.visit(String::new(), Errand::Open(Box::new((new, mailbox.to_owned()))));
        for _ in 0..120 {
            sleep(MINUTE).await;
            let opened = self.world.desk().opened.remove(&self.number);
            if let Some(reference) = opened {
                if !mailbox.is_empty() {
                    self.prove_mailbox(&reference).await;
                }
                self.visit(reference.clone(), Errand::Papers);
                return Some(reference);
            }
        }
        None
    }

    fn visit(&self, reference: String, errand: Errand) {
        let visitor = Visitor { employer: self.number, reference, errand };
        self.world.desk().waiting.push_back(visitor);
        self.world.event(format_args!("employer {} comes to the desk", self.number));
    }

    /// Shows that the mailbox is read.
    async fn prove_mailbox(&mut self, reference: &str) {
        for _ in 0..4 {
            let place = self.place();
            let client = self.client.clone();
            let sent =
                self.world.ask(place, async |service| service.send_case_code(reference, &client).await).await;
            self.world.event(format_args!(
                "employer {} case code: {}",
                self.number,
                case_word(sent.as_ref())
            ));
            let Some(code) = self.case_code().await else { continue };
            let wrong = self.chance.permille(100).then(|| "000000".to_owned());
            for typed in wrong.into_iter().chain([code]) {
                let place = self.place();
                let verified = self
                    .world
                    .ask(place, async |service| service.verify_case_code(reference, &typed, &client).await);
                let verified = verified.await;
                self.world.outcome("case code", case_word(verified.as_ref()));
                if matches!(verified, Some(Ok(_))) {
                    return;
                }
            }
        }
    }

    async fn case_code(&mut self) -> Option<String> {
        let until = Instant::now() + MINUTE * 2;
        let bell = self.world.post().bell(self.number);
        loop {
            let letters = self.letters();
            let latest = letters.into_iter().rev().find_map(|letter| match letter {
                Letter::CaseCode(code) => Some(code),
                _ => None,
            });
            if latest.is_some() {
                let reading = self.chance.up_to(SECOND * 20);
                sleep(reading).await;
                return latest;
            }
            timeout_at(until, bell.notified()).await.ok()?;
        }
    }

    /// Looks at the case's page every few minutes until it has led to a key, or nowhere.
    async fn see_through(&mut self, reference: &str, until: Instant) -> End {
        let (mut shown, mut since) = (CaseState::Opened, Instant::now());
        while Instant::now() < until {
            let pause = MINUTE + self.chance.up_to(MINUTE * 3);
            sleep(pause).await;
            let place = self.place();
            let client = self.client.clone();
            let seen = self.world.ask(place, async |service| service.case(reference, &client).await).await;
            let Some(Ok(view)) = seen else { continue };
            if shown != view.state {
                self.world.event(format_args!("employer {} case is {:?}", self.number, view.state));
                (shown, since) = (view.state, Instant::now());
                if shown == CaseState::Returned {
                    self.visit(reference.to_owned(), Errand::Papers);
                }
            }
            match self.act_on(&view).await {
                Some(end) => return end,
                None if since.elapsed() > MINUTE * 45 => {
                    since = Instant::now();
                    let errand = if shown == CaseState::Activated { Errand::Again } else { Errand::Papers };
                    self.visit(reference.to_owned(), errand);
                }
                None => {}
            }
        }
        End::Expired
    }

    async fn act_on(&mut self, view: &CaseView) -> Option<End> {
        match view.state {
            CaseState::Closed => Some(End::Recovered),
            CaseState::Rejected | CaseState::Expired => Some(End::Expired),
            // Who can read a mailbox on record may still recover online: the wait takes nothing away.
            CaseState::Approved if self.chance.permille(150) => {
                self.recover().await;
                None
            }
            CaseState::Activated if view.slip_until.is_some() => {
                let slip = self.world.desk().slips.remove(&self.number)?;
                self.redeem(&slip).await
            }
            CaseState::Activated => {
                let link = self.letters().into_iter().rev().find_map(|letter| match letter {
                    Letter::Link(link) => Some(link),
                    _ => None,
                });
                self.follow(&link?).await.filter(|end| *end == End::Recovered)
            }
            _ => None,
        }
    }

    /// Types the slip: wrongly now and then, with somebody else's identifiers, and right.
    async fn redeem(&mut self, slip: &str) -> Option<End> {
        let mine = self.world.employers[self.number].identifiers.clone();
        let other = (self.number + 1) % self.world.employers.len();
        let others = self.world.employers[other].identifiers.clone();
        if other != self.number && self.chance.permille(300) {
            let place = self.place();
            let client = self.client.clone();
            let tried = UseSlip { identifiers: others, secret: slip, proof: None };
            let answer = self.world.ask(place, async |service| service.use_slip(tried, &client).await).await;
            if matches!(answer, Some(Ok(_))) {
                self.world
                    .violation(format_args!("I1: a slip of employer {} opened another's form", self.number));
            }
        }
        for _ in 0..6 {
            let place = self.place();
            let (world, client) = (Arc::clone(&self.world), self.client.clone());
            let tried = UseSlip { identifiers: mine.clone(), secret: slip, proof: None };
            let answer = world.ask(place, async |service| service.use_slip(tried, &client).await).await;
            let told = match &answer {
                None => "no answer",
                Some(Ok(_)) => "opened",
                Some(Err(SlipError::Invalid)) => "invalid",
                Some(Err(_)) => "not now",
            };
            self.world.outcome("slip", told);
            self.world.event(format_args!("employer {} slip: {told}", self.number));
            match answer {
                Some(Ok(link)) => return self.follow(&link).await.filter(|end| *end == End::Recovered),
                Some(Err(SlipError::Invalid)) => return None,
                _ => self.breathe().await,
            }
        }
        None
    }
}

/// What a call about a case came to.
#[must_use]
pub(crate) fn case_word<T>(answer: Option<&Result<T, CaseError>>) -> &'static str {
    match answer {
        None => "no answer",
        Some(Ok(_)) => "done",
        Some(Err(error)) => match error {
            CaseError::WrongCode { .. } => "wrong code",
            CaseError::Held { .. } => "held",
            CaseError::Stale => "stale",
            CaseError::Refused(refusal) => refusal.as_str(),
            CaseError::EmailChangesExceeded { .. } => "too many e-mail changes",
            CaseError::TooMany { .. } => "too many",
            CaseError::Unavailable => "unavailable",
            CaseError::Unknown => "unknown",
            CaseError::Reference(_) | CaseError::MalformedCode(_) | CaseError::Fields(_) => "malformed",
            CaseError::Damaged => "damaged",
        },
    }
}
