//! `/ventanilla`: the officers' desk. Who is signed in, in which role, and how each decision is touched for.

mod acts;
mod case;
mod chart;
mod checking;
mod decisions;
mod enrolment;
mod entry;
mod file;
mod frame;
mod log;
mod opening;
mod oversight;
mod own;
mod paper;
mod queue;
mod refusal;
mod roles;
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
const CASES: &str = "/ventanilla/casos";
const NEW: &str = "/ventanilla/casos/nuevo";
const OVERSIGHT: &str = "/ventanilla/supervision";

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
        .route("/ventanilla/mi-acceso/sesiones", get(own::back).post(own::close_sessions))
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
    let router = router.merge(cases());
    if state.config().demo {
        router.route("/ventanilla/demostracion", get(entry::back).post(entry::demonstrate))
    } else {
        router
    }
}

/// Cases: the queue, each case at one address, and what stands above them.
fn cases() -> Router<WebState> {
    Router::new()
        .route(CASES, get(queue::show))
        .route(NEW, get(opening::show).post(opening::submit))
        .route("/ventanilla/casos/{reference}", get(case::show))
        .route("/ventanilla/casos/{reference}/eventos", get(case::events))
        .route("/ventanilla/casos/{reference}/tomar", get(case::back).post(acts::take))
        .route("/ventanilla/casos/{reference}/soltar", get(case::back).post(acts::release))
        .route("/ventanilla/casos/{reference}/documentos", get(case::back).post(acts::check))
        .route("/ventanilla/casos/{reference}/persona", get(case::back).post(acts::identify))
        .route("/ventanilla/casos/{reference}/fundamento", get(case::back).post(acts::ground))
        .route("/ventanilla/casos/{reference}/datos", get(case::back).post(acts::details))
        .route("/ventanilla/casos/{reference}/enviar-codigo", get(case::back).post(acts::send_code))
        .route("/ventanilla/casos/{reference}/codigo", get(case::back).post(acts::verify_code))
        .route("/ventanilla/casos/{reference}/pedir", get(case::back).post(acts::ask))
        .route("/ventanilla/casos/{reference}/aprobar", get(case::back).post(decisions::approve))
        .route("/ventanilla/casos/{reference}/devolver", get(case::back).post(decisions::send_back))
        .route("/ventanilla/casos/{reference}/rechazar", get(case::back).post(decisions::reject))
        .route("/ventanilla/casos/{reference}/entregar", get(case::back).post(decisions::hand_over))
        .route("/ventanilla/casos/{reference}/liberar", get(case::back).post(decisions::unfreeze))
        .route(OVERSIGHT, get(oversight::show))
        .route("/ventanilla/supervision/dia.pdf", get(oversight::day_pdf))
        .route("/ventanilla/supervision/dia.csv", get(oversight::day_csv))
}
