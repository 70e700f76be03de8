//! `/ventanilla/casos`: the desk's working page. A reference typed or scanned, what is in one's own hands, what waits
//! for approval, and the queue.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{CaseReference, CaseState, Timestamp};
use clavero_service::{
    OfficerSessionView,
    desk::{CaseError, CasePage, CaseRow, OfficerContext, QueueFilter},
};
use clavero_words::{Locale, time, tr, tr_args};
use serde::Deserialize;

use super::{CASES, DESK, frame::Frame, refusal, roles::Reads, signed_in::Signed};
use crate::{
    WebState,
    language::Language,
    pages::{self, Layout, PageError, page},
};

/// Rows of one's own and of what waits: more than anybody has in hand.
const AT_HAND: u32 = 200;

/// The camera is asked for here and nowhere else.
const CAMERA: (HeaderName, HeaderValue) = (
    HeaderName::from_static("permissions-policy"),
    HeaderValue::from_static(
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    ),
);

/// A case in a list, in words.
pub(super) struct Line {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) numbers: String,
    pub(super) reason: String,
    pub(super) state: String,
    pub(super) state_word: &'static str,
    pub(super) age: String,
    pub(super) opened: String,
    pub(super) centre: String,
    pub(super) officer: String,
    pub(super) disputed: bool,
}

impl Line {
    pub(super) fn new(locale: Locale, row: CaseRow, now: Timestamp) -> Self {
        let word = row.state.as_str();
        let name = row.employer.name;
        Self {
            path: format!("{CASES}/{}", row.path),
            name: if name.is_empty() { tr(locale, "desk-no-match") } else { name },
            numbers: format!("{} · {}", row.employer.ruc, row.employer.sucursal),
            reason: tr(locale, &format!("desk-reason-{}", row.reason.as_str().replace('_', "-"))),
            state: state(locale, row.state),
            state_word: word,
            age: age(locale, now, row.created_at),
            opened: time::date_minute(row.created_at),
            centre: row.centre.unwrap_or_default(),
            officer: row.officer.unwrap_or_default(),
            disputed: row.disputed,
        }
    }
}

/// What a state is called.
pub(super) fn state(locale: Locale, state: CaseState) -> String {
    tr(locale, &format!("desk-state-{}", state.as_str().replace('_', "-")))
}

/// How long ago, in one unit.
pub(super) fn age(locale: Locale, now: Timestamp, then: Timestamp) -> String {
    let minutes = now.saturating_since(then).as_secs() / 60;
    let (key, count) = match minutes {
        0..60 => ("desk-age-minutes", minutes),
        60..2_880 => ("desk-age-hours", minutes / 60),
        _ => ("desk-age-days", minutes / 1_440),
    };
    tr_args(locale, key, &[("count", &count.to_string())])
}

/// A choice among states: how many there are.
struct Choice {
    path: String,
    name: String,
    count: u64,
    current: bool,
}

/// A centre that can be chosen.
struct CentreChoice {
    place: usize,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "desk_queue.html")]
#[expect(clippy::struct_excessive_bools, reason = "what the page asks, one by one")]
struct Queue {
    l: Layout,
    frame: Frame,
    typed: String,
    mine: Vec<Line>,
    to_approve: Vec<Line>,
    frozen: Vec<Line>,
    disputed: Vec<Line>,
    rows: Vec<Line>,
    choices: Vec<Choice>,
    centres: Vec<CentreChoice>,
    state: String,
    next: Option<String>,
    /// Rows were left out before these.
    later: bool,
    attends: bool,
    no_passkey: bool,
    enrolled: bool,
}

#[derive(Deserialize, Default, Clone)]
pub(super) struct Asked {
    #[serde(default)]
    referencia: Option<String>,
    #[serde(default)]
    estado: String,
    #[serde(default)]
    centro: String,
    #[serde(default)]
    despues: String,
    /// Another means of signing in was just added.
    #[serde(skip)]
    enrolled: bool,
}

impl Asked {
    fn filter(&self) -> QueueFilter {
        QueueFilter {
            state: CaseState::parse(&self.estado),
            centre: self.centro.parse().ok(),
            after: Some(self.despues.clone()).filter(|after| !after.is_empty()),
            rows: 0,
        }
    }

    /// The address of the list with another state and another beginning.
    fn path(&self, state: &str, after: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("estado", state), ("centro", &self.centro), ("despues", after)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { format!("{CASES}#cola") } else { format!("{CASES}?{query}#cola") }
    }
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Reads>,
    Query(asked): Query<Asked>,
) -> Response {
    match &asked.referencia {
        Some(typed) => find(&state, locale, &officer, (typed, &asked)).await,
        None => list(&state, locale, &officer.session, (CASES, &asked), None).await,
    }
}

/// The desk's first page, for those who work on cases.
pub(super) async fn home(
    state: &WebState,
    locale: Locale,
    session: &OfficerSessionView,
    enrolled: bool,
) -> Response {
    let asked = Asked { enrolled, ..Asked::default() };
    list(state, locale, session, (DESK, &asked), None).await
}

/// A reader of the QR code types the whole address of the case's page.
fn reference_of(typed: &str) -> &str {
    let typed = typed.trim().trim_end_matches('/');
    typed.rsplit('/').next().unwrap_or(typed)
}

