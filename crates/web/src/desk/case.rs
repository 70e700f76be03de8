//! `/ventanilla/casos/{reference}`: one address for a whole case. It always shows where the case stands, and what the officer
//! who looks can do about it.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{CaseReference, CaseState, Hex, Role};
use clavero_service::desk::{CaseError, DeskCaseView, EventView};
use clavero_words::{Locale, time, tr, tr_args};
use futures_util::StreamExt as _;
use serde::Deserialize;

use super::{
    CASES,
    checking::{Checking, Typed},
    file::{self, Fact},
    frame::{self, Frame},
    queue::{self, Line},
    refusal,
    roles::Reads,
    signed_in::Signed,
    touch::Touching,
};
use crate::{
    WebState,
    language::Language,
    live,
    pages::{self, Layout, PageError, millis, page},
};

/// The ids of the touches' code fields.
pub(super) const APPROVE: &str = "touch_approve";
pub(super) const HAND_OVER: &str = "touch_hand_over";

/// What the officer who looks can do now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing: another's turn, another's role, or the end.
    Look,
    Take,
    /// Another officer has it in hand.
    Held,
    Check,
    /// Somebody else has to decide what this officer asked for.
    Wait,
    Decide,
    HandOver,
    Unfreeze,
}

fn turn(view: &DeskCaseView, role: Role) -> Turn {
    let holder = view.holder.as_ref();
    match view.case.state {
        _ if !role.attends() => Turn::Look,
        CaseState::Opened | CaseState::Ready | CaseState::Returned => Turn::Take,
        CaseState::AtDesk if holder.is_some_and(|holder| holder.mine) => Turn::Check,
        CaseState::AtDesk => Turn::Held,
        CaseState::AwaitingApproval if view.own_request => Turn::Wait,
        CaseState::AwaitingApproval => Turn::Decide,
        CaseState::Approved | CaseState::Activated => Turn::HandOver,
        CaseState::Frozen if role == Role::Supervisor => Turn::Unfreeze,
        CaseState::Frozen | CaseState::Closed | CaseState::Rejected | CaseState::Expired => Turn::Look,
    }
}

/// A line of the history, in words.
struct Event {
    at: String,
    act: String,
    officer: String,
    refusal: Option<String>,
}

/// Something that the officer has to know before anything else.
struct Note {
    bad: bool,
    text: String,
}

#[derive(Template)]
#[template(path = "desk_case.html")]
struct Page {
    l: Layout,
    frame: Frame,
    base: String,
    v: DeskCaseView,
    turn: Turn,
    /// What the page is asked again for.
    signature: String,
    step: String,
    done: Option<String>,
    state: String,
    reason: String,
    notes: Vec<Note>,
    checking: Checking,
    facts: Vec<Fact>,
    asked_facts: Vec<Fact>,
    changes: Vec<file::Change>,
    earlier: Vec<Line>,
    history: Vec<Event>,
    digest: String,
    missing: Option<String>,
    touch: Option<Touching>,
    /// Why it was sent back or ended, as it was typed again.
    text: String,
    supervises: bool,
    may_take_over: bool,
    /// It still rests: from when on it can be handed over.
    rests_until: Option<String>,
}

impl Page {
    fn is(&self, turn: &str) -> bool {
        turn == match self.turn {
            Turn::Look => "look",
            Turn::Take => "take",
            Turn::Held => "held",
            Turn::Check => "check",
            Turn::Wait => "wait",
            Turn::Decide => "decide",
            Turn::HandOver => "hand-over",
            Turn::Unfreeze => "unfreeze",
        }
    }

    /// Whether the page asks again by itself.
    fn is_live(&self) -> bool {
        !self.v.case.state.has_ended()
    }

    fn is_state(&self, state: &str) -> bool {
        self.v.case.state.as_str() == state
    }

    fn is_slip(&self) -> bool {
        self.v.proposal.route == clavero_protocol::Route::Slip
    }

    fn named(&self, key: &str, name: &str, at: clavero_protocol::Timestamp) -> String {
        tr_args(self.l.locale, key, &[("name", name), ("at", &time::date_minute(at))])
    }

    /// The words of the holder, for those who do not have it.
    fn held(&self) -> String {
        let Some(holder) = &self.v.holder else { return String::new() };
        let (since, free) = (time::minute(holder.since), time::minute(holder.free_at));
        let args = [("name", holder.name.as_str()), ("since", since.as_str()), ("at", free.as_str())];
        tr_args(self.l.locale, "desk-held-by", &args)
    }

