//! What an officer does with the case in hand: taking it, check-list, person, ground, mailbox, asking for approval.

use axum::{
    extract::{Form, FromRequestParts, Path, rejection::FormRejection},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{CaseReference, Finding};
use clavero_service::{
    Service,
    desk::{CaseError, DeskCaseView, OfficerContext, PersonSeen},
};
use clavero_words::Locale;
use serde::Deserialize;

use super::{
    CASES,
    case::{self, Outcome},
    checking::{self, DetailsForm, PersonForm, Typed, TypedLine},
    refusal,
    roles::Reads,
    signed_in::Signed,
};
use crate::{WebState, language::Language, pages};

/// A step upon one case: who takes it, upon which, in which language.
pub(super) struct At {
    pub(super) state: WebState,
    pub(super) locale: Locale,
    pub(super) officer: Signed<Reads>,
    pub(super) reference: String,
}

impl FromRequestParts<WebState> for At {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Response> {
        let officer = Signed::from_request_parts(parts, state).await?;
        let path = Path::from_request_parts(parts, state).await;
        let Path(reference) = path.map_err(IntoResponse::into_response)?;
        let Language(locale) = parts.extensions.get().copied().unwrap_or_default();
        Ok(Self { state: state.clone(), locale, officer, reference })
    }
}

impl At {
    pub(super) fn service(&self) -> &Service {
        self.state.service()
    }

    /// The officer as cases know them.
    pub(super) fn who(&self) -> OfficerContext {
        self.officer.officer()
    }

    /// The case as it stands now.
    pub(super) async fn view(&self) -> Result<DeskCaseView, CaseError> {
        self.service().desk_case(&self.who(), &self.reference).await
    }

    /// Back to the case, which says what was done, at the part where the work goes on.
    pub(super) fn to_case(&self, done: &str, part: &str) -> Response {
        let reference = CaseReference::parse(&self.reference);
        let path = reference.map(|reference| reference.as_str().to_owned()).unwrap_or_default();
        Redirect::to(&format!("{CASES}/{path}?hecho={done}{part}")).into_response()
    }

    /// The case with what went wrong, and with what was typed.
    pub(super) async fn refused(&self, error: &CaseError, field: &'static str, typed: Typed) -> Response {
        let (status, errors) = match refusal::of_case(&self.state, self.locale, error, field) {
            Ok(said) => said,
            Err(page) => return *page,
        };
        match self.view().await {
            Ok(view) => {
                let outcome = Outcome { status, errors, typed };
                case::render(&self.state, self.locale, &self.officer, (view, None), outcome).await
            }
            Err(error) => case::without_case(&self.state, self.locale, &error),
        }
    }

    pub(super) async fn outcome(
        &self,
        done: Result<DeskCaseView, CaseError>,
        (said, part): (&str, &str),
        (field, typed): (&'static str, Typed),
    ) -> Response {
        match done {
            Ok(_) => self.to_case(said, part),
            Err(error) => self.refused(&error, field, typed).await,
        }
    }
}

#[derive(Deserialize, Default)]
pub(super) struct TakeForm {
    #[serde(default)]
    over: String,
}

pub(super) async fn take(at: At, Form(form): Form<TakeForm>) -> Response {
    let taken = at.service().take_case(&at.who(), &at.reference, form.over == "1").await;
    at.outcome(taken, ("tomado", ""), ("", Typed::default())).await
}

pub(super) async fn release(at: At) -> Response {
    let released = at.service().release_case(&at.who(), &at.reference).await;
    at.outcome(released, ("soltado", ""), ("", Typed::default())).await
}

/// The check-list, saved as one. What stands there as it was typed is left alone; where a line was changed by somebody else
/// since it was shown, nothing at all is written.
pub(super) async fn check(at: At, form: Result<Form<Vec<(String, String)>>, FormRejection>) -> Response {
    let Form(fields) = match form {
        Ok(form) => form,
        Err(rejection) => return pages::refused_form(&at.state, at.locale, &rejection),
    };
    let view = match at.view().await {
        Ok(view) => view,
        Err(error) => return case::without_case(&at.state, at.locale, &error),
    };
    let lines = checking::read_lines(&fields, view.case.documents.len());
    match save_lines(&at, &view, &lines).await {
        Ok(()) => at.to_case("lista", "#persona"),
        Err(error) => {
            let typed = Typed { lines: Some(lines), ..Typed::default() };
            at.refused(&error, "documentos", typed).await
        }
    }
}

async fn save_lines(at: &At, view: &DeskCaseView, lines: &[TypedLine]) -> Result<(), CaseError> {
    let mut changed = Vec::new();
    for (document, typed) in view.case.documents.iter().zip(lines) {
        let stands = (document.finding, document.remark.as_deref().unwrap_or_default());
        let finding = Finding::parse(&typed.finding);
        if (finding, typed.remark.as_str()) == stands {
            continue;
        }
        if typed.was != checking::line_mark(document) {
            return Err(CaseError::Stale);
        }
        // A remark without an answer, and an answer that no radio button has: nothing to record.
        let Some(finding) = finding else { continue };
        changed.push((document.place, finding, typed.remark.as_str()));
    }
    let who = at.who();
    // Not in hand, nothing to save: said by the rule itself, so that it stands in the history.
    if changed.is_empty() && !view.holder.as_ref().is_some_and(|holder| holder.mine) {
        return at.service().take_case(&who, &at.reference, false).await.map(drop);
    }
    for (place, finding, remark) in changed {
        at.service().check_document(&who, &at.reference, place, (finding, remark)).await?;
    }
    Ok(())
}

/// Whether a form's mark is that of what stands there now.
fn fresh(was: &str, now: &str) -> Result<(), CaseError> {
    if was == now { Ok(()) } else { Err(CaseError::Stale) }
}

pub(super) async fn identify(at: At, Form(form): Form<PersonForm>) -> Response {
    let person =
        PersonSeen { name: &form.person_name, number: &form.person_number, how: &form.identified_by };
    let done = async {
        fresh(&form.was, &checking::person_mark(&at.view().await?))?;
        at.service().identify(&at.who(), &at.reference, person).await
    };
    let done = done.await;
    let typed = Typed { person: Some(form), ..Typed::default() };
    at.outcome(done, ("persona", "#correo"), ("", typed)).await
}

#[derive(Deserialize, Default)]
pub(super) struct TextForm {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    was: String,
}

pub(super) async fn ground(at: At, Form(form): Form<TextForm>) -> Response {
    let done = async {
        fresh(&form.was, &checking::ground_mark(&at.view().await?))?;
        at.service().give_ground(&at.who(), &at.reference, &form.text).await
    };
    let done = done.await;
    let typed = Typed { ground: Some(form.text), ..Typed::default() };
    at.outcome(done, ("fundamento", "#pedir"), ("ground", typed)).await
}

pub(super) async fn details(at: At, Form(form): Form<DetailsForm>) -> Response {
    let done = async {
        fresh(&form.was, &checking::details_mark(&at.view().await?))?;
        at.service().desk_details(&at.who(), &at.reference, form.details()).await
    };
    let done = done.await;
    let typed = Typed { details: Some(form), ..Typed::default() };
    at.outcome(done, ("datos", "#correo"), ("", typed)).await
}

pub(super) async fn send_code(at: At) -> Response {
    let sent = at.service().desk_send_code(&at.who(), &at.reference).await;
    at.outcome(sent, ("codigo", "#correo"), ("", Typed::default())).await
}

#[derive(Deserialize, Default)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

pub(super) async fn verify_code(at: At, Form(form): Form<CodeForm>) -> Response {
    let verified = at.service().desk_verify_code(&at.who(), &at.reference, &form.code).await;
    at.outcome(verified, ("correo", "#pedir"), ("code", Typed::default())).await
}

#[derive(Deserialize, Default)]
pub(super) struct DigestForm {
    #[serde(default)]
    digest: String,
}

impl DigestForm {
    /// Whatever is no digest is the digest of nothing that was shown.
    pub(super) fn bytes(&self) -> [u8; 32] {
        super::touch::parse(&self.digest).unwrap_or_default()
    }
}

pub(super) async fn ask(at: At, Form(form): Form<DigestForm>) -> Response {
    let asked = at.service().ask_approval(&at.who(), &at.reference, form.bytes()).await;
    at.outcome(asked, ("pedido", ""), ("", Typed::default())).await
}