async fn find(
    state: &WebState,
    locale: Locale,
    officer: &Signed<Reads>,
    (typed, asked): (&str, &Asked),
) -> Response {
    let error = match CaseReference::parse(reference_of(typed)) {
        Err(error) => refusal::of_reference(locale, error),
        Ok(reference) => match state.service().desk_case(&officer.officer(), reference.as_str()).await {
            Err(CaseError::Unknown) => tr(locale, "desk-reference-unknown"),
            Err(CaseError::Unavailable) => return pages::unavailable(state, locale),
            _ => return Redirect::to(&format!("{CASES}/{}", reference.as_str())).into_response(),
        },
    };
    let error = PageError { field: "referencia", text: error };
    list(state, locale, &officer.session, (CASES, asked), Some(error)).await
}

/// What is at hand, whatever page of the queue is looked at.
struct AtHand {
    mine: Vec<CaseRow>,
    to_approve: Vec<CaseRow>,
    frozen: Vec<CaseRow>,
    disputed: Vec<CaseRow>,
}

async fn at_hand(state: &WebState, officer: &OfficerContext) -> Result<AtHand, CaseError> {
    let of = async |of: CaseState| {
        let filter = QueueFilter { state: Some(of), rows: AT_HAND, ..QueueFilter::default() };
        state.service().case_queue(officer, filter).await.map(|page| page.rows)
    };
    let mut mine = of(CaseState::AtDesk).await?;
    mine.retain(|row| row.mine);
    let mut to_approve = of(CaseState::AwaitingApproval).await?;
    to_approve.retain(|row| !row.mine);
    let mut approved = of(CaseState::Approved).await?;
    approved.retain(|row| row.mine);
    mine.append(&mut approved);
    let supervises = officer.role == clavero_protocol::Role::Supervisor;
    let frozen = if supervises { of(CaseState::Frozen).await? } else { Vec::new() };
    let disputed = if supervises { state.service().disputed_cases(officer).await? } else { Vec::new() };
    Ok(AtHand { mine, to_approve, frozen, disputed })
}

async fn list(
    state: &WebState,
    locale: Locale,
    session: &OfficerSessionView,
    (here, asked): (&str, &Asked),
    error: Option<PageError>,
) -> Response {
    let officer = OfficerContext { id: session.officer, role: session.role, name: session.name.clone() };
    let attends = session.role.attends();
    let hand = if attends { at_hand(state, &officer).await } else { Ok(AtHand::none()) };
    let found = state.service().case_queue(&officer, asked.filter()).await;
    let (Ok(hand), Ok(found)) = (hand, found) else { return pages::unavailable(state, locale) };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut l = Layout::new(state, locale, "desk-home", here);
    l.errors = error.into_iter().collect();
    let now = state.service().store().now();
    let lines = |rows: Vec<CaseRow>| rows.into_iter().map(|row| Line::new(locale, row, now)).collect();
    let template = Queue {
        frame: Frame::new(state, &l, session),
        typed: asked.referencia.clone().unwrap_or_default(),
        mine: lines(hand.mine),
        to_approve: lines(hand.to_approve),
        frozen: lines(hand.frozen),
        disputed: lines(hand.disputed),
        choices: choices(locale, asked, &found),
        centres: centres(state, asked),
        state: asked.estado.clone(),
        next: found.next.as_ref().map(|next| asked.path(&asked.estado, next)),
        later: !asked.despues.is_empty(),
        rows: lines(found.rows),
        attends,
        no_passkey: !session.has_passkey,
        enrolled: asked.enrolled,
        l,
    };
    ([CAMERA], page(status, &template)).into_response()
}

impl AtHand {
    const fn none() -> Self {
        Self { mine: Vec::new(), to_approve: Vec::new(), frozen: Vec::new(), disputed: Vec::new() }
    }
}

/// All that have not ended, then each state that has any.
fn choices(locale: Locale, asked: &Asked, found: &CasePage) -> Vec<Choice> {
    let chosen = CaseState::parse(&asked.estado);
    let open = found.counts.iter().filter(|(state, _)| !state.has_ended()).map(|(_, count)| count).sum();
    let all = Choice {
        path: asked.path("", ""),
        name: tr(locale, "desk-state-all"),
        count: open,
        current: chosen.is_none(),
    };
    let of = |wanted: CaseState| {
        let count = found.counts.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, count)| *count);
        (count > 0 || chosen == Some(wanted)).then(|| Choice {
            path: asked.path(wanted.as_str(), ""),
            name: state(locale, wanted),
            count,
            current: chosen == Some(wanted),
        })
    };
    std::iter::once(all).chain(CaseState::ALL.into_iter().filter_map(of)).collect()
}

fn centres(state: &WebState, asked: &Asked) -> Vec<CentreChoice> {
    let all = state.service().settings().centres.iter().enumerate();
    all.map(|(place, centre)| CentreChoice {
        place,
        name: centre.name.clone(),
        chosen: asked.centro == place.to_string(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_scanned_address_is_read_as_its_reference() {
        for typed in [
            "7X2K-9Q4M",
            " 7X2K-9Q4M \n",
            "https://portal.example/empleadores/clave-patronal/7X2K-9Q4M",
            "https://portal.example/empleadores/clave-patronal/7X2K-9Q4M/",
        ] {
            assert_eq!(reference_of(typed), "7X2K-9Q4M", "{typed:?}");
        }
        assert_eq!(reference_of(""), "");
        assert_eq!(reference_of("///"), "");
    }

    #[test]
    fn an_age_is_told_in_one_unit() {
        let then = Timestamp::from_micros(0);
        let of = |minutes: u64| age(Locale::En, then + Duration::from_mins(minutes), then);
        assert!(of(0).starts_with('0') && of(59).contains("59") && of(60).contains('1'));
        assert!(of(47 * 60).contains("47") && of(48 * 60).contains('2'));
    }
}
