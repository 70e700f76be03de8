//! Help: what people see, why, and what to do next.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::layout::{Layout, page};
use crate::{WebState, language::Language};

/// What people meet, in the order of the journey.
const SYMPTOMS: [&str; 8] = ["data", "no-code", "code", "too-many", "link", "assisted", "case", "sign-in"];

/// What people ask, in the order of the journey.
const QUESTIONS: [&str; 10] =
    ["cost", "who", "domestic", "mail", "interrupted", "phone", "old-key", "choose", "after", "branches"];

struct Symptom {
    title: String,
    why: String,
    next: String,
}

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    l: Layout,
    symptoms: Vec<Symptom>,
    questions: Vec<(String, String)>,
    legal_basis: Vec<String>,
}

pub(super) async fn show(State(state): State<WebState>, Language(locale): Language) -> Response {
    let l = Layout::new(&state, locale, "help", "/ayuda");
    let symptom = |name: &str| Symptom {
        title: l.t(&format!("help-{name}")),
        why: l.told(&format!("help-{name}-why")),
        next: l.t(&format!("help-{name}-next")),
    };
    let symptoms = SYMPTOMS.into_iter().map(symptom).collect();
    let question = |name: &str| (l.t(&format!("faq-{name}")), l.told(&format!("faq-{name}-answer")));
    let questions = QUESTIONS.into_iter().map(question).collect();
    let legal_basis = state.config().institution.legal_basis.clone();
    page(StatusCode::OK, &Help { l, symptoms, questions, legal_basis })
}
