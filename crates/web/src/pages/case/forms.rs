//! The enabling documents to download without a case: whoever is in no registry needs them most.

use axum::{
    extract::{Query, State},
    response::Response,
};
use clavero_documents::{FormKind, Forms, Made};
use clavero_protocol::{EmployerKind, Need};
use clavero_words::time;
use serde::Deserialize;

use super::{ASSISTED, entrance::documents_of};
use crate::{WebState, language::Language, papers};

#[derive(Deserialize)]
pub(super) struct Params {
    /// The kind of employer; all of them where it is none.
    #[serde(default)]
    tipo: String,
}

pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Query(params): Query<Params>,
) -> Response {
    let wanted = EmployerKind::ALL.into_iter().find(|kind| kind.as_str() == params.tipo);
    let kinds = EmployerKind::ALL.into_iter().filter(|kind| wanted.is_none_or(|wanted| wanted == *kind));
    let service = state.service();
    // The day, not the moment: everybody's forms of a day are one paper.
    let today = time::date(service.store().now());
    let begins =
        time::day(&time::iso_date(service.store().now())).map_or(0, |(begins, _)| begins.as_micros());
    let forms = Forms {
        locale,
        institution: papers::letterhead(&state, locale),
        made: Made { text: today, micros: begins },
        page_url: papers::whole_address(&state, ASSISTED),
        kinds: kinds
            .map(|kind| FormKind {
                name: papers::kind(locale, kind),
                always: documents_of(&state, locale, kind, Need::Always),
                third_party: documents_of(&state, locale, kind, Need::ThirdParty),
                change: documents_of(&state, locale, kind, Need::RepresentativeChange),
            })
            .collect(),
        centres: service.settings().centres.iter().map(|centre| papers::centre(Some(centre))).collect(),
        demo: state.config().demo,
    };
    let name = wanted.map_or_else(
        || "formularios-clave-patronal.pdf".to_owned(),
        |kind| format!("formularios-clave-patronal-{}.pdf", kind.as_str()),
    );
    papers::download(&state, locale, &name, service.print_forms(&forms).await)
}
