//! Home, and the employers' services.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::layout::{Layout, page};
use crate::{WebState, language::Language};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    l: Layout,
}

#[derive(Template)]
#[template(path = "employers.html")]
struct Employers {
    l: Layout,
}

pub(super) async fn home(State(state): State<WebState>, Language(locale): Language) -> Response {
    page(StatusCode::OK, &Home { l: Layout::new(&state, locale, "home", "/") })
}

pub(super) async fn employers(State(state): State<WebState>, Language(locale): Language) -> Response {
    let mut l = Layout::new(&state, locale, "employers", "/empleadores").under_employers();
    l.crumbs.truncate(1);
    page(StatusCode::OK, &Employers { l })
}
