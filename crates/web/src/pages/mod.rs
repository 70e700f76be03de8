//! The pages: one `.rs` and its `.html` for each.

mod account;
mod case;
mod flow;
mod forms;
mod help;
mod home;
mod layout;
mod link;
mod mailbox;
mod message;
mod proof;
mod recover;
mod repudiate;
mod sign_in;
mod voucher;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use case::documents;
pub(crate) use forms::{IdentifierForm, field_error};
pub(crate) use layout::{Layout, PageError, millis, page};
pub(crate) use link::weak_reason;
pub(crate) use message::{message, message_to, too_many, unavailable, with_retry_after};
pub(crate) use recover::refused_form;

use crate::{WebState, assets};

const RECOVER: &str = "/empleadores/recuperar-clave";
const SIGN_IN: &str = "/empleadores/ingresar";
const ACCOUNT: &str = "/empleadores/mi-cuenta";

pub(crate) fn router(state: &WebState) -> Router<WebState> {
    let router = Router::new()
        .route("/", get(home::home))
        .route("/empleadores", get(home::employers))
        .route(RECOVER, get(recover::show).post(recover::submit))
        .route("/empleadores/recuperar-clave/{id}", get(flow::show))
        .route("/empleadores/recuperar-clave/{id}/codigo", get(flow::back).post(flow::verify))
        .route("/empleadores/recuperar-clave/{id}/otro-codigo", get(flow::back).post(flow::resend_code))
        .route("/empleadores/recuperar-clave/{id}/otro-enlace", get(flow::back).post(flow::resend_link))
        .route("/empleadores/recuperar-clave/{id}/sin-acceso", get(flow::back).post(flow::lose_access))
        .route("/empleadores/recuperar-clave/{id}/eventos", get(flow::events))
        .route("/clave/{token}", get(link::show).post(link::submit))
        .route("/clave/{token}/otro", get(link::back).post(link::resend))
        .route("/clave/{token}/fuerza", post(link::strength))
        .route("/clave/{token}/frase", get(link::back).post(link::phrase))
        .route(SIGN_IN, get(sign_in::show).post(sign_in::submit))
        .route(ACCOUNT, get(account::show))
        .route("/empleadores/mi-cuenta/salir", get(account::back).post(account::sign_out))
        .route("/empleadores/mi-cuenta/cerrar", get(account::back).post(account::close))
        .route("/empleadores/mi-cuenta/clave", get(account::back).post(account::change))
        .route("/empleadores/mi-cuenta/fuerza", post(account::strength))
        .route("/no-fui-yo/{token}", get(repudiate::show).post(repudiate::submit))
        .route("/reserva/{voucher}", get(voucher::keep))
        .merge(case::router())
        .route("/ayuda", get(help::show))
        .route("/recursos/logo", get(assets::logo))
        .route("/recursos/{file}", get(assets::serve));
    if state.config().demo { router.merge(mailbox::router()) } else { router }
}
