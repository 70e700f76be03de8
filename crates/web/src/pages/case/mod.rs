//! The employer's side of the assisted path: opening a case, following it, and the papers to bring.

mod code;
mod details;
mod entrance;
mod forms;
mod packet;
mod page;
mod slip;
mod stop;

use axum::{Router, extract::Path, response::Redirect, routing::get};
use clavero_protocol::{CaseState, Timestamp};
use clavero_words::time;

pub(crate) use entrance::documents;

use crate::WebState;

/// The door of the assisted path. Under it, each case has its page.
pub(super) const ASSISTED: &str = "/empleadores/clave-patronal";
/// The forms to fill in by hand, for whoever opens no case.
const FORMS: &str = "/empleadores/clave-patronal/formularios.pdf";
/// Where a printed slip is used.
const SLIP: &str = "/clave/papeleta";

pub(super) fn router() -> Router<WebState> {
    Router::new()
        .route(ASSISTED, get(entrance::show).post(entrance::submit))
        .route("/empleadores/clave-patronal/abrir", get(entrance::back).post(entrance::open_from_flow))
        .route("/empleadores/clave-patronal/buscar", get(entrance::back).post(entrance::look_up))
        .route(FORMS, get(forms::show))
        .route("/empleadores/clave-patronal/{reference}", get(page::show))
        .route("/empleadores/clave-patronal/{reference}/datos", get(details::show).post(details::submit))
        .route("/empleadores/clave-patronal/{reference}/enviar-codigo", get(back).post(code::send))
        .route("/empleadores/clave-patronal/{reference}/codigo", get(back).post(code::verify))
        .route("/empleadores/clave-patronal/{reference}/eventos", get(page::events))
        .route("/empleadores/clave-patronal/{reference}/expediente.pdf", get(packet::show))
        .route("/empleadores/clave-patronal/{reference}/qr.svg", get(packet::qr))
        .route("/clave-patronal/detener/{token}", get(stop::show).post(stop::submit))
        .route(SLIP, get(slip::show).post(slip::submit))
}

/// The address of a step, typed or reloaded: the case's own page knows where it stands.
async fn back(Path(reference): Path<String>) -> Redirect {
    Redirect::to(&address_of(&reference))
}

/// The page of a case. What is not a letter, a digit or a dash is in no reference, and not taken into an address.
fn address_of(reference: &str) -> String {
    let plain: String =
        reference.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    format!("{ASSISTED}/{plain}")
}

/// Whether the applicant may still change what they told.
const fn takes_details(state: CaseState) -> bool {
    matches!(state, CaseState::Opened | CaseState::Ready | CaseState::Returned)
}

/// `21/11/2026`.
fn day(at: Timestamp) -> String {
    time::date_minute(at).split(' ').next().unwrap_or_default().to_owned()
}
