//! The papers of a case: the packet to print and bring, and the code that a desk scans.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use clavero_documents::{Applicant, Contact, Employer, Made, Packet, Person};
use clavero_protocol::{Applicant as WhoComes, Timestamp};
use clavero_service::desk::{CaseView, PacketData};
use clavero_words::{Locale, time};

use super::{ASSISTED, day, entrance};
use crate::{WebState, address::Sender, language::Language, papers};

/// The packet in the page's language, made again at any time.
pub(super) async fn show(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(reference): Path<String>,
) -> Response {
    let service = state.service();
    let view = match service.case(&reference, &client).await {
        Ok(view) => view,
        Err(error) => return entrance::no_case(&state, locale, &reference, &error),
    };
    match service.case_packet(&reference, locale, &client).await {
        Ok(data) => {
            let name = format!("clave-patronal-{}.pdf", view.reference);
            let paper = packet(&state, locale, data, last_change(&view));
            papers::download(&state, locale, &name, service.print_packet(&paper).await)
        }
        Err(error) => entrance::no_case(&state, locale, &reference, &error),
    }
}

/// When the case was last changed: equal packets are set once.
fn last_change(view: &CaseView) -> Timestamp {
    view.events.iter().map(|event| event.at).fold(view.created_at, Timestamp::max)
}

fn person((id, name): (String, String)) -> Person {
    Person { id, name }
}

fn packet(state: &WebState, locale: Locale, data: PacketData, made: Timestamp) -> Packet {
    let third_party = data.third_party.filter(|_| data.applicant == Some(WhoComes::ThirdParty));
    Packet {
        locale,
        institution: papers::letterhead(state, locale),
        reference: data.reference,
        case_url: papers::whole_address(state, &data.path),
        made: Made { text: time::date_minute(made), micros: made.as_micros() },
        valid_until: day(data.expires_at),
        employer: Employer {
            ruc: data.ruc,
            sucursal: data.sucursal,
            name: data.name,
            kind: papers::kind(locale, data.kind),
        },
        representative: person(data.representative),
        new_representative: data.new_representative.map(person),
        applicant: third_party.map_or(Applicant::InPerson, |third| Applicant::ThirdParty(person(third))),
        contact: Contact { email: data.email, phone: data.phone, address: data.address },
        reason: entrance::why_alone(locale, data.cause),
        centre: papers::centre(data.centre.as_ref()),
        documents: data.documents,
        demo: state.config().demo,
    }
}

/// The address of the case's page as a QR code.
pub(super) async fn qr(
    State(state): State<WebState>,
    Language(locale): Language,
    Sender(client): Sender,
    Path(reference): Path<String>,
) -> Response {
    let view = match state.service().case(&reference, &client).await {
        Ok(view) => view,
        Err(error) => return entrance::no_case(&state, locale, &reference, &error),
    };
    let address = papers::whole_address(&state, &format!("{ASSISTED}/{}", view.path));
    match clavero_documents::qr_svg(&address) {
        Some(svg) => ([(header::CONTENT_TYPE, "image/svg+xml; charset=utf-8")], svg).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
