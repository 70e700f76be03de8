//! `/api/v1`: the same journey for programs. JSON; errors are problem details (RFC 9457).

mod body;
mod links;
mod next;
mod problem;
mod recoveries;
mod recovery;
mod sessions;

use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, ResponseBuilder, Type,
        path::Operation,
        schema::{AdditionalProperties, Schema, SchemaType},
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
        .routes(routes!(recoveries::open_case))
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
        for operation in [&mut item.post, &mut item.delete].into_iter().flatten() {
            refuse_everywhere(operation);
        }
        let operations = [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten();
        operations.for_each(name_problems);
    }
    close_bodies(&mut document);
    next::link(&mut document);
    document
}

/// The problem that a status stands for, unless the operation says otherwise.
fn usual_problem(status: &str) -> Option<&'static str> {
    Some(match status {
        "400" => "`malformed`: not JSON.",
        "401" => "`unauthorized`.",
        "403" => "`cross-site`: a browser sent this in another site's name.",
        "404" => "`not-found`.",
        "408" => "`too-slow`: the body did not arrive in time; the connection is closed.",
        "409" => "`wrong-state`.",
        "410" => "`flow-expired`.",
        "413" => "`too-large`.",
        "415" => "`unsupported-type`.",
        "429" => "`too-many-requests`.",
        "503" => "`unavailable`.",
        _ => return None,
    })
}

/// Whatever changes something is refused where a browser sends it for another site, and a body that does not arrive.
fn refuse_everywhere(operation: &mut Operation) {
    let late = operation.request_body.is_some().then_some("408");
    for status in ["403"].into_iter().chain(late) {
        let problem = Ref::from_schema_name("Problem");
        let response = ResponseBuilder::new()
            .content(problem::MEDIA_TYPE, ContentBuilder::new().schema(Some(problem)).build())
            .build();
        operation.responses.responses.insert(status.to_owned(), response.into());
    }
}

/// Every refusal is a problem (RFC 9457), says so in its type, and names the problems that it may be.
fn name_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if !status.starts_with(['4', '5']) {
            continue;
        }
        let contents = std::mem::take(&mut response.content);
        response.content =
            contents.into_values().map(|content| (problem::MEDIA_TYPE.to_owned(), content)).collect();
        if let Some(usual) = usual_problem(status).filter(|_| response.description.is_empty()) {
            usual.clone_into(&mut response.description);
        }
        if ["428", "429", "503"].contains(&status.as_str()) {
            let seconds = HeaderBuilder::new()
                .schema(Some(ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer))))
                .description(Some("Seconds until it is worth another try."))
                .build();
            response.headers.insert("Retry-After".to_owned(), seconds.into());
        }
    }
}

/// A member that is not known is refused, and the document says so.
fn close_bodies(document: &mut utoipa::openapi::OpenApi) {
    let items = document.paths.paths.values();
    let contents = items
        .filter_map(|item| match item.post.as_ref()?.request_body.as_ref()? {
            RefOr::T(body) => Some(body.content.values()),
            RefOr::Ref(_) => None,
        })
        .flatten();
    let names: Vec<String> = contents
        .filter_map(|content| match content {
            RefOr::T(content) => content.schema.as_ref(),
            RefOr::Ref(_) => None,
        })
        .filter_map(|schema| match schema {
            RefOr::Ref(schema) => schema.ref_location.rsplit('/').next().map(str::to_owned),
            RefOr::T(_) => None,
        })
        .collect();
    let Some(components) = &mut document.components else { return };
    for name in names {
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name) {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}
