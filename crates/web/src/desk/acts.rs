//! What an officer does with the case in hand: taking it, check-list, person, ground, mailbox, asking for approval.

use axum::{
    extract::{Form, FromRequestParts, Path, rejection::FormRejection},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{CaseReference, Finding};
use clavero_service::{
    Service,
    desk::{CaseError, DeskCaseView, DocumentView, OfficerContext, PersonSeen, ShownCase},
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

    /// The case as the form's page showed it.
    fn shown<'a>(&'a self, version: &'a str) -> ShownCase<'a> {
        ShownCase { reference: &self.reference, version }
    }

    /// The step, unless it was taken already: a form that is sent twice is answered as done.
    async fn unless(
        &self,
        stands: impl FnOnce(&DeskCaseView) -> bool,
        step: impl Future<Output = Result<DeskCaseView, CaseError>>,
    ) -> Result<DeskCaseView, CaseError> {
        let view = self.view().await?;
        if stands(&view) { Ok(view) } else { step.await }
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

/// The check-list, saved as one, over what its page showed. What stands there as it was typed is left alone.
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
    let found: Vec<_> = view.case.documents.iter().zip(&lines).filter_map(changed).collect();
    let version = fields.iter().find(|(name, _)| name == "version");
    let shown = at.shown(version.map_or("", |(_, version)| version));
    let saved = at.service().check_documents(&at.who(), shown, &found).await;
    let typed = Typed { lines: Some(lines), ..Typed::default() };
    at.outcome(saved, ("lista", "#persona"), ("documentos", typed)).await
}

/// What a typed line finds that does not stand there. A remark without an answer, and an answer that no radio button has,
/// are nothing to record.
fn changed<'a>((document, typed): (&DocumentView, &'a TypedLine)) -> Option<(usize, Finding, &'a str)> {
    let finding = Finding::parse(&typed.finding)?;
    let stands = (document.finding, document.remark.as_deref().unwrap_or_default());
    ((Some(finding), typed.remark.as_str()) != stands).then_some((
        document.place,
        finding,
        typed.remark.as_str(),
    ))
}

pub(super) async fn identify(at: At, Form(form): Form<PersonForm>) -> Response {
    let person =
        PersonSeen { name: &form.person_name, number: &form.person_number, how: &form.identified_by };
    let done = at
        .unless(|view| form.stands(view), async {
            at.service().identify(&at.who(), at.shown(&form.version), person).await
        })
        .await;
    let typed = Typed { person: Some(form), ..Typed::default() };
    at.outcome(done, ("persona", "#correo"), ("", typed)).await
}

#[derive(Deserialize, Default)]
pub(super) struct TextForm {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    version: String,
}

pub(super) async fn ground(at: At, Form(form): Form<TextForm>) -> Response {
    let done = at
        .unless(|view| checking::ground_stands(view, &form.text), async {
            at.service().give_ground(&at.who(), at.shown(&form.version), &form.text).await
        })
        .await;
    let typed = Typed { ground: Some(form.text), ..Typed::default() };
    at.outcome(done, ("fundamento", "#pedir"), ("ground", typed)).await
}

pub(super) async fn details(at: At, Form(form): Form<DetailsForm>) -> Response {
    let done = at
        .unless(|view| form.stands(view), async {
            at.service().desk_details(&at.who(), at.shown(&form.version), form.details()).await
        })
        .await;
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
