//! What can be called with what an answer gives: the links of the document (`OpenAPI` 3.1 §4.8.20). They lead from a start to the
//! code, and from a link to the new key; what comes by mail between them is in no answer.

use utoipa::openapi::{OpenApi, PathItem, RefOr, link::LinkBuilder, path::Operation};

/// Where an answer has the value that names what the next operation is about.
type Given = (&'static str, &'static str);

/// The id that a start gives.
const STARTED: Option<Given> = Some(("id", "$response.body#/id"));
/// The id that was asked about.
const SAME: Option<Given> = Some(("id", "$request.path.id"));
/// The link that was read.
const LINK: Option<Given> = Some(("token", "$request.path.token"));

/// An operation, the status of its answer, what that gives, and what can be called then.
const NEXT: [(&str, &str, Option<Given>, &[&str]); 8] = [
    (
        "startRecovery",
        "201",
        STARTED,
        &["readRecovery", "verifyCode", "resendCode", "loseMailAccess", "openCase"],
    ),
    ("readRecovery", "200", SAME, &["verifyCode", "loseMailAccess"]),
    ("verifyCode", "200", SAME, &["readRecovery", "resendLink", "loseMailAccess"]),
    ("resendCode", "202", SAME, &["readRecovery", "verifyCode"]),
    ("loseMailAccess", "200", SAME, &["readRecovery", "openCase"]),
    ("openCase", "200", SAME, &["readRecovery"]),
    ("readLink", "200", LINK, &["setPassword"]),
    // Whose session it is says the token.
    ("openSession", "201", None, &["readSession", "closeSession"]),
];

/// Adds the links.
pub(super) fn link(document: &mut OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let id = operation.operation_id.clone().unwrap_or_default();
        for (_, status, given, next) in NEXT.iter().filter(|(from, ..)| *from == id) {
            let Some(RefOr::T(response)) = operation.responses.responses.get_mut(*status) else { continue };
            for name in *next {
                let link = LinkBuilder::new().operation_id(*name);
                let link = given.iter().fold(link, |link, (name, place)| link.parameter(*name, *place));
                response.links.insert((*name).to_owned(), link.build().into());
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten()
}
