//! What is decided about a case: approval, return, rejection, hand-over, and what a supervisor says to an objection.

use axum::{extract::Form, http::StatusCode, response::Response};
use clavero_protocol::{Timestamp, Touch};
use clavero_service::{
    TouchError,
    desk::{CaseError, DeskCaseView, HandedOver, SlipData},
};
use clavero_words::Locale;
use serde::Deserialize;

use super::{
    acts::{At, DigestForm, TextForm},
    case::{self, APPROVE, HAND_OVER, Outcome},
    checking::Typed,
    paper,
    roles::Reads,
    signed_in::Signed,
    touch::{self, TouchForm},
};
use crate::{WebState, pages, papers};

/// Why a decision was not taken: by the case's rules, or for want of a touch.
enum Undecided {
    Case(CaseError),
    Touch(TouchError),
}

impl From<CaseError> for Undecided {
    fn from(error: CaseError) -> Self {
        Self::Case(error)
    }
}

impl From<TouchError> for Undecided {
    fn from(error: TouchError) -> Self {
        Self::Touch(error)
    }
}

#[derive(Deserialize, Default)]
pub(super) struct DecisionForm {
    #[serde(flatten)]
    digest: DigestForm,
    #[serde(flatten)]
    touch: TouchForm,
}

impl At {
    async fn undecided(&self, error: Undecided, field: &'static str) -> Response {
        let error = match error {
            Undecided::Case(error) => return self.refused(&error, field, Typed::default()).await,
            Undecided::Touch(error) => error,
        };
        let error = match touch::refused(&self.state, self.locale, error, field) {
            Ok(error) => error,
            Err(page) => return *page,
        };
        match self.view().await {
            Ok(view) => {
                let outcome =
                    Outcome { status: StatusCode::CONFLICT, errors: vec![error], typed: Typed::default() };
                case::render(&self.state, self.locale, &self.officer, (view, None), outcome).await
            }
            Err(error) => case::without_case(&self.state, self.locale, &error),
        }
    }
}

pub(super) async fn approve(at: At, Form(form): Form<DecisionForm>) -> Response {
    let (service, who) = (at.service(), at.who());
    let approved: Result<DeskCaseView, Undecided> = async {
        let view = service.desk_case(&who, &at.reference).await?;
        let touch = match view.approve_purpose {
            Some(purpose) if may_decide(&view, &at.officer) => {
                service.finish_touch(&at.officer.token, purpose, form.touch.answer()).await?
            }
            // Refused by the rule that forbids it, and written down there, whether or not there is a touch.
            _ => no_touch(&at.officer),
        };
        Ok(service.approve(&who, &at.reference, form.digest.bytes(), touch).await?)
    }
    .await;
    match approved {
        Ok(_) => at.to_case("aprobado", ""),
        Err(error) => at.undecided(error, APPROVE).await,
    }
}

pub(super) async fn send_back(at: At, Form(form): Form<TextForm>) -> Response {
    let done = at.service().return_case(&at.who(), &at.reference, &form.text).await;
    at.outcome(done, ("devuelto", ""), ("return_reason", typed(form))).await
}

pub(super) async fn reject(at: At, Form(form): Form<TextForm>) -> Response {
    let done = at.service().reject_case(&at.who(), &at.reference, &form.text).await;
    at.outcome(done, ("rechazado", ""), ("reject_reason", typed(form))).await
}

pub(super) async fn unfreeze(at: At, Form(form): Form<TextForm>) -> Response {
    let done = at.service().unfreeze_case(&at.who(), &at.reference, &form.text).await;
    at.outcome(done, ("liberado", ""), ("unfreeze_reason", typed(form))).await
}

fn may_decide(view: &DeskCaseView, officer: &Signed<Reads>) -> bool {
    officer.session.role.attends() && !view.own_request
}

/// A touch that never was: it is good for nothing.
fn no_touch(officer: &Signed<Reads>) -> Touch {
    Touch { officer: officer.session.officer, purpose: [0; 32], at: Timestamp::from_micros(0) }
}

fn typed(form: TextForm) -> Typed {
    Typed { text: form.text, ..Typed::default() }
}

pub(super) async fn hand_over(at: At, Form(form): Form<TouchForm>) -> Response {
    let (service, who) = (at.service(), at.who());
    let handed: Result<HandedOver, Undecided> = async {
        let view = service.desk_case(&who, &at.reference).await?;
        let touch = match view.hand_over_purpose {
            Some(purpose) if at.officer.session.role.attends() => {
                service.finish_touch(&at.officer.token, purpose, form.answer()).await?
            }
            _ => no_touch(&at.officer),
        };
        Ok(service.hand_over(&who, &at.reference, touch).await?)
    }
    .await;
    match handed {
        Ok(HandedOver { slip: Some(slip), .. }) => print(&at.state, at.locale, slip).await,
        Ok(HandedOver { slip: None, .. }) => at.to_case("entrega", ""),
        Err(error) => at.undecided(error, HAND_OVER).await,
    }
}

/// The slip, once: what is not printed now is printed by nobody. The secret of a slip that could not be set is lost, and the
/// hand-over is started again.
async fn print(state: &WebState, locale: Locale, slip: SlipData) -> Response {
    let printed = state.service().print_slip(&paper::slip(state, slip)).await;
    if printed.is_err() {
        return pages::message(state, locale, StatusCode::SERVICE_UNAVAILABLE, "desk-slip-failed");
    }
    papers::shown_once(state, locale, "sobre.pdf", printed)
}
