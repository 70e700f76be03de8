//! The front door of the assisted path: who it is for, what to bring, where to go.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use clavero_protocol::{AssistedReason, EmployerKind};
use clavero_words::Locale;
use serde::Deserialize;

use super::{
    ASSISTED,
    layout::{Layout, page},
};
use crate::{Centre, WebState, language::Language};

/// What one kind of employer brings.
struct Kind {
    name: String,
    documents: Vec<String>,
}

#[derive(Template)]
#[template(path = "assisted.html")]
struct Assisted {
    l: Layout,
    reason: Option<String>,
    kinds: Vec<Kind>,
    centres: Vec<Centre>,
}

#[derive(Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    motivo: String,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Query(params): Query<Params>,
) -> Response {
    let l = Layout::new(&state, locale, "assisted", ASSISTED).under_employers();
    let reason = AssistedReason::parse(&params.motivo)
        .map(|reason| l.t(&format!("assisted-reason-{}", reason.as_str().replace('_', "-"))));
    let kinds = EmployerKind::ALL
        .into_iter()
        .map(|kind| Kind {
            name: l.t(&format!("kind-{}", kind.as_str())),
            documents: documents_of(&state, locale, kind),
        })
        .collect();
    let centres = state.config().centres.clone();
    page(StatusCode::OK, &Assisted { l, reason, kinds, centres })
}

/// What to bring, by kind of employer: what the API tells.
pub(crate) fn documents(state: &WebState, locale: Locale) -> serde_json::Value {
    let of = |kind: EmployerKind| (kind.as_str().to_owned(), documents_of(state, locale, kind).into());
    serde_json::Value::Object(EmployerKind::ALL.into_iter().map(of).collect())
}

/// The documents that an employer of this kind brings.
fn documents_of(state: &WebState, locale: Locale, kind: EmployerKind) -> Vec<String> {
    let brings = |kinds: &[String]| kinds.is_empty() || kinds.iter().any(|name| name == kind.as_str());
    let documents = state.config().documents.iter().filter(|document| brings(&document.kinds));
    documents
        .map(|document| match locale {
            Locale::EsEc => document.name_es.clone(),
            Locale::En => document.name_en.clone(),
        })
        .collect()
}
