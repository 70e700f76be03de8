//! The voucher of a code's mail: the browser keeps it, and goes on to where codes are asked for.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use clavero_protocol::Timestamp;
use clavero_service::Voucher;

use super::{RECOVER, message::message_to};
use crate::{WebState, cookies, language::Language};

/// Opening it changes nothing here, and uses nothing up: a scanner may.
pub(super) async fn keep(
    State(state): State<WebState>,
    Language(locale): Language,
    Path(voucher): Path<String>,
) -> Response {
    let Some(ends_at) = state.service().voucher_ends_at(&voucher) else {
        let on = (RECOVER, "message-recover");
        return message_to(&state, locale, StatusCode::GONE, ("voucher-over", on));
    };
    ([(header::SET_COOKIE, kept(&state, &voucher, ends_at))], Redirect::to(RECOVER)).into_response()
}

/// The cookie of a voucher.
pub(super) fn cookie(state: &WebState, voucher: &Voucher) -> HeaderValue {
    kept(state, &voucher.text, voucher.ends_at)
}

fn kept(state: &WebState, text: &str, ends_at: Timestamp) -> HeaderValue {
    let lasts = ends_at.saturating_since(state.service().store().now()).as_secs();
    cookies::set(state.config(), cookies::VOUCHER, text, Some(lasts))
}

/// Until when this browser has one.
pub(super) fn ends_at(state: &WebState, headers: &HeaderMap) -> Option<Timestamp> {
    let text = cookies::read(headers, state.config(), cookies::VOUCHER)?;
    state.service().voucher_ends_at(&text)
}
