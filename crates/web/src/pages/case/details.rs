//! What the applicant tells: who comes, how they are reached, the mailbox, the centre, a change of representative.

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{Applicant, CaseState, FieldError};
use clavero_service::{
    Client,
    desk::{CaseDetails, CaseError, CaseField, CaseView, Centre, PacketData},
};
use clavero_words::{Locale, tr, tr_args};
use serde::Deserialize;

use super::{
    ASSISTED, address_of, entrance,
    page::{Failure, render},
    takes_details,
};
use crate::{
    WebState,
    address::Sender,
    language::Language,
    pages::{
        layout::{Layout, PageError, page},
        recover::refused_form,
    },
};

/// The details form as it was typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DetailsForm {
    pub(super) applicant: String,
    pub(super) phone: String,
    pub(super) address: String,
    pub(super) email: String,
    pub(super) centre: String,
    pub(super) new_representative_id: String,
    pub(super) new_representative_name: String,
    pub(super) third_party_id: String,
    pub(super) third_party_name: String,
}

impl DetailsForm {
    fn typed(&self) -> CaseDetails<'_> {
        CaseDetails {
            applicant: &self.applicant,
            phone: &self.phone,
            address: &self.address,
            email: &self.email,
            centre: &self.centre,
            new_representative_id: &self.new_representative_id,
            new_representative_name: &self.new_representative_name,
            third_party_id: &self.third_party_id,
            third_party_name: &self.third_party_name,
        }
    }

    /// What was told before, to be changed.
    fn told(data: PacketData, centre: Option<u16>) -> Self {
        let (third_party_id, third_party_name) = data.third_party.unwrap_or_default();
        let (new_representative_id, new_representative_name) = data.new_representative.unwrap_or_default();
        Self {
            applicant: data.applicant.map(Applicant::as_str).unwrap_or_default().to_owned(),
            phone: data.phone,
            address: data.address,
            email: data.email.unwrap_or_default(),
            centre: centre.map(|place| place.to_string()).unwrap_or_default(),
            new_representative_id,
            new_representative_name,
            third_party_id,
            third_party_name,
        }
    }

    pub(super) fn is_third_party(&self) -> bool {
        self.applicant == Applicant::ThirdParty.as_str()
    }

    pub(super) fn is_in_person(&self) -> bool {
        self.applicant == Applicant::InPerson.as_str()
    }

    pub(super) fn is_centre(&self, place: usize) -> bool {
        self.centre == place.to_string()
    }

    pub(super) fn changes_representative(&self) -> bool {
        !self.new_representative_id.is_empty() || !self.new_representative_name.is_empty()
    }
}

#[derive(Template)]
#[template(path = "case/details.html")]
struct Details {
    l: Layout,
    base: String,
    d: DetailsForm,
    centres: Vec<Centre>,
}

fn form(
    state: &WebState,
    locale: Locale,
    path: &str,
    (status, d, errors): (StatusCode, DetailsForm, Vec<PageError>),
) -> Response {
    let base = format!("{ASSISTED}/{path}");
    let mut l = Layout::new(state, locale, "case-details", format!("{base}/datos")).under_employers();
    l.crumbs.push((ASSISTED, l.t("assisted-crumb")));
    l.errors = errors;
    page(status, &Details { l, base, d, centres: state.service().settings().centres.clone() })
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(reference): Path<String>,
) -> Response {
    let view = match state.service().case(&reference, &client).await {
        Ok(view) => view,
        Err(error) => return entrance::no_case(&state, locale, &reference, &error),
    };
    // Nothing was told yet: the case's own page asks. Nothing can be changed any more: it says so.
    if !takes_details(view.state) || view.state == CaseState::Opened {
        return Redirect::to(&address_of(&view.path)).into_response();
    }
    match state.service().case_packet(&reference, locale, &client).await {
        Ok(data) => {
            let told = DetailsForm::told(data, view.centre_place);
            form(&state, locale, &view.path, (StatusCode::OK, told, Vec::new()))
        }
        Err(error) => entrance::no_case(&state, locale, &reference, &error),
    }
}

pub(super) async fn submit(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(reference): Path<String>,
    typed: Result<Form<DetailsForm>, FormRejection>,
) -> Response {
    let Form(typed) = match typed {
        Ok(typed) => typed,
        Err(rejection) => return refused_form(&state, locale, &rejection),
    };
    match state.service().give_case_details(&reference, typed.typed(), &client).await {
        Ok(view) => Redirect::to(&address_of(&view.path)).into_response(),
        Err(error) => refuse(&state, locale, (&reference, &client), (error, typed)).await,
    }
}

async fn refuse(
    state: &WebState,
    locale: Locale,
    (reference, client): (&str, &Client),
    (error, typed): (CaseError, DetailsForm),
) -> Response {
    let (status, errors) = match error {
        CaseError::Fields(fields) => {
            let said = fields.iter().map(|(field, error)| said(locale, *field, error));
            (StatusCode::UNPROCESSABLE_ENTITY, said.collect())
        }
        CaseError::Refused(_) | CaseError::Held { .. } | CaseError::Stale => {
            let text = tr(locale, "case-not-changed");
            (StatusCode::CONFLICT, vec![PageError { field: "", text }])
        }
        error => return entrance::no_case(state, locale, reference, &error),
    };
    match state.service().case(reference, client).await {
        Ok(view) => shown(state, locale, view, (status, errors, typed)),
        Err(error) => entrance::no_case(state, locale, reference, &error),
    }
}

/// A refused form stands where it was filled in: on the case's page the first time, on its own page later.
fn shown(
    state: &WebState,
    locale: Locale,
    view: CaseView,
    (status, errors, typed): (StatusCode, Vec<PageError>, DetailsForm),
) -> Response {
    if takes_details(view.state) && view.state != CaseState::Opened {
        return form(state, locale, &view.path, (status, typed, errors));
    }
    let failure = Failure { status, errors, typed: String::new(), details: Some(typed) };
    render(state, locale, view, Some(failure))
}

/// The sentence of a field's error.
fn said(locale: Locale, field: CaseField, error: &FieldError) -> PageError {
    let name = field.as_str();
    let called = tr(locale, &format!("case-field-{}", name.replace('_', "-")));
    let (found, expected) = error.counts().unwrap_or_default();
    let (found, expected) = (found.to_string(), expected.to_string());
    let key = match error {
        FieldError::TooLong { .. } if !name.ends_with("_id") => "case-error-too-long".to_owned(),
        FieldError::UnknownWord => format!("case-error-{name}"),
        error => format!("field-error-{}", error.code()),
    };
    let args = [("field", called.as_str()), ("found", found.as_str()), ("expected", expected.as_str())];
    PageError { field: name, text: tr_args(locale, &key, &args) }
}
