//! `/ventanilla/funcionarios`: admins bring officers in, enrol them again and take access away. Two admins for each way in.

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::{OfficerRefusal, Role};
use clavero_service::{AccessAct, DeskError, NewStaff, OfficerView};
use clavero_words::{Locale, span, time, tr};
use serde::Deserialize;

use super::{
    STAFF,
    frame::{self, Frame},
    signed_in::{Administers, Signed},
    touch::{self, TouchForm, Touching},
};
use crate::{
    WebState,
    language::Language,
    pages::{self, Layout, PageError, page},
};

/// The ids of the two forms' code fields.
const CONFIRM: &str = "touch_code";
const DISABLE: &str = "touch_disable";

/// One row of the list, in words.
struct Row {
    id: String,
    name: String,
    email: String,
    role: String,
    state: String,
    waits: bool,
}

#[derive(Template)]
#[template(path = "desk_staff.html")]
struct List {
    l: Layout,
    frame: Frame,
    rows: Vec<Row>,
    waiting: usize,
    form: Proposal,
    roles: Vec<(&'static str, String, String)>,
}

#[derive(Template)]
#[template(path = "desk_staff_member.html")]
struct Member {
    l: Layout,
    frame: Frame,
    o: OfficerView,
    role: String,
    state: String,
    since: String,
    asked_at: String,
    action: String,
    confirm: Touching,
    disable: Touching,
}

#[derive(Template)]
#[template(path = "desk_staff_address.html")]
struct AddressPage {
    l: Layout,
    frame: Frame,
    name: String,
    address: String,
    life: String,
}

#[derive(Deserialize, Default)]
pub(super) struct Proposal {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

fn state_word(officer: &OfficerView) -> &'static str {
    match officer {
        OfficerView { active: false, .. } => "staff-state-disabled",
        OfficerView { passkeys: 0, totp: false, .. } => "staff-state-waiting",
        OfficerView { passkeys: 0, .. } => "staff-state-totp",
        _ => "staff-state-passkey",
    }
}

/// The page for a refusal that no form can mend.
fn out(state: &WebState, locale: Locale, error: DeskError) -> Response {
    match error {
        DeskError::Unauthorized => Redirect::to(super::DESK).into_response(),
        DeskError::Forbidden => pages::message(state, locale, StatusCode::FORBIDDEN, "desk-role"),
        DeskError::Refused(OfficerRefusal::Unknown) => {
            pages::message(state, locale, StatusCode::NOT_FOUND, "not-found")
        }
        _ => pages::unavailable(state, locale),
    }
}

/// The sentence of a refusal.
fn say(locale: Locale, refusal: OfficerRefusal) -> PageError {
    let text = tr(locale, &format!("staff-refused-{}", refusal.as_str().replace('_', "-")));
    PageError { field: if refusal == OfficerRefusal::EmailTaken { "email" } else { "" }, text }
}

pub(super) async fn list(
    State(state): State<WebState>,
    Language(locale): Language,
    admin: Signed<Administers>,
) -> Response {
    render_list(&state, locale, &admin, (StatusCode::OK, Vec::new(), Proposal::default())).await
}

async fn render_list(
    state: &WebState,
    locale: Locale,
    admin: &Signed<Administers>,
    (status, errors, form): (StatusCode, Vec<PageError>, Proposal),
) -> Response {
    let officers = match state.service().staff(&admin.token).await {
        Ok(officers) => officers,
        Err(error) => return out(state, locale, error),
    };
    let mut l = frame::layout(state, locale, "desk-staff", STAFF);
    l.errors = errors;
    let frame = Frame::new(state, &l, &admin.session);
    let row = |officer: OfficerView| Row {
        role: l.t(&format!("role-{}", officer.role.as_str())),
        state: l.t(state_word(&officer)),
        waits: officer.asked.is_some(),
        id: officer.id,
        name: officer.name,
        email: officer.email,
    };
    let rows: Vec<Row> = officers.into_iter().map(row).collect();
    let waiting = rows.iter().filter(|row| row.waits).count();
    let in_words = |role: Role| {
        let word = role.as_str();
        (word, l.t(&format!("role-{word}")), l.t(&format!("role-{word}-text")))
    };
    let roles = Role::ALL.map(in_words).to_vec();
    page(status, &List { l, frame, rows, waiting, form, roles })
}

pub(super) async fn propose(
    State(state): State<WebState>,
    Language(locale): Language,
    admin: Signed<Administers>,
    form: Result<Form<Proposal>, FormRejection>,
) -> Response {
    let Form(form) = match form {
        Ok(form) => form,
        Err(rejection) => return pages::refused_form(&state, locale, &rejection),
    };
    let Some(role) = Role::parse(&form.role) else {
        let error = PageError { field: "role-desk", text: tr(locale, "staff-error-role") };
        let wrong = (StatusCode::UNPROCESSABLE_ENTITY, vec![error], form);
        return render_list(&state, locale, &admin, wrong).await;
    };
    let staff = NewStaff { name: &form.name, email: &form.email, role };
    let error = match state.service().propose_officer(&admin.token, staff).await {
        Ok(()) => return Redirect::to(STAFF).into_response(),
        Err(DeskError::Name(_)) => PageError { field: "name", text: tr(locale, "staff-error-name") },
        Err(DeskError::Email(_)) => PageError { field: "email", text: tr(locale, "staff-error-email") },
        Err(DeskError::Refused(refusal)) => say(locale, refusal),
        Err(error) => return out(&state, locale, error),
    };
    render_list(&state, locale, &admin, (StatusCode::UNPROCESSABLE_ENTITY, vec![error], form)).await
}

fn address_of(id: &str) -> String {
    format!("{STAFF}/{id}")
}

pub(super) async fn back(Path(id): Path<String>) -> Redirect {
    // A path segment as it came is no header value; an officer's name in addresses is.
    if id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Redirect::to(&address_of(&id))
    } else {
        Redirect::to(STAFF)
    }
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    admin: Signed<Administers>,
    Path(id): Path<String>,
) -> Response {
    render_member(&state, locale, (&admin, &id), (StatusCode::OK, Vec::new())).await
}

