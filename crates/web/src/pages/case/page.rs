//! One case: what happened, what is next, until when.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{CaseAct, CaseState, Finding};
use clavero_service::{
    CodeView,
    desk::{CaseView, Centre},
};
use clavero_words::{Locale, time, tr};

use super::{ASSISTED, address_of, details::DetailsForm, entrance, takes_details};
use crate::{
    WebState,
    address::Sender,
    language::Language,
    live,
    pages::layout::{Layout, PageError, millis, page},
};

/// A line of what to bring.
struct Line {
    name: String,
    found: Option<String>,
}

/// The proof of the new mailbox, where it is asked for.
struct Proof {
    hint: String,
    code: Option<CodeView>,
    sent_at: Option<String>,
    end: Option<(String, i64)>,
    resend_at: Option<(String, i64)>,
    typed: String,
}

#[derive(Template)]
#[template(path = "case/page.html")]
struct Page {
    l: Layout,
    v: CaseView,
    base: String,
    d: DetailsForm,
    centres: Vec<Centre>,
    state: String,
    what: String,
    next: String,
    until: String,
    why: String,
    lines: Vec<Line>,
    events: Vec<(String, String)>,
    proof: Option<Proof>,
    watch: Option<String>,
}

/// A refused step.
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) errors: Vec<PageError>,
    /// The code as it was typed.
    pub(super) typed: String,
    /// The details as they were typed.
    pub(super) details: Option<DetailsForm>,
}

impl Page {
    fn is(&self, state: &str) -> bool {
        self.v.state.as_str() == state
    }

    fn may_change(&self) -> bool {
        takes_details(self.v.state) && !self.is("opened")
    }

    /// Whether there is something to print and bring.
    fn is_to_bring(&self) -> bool {
        !self.v.state.has_ended() && !self.is("activated")
    }

    fn verified_hint(&self) -> Option<&str> {
        self.v.email.as_ref().filter(|email| email.verified).map(|email| email.hint.as_str())
    }

    /// Which code is being typed: a page with another one is another page.
    fn code_number(&self) -> Option<u32> {
        self.proof.as_ref().and_then(|proof| proof.code).map(|code| code.counter)
    }

    fn has_mailbox(&self) -> bool {
        self.v.email.is_some()
    }
}

impl Proof {
    fn attempts_left(&self) -> u8 {
        self.code.map_or(0, |code| code.attempts_left)
    }

    fn has_ended(&self, l: &Layout) -> bool {
        self.end.as_ref().is_some_and(|(_, at)| *at <= l.now)
    }

    fn may_resend(&self, l: &Layout) -> bool {
        self.sent_at.is_some() && self.resend_at.as_ref().is_none_or(|(_, at)| *at <= l.now)
    }

    fn intro(&self, l: &Layout) -> String {
        l.with(if self.sent_at.is_some() { "code-sent" } else { "code-queued" }, "email", &self.hint)
    }
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(reference): Path<String>,
) -> Response {
    match state.service().case(&reference, &client).await {
        // One address for a case, however its reference was typed.
        Ok(view) if view.path != reference => Redirect::to(&address_of(&view.path)).into_response(),
        Ok(view) => render(&state, locale, view, None),
        Err(error) => entrance::no_case(&state, locale, &reference, &error),
    }
}

pub(super) fn render(state: &WebState, locale: Locale, v: CaseView, failure: Option<Failure>) -> Response {
    let base = format!("{ASSISTED}/{}", v.path);
    let mut l = Layout::new(state, locale, "case", base.clone()).under_employers();
    l.crumbs.push((ASSISTED, l.t("assisted-crumb")));
    let Failure { status, errors, typed, details } = failure.unwrap_or(Failure {
        status: StatusCode::OK,
        errors: Vec::new(),
        typed: String::new(),
        details: None,
    });
    l.errors = errors;
    let proof = proof(&v, typed);
    let changes_by_itself = matches!(
        v.state,
        CaseState::AtDesk | CaseState::AwaitingApproval | CaseState::Approved | CaseState::Activated
    );
    // Only where nobody types.
    l.refresh = (changes_by_itself && proof.is_none()).then_some(10);
    let watch = (changes_by_itself || proof.as_ref().is_some_and(|proof| proof.code.is_some()))
        .then(|| signature(&v));
    let name = v.state.as_str().replace('_', "-");
    let (what, next) = (l.t(&format!("case-what-{name}")), next(&l, &v));
    let template = Page {
        d: details.unwrap_or_default(),
        centres: state.service().settings().centres.clone(),
        state: l.t(&format!("case-state-{name}")),
        what,
        next,
        until: time::date_minute(v.expires_at),
        why: entrance::why_alone(locale, v.cause),
        lines: lines(locale, &v),
        events: events_of(locale, &v),
        proof,
        watch,
        base,
        l,
        v,
    };
    page(status, &template)
}

