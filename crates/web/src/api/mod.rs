//! `/api/v1`: the same journey for programs. JSON; errors are problem details (RFC 9457).

mod body;
mod links;
mod problem;
mod recoveries;
mod sessions;

use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        RefOr,
        path::Operation,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use problem::Problem;

use crate::WebState;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Clavero",
        version = "1.0.0",
        description = "Recovers an employer's key: identifiers, a code by mail, a link by mail, a new key.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    modifiers(&Bearer),
)]
struct Document;

/// The one kind of credential: a token that a start or a sign-in gave out.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(recoveries::start))
        .routes(routes!(recoveries::read))
        .routes(routes!(recoveries::verify))
        .routes(routes!(recoveries::resend_code))
        .routes(routes!(recoveries::resend_link))
        .routes(routes!(recoveries::lose_mail_access))
        .routes(routes!(links::read))
        .routes(routes!(links::set_password))
        .routes(routes!(sessions::open))
        .routes(routes!(sessions::read, sessions::close))
}

pub(crate) fn router() -> Router<WebState> {
    routes().split_for_parts().0
}

/// The `OpenAPI` 3.1 document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut document = routes().split_for_parts().1;
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten();
        operations.for_each(name_problems);
    }
    document
}

/// Every refusal is a problem (RFC 9457) and says so in its type.
fn name_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with(['4', '5']) {
            let contents = std::mem::take(&mut response.content);
            response.content =
                contents.into_values().map(|content| (problem::MEDIA_TYPE.to_owned(), content)).collect();
        }
    }
}
