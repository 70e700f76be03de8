//! `/ventanilla`: the officers' desk. Who is signed in, in which role, and how each decision is touched for.

mod enrolment;
mod entry;
mod frame;
mod log;
mod own;
mod signed_in;
mod staff;
mod touch;

use axum::{
    Router,
    routing::{get, post},
};

use crate::WebState;

/// The desk's first page.
pub(crate) const DESK: &str = "/ventanilla";
const STAFF: &str = "/ventanilla/funcionarios";
const LOG: &str = "/ventanilla/registro";
const OWN: &str = "/ventanilla/mi-acceso";

pub(crate) fn router(state: &WebState) -> Router<WebState> {
    let router = Router::new()
        .route(DESK, get(entry::show))
        .route("/ventanilla/ingresar", get(entry::back).post(entry::sign_in))
        .route("/ventanilla/ingresar/llave", post(entry::begin))
        .route("/ventanilla/salir", get(entry::back).post(entry::sign_out))
        .route("/ventanilla/alta/{token}", get(enrolment::show).post(enrolment::submit))
        .route("/ventanilla/alta/{token}/llave", post(enrolment::begin))
        .route("/ventanilla/toque", post(touch::begin))
        .route(OWN, get(own::show).post(own::add))
        .route("/ventanilla/mi-acceso/{means}", get(own::back).post(own::give_up))
        .route(LOG, get(log::show))
        .route("/ventanilla/registro/punto-de-control", get(log::checkpoint))
        .route("/ventanilla/registro/pruebas/{index}", get(log::proof))
        .route(STAFF, get(staff::list).post(staff::propose))
        .route("/ventanilla/funcionarios/{id}", get(staff::show))
        .route("/ventanilla/funcionarios/{id}/pedir", get(staff::back).post(staff::ask))
        .route("/ventanilla/funcionarios/{id}/confirmar", get(staff::back).post(staff::confirm))
        .route("/ventanilla/funcionarios/{id}/retirar", get(staff::back).post(staff::withdraw))
        .route("/ventanilla/funcionarios/{id}/quitar", get(staff::back).post(staff::disable));
    if state.config().demo {
        router.route("/ventanilla/demostracion", get(entry::back).post(entry::demonstrate))
    } else {
        router
    }
}