/// What the applicant does next.
fn next(l: &Layout, v: &CaseView) -> String {
    let name = v.state.as_str().replace('_', "-");
    match v.state {
        CaseState::Approved => match v.hand_over_from {
            Some(from) if millis(from) > l.now => {
                l.with("case-next-approved-later", "from", &time::date_minute(from))
            }
            _ => l.t("case-next-approved"),
        },
        CaseState::Activated => activated(l, v),
        CaseState::Ready if v.email.is_none() => l.t("case-next-ready-slip"),
        _ => l.t(&format!("case-next-{name}")),
    }
}

fn activated(l: &Layout, v: &CaseView) -> String {
    if let Some(until) = v.slip_until {
        return l.with("case-next-slip", "until", &time::date_minute(until));
    }
    if v.link_refused {
        return l.t("case-next-refused");
    }
    match v.link.map(|link| (link.sent_at, link.expires_at)) {
        Some((Some(_), Some(end))) if millis(end) > l.now => {
            l.with("case-next-link", "end", &time::clock(end))
        }
        Some((None, _)) => l.t("case-next-queued"),
        _ => l.t("case-next-ended"),
    }
}

fn proof(v: &CaseView, typed: String) -> Option<Proof> {
    let open = matches!(v.state, CaseState::Ready | CaseState::Returned | CaseState::AtDesk);
    let email = v.email.as_ref().filter(|email| open && !email.verified)?;
    let moment = |at| (time::clock(at), millis(at));
    Some(Proof {
        hint: email.hint.clone(),
        code: email.code,
        sent_at: email.code.and_then(|code| code.sent_at).map(time::clock),
        end: email.code.and_then(|code| code.expires_at).map(moment),
        resend_at: email.code.map(|code| moment(code.resend_at)),
        typed,
    })
}

/// What this applicant has to bring, and what was found of it.
fn lines(locale: Locale, v: &CaseView) -> Vec<Line> {
    let required = v.documents.iter().filter(|document| document.required);
    required
        .map(|document| Line {
            name: match locale {
                Locale::EsEc => document.es.clone(),
                Locale::En => document.en.clone(),
            },
            found: document.finding.map(|finding| {
                let key = match finding {
                    Finding::OriginalSeen | Finding::CopyKept => "case-found-seen",
                    Finding::NotNeeded => "case-found-not-needed",
                    Finding::Missing => "case-found-missing",
                };
                tr(locale, key)
            }),
        })
        .collect()
}

/// What happened in words, newest first; what is not for the applicant is left out.
fn events_of(locale: Locale, v: &CaseView) -> Vec<(String, String)> {
    let told = v.events.iter().rev().filter_map(|event| {
        let key = match event.act {
            CaseAct::Opened => "case-told-opened",
            CaseAct::DetailsGiven => "case-told-details",
            CaseAct::EmailVerified => "case-told-email",
            CaseAct::Taken => "case-told-taken",
            CaseAct::ApprovalAsked => "case-told-asked",
            CaseAct::Approved => "case-told-approved",
            CaseAct::Returned => "case-told-returned",
            CaseAct::Rejected => "case-told-rejected",
            CaseAct::HandedOver => "case-told-handed-over",
            CaseAct::SlipUsed => "case-told-slip",
            CaseAct::Closed => "case-told-closed",
            CaseAct::Frozen => "case-told-frozen",
            CaseAct::Unfrozen => "case-told-unfrozen",
            CaseAct::Superseded => "case-told-superseded",
            _ => return None,
        };
        Some((time::date_minute(event.at), tr(locale, key)))
    });
    told.collect()
}

/// Changes whenever the page would look different.
fn signature(v: &CaseView) -> String {
    let code = v.email.as_ref().map(|email| (email.verified, email.code));
    let (verified, code) = code.unwrap_or_default();
    let code = code.map_or((0, false), |code| (code.counter, code.sent_at.is_some()));
    let link = v.link.map_or((0, false), |link| (link.counter, link.sent_at.is_some()));
    let events = v.events.len();
    format!("{}.{verified}.{}.{}.{}.{}.{events}", v.state.as_str(), code.0, code.1, link.0, link.1)
}

/// Server-sent events: one when the case has moved on.
pub(super) async fn events(
    State(state): State<WebState>,
    Sender(client): Sender,
    Path(reference): Path<String>,
) -> Response {
    if state.service().case(&reference, &client).await.is_err() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let looking = state.clone();
    live::tell(live::changes(&state, Duration::from_secs(2), move || {
        let (state, reference, client) = (looking.clone(), reference.clone(), client.clone());
        async move { state.service().case(&reference, &client).await.ok().map(|view| signature(&view)) }
    }))
}