async fn render_member(
    state: &WebState,
    locale: Locale,
    (admin, id): (&Signed<Administers>, &str),
    (status, errors): (StatusCode, Vec<PageError>),
) -> Response {
    let o = match state.service().staff_member(&admin.token, id).await {
        Ok(officer) => officer,
        Err(error) => return out(state, locale, error),
    };
    let mut l = frame::layout(state, locale, "desk-staff-member", address_of(id));
    l.crumbs.push((STAFF, l.t("desk-staff")));
    l.errors = errors;
    l.title.clone_from(&o.name);
    let frame = Frame::new(state, &l, &admin.session);
    let who = (admin.token.as_str(), &admin.session);
    let confirm = Touching::new(state, who, (CONFIRM, AccessAct::ConfirmEnrolment(id).purpose())).await;
    let disable = Touching::new(state, who, (DISABLE, AccessAct::Disable(id).purpose())).await;
    let template = Member {
        role: l.t(&format!("role-{}", o.role.as_str())),
        state: l.t(state_word(&o)),
        since: time::date_minute(o.created_at),
        asked_at: o.asked.as_ref().map(|asked| time::date_minute(asked.at)).unwrap_or_default(),
        action: address_of(id),
        l,
        frame,
        o,
        confirm,
        disable,
    };
    page(status, &template)
}

/// What became of an act upon an officer: their page again, or a refusal beside it. `field` is where a touch would be.
async fn outcome(
    state: &WebState,
    locale: Locale,
    (admin, id): (&Signed<Administers>, &str),
    (done, field): (Result<(), DeskError>, &'static str),
) -> Response {
    let error = match done {
        Ok(()) => return Redirect::to(&address_of(id)).into_response(),
        Err(DeskError::Refused(OfficerRefusal::Unknown)) => {
            return out(state, locale, DeskError::Refused(OfficerRefusal::Unknown));
        }
        Err(DeskError::Refused(refusal)) => say(locale, refusal),
        Err(DeskError::Touch(error)) => match touch::refused(state, locale, error, field) {
            Ok(error) => error,
            Err(page) => return *page,
        },
        Err(error) => return out(state, locale, error),
    };
    render_member(state, locale, (admin, id), (StatusCode::CONFLICT, vec![error])).await
}

pub(super) async fn ask(
    State(state): State<WebState>,
    Language(locale): Language,
    admin: Signed<Administers>,
    Path(id): Path<String>,
) -> Response {
    let asked = state.service().ask_enrolment(&admin.token, &id).await;
    outcome(&state, locale, (&admin, &id), (asked, "")).await
}

pub(super) async fn withdraw(
    State(state): State<WebState>,
    Language(locale): Language,
    admin: Signed<Administers>,
    Path(id): Path<String>,
) -> Response {
    let withdrawn = state.service().withdraw_enrolment(&admin.token, &id).await;
    outcome(&state, locale, (&admin, &id), (withdrawn, "")).await
}

pub(super) async fn confirm(
    State(state): State<WebState>,
    Language(locale): Language,
    admin: Signed<Administers>,
    Path(id): Path<String>,
    Form(form): Form<TouchForm>,
) -> Response {
    match state.service().confirm_enrolment(&admin.token, &id, form.answer()).await {
        Ok(token) => address_page(&state, locale, (&admin, &id), &token).await,
        Err(error) => outcome(&state, locale, (&admin, &id), (Err(error), CONFIRM)).await,
    }
}

/// The address is shown once: it is kept nowhere.
async fn address_page(
    state: &WebState,
    locale: Locale,
    (admin, id): (&Signed<Administers>, &str),
    token: &str,
) -> Response {
    let name = match state.service().staff_member(&admin.token, id).await {
        Ok(officer) => officer.name,
        Err(error) => return out(state, locale, error),
    };
    let mut l = frame::layout(state, locale, "staff-address", address_of(id));
    l.crumbs.push((STAFF, l.t("desk-staff")));
    let frame = Frame::new(state, &l, &admin.session);
    let address = format!("{}/ventanilla/alta/{token}", frame::origin(state));
    let life = span(locale, state.service().settings().desk.enrolment_life);
    page(StatusCode::OK, &AddressPage { l, frame, name, address, life })
}

pub(super) async fn disable(
    State(state): State<WebState>,
    Language(locale): Language,
    admin: Signed<Administers>,
    Path(id): Path<String>,
    Form(form): Form<TouchForm>,
) -> Response {
    let disabled = state.service().disable_staff(&admin.token, &id, form.answer()).await;
    outcome(&state, locale, (&admin, &id), (disabled, DISABLE)).await
}