    fn asked(&self) -> String {
        self.v.asked.as_ref().map_or_else(String::new, |(name, at)| self.named("desk-asked-by", name, *at))
    }

    fn approved(&self) -> String {
        self.v
            .approved
            .as_ref()
            .map_or_else(String::new, |(name, at)| self.named("desk-approved-by", name, *at))
    }

    /// The hand-over's mail: handed to the mail server when, and valid until when (words, milliseconds).
    fn sent(&self) -> Option<String> {
        self.v.case.link.and_then(|link| link.sent_at).map(time::clock)
    }

    fn link_until(&self) -> Option<(String, i64)> {
        self.v.case.link.and_then(|link| link.expires_at).map(|at| (time::clock(at), millis(at)))
    }

    fn waits_for_mail(&self) -> bool {
        self.v.case.link.is_some_and(|link| link.sent_at.is_none())
    }

    fn link_ended(&self) -> bool {
        self.is_state("activated")
            && !self.is_slip()
            && self.v.case.link.is_none_or(|link| link.expires_at.is_some_and(|at| millis(at) <= self.l.now))
            && !self.v.case.link_refused
    }

    fn slip_until(&self) -> Option<String> {
        self.v.case.slip_until.map(time::date_minute)
    }
}

/// Two pages with one signature show the same.
fn signature(view: &DeskCaseView) -> String {
    let case = &view.case;
    let link = case.link.map_or((0, false), |link| (link.counter, link.sent_at.is_some()));
    let email = case.email.as_ref();
    let code = email.and_then(|email| email.code).map_or((0, false), |c| (c.counter, c.sent_at.is_some()));
    let verified = email.is_some_and(|email| email.verified);
    format!("{}.{link:?}.{code:?}.{verified}.{}.{}", step(view), case.link_refused, case.slip_until.is_some())
}

/// Within a step only what moves is renewed: an officer may be typing.
fn step(view: &DeskCaseView) -> String {
    let mine = view.holder.as_ref().map_or("", |holder| if holder.mine { "mine" } else { "held" });
    format!("{}{mine}", view.case.state.as_str())
}

/// What a page is shown with beside the case itself.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) status: StatusCode,
    pub(super) errors: Vec<PageError>,
    pub(super) typed: Typed,
}

#[derive(Deserialize, Default)]
pub(super) struct Said {
    #[serde(default)]
    hecho: String,
}

/// What was done, as the page after it says.
pub(super) const DONE: [&str; 13] = [
    "tomado",
    "soltado",
    "lista",
    "persona",
    "fundamento",
    "datos",
    "codigo",
    "correo",
    "pedido",
    "aprobado",
    "devuelto",
    "rechazado",
    "liberado",
];

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Reads>,
    Path(reference): Path<String>,
    Query(said): Query<Said>,
) -> Response {
    let view = match state.service().desk_case(&officer.officer(), &reference).await {
        Ok(view) => view,
        Err(error) => return without_case(&state, locale, &error),
    };
    let done = DONE.contains(&said.hecho.as_str()).then(|| tr(locale, &format!("desk-done-{}", said.hecho)));
    render(&state, locale, &officer, (view, done), Outcome::default()).await
}

/// A page where there is no case to show.
pub(super) fn without_case(state: &WebState, locale: Locale, error: &CaseError) -> Response {
    match refusal::of_case(state, locale, error, "") {
        Err(page) => *page,
        Ok(_) => pages::message(state, locale, StatusCode::FORBIDDEN, "desk-role"),
    }
}

/// The address of a step, typed or reloaded: the case's own page knows where it stands.
pub(super) async fn back(Path(reference): Path<String>) -> Redirect {
    match CaseReference::parse(&reference) {
        Ok(reference) => Redirect::to(&format!("{CASES}/{}", reference.as_str())),
        Err(_) => Redirect::to(CASES),
    }
}

fn notes(locale: Locale, view: &DeskCaseView) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |bad, text| notes.push(Note { bad, text });
    let at = |key, at| tr_args(locale, key, &[("at", &time::date_minute(at))]);
    if view.employer.is_none() {
        note(true, tr(locale, "desk-note-no-match"));
    }
    if view.damaged {
        note(true, tr(locale, "desk-note-damaged"));
    }
    if let Some(when) = view.disputed_at {
        note(true, at("desk-note-disputed", when));
    }
    if let Some(employer) = &view.employer {
        if employer.frozen {
            note(true, tr(locale, "desk-note-key-frozen"));
        }
        if let Some(when) = employer.key_changed_at.filter(|_| view.key_changed_since) {
            note(false, at("desk-note-key-changed", when));
        }
    }
    let told = matches!(view.case.state, CaseState::Returned | CaseState::AtDesk | CaseState::Rejected);
    if let Some(reason) = view.reason_given.as_ref().filter(|_| told) {
        note(false, tr_args(locale, "desk-note-reason", &[("reason", reason)]));
    }
    if view.case.link_refused {
        note(true, tr(locale, "desk-note-link-refused"));
    }
    notes
}

