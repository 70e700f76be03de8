//! `/ventanilla/registro`: the audit log for auditors and supervisors, with what they need to verify it elsewhere.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use clavero_protocol::{CaseAct, Role};
use clavero_service::audit::{LogError, LogPage, LogRow};
use clavero_words::{Locale, time, tr};
use serde::Deserialize;

use super::{
    LOG, case,
    frame::{self, Frame},
    refusal,
    signed_in::{For, Signed},
};
use crate::{
    WebState,
    language::Language,
    pages::{self, Layout, page},
};

/// Whoever reads the log.
pub(super) struct ReadsLog;

impl For for ReadsLog {
    fn has(role: Role) -> bool {
        reads(role)
    }
}

pub(super) const fn reads(role: Role) -> bool {
    matches!(role, Role::Supervisor | Role::Auditor)
}

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    /// The page ends before this entry.
    antes: Option<u64>,
}

/// One row of the list, in words.
struct Line {
    entry: LogRow,
    /// What was done, in words; the log's own word where this version has none for it.
    act: String,
    /// Why it was refused, in words where there are some.
    refusal: Option<String>,
    at: String,
    actor: String,
    /// Within what and upon whom: a name and a value each.
    about: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "desk_log.html")]
struct Shown {
    l: Layout,
    frame: Frame,
    log: Option<LogPage>,
    rows: Vec<Line>,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    officer: Signed<ReadsLog>,
    Query(asked): Query<Asked>,
) -> Response {
    let log = match state.service().log_page(asked.antes).await {
        Ok(log) => log,
        Err(error) => return failed(&state, locale, &error),
    };
    let l = frame::layout(&state, locale, "desk-log", LOG);
    let rows = log.as_ref().map(|log| log.rows.clone()).unwrap_or_default();
    let template = Shown {
        frame: Frame::new(&state, &l, &officer.session),
        rows: rows.into_iter().map(|row| in_words(&l, row)).collect(),
        log,
        l,
    };
    page(StatusCode::OK, &template)
}

fn in_words(l: &Layout, row: LogRow) -> Line {
    let about = [
        ("log-recovery", &row.recovery),
        ("log-case", &row.case),
        ("log-upon", &row.upon),
        ("log-reason", &row.reason),
    ];
    let about = about.into_iter().filter_map(|(key, value)| Some((l.t(key), value.clone()?))).collect();
    let kind = match row.actor.as_str() {
        "visitor" => l.t("log-actor-visitor"),
        "employer" => l.t("log-actor-employer"),
        "officer" => l.t("log-actor-officer"),
        "system" => l.t("log-actor-system"),
        other => other.to_owned(),
    };
    let actor = row.officer.clone().unwrap_or(kind);
    let act = act(l.locale, &row.act);
    let refusal = row.refusal.as_ref().map(|word| refusal::of_word(l.locale, word));
    Line { at: time::date_second(row.at), act, refusal, actor, about, entry: row }
}

/// An act in words; one of a later version stays as the log has it.
fn act(locale: Locale, word: &str) -> String {
    if let Some(act) = CaseAct::parse(word) {
        return case::act(locale, act);
    }
    if clavero_service::audit::acts().any(|known| known == word) {
        return tr(locale, &format!("log-act-{}", word.replace(['.', '_'], "-")));
    }
    word.to_owned()
}

pub(super) fn failed(state: &WebState, locale: Locale, error: &LogError) -> Response {
    tracing::error!(%error, "the audit log cannot be shown");
    pages::unavailable(state, locale)
}

/// The newest checkpoint, to be kept elsewhere.
pub(super) async fn checkpoint(
    State(state): State<WebState>,
    Language(locale): Language,
    _officer: Signed<ReadsLog>,
) -> Response {
    match state.service().log_page(None).await {
        Ok(Some(LogPage { checkpoint: Some(note), size, .. })) => {
            let name = format!("attachment; filename=\"checkpoint-{size}.txt\"");
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (headers, note).into_response()
        }
        Ok(_) => pages::message(&state, locale, StatusCode::NOT_FOUND, "log-nothing"),
        Err(error) => failed(&state, locale, &error),
    }
}

/// The proof that an entry is in the log, as `clavero audit prove` gives it.
pub(super) async fn proof(
    State(state): State<WebState>,
    Language(locale): Language,
    _officer: Signed<ReadsLog>,
    Path(index): Path<u64>,
) -> Response {
    match state.service().prove_entry(index).await {
        Ok(Some((proof, vkey))) => {
            let name = format!("attachment; filename=\"entry-{index}.json\"");
            let headers =
                [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
            (headers, format!("{}\n", proof.json(&vkey))).into_response()
        }
        Ok(None) => pages::message(&state, locale, StatusCode::NOT_FOUND, "log-nothing"),
        Err(error) => failed(&state, locale, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_its_words_in_both_languages() {
        for locale in Locale::ALL {
            for word in clavero_service::audit::acts() {
                let said = act(locale, word);
                assert!(said != word && !said.contains("-act-"), "{word}: {said}");
            }
        }
        assert_eq!(act(Locale::EsEc, "case.of_a_later_version"), "case.of_a_later_version");
    }
}
