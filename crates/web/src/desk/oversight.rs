//! `/ventanilla/supervision`: what was stopped, how the path goes, who approves whom, what was tried and refused, and the
//! day's sheet.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use clavero_protocol::{CaseState, Timestamp};
use clavero_service::desk::{self, CaseError, CaseFigures, QueueFilter};
use clavero_words::{Locale, time, tr, tr_args};
use serde::Deserialize;

use super::{
    OVERSIGHT,
    chart::{self, Chart},
    frame::{self, Frame},
    log, paper,
    queue::Line,
    roles::Oversees,
    signed_in::Signed,
};
use crate::{
    WebState,
    language::Language,
    pages::{self, Layout, PageError, page},
    papers,
};

/// Days that the figures look back.
const SPANS: [u32; 3] = [7, 30, 365];

/// A span that can be chosen.
struct Span {
    days: u32,
    name: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "desk_oversight.html")]
struct Oversight {
    l: Layout,
    frame: Frame,
    frozen: Vec<Line>,
    disputed: Vec<Line>,
    spans: Vec<Span>,
    charts: Vec<Chart>,
    pairs: Vec<(String, String, u64)>,
    breaches: Vec<(String, u64)>,
    today: String,
    day: String,
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    dias: u32,
    #[serde(default)]
    fecha: String,
}

fn out(state: &WebState, locale: Locale, error: &CaseError) -> Response {
    match error {
        CaseError::Refused(_) => pages::message(state, locale, StatusCode::FORBIDDEN, "desk-role"),
        _ => pages::unavailable(state, locale),
    }
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Oversees>,
    Query(asked): Query<Asked>,
) -> Response {
    render(&state, locale, &officer, &asked, None).await
}

async fn render(
    state: &WebState,
    locale: Locale,
    officer: &Signed<Oversees>,
    asked: &Asked,
    error: Option<PageError>,
) -> Response {
    let now = state.service().store().now();
    let days = SPANS.into_iter().find(|days| *days == asked.dias).unwrap_or(SPANS[1]);
    let from = now - std::time::Duration::from_hours(u64::from(days) * 24);
    let who = officer.officer();
    let figures = match state.service().case_figures(&who, from, now).await {
        Ok(figures) => figures,
        Err(error) => return out(state, locale, &error),
    };
    let filter = QueueFilter { state: Some(CaseState::Frozen), rows: 200, ..QueueFilter::default() };
    let frozen = match state.service().case_queue(&who, filter).await {
        Ok(found) => found.rows,
        Err(error) => return out(state, locale, &error),
    };
    let disputed = match state.service().disputed_cases(&who).await {
        Ok(found) => found,
        Err(error) => return out(state, locale, &error),
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut l = frame::layout(state, locale, "desk-oversight", OVERSIGHT);
    l.errors = error.into_iter().collect();
    let span = |span: u32| Span {
        days: span,
        name: tr_args(locale, "desk-span-days", &[("days", &span.to_string())]),
        current: span == days,
    };
    let today = time::iso_date(now);
    let template = Oversight {
        frame: Frame::new(state, &l, &officer.session),
        frozen: frozen.into_iter().map(|row| Line::new(locale, row, now)).collect(),
        disputed: disputed.into_iter().map(|row| Line::new(locale, row, now)).collect(),
        spans: SPANS.map(span).into(),
        charts: charts(locale, &figures),
        pairs: figures.pairs,
        breaches: figures.breaches,
        day: if asked.fecha.is_empty() { today.clone() } else { asked.fecha.clone() },
        today,
        l,
    };
    page(status, &template)
}

fn charts(locale: Locale, figures: &CaseFigures) -> Vec<Chart> {
    let by_reason = figures.by_reason.iter().map(|(reason, count)| {
        let name = tr(locale, &format!("desk-reason-{}", reason.as_str().replace('_', "-")));
        (name, *count, count.to_string())
    });
    let reasons = Chart::new(tr(locale, "desk-chart-reasons"), by_reason.collect());
    let hours = |span: std::time::Duration| span.as_secs().div_ceil(60);
    let times = figures.time_to_key.map_or_else(Vec::new, |(half, most)| {
        [("desk-chart-half", half), ("desk-chart-most", most)]
            .map(|(key, span)| (tr(locale, key), hours(span), chart::span(locale, span)))
            .into()
    });
    let times = Chart::new(tr(locale, "desk-chart-times"), times);
    let share = |count: u64| {
        let percent = (count * 100).checked_div(figures.asked).unwrap_or_default().to_string();
        tr_args(locale, "desk-chart-share", &[("count", &count.to_string()), ("percent", &percent)])
    };
    let straight = figures.asked.saturating_sub(figures.returned);
    let asked = if figures.asked == 0 {
        Vec::new()
    } else {
        vec![
            (tr(locale, "desk-chart-straight"), straight, share(straight)),
            (tr(locale, "desk-chart-returned"), figures.returned, share(figures.returned)),
        ]
    };
    vec![reasons, times, Chart::new(tr(locale, "desk-chart-asked"), asked)]
}

/// A day's acts, or the page that says what is wrong with the date.
async fn day(
    state: &WebState,
    locale: Locale,
    officer: &Signed<Oversees>,
    asked: &Asked,
) -> Result<(Timestamp, paper::Day), Response> {
    let Some((from, until)) = time::day(asked.fecha.trim()) else {
        let error = PageError { field: "fecha", text: tr(locale, "desk-day-wrong") };
        return Err(render(state, locale, officer, asked, Some(error)).await);
    };
    match state.service().day_sheet(&officer.officer(), from, until).await {
        Ok(rows) => Ok((from, rows)),
        Err(error) => Err(out(state, locale, &error)),
    }
}

pub(super) async fn day_pdf(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Oversees>,
    Query(asked): Query<Asked>,
) -> Response {
    let (from, rows) = match day(&state, locale, &officer, &asked).await {
        Ok(found) => found,
        Err(page) => return page,
    };
    let head = match state.service().log_head().await {
        Ok(head) => head,
        Err(error) => return log::failed(&state, locale, &error),
    };
    let sheet = paper::day_sheet(&state, locale, time::date(from), (rows, head));
    let name = format!("{}-{}.pdf", tr(locale, "desk-day-file"), time::iso_date(from));
    papers::download(&state, locale, &name, state.service().print_day_sheet(&sheet).await)
}

pub(super) async fn day_csv(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<Oversees>,
    Query(asked): Query<Asked>,
) -> Response {
    let (from, (rows, more)) = match day(&state, locale, &officer, &asked).await {
        Ok(found) => found,
        Err(page) => return page,
    };
    let columns = ["time", "reference", "ruc", "sucursal", "employer", "act", "officer", "second", "refusal"];
    let header = columns.map(|column| tr(locale, &format!("desk-day-column-{column}")));
    let fields = |row: desk::DayRow| {
        let (at, ruc, sucursal) = (row.at, row.employer.ruc.clone(), row.employer.sucursal.clone());
        let row = paper::day_row(locale, row);
        let at = time::date_minute(at);
        [at, row.reference, ruc, sucursal, row.employer, row.act, row.officer, row.second, row.remark]
    };
    // A file that does not hold all of the day says so in its last line.
    let cut = more.then(|| {
        let mut line = <[String; 9]>::default();
        line[5] = tr_args(locale, "desk-day-cut-file", &[("count", &rows.len().to_string())]);
        line
    });
    let text = desk::csv(&header, rows.into_iter().map(fields).chain(cut));
    let name =
        format!("attachment; filename=\"{}-{}.csv\"", tr(locale, "desk-day-file"), time::iso_date(from));
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response()
}