fn history(locale: Locale, view: &DeskCaseView) -> Vec<Event> {
    let row = |event: &EventView| Event {
        at: time::date_minute(event.at),
        act: act(locale, event.act),
        officer: event.officer.clone().unwrap_or_else(|| tr(locale, "desk-nobody")),
        refusal: event.refusal.as_ref().map(|word| refusal::of_word(locale, word)),
    };
    view.history.iter().rev().map(row).collect()
}

/// What happened, in words.
pub(super) fn act(locale: Locale, act: clavero_protocol::CaseAct) -> String {
    let word = act.as_str().trim_start_matches("case.").replace('_', "-");
    tr(locale, &format!("desk-act-{word}"))
}

pub(super) async fn render(
    state: &WebState,
    locale: Locale,
    officer: &Signed<Reads>,
    (view, done): (DeskCaseView, Option<String>),
    outcome: Outcome,
) -> Response {
    let base = format!("{CASES}/{}", view.case.path);
    let mut l = frame::layout(state, locale, "desk-case", base.clone());
    if let Some(employer) = view.employer.as_ref().filter(|employer| !employer.name.name.is_empty()) {
        l.title.clone_from(&employer.name.name);
    }
    l.errors = outcome.errors;
    let role = officer.session.role;
    let turn = turn(&view, role);
    let purpose = match turn {
        Turn::Decide => view.approve_purpose.map(|purpose| (APPROVE, purpose)),
        Turn::HandOver => view.hand_over_purpose.map(|purpose| (HAND_OVER, purpose)),
        _ => None,
    };
    let who = (officer.token.as_str(), &officer.session);
    let touch = match purpose {
        Some(purpose) => Some(Touching::new(state, who, purpose).await),
        None => None,
    };
    let now = state.service().store().now();
    // Where nobody types: the hand-over that is waited for.
    l.refresh = (turn == Turn::HandOver && view.case.state == CaseState::Activated).then_some(10);
    let rests = view.case.hand_over_from.filter(|from| *from > now && view.case.state == CaseState::Approved);
    let earlier = view.earlier.iter().cloned().map(|row| Line::new(locale, row, now)).collect();
    let missing = view.proposal.missing.as_ref().map(|missing| refusal::sentence(locale, missing));
    let template = Page {
        frame: Frame::new(state, &l, &officer.session),
        signature: signature(&view),
        step: step(&view),
        state: queue::state(locale, view.case.state),
        reason: tr(locale, &format!("desk-reason-{}", view.case.reason.as_str().replace('_', "-"))),
        notes: notes(locale, &view),
        text: outcome.typed.text.clone(),
        checking: Checking::new(state, locale, &view, outcome.typed),
        facts: file::facts(locale, &view),
        asked_facts: file::asked(state, locale, &view),
        changes: file::changes(locale, &view),
        history: history(locale, &view),
        digest: Hex(&view.proposal.digest).to_string(),
        supervises: role == Role::Supervisor,
        may_take_over: role == Role::Supervisor
            || view.holder.as_ref().is_some_and(|holder| holder.free_at <= now),
        rests_until: rests.map(time::date_minute),
        earlier,
        missing,
        touch,
        done,
        turn,
        base,
        l,
        v: view,
    };
    page(outcome.status, &template)
}

/// Says when the case has moved on. Looking does not keep a session alive: it ends with the session as it stood.
pub(super) async fn events(
    State(state): State<WebState>,
    officer: Signed<Reads>,
    Path(reference): Path<String>,
) -> Response {
    let who = officer.officer();
    if state.service().desk_case(&who, &reference).await.is_err() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let left = officer.session.expires_at.saturating_since(state.service().store().now());
    let looking = state.clone();
    let states = live::changes(&state, Duration::from_secs(1), move || {
        let (state, who, reference) = (looking.clone(), who.clone(), reference.clone());
        async move { state.service().desk_case(&who, &reference).await.ok().map(|view| signature(&view)) }
    });
    live::tell(states.take_until(tokio::time::sleep(left)))
}
